//! The tree of files: [`Vfs`], what is mounted where, and [`Place`], a file in that tree.
//!
//! A mount covers a directory of another mount. Each file system has a device number of its own and is mounted once, so
//! an inode's device number names its mount. Most directories are not covered, and a walk must learn that without a lock:
//! a mount keeps a small filter over the inode numbers of its covered directories, and only a hit looks at the table.

use super::PATH_MAX;
use super::generation;
use super::inode::{FileType, InodeRef, same_inode};
use super::kernel_ref::KernelRef;
use crate::kernel::Kernel;
use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::file::OpenFile;
use crate::kernel::sync::{Mutex, Rank};
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};

/// A guest can nest directories much deeper than a path can say; the answer to where it is stays bounded.
pub const LONGEST_CWD: usize = 16 * PATH_MAX;

/// What can be mounted.
pub trait FileSystem: Send + Sync {
    /// Its root directory.
    fn root(&self) -> InodeRef;
    /// statfs(2).
    fn statfs(&self) -> StatFs;
    /// The kind of file system, as `/proc/mounts` calls it.
    fn type_name(&self) -> &'static str;
    /// Whether it can't be changed.
    fn is_read_only(&self) -> bool {
        false
    }
    /// Whether its files may have to [ask](crate::kernel::question) the page.
    fn asks(&self) -> bool {
        false
    }
    /// Whether a name, once looked up, goes on standing for the same file, for everybody, until a call on a path changes that. So it is not
    /// where names come and go by themselves, depend on who looks, or are somebody else's to change. What holds is [remembered](super::path_cache).
    fn keeps_names(&self) -> bool {
        false
    }
    /// Bytes of the kernel's own memory that its files take.
    fn memory(&self) -> u64 {
        0
    }
    /// An empty file system whose files are charged to the same budget, where there is one.
    fn beside(&self) -> Option<Arc<dyn FileSystem>> {
        None
    }
    /// Called when the kernel is there whose tree it is in.
    fn attach(&self, _kernel: &Weak<Kernel>) {}
}

/// statfs(2)'s answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub struct StatFs {
    pub bsize: u64,
    pub blocks: u64,
    pub bfree: u64,
    pub bavail: u64,
    pub files: u64,
    pub ffree: u64,
    pub namelen: u64,
    /// Linux's magic number of the kind of file system.
    pub fs_type: u64,
}

/// A file system at its place in the tree. Immutable but for the filter.
pub struct Mount {
    file_system: Arc<dyn FileSystem>,
    root: InodeRef,
    dev: u64,
    keeps_names: bool,
    /// The directory that it covers; `None` for the root of the tree.
    on: Option<Place>,
    /// One bit for each `ino % 64` of a covered directory of this mount.
    covered: AtomicU64,
}

impl Mount {
    fn new(file_system: Arc<dyn FileSystem>, on: Option<Place>) -> Arc<Self> {
        let root = file_system.root();
        let dev = root.dev();
        Arc::new(Mount {
            keeps_names: file_system.keeps_names(),
            file_system,
            root,
            dev,
            on,
            covered: AtomicU64::new(0),
        })
    }

    /// The file system's root directory.
    pub fn root(&self) -> &InodeRef {
        &self.root
    }

    /// The directory that it covers; `None` for the root of the tree.
    pub fn covers(&self) -> Option<&Place> {
        self.on.as_ref()
    }

    /// The file system's device number.
    pub fn dev(&self) -> u64 {
        self.dev
    }

    /// statfs(2).
    pub fn statfs(&self) -> StatFs {
        self.file_system.statfs()
    }

    /// The file system.
    pub fn file_system(&self) -> &Arc<dyn FileSystem> {
        &self.file_system
    }

    /// [`FileSystem::keeps_names`].
    #[inline]
    pub fn keeps_names(&self) -> bool {
        self.keeps_names
    }

    #[inline]
    fn may_be_covered(&self, ino: u64) -> bool {
        self.covered.load(Ordering::Acquire) >> (ino % 64) & 1 != 0
    }
}

/// A file in the tree: the inode, and the mount through which it is seen.
#[derive(Clone)]
pub struct Place {
    /// The mount.
    pub mount: Arc<Mount>,
    /// The file.
    pub inode: InodeRef,
}

impl Place {
    /// Whether it is the root of its mount.
    pub fn is_mount_root(&self) -> bool {
        same_inode(&self.inode, &self.mount.root)
    }

    /// Whether it is a directory.
    #[inline]
    pub fn is_directory(&self) -> bool {
        self.inode.file_type() == FileType::Directory
    }

    /// Whether both are the same file.
    pub fn is_same(&self, other: &Place) -> bool {
        same_inode(&self.inode, &other.inode)
    }
}

/// The tree of files of one kernel.
pub struct Vfs {
    root: Place,
    /// All mounts but the root's.
    mounts: Mutex<Vec<Arc<Mount>>>,
    /// Whether a file system that asks the page was ever mounted.
    asks: AtomicBool,
    kernel: KernelRef,
}

impl Vfs {
    /// A tree whose root is the root of `file_system`.
    pub fn new(file_system: Arc<dyn FileSystem>) -> Self {
        let asks = file_system.asks();
        let mount = Mount::new(file_system, None);
        let root = Place {
            inode: mount.root.clone(),
            mount,
        };
        Vfs {
            root,
            mounts: Mutex::new(Rank::Registry, Vec::new()),
            asks: AtomicBool::new(asks),
            kernel: KernelRef::default(),
        }
    }

    /// Tells every file system, those that are there and those to come, whose tree this is.
    pub fn attach(&self, kernel: &Arc<Kernel>) {
        let kernel = Arc::downgrade(kernel);
        self.kernel.set(kernel.clone());
        for mount in self.mounts() {
            mount.file_system.attach(&kernel);
        }
    }

    /// What is mounted, the root first, in the order of mounting.
    pub fn mounts(&self) -> Vec<Arc<Mount>> {
        let mut all = vec![self.root.mount.clone()];
        all.extend(self.mounts.lock().iter().cloned());
        all
    }

    /// Whether a path may lead to files that live on the page.
    pub fn asks(&self) -> bool {
        self.asks.load(Ordering::Relaxed)
    }

    /// `/`.
    pub fn root(&self) -> &Place {
        &self.root
    }

    /// `/`, to keep.
    pub fn root_place(&self) -> Place {
        self.root.clone()
    }

    /// Mounts `file_system` on the directory `on`. ENOTDIR; EBUSY if either is mounted already.
    pub fn mount(&self, on: Place, file_system: Arc<dyn FileSystem>) -> Result<()> {
        if !on.is_directory() {
            return Err(Errno::ENOTDIR.into());
        }
        if on.is_mount_root() {
            return Err(Error::new(Errno::EBUSY, "already mounted"));
        }
        self.asks.fetch_or(file_system.asks(), Ordering::Relaxed);
        file_system.attach(&self.kernel.weak());
        let parent = on.mount.clone();
        let ino = on.inode.ino();
        let mount = Mount::new(file_system, Some(on));
        let _changing = generation::change();
        let mut mounts = self.mounts.lock();
        let taken = |other: &Arc<Mount>| {
            other.dev == mount.dev
                || matches!((&other.on, &mount.on), (Some(theirs), Some(ours)) if theirs.is_same(ours))
        };
        if mount.dev == self.root.mount.dev || mounts.iter().any(taken) {
            return Err(Error::new(Errno::EBUSY, "already mounted"));
        }
        mounts.push(mount);
        parent.covered.fetch_or(1 << (ino % 64), Ordering::Release);
        Ok(())
    }

    /// Takes away what is mounted with its root at `place`. EINVAL if nothing is, EBUSY if something is mounted in it.
    /// Who has files of it open keeps them.
    pub fn unmount(&self, place: &Place) -> Result<()> {
        let mut mounts = self.mounts.lock();
        let found = mounts
            .iter()
            .position(|mount| place.is_mount_root() && mount.dev == place.mount.dev);
        let at = found.ok_or(Error::new(Errno::EINVAL, "not a mount point"))?;
        let dev = mounts[at].dev;
        if mounts
            .iter()
            .any(|mount| mount.on.as_ref().is_some_and(|on| on.mount.dev == dev))
        {
            return Err(Error::new(Errno::EBUSY, "a file system is mounted in it"));
        }
        // The filter of the mount below keeps its bit: others may share it, and it only costs a look.
        let changing = generation::change();
        let gone = mounts.remove(at);
        drop(mounts);
        drop(changing);
        drop(gone);
        Ok(())
    }

    /// What covers the directory `inode` of `mount`.
    #[inline]
    pub(super) fn cover(&self, mount: &Mount, inode: &InodeRef) -> Option<Arc<Mount>> {
        if mount.may_be_covered(inode.ino()) {
            self.look_for_cover(inode)
        } else {
            None
        }
    }

    #[cold]
    fn look_for_cover(&self, inode: &InodeRef) -> Option<Arc<Mount>> {
        let covers = |mount: &&Arc<Mount>| mount.on.as_ref().is_some_and(|on| same_inode(&on.inode, inode));
        self.mounts.lock().iter().find(covers).cloned()
    }

    /// The mount of the file system with device number `dev`. ENOENT when it was unmounted.
    pub(super) fn mount_of(&self, dev: u64) -> Result<Arc<Mount>> {
        if self.root.mount.dev == dev {
            return Ok(self.root.mount.clone());
        }
        let found = self.mounts.lock().iter().find(|mount| mount.dev == dev).cloned();
        found.ok_or(Error::new(Errno::ENOENT, "the file system was unmounted"))
    }

    /// The place of an inode that was reached without a path.
    pub(super) fn place_of(&self, inode: InodeRef) -> Result<Place> {
        Ok(Place {
            mount: self.mount_of(inode.dev())?,
            inode,
        })
    }

    /// The place of an open directory. ENOTDIR.
    pub fn place_of_directory(&self, file: &OpenFile) -> Result<Place> {
        match file.inode() {
            Ok(inode) if inode.file_type() == FileType::Directory => self.place_of(inode.clone()),
            _ => Err(Errno::ENOTDIR.into()),
        }
    }

    /// The place of an open file. EINVAL for what is in no file system.
    pub fn place_of_file(&self, file: &OpenFile) -> Result<Place> {
        self.place_of(file.inode()?.clone())
    }

    /// The absolute path of a directory, as getcwd(3) has it. ENOENT when it was removed, ENAMETOOLONG when it is longer than
    /// [`LONGEST_CWD`].
    pub fn path_of(&self, directory: &Place) -> Result<Vec<u8>> {
        let mut names = Vec::new();
        let mut length = 0;
        let mut at = directory.clone();
        loop {
            if at.is_mount_root() {
                match at.mount.covers().cloned() {
                    Some(covered) => at = covered,
                    None => break,
                }
                continue;
            }
            let parent = at.inode.parent()?;
            let name = parent.name_of(&*at.inode)?;
            length += name.len() + 1;
            if length > LONGEST_CWD {
                return Err(Errno::ENAMETOOLONG.into());
            }
            names.push(name);
            at.inode = parent;
        }
        let mut path = Vec::new();
        for name in names.iter().rev() {
            path.push(b'/');
            path.extend_from_slice(name);
        }
        if path.is_empty() {
            path.push(b'/');
        }
        Ok(path)
    }
}
