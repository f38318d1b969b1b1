//! The thread that is a process: entering and leaving the kernel, waiting, and its own death.

use super::process::Process;
use super::status::Termination;
use super::word::Left;
use crate::kernel::error::{Attempt, Error, Fault};
use crate::kernel::signal::{Delivery, Signal};
use crate::kernel::sync::wait::{WaitError, block_until};
use crate::kernel::sync::{Owner, WaitQueue};
use core::ops::Deref;
use std::sync::Arc;

/// A process, on its own thread. System calls take it; it dereferences to the [`Process`].
pub struct Current {
    process: Arc<Process>,
    owner: Owner,
}

/// What is to be done on the way out of a system call.
#[derive(Clone, Copy, Debug)]
pub enum Leave {
    /// The thread is in GUEST now: return to the guest.
    Guest,
    /// Still in the kernel: run this handler (between [`Current::leave_for_handler`] and [`Current::enter`]), call
    /// [`Current::finish_delivery`], then leave again.
    Deliver(Delivery),
    /// Still in the kernel: call [`Current::die`] and trap.
    Die,
}

/// Why [`Current::wait`] gave no value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WaitFault {
    /// The operation failed.
    Failed(Error),
    /// A handler waits to be run, or the process must die.
    Interrupted,
    /// The deadline passed.
    TimedOut,
}

impl From<WaitFault> for Fault {
    /// A time-out, where the caller gave no deadline or has not looked, is ETIMEDOUT.
    fn from(fault: WaitFault) -> Fault {
        match fault {
            WaitFault::Failed(error) => Fault::Error(error),
            WaitFault::Interrupted => Fault::Interrupted,
            WaitFault::TimedOut => crate::kernel::Errno::ETIMEDOUT.into(),
        }
    }
}

impl Deref for Current {
    type Target = Process;
    fn deref(&self) -> &Process {
        &self.process
    }
}

impl Current {
    /// Makes this thread the process's own, in the KERNEL state.
    ///
    /// Only one thread may ever do so for a process: the worker that was given its start message.
    #[allow(unsafe_code)]
    pub fn adopt(process: Arc<Process>) -> Current {
        // SAFETY: by the contract above this is the process's only worker.
        Current {
            process,
            owner: unsafe { Owner::assume() },
        }
    }

    /// The process as others hold it.
    pub fn process(&self) -> &Arc<Process> {
        &self.process
    }

    /// The proof that this is the process's thread, for its tables.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// Enters the kernel from guest code. False when the process is doomed: the thread must take no lock, call nothing
    /// more, and park until it is terminated.
    #[inline]
    #[must_use]
    pub fn enter(&self) -> bool {
        self.process.word().enter()
    }

    /// Leaves the kernel, once what is due has been done.
    #[inline]
    pub fn leave(&self) -> Leave {
        match self.process.word().leave() {
            Left::Guest => Leave::Guest,
            other => self.leave_slow(other),
        }
    }

    #[cold]
    fn leave_slow(&self, mut left: Left) -> Leave {
        loop {
            match left {
                Left::Guest => return Leave::Guest,
                Left::Kill => return Leave::Die,
                Left::Attention => {
                    if let Some(delivery) = self.attend() {
                        return Leave::Deliver(delivery);
                    }
                }
            }
            left = self.process.word().leave();
        }
    }

    /// Leaves the kernel to run a handler. False when the process must die first.
    #[must_use]
    pub fn leave_for_handler(&self) -> bool {
        loop {
            match self.process.word().leave() {
                Left::Guest => return true,
                Left::Kill => return false,
                // What else is due waits for the handler's own calls.
                Left::Attention => self.process.word().clear_attention(),
            }
        }
    }

    /// After a handler has run: puts the mask back. What it held back is due now.
    pub fn finish_delivery(&self, delivery: &Delivery) {
        self.process.signals().finish_delivery(delivery);
        self.process.recheck_signals();
    }

    /// Stops if it is to stop; answers the next handler to run.
    fn attend(&self) -> Option<Delivery> {
        self.process.word().clear_attention();
        self.stay_stopped();
        let mut signals = self.process.signals();
        let delivery = signals.take_delivery();
        if signals.has_delivery() {
            self.process.word().call_attention();
        }
        delivery
    }

    /// For a process without a thread of its own: the next signal that it catches, if there is one and it is not stopped.
    pub fn take_caught(&self) -> Option<Signal> {
        self.process.word().clear_attention();
        let mut signals = self.process.signals();
        if signals.stopped().is_some() {
            return None;
        }
        let delivery = signals.take_delivery()?;
        signals.finish_delivery(&delivery);
        if signals.has_delivery() {
            self.process.word().call_attention();
        }
        Some(delivery.signal)
    }

    /// Sleeps while the process is stopped and not killed.
    fn stay_stopped(&self) {
        loop {
            let seen = self.process.waiter.wakes();
            if self.process.word().is_killed() || self.process.signals().stopped().is_none() {
                return;
            }
            self.process.waiter.sleep(seen, None);
        }
    }

    /// Waits on `queues` until `attempt` gives a result, a handler is due, the process must die, or `deadline`
    /// (ns of the monotonic clock) passes. Stops and continues on the way.
    pub fn wait<T>(
        &self,
        queues: &[&WaitQueue],
        deadline: Option<u64>,
        mut attempt: impl FnMut() -> Attempt<T>,
    ) -> Result<T, WaitFault> {
        loop {
            let called = || self.process.word().is_called();
            match block_until(&self.process.waiter, queues, deadline, called, &mut attempt) {
                Ok(value) => return Ok(value),
                Err(WaitError::Failed(error)) => return Err(WaitFault::Failed(error)),
                Err(WaitError::TimedOut) => return Err(WaitFault::TimedOut),
                Err(WaitError::Interrupted) => {
                    if self.process.word().is_killed() || self.attend_while_waiting() {
                        return Err(WaitFault::Interrupted);
                    }
                }
            }
        }
    }

    /// Waits like [`Current::wait`], but only death interrupts it: for what POSIX does not let signals interrupt.
    pub fn wait_uninterrupted<T>(
        &self,
        queues: &[&WaitQueue],
        mut attempt: impl FnMut() -> Attempt<T>,
    ) -> Result<T, WaitFault> {
        let killed = || self.process.word().is_killed();
        block_until(&self.process.waiter, queues, None, killed, &mut attempt).map_err(|error| match error {
            WaitError::Failed(error) => WaitFault::Failed(error),
            WaitError::Interrupted => WaitFault::Interrupted,
            WaitError::TimedOut => WaitFault::TimedOut,
        })
    }

    /// Stops if it is to stop; answers whether a handler is due, and then keeps the attention for the way out.
    fn attend_while_waiting(&self) -> bool {
        self.process.word().clear_attention();
        self.stay_stopped();
        let due = self.process.word().is_killed() || self.process.signals().has_delivery();
        if due {
            self.process.word().call_attention();
        }
        due
    }

    /// Decides that the process ends with `code`, unless a signal has decided before. [`Current::die`] follows.
    pub fn decide_exit(&self, code: u8) {
        self.process.set_fate(Termination::Exited(code));
    }

    /// Decides that the process ends by a fault of its own (a trap: SIGABRT's status 134 and the like).
    pub fn decide(&self, termination: Termination) {
        self.process.set_fate(termination);
    }

    /// Ends the process, from the KERNEL state: closes its files, tells its parent. After it the thread must leave the guest
    /// by a trap and must not enter again.
    pub fn die(&self) {
        self.process.word().doom_self();
        self.process.kernel().finish(&self.process, &self.owner);
    }

    /// Whether the process has died or must not run guest code any more.
    pub fn is_over(&self) -> bool {
        self.process.word().is_doomed()
    }
}
