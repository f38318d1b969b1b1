//! `/proc/<pid>`.

use super::ProcessRef;
use super::directory::{FIRST_COOKIE, Listed, tell};
use super::link::{Kind, ProcessLink};
use super::meta::{Meta, PID_SHIFT, answered_by_meta, not_to_be_changed};
use super::pid_fd::FdDirectory;
use super::root::Root;
use super::text::{Maker, TextFile};
use super::{mounts, pid_stat, pid_status};
use crate::kernel::error::{Errno, Result};
use crate::kernel::fs::{DirEntry, FileType, Inode, InodeRef};
use crate::kernel::process::{Pid, Process, ProcessInfo};
use std::sync::{Arc, Weak};

/// A process's directory.
pub struct PidDirectory {
    meta: Meta,
    root: Weak<Root>,
    process: ProcessRef,
}

/// What one of its names is.
enum What {
    /// A text, with its mode.
    Text(u32, fn(&ProcessInfo) -> Result<Vec<u8>>),
    Link(Kind),
    Fds,
}

/// Its names. A name's place gives its inode number.
const NAMES: &[(&[u8], What)] = &[
    (b"cmdline", What::Text(0o444, cmdline)),
    (b"comm", What::Text(0o444, comm)),
    (b"cwd", What::Link(Kind::Cwd)),
    (b"environ", What::Text(0o400, environ)),
    (b"exe", What::Link(Kind::Exe)),
    (b"fd", What::Fds),
    (b"mounts", What::Text(0o444, its_mounts)),
    (b"root", What::Link(Kind::Root)),
    (b"stat", What::Text(0o444, pid_stat::text)),
    (b"status", What::Text(0o444, pid_status::text)),
];

/// The inode number of a process's directory.
pub fn directory_ino(pid: Pid) -> u64 {
    u64::from(pid.0) << PID_SHIFT
}

impl PidDirectory {
    pub fn new(dev: u64, root: Weak<Root>, process: ProcessRef) -> Self {
        let meta = Meta {
            nlink: 3,
            ..meta_of(dev, &process, 0, FileType::Directory, 0o555)
        };
        PidDirectory { meta, root, process }
    }

    fn file(&self, at: usize, looker: Option<&Process>) -> InodeRef {
        let (_, what) = &NAMES[at];
        let process = self.process.clone();
        let meta = |file_type, mode| meta_of(self.meta.dev, &self.process, 1 + at as u64, file_type, mode);
        match *what {
            What::Text(mode, make) => Arc::new(TextFile {
                meta: meta(FileType::Regular, mode),
                maker: Maker::Process(process, make),
            }),
            What::Link(kind) => Arc::new(ProcessLink {
                meta: meta(FileType::Symlink, 0o777),
                kind,
                open: process.is_open_to(looker),
                process,
            }),
            What::Fds => Arc::new(FdDirectory {
                meta: meta(FileType::Directory, 0o500),
                root: self.root.clone(),
                process,
            }),
        }
    }
}

/// An inode of a process: its user's.
pub fn meta_of(dev: u64, process: &ProcessRef, slot: u64, file_type: FileType, mode: u32) -> Meta {
    let info = process.info().ok();
    let process_of = |pick: fn(&Process) -> u32| info.as_ref().map_or(0, |info| pick(&info.process));
    Meta {
        uid: process_of(Process::uid),
        gid: process_of(Process::gid),
        since_ns: info.as_ref().map_or(0, |info| info.process.started_ns),
        ..Meta::fixed(dev, directory_ino(process.pid) + slot, file_type, mode)
    }
}

impl Inode for PidDirectory {
    answered_by_meta!();
    not_to_be_changed!();

    fn lookup(&self, name: &[u8], process: Option<&Process>) -> Result<InodeRef> {
        let at = NAMES
            .iter()
            .position(|(each, _)| *each == name)
            .ok_or(Errno::ENOENT)?;
        self.process.info().map_err(|_| Errno::ENOENT)?;
        Ok(self.file(at, process))
    }

    fn parent(&self) -> Result<InodeRef> {
        Ok(self.root.upgrade().ok_or(Errno::ENOENT)?)
    }

    fn name_of(&self, child: &dyn Inode) -> Result<Box<[u8]>> {
        let slot = child.ino().checked_sub(self.meta.ino + 1).ok_or(Errno::ENOENT)?;
        let found = NAMES.get(slot as usize).ok_or(Errno::ENOENT)?;
        Ok(found.0.into())
    }

    fn read_dir(
        &self,
        cookie: u64,
        _process: Option<&Process>,
        each: &mut dyn FnMut(DirEntry) -> bool,
    ) -> Result<()> {
        self.process.info().map_err(|_| Errno::ENOENT)?;
        let entries = NAMES.iter().zip(0_u64..).map(|((name, what), at)| Listed {
            cookie: FIRST_COOKIE + at,
            name: Box::from(*name),
            ino: self.meta.ino + 1 + at,
            file_type: match what {
                What::Text(..) => FileType::Regular,
                What::Link(_) => FileType::Symlink,
                What::Fds => FileType::Directory,
            },
        });
        tell(cookie, self.meta.ino, self.parent()?.ino(), entries, each);
        Ok(())
    }
}

/// `cmdline`: the arguments, each with its NUL. A zombie has none.
fn cmdline(info: &ProcessInfo) -> Result<Vec<u8>> {
    Ok(match info.process.termination() {
        None => info.process.command().args.bytes().into(),
        Some(_) => Vec::new(),
    })
}

/// `environ`: the environment that it was started with, each variable with its NUL.
fn environ(info: &ProcessInfo) -> Result<Vec<u8>> {
    Ok(match info.process.termination() {
        None => info.process.command().env.bytes().into(),
        Some(_) => Vec::new(),
    })
}

/// `comm`.
fn comm(info: &ProcessInfo) -> Result<Vec<u8>> {
    Ok([&*name(&info.process), b"\n"].concat())
}

/// `mounts`: every process sees the same tree.
fn its_mounts(info: &ProcessInfo) -> Result<Vec<u8>> {
    mounts::text(info.process.kernel())
}

/// The last name of what a process runs, cut to 15 bytes as Linux cuts it (TASK_COMM_LEN).
pub fn name(process: &Process) -> Vec<u8> {
    const LONGEST: usize = 15;
    let command = process.command();
    let path = match &*command.exe {
        [] => command.args.iter().next().unwrap_or(b""),
        exe => exe,
    };
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    name[..name.len().min(LONGEST)].into()
}
