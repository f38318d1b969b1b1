//! `/dev/null`, `/dev/zero`, `/dev/full`: devices without a state.

use super::meta::{Meta, answered_by_meta};
use crate::kernel::error::{Attempt, Errno};
use crate::kernel::fs::{Inode, WritePosition, ZEROS};
use crate::kernel::io::{Sink, Source};

/// Which of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// Empty; swallows all.
    Null,
    /// Zeros without end; swallows all.
    Zero,
    /// Zeros without end; no space for anything.
    Full,
}

/// One of them.
pub struct MemoryDevice {
    pub meta: Meta,
    pub kind: Memory,
}

impl Inode for MemoryDevice {
    answered_by_meta!();

    fn try_read_at(&self, _offset: u64, into: &mut dyn Sink) -> Attempt<usize> {
        if self.kind == Memory::Null {
            return Ok(0);
        }
        // As much as one call does of anything; a caller who wants more calls again.
        let count = into.room().min(ZEROS.len());
        into.put(&ZEROS[..count])?;
        Ok(count)
    }

    fn try_write_at(&self, position: WritePosition, from: &mut dyn Source) -> Attempt<(usize, u64)> {
        match self.kind {
            Memory::Full if from.remaining() > 0 => Err(Errno::ENOSPC.into()),
            _ => swallow(position, from),
        }
    }

    fn truncate(&self, _length: u64) -> crate::kernel::error::Result<()> {
        Err(Errno::EINVAL.into())
    }
}

/// Takes all without looking at it. It must take: whoever writes goes on until the source is empty.
pub fn swallow(position: WritePosition, from: &mut dyn Source) -> Attempt<(usize, u64)> {
    let offset = match position {
        WritePosition::At(offset) => offset,
        WritePosition::End => 0,
    };
    let mut count = 0;
    let mut bin = [0; 1024];
    while from.remaining() > 0 {
        let now = from.remaining().min(bin.len());
        from.take(&mut bin[..now])?;
        count += now;
    }
    Ok((count, offset.saturating_add(count as u64)))
}
