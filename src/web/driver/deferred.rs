//! [`Deferred`]: calls that answered at once although the page's file system takes its time: an open, and writes.
//!
//! The interface has them answer at once. So a descriptor holds a placeholder until its file is there, and bytes are taken and written in
//! their order; a failure is told by the next call on that descriptor, and by close.

use super::Delegate;
use super::stdio::write_all;
use crate::kernel::Errno;
use crate::kernel::file::{File, OpenFile, OpenFlags};
use crate::kernel::pipe::Pipe;
use crate::kernel::process::Fd;
use crate::kernel::syscall::fd::fd_flags;
use crate::kernel::syscall::path::{self, Base};
use crate::web::error::{JsResult, about, plain};
use core::cell::{Cell, RefCell};
use js_sys::{Promise, Uint8Array};
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

/// What is under way for an open file.
pub struct Deferred {
    /// What the descriptors hold: a placeholder until the file is there.
    file: RefCell<Arc<OpenFile>>,
    /// The last step; never rejects.
    tail: RefCell<Promise>,
    steps: Cell<u32>,
    /// What went wrong and nobody was told yet.
    failure: RefCell<Option<JsValue>>,
    /// Whether the open failed: then every call fails as it did.
    is_dead: Cell<bool>,
}

impl Deferred {
    fn new(file: Arc<OpenFile>) -> Rc<Self> {
        Rc::new(Deferred {
            file: RefCell::new(file),
            tail: RefCell::new(Promise::resolve(&JsValue::UNDEFINED)),
            steps: Cell::new(0),
            failure: RefCell::default(),
            is_dead: Cell::new(false),
        })
    }

    /// Does `step` after all that came before.
    fn then<F>(self: &Rc<Self>, delegate: &Rc<Delegate>, step: impl FnOnce() -> F + 'static)
    where
        F: Future<Output = JsResult<()>> + 'static,
    {
        let (this, before, owner) = (self.clone(), self.tail.borrow().clone(), delegate.clone());
        self.steps.set(self.steps.get() + 1);
        *self.tail.borrow_mut() = future_to_promise(async move {
            let _before = JsFuture::from(before).await;
            if !this.is_dead.get()
                && let Err(error) = step().await
            {
                this.failure.borrow_mut().get_or_insert(error);
            }
            this.steps.set(this.steps.get() - 1);
            owner.forget_if_done(&this);
            Ok(JsValue::UNDEFINED)
        });
    }

    /// What is to be thrown now.
    fn take_failure(&self) -> JsResult<()> {
        let failure = if self.is_dead.get() {
            self.failure.borrow().clone()
        } else {
            self.failure.take()
        };
        failure.map_or(Ok(()), Err)
    }

    fn is_of(&self, file: &Arc<OpenFile>) -> bool {
        Arc::ptr_eq(&self.file.borrow(), file)
    }
}

impl Delegate {
    fn deferred_of(&self, file: &Arc<OpenFile>) -> Option<Rc<Deferred>> {
        self.deferred
            .borrow()
            .iter()
            .find(|deferred| deferred.is_of(file))
            .cloned()
    }

    fn forget_if_done(&self, done: &Rc<Deferred>) {
        if done.steps.get() == 0 && done.failure.borrow().is_none() {
            self.deferred
                .borrow_mut()
                .retain(|deferred| !Rc::ptr_eq(deferred, done));
        }
    }

    /// open(2) on the page's own files, later; a descriptor at once. EMFILE.
    pub fn open_later(self: &Rc<Self>, path: String, flags: OpenFlags, mode: u32) -> JsResult<Fd> {
        // Nothing is ever read from it.
        let (placeholder, _) = Pipe::pair();
        let placeholder = OpenFile::new(File::PipeReader(placeholder), flags);
        let owner = self.current.owner();
        let fd = self
            .current
            .fds
            .install(owner, placeholder.clone(), fd_flags(flags))
            .map_err(plain)?;
        let deferred = Deferred::new(placeholder.clone());
        self.deferred.borrow_mut().push(deferred.clone());
        let (this, opened) = (self.clone(), deferred.clone());
        deferred.then(self, move || async move {
            let open = || {
                path::open_file(&this.current, Base::Cwd, path.as_bytes(), flags, mode)
                    .map_err(|error| about(error, &path))
            };
            match this.machine.page.settle(open).await {
                Ok(file) => {
                    this.replace(&placeholder, &file);
                    *opened.file.borrow_mut() = file;
                    Ok(())
                }
                Err(error) => {
                    opened.is_dead.set(true);
                    Err(error)
                }
            }
        });
        Ok(fd)
    }

    /// Puts `file` wherever the placeholder stands, with the flags that the descriptors have.
    fn replace(&self, placeholder: &Arc<OpenFile>, file: &Arc<OpenFile>) {
        if self.is_over() {
            return;
        }
        let (fds, owner) = (&self.current.fds, self.current.owner());
        for fd in fds.list() {
            let held = fds.get(owner, fd);
            if held.is_ok_and(|held| Arc::ptr_eq(&held, placeholder))
                && let Ok(flags) = fds.flags(owner, fd)
            {
                let _in_range = fds.install_at(owner, fd, file.clone(), flags);
            }
        }
    }

    /// Whether something is under way for `file`, so that a write has to come after it.
    pub fn is_deferred(&self, file: &Arc<OpenFile>) -> bool {
        self.deferred_of(file)
            .is_some_and(|deferred| deferred.steps.get() > 0)
    }

    /// Whether `file` only stands for one that is being opened.
    pub fn is_opening(&self, file: &Arc<OpenFile>) -> bool {
        matches!(file.file, File::PipeReader(_)) && self.deferred_of(file).is_some()
    }

    /// Takes bytes that are to be written when it is their turn.
    pub fn write_later(self: &Rc<Self>, file: &Arc<OpenFile>, bytes: Uint8Array) {
        let deferred = self.deferred_of(file).unwrap_or_else(|| {
            let deferred = Deferred::new(file.clone());
            self.deferred.borrow_mut().push(deferred.clone());
            deferred
        });
        let (this, written) = (self.clone(), deferred.clone());
        deferred.then(self, move || async move {
            let file = written.file.borrow().clone();
            write_all(&this.machine, this.process(), &file, &bytes).await
        });
    }

    /// What a call before has failed with, if nobody was told.
    pub fn take_failure(&self, file: &Arc<OpenFile>) -> JsResult<()> {
        self.deferred_of(file)
            .map_or(Ok(()), |deferred| deferred.take_failure())
    }

    /// The open file behind `fd`, when all that is under way for it is done. EBADF; what that failed with.
    pub async fn settled_file(&self, fd: Fd) -> JsResult<Arc<OpenFile>> {
        let look = || self.current.open_file(fd).map_err(|error| bad_fd(error, fd));
        let file = look()?;
        let Some(deferred) = self.deferred_of(&file) else {
            return Ok(file);
        };
        let tail = deferred.tail.borrow().clone();
        let _settled = JsFuture::from(tail).await;
        deferred.take_failure()?;
        self.forget_if_done(&deferred);
        look()
    }

    /// What close(2) tells of `file`, which is forgotten.
    pub fn close_deferred(&self, file: &Arc<OpenFile>) -> JsResult<()> {
        let Some(deferred) = self.deferred_of(file) else {
            return Ok(());
        };
        let told = deferred.take_failure();
        deferred.is_dead.set(false);
        deferred.failure.take();
        self.forget_if_done(&deferred);
        told
    }
}

/// A kernel's error about a descriptor.
pub fn bad_fd(error: crate::kernel::Error, fd: Fd) -> JsValue {
    match error.errno {
        Errno::EBADF => about(error, &format!("descriptor {}", fd.0)),
        _ => plain(error),
    }
}
