//! [`DevFs`]: what is in `/dev`.
//!
//! A fixed set of names, each family of devices in a file of its own. `fd` shows the descriptors of whoever looks (the page has none),
//! `pts` the terminals of the kernel; on `shm` a file system in memory is mounted ([`super::tree`]).

mod descriptors;
mod directory;
mod memory;
mod meta;
mod random;
mod terminal;

use super::kernel_ref::KernelRef;
use super::{FileSystem, InodeRef, NAME_MAX, StatFs, next_dev};
use crate::kernel::Kernel;
pub(super) use descriptors::parse_number;
use descriptors::{FdDirectory, Link};
use directory::{DevDirectory, MountPoint};
use memory::{Memory, MemoryDevice};
use meta::Numbers;
use random::{Generator, RandomDevice};
use std::sync::{Arc, Weak};
use terminal::{ControllingTerminal, Multiplexer, PtsDirectory};

/// The file system of devices.
pub struct DevFs {
    root: Arc<DevDirectory>,
    kernel: Arc<KernelRef>,
}

impl DevFs {
    /// A new one.
    pub fn new() -> Arc<Self> {
        let mut numbers = Numbers::new(next_dev());
        let kernel = Arc::<KernelRef>::default();
        let root = numbers.directory(0o755, 5);
        let root = Arc::new_cyclic(|me: &Weak<DevDirectory>| DevDirectory {
            meta: root,
            children: children(&mut numbers, me, &kernel),
            me: me.clone(),
        });
        Arc::new(DevFs { root, kernel })
    }
}

fn children(
    numbers: &mut Numbers,
    root: &Weak<DevDirectory>,
    kernel: &Arc<KernelRef>,
) -> Vec<(&'static [u8], InodeRef)> {
    let generator = Generator::shared();
    let mut memory = |kind, minor| -> InodeRef {
        Arc::new(MemoryDevice {
            meta: numbers.device(0o666, 1, minor),
            kind,
        })
    };
    let mut all: Vec<(&'static [u8], InodeRef)> = vec![
        (b"null", memory(Memory::Null, 3)),
        (b"zero", memory(Memory::Zero, 5)),
        (b"full", memory(Memory::Full, 7)),
    ];
    for (name, minor) in [(b"random" as &[u8], 8), (b"urandom", 9)] {
        all.push((
            name,
            Arc::new(RandomDevice {
                meta: numbers.device(0o666, 1, minor),
                generator: generator.clone(),
            }),
        ));
    }
    all.push((
        b"tty",
        Arc::new(ControllingTerminal {
            meta: numbers.device(0o666, 5, 0),
        }),
    ));
    all.push((
        b"ptmx",
        Arc::new(Multiplexer {
            meta: numbers.device(0o666, 5, 2),
        }),
    ));
    all.push((
        b"pts",
        Arc::new(PtsDirectory {
            meta: numbers.directory(0o755, 2),
            parent: root.clone(),
            kernel: kernel.clone(),
        }),
    ));
    all.push((
        b"shm",
        Arc::new(MountPoint {
            meta: numbers.directory(0o1777, 2),
            parent: root.clone(),
        }),
    ));
    all.push((
        b"fd",
        Arc::new(FdDirectory {
            meta: numbers.directory(0o555, 2),
            parent: root.clone(),
        }),
    ));
    for (name, target) in [
        (b"stdin" as &[u8], b"/dev/fd/0" as &[u8]),
        (b"stdout", b"/dev/fd/1"),
        (b"stderr", b"/dev/fd/2"),
    ] {
        all.push((
            name,
            Arc::new(Link {
                meta: numbers.link(target.len()),
                target,
            }),
        ));
    }
    all
}

impl FileSystem for DevFs {
    fn root(&self) -> InodeRef {
        self.root.clone()
    }

    fn type_name(&self) -> &'static str {
        "devtmpfs"
    }

    fn attach(&self, kernel: &Weak<Kernel>) {
        self.kernel.set(kernel.clone());
    }

    fn statfs(&self) -> StatFs {
        /// Linux's number for devtmpfs' parent, tmpfs.
        const TMPFS_MAGIC: u64 = 0x0102_1994;
        StatFs {
            bsize: 4_096,
            blocks: 0,
            bfree: 0,
            bavail: 0,
            files: 0,
            ffree: 0,
            namelen: NAME_MAX as u64,
            fs_type: TMPFS_MAGIC,
        }
    }
}
