//! proc_spawn, proc_clone and proc_exec: how images begin.

use super::Fields;
use crate::kernel::error::{Errno, Error, Result, SysResult};
use crate::kernel::file::OpenFlags;
use crate::kernel::process::{Fd, Pgid};
use crate::kernel::signal::SignalSet;
use crate::kernel::syscall::process::{self, FdAction, SpawnRequest};
use crate::wasmvm::entry::LastCall;
use crate::wasmvm::guest::Guest;
use crate::wasmvm::host::{ClonePoint, CloneStart, Start};
use crate::wasmvm::image::Image;
use crate::wasmvm::memory::{GuestMemory, GuestPath};

bitflags::bitflags! {
    /// `SpawnRequest.flags`.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    struct SpawnFlags: u32 {
        const SETPGROUP = 1;
        const SETSIGMASK = 2;
        const SETSIGDEF = 4;
        const SETSID = 8;
        const USEPATH = 16;
    }
}

const REQUEST: usize = 64;
const ACTION: u32 = 24;
/// As many as a process may have descriptors, several times over.
const ACTIONS_MAX: u32 = 4_096;

pub fn proc_spawn(guest: &Guest, req: u32, pid: u32) -> SysResult<()> {
    guest.memory.slice(pid, 4)?;
    let child = guest.spawn(request(guest, req)?)?;
    Ok(guest.memory.put_u32(pid, child.pid.0)?)
}

fn request(guest: &Guest, at: u32) -> Result<SpawnRequest> {
    let bytes: [u8; REQUEST] = guest.memory.array(at)?;
    let mut fields = Fields(&bytes);
    let mut string = || (fields.u32(), fields.u32());
    let (path, argv, envp, cwd, (actions, count)) = (string(), string(), string(), string(), string());
    let flags =
        SpawnFlags::from_bits(fields.u32()).ok_or(Error::new(Errno::EINVAL, "unknown spawn flags"))?;
    let (pgroup, mask, defaults) = (fields.u32(), fields.u64(), fields.u64());
    let given = |flag: SpawnFlags| flags.contains(flag);
    Ok(SpawnRequest {
        path: GuestPath::read(&guest.memory, path.0, path.1)?.to_vec(),
        search_path: given(SpawnFlags::USEPATH),
        args: guest.memory.strings(argv.0, argv.1)?,
        env: guest.memory.strings(envp.0, envp.1)?,
        cwd: match cwd.0 {
            0 => None,
            at => Some(GuestPath::read(&guest.memory, at, cwd.1)?.to_vec()),
        },
        actions: read_actions(guest, actions, count)?,
        pgroup: given(SpawnFlags::SETPGROUP).then(|| (pgroup != 0).then_some(Pgid(pgroup))),
        new_session: given(SpawnFlags::SETSID),
        mask: given(SpawnFlags::SETSIGMASK).then(|| SignalSet::from_bits(mask)),
        defaults: if given(SpawnFlags::SETSIGDEF) {
            SignalSet::from_bits(defaults)
        } else {
            SignalSet::EMPTY
        },
    })
}

fn read_actions(guest: &Guest, at: u32, count: u32) -> Result<Vec<FdAction>> {
    if count > ACTIONS_MAX {
        return Err(Error::new(Errno::EINVAL, "too many file actions"));
    }
    guest.memory.slice(at, count * ACTION)?;
    (0..count)
        .map(|index| action(guest, at + index * ACTION))
        .collect()
}

fn action(guest: &Guest, at: u32) -> Result<FdAction> {
    let bytes: [u8; ACTION as usize] = guest.memory.array(at)?;
    let mut fields = Fields(&bytes);
    let (op, fd, arg, path, path_len, mode) = (
        fields.u32(),
        Fd(fields.u32()),
        fields.u32(),
        fields.u32(),
        fields.u32(),
        fields.u32(),
    );
    let path = || GuestPath::read(&guest.memory, path, path_len).map(|path| path.to_vec());
    Ok(match op {
        0 => FdAction::Close(fd),
        1 => FdAction::Dup2 {
            from: Fd(arg),
            to: fd,
        },
        2 => FdAction::Open {
            fd,
            path: path()?,
            flags: OpenFlags::from_bits_truncate(arg),
            mode,
        },
        3 => FdAction::Chdir(path()?),
        4 => FdAction::Foreground(fd),
        _ => return Err(Error::new(Errno::EINVAL, "unknown file action")),
    })
}

/// The child gets a copy of the memory; its wasm stack starts empty, so the parent's frames, which it never returns to, are
/// not needed. Neither is what lies below the stack pointer, where that is the rest of the stack.
pub fn proc_clone(
    guest: &Guest,
    stack_pointer: Option<u32>,
    entry: u32,
    arg: u32,
    flags: u32,
    pid: u32,
) -> SysResult<()> {
    if flags != 0 {
        return Err(Error::new(Errno::EINVAL, "proc_clone takes no flags").into());
    }
    guest.memory.slice(pid, 4)?;
    let info = &guest.module.info;
    let stack_pointer = stack_pointer.filter(|_| info.has_clone_exports && !info.has_start);
    let stack_pointer = stack_pointer.ok_or(Error::new(
        Errno::ENOSYS,
        "to be cloned a module must export its stack pointer and table",
    ))?;
    if guest.memory.size() > guest.current.kernel().limits().guest_memory {
        return Err(Error::new(Errno::ENOMEM, "more memory than a guest may begin with").into());
    }
    let from = match info.stack_top {
        Some(top) if stack_pointer <= top => stack_pointer,
        _ => 0,
    };
    let child = process::clone_process(&guest.current)?;
    // The child sees its own pid there as well, if it looks.
    let started = guest
        .memory
        .put_u32(pid, child.pid.0)
        .and_then(|()| Image::take(&guest.memory, from))
        .and_then(|image| {
            let (module, program) = (guest.module.clone(), guest.program.clone());
            guest.host.start(
                &child,
                Start::Clone(CloneStart {
                    module,
                    program,
                    at: ClonePoint {
                        image,
                        stack_pointer,
                        entry,
                        arg,
                    },
                }),
            )
        });
    if let Err(error) = started {
        process::discard(&guest.current, &child);
        return Err(error.into());
    }
    Ok(())
}

const EXEC_SEARCH: u32 = 1;

#[allow(clippy::too_many_arguments)]
pub fn proc_exec(
    guest: &Guest,
    path: u32,
    path_len: u32,
    argv: u32,
    argv_len: u32,
    envp: u32,
    envp_len: u32,
    flags: u32,
) -> SysResult<LastCall> {
    if flags & !EXEC_SEARCH != 0 {
        return Err(Error::new(Errno::EINVAL, "unknown flags of proc_exec").into());
    }
    let path = GuestPath::read(&guest.memory, path, path_len)?;
    let args = guest.memory.strings(argv, argv_len)?;
    let env = guest.memory.strings(envp, envp_len)?;
    let program = process::exec(&guest.current, &path, flags & EXEC_SEARCH != 0, args, env)?;
    guest.next.set(Some(program));
    Ok(LastCall::Exec)
}
