//! What several tests of the kernel need: a process without a guest, and a thread that stands in for the page.

use super::error::{Block, Fault};
use super::fs::tree;
use super::process::{CommandLine, Current, Pid, ProcessSeed, StringList};
use super::question::{Answer, Request};
use super::signal::SignalState;
use super::sync::Waiter;
use super::sync::wait::block_until;
use super::syscall::process::clone_process;
use super::{Errno, Kernel, Limits};
use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

/// A kernel with files of at most 64 MiB.
pub fn kernel(limits: Limits) -> Arc<Kernel> {
    Kernel::new(tree::in_memory(64 << 20).unwrap(), limits, StringList::default())
}

/// The errno of what failed; `None` for what worked and what was interrupted.
pub fn errno<T>(result: Result<T, impl Into<Fault>>) -> Option<Errno> {
    match result.err().map(Into::into) {
        Some(Fault::Error(error)) => Some(error.errno),
        _ => None,
    }
}

/// A child that runs `body` in the kernel state on a thread of its own, and exits with what it answers.
pub fn child(parent: &Current, body: impl FnOnce(&Current) -> u8 + Send + 'static) -> (Pid, JoinHandle<()>) {
    let process = clone_process(parent).unwrap();
    let pid = process.pid;
    let thread = thread::spawn(move || {
        let current = Current::adopt(process);
        current.decide_exit(body(&current));
        current.die();
        current.kernel().release_slot();
    });
    (pid, thread)
}

/// Waits until `done`.
pub fn until(mut done: impl FnMut() -> bool) {
    while !done() {
        thread::yield_now();
    }
}

/// A process whose thread is the caller's.
pub fn process(kernel: &Arc<Kernel>) -> Current {
    let seed = ProcessSeed {
        parent: Pid::INIT,
        job: kernel.new_job(),
        pgid: None,
        sid: None,
        fds: Vec::new(),
        cwd: kernel.vfs.root_place(),
        umask: 0o022,
        signals: SignalState::default(),
        command: CommandLine::default(),
    };
    Current::adopt(kernel.create_process(seed).unwrap())
}

/// A thread that answers the questions of a kernel's processes until it is dropped.
pub struct Page {
    kernel: Arc<Kernel>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Page {
    pub fn new(kernel: &Arc<Kernel>, mut answer: impl FnMut(&Request) -> Answer + Send + 'static) -> Page {
        let stop = Arc::new(AtomicBool::new(false));
        let (its_kernel, its_stop) = (kernel.clone(), stop.clone());
        let thread = thread::spawn(move || {
            let waiter = Waiter::new();
            let questions = its_kernel.questions();
            let mut next = || match questions.take() {
                Some(question) => Ok(question),
                None if its_stop.load(Ordering::SeqCst) => Err(Errno::ECANCELED.into()),
                None => Err(Block::WouldBlock),
            };
            while let Ok(question) = block_until(&waiter, &[questions.queue()], None, || false, &mut next) {
                question.answer(answer(&question.request));
            }
        });
        Page {
            kernel: kernel.clone(),
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        self.kernel.questions().queue().wake_all();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}
