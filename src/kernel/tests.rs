//! Rules of the design that no single object keeps (the others are tested beside what keeps them: see docs/rules.md).

use super::error::Block;
use super::file::{File, OpenFile, OpenFlags};
use super::fs::tree;
use super::io::{Sink, Source};
use super::process::{Process, StringList};
use super::signal::Signal;
use super::sync::wait::{block_until, ready_until};
use super::sync::{WaitQueue, Waiter};
use super::syscall::io::{read_file, write_file};
use super::syscall::path::{Base, open_waiting};
use super::testing::process;
use super::tty::Pty;
use super::{Kernel, Limits, Result};
use core::pin::pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll};
use std::sync::Arc;
use std::task::Wake;
use std::thread::{self, Thread};

/// A buffer without end, whose process is killed after some of it.
struct KilledHalfway<'a> {
    process: &'a Arc<Process>,
    seen: usize,
    kill_at: usize,
}

impl KilledHalfway<'_> {
    fn count(&mut self, bytes: usize) {
        self.seen += bytes;
        if self.seen >= self.kill_at {
            // By somebody else, as this is called with the file's lock held.
            let process = self.process;
            thread::scope(|scope| {
                scope.spawn(|| process.post(Signal::SIGKILL));
            });
        }
    }
}

impl Source for KilledHalfway<'_> {
    fn remaining(&self) -> usize {
        1 << 30
    }
    fn take(&mut self, into: &mut [u8]) -> Result<()> {
        self.count(into.len());
        Ok(())
    }
}

impl Sink for KilledHalfway<'_> {
    fn room(&self) -> usize {
        1 << 30
    }
    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.count(bytes.len());
        Ok(())
    }
}

/// Rule 6: a call over a gibibyte is over within a slice of the kill.
#[test]
fn a_killed_process_leaves_a_long_call_within_a_slice() {
    const SLICE: usize = 64 << 10;
    let kernel = Kernel::new(
        tree::in_memory(64 << 20).unwrap(),
        Limits::default(),
        StringList::default(),
    );
    for (path, flags) in [
        ("/tmp/f", OpenFlags::O_WRONLY | OpenFlags::O_CREAT),
        ("/dev/null", OpenFlags::O_WRONLY),
    ] {
        let current = process(&kernel);
        let file = open_waiting(&current, Base::Cwd, path.as_bytes(), flags, 0o600).unwrap();
        let mut data = KilledHalfway {
            process: current.process(),
            seen: 0,
            kill_at: 10 * SLICE,
        };
        write_file(&current, &file, &mut data).unwrap();
        assert!(data.seen <= 11 * SLICE, "{path}: {} bytes", data.seen);
        current.die();
    }
    let current = process(&kernel);
    let file = open_waiting(&current, Base::Cwd, b"/dev/zero", OpenFlags::empty(), 0).unwrap();
    let mut data = KilledHalfway {
        process: current.process(),
        seen: 0,
        kill_at: 10 * SLICE,
    };
    read_file(&current, &file, &mut data).unwrap();
    assert!(data.seen <= 11 * SLICE, "{} bytes", data.seen);
    current.die();
}

/// Rule 7: what any thread may drop holds nothing of one thread's, as a JavaScript value would be. The compiler is the test.
#[test]
fn kernel_objects_belong_to_no_thread() {
    fn of_any_thread<T: Send + Sync>() {}
    of_any_thread::<Kernel>();
    of_any_thread::<Process>();
    of_any_thread::<OpenFile>();
    of_any_thread::<File>();
    of_any_thread::<Pty>();
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Rule 8: one wake reaches a thread that sleeps and a future that pends.
#[test]
#[allow(clippy::disallowed_methods)] // This thread stands for the page's event loop, and may sleep.
fn a_queue_wakes_threads_and_futures_alike() {
    let queue = Arc::new(WaitQueue::new());
    let ready = Arc::new(AtomicBool::new(false));
    let attempt = |ready: &AtomicBool| match ready.load(Ordering::SeqCst) {
        true => Ok(()),
        false => Err(Block::WouldBlock),
    };
    let (asleep, flag) = (queue.clone(), ready.clone());
    let blocking =
        thread::spawn(move || block_until(&Waiter::new(), &[&asleep], None, || false, || attempt(&flag)));
    let (pending, flag) = (queue.clone(), ready.clone());
    let asynchronous = thread::spawn(move || {
        let mut future = pin!(ready_until(&*pending, || attempt(&flag)));
        let waker = Arc::new(Unpark(thread::current())).into();
        let mut polls = 0;
        loop {
            polls += 1;
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(result) => return (result, polls),
                Poll::Pending => thread::park(),
            }
        }
    });
    while queue.waiting() < 2 {
        thread::yield_now();
    }
    ready.store(true, Ordering::SeqCst);
    queue.wake_all();
    assert_eq!(blocking.join().unwrap(), Ok(()));
    let (result, polls) = asynchronous.join().unwrap();
    assert_eq!(result, Ok(()));
    assert!(polls <= 3, "it was woken, not polled: {polls}");
}
