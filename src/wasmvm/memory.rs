//! The guest's memory as the kernel sees it: an allegation.
//!
//! A guest passes numbers. [`GuestMemory`] is the only way from them to bytes, and it answers EFAULT for what lies outside; a
//! [`GuestSlice`] is a pointer and a length that were checked once, and is checked again where it is used, as the memory may have
//! grown or the guest may have been replaced meanwhile. Arguments are copied in once, before they are judged.
//!
//! No reference into a guest's memory ever exists: in the browser it is another `WebAssembly.Memory`, and natively a nested
//! call of the guest may move it.

use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::fs::PATH_MAX;
use crate::kernel::io::{Sink, Source};
use crate::kernel::process::StringList;

/// How many buffers one call may name.
pub const IOV_MAX: u32 = 1_024;
/// How long argv and the environment may be together.
pub const ARG_MAX: u32 = 2 << 20;

/// Bytes of a guest, reached by copying. Offsets are the guest's pointers.
pub trait GuestMemory {
    /// How many bytes there are.
    fn size(&self) -> u64;
    /// Copies out of the guest. EFAULT if any byte lies outside; then `into` holds nothing of use.
    fn read(&self, at: u32, into: &mut [u8]) -> Result<()>;
    /// Copies into the guest. EFAULT if any byte lies outside; then nothing was written.
    fn write(&self, at: u32, bytes: &[u8]) -> Result<()>;

    /// A pointer and a length, checked. EFAULT.
    fn slice(&self, at: u32, len: u32) -> Result<GuestSlice> {
        if u64::from(at) + u64::from(len) <= self.size() {
            Ok(GuestSlice { at, len })
        } else {
            Err(Errno::EFAULT.into())
        }
    }

    /// `N` bytes.
    fn array<const N: usize>(&self, at: u32) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.read(at, &mut bytes)?;
        Ok(bytes)
    }

    /// A little-endian number.
    fn get_u32(&self, at: u32) -> Result<u32> {
        self.array(at).map(u32::from_le_bytes)
    }

    /// A little-endian number.
    fn get_u64(&self, at: u32) -> Result<u64> {
        self.array(at).map(u64::from_le_bytes)
    }

    /// Writes a little-endian number.
    fn put_u16(&self, at: u32, value: u16) -> Result<()> {
        self.write(at, &value.to_le_bytes())
    }

    /// Writes a little-endian number.
    fn put_u32(&self, at: u32, value: u32) -> Result<()> {
        self.write(at, &value.to_le_bytes())
    }

    /// Writes a little-endian number.
    fn put_u64(&self, at: u32, value: u64) -> Result<()> {
        self.write(at, &value.to_le_bytes())
    }

    /// A copy of `len` bytes, at most `limit`: `too_long` beyond that. EFAULT, ENOMEM.
    fn bytes(&self, at: u32, len: u32, limit: u32, too_long: Errno) -> Result<Vec<u8>> {
        self.slice(at, len)?;
        if len > limit {
            return Err(too_long.into());
        }
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(len as usize).map_err(|_| Errno::ENOMEM)?;
        bytes.resize(len as usize, 0);
        self.read(at, &mut bytes)?;
        Ok(bytes)
    }

    /// A list of strings that each end in a NUL byte. E2BIG, EFAULT.
    fn strings(&self, at: u32, len: u32) -> Result<StringList> {
        Ok(StringList::from_nul_terminated(&self.bytes(
            at,
            len,
            ARG_MAX,
            Errno::E2BIG,
        )?))
    }
}

/// A path, copied in once: short ones stay off the heap.
pub struct GuestPath {
    short: [u8; GuestPath::SHORT],
    len: usize,
    long: Vec<u8>,
}

impl GuestPath {
    const SHORT: usize = 256;

    /// Copies a path in. ENAMETOOLONG, EFAULT; a NUL byte in it is EINVAL.
    pub fn read(memory: &impl GuestMemory, at: u32, len: u32) -> Result<GuestPath> {
        let mut path = GuestPath {
            short: [0; GuestPath::SHORT],
            len: len as usize,
            long: Vec::new(),
        };
        if path.len <= GuestPath::SHORT {
            memory.read(at, &mut path.short[..len as usize])?;
        } else {
            path.long = memory.bytes(at, len, PATH_MAX as u32, Errno::ENAMETOOLONG)?;
        }
        if path.contains(&0) {
            return Err(Error::new(Errno::EINVAL, "a NUL byte in a path"));
        }
        Ok(path)
    }
}

impl core::ops::Deref for GuestPath {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        if self.len <= GuestPath::SHORT {
            &self.short[..self.len]
        } else {
            &self.long
        }
    }
}

/// A part of a guest's memory that was there when it was looked at.
#[derive(Clone, Copy, Debug)]
pub struct GuestSlice {
    at: u32,
    len: u32,
}

impl GuestSlice {
    /// Where it begins.
    pub fn at(self) -> u32 {
        self.at
    }

    /// How long it is.
    pub fn len(self) -> u32 {
        self.len
    }

    /// Whether it has no byte.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// Buffers of a guest, one after another: what readv(2) fills and writev(2) empties. One buffer needs no allocation.
pub struct GuestBuffers<'a, M> {
    memory: &'a M,
    now: GuestSlice,
    /// Those after `now`, last first.
    later: Vec<GuestSlice>,
    total: usize,
}

impl<'a, M: GuestMemory> GuestBuffers<'a, M> {
    /// One buffer. EFAULT.
    pub fn one(memory: &'a M, at: u32, len: u32) -> Result<Self> {
        let now = memory.slice(at, len)?;
        Ok(GuestBuffers {
            memory,
            now,
            later: Vec::new(),
            total: len as usize,
        })
    }

    /// An array of `count` iovecs (`u32 pointer, length`). EINVAL beyond [`IOV_MAX`] or if their lengths add up to more than 31
    /// bits; EFAULT.
    pub fn from_iovecs(memory: &'a M, at: u32, count: u32) -> Result<Self> {
        if count > IOV_MAX {
            return Err(Error::new(Errno::EINVAL, "more than IOV_MAX buffers"));
        }
        let mut buffers = GuestBuffers {
            memory,
            now: GuestSlice { at: 0, len: 0 },
            later: Vec::new(),
            total: 0,
        };
        for index in (0..count).rev() {
            let slice = iovec(memory, at.checked_add(index * 8).ok_or(Errno::EFAULT)?)?;
            if slice.is_empty() {
                continue;
            }
            if !buffers.now.is_empty() {
                buffers.later.push(buffers.now);
            }
            buffers.now = slice;
            buffers.total += slice.len as usize;
        }
        if buffers.total > i32::MAX as usize {
            return Err(Error::new(Errno::EINVAL, "buffers of more than 31 bits"));
        }
        Ok(buffers)
    }

    /// The next at most `want` bytes that lie together.
    fn advance(&mut self, want: usize) -> GuestSlice {
        let len = self.now.len.min(want as u32);
        let piece = GuestSlice { at: self.now.at, len };
        self.now = GuestSlice {
            at: self.now.at.wrapping_add(len),
            len: self.now.len - len,
        };
        if self.now.is_empty() {
            self.now = self.later.pop().unwrap_or(self.now);
        }
        self.total -= len as usize;
        piece
    }
}

fn iovec(memory: &impl GuestMemory, at: u32) -> Result<GuestSlice> {
    let iovec: [u8; 8] = memory.array(at)?;
    let [a, b, c, d, e, f, g, h] = iovec;
    memory.slice(u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]))
}

impl<M: GuestMemory> Sink for GuestBuffers<'_, M> {
    fn room(&self) -> usize {
        self.total
    }

    fn put(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            let piece = self.advance(bytes.len());
            let (head, tail) = bytes.split_at_checked(piece.len as usize).ok_or(Errno::EFAULT)?;
            if head.is_empty() {
                return Err(Errno::EFAULT.into());
            }
            self.memory.write(piece.at, head)?;
            bytes = tail;
        }
        Ok(())
    }
}

impl<M: GuestMemory> Source for GuestBuffers<'_, M> {
    fn remaining(&self) -> usize {
        self.total
    }

    fn take(&mut self, mut into: &mut [u8]) -> Result<()> {
        while !into.is_empty() {
            let piece = self.advance(into.len());
            let (head, tail) = into
                .split_at_mut_checked(piece.len as usize)
                .ok_or(Errno::EFAULT)?;
            if head.is_empty() {
                return Err(Errno::EFAULT.into());
            }
            self.memory.read(piece.at, head)?;
            into = tail;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::cell::RefCell;

    struct Bytes(RefCell<Vec<u8>>);

    impl GuestMemory for Bytes {
        fn size(&self) -> u64 {
            self.0.borrow().len() as u64
        }
        fn read(&self, at: u32, into: &mut [u8]) -> Result<()> {
            let slice = self.slice(at, into.len() as u32)?;
            into.copy_from_slice(&self.0.borrow()[slice.at as usize..][..slice.len as usize]);
            Ok(())
        }
        fn write(&self, at: u32, bytes: &[u8]) -> Result<()> {
            let slice = self.slice(at, bytes.len() as u32)?;
            self.0.borrow_mut()[slice.at as usize..][..slice.len as usize].copy_from_slice(bytes);
            Ok(())
        }
    }

    fn with_iovecs(iovecs: &[(u32, u32)]) -> Bytes {
        let mut bytes = vec![0; 256];
        for (index, (at, len)) in iovecs.iter().enumerate() {
            bytes[index * 8..][..4].copy_from_slice(&at.to_le_bytes());
            bytes[index * 8 + 4..][..4].copy_from_slice(&len.to_le_bytes());
        }
        Bytes(RefCell::new(bytes))
    }

    #[test]
    fn buffers_are_filled_and_emptied_in_order() {
        let memory = with_iovecs(&[(100, 3), (7_000, 0), (200, 2), (110, 4)]);
        assert!(GuestBuffers::from_iovecs(&memory, 0, 2).is_err());
        let memory = with_iovecs(&[(100, 3), (70, 0), (200, 2), (110, 4)]);
        let mut sink = GuestBuffers::from_iovecs(&memory, 0, 4).unwrap();
        assert_eq!(sink.room(), 9);
        sink.put(b"ab").unwrap();
        sink.put(b"cdefgh").unwrap();
        assert_eq!(sink.room(), 1);
        let mut source = GuestBuffers::from_iovecs(&memory, 0, 4).unwrap();
        let mut all = [0; 8];
        source.take(&mut all[..4]).unwrap();
        source.take(&mut all[4..]).unwrap();
        assert_eq!(&all, b"abcdefgh");
        assert_eq!(source.take(&mut [0; 2]).unwrap_err().errno, Errno::EFAULT);
    }

    #[test]
    fn what_lies_outside_is_efault() {
        let memory = with_iovecs(&[(250, 7), (u32::MAX, 2)]);
        for (at, count) in [(0, 1), (8, 1), (250, 1), (u32::MAX - 3, 1)] {
            assert_eq!(
                GuestBuffers::from_iovecs(&memory, at, count).err().unwrap().errno,
                Errno::EFAULT
            );
        }
        assert_eq!(memory.get_u32(253).unwrap_err().errno, Errno::EFAULT);
        assert_eq!(
            memory.bytes(0, 257, 1_000, Errno::E2BIG).unwrap_err().errno,
            Errno::EFAULT
        );
        assert_eq!(
            memory.bytes(0, 200, 100, Errno::E2BIG).unwrap_err().errno,
            Errno::E2BIG
        );
        assert_eq!(
            GuestBuffers::from_iovecs(&memory, 0, IOV_MAX + 1)
                .err()
                .unwrap()
                .errno,
            Errno::EINVAL
        );
    }
}
