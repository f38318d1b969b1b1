//! `/proc/<pid>/status`: the same for people.

use super::pid::name;
use super::pid_stat::{letter, signals};
use crate::kernel::error::Result;
use crate::kernel::process::ProcessInfo;

/// The text. There are no `Vm` lines, as for a kernel thread of Linux: a guest's memory is its worker's, which the kernel can't see.
pub fn text(info: &ProcessInfo) -> Result<Vec<u8>> {
    let process = &info.process;
    let state = letter(info);
    let meaning = match state {
        'Z' => "zombie",
        'T' => "stopped",
        'S' => "sleeping",
        _ => "running",
    };
    let (pid, uid, gid) = (process.pid, process.uid(), process.gid());
    let signals = signals(info);
    let pending = signals.pending.bits();
    let mut text = b"Name:\t".to_vec();
    for byte in name(process) {
        match byte {
            b'\n' => text.extend(b"\\n"),
            b'\\' => text.extend(b"\\\\"),
            other => text.push(other),
        }
    }
    let rest = format!(
        "\nUmask:\t{umask:04o}\nState:\t{state} ({meaning})\nTgid:\t{pid}\nNgid:\t0\nPid:\t{pid}\nPPid:\t{ppid}\nTracerPid:\t0\n\
         Uid:\t{uid}\t{uid}\t{uid}\t{uid}\nGid:\t{gid}\t{gid}\t{gid}\t{gid}\nFDSize:\t{fds}\nGroups:\t{gid} \n\
         NStgid:\t{pid}\nNSpid:\t{pid}\nNSpgid:\t{pgid}\nNSsid:\t{sid}\nThreads:\t1\nSigQ:\t{queued}/31\nSigPnd:\t{pending:016x}\n\
         ShdPnd:\t{pending:016x}\nSigBlk:\t{blocked:016x}\nSigIgn:\t{ignored:016x}\nSigCgt:\t{caught:016x}\n",
        umask = process.umask(),
        ppid = info.ppid,
        pgid = info.pgid,
        sid = info.sid,
        fds = process.fds.limit(),
        queued = signals.pending.iter().count(),
        blocked = signals.blocked.bits(),
        ignored = signals.ignored.bits(),
        caught = signals.caught.bits(),
    );
    text.extend(rest.bytes());
    Ok(text)
}
