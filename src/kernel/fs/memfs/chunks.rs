//! [`Chunks`]: a regular file's bytes, in 64 KiB pieces.
//!
//! Invariants: an absent chunk, and what lies beyond a chunk's length, is zeros; no byte at or after the file's size is other
//! than zero, so that a file that grows shows zeros; `charged` is the sum of the chunks' capacities, and that much
//! of the [`Space`] is ours.

use super::space::Space;
use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::fs::ZEROS;
use crate::kernel::io::{Sink, Source};
use std::collections::BTreeMap;

/// The size of a full chunk.
pub const CHUNK: usize = 65_536;
/// The least that a chunk takes; it doubles up to [`CHUNK`].
const LEAST: usize = 64;

/// A sparse array of bytes.
#[derive(Default)]
pub struct Chunks {
    /// Chunk 0, apart so that a small file needs no tree.
    first: Vec<u8>,
    rest: BTreeMap<u64, Vec<u8>>,
    charged: u64,
}

/// Where a byte is: the chunk and the place in it.
fn locate(offset: u64) -> (u64, usize) {
    (offset / CHUNK as u64, (offset % CHUNK as u64) as usize)
}

fn capacity_for(length: usize) -> usize {
    length.next_power_of_two().clamp(LEAST, CHUNK)
}

impl Chunks {
    /// Bytes taken from the space.
    pub fn charged(&self) -> u64 {
        self.charged
    }

    fn chunk(&self, index: u64) -> &[u8] {
        if index == 0 {
            &self.first
        } else {
            self.rest.get(&index).map_or(&[], Vec::as_slice)
        }
    }

    /// Copies `count` bytes from `offset` on into `into`; answers less when `into` fails half-way.
    pub fn read(&self, offset: u64, count: usize, into: &mut dyn Sink) -> Result<usize> {
        let mut done = 0;
        while done < count {
            let (index, start) = locate(offset + done as u64);
            let end = CHUNK.min(start + count - done);
            let chunk = self.chunk(index);
            let stored = &chunk[start.min(chunk.len())..end.min(chunk.len())];
            let missing = end - start - stored.len();
            let put = put_part(into, stored).and_then(|()| put_part(into, &ZEROS[..missing]));
            match put {
                Ok(()) => done += end - start,
                Err(error) if done == 0 => return Err(error),
                Err(_) => break,
            }
        }
        Ok(done)
    }

    /// Takes `count` bytes out of `from` to `offset` on; answers less when the space is used up or `from` fails
    /// half-way. `size` is the file's size until now.
    pub fn write(
        &mut self,
        space: &Space,
        size: u64,
        offset: u64,
        count: usize,
        from: &mut dyn Source,
    ) -> Result<usize> {
        let mut done = 0;
        while done < count {
            let (index, start) = locate(offset + done as u64);
            let end = CHUNK.min(start + count - done);
            match self.write_part(space, size, index, start..end, from) {
                Ok(()) => done += end - start,
                Err(error) if done == 0 => return Err(error),
                Err(_) => break,
            }
        }
        Ok(done)
    }

    fn write_part(
        &mut self,
        space: &Space,
        size: u64,
        index: u64,
        part: core::ops::Range<usize>,
        from: &mut dyn Source,
    ) -> Result<()> {
        let chunk = if index == 0 {
            &mut self.first
        } else {
            self.rest.entry(index).or_default()
        };
        let outcome = grow(chunk, part.end, space, &mut self.charged)
            .and_then(|()| from.take(&mut chunk[part.clone()]));
        if outcome.is_err() {
            // What came before the failure must not show when the file grows later.
            let kept = size.saturating_sub(index * CHUNK as u64).min(part.end as u64) as usize;
            let from = kept.max(part.start).min(chunk.len());
            chunk[from..].fill(0);
            if chunk.capacity() == 0 {
                self.rest.remove(&index);
            }
        }
        outcome
    }

    /// ENOSPC unless the space has room for full chunks from `offset` to `end`.
    pub fn require_room(&self, space: &Space, offset: u64, end: u64) -> Result<()> {
        let (first, last) = (locate(offset).0, locate(end - 1).0);
        let full = (last - first + 1).saturating_mul(CHUNK as u64);
        let mut there: u64 = self
            .rest
            .range(first..=last)
            .map(|(_, chunk)| chunk.capacity() as u64)
            .sum();
        if first == 0 {
            there += self.first.capacity() as u64;
        }
        let room = space.limit().saturating_sub(space.used());
        if full.saturating_sub(there) > room {
            return Err(Error::new(
                Errno::ENOSPC,
                "the file system's byte limit is reached",
            ));
        }
        Ok(())
    }

    /// Takes memory for full chunks from `offset` to `end`, so that writing there takes no more. What is reserved and not written
    /// reads as zeros, and counts as a hole.
    pub fn reserve(&mut self, space: &Space, offset: u64, end: u64) -> Result<()> {
        for index in locate(offset).0..=locate(end - 1).0 {
            let chunk = if index == 0 {
                &mut self.first
            } else {
                self.rest.entry(index).or_default()
            };
            let outcome = make_room(chunk, CHUNK, space, &mut self.charged);
            if outcome.is_err() {
                if chunk.capacity() == 0 {
                    self.rest.remove(&index);
                }
                return outcome;
            }
        }
        Ok(())
    }

    /// The first offset from `offset` on whose chunk has been written.
    pub fn next_data(&self, offset: u64) -> Option<u64> {
        let (index, _) = locate(offset);
        if !self.chunk(index).is_empty() {
            return Some(offset);
        }
        let later = self.rest.range(index + 1..).find(|(_, chunk)| !chunk.is_empty());
        later.map(|(index, _)| index * CHUNK as u64)
    }

    /// The first offset from `offset` on whose chunk has not been written.
    pub fn next_hole(&self, offset: u64) -> u64 {
        let (mut index, _) = locate(offset);
        if self.chunk(index).is_empty() {
            return offset;
        }
        while !self.chunk(index).is_empty() {
            index += 1;
        }
        index * CHUNK as u64
    }

    /// Forgets everything from `length` on.
    pub fn truncate(&mut self, space: &Space, length: u64) {
        let (index, within) = locate(length);
        let mut freed = 0;
        let dropped = self.rest.split_off(&if within == 0 { index } else { index + 1 });
        freed += dropped.values().map(Vec::capacity).sum::<usize>();
        drop(dropped);
        let last = if index == 0 {
            Some(&mut self.first)
        } else {
            self.rest.get_mut(&index)
        };
        if let Some(last) = last {
            let before = last.capacity();
            last.truncate(within);
            last.shrink_to(if within == 0 { 0 } else { capacity_for(within) });
            freed += before - last.capacity();
        }
        self.charged -= freed as u64;
        space.release(freed as u64);
    }
}

fn put_part(into: &mut dyn Sink, bytes: &[u8]) -> Result<()> {
    if bytes.is_empty() { Ok(()) } else { into.put(bytes) }
}

/// Makes `chunk` at least `length` long.
fn grow(chunk: &mut Vec<u8>, length: usize, space: &Space, charged: &mut u64) -> Result<()> {
    if chunk.len() >= length {
        return Ok(());
    }
    make_room(chunk, length, space, charged)?;
    chunk.resize(length, 0);
    Ok(())
}

/// Makes `chunk` able to be `length` long.
fn make_room(chunk: &mut Vec<u8>, length: usize, space: &Space, charged: &mut u64) -> Result<()> {
    let before = chunk.capacity();
    if before < length {
        let target = capacity_for(length);
        space.charge((target - before) as u64)?;
        let reserved = chunk.try_reserve_exact(target - chunk.len());
        // The allocator may give more than was asked for; `charged` follows `capacity` either way.
        let now = chunk.capacity();
        *charged += (now - before) as u64;
        if now < target {
            space.release((target - now) as u64);
        } else if now > target {
            debug_assert!(false, "try_reserve_exact gave {now} bytes for {target}");
        }
        reserved.map_err(|_| Error::new(Errno::ENOSPC, "out of memory for file contents"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(chunks: &Chunks, offset: u64, count: usize) -> Vec<u8> {
        let mut bytes = vec![0xAA; count];
        assert_eq!(chunks.read(offset, count, &mut &mut bytes[..]).unwrap(), count);
        bytes
    }

    #[test]
    fn a_hole_reads_as_zeros_and_takes_no_space() {
        let space = Space::new(1 << 20);
        let mut chunks = Chunks::default();
        let far = 5 * CHUNK as u64 + 7;
        chunks.write(&space, 0, far, 3, &mut &b"end"[..]).unwrap();
        assert_eq!(contents(&chunks, 0, CHUNK), vec![0; CHUNK]);
        assert_eq!(contents(&chunks, far - 2, 5), b"\0\0end");
        assert_eq!(space.used(), LEAST as u64);
    }

    #[test]
    fn a_small_file_takes_little() {
        let space = Space::new(1 << 20);
        let mut chunks = Chunks::default();
        chunks.write(&space, 0, 0, 5, &mut &b"hello"[..]).unwrap();
        assert_eq!(space.used(), LEAST as u64);
        chunks.truncate(&space, 0);
        assert_eq!(space.used(), 0);
    }

    #[test]
    fn a_write_across_chunks_is_cut_where_the_space_ends() {
        let space = Space::new(CHUNK as u64 + 128);
        let mut chunks = Chunks::default();
        let bytes = vec![7; 2 * CHUNK];
        let written = chunks.write(&space, 0, 0, bytes.len(), &mut &bytes[..]).unwrap();
        assert_eq!(written, CHUNK);
        assert_eq!(
            chunks
                .write(&space, CHUNK as u64, CHUNK as u64, 200, &mut &bytes[..])
                .unwrap_err()
                .errno,
            Errno::ENOSPC
        );
        assert_eq!(space.used(), CHUNK as u64);
        chunks.truncate(&space, 0);
        assert_eq!(space.used(), 0);
    }

    #[test]
    fn what_was_cut_off_does_not_come_back() {
        let space = Space::new(1 << 20);
        let mut chunks = Chunks::default();
        chunks.write(&space, 0, 0, 6, &mut &b"secret"[..]).unwrap();
        chunks.truncate(&space, 2);
        chunks.write(&space, 2, 10, 1, &mut &b"x"[..]).unwrap();
        assert_eq!(contents(&chunks, 0, 11), b"se\0\0\0\0\0\0\0\0x");
    }

    #[test]
    fn a_source_that_fails_leaves_no_trace_beyond_the_end() {
        struct Bad;
        impl Source for Bad {
            fn remaining(&self) -> usize {
                8
            }
            fn take(&mut self, into: &mut [u8]) -> Result<()> {
                into.fill(9);
                Err(Errno::EFAULT.into())
            }
        }
        let space = Space::new(1 << 20);
        let mut chunks = Chunks::default();
        chunks.write(&space, 0, 0, 2, &mut &b"ab"[..]).unwrap();
        assert_eq!(
            chunks.write(&space, 2, 2, 8, &mut Bad).unwrap_err().errno,
            Errno::EFAULT
        );
        assert_eq!(contents(&chunks, 0, 10), b"ab\0\0\0\0\0\0\0\0");
    }
}
