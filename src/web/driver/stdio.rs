//! Reads and writes of the processes that the page runs: as futures, since the page never sleeps. And what a driver need not do itself:
//! giving a process its standard input, and writing what it prints.

use super::Delegate;
use crate::kernel::clock;
use crate::kernel::error::{Attempt, Block, Errno, Error};
use crate::kernel::file::{File, OpenFile};
use crate::kernel::process::{Fd, Process};
use crate::kernel::signal::Signal;
use crate::kernel::sync::WaitQueue;
use crate::kernel::sync::wait::ready_until;
use crate::kernel::syscall::tty::{Access, try_access};
use crate::kernel::tty::PtySlave;
use crate::web::error::{JsResult, about, plain};
use crate::web::glue;
use crate::web::machine::Machine;
use crate::web::streams::{ArraySink, ArraySource};
use core::cell::{Cell, RefCell};
use futures_util::future::{Either, select};
use js_sys::{Array, Promise, Uint8Array};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// How much is read or written at once.
const PIECE: usize = 65_536;

/// Which way bytes go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// From the file.
    Read,
    /// To the file.
    Write,
}

/// ESRCH when the process has ended, whose call it is.
fn alive(process: &Process) -> Result<(), Error> {
    match process.termination() {
        None => Ok(()),
        Some(_) => Err(Error::new(Errno::ESRCH, "the process has ended")),
    }
}

/// What `attempt` gives, as soon as it gives something: the page is asked, or the file waited for, on the way. EAGAIN instead of a
/// wait where the file is O_NONBLOCK.
pub async fn complete<T>(
    machine: &Machine,
    process: &Process,
    file: &OpenFile,
    way: Way,
    mut attempt: impl FnMut() -> Attempt<T> + Unpin,
) -> JsResult<T> {
    if let File::Inode(_) = file.file {
        // A file of a file system has no queue: it asks, and then it answers.
        return machine.page.settle(|| at_once(attempt())).await;
    }
    if file.nonblocking() {
        return at_once(attempt());
    }
    let queues = file.wait_queues();
    let queue = match way {
        Way::Read => queues[0],
        Way::Write => queues[1].or(queues[0]),
    };
    let queue: &WaitQueue = queue.unwrap_or(&process.exited);
    let done = ready_until([queue, &process.exited], || {
        alive(process)?;
        attempt()
    });
    done.await.map_err(plain)
}

/// What an attempt gives now. EAGAIN if it would block.
pub fn at_once<T>(attempt: Attempt<T>) -> JsResult<T> {
    attempt.map_err(|block| match block {
        Block::Failed(error) => about(error, ""),
        Block::WouldBlock => about(Errno::EAGAIN.into(), ""),
    })
}

/// The next bytes of an open file, at most `room`, as arrays; none at the end.
pub async fn read_some(
    machine: &Machine,
    process: &Arc<Process>,
    file: &OpenFile,
    room: usize,
) -> JsResult<Array> {
    if let File::PtySlave(slave) = &file.file {
        return read_terminal(process, slave, file.nonblocking(), room).await;
    }
    let read = || {
        let mut sink = ArraySink::new(room.min(PIECE));
        file.try_read(&mut sink)?;
        Ok(sink.pieces)
    };
    complete(machine, process, file, Way::Read, read).await
}

/// The same of a terminal: with job control, and VTIME's clocks.
async fn read_terminal(
    process: &Arc<Process>,
    slave: &PtySlave,
    nonblocking: bool,
    room: usize,
) -> JsResult<Array> {
    let foreground = ready_until([&process.called, &process.exited], || {
        alive(process)?;
        if process.signals().stopped().is_some() {
            return Err(Block::WouldBlock);
        }
        try_access(process, slave.pty(), Access::Read)
    });
    foreground.await.map_err(plain)?;
    let started = clock::monotonic_ns();
    loop {
        let deadline = slave.read_deadline(started);
        let mut sink = ArraySink::new(room);
        if nonblocking {
            at_once(slave.try_read(&mut sink))?;
            return Ok(sink.pieces);
        }
        let read = ready_until([slave.queue(), &process.exited], || {
            alive(process)?;
            match slave.try_read(&mut sink) {
                // A byte has come: its clock starts.
                Err(Block::WouldBlock) if slave.read_deadline(started) != deadline => Ok(false),
                read => read.map(|_| true),
            }
        });
        let done = match deadline {
            None => read.await.map(Some),
            Some(at) => {
                let left = at.saturating_sub(clock::monotonic_ns()) as f64 / 1e6;
                match select(read, JsFuture::from(glue::delay(left))).await {
                    Either::Left((done, _)) => done.map(Some),
                    Either::Right(_) => Ok(None),
                }
            }
        };
        match done.map_err(plain)? {
            Some(true) => return Ok(sink.pieces),
            Some(false) => {}
            None => {
                let mut sink = ArraySink::new(room);
                slave.read_available(&mut sink).map_err(plain)?;
                return Ok(sink.pieces);
            }
        }
    }
}

/// Writes all of `bytes` to an open file. EPIPE comes with SIGPIPE.
pub async fn write_all(
    machine: &Machine,
    process: &Arc<Process>,
    file: &OpenFile,
    bytes: &Uint8Array,
) -> JsResult<()> {
    let mut at = 0;
    while at < bytes.length() {
        let write = || {
            // Anew at each try, as one that asks the page takes the bytes and begins again.
            let end = bytes.length().min(at + PIECE as u32);
            file.try_write(&mut ArraySource::new(bytes.subarray(at, end)))
                .inspect_err(|block| {
                    if matches!(block, Block::Failed(error) if error.errno == Errno::EPIPE) {
                        process.post(Signal::SIGPIPE);
                    }
                })
        };
        at += complete(machine, process, file, Way::Write, write).await? as u32;
    }
    Ok(())
}

/// What a driver's process has printed and nobody has taken yet.
#[derive(Default)]
pub struct Output {
    queue: RefCell<VecDeque<(Fd, Uint8Array)>>,
    running: Cell<bool>,
}

impl Output {
    /// Whether all is written.
    pub fn is_idle(&self) -> bool {
        !self.running.get()
    }

    fn next(&self) -> Option<(Fd, Uint8Array)> {
        self.queue.borrow_mut().pop_front()
    }
}

impl Output {
    /// Queues bytes for one of the process's descriptors.
    pub fn push(&self, delegate: &Rc<Delegate>, fd: Fd, bytes: Uint8Array) {
        self.queue.borrow_mut().push_back((fd, bytes));
        if !self.running.replace(true) {
            spawn_local(write_out(delegate.clone()));
        }
    }
}

async fn write_out(delegate: Rc<Delegate>) {
    let output = delegate.output();
    while let Some((fd, bytes)) = output.next() {
        // One that was closed, and one that nobody reads, take nothing: as with any program that does not look.
        if let Ok(file) = delegate.current.open_file(fd) {
            let _unwritten = write_all(&delegate.machine, delegate.process(), &file, &bytes).await;
        }
    }
    output.running.set(false);
    delegate.output_drained();
}

/// Gives a process its standard input as its driver wants it: by writeStdin and closeStdin. A driver that reads descriptor 0 itself gets
/// nothing from here on.
pub async fn feed_stdin(delegate: Rc<Delegate>) {
    if !delegate.link.takes_stdin() {
        return;
    }
    let Ok(file) = delegate.current.open_file(Fd(0)) else {
        return delegate.link.close_stdin();
    };
    // A driver that starts with a read has made it by the page's next turn.
    let _elapsed = JsFuture::from(glue::delay(0.0)).await;
    if in_background(&delegate, &file) {
        return;
    }
    while !delegate.is_over() && !delegate.reads_stdin.get() {
        let pieces = read_some(&delegate.machine, delegate.process(), &file, PIECE).await;
        if delegate.is_over() {
            return;
        }
        match pieces {
            Ok(pieces) if pieces.length() > 0 => {
                for piece in pieces.iter() {
                    let taken = delegate.link.write_stdin(&piece);
                    if let Ok(taken) = taken.dyn_into::<Promise>() {
                        let _taken = JsFuture::from(taken).await;
                    }
                }
            }
            _ => return delegate.link.close_stdin(),
        }
    }
}

/// Whether reading would only stop a job that was started in the background.
fn in_background(delegate: &Delegate, file: &OpenFile) -> bool {
    let File::PtySlave(slave) = &file.file else {
        return false;
    };
    let (session, foreground) = slave.pty().session();
    let own = delegate.current.info().map(|info| (info.sid, info.pgid));
    own.is_ok_and(|(sid, pgid)| session == Some(sid) && foreground != Some(pgid))
}
