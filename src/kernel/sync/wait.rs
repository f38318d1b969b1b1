//! Waiting for an event: the only place where kernel code sleeps.
//!
//! The pattern, and the lost wake-up that it avoids: a waiter first tries; if that would block it *registers* with the object's
//! [`WaitQueue`] and then tries **again**. Whoever makes the object ready changes it under the object's lock and wakes the
//! queue after that. Either the change came before the second try, which then succeeds, or the registration came before
//! the change, and the wake finds it. A [`Waiter`] counts its wakes, so a wake between the second try and the sleep
//! makes the sleep return at once.
//!
//! A waiter belongs to a blocking thread or carries the `Waker` of a `Future`; queues treat both alike, so that a pipe can join
//! a process worker to the page.

use super::lock::{Mutex, Rank, SLEEP_SLICE_NS, assert_no_lock_held};
use super::platform::{self, AtomicU32, AtomicU64, Ordering};
use crate::kernel::clock;
use crate::kernel::error::{Attempt, Block, Errno, Error};
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::sync::Arc;

/// Who is woken: a sleeping thread, or a future.
pub struct Waiter {
    /// Counts wakes; also the futex word that a thread sleeps on.
    wakes: AtomicU32,
    waker: Mutex<Option<Waker>>,
    /// How long its thread slept, for CPU times.
    slept_ns: AtomicU64,
    /// Whether its thread sleeps now.
    asleep: AtomicU32,
}

impl Default for Waiter {
    fn default() -> Self {
        Waiter {
            wakes: AtomicU32::new(0),
            waker: Mutex::new(Rank::Waker, None),
            slept_ns: AtomicU64::new(0),
            asleep: AtomicU32::new(0),
        }
    }
}

impl Waiter {
    /// A waiter that nobody has woken yet.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Wakes the thread or the future behind it, now or at its next sleep.
    pub fn wake(&self) {
        self.wakes.fetch_add(1, Ordering::SeqCst);
        platform::futex_wake(&self.wakes, u32::MAX);
        let waker = self.waker.lock().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// The number of wakes so far; read it before the try whose failure leads to [`Waiter::sleep`].
    pub fn wakes(&self) -> u32 {
        self.wakes.load(Ordering::SeqCst)
    }

    /// How long its thread has slept in [`Waiter::sleep`], in ns.
    pub fn slept_ns(&self) -> u64 {
        self.slept_ns.load(Ordering::Relaxed)
    }

    /// Whether its thread sleeps in [`Waiter::sleep`], as `ps` tells it.
    pub fn is_asleep(&self) -> bool {
        self.asleep.load(Ordering::Relaxed) != 0
    }

    /// Sleeps until a wake after `seen`, or until `deadline` (ns of [`clock::monotonic_ns`]). May return early.
    ///
    /// # Panics
    /// When the kernel is dead, and in debug builds when the thread holds a lock.
    pub fn sleep(&self, seen: u32, deadline: Option<u64>) {
        assert_no_lock_held("waiting");
        for _ in 0..SPINS {
            if self.wakes() != seen {
                return;
            }
            platform::spin_hint();
        }
        let began = clock::monotonic_ns();
        let left = deadline.map_or(SLEEP_SLICE_NS, |at| at.saturating_sub(began).min(SLEEP_SLICE_NS));
        if left > 0 {
            self.asleep.store(1, Ordering::Relaxed);
            platform::futex_wait(&self.wakes, seen, Some(left));
            self.asleep.store(0, Ordering::Relaxed);
            self.slept_ns
                .fetch_add(clock::monotonic_ns() - began, Ordering::Relaxed);
        }
        assert!(!super::is_dead(), "the kernel has panicked");
    }
}

/// Looks before a sleep: a few microseconds, about what a sleep and a wake cost.
const SPINS: u32 = 3_000;

/// Those who wait for one object.
pub struct WaitQueue {
    entries: Mutex<Vec<Arc<Waiter>>>,
    /// `entries.len()`, so that a wake of an empty queue takes no lock.
    count: AtomicU32,
}

impl Default for WaitQueue {
    fn default() -> Self {
        WaitQueue {
            entries: Mutex::new(Rank::WaitQueue, Vec::new()),
            count: AtomicU32::new(0),
        }
    }
}

impl WaitQueue {
    /// An empty queue.
    pub fn new() -> Self {
        Self::default()
    }

    /// Wakes all who wait. Call it after the object's lock has been released.
    #[inline]
    pub fn wake_all(&self) {
        if self.count.load(Ordering::SeqCst) != 0 {
            self.wake_registered();
        }
    }

    #[cold]
    fn wake_registered(&self) {
        // Copied out, as a waker may run foreign code.
        let entries = self.entries.lock().clone();
        entries.iter().for_each(|waiter| waiter.wake());
    }

    /// How many wait now, for tests.
    #[cfg(test)]
    pub fn waiting(&self) -> u32 {
        self.count.load(Ordering::SeqCst)
    }

    /// Adds `waiter` until [`WaitQueue::leave`].
    pub fn enter(&self, waiter: &Arc<Waiter>) {
        let mut entries = self.entries.lock();
        entries.push(waiter.clone());
        self.count.store(entries.len() as u32, Ordering::SeqCst);
    }

    /// Removes one entry of `waiter`.
    pub fn leave(&self, waiter: &Arc<Waiter>) {
        let mut entries = self.entries.lock();
        if let Some(at) = entries.iter().position(|each| Arc::ptr_eq(each, waiter)) {
            entries.swap_remove(at);
        }
        self.count.store(entries.len() as u32, Ordering::SeqCst);
    }
}

/// Registration with several queues, undone when dropped.
struct Registration<'a> {
    queues: &'a [&'a WaitQueue],
    waiter: &'a Arc<Waiter>,
}

impl<'a> Registration<'a> {
    fn new(queues: &'a [&'a WaitQueue], waiter: &'a Arc<Waiter>) -> Self {
        queues.iter().for_each(|queue| queue.enter(waiter));
        Registration { queues, waiter }
    }
}

impl Drop for Registration<'_> {
    fn drop(&mut self) {
        self.queues.iter().for_each(|queue| queue.leave(self.waiter));
    }
}

/// Why [`block_until`] returned without a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WaitError {
    /// The operation failed.
    Failed(Error),
    /// `interrupted` said so.
    Interrupted,
    /// The deadline passed.
    TimedOut,
}

/// Tries `attempt` until it gives a result, sleeping on `queues` in between. `interrupted` is asked before each
/// sleep and ends the wait; whoever makes it true must wake `waiter`.
pub fn block_until<T>(
    waiter: &Arc<Waiter>,
    queues: &[&WaitQueue],
    deadline: Option<u64>,
    mut interrupted: impl FnMut() -> bool,
    mut attempt: impl FnMut() -> Attempt<T>,
) -> Result<T, WaitError> {
    let registration = Registration::new(queues, waiter);
    let outcome = loop {
        let seen = waiter.wakes();
        match attempt() {
            Ok(value) => break Ok(value),
            Err(Block::Failed(error)) => break Err(WaitError::Failed(error)),
            Err(Block::WouldBlock) => {}
        }
        if interrupted() {
            break Err(WaitError::Interrupted);
        }
        if deadline.is_some_and(|at| clock::monotonic_ns() >= at) {
            break Err(WaitError::TimedOut);
        }
        waiter.sleep(seen, deadline);
    };
    drop(registration);
    outcome
}

/// The same for the page: a future that tries `attempt` and waits on `queues`. `Err(EIO)` when the kernel has died.
pub fn ready_until<Q, T, F>(queues: Q, attempt: F) -> ReadyUntil<Q, F>
where
    Q: Queues + Unpin,
    F: FnMut() -> Attempt<T> + Unpin,
{
    ReadyUntil {
        queues,
        attempt,
        waiter: None,
    }
}

/// The queues that [`ready_until`] waits on: one, or some.
pub trait Queues {
    /// Them.
    fn queues(&self) -> &[&WaitQueue];
}

impl Queues for &WaitQueue {
    fn queues(&self) -> &[&WaitQueue] {
        core::slice::from_ref(self)
    }
}

impl<const COUNT: usize> Queues for [&WaitQueue; COUNT] {
    fn queues(&self) -> &[&WaitQueue] {
        self
    }
}

/// The future of [`ready_until`].
pub struct ReadyUntil<Q: Queues, F> {
    queues: Q,
    attempt: F,
    waiter: Option<Arc<Waiter>>,
}

impl<Q, T, F> Future for ReadyUntil<Q, F>
where
    Q: Queues + Unpin,
    F: FnMut() -> Attempt<T> + Unpin,
{
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if super::is_dead() {
            return Poll::Ready(Err(Error::new(Errno::EIO, "the kernel has panicked")));
        }
        let this = &mut *self;
        let waiter = match &this.waiter {
            Some(waiter) => waiter.clone(),
            None => {
                let waiter = Waiter::new();
                this.queues.queues().iter().for_each(|queue| queue.enter(&waiter));
                this.waiter = Some(waiter.clone());
                waiter
            }
        };
        // The waker goes in before the try, so that a change after the try finds it.
        *waiter.waker.lock() = Some(cx.waker().clone());
        match (this.attempt)() {
            Ok(value) => Poll::Ready(Ok(value)),
            Err(Block::Failed(error)) => Poll::Ready(Err(error)),
            Err(Block::WouldBlock) => Poll::Pending,
        }
    }
}

impl<Q: Queues, F> Drop for ReadyUntil<Q, F> {
    fn drop(&mut self) {
        if let Some(waiter) = self.waiter.take() {
            self.queues.queues().iter().for_each(|queue| queue.leave(&waiter));
        }
    }
}
