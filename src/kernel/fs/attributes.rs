//! [`Attributes`]: what a file system in memory keeps about each file beside its contents.

use super::inode::SetAttr;
use crate::kernel::clock;

/// What stat(2) tells and chmod, chown and utimens change, for every kind of node.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Attributes {
    pub mode: u32,
    pub nlink: u32,
    pub uid: u32,
    pub gid: u32,
    pub atime_ns: u64,
    pub mtime_ns: u64,
    pub ctime_ns: u64,
    pub birthtime_ns: u64,
}

impl Attributes {
    /// For a node made now.
    pub fn new(mode: u32, uid: u32, gid: u32, nlink: u32) -> Self {
        let now = clock::realtime_ns();
        Attributes {
            mode: mode & 0o7777,
            nlink,
            uid,
            gid,
            atime_ns: now,
            mtime_ns: now,
            ctime_ns: now,
            birthtime_ns: now,
        }
    }

    /// The contents changed at `now`.
    pub fn modified(&mut self, now: u64) {
        self.mtime_ns = now;
        self.ctime_ns = now;
    }

    /// The contents were read. As with Linux's relatime, atime moves only when it is not after the last change; the
    /// clock is not read otherwise.
    pub fn accessed(&mut self) {
        if self.atime_ns <= self.mtime_ns || self.atime_ns <= self.ctime_ns {
            self.atime_ns = clock::realtime_ns();
        }
    }

    /// chmod, chown, utimens.
    pub fn change(&mut self, changes: &SetAttr) {
        self.mode = changes.mode.map_or(self.mode, |mode| mode & 0o7777);
        self.uid = changes.uid.unwrap_or(self.uid);
        self.gid = changes.gid.unwrap_or(self.gid);
        self.atime_ns = changes.atime_ns.unwrap_or(self.atime_ns);
        self.mtime_ns = changes.mtime_ns.unwrap_or(self.mtime_ns);
        self.ctime_ns = clock::realtime_ns();
    }
}
