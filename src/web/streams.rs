//! Bytes between JavaScript and the kernel's pipes and terminals: [`Feeder`] writes what the page queues, [`Collector`] takes what
//! processes print. Both wait as futures, and copy once, straight between a `Uint8Array` and the kernel's buffer.

use crate::kernel::error::{Attempt, Block, Errno, Result};
use crate::kernel::io::{Sink, Source};
use crate::kernel::pipe::{PipeReader, PipeWriter};
use crate::kernel::sync::WaitQueue;
use crate::kernel::sync::wait::ready_until;
use crate::kernel::tty::PtyMaster;
use core::cell::{Cell, RefCell};
use js_sys::{Array, Function, Uint8Array};
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

#[wasm_bindgen(module = "/src/web/api.js")]
extern "C" {
    /// Arrays of bytes as one.
    pub fn joined(pieces: &Array) -> Uint8Array;
}

/// How much is read at once.
const PIECE: usize = 65_536;

/// Writes from an array of the page's.
pub struct ArraySource {
    bytes: Uint8Array,
    at: u32,
}

impl ArraySource {
    /// All of `bytes`.
    pub fn new(bytes: Uint8Array) -> Self {
        ArraySource { bytes, at: 0 }
    }
}

impl Source for ArraySource {
    fn remaining(&self) -> usize {
        (self.bytes.length() - self.at) as usize
    }

    fn take(&mut self, into: &mut [u8]) -> Result<()> {
        let end = self.at + into.len() as u32;
        if end > self.bytes.length() {
            return Err(Errno::EFAULT.into());
        }
        self.bytes.subarray(self.at, end).copy_to(into);
        self.at = end;
        Ok(())
    }
}

/// Reads into new arrays of the page's.
pub struct ArraySink {
    /// What has been read.
    pub pieces: Array,
    room: usize,
}

impl ArraySink {
    /// For at most `room` bytes.
    pub fn new(room: usize) -> Self {
        ArraySink {
            pieces: Array::new(),
            room,
        }
    }
}

impl Sink for ArraySink {
    fn room(&self) -> usize {
        self.room
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.pieces.push(&Uint8Array::new_from_slice(bytes));
        self.room -= bytes.len();
        Ok(())
    }
}

/// What the page can write to.
pub trait Input: 'static {
    /// Woken when it may take more.
    fn queue(&self) -> &WaitQueue;
    /// One try.
    fn try_write(&self, from: &mut dyn Source) -> Attempt<usize>;
}

/// What the page can read from.
pub trait Output: 'static {
    /// Woken when there may be more.
    fn queue(&self) -> &WaitQueue;
    /// One try; 0 and errors are the end.
    fn try_read(&self, into: &mut dyn Sink) -> Attempt<usize>;
}

impl Input for PipeWriter {
    fn queue(&self) -> &WaitQueue {
        PipeWriter::queue(self)
    }
    fn try_write(&self, from: &mut dyn Source) -> Attempt<usize> {
        PipeWriter::try_write(self, from)
    }
}

impl Output for PipeReader {
    fn queue(&self) -> &WaitQueue {
        PipeReader::queue(self)
    }
    fn try_read(&self, into: &mut dyn Sink) -> Attempt<usize> {
        PipeReader::try_read(self, into)
    }
}

impl Input for PtyMaster {
    fn queue(&self) -> &WaitQueue {
        PtyMaster::queue(self)
    }
    fn try_write(&self, from: &mut dyn Source) -> Attempt<usize> {
        PtyMaster::try_write(self, from)
    }
}

impl Output for PtyMaster {
    fn queue(&self) -> &WaitQueue {
        PtyMaster::queue(self)
    }
    fn try_read(&self, into: &mut dyn Sink) -> Attempt<usize> {
        PtyMaster::try_read(self, into)
    }
}

/// Queues bytes for an [`Input`] and writes them as it takes them. Nothing is kept once nobody reads any more.
pub struct Feeder<I: Input> {
    input: RefCell<Option<Rc<I>>>,
    queue: RefCell<VecDeque<Uint8Array>>,
    closing: Cell<bool>,
    running: Cell<bool>,
}

impl<I: Input> Feeder<I> {
    /// Feeds `input`.
    pub fn new(input: Rc<I>) -> Rc<Self> {
        Rc::new(Feeder {
            input: RefCell::new(Some(input)),
            queue: RefCell::default(),
            closing: Cell::new(false),
            running: Cell::new(false),
        })
    }

    /// Queues `bytes`, which nobody else changes; forgets them if the input is closed.
    pub fn push(self: &Rc<Self>, bytes: Uint8Array) {
        if self.closing.get() || bytes.length() == 0 {
            return;
        }
        self.queue.borrow_mut().push_back(bytes);
        self.run();
    }

    /// Closes the input after what is queued.
    pub fn close(self: &Rc<Self>) {
        self.closing.set(true);
        self.run();
    }

    /// Closes the input now.
    pub fn abort(&self) {
        self.closing.set(true);
        self.queue.borrow_mut().clear();
        let input = self.input.take();
        if let Some(input) = input {
            // A write that waits sees that it is over.
            input.queue().wake_all();
        }
    }

    fn run(self: &Rc<Self>) {
        if !self.running.replace(true) {
            let this = self.clone();
            // What fits is written at once, so that the order of calls is the order of effects.
            if this.write_now() {
                this.running.set(false);
                return;
            }
            spawn_local(async move {
                this.write_waiting().await;
                this.running.set(false);
            });
        }
    }

    /// Writes without waiting; answers whether there is no more to do.
    fn write_now(&self) -> bool {
        loop {
            let Some(input) = self.input.borrow().clone() else {
                return true;
            };
            let Some(bytes) = self.next() else { return true };
            let mut source = ArraySource::new(bytes);
            while source.remaining() > 0 {
                match input.try_write(&mut source) {
                    Ok(_) => {}
                    Err(Block::WouldBlock) => {
                        let left = source.bytes.subarray(source.at, source.bytes.length());
                        self.queue.borrow_mut().push_front(left);
                        return false;
                    }
                    Err(Block::Failed(_)) => {
                        self.abort();
                        return true;
                    }
                }
            }
        }
    }

    /// The next bytes; closes when there are none and never will be.
    fn next(&self) -> Option<Uint8Array> {
        let next = self.queue.borrow_mut().pop_front();
        if next.is_none() && self.closing.get() {
            let input = self.input.take();
            drop(input);
        }
        next
    }

    async fn write_waiting(&self) {
        while !self.write_now() {
            let Some(input) = self.input.borrow().clone() else {
                return;
            };
            let Some(bytes) = self.queue.borrow_mut().pop_front() else {
                continue;
            };
            let mut source = ArraySource::new(bytes);
            let written = ready_until(input.queue(), || match &*self.input.borrow() {
                Some(_) => input.try_write(&mut source),
                None => Err(Errno::ECANCELED.into()),
            });
            let written = written.await;
            if written.is_err() {
                return self.abort();
            }
            if source.remaining() > 0 {
                self.queue
                    .borrow_mut()
                    .push_front(source.bytes.subarray(source.at, source.bytes.length()));
            }
        }
    }
}

/// Where collected bytes go.
pub enum Destination {
    /// Kept.
    Keep(Array),
    /// Given to a function of the page's.
    Call(Function),
    /// Forgotten.
    Discard,
}

/// Reads an [`Output`] to its end, so that nobody who writes there is held up.
pub struct Collector<O: Output> {
    output: Rc<O>,
    destination: RefCell<Destination>,
}

impl<O: Output> Collector<O> {
    /// Starts to read.
    pub fn start(output: O, destination: Destination) -> Rc<Self> {
        let collector = Rc::new(Collector {
            output: Rc::new(output),
            destination: RefCell::new(destination),
        });
        let this = collector.clone();
        spawn_local(async move { this.read_to_the_end().await });
        collector
    }

    async fn read_to_the_end(&self) {
        loop {
            let mut sink = ArraySink::new(PIECE);
            match ready_until(self.output.queue(), || self.output.try_read(&mut sink)).await {
                Ok(count) if count > 0 => self.deliver(&sink.pieces),
                _ => return,
            }
        }
    }

    fn deliver(&self, pieces: &Array) {
        // A callback may come back here, so nothing is borrowed while it runs.
        let callback = match &*self.destination.borrow() {
            Destination::Keep(all) => {
                pieces.iter().for_each(|piece| {
                    all.push(&piece);
                });
                return;
            }
            Destination::Call(function) => function.clone(),
            Destination::Discard => return,
        };
        pieces.iter().for_each(|piece| call(&callback, &piece));
    }

    /// Delivers what is there now.
    pub fn flush(&self) {
        if let Some(pieces) = piece_now(&*self.output) {
            self.deliver(&pieces);
        }
    }

    /// Takes what is there now, and no more from here on; what comes later is read and forgotten. Answers what was kept.
    pub fn finish(&self) -> Array {
        self.flush();
        match self.destination.replace(Destination::Discard) {
            Destination::Keep(all) => all,
            _ => Array::new(),
        }
    }
}

/// Calls a callback of the page's. What it throws is the page's business and must not stop the kernel.
pub fn call(function: &Function, argument: &JsValue) {
    if let Err(error) = function.call1(&JsValue::UNDEFINED, argument) {
        report_error(&error);
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = reportError)]
    /// Shows an error as the browser shows one that nobody caught.
    pub fn report_error(error: &JsValue);
}

/// The next output, when there is some; `None` at the end, or once `over` says so (after a wake of the queue).
pub async fn next_piece<O: Output>(output: &O, over: impl Fn() -> bool) -> Option<Array> {
    let mut sink = ArraySink::new(PIECE);
    let read = ready_until(output.queue(), || {
        if over() { Ok(0) } else { output.try_read(&mut sink) }
    });
    match read.await {
        Ok(count) if count > 0 => Some(sink.pieces),
        _ => None,
    }
}

/// What there is now, without waiting.
pub fn piece_now<O: Output>(output: &O) -> Option<Array> {
    let mut sink = ArraySink::new(PIECE);
    match output.try_read(&mut sink) {
        Ok(count) if count > 0 => Some(sink.pieces),
        _ => None,
    }
}
