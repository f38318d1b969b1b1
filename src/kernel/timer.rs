//! What happens when: who gets SIGALRM (ITIMER_REAL), and which queues are woken (timerfd_create(2)).
//!
//! The embedder's event loop calls [`Kernel::run_timers`] and sleeps until the answer, or until [`Timers::queue`] is woken.

use super::clock;
use super::machine::Kernel;
use super::process::Pid;
use super::signal::Signal;
use super::sync::{Mutex, Rank, WaitQueue};
use std::sync::Arc;

struct Timer {
    target: Target,
    deadline_ns: u64,
    interval_ns: u64,
}

/// What a timer does when it is due.
#[derive(Clone)]
enum Target {
    /// SIGALRM for a process.
    Alarm(Pid),
    /// A wake of the queue of a [`super::timer_fd::TimerFd`].
    Wake(Arc<WaitQueue>),
}

impl Target {
    fn is(&self, other: &Target) -> bool {
        match (self, other) {
            (Target::Alarm(one), Target::Alarm(other)) => one == other,
            (Target::Wake(one), Target::Wake(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

/// All armed timers; at most one a process, and one a timer's descriptor.
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
        let deadline = (value_ns > 0).then_some(now.saturating_add(value_ns));
        let old = self.replace(Target::Alarm(pid), deadline, interval_ns);
        old.map_or(0, |timer| timer.deadline_ns.saturating_sub(now).max(1))
    }

    /// Wakes `queue` at `deadline_ns` (of the monotonic clock), once, and not when it was to be woken before.
    pub fn wake_at(&self, queue: &Arc<WaitQueue>, deadline_ns: Option<u64>) {
        self.replace(Target::Wake(queue.clone()), deadline_ns, 0);
    }

    /// Disarms the timer of a process that ends.
    pub fn cancel(&self, pid: Pid) {
        self.armed
            .lock()
            .retain(|timer| !timer.target.is(&Target::Alarm(pid)));
    }

    fn replace(&self, target: Target, deadline_ns: Option<u64>, interval_ns: u64) -> Option<Timer> {
        let mut armed = self.armed.lock();
        let old = armed
            .iter()
            .position(|timer| timer.target.is(&target))
            .map(|at| armed.swap_remove(at));
        if let Some(deadline_ns) = deadline_ns {
            armed.push(Timer {
                target,
                deadline_ns,
                interval_ns,
            });
        }
        drop(armed);
        self.queue.wake_all();
        old
    }

    /// Woken when a deadline may have come nearer.
    pub fn queue(&self) -> &WaitQueue {
        &self.queue
    }

    /// The next deadline (ns of the monotonic clock).
    pub fn next_deadline(&self) -> Option<u64> {
        self.armed.lock().iter().map(|timer| timer.deadline_ns).min()
    }

    fn take_due(&self, now: u64) -> Vec<Target> {
        let mut due = Vec::new();
        self.armed.lock().retain_mut(|timer| {
            if timer.deadline_ns > now {
                return true;
            }
            due.push(timer.target.clone());
            if timer.interval_ns == 0 {
                return false;
            }
            // Counted from the deadline, so that lateness does not add up; what has been missed is left out.
            let missed = (now - timer.deadline_ns) / timer.interval_ns;
            let ahead = timer.interval_ns.saturating_mul(missed + 1);
            timer.deadline_ns = timer.deadline_ns.saturating_add(ahead);
            true
        });
        due
    }
}

impl Kernel {
    /// Sends SIGALRM and wakes queues where it is due; answers the next deadline (ns of the monotonic clock).
    pub fn run_timers(&self) -> Option<u64> {
        for target in self.timers().take_due(clock::monotonic_ns()) {
            match target {
                Target::Wake(queue) => queue.wake_all(),
                Target::Alarm(pid) => {
                    if let Ok(process) = self.find(pid) {
                        process.post(Signal::SIGALRM);
                    }
                }
            }
        }
        self.timers().next_deadline()
    }
}
