//! [`KernelRef`]: how a file system that shows the kernel finds it.

use crate::kernel::Kernel;
use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::sync::{Mutex, Rank};
use std::sync::{Arc, Weak};

/// The kernel in whose tree a file system is, once there is one. Weak, as the kernel holds the tree.
pub struct KernelRef(Mutex<Weak<Kernel>>);

impl Default for KernelRef {
    fn default() -> Self {
        KernelRef(Mutex::new(Rank::Inode, Weak::new()))
    }
}

impl KernelRef {
    /// Keeps it.
    pub fn set(&self, kernel: Weak<Kernel>) {
        *self.0.lock() = kernel;
    }

    /// The kernel, if it is there.
    pub fn weak(&self) -> Weak<Kernel> {
        self.0.lock().clone()
    }

    /// The kernel. ENOENT.
    pub fn get(&self) -> Result<Arc<Kernel>> {
        let kernel = self.weak().upgrade();
        kernel.ok_or(Error::new(Errno::ENOENT, "the tree is no kernel's"))
    }
}
