//! A guest's memory on the way to its clone: [`Image`].

use super::memory::GuestMemory;
use super::platform::Memory;
use crate::kernel::error::{Errno, Result};
use wasmer::AsStoreMut;

/// A copy of a guest's memory, in the kernel's: every thread reaches it, and its pages have been used before, where a buffer of the
/// engine's own would be mapped page by page, which takes longer than the copying.
pub struct Image {
    /// How many bytes the guest's memory has.
    size: u64,
    /// Where the copy begins; what lies below is zero in the clone.
    from: u32,
    bytes: Vec<u8>,
}

impl Image {
    /// Copies all that lies at or above `from`. ENOMEM.
    pub fn take(memory: &Memory, from: u32) -> Result<Self> {
        let size = memory.size();
        let len = size.saturating_sub(u64::from(from)) as usize;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(len).map_err(|_| Errno::ENOMEM)?;
        bytes.resize(len, 0);
        memory.read(from, &mut bytes)?;
        Ok(Image { size, from, bytes })
    }

    /// Makes a new guest's memory this copy, growing it as needed. ENOMEM.
    pub fn put(self, memory: &Memory, store: &mut impl AsStoreMut) -> Result<()> {
        if memory.size() < self.size {
            memory.grow_to(store, self.size)?;
        }
        memory.write(self.from, &self.bytes)
    }
}
