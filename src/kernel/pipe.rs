//! Pipes and FIFOs: a bounded buffer of bytes between writers and readers.
//!
//! POSIX pipe(2), write(2) "Pipe or FIFO": a write of at most PIPE_BUF bytes is atomic; reading with no writer left
//! is the end of the file; writing with no reader left is EPIPE (the system call adds SIGPIPE).

use super::clock;
use super::error::{Attempt, Block, Errno, Error, Result};
use super::file::PollEvents;
use super::fs::{FileType, Stat};
use super::io::{Sink, Source};
use super::quota::{Quota, Slot};
use super::sync::platform::{AtomicU64, Ordering};
use super::sync::{Mutex, MutexGuard, Rank, WaitQueue};
use std::sync::Arc;

/// How many bytes a pipe holds.
pub const PIPE_CAPACITY: usize = 65_536;
/// Writes up to this size are not interleaved with others (`{PIPE_BUF}`).
pub const PIPE_BUF: usize = 4_096;

static NEXT_INO: AtomicU64 = AtomicU64::new(1);

/// A pipe's storage, shared by its ends. A FIFO's inode holds one too.
pub struct Pipe {
    inner: Mutex<PipeInner>,
    /// Woken on every change of readiness, at either end.
    queue: WaitQueue,
    ino: u64,
    created_ns: u64,
}

struct PipeInner {
    ring: Ring,
    readers: usize,
    writers: usize,
    /// How many readers and writers there ever were: a FIFO's open waits for the other side to come.
    opened_readers: u64,
    opened_writers: u64,
    /// Its place among the kernel's pipes, while it has an end; the page's own have none.
    slot: Option<Slot>,
}

impl PipeInner {
    fn occupy(&mut self, supply: Option<&Arc<Quota>>) -> Result<()> {
        if let (Some(supply), None) = (supply, &self.slot) {
            let slot = supply.take();
            self.slot = Some(slot.ok_or(Error::new(Errno::ENFILE, "the kernel's pipes are used up"))?);
        }
        Ok(())
    }

    /// An end is gone; the last one takes the bytes along.
    fn settle(&mut self) {
        if self.readers == 0 && self.writers == 0 {
            self.ring = Ring::new();
            self.slot = None;
        }
    }
}

/// A ring of at most [`PIPE_CAPACITY`] bytes that allocates as it fills.
struct Ring {
    bytes: Vec<u8>,
    start: usize,
    len: usize,
}

const FIRST_ALLOCATION: usize = 4_096;

impl Ring {
    const fn new() -> Self {
        Ring {
            bytes: Vec::new(),
            start: 0,
            len: 0,
        }
    }

    fn room(&self) -> usize {
        PIPE_CAPACITY - self.len
    }

    /// Makes room for `more` bytes beyond those that are there.
    fn reserve(&mut self, more: usize) -> Result<()> {
        let needed = self.len + more;
        if needed <= self.bytes.len() {
            return Ok(());
        }
        let size = needed.next_power_of_two().clamp(FIRST_ALLOCATION, PIPE_CAPACITY);
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(size).map_err(|_| Errno::ENOMEM)?;
        let (head, tail) = self.filled();
        bytes.extend_from_slice(head);
        bytes.extend_from_slice(tail);
        bytes.resize(size, 0);
        self.bytes = bytes;
        self.start = 0;
        Ok(())
    }

    fn filled(&self) -> (&[u8], &[u8]) {
        let end = self.start + self.len;
        let wrap = self.bytes.len();
        if end <= wrap {
            (&self.bytes[self.start..end], &[])
        } else {
            (&self.bytes[self.start..], &self.bytes[..end - wrap])
        }
    }

    fn push(&mut self, from: &mut dyn Source, count: usize) -> Result<()> {
        self.reserve(count)?;
        let wrap = self.bytes.len();
        let end = (self.start + self.len) % wrap;
        let first = count.min(wrap - end);
        from.take(&mut self.bytes[end..end + first])?;
        if first < count {
            from.take(&mut self.bytes[..count - first])?;
        }
        self.len += count;
        Ok(())
    }

    fn pop(&mut self, into: &mut dyn Sink) -> Result<usize> {
        let count = self.len.min(into.room());
        let (head, tail) = self.filled();
        let first = count.min(head.len());
        into.put(&head[..first])?;
        if first < count {
            into.put(&tail[..count - first])?;
        }
        self.len -= count;
        self.start = if self.len == 0 {
            0
        } else {
            (self.start + count) % self.bytes.len()
        };
        Ok(count)
    }
}

impl Pipe {
    /// A pipe without ends.
    pub fn new() -> Arc<Self> {
        let inner = PipeInner {
            ring: Ring::new(),
            readers: 0,
            writers: 0,
            opened_readers: 0,
            opened_writers: 0,
            slot: None,
        };
        Arc::new(Pipe {
            inner: Mutex::new(Rank::Pipe, inner),
            queue: WaitQueue::new(),
            ino: NEXT_INO.fetch_add(1, Ordering::Relaxed),
            created_ns: clock::realtime_ns(),
        })
    }

    /// pipe(2): a new pipe's two ends.
    pub fn pair() -> (PipeReader, PipeWriter) {
        let pipe = Pipe::new();
        (pipe.reader(), pipe.writer())
    }

    /// The same for a process, within the kernel's supply. ENFILE.
    pub fn pair_within(supply: &Arc<Quota>) -> Result<(PipeReader, PipeWriter)> {
        let pipe = Pipe::new();
        Ok((pipe.reader_within(Some(supply))?, pipe.writer()))
    }

    /// One more read end.
    pub fn reader(self: &Arc<Self>) -> PipeReader {
        self.add_reader(self.inner.lock())
    }

    /// One more write end.
    pub fn writer(self: &Arc<Self>) -> PipeWriter {
        self.add_writer(self.inner.lock())
    }

    /// One more read end; if it is the first end, it takes a place of `supply`. ENFILE.
    pub fn reader_within(self: &Arc<Self>, supply: Option<&Arc<Quota>>) -> Result<PipeReader> {
        let mut inner = self.inner.lock();
        inner.occupy(supply)?;
        Ok(self.add_reader(inner))
    }

    /// One more write end; if it is the first end, it takes a place of `supply`. ENFILE.
    pub fn writer_within(self: &Arc<Self>, supply: Option<&Arc<Quota>>) -> Result<PipeWriter> {
        let mut inner = self.inner.lock();
        inner.occupy(supply)?;
        Ok(self.add_writer(inner))
    }

    fn add_reader(self: &Arc<Self>, mut inner: MutexGuard<'_, PipeInner>) -> PipeReader {
        inner.readers += 1;
        inner.opened_readers += 1;
        drop(inner);
        self.queue.wake_all();
        PipeReader(self.clone())
    }

    fn add_writer(self: &Arc<Self>, mut inner: MutexGuard<'_, PipeInner>) -> PipeWriter {
        inner.writers += 1;
        inner.opened_writers += 1;
        drop(inner);
        self.queue.wake_all();
        PipeWriter(self.clone())
    }

    /// Whether the end exists: a FIFO's open for writing without waiting is ENXIO when it has no reader.
    pub fn has_reader(&self) -> bool {
        self.inner.lock().readers > 0
    }

    /// Readers and writers opened so far; a FIFO's blocking open waits until the other count has grown or is not zero.
    pub fn open_counts(&self) -> (u64, u64) {
        let inner = self.inner.lock();
        (inner.opened_readers, inner.opened_writers)
    }

    /// Whether there is a writer now.
    pub fn has_writer(&self) -> bool {
        self.inner.lock().writers > 0
    }

    /// Woken on every change.
    pub fn queue(&self) -> &WaitQueue {
        &self.queue
    }

    fn stat(&self) -> Stat {
        Stat {
            dev: 12,
            ino: self.ino,
            file_type: FileType::Fifo,
            mode: 0o600,
            nlink: 1,
            uid: 0,
            gid: 0,
            rdev: 0,
            size: 0,
            blocks: 0,
            atime_ns: self.created_ns,
            mtime_ns: self.created_ns,
            ctime_ns: self.created_ns,
            birthtime_ns: self.created_ns,
        }
    }

    fn try_read(&self, into: &mut dyn Sink) -> Attempt<usize> {
        let mut inner = self.inner.lock();
        if into.room() == 0 {
            return Ok(0);
        }
        if inner.ring.len == 0 {
            return if inner.writers == 0 {
                Ok(0)
            } else {
                Err(Block::WouldBlock)
            };
        }
        let count = inner.ring.pop(into)?;
        drop(inner);
        self.queue.wake_all();
        Ok(count)
    }

    fn try_write(&self, from: &mut dyn Source) -> Attempt<usize> {
        let mut inner = self.inner.lock();
        if inner.readers == 0 {
            return Err(Errno::EPIPE.into());
        }
        let (wanted, room) = (from.remaining(), inner.ring.room());
        if wanted == 0 {
            return Ok(0);
        }
        if room == 0 || (wanted <= PIPE_BUF && room < wanted) {
            return Err(Block::WouldBlock);
        }
        let count = wanted.min(room);
        inner.ring.push(from, count)?;
        drop(inner);
        self.queue.wake_all();
        Ok(count)
    }
}

/// A read end; the last one dropped breaks the pipe for its writers.
pub struct PipeReader(Arc<Pipe>);

/// A write end; the last one dropped is the end of the file for its readers.
pub struct PipeWriter(Arc<Pipe>);

impl PipeReader {
    /// The pipe that it is an end of.
    pub fn pipe(&self) -> &Arc<Pipe> {
        &self.0
    }

    /// One try of read(2): WouldBlock while it is empty and has a writer.
    pub fn try_read(&self, into: &mut dyn Sink) -> Attempt<usize> {
        self.0.try_read(into)
    }

    /// POLLIN with bytes, POLLHUP without a writer.
    pub fn poll(&self) -> PollEvents {
        let inner = self.0.inner.lock();
        let mut events = PollEvents::empty();
        events.set(PollEvents::POLLIN, inner.ring.len > 0);
        events.set(PollEvents::POLLHUP, inner.writers == 0);
        events
    }

    /// Bytes that can be read now.
    pub fn available(&self) -> usize {
        self.0.inner.lock().ring.len
    }

    /// Woken on every change.
    pub fn queue(&self) -> &WaitQueue {
        self.0.queue()
    }

    /// fstat(2).
    pub fn stat(&self) -> Stat {
        self.0.stat()
    }
}

impl PipeWriter {
    /// The pipe that it is an end of.
    pub fn pipe(&self) -> &Arc<Pipe> {
        &self.0
    }

    /// One try of write(2): a part of a long write; WouldBlock when it is full; EPIPE without a reader.
    pub fn try_write(&self, from: &mut dyn Source) -> Attempt<usize> {
        self.0.try_write(from)
    }

    /// POLLOUT with room for PIPE_BUF bytes, POLLERR without a reader.
    pub fn poll(&self) -> PollEvents {
        let inner = self.0.inner.lock();
        let mut events = PollEvents::empty();
        events.set(PollEvents::POLLOUT, inner.ring.room() >= PIPE_BUF);
        events.set(PollEvents::POLLERR, inner.readers == 0);
        events
    }

    /// Woken on every change.
    pub fn queue(&self) -> &WaitQueue {
        self.0.queue()
    }

    /// fstat(2).
    pub fn stat(&self) -> Stat {
        self.0.stat()
    }
}

impl Drop for PipeReader {
    fn drop(&mut self) {
        let mut inner = self.0.inner.lock();
        inner.readers -= 1;
        inner.settle();
        drop(inner);
        self.0.queue.wake_all();
    }
}

impl Drop for PipeWriter {
    fn drop(&mut self) {
        let mut inner = self.0.inner.lock();
        inner.writers -= 1;
        inner.settle();
        drop(inner);
        self.0.queue.wake_all();
    }
}

#[cfg(all(test, not(feature = "shuttle")))]
mod tests {
    use super::*;
    use crate::kernel::io::VecSink;
    use crate::kernel::sync::Waiter;
    use crate::kernel::sync::wait::block_until;

    fn read_all(reader: &PipeReader) -> Vec<u8> {
        let waiter = Waiter::new();
        let mut all = Vec::new();
        loop {
            let mut sink = VecSink::new(5_000);
            let count = block_until(
                &waiter,
                &[reader.queue()],
                None,
                || false,
                || reader.try_read(&mut sink),
            )
            .unwrap();
            if count == 0 {
                return all;
            }
            all.extend(sink.bytes);
        }
    }

    fn write_all(writer: &PipeWriter, mut bytes: &[u8]) {
        let waiter = Waiter::new();
        while !bytes.is_empty() {
            block_until(
                &waiter,
                &[writer.queue()],
                None,
                || false,
                || writer.try_write(&mut bytes),
            )
            .unwrap();
        }
    }

    #[test]
    fn read_of_an_empty_pipe_would_block_and_ends_without_writers() {
        let (reader, writer) = Pipe::pair();
        assert_eq!(reader.try_read(&mut VecSink::new(1)), Err(Block::WouldBlock));
        drop(writer);
        assert_eq!(reader.try_read(&mut VecSink::new(1)), Ok(0));
        assert!(reader.poll().contains(PollEvents::POLLHUP));
    }

    #[test]
    fn write_without_readers_is_epipe() {
        let (reader, writer) = Pipe::pair();
        drop(reader);
        assert_eq!(writer.try_write(&mut &b"x"[..]), Err(Errno::EPIPE.into()));
        assert!(writer.poll().contains(PollEvents::POLLERR));
    }

    #[test]
    fn a_short_write_is_atomic_a_long_one_is_cut() {
        let (_reader, writer) = Pipe::pair();
        assert_eq!(
            writer.try_write(&mut &vec![1; PIPE_CAPACITY - 10][..]),
            Ok(PIPE_CAPACITY - 10)
        );
        assert_eq!(writer.try_write(&mut &[2; 11][..]), Err(Block::WouldBlock));
        assert_eq!(writer.try_write(&mut &vec![3; PIPE_BUF + 1][..]), Ok(10));
        assert_eq!(writer.try_write(&mut &[4; 1][..]), Err(Block::WouldBlock));
    }

    #[test]
    fn bytes_keep_their_order_around_the_ring() {
        let (reader, writer) = Pipe::pair();
        let mut expected = 0u8;
        let mut next = 0u8;
        for round in 0..500 {
            let bytes: Vec<u8> = (0..(round * 37) % 4_000)
                .map(|_| (next, next = next.wrapping_add(1)).0)
                .collect();
            writer.try_write(&mut &bytes[..]).unwrap();
            let mut sink = VecSink::new(bytes.len());
            if !bytes.is_empty() {
                reader.try_read(&mut sink).unwrap();
            }
            for byte in sink.bytes {
                assert_eq!(byte, expected);
                expected = expected.wrapping_add(1);
            }
        }
    }

    #[test]
    fn many_writers_and_readers_lose_nothing() {
        let (reader, writer) = Pipe::pair();
        let (reader, writer) = (Arc::new(reader), Arc::new(writer));
        let readers: Vec<_> = (0..3)
            .map(|_| {
                let reader = reader.clone();
                std::thread::spawn(move || read_all(&reader).iter().map(|&byte| byte as u64).sum::<u64>())
            })
            .collect();
        let writers: Vec<_> = (1..=4u8)
            .map(|value| {
                let writer = writer.clone();
                std::thread::spawn(move || write_all(&writer, &vec![value; 300_000]))
            })
            .collect();
        drop(writer);
        writers.into_iter().for_each(|thread| thread.join().unwrap());
        let total: u64 = readers.into_iter().map(|thread| thread.join().unwrap()).sum();
        assert_eq!(total, 300_000 * (1 + 2 + 3 + 4));
    }
}
