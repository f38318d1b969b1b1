//! What several tests of the kernel need: a process without a guest, and a thread that stands in for the page.

use super::error::Block;
use super::process::{CommandLine, Current, Pid, ProcessSeed};
use super::question::{Answer, Request};
use super::signal::SignalState;
use super::sync::Waiter;
use super::sync::wait::block_until;
use super::{Errno, Kernel};
use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

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
