//! The edge that every system call passes: from guest code into the kernel and back.
//!
//! In: probe the stack, refresh the view of the memory, GUEST to KERNEL. Out: run the handlers that are due, restart or
//! answer EINTR, KERNEL to GUEST, or die. A process that dies or calls exec leaves by [`platform::leave_guest`]: in the
//! browser that is a trap which drops nothing, so here no guard, borrow or owned value may be live across it, nor across a
//! handler's run.

use super::guest::{Guest, GuestRef};
use super::platform::{self, Answer};
use crate::kernel::error::{Errno, Fault, SysResult};
use crate::kernel::process::Leave;
use crate::kernel::question;
use crate::kernel::signal::Delivery;
use wasmer::FunctionEnvMut;

/// Whether a call that a handler with SA_RESTART interrupted begins anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Restart {
    /// It does.
    Yes,
    /// It answers EINTR whatever the handler's flags are: waits for time (poll, sleep) and for signals.
    No,
}

/// What a system call answers through its result, not through a pointer.
pub trait Outcome {
    /// As the guest sees it.
    fn into_result(self) -> i32;
}

impl Outcome for () {
    fn into_result(self) -> i32 {
        0
    }
}

impl Outcome for u32 {
    fn into_result(self) -> i32 {
        self as i32
    }
}

/// A system call that returns.
#[inline]
pub fn system_call<T: Outcome>(
    mut env: FunctionEnvMut<'_, GuestRef>,
    restart: Restart,
    call: impl Fn(&Guest) -> SysResult<T>,
) -> Answer {
    platform::probe_stack();
    let guest = env.data().get();
    guest.memory.refresh(&env);
    loop {
        if !guest.current.enter() {
            return platform::park();
        }
        let mut outcome = call(guest);
        if question::is_asking() {
            outcome = question::restart(&guest.current, || call(guest));
        }
        let after = match guest.current.leave() {
            Leave::Guest => After::Nothing,
            due => deliver(&mut env, due),
        };
        match (outcome, after) {
            (_, After::Left) => return platform::leave_guest(),
            (_, After::Doomed) => return platform::park(),
            (Ok(value), _) => return platform::answer(value.into_result()),
            (Err(Fault::Error(error)), _) => return platform::answer(error.errno as i32),
            (Err(Fault::Interrupted), After::Handled { restart: true }) if restart == Restart::Yes => {}
            // Nothing is to be seen of what interrupted it (a stop, say).
            (Err(Fault::Interrupted), After::Nothing) => {}
            (Err(Fault::Interrupted), After::Handled { .. }) => return platform::answer(Errno::EINTR as i32),
        }
    }
}

/// A system call by which the process leaves its image, if it works.
pub fn last_call(
    mut env: FunctionEnvMut<'_, GuestRef>,
    call: impl Fn(&Guest) -> SysResult<LastCall>,
) -> Answer {
    platform::probe_stack();
    let guest = env.data().get();
    guest.memory.refresh(&env);
    if !guest.current.enter() {
        return platform::park();
    }
    let errno = match question::settle(&guest.current, || call(guest)) {
        // The process stays in the kernel: nobody terminates it between its images.
        Ok(LastCall::Exec) => return platform::leave_guest(),
        Err(Fault::Error(error)) => error.errno,
        Err(Fault::Interrupted) => Errno::EINTR,
    };
    let after = match guest.current.leave() {
        Leave::Guest => After::Nothing,
        due => deliver(&mut env, due),
    };
    match after {
        After::Left => platform::leave_guest(),
        After::Doomed => platform::park(),
        After::Nothing | After::Handled { .. } => platform::answer(errno as i32),
    }
}

/// A system call that ends the process: `decide` says how.
pub fn exit_call(env: FunctionEnvMut<'_, GuestRef>, decide: impl Fn(&Guest)) -> Answer<()> {
    platform::probe_stack();
    let guest = env.data().get();
    if !guest.current.enter() {
        return platform::park();
    }
    decide(guest);
    guest.die();
    platform::leave_guest()
}

/// What a [`last_call`] has decided.
pub enum LastCall {
    /// [`Guest::next`] holds what to run.
    Exec,
}

/// What happened on the way out.
enum After {
    /// In guest code again.
    Nothing,
    /// The same, and handlers have run.
    Handled {
        /// Whether all of them had SA_RESTART.
        restart: bool,
    },
    /// The process has died, or a handler has left it by exit, exec or a trap.
    Left,
    /// Somebody else owns its death.
    Doomed,
}

#[cold]
#[inline(never)]
fn deliver(env: &mut FunctionEnvMut<'_, GuestRef>, mut due: Leave) -> After {
    let guest = env.data().get();
    let mut handled = None;
    loop {
        match due {
            Leave::Guest => return handled.map_or(After::Nothing, |restart| After::Handled { restart }),
            Leave::Die => {
                guest.die();
                return After::Left;
            }
            Leave::Deliver(delivery) => match run_handler(env, guest, &delivery) {
                After::Nothing => {
                    guest.current.finish_delivery(&delivery);
                    handled = Some(handled.unwrap_or(true) && delivery.restart);
                }
                gone => return gone,
            },
        }
        due = guest.current.leave();
    }
}

/// Runs one handler; the process is in the kernel before it and, for [`After::Nothing`], after it.
fn run_handler(env: &mut FunctionEnvMut<'_, GuestRef>, guest: &Guest, delivery: &Delivery) -> After {
    if !guest.current.leave_for_handler() {
        guest.die();
        return After::Left;
    }
    let Some(instance) = guest.instance.get() else {
        // A signal for a start section: it has no table yet, so it can have set no handler.
        return if guest.current.enter() {
            After::Nothing
        } else {
            After::Doomed
        };
    };
    let ran = instance.call_table(env, delivery.handler, i32::from(delivery.signal.number()));
    guest.memory.refresh(env);
    match ran {
        Ok(()) if guest.current.enter() => After::Nothing,
        Ok(()) => After::Doomed,
        Err(trap) => {
            // Either the handler has left the image, or it trapped, and then `run` finds the process in GUEST.
            guest.trap.set(Some(trap.message));
            After::Left
        }
    }
}
