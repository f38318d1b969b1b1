//! Process calls: spawn, clone, exec's second half, wait, groups and sessions.

use super::exec::{self, Program};
use super::fd::fd_flags;
use super::path::{self, Base};
use crate::kernel::error::{Block, Errno, Error, Result, SysResult};
use crate::kernel::file::OpenFlags;
use crate::kernel::machine::Kernel;
use crate::kernel::process::{
    CommandLine, Current, Fd, FdEntry, FdFlags, Pgid, Pid, Process, ProcessSeed, Reaped, Sid, StringList,
    Termination, WaitOptions, WaitTarget,
};
use crate::kernel::question;
use crate::kernel::signal::{SignalSet, SignalState};
use std::sync::Arc;

/// What posix_spawn does in the child before its program starts, in order.
#[derive(Clone, Debug)]
pub enum FdAction {
    /// close(2).
    Close(Fd),
    /// dup2(2); onto itself it clears FD_CLOEXEC.
    Dup2 {
        /// The descriptor to copy.
        from: Fd,
        /// Where to.
        to: Fd,
    },
    /// open(2) at `fd`.
    Open {
        /// Where to.
        fd: Fd,
        /// What.
        path: Vec<u8>,
        /// How.
        flags: OpenFlags,
        /// The mode of a new file.
        mode: u32,
    },
    /// chdir(2).
    Chdir(Vec<u8>),
    /// tcsetpgrp(3): the child's group becomes the terminal's foreground.
    Foreground(Fd),
}

/// posix_spawn(3).
#[derive(Clone, Debug, Default)]
pub struct SpawnRequest {
    /// The program: a path, or a name to be looked for in PATH.
    pub path: Vec<u8>,
    /// Whether a `path` without a slash is looked for in the PATH of `env`.
    pub search_path: bool,
    /// argv.
    pub args: StringList,
    /// `NAME=value` strings.
    pub env: StringList,
    /// The child's directory; `None` inherits.
    pub cwd: Option<Vec<u8>>,
    /// What happens to descriptors.
    pub actions: Vec<FdAction>,
    /// POSIX_SPAWN_SETPGROUP: `Some(None)` makes a group of its own.
    pub pgroup: Option<Option<Pgid>>,
    /// POSIX_SPAWN_SETSID.
    pub new_session: bool,
    /// POSIX_SPAWN_SETSIGMASK.
    pub mask: Option<SignalSet>,
    /// POSIX_SPAWN_SETSIGDEF.
    pub defaults: SignalSet,
}

/// posix_spawn(3): makes the child, ready for a worker: the caller starts it, or calls `abandon`. Fails as the lookup of the
/// program, the file actions or the limits do; then no child is left.
pub fn spawn(current: &Current, request: SpawnRequest) -> Result<(Arc<Process>, Program)> {
    // What is pending is the parent's own.
    let mut signals = current.signals().for_clone().for_exec();
    signals.reset(request.defaults);
    if let Some(mask) = request.mask {
        signals.set_mask(mask);
    }
    let info = current.info()?;
    let command = CommandLine {
        args: request.args,
        env: request.env,
        ..CommandLine::default()
    };
    let child = current.kernel().create_process(ProcessSeed {
        parent: current.pid,
        job: current.job,
        pgid: Some(info.pgid),
        sid: (!request.new_session).then_some(info.sid),
        fds: current.fds.copy(),
        cwd: current.cwd(),
        umask: current.umask(),
        signals,
        command,
    })?;
    child.set_ids(current.uid(), current.gid());
    match prepare(
        &child,
        &request.path,
        request.search_path,
        request.cwd,
        request.pgroup,
        request.actions,
    ) {
        Ok(program) => Ok((child, program)),
        Err(error) => {
            discard(current, &child);
            Err(error)
        }
    }
}

/// Does what the child would do between fork and exec. Nobody runs the child yet, so this thread stands in for it.
fn prepare(
    child: &Arc<Process>,
    path: &[u8],
    search_path: bool,
    cwd: Option<Vec<u8>>,
    pgroup: Option<Option<Pgid>>,
    actions: Vec<FdAction>,
) -> Result<Program> {
    let child = Current::adopt(child.clone());
    if exec::asks(child.kernel()) && !actions.is_empty() {
        // The page is asked before anything happens, as this may have to begin anew when it has answered.
        let given = child.command();
        let early = exec::resolve(&child, path, search_path, given.args.clone(), given.env.clone());
        if question::is_asking() {
            return Err(question::ASKING);
        }
        drop(early);
    }
    if let Some(pgid) = pgroup {
        set_group(&child, child.pid, pgid.unwrap_or(Pgid(child.pid.0)))?;
    }
    if let Some(cwd) = cwd {
        path::chdir(&child, &cwd)?;
    }
    for action in actions {
        act(&child, action)?;
    }
    drop(child.fds.close_on_exec(child.owner()));
    let given = child.command();
    let (program, command) = exec::resolve(&child, path, search_path, given.args.clone(), given.env.clone())?;
    child.set_command(command);
    if let Ok(entry) = child.kernel().table.lock().get_mut(child.pid) {
        entry.has_execed = true;
    }
    Ok(program)
}

fn act(child: &Current, action: FdAction) -> Result<()> {
    let owner = child.owner();
    match action {
        FdAction::Close(fd) => child.fds.close(owner, fd).map(drop),
        FdAction::Dup2 { from, to } if from == to => child.fds.set_flags(owner, to, FdFlags::empty()),
        FdAction::Dup2 { from, to } => {
            let file = child.fds.get(owner, from)?;
            child.fds.install_at(owner, to, file, FdFlags::empty()).map(drop)
        }
        FdAction::Open {
            fd,
            path,
            flags,
            mode,
        } => {
            let file = path::open_file(child, Base::Cwd, &path, flags, mode)?;
            child.fds.install_at(owner, fd, file, fd_flags(flags)).map(drop)
        }
        FdAction::Chdir(path) => path::chdir(child, &path),
        FdAction::Foreground(fd) => super::tty::claim_foreground(child, fd),
    }
}

/// Removes a child that never ran, without telling its parent.
pub fn discard(current: &Current, child: &Arc<Process>) {
    // Nobody's child is reaped at once and announces nothing.
    if let Ok(entry) = current.kernel().table.lock().get_mut(child.pid) {
        entry.ppid = Pid::INIT;
    }
    current.kernel().abandon(child, Termination::Exited(127));
}

/// fork(2)'s kernel half: a child with everything of the parent but its pid and pending signals. The caller copies the memory
/// and starts it, or calls [`discard`]. EAGAIN.
pub fn clone_process(current: &Current) -> Result<Arc<Process>> {
    let info = current.info()?;
    let signals = current.signals().for_clone();
    let child = current.kernel().create_process(ProcessSeed {
        parent: current.pid,
        job: current.job,
        pgid: Some(info.pgid),
        sid: Some(info.sid),
        fds: current.fds.copy(),
        cwd: current.cwd(),
        umask: current.umask(),
        signals,
        command: (*current.command()).clone(),
    })?;
    child.set_ids(current.uid(), current.gid());
    Ok(child)
}

/// setuid(2) and setgid(2); `None` keeps. Only root can become somebody else, and not back: EPERM.
pub fn set_ids(current: &Current, uid: Option<u32>, gid: Option<u32>) -> Result<()> {
    let own = (current.uid(), current.gid());
    let new = (uid.unwrap_or(own.0), gid.unwrap_or(own.1));
    if own.0 != 0 && new != own {
        return Err(Error::new(Errno::EPERM, "only root can become somebody else"));
    }
    current.set_ids(new.0, new.1);
    Ok(())
}

/// execve(2)'s kernel half: on success the process is what the program needs it to be (descriptors closed, handlers reset, command
/// line replaced) and the caller must unwind and run it; on failure nothing has changed.
pub fn exec(
    current: &Current,
    path: &[u8],
    search_path: bool,
    args: StringList,
    env: StringList,
) -> Result<Program> {
    let (program, command) = exec::resolve(current, path, search_path, args, env)?;
    for closed in current.fds.close_on_exec(current.owner()) {
        current.give_up_locks(&closed.file);
    }
    let reset = current.signals().for_exec();
    *current.signals() = reset;
    current.set_command(command);
    if let Ok(entry) = current.kernel().table.lock().get_mut(current.pid) {
        entry.has_execed = true;
    }
    Ok(program)
}

/// waitpid(2): `pid` is the guest's number (-1, 0, a pid, a negative group). `None` when WNOHANG found nothing. WNOWAIT leaves
/// the child as it is. ECHILD.
pub fn wait(current: &Current, pid: i32, options: WaitOptions) -> SysResult<Option<Reaped>> {
    let target = match pid {
        -1 => WaitTarget::AnyChild,
        0 => WaitTarget::Group(current.info()?.pgid),
        pid if pid > 0 => WaitTarget::Child(Pid(pid as u32)),
        group => WaitTarget::Group(Pgid(group.unsigned_abs())),
    };
    let kernel = current.kernel();
    let look = || kernel.table.lock().wait_once(current.pid, target, options);
    let found = match look()? {
        Some(reaped) => Some(reaped),
        None if options.contains(WaitOptions::WNOHANG) => None,
        None => Some(current.wait(&[&current.children], None, || look()?.ok_or(Block::WouldBlock))?),
    };
    if let Some(reaped) = found.as_ref().filter(|_| !options.contains(WaitOptions::WNOWAIT)) {
        current.add_waited_child(&reaped.process);
    }
    Ok(found)
}

/// getppid(2). The page's processes have init for their parent.
pub fn getppid(current: &Current) -> Pid {
    current.info().map_or(Pid::INIT, |info| info.ppid)
}

/// getpgid(2); `None` is the caller. ESRCH.
pub fn getpgid(current: &Current, pid: Option<Pid>) -> Result<Pgid> {
    Ok(current
        .kernel()
        .table
        .lock()
        .get(pid.unwrap_or(current.pid))?
        .pgid)
}

/// getsid(2); `None` is the caller. ESRCH.
pub fn getsid(current: &Current, pid: Option<Pid>) -> Result<Sid> {
    Ok(current.kernel().table.lock().get(pid.unwrap_or(current.pid))?.sid)
}

/// setpgid(2); `None` is the caller, or the group of its own. EACCES, EPERM, ESRCH.
pub fn setpgid(current: &Current, pid: Option<Pid>, pgid: Option<Pgid>) -> Result<()> {
    let pid = pid.unwrap_or(current.pid);
    set_group(current, pid, pgid.unwrap_or(Pgid(pid.0)))
}

fn set_group(current: &Current, pid: Pid, pgid: Pgid) -> Result<()> {
    let mut table = current.kernel().table.lock();
    let own_sid = table.get(current.pid)?.sid;
    let entry = table.get(pid)?;
    if pid != current.pid {
        if entry.ppid != current.pid || entry.is_zombie() {
            return Err(Error::new(Errno::ESRCH, "not a child of the caller"));
        }
        if entry.has_execed {
            return Err(Error::new(Errno::EACCES, "the child has called exec"));
        }
    }
    if entry.sid != own_sid || entry.sid.0 == pid.0 {
        return Err(Error::new(Errno::EPERM, "another session, or a session leader"));
    }
    if pgid.0 != pid.0 && !table.group(pgid).any(|member| member.sid == own_sid) {
        return Err(Error::new(Errno::EPERM, "no such group in the session"));
    }
    table.get_mut(pid)?.pgid = pgid;
    Ok(())
}

/// setsid(2). EPERM for the leader of a group.
pub fn setsid(current: &Current) -> Result<Sid> {
    let mut table = current.kernel().table.lock();
    let pid = current.pid;
    if table.iter().any(|entry| entry.pgid.0 == pid.0) {
        return Err(Error::new(Errno::EPERM, "the caller leads a group"));
    }
    let entry = table.get_mut(pid)?;
    entry.sid = Sid(pid.0);
    entry.pgid = Pgid(pid.0);
    Ok(entry.sid)
}

/// A process that the page starts.
pub struct RootSpawn {
    /// What to run: a path, or a name to be looked for in the PATH of `env` and then among the registered commands.
    pub path: Vec<u8>,
    /// argv.
    pub args: StringList,
    /// `NAME=value` strings.
    pub env: StringList,
    /// Its directory, absolute.
    pub cwd: Vec<u8>,
    /// Its descriptors.
    pub fds: Vec<Option<FdEntry>>,
    /// Whose child it is: of its session, group and job, and with its umask, its user and what it ignores. `None`: nobody's, in a session
    /// and a job of its own.
    pub parent: Option<Arc<Process>>,
}

/// Starts a process on behalf of the page; the caller hands it to a worker, or calls `abandon`. ENOENT, EACCES, ENOEXEC, EAGAIN.
pub fn spawn_root(kernel: &Arc<Kernel>, spawn: RootSpawn) -> Result<(Arc<Process>, Program)> {
    let child = create_root(kernel, &spawn)?;
    match prepare_root(&child, &spawn) {
        Ok(program) => Ok((child, program)),
        Err(error) => {
            kernel.abandon(&child, Termination::Exited(127));
            Err(error)
        }
    }
}

/// [`spawn_root`]'s first half: a process that runs nothing yet. EAGAIN.
pub fn create_root(kernel: &Arc<Kernel>, spawn: &RootSpawn) -> Result<Arc<Process>> {
    let command = CommandLine {
        args: spawn.args.clone(),
        env: spawn.env.clone(),
        ..CommandLine::default()
    };
    let fds = spawn.fds.clone();
    let Some(parent) = &spawn.parent else {
        let child = kernel.create_process(ProcessSeed {
            parent: Pid::INIT,
            job: kernel.new_job(),
            pgid: None,
            sid: None,
            fds,
            cwd: kernel.vfs.root_place(),
            umask: 0o022,
            signals: SignalState::default(),
            command,
        })?;
        let (uid, gid) = kernel.user();
        child.set_ids(uid, gid);
        return Ok(child);
    };
    let info = parent.info()?;
    let signals = parent.signals().for_exec().for_clone();
    let child = kernel.create_process(ProcessSeed {
        parent: parent.pid,
        job: parent.job,
        pgid: Some(info.pgid),
        sid: Some(info.sid),
        fds,
        cwd: parent.cwd(),
        umask: parent.umask(),
        signals,
        command,
    })?;
    child.set_ids(parent.uid(), parent.gid());
    Ok(child)
}

/// [`spawn_root`]'s second half: finds what it runs. ENOENT, EACCES, ENOEXEC.
pub fn prepare_root(child: &Arc<Process>, spawn: &RootSpawn) -> Result<Program> {
    path::start_in(child, &spawn.cwd)?;
    prepare(child, &spawn.path, true, None, None, Vec::new())
}
