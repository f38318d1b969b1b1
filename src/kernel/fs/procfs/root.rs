//! `/proc` itself: what is about the kernel, and a directory for each process.

use super::directory::{FixedDirectory, Listed, child, listed, name_among, tell};
use super::link::SelfLink;
use super::meta::{Meta, PID_SHIFT, answered_by_meta, not_to_be_changed};
use super::pid::PidDirectory;
use super::text::{Maker, TextFile};
use super::{ProcessRef, hostname, loadavg, meminfo, mounts, stat, uptime, version};
use crate::kernel::Kernel;
use crate::kernel::error::{Errno, Result};
use crate::kernel::fs::devfs::parse_number;
use crate::kernel::fs::kernel_ref::KernelRef;
use crate::kernel::fs::{DirEntry, FileType, Inode, InodeRef};
use crate::kernel::process::{Pid, Process};
use std::sync::{Arc, Weak};

/// `/proc`.
pub struct Root {
    meta: Meta,
    kernel: Arc<KernelRef>,
    /// The names that are no process's.
    children: Vec<(&'static [u8], InodeRef)>,
    me: Weak<Root>,
}

/// Where the cookies of processes begin.
const PID_COOKIES: u64 = 1 << 32;

const ROOT_INO: u64 = 1;
const SELF_INO: u64 = 2;
const SYS_INO: u64 = 3;
const SYS_KERNEL_INO: u64 = 4;
const HOSTNAME_INO: u64 = 5;
const FIRST_TEXT_INO: u64 = 16;

/// What makes a text about the kernel.
type MakeText = fn(&Kernel) -> Result<Vec<u8>>;

/// Texts about the kernel: name, and what makes it.
const TEXTS: &[(&[u8], MakeText)] = &[
    (b"loadavg", loadavg::text),
    (b"meminfo", meminfo::text),
    (b"mounts", mounts::text),
    (b"stat", stat::text),
    (b"uptime", uptime::text),
    (b"version", version::text),
];

impl Root {
    pub fn new(dev: u64, kernel: Arc<KernelRef>) -> Arc<Self> {
        Arc::new_cyclic(|me: &Weak<Root>| {
            let mut children: Vec<(&'static [u8], InodeRef)> = Vec::new();
            for (&(name, make), ino) in TEXTS.iter().zip(FIRST_TEXT_INO..) {
                let meta = Meta::fixed(dev, ino, FileType::Regular, 0o444);
                let maker = Maker::Kernel(kernel.clone(), make);
                children.push((name, Arc::new(TextFile { meta, maker })));
            }
            let meta = Meta::fixed(dev, SELF_INO, FileType::Symlink, 0o777);
            children.push((b"self", Arc::new(SelfLink { meta, pid: None })));
            children.push((b"sys", sys(dev, me.clone(), &kernel)));
            Root {
                meta: Meta {
                    nlink: 3,
                    ..Meta::fixed(dev, ROOT_INO, FileType::Directory, 0o555)
                },
                kernel,
                children,
                me: me.clone(),
            }
        })
    }
}

/// `/proc/sys`.
fn sys(dev: u64, root: Weak<Root>, kernel: &Arc<KernelRef>) -> InodeRef {
    let directory = |ino, nlink| Meta {
        nlink,
        ..Meta::fixed(dev, ino, FileType::Directory, 0o555)
    };
    let hostname = TextFile {
        meta: Meta::fixed(dev, HOSTNAME_INO, FileType::Regular, 0o644),
        maker: Maker::Kernel(kernel.clone(), hostname::text),
    };
    Arc::new_cyclic(|me: &Weak<FixedDirectory>| FixedDirectory {
        meta: directory(SYS_INO, 3),
        parent: root,
        children: vec![(
            b"kernel",
            Arc::new(FixedDirectory {
                meta: directory(SYS_KERNEL_INO, 2),
                parent: me.clone(),
                children: vec![(b"hostname", Arc::new(hostname::Hostname(hostname)))],
            }),
        )],
    })
}

impl Inode for Root {
    answered_by_meta!();
    not_to_be_changed!();

    fn lookup(&self, name: &[u8], process: Option<&Process>) -> Result<InodeRef> {
        if name == b"self" {
            let meta = Meta::fixed(self.meta.dev, SELF_INO, FileType::Symlink, 0o777);
            // The page is no process.
            let pid = process.ok_or(Errno::ENOENT)?.pid;
            return Ok(Arc::new(SelfLink { meta, pid: Some(pid) }));
        }
        let Some(number) = parse_number(name) else {
            return child(&self.children, name);
        };
        let process = self.kernel.get()?.find(Pid(number)).map_err(|_| Errno::ENOENT)?;
        Ok(Arc::new(PidDirectory::new(
            self.meta.dev,
            self.me.clone(),
            ProcessRef::new(&process),
        )))
    }

    fn parent(&self) -> Result<InodeRef> {
        Ok(self.me.upgrade().ok_or(Errno::ENOENT)?)
    }

    fn name_of(&self, child: &dyn Inode) -> Result<Box<[u8]>> {
        match child.ino() >> PID_SHIFT {
            0 => name_among(&self.children, child),
            pid => Ok(pid.to_string().into_bytes().into()),
        }
    }

    fn read_dir(
        &self,
        cookie: u64,
        process: Option<&Process>,
        each: &mut dyn FnMut(DirEntry) -> bool,
    ) -> Result<()> {
        let processes = self.kernel.get().map(|kernel| kernel.processes());
        let pids = processes
            .unwrap_or_default()
            .into_iter()
            .map(|info| info.process.pid);
        let fixed = listed(&self.children).filter(|listed| process.is_some() || &*listed.name != b"self");
        let entries = fixed.chain(pids.map(|pid| Listed {
            cookie: PID_COOKIES + u64::from(pid.0),
            name: pid.to_string().into_bytes().into(),
            ino: super::pid::directory_ino(pid),
            file_type: FileType::Directory,
        }));
        tell(cookie, self.meta.ino, self.meta.ino, entries, each);
        Ok(())
    }
}
