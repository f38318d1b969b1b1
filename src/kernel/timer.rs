//! Interval timers (ITIMER_REAL): who gets SIGALRM when.
//!
//! The embedder's event loop calls [`Kernel::run_timers`] and sleeps until the answer, or until [`Timers::queue`] is woken.

use super::clock;
use super::machine::Kernel;
use super::process::Pid;
use super::signal::Signal;
use super::sync::{Mutex, Rank, WaitQueue};

#[derive(Clone, Copy)]
struct Timer {
    pid: Pid,
    deadline_ns: u64,
    interval_ns: u64,
}

/// All armed timers; at most one a process.
pub struct Timers {
    armed: Mutex<Vec<Timer>>,
    queue: WaitQueue,
}

impl Default for Timers {
    fn default() -> Self {
        Timers {
            armed: Mutex::new(Rank::Timers, Vec::new()),
            queue: WaitQueue::new(),
        }
    }
}

impl Timers {
    /// setitimer(2): arms the timer of `pid` to fire in `value_ns` (0 disarms), then every `interval_ns` (0: once).
    /// Answers the ns that the old one had left, 0 if there was none.
    pub fn set(&self, pid: Pid, value_ns: u64, interval_ns: u64) -> u64 {
        let now = clock::monotonic_ns();
        let mut armed = self.armed.lock();
        let old = armed
            .iter()
            .position(|timer| timer.pid == pid)
            .map(|at| armed.swap_remove(at));
        if value_ns > 0 {
            armed.push(Timer {
                pid,
                deadline_ns: now.saturating_add(value_ns),
                interval_ns,
            });
        }
        drop(armed);
        self.queue.wake_all();
        old.map_or(0, |timer| timer.deadline_ns.saturating_sub(now).max(1))
    }

    /// Disarms the timer of a process that ends.
    pub fn cancel(&self, pid: Pid) {
        self.armed.lock().retain(|timer| timer.pid != pid);
    }

    /// Woken when a deadline may have come nearer.
    pub fn queue(&self) -> &WaitQueue {
        &self.queue
    }

    /// The next deadline (ns of the monotonic clock).
    pub fn next_deadline(&self) -> Option<u64> {
        self.armed.lock().iter().map(|timer| timer.deadline_ns).min()
    }

    fn take_due(&self, now: u64) -> Vec<Pid> {
        let mut due = Vec::new();
        self.armed.lock().retain_mut(|timer| {
            if timer.deadline_ns > now {
                return true;
            }
            due.push(timer.pid);
            timer.deadline_ns = now.saturating_add(timer.interval_ns);
            timer.interval_ns > 0
        });
        due
    }
}

impl Kernel {
    /// Sends SIGALRM where it is due; answers the next deadline (ns of the monotonic clock).
    pub fn run_timers(&self) -> Option<u64> {
        for pid in self.timers().take_due(clock::monotonic_ns()) {
            if let Ok(process) = self.find(pid) {
                process.post(Signal::SIGALRM);
            }
        }
        self.timers().next_deadline()
    }
}
