//! Answers to the kernel's [questions](crate::kernel::question): the page's permission callbacks and file systems.
//!
//! Questions of processes are taken from the kernel's queue by [`Page::serve`]. Calls that the page makes itself are run by [`Page::settle`],
//! which asks on the way, or by [`Page::settle_now`] where the API has no promise: there a callback must answer at once.

use super::error::{JsResult, about, error, promise};
use super::file_system::settled;
use super::machine::Machine;
use crate::kernel::error::Block;
use crate::kernel::fs::FileType;
use crate::kernel::fs::pagefs::{FileCall, FileReply, PageStat};
use crate::kernel::permission::{self, Check, Decision, Policy, Rule};
use crate::kernel::question::{Answer, Attempting, Question, Request};
use crate::kernel::sync::wait::ready_until;
use crate::kernel::{Errno, Result};
use core::cell::{Cell, RefCell};
use hashbrown::HashMap;
use js_sys::{Array, Promise, Reflect, Uint8Array};
use std::rc::Rc;
use std::sync::{Arc, Weak};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

#[wasm_bindgen(module = "/src/web/page_fs.js")]
extern "C" {
    #[wasm_bindgen(js_name = isFileSystem)]
    fn is_file_system(object: &JsValue) -> bool;
    fn perform(fs: &JsValue, operation: &str, args: &Array) -> JsValue;
}

#[wasm_bindgen(module = "/src/web/permissions.js")]
extern "C" {
    #[wasm_bindgen(js_name = readPolicy, catch)]
    fn read_policy(permissions: &JsValue) -> core::result::Result<Array, JsValue>;
    fn decide(permissions: &JsValue, kind: &str, parts: &Array) -> JsValue;
}

/// What of the page answers questions.
#[derive(Default)]
pub struct Page {
    permissions: JsValue,
    file_systems: RefCell<HashMap<u32, JsValue>>,
    next: Cell<u32>,
    /// Those that wait for a promise of the page's.
    unanswered: RefCell<Vec<Weak<Question>>>,
}

/// The policy that the option `permissions` describes. EINVAL.
pub fn policy(permissions: &JsValue) -> JsResult<Policy> {
    let read = read_policy(permissions)?;
    let check = |at| match read.get(at) {
        rules if Array::is_array(&rules) => Check::Rules(
            rules
                .unchecked_into::<Array>()
                .iter()
                .map(|each| rule(&each.unchecked_into()))
                .collect(),
        ),
        word => match word.as_string().as_deref() {
            Some("allow") => Check::Allow,
            Some("ask") => Check::Ask,
            _ => Check::Deny,
        },
    };
    Ok(Policy {
        fs: check(0),
        network: check(1),
        child_process: check(2),
        env: check(3),
    })
}

fn rule(parts: &Array) -> Rule {
    let strings = |at| super::options::string_array(&parts.get(at).unchecked_into()).unwrap_or_default();
    Rule {
        decision: Decision {
            allow: parts.get(0).is_truthy(),
            reason: parts.get(1).as_string(),
        },
        ops: strings(2),
        patterns: strings(3),
    }
}

/// What comes of asking the page's JavaScript.
enum Asked {
    Now(Answer),
    Later(Promise),
}

impl Page {
    /// The page whose callbacks are in `permissions`.
    pub fn new(permissions: JsValue) -> Self {
        Page {
            permissions,
            ..Page::default()
        }
    }

    /// Takes a file system in, and answers the number by which the kernel asks for it. EINVAL if it is none.
    pub fn add_file_system(&self, fs: JsValue) -> JsResult<u32> {
        if !is_file_system(&fs) {
            let message =
                "it is no VirtualFileSystem: it has neither of the methods stat, lstat, readFile and readDir";
            return Err(error(Errno::EINVAL, message));
        }
        let id = self.next.replace(self.next.get() + 1);
        self.file_systems.borrow_mut().insert(id, fs);
        Ok(id)
    }

    fn ask(&self, request: &Request) -> Asked {
        let answer = match request {
            Request::Permission(request, _) => {
                let (kind, parts) = request_parts(request);
                decide(&self.permissions, kind, &parts)
            }
            Request::File(id, call) => {
                // Cloned out, as a method may come back here.
                let fs = self.file_systems.borrow().get(id).cloned();
                let Some(fs) = fs else {
                    return Asked::Now(Answer::Reply(Err(Errno::EIO)));
                };
                let (operation, args) = call_parts(call);
                perform(&fs, operation, &args)
            }
        };
        match answer.dyn_into::<Promise>() {
            Ok(promise) => Asked::Later(promise),
            Err(value) => Asked::Now(read_answer(request, &value)),
        }
    }

    /// Asks; the answer comes now or later.
    fn put(&self, question: Arc<Question>) {
        match self.ask(&question.request) {
            Asked::Now(answer) => question.answer(answer),
            Asked::Later(promise) => {
                let mut unanswered = self.unanswered.borrow_mut();
                unanswered.retain(|question| question.strong_count() > 0);
                unanswered.push(Arc::downgrade(&question));
                drop(unanswered);
                // A promise may never settle: it must not keep a question that nobody waits for.
                let question = Arc::downgrade(&question);
                spawn_local(async move {
                    let value = JsFuture::from(promise).await.unwrap_or(JsValue::UNDEFINED);
                    if let Some(question) = question.upgrade() {
                        question.answer(read_answer(&question.request, &value));
                    }
                });
            }
        }
    }

    /// Answers the questions of a kernel's processes for as long as the kernel runs.
    pub async fn serve(machine: Rc<Machine>) {
        let kernel = machine.kernel().clone();
        let page = machine.page.clone();
        drop(machine);
        loop {
            let next = ready_until(kernel.questions().queue(), || match kernel.questions().take() {
                Some(question) => Ok(Some(question)),
                None if page.is_closed() => Ok(None),
                None => Err(Block::WouldBlock),
            });
            match next.await {
                Ok(Some(question)) => page.put(question),
                Ok(None) | Err(_) => return,
            }
        }
    }

    /// Runs a call of the page's, as often as it asks.
    pub async fn settle<T>(&self, mut call: impl FnMut() -> JsResult<T>) -> JsResult<T> {
        let mut attempting = Attempting::default();
        loop {
            match attempting.run(&mut call) {
                Ok(outcome) => return outcome,
                Err(question) => {
                    self.put(question.clone());
                    question.wait().await.map_err(|error| about(error, ""))?;
                    attempting.answered(question);
                }
            }
        }
    }

    /// The same as long as all answers are there at once: `None` if one takes its time.
    pub fn settle_now<T>(&self, mut call: impl FnMut() -> JsResult<T>) -> Option<JsResult<T>> {
        let mut attempting = Attempting::default();
        loop {
            match attempting.run(&mut call) {
                Ok(outcome) => return Some(outcome),
                Err(question) => {
                    self.put(question.clone());
                    question.get()?;
                    attempting.answered(question);
                }
            }
        }
    }

    /// A promise of what [`Page::settle`] gives. The call is made before this returns, unless it has to wait.
    pub fn promise<T>(self: &Rc<Self>, mut call: impl FnMut() -> JsResult<T> + 'static) -> Promise
    where
        T: Into<JsValue> + 'static,
    {
        match self.settle_now(&mut call) {
            Some(outcome) => settled(outcome),
            None => {
                let page = self.clone();
                promise(async move { page.settle(call).await.map(Into::into) })
            }
        }
    }
}

impl Page {
    const CLOSED: u32 = u32::MAX;

    /// Answers nothing any more: [`Page::serve`] ends when the queue is woken next, and what waits fails.
    pub fn close(&self) {
        self.next.set(Self::CLOSED);
        self.file_systems.borrow_mut().clear();
        let unanswered = self.unanswered.take();
        for question in unanswered.iter().filter_map(Weak::upgrade) {
            question.answer(read_answer(&question.request, &JsValue::UNDEFINED));
        }
    }

    /// Whether it answers nothing any more: the kernel is disposed.
    pub fn is_closed(&self) -> bool {
        self.next.get() == Self::CLOSED
    }
}

/// Names are bytes; JavaScript's are text.
fn text(bytes: &[u8]) -> JsValue {
    String::from_utf8_lossy(bytes).as_ref().into()
}

fn texts(all: &[Vec<u8>]) -> JsValue {
    all.iter().map(|each| text(each)).collect::<Array>().into()
}

fn request_parts(request: &permission::Request) -> (&'static str, Array) {
    let op = JsValue::from(request.op());
    match request {
        permission::Request::File { path, .. } => ("fs", Array::of2(&op, &text(path))),
        permission::Request::Network {
            url,
            method,
            hostname,
            ..
        } => (
            "network",
            Array::of4(&op, &text(url), &text(method), &text(hostname)),
        ),
        permission::Request::ChildProcess {
            command,
            args,
            cwd,
            env,
        } => (
            "childProcess",
            Array::of5(&op, &text(command), &texts(args), &text(cwd), &texts(env)),
        ),
        permission::Request::Env { key, value } => ("env", Array::of3(&op, &text(key), &text(value))),
    }
}

fn call_parts(call: &FileCall) -> (&'static str, Array) {
    let number = |value: u64| JsValue::from(value as f64);
    let ms = |ns: u64| JsValue::from(ns as f64 / 1e6);
    match call {
        FileCall::Lstat { path } => ("lstat", Array::of1(&text(path))),
        FileCall::ReadDir { path } => ("readDir", Array::of1(&text(path))),
        FileCall::Readlink { path } => ("readlink", Array::of1(&text(path))),
        FileCall::Pread { path, offset, length } => (
            "pread",
            Array::of3(&text(path), &number(*offset), &number(*length)),
        ),
        FileCall::Pwrite { path, offset, data } => {
            let data = Uint8Array::new_from_slice(data);
            ("pwrite", Array::of3(&text(path), &number(*offset), &data))
        }
        FileCall::Create { path, mode } => ("create", Array::of2(&text(path), &(*mode).into())),
        FileCall::Mkdir { path, mode } => ("mkdir", Array::of2(&text(path), &(*mode).into())),
        FileCall::Symlink { target, path } => ("symlink", Array::of2(&text(target), &text(path))),
        FileCall::Link { old, new } => ("link", Array::of2(&text(old), &text(new))),
        FileCall::RemoveFile { path } => ("removeFile", Array::of1(&text(path))),
        FileCall::RemoveDir { path } => ("removeDir", Array::of1(&text(path))),
        FileCall::Rename { old, new } => ("rename", Array::of2(&text(old), &text(new))),
        FileCall::Chmod { path, mode } => ("chmod", Array::of2(&text(path), &(*mode).into())),
        FileCall::Chown { path, uid, gid } => {
            ("chown", Array::of3(&text(path), &(*uid).into(), &(*gid).into()))
        }
        FileCall::Utimes {
            path,
            atime_ns,
            mtime_ns,
        } => ("utimes", Array::of3(&text(path), &ms(*atime_ns), &ms(*mtime_ns))),
        FileCall::Truncate { path, length } => ("truncate", Array::of2(&text(path), &number(*length))),
    }
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn read_answer(request: &Request, value: &JsValue) -> Answer {
    match request {
        Request::Permission(..) => Answer::Decision(Decision {
            allow: get(value, "allow").as_bool() == Some(true),
            reason: get(value, "reason").as_string(),
        }),
        Request::File(_, call) => Answer::Reply(match get(value, "code").as_string() {
            Some(code) => Err(Errno::from_name(&code).unwrap_or(Errno::EIO)),
            None => read_reply(call, &get(value, "value")).map_err(|error| error.errno),
        }),
    }
}

fn read_reply(call: &FileCall, value: &JsValue) -> Result<FileReply> {
    Ok(match call {
        FileCall::Lstat { .. }
        | FileCall::Create { .. }
        | FileCall::Mkdir { .. }
        | FileCall::Symlink { .. } => FileReply::Stat(read_stat(value).ok_or(Errno::EIO)?),
        FileCall::ReadDir { .. } => FileReply::Names(read_names(value).ok_or(Errno::EIO)?),
        FileCall::Readlink { .. } | FileCall::Pread { .. } => {
            let bytes: &Uint8Array = value.dyn_ref().ok_or(Errno::EIO)?;
            FileReply::Bytes(bytes.to_vec())
        }
        _ => FileReply::Done,
    })
}

fn read_stat(value: &JsValue) -> Option<PageStat> {
    let parts: &Array = value.dyn_ref()?;
    let number = |at| parts.get(at).as_f64();
    let ns = |at| number(at).map(|ms| (ms * 1e6) as u64);
    Some(PageStat {
        mode: number(0)? as u32,
        size: number(1)? as u64,
        nlink: number(2)? as u32,
        uid: number(3)? as u32,
        gid: number(4)? as u32,
        atime_ns: ns(5)?,
        mtime_ns: ns(6)?,
        ctime_ns: ns(7)?,
        birthtime_ns: ns(8)?,
    })
}

fn read_names(value: &JsValue) -> Option<Vec<(Vec<u8>, FileType)>> {
    let kind = |mode: u32| match mode {
        0o040_000 => FileType::Directory,
        0o120_000 => FileType::Symlink,
        _ => FileType::Regular,
    };
    let names = value.dyn_ref::<Array>()?.iter().map(|entry| {
        let entry: &Array = entry.unchecked_ref();
        Some((
            entry.get(0).as_string()?.into_bytes(),
            kind(entry.get(1).as_f64()? as u32),
        ))
    });
    names.collect()
}
