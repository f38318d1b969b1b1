//! Where bytes come from and go to: the caller's side of a read or a write.
//!
//! The caller's memory may be a guest's (another `WebAssembly.Memory`), so kernel objects never get a slice of it. A
//! [`Sink`] takes what is read, a [`Source`] gives what is written, each a copy at a time straight between the object's
//! storage and the caller.

use super::error::{Errno, Result};

/// Takes the bytes that a read produces.
pub trait Sink {
    /// How many bytes it still takes.
    fn room(&self) -> usize;
    /// Appends `bytes`, at most [`Sink::room`] of them. EFAULT if the memory behind it is bad.
    fn put(&mut self, bytes: &[u8]) -> Result<()>;
}

/// Gives the bytes that a write consumes.
pub trait Source {
    /// How many bytes it still has.
    fn remaining(&self) -> usize;
    /// Fills `into`, which is at most [`Source::remaining`] long, with the next bytes. EFAULT if the memory behind it is bad.
    fn take(&mut self, into: &mut [u8]) -> Result<()>;
}

impl Source for &[u8] {
    fn remaining(&self) -> usize {
        self.len()
    }
    fn take(&mut self, into: &mut [u8]) -> Result<()> {
        let (now, later) = self.split_at_checked(into.len()).ok_or(Errno::EFAULT)?;
        into.copy_from_slice(now);
        *self = later;
        Ok(())
    }
}

impl Sink for &mut [u8] {
    fn room(&self) -> usize {
        self.len()
    }
    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        let (now, later) = core::mem::take(self)
            .split_at_mut_checked(bytes.len())
            .ok_or(Errno::EFAULT)?;
        now.copy_from_slice(bytes);
        *self = later;
        Ok(())
    }
}

/// A growing buffer that takes at most `limit` bytes.
pub struct VecSink {
    /// What has been read so far.
    pub bytes: Vec<u8>,
    limit: usize,
}

impl VecSink {
    /// An empty buffer for at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        VecSink {
            bytes: Vec::new(),
            limit,
        }
    }
}

impl Sink for VecSink {
    fn room(&self) -> usize {
        self.limit - self.bytes.len()
    }
    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes.try_reserve(bytes.len()).map_err(|_| Errno::ENOMEM)?;
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }
}
