//! Symbolic links: `/proc/self`, and those of a process that lead somewhere without a path.

use super::ProcessRef;
use super::meta::{Meta, answered_by_meta};
use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::file::{File, OpenFile};
use crate::kernel::fs::descriptor::Descriptor;
use crate::kernel::fs::{Inode, InodeRef};
use crate::kernel::process::{Fd, Pid, Process};
use std::sync::Arc;

/// `/proc/self`.
pub struct SelfLink {
    pub meta: Meta,
    /// Who looked it up.
    pub pid: Option<Pid>,
}

impl Inode for SelfLink {
    answered_by_meta!();

    fn readlink(&self) -> Result<Box<[u8]>> {
        let pid = self.pid.ok_or(Errno::ENOENT)?;
        Ok(pid.to_string().into_bytes().into())
    }
}

/// What a process's link leads to.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Its current directory.
    Cwd,
    /// The file that it runs, by its path.
    Exe,
    /// `/`, for every process.
    Root,
    /// What is behind one of its descriptors.
    Fd(Fd),
}

/// `/proc/<pid>/cwd` and the like, as one looker sees it.
pub struct ProcessLink {
    pub meta: Meta,
    pub process: ProcessRef,
    pub kind: Kind,
    /// Whether the looker may know where it leads.
    pub open: bool,
}

impl ProcessLink {
    fn alive(&self) -> Result<Arc<Process>> {
        if !self.open {
            return Err(Error::new(Errno::EACCES, "the process is another user's"));
        }
        self.process.alive()
    }
}

impl Inode for ProcessLink {
    answered_by_meta!();

    fn readlink(&self) -> Result<Box<[u8]>> {
        let process = self.alive()?;
        let vfs = &process.kernel().vfs;
        Ok(match self.kind {
            Kind::Cwd => vfs.path_of(&process.cwd())?.into(),
            Kind::Exe => exe(&process)?.into(),
            Kind::Root => b"/".as_slice().into(),
            Kind::Fd(fd) => describe(&process, &*process.fds.look(fd).map_err(|_| Errno::ENOENT)?).into(),
        })
    }

    fn destination(&self, looker: Option<&Process>) -> Result<Option<InodeRef>> {
        let process = self.alive()?;
        match self.kind {
            Kind::Cwd => Ok(Some(process.cwd().inode)),
            Kind::Exe | Kind::Root => Ok(None),
            Kind::Fd(fd) => {
                let file = process.fds.look(fd).map_err(|_| Errno::ENOENT)?;
                let own = looker.is_some_and(|looker| looker.pid == process.pid);
                Ok(Some(Arc::new(if own {
                    Descriptor::own(file)
                } else {
                    Descriptor::of_another(file)
                })))
            }
        }
    }
}

/// The path of what a process runs. ENOENT when it runs nothing that has one.
fn exe(process: &Process) -> Result<Vec<u8>> {
    let exe = &process.command().exe;
    match exe.first() {
        Some(b'/') => Ok(exe.clone()),
        // A driver's command that has no file: every tree runs it by this name.
        Some(_) if !exe.contains(&b'/') => Ok([b"/bin/", &**exe].concat()),
        _ => Err(Error::new(Errno::ENOENT, "it runs no file")),
    }
}

/// What is behind a descriptor, in Linux's words.
fn describe(process: &Process, file: &OpenFile) -> Vec<u8> {
    let path = file.path(&process.kernel().vfs);
    match (&file.file, path) {
        (File::PipeReader(_) | File::PipeWriter(_) | File::PipeBoth(..), None) => {
            format!("pipe:[{}]", file.stat().ino).into_bytes()
        }
        (File::PtySlave(slave), _) => slave.pty().path().into_bytes(),
        (File::PtyMaster(_), _) => b"/dev/ptmx".into(),
        (File::Inode(inode), Some(mut path)) => {
            if inode.stat().nlink == 0 {
                path.extend_from_slice(b" (deleted)");
            }
            path
        }
        (_, Some(path)) => path,
        (File::Timer(_), None) => b"anon_inode:[timerfd]".into(),
        (File::Process(_), None) => b"anon_inode:[pidfd]".into(),
        (File::Inode(inode), None) => format!("anon_inode:[{}]", inode.ino()).into_bytes(),
    }
}
