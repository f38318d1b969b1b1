//! [`KernelInterface`]: the system calls of drivers that live on the page. Its calls are in files by what they are about; here are those on
//! processes, groups and sessions.
//!
//! Calls that change a process's descriptors or groups are for processes that a driver of the page runs: everybody else's are their own
//! worker's. Calls that only use a descriptor take any process.

use super::Delegate;
use super::deferred::bad_fd;
use super::vfs::kernel_file_system;
use crate::kernel::error::Block;
use crate::kernel::file::OpenFile;
use crate::kernel::process::{Fd, Pgid, Pid, Process, Termination};
use crate::kernel::signal::Signal;
use crate::kernel::sync::wait::ready_until;
use crate::kernel::syscall::process as calls;
use crate::kernel::{Errno, Error, Kernel};
use crate::web::error::{JsResult, about, disposed, error, plain, promise, throw_if_dead};
use crate::web::machine::Machine;
use crate::web::options::string_array;
use crate::web::spawned::{ManagedProcess, spawn};
use js_sys::{Array, Object, Promise, Reflect};
use std::rc::{Rc, Weak};
use std::sync::Arc;
use wasm_bindgen::prelude::*;

/// What a driver sees of a kernel.
#[wasm_bindgen(skip_typescript)]
pub struct KernelInterface {
    machine: Weak<Machine>,
}

impl KernelInterface {
    /// Of `machine`.
    pub(super) fn new(machine: &Rc<Machine>) -> Self {
        KernelInterface {
            machine: Rc::downgrade(machine),
        }
    }

    /// The kernel, while it is not disposed.
    pub(super) fn machine(&self) -> JsResult<Rc<Machine>> {
        throw_if_dead()?;
        self.machine
            .upgrade()
            .filter(|machine| !machine.page.is_closed())
            .ok_or_else(disposed)
    }

    /// A process, ended or not. ESRCH.
    pub(super) fn process(&self, pid: u32) -> JsResult<Arc<Process>> {
        let found = self.machine()?.kernel().find(Pid(pid));
        found.map_err(|error| about(error, &format!("process {pid}")))
    }

    /// A process that a driver of the page runs. ESRCH; EPERM for others.
    pub(super) fn delegate(&self, pid: u32) -> JsResult<Rc<Delegate>> {
        let process = self.process(pid)?;
        let found = self.machine()?.delegates.borrow().get(&pid).cloned();
        found.ok_or_else(|| match process.termination() {
            Some(_) => error(
                Errno::ESRCH,
                &format!("no such process: process {pid} has ended"),
            ),
            None => {
                let driver = process.command().driver.clone();
                let message = format!("operation not permitted: process {pid} is run by the driver {driver}, in a worker of its own");
                error(Errno::EPERM, &message)
            }
        })
    }

    /// An open file of any process. ESRCH, EBADF.
    pub(super) fn file(&self, pid: u32, fd: u32) -> JsResult<Arc<OpenFile>> {
        self.process(pid)?
            .open_file(Fd(fd))
            .map_err(|error| bad_fd(error, Fd(fd)))
    }
}

/// An object with these properties.
pub(super) fn object(properties: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in properties {
        let _is_set = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

/// Waits until a child has ended, and takes it out of the process table if its parent is a process of the page, which is then told what
/// became of it.
pub async fn reaped(machine: &Machine, process: &Arc<Process>) -> Result<Termination, Error> {
    let kernel = machine.kernel().clone();
    let parent_here = || {
        let parent = process.info().map(|info| info.ppid);
        parent.is_ok_and(|parent| machine.delegates.borrow().contains_key(&parent.0))
    };
    let ended = ready_until(&process.exited, || {
        let termination = process.termination().ok_or(Block::WouldBlock)?;
        // Its row may be a moment late.
        match parent_here().then(|| kernel.reap(process.pid)) {
            Some(Ok(false)) => Err(Block::WouldBlock),
            _ => Ok(termination),
        }
    });
    ended.await
}

#[wasm_bindgen]
#[allow(missing_docs)]
impl KernelInterface {
    /// The kernel's files, as far as its permissions go.
    #[wasm_bindgen(getter)]
    pub fn vfs(&self) -> JsResult<JsValue> {
        Ok(kernel_file_system(&self.machine()?))
    }

    /// Starts a process, of any driver.
    pub fn spawn(&self, command: String, args: JsValue, options: JsValue) -> JsResult<ManagedProcess> {
        let args = match args.dyn_ref::<Array>() {
            Some(args) => string_array(args),
            None => (args.is_undefined() || args.is_null()).then(Vec::new),
        };
        let args = args.ok_or_else(|| error(Errno::EINVAL, "the arguments are no list of strings"))?;
        spawn(&self.machine()?, command, args, &options)
    }

    /// Resolves to the child's pid and exit code when it has ended.
    pub fn waitpid(&self, pid: u32) -> Promise {
        let found = self
            .machine()
            .and_then(|machine| Ok((machine, self.process(pid)?)));
        match found {
            Ok((machine, process)) => promise(async move {
                let termination = reaped(&machine, &process).await.map_err(plain)?;
                Ok(object(&[
                    ("pid", pid.into()),
                    ("status", termination.exit_code().into()),
                ]))
            }),
            Err(error) => Promise::reject(&error),
        }
    }

    /// kill(2): of a process, or with a negative number of a group. Signal 0 only asks.
    pub fn kill(&self, pid: i32, signal: Option<i32>) -> JsResult<()> {
        let machine = self.machine()?;
        let kernel = machine.kernel();
        let signal = match signal.unwrap_or(i32::from(Signal::SIGTERM.number())) {
            0 => None,
            number => Some(Signal::try_from(number).map_err(plain)?),
        };
        let group = pid.unsigned_abs();
        let count = match pid {
            0 => return Err(error(Errno::EINVAL, "invalid argument: the page is in no group")),
            1.. => kernel.signal_where(signal, |entry| entry.process.pid.0 == group && !entry.is_zombie()),
            _ => kernel.signal_where(signal, |entry| entry.pgid.0 == group && !entry.is_zombie()),
        };
        // A zombie is there, but does nothing any more.
        if count == 0 && (pid < 0 || kernel.find(Pid(group)).is_err()) {
            let what = if pid < 0 { "group" } else { "process" };
            return Err(about(Errno::ESRCH.into(), &format!("{what} {group}")));
        }
        Ok(())
    }

    /// setpgid(2): of a process of the page's drivers, or of a child of one. A `pgid` of 0 makes a group of its own.
    pub fn setpgid(&self, pid: u32, pgid: u32) -> JsResult<()> {
        let process = self.process(pid)?;
        let parent = process.info().map_err(plain)?.ppid;
        let caller = self
            .delegate(pid)
            .or_else(|refused| self.delegate(parent.0).map_err(|_| refused))?;
        let pgid = (pgid != 0).then_some(Pgid(pgid));
        calls::setpgid(&caller.current, Some(Pid(pid)), pgid)
            .map_err(|error| about(error, &format!("process {pid}")))
    }

    pub fn getpgid(&self, pid: u32) -> JsResult<u32> {
        Ok(self.process(pid)?.info().map_err(plain)?.pgid.0)
    }

    /// setsid(2). EPERM for the leader of a group.
    pub fn setsid(&self, pid: u32) -> JsResult<u32> {
        let sid = calls::setsid(&self.delegate(pid)?.current);
        sid.map(|sid| sid.0)
            .map_err(|error| about(error, &format!("process {pid}")))
    }

    pub fn getsid(&self, pid: u32) -> JsResult<u32> {
        Ok(self.process(pid)?.info().map_err(plain)?.sid.0)
    }
}

/// Whether `pgid` is the number of a group with living members.
pub(super) fn is_group(kernel: &Kernel, pgid: Pgid) -> bool {
    kernel.signal_where(None, |entry| entry.pgid == pgid && !entry.is_zombie()) > 0
}
