//! The public API: `createKernel` and the class [`WebKernel`] (`Kernel` in JavaScript).

use super::error::{JsResult, about, disposed, error, promise, throw_if_dead};
use super::exec::{ExecRequest, exec};
use super::file_system::{in_memory, is_recursive};
use super::files::Files;
use super::machine::{Boot, Machine};
use super::options::{Options, merge_env, string_array};
use super::page::{self, Page};
use super::shell::{ShellHandle, ShellRequest, connect_terminal, open_shell};
use super::spawned::{ManagedProcess, spawn};
use super::{alloc, driver, glue, mounts, panic, runtime};
use crate::kernel::fs::pagefs::PageFs;
use crate::kernel::fs::{Follow, MemFs, Vfs, tree};
use crate::kernel::process::{ProcessInfo, ProcessState, StringList};
use crate::kernel::{Errno, Limits};
use core::cell::RefCell;
use futures_util::future::select;
use js_sys::{Array, Map, Object, Promise, Reflect};
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// A kernel, until it is disposed.
#[wasm_bindgen(js_name = Kernel, skip_typescript)]
pub struct WebKernel {
    machine: RefCell<Option<Rc<Machine>>>,
    disposed: RefCell<Option<Promise>>,
}

/// What processes find in their environment unless the page says otherwise.
const DEFAULT_ENV: [&str; 5] = [
    "PATH=/usr/bin:/bin",
    "HOME=/root",
    "USER=root",
    "LOGNAME=root",
    "SHELL=/bin/sh",
];

/// Makes a kernel. Throws a `KernelError` where the page is not cross-origin isolated.
#[wasm_bindgen(js_name = createKernel, skip_typescript)]
pub fn create_kernel(options: JsValue) -> JsResult<WebKernel> {
    throw_if_dead()?;
    check_surroundings()?;
    let options = Options::new(&options)?;
    let permissions = options.get("permissions").unwrap_or(JsValue::UNDEFINED);
    let policy = page::policy(&permissions)?;
    panic::set_hook();
    panic::set_reporter(|text| super::error::die(&text));
    let defaults: StringList = DEFAULT_ENV.into_iter().collect();
    let env = merge_env(&defaults, &options.env("env")?);
    let cwd = options.string("cwd")?.unwrap_or_else(|| "/".into());
    if !cwd.starts_with('/') {
        return Err(error(Errno::EINVAL, "the option cwd is no absolute path"));
    }
    let page = Page::new(permissions);
    let limits = read_limits(options.get("limits"))?;
    let Root {
        vfs,
        page_root,
        is_furnished,
    } = root_of(options.get("filesystem"), &page, &limits)?;
    if page_root.is_none() && is_furnished {
        Files::all(&vfs)
            .make_path(&cwd)
            .map_err(|error| about(error, &cwd))?;
    }
    let id = |name| Ok::<u32, JsValue>(options.number(name)?.unwrap_or(0.0) as u32);
    let machine = Machine::start(Boot {
        vfs,
        page_root,
        is_furnished,
        limits,
        env,
        cwd,
        user: (id("uid")?, id("gid")?),
        policy,
        page,
    });
    Ok(WebKernel {
        machine: RefCell::new(Some(machine)),
        disposed: RefCell::default(),
    })
}

/// The tree that a kernel starts with.
struct Root {
    vfs: Vfs,
    /// Its root, if that is the page's own file system, into which the kernel writes nothing of its own.
    page_root: Option<Arc<PageFs>>,
    /// Whether the usual directories are there. If not, and it has no `page_root`, they are made at the first mount of a driver, which can wait.
    is_furnished: bool,
}

/// The tree over the option `filesystem`.
fn root_of(option: Option<JsValue>, page: &Page, limits: &Limits) -> JsResult<Root> {
    let failed = |error| about(error, "");
    let furnished = |files| {
        Ok(Root {
            vfs: tree::furnished(files).map_err(failed)?,
            page_root: None,
            is_furnished: true,
        })
    };
    let Some(object) = option else {
        return furnished(MemFs::new(limits.file_bytes));
    };
    if mounts::is_overlay(&object) {
        let files = mounts::file_system(page, object, tree::POINTS)?;
        if !files.asks() {
            return furnished(files);
        }
        return Ok(Root {
            vfs: tree::on_page(files).map_err(failed)?,
            page_root: None,
            is_furnished: false,
        });
    }
    if let Some(files) = in_memory(&object)? {
        return furnished(files);
    }
    let files = PageFs::new(page.add_file_system(object)?, tree::POINTS);
    Ok(Root {
        vfs: tree::on_page(files.clone()).map_err(failed)?,
        page_root: Some(files),
        is_furnished: true,
    })
}

/// The option `limits`. EINVAL.
fn read_limits(option: Option<JsValue>) -> JsResult<Limits> {
    let mut limits = Limits {
        file_bytes: glue::file_budget(),
        ..Limits::default()
    };
    let object = option.unwrap_or(JsValue::UNDEFINED);
    let given = Options::new(&object)?;
    let cut = |name, most: &mut u32| -> JsResult<()> {
        if let Some(number) = given.number(name)? {
            *most = (number as u32).min(*most);
        }
        Ok(())
    };
    cut("processes", &mut limits.processes)?;
    cut("openFiles", &mut limits.open_files)?;
    cut("openDescriptions", &mut limits.open_descriptions)?;
    cut("pipes", &mut limits.pipes)?;
    cut("terminals", &mut limits.terminals)?;
    let cut_bytes = |name, most: &mut u64| -> JsResult<()> {
        if let Some(bytes) = given.number(name)? {
            *most = (bytes as u64).min(*most);
        }
        Ok(())
    };
    cut_bytes("fileBytes", &mut limits.file_bytes)?;
    cut_bytes("guestMemory", &mut limits.guest_memory)?;
    Ok(limits)
}

fn check_surroundings() -> JsResult<()> {
    match glue::what_isolation_lacks().as_str() {
        "" => Ok(()),
        lacking => Err(error(
            Errno::ENOSYS,
            &format!(
                "this page can't share memory with workers, as it lacks {lacking}: serve it over https (or from localhost) with \
                 the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, or \
                 register the service worker coi-sw.js, which adds them on any static host"
            ),
        )),
    }
}

impl WebKernel {
    fn machine(&self) -> JsResult<Rc<Machine>> {
        throw_if_dead()?;
        self.machine.borrow().clone().ok_or_else(disposed)
    }

    /// A promise of something about files.
    fn with_files<T>(&self, call: impl Fn(Files<'_>) -> JsResult<T> + 'static) -> Promise
    where
        T: Into<JsValue> + 'static,
    {
        match self.machine() {
            Ok(machine) => machine
                .page
                .clone()
                .promise(move || call(Files::of(machine.kernel()))),
            Err(error) => Promise::reject(&error),
        }
    }

    /// A promise of something that needs the running kernel.
    fn with<F>(&self, call: impl FnOnce(Rc<Machine>) -> JsResult<F>) -> Promise
    where
        F: Future<Output = JsResult<JsValue>> + 'static,
    {
        match self.machine().and_then(call) {
            Ok(future) => promise(future),
            Err(error) => Promise::reject(&error),
        }
    }
}

#[wasm_bindgen(js_class = Kernel)]
#[allow(missing_docs)]
impl WebKernel {
    /// Makes a driver's commands available.
    pub fn mount(&self, driver: JsValue) -> Promise {
        self.with(|machine| Ok(runtime::mount(machine, driver)))
    }

    /// Runs a shell command.
    pub fn exec(&self, command: String, options: JsValue) -> Promise {
        self.with(|machine| Ok(exec(machine, ExecRequest::new(command, &options)?)))
    }

    /// Starts a process.
    pub fn spawn(&self, command: String, args: JsValue, options: JsValue) -> JsResult<ManagedProcess> {
        let args = match args.dyn_ref::<Array>() {
            Some(args) => string_array(args),
            None => (args.is_undefined() || args.is_null()).then(Vec::new),
        };
        let args = args.ok_or_else(|| error(Errno::EINVAL, "the arguments are no list of strings"))?;
        spawn(&self.machine()?, command, args, &options)
    }

    /// Starts a shell on a terminal.
    #[wasm_bindgen(js_name = openShell)]
    pub fn open_shell(&self, options: JsValue) -> JsResult<ShellHandle> {
        open_shell(&self.machine()?, ShellRequest::new(&options, None)?)
    }

    /// Runs a shell on the page's terminal until it ends.
    #[wasm_bindgen(js_name = connectTerminal)]
    pub fn connect_terminal(&self, options: JsValue) -> Promise {
        self.with(|machine| Ok(connect_terminal(machine, options)))
    }

    /// Ends all processes and gives everything back.
    pub fn dispose(&self) -> Promise {
        if let Some(promise) = &*self.disposed.borrow() {
            return promise.clone();
        }
        let Some(machine) = self.machine.take() else {
            return Promise::reject(&disposed());
        };
        let promise = promise(async move {
            machine.shut_down().await?;
            let drivers = machine.drivers.take();
            for driver in drivers.into_iter().rev() {
                // One that never ends its disposal keeps nobody else from theirs.
                let disposal = Box::pin(driver::dispose(&driver));
                select(disposal, JsFuture::from(glue::delay(DISPOSAL_MS))).await;
            }
            Ok(JsValue::UNDEFINED)
        });
        *self.disposed.borrow_mut() = Some(promise.clone());
        promise
    }

    #[wasm_bindgen(js_name = writeFile)]
    pub fn write_file(&self, path: String, content: JsValue) -> Promise {
        self.with_files(move |files| files.write(&path, &content).map(|()| JsValue::UNDEFINED))
    }

    #[wasm_bindgen(js_name = readFile)]
    pub fn read_file(&self, path: String) -> Promise {
        self.with_files(move |files| files.read(&path))
    }

    pub fn mkdir(&self, path: String, options: JsValue) -> Promise {
        let recursive = is_recursive(&options);
        self.with_files(move |files| files.mkdir(&path, recursive).map(|()| JsValue::UNDEFINED))
    }

    pub fn readdir(&self, path: String) -> Promise {
        self.with_files(move |files| files.read_dir(&path))
    }

    pub fn stat(&self, path: String) -> Promise {
        self.with_files(move |files| files.stat(&path, Follow::Yes))
    }

    pub fn exists(&self, path: String) -> Promise {
        self.with_files(move |files| files.exists(&path))
    }

    /// Mounts a file system at a directory, which is made if it is missing.
    #[wasm_bindgen(js_name = mountFs)]
    pub fn mount_fs(&self, path: String, fs: JsValue) -> Promise {
        self.with(|machine| Ok(mounts::mount_fs(machine, path, fs)))
    }

    /// Takes away what is mounted at a directory.
    #[wasm_bindgen(js_name = unmountFs)]
    pub fn unmount_fs(&self, path: String) -> Promise {
        self.with(|machine| Ok(mounts::unmount_fs(machine, path)))
    }

    /// Command name → driver name.
    #[wasm_bindgen(getter)]
    pub fn commands(&self) -> JsResult<Map> {
        let mut commands = self.machine()?.kernel().commands();
        commands.sort();
        let map = Map::new();
        for (name, driver) in commands {
            map.set(
                &String::from_utf8_lossy(&name).as_ref().into(),
                &(&*driver).into(),
            );
        }
        Ok(map)
    }

    /// Pid → what the process is.
    #[wasm_bindgen(getter)]
    pub fn processes(&self) -> JsResult<Map> {
        let map = Map::new();
        for info in self.machine()?.kernel().processes() {
            map.set(&info.process.pid.0.into(), &describe(&info));
        }
        Ok(map)
    }

    /// Numbers for tests and benches: allocated bytes, workers, processes.
    pub fn stats(&self) -> JsResult<Object> {
        let machine = self.machine()?;
        let (all, idle, tearing_down) = machine.shared.workers.load();
        let stats = Object::new();
        let set = |name: &str, value: u32| {
            let _is_set = Reflect::set(&stats, &name.into(), &value.into());
        };
        set("allocatedBytes", alloc::bytes_in_use());
        set("liveWorkers", all);
        set("idleWorkers", idle);
        set("tearingDown", tearing_down);
        set("liveProcesses", machine.kernel().live());
        Ok(stats)
    }
}

/// What a driver has to give back what it has.
const DISPOSAL_MS: f64 = 1_000.0;

fn describe(info: &ProcessInfo) -> JsValue {
    let object = Object::new();
    let set = |name: &str, value: JsValue| {
        let _is_set = Reflect::set(&object, &name.into(), &value);
    };
    let process = &info.process;
    let command = process.command();
    let text = |bytes: &[u8]| JsValue::from(String::from_utf8_lossy(bytes).as_ref());
    let mut args = command.args.iter();
    set("pid", process.pid.0.into());
    set("ppid", info.ppid.0.into());
    set("pgid", info.pgid.0.into());
    set("sid", info.sid.0.into());
    set("driver", (&*command.driver).into());
    set("command", text(args.next().unwrap_or(&command.exe)));
    set("args", args.map(text).collect::<Array>().into());
    let (status, exit_code) = match info.state {
        ProcessState::Running => ("running", JsValue::NULL),
        ProcessState::Stopped(_) => ("stopped", JsValue::NULL),
        ProcessState::Zombie(termination) => ("exited", termination.exit_code().into()),
    };
    set("status", status.into());
    set("exitCode", exit_code);
    set("startTime", (process.started_ns as f64 / 1e6).into());
    set("cpuTime", (process.cpu_ns() as f64 / 1e6).into());
    object.into()
}
