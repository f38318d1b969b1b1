//! System calls of processes as threads, where no object's own tests can say it.

mod files;
mod limits;
mod processes;
mod signals;
mod waiting;

use crate::kernel::process::{Current, Pid, WaitOptions, WaitStatus};
use crate::kernel::signal::{ActionFlags, Disposition, SigAction, Signal};
use crate::kernel::syscall::process::{clone_process, wait};
use crate::kernel::syscall::signal::sigaction;
use crate::kernel::testing::{kernel, process};
use crate::kernel::{Kernel, Limits};
use std::sync::Arc;

fn fixture() -> (Arc<Kernel>, Current) {
    let kernel = kernel(Limits::default());
    let current = process(&kernel);
    (kernel, current)
}

fn clone(current: &Current) -> Current {
    Current::adopt(clone_process(current).unwrap())
}

fn action(disposition: Disposition, flags: ActionFlags) -> SigAction {
    SigAction {
        disposition,
        flags,
        ..SigAction::default()
    }
}

fn handle(current: &Current, signal: Signal) {
    let action = action(Disposition::Handler(1), ActionFlags::empty());
    sigaction(current, signal, Some(action)).unwrap();
}

fn wait_for(current: &Current, pid: i32, options: WaitOptions) -> Option<(Pid, WaitStatus)> {
    let reaped = wait(current, pid, options).unwrap()?;
    Some((reaped.process.pid, reaped.status))
}
