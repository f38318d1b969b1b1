//! A first-in first-out queue of bytes that takes and gives them in runs.

use crate::kernel::error::{Errno, Result};
use crate::kernel::io::Sink;
use std::collections::VecDeque;

/// Bytes on their way from one side of a terminal to the other. It has no limit of its own: those who fill it look at
/// [`ByteQueue::len`] first.
#[derive(Default, Debug)]
pub struct ByteQueue {
    bytes: VecDeque<u8>,
}

impl ByteQueue {
    /// How many bytes wait.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether none wait.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Makes room for `count` more bytes, so that pushing them can't fail. ENOMEM.
    pub fn reserve(&mut self, count: usize) -> Result<()> {
        self.bytes.try_reserve(count).map_err(|_| Errno::ENOMEM.into())
    }

    /// Appends a run.
    pub fn push(&mut self, run: &[u8]) {
        self.bytes.extend(run);
    }

    /// Moves all of `from` behind what is here.
    pub fn append(&mut self, from: &mut ByteQueue) {
        self.bytes.append(&mut from.bytes);
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Moves at most `limit` bytes to `sink`, as many as it takes. If the sink fails nothing is lost.
    pub fn pop_into(&mut self, sink: &mut dyn Sink, limit: usize) -> Result<usize> {
        let count = self.len().min(limit).min(sink.room());
        let (front, back) = self.bytes.as_slices();
        let from_front = count.min(front.len());
        if from_front > 0 {
            sink.put(&front[..from_front])?;
        }
        if count > from_front {
            sink.put(&back[..count - from_front])?;
        }
        self.bytes.drain(..count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::io::VecSink;

    #[test]
    fn gives_bytes_in_order_across_the_wrap() {
        let mut queue = ByteQueue::default();
        let mut expected = Vec::new();
        let mut got = VecSink::new(usize::MAX);
        for round in 0..200u8 {
            let run: Vec<u8> = (0..round % 13).map(|at| round.wrapping_add(at)).collect();
            expected.extend_from_slice(&run);
            queue.push(&run);
            queue.pop_into(&mut got, 5).unwrap();
        }
        queue.pop_into(&mut got, usize::MAX).unwrap();
        assert_eq!(got.bytes, expected);
    }

    #[test]
    fn a_failing_sink_loses_nothing() {
        struct Broken;
        impl Sink for Broken {
            fn room(&self) -> usize {
                9
            }
            fn put(&mut self, _bytes: &[u8]) -> Result<()> {
                Err(Errno::EFAULT.into())
            }
        }
        let mut queue = ByteQueue::default();
        queue.push(b"abc");
        assert!(queue.pop_into(&mut Broken, 9).is_err());
        assert_eq!(queue.len(), 3);
    }
}
