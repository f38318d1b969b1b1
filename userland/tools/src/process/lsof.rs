//! lsof(8): what processes have open, from `/proc/<pid>/fd`.

use std::ffi::OsString;

use cli::names::Names;
use cli::proc::{self, Process};
use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain};
use sys::FileType;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Pids,
    Command,
    User,
    And,
    Terse,
    Ignored,
}

#[rustfmt::skip]
static SPEC: Spec<Id> = Spec {
    name: "lsof",
    usage: &["[-at] [-p LIST] [-c NAME] [-u LIST] [NAME]..."],
    about: "List open files.",
    options: &[
        Opt::value(Id::Pids, "p", "", "LIST", "select by process ids"),
        Opt::value(Id::Command, "c", "", "NAME", "select by the beginning of the command's name"),
        Opt::value(Id::User, "u", "", "LIST", "select by users"),
        Opt::flag(Id::And, "a", "", "AND selections (OR)"),
        Opt::flag(Id::Terse, "t", "", "print process ids only"),
        Opt::flag(Id::Ignored, "nPlw", "", ""),
    ],
    order: Order::Permute,
    failure: 1,
};

/// One open file.
struct Open {
    fd: String,
    kind: &'static str,
    size: Option<u64>,
    inode: u64,
    device: u64,
    name: Vec<u8>,
}

fn kind(stat: Option<&sys::Stat>) -> &'static str {
    match stat.map(sys::Stat::file_type) {
        Some(FileType::Regular) => "REG",
        Some(FileType::Directory) => "DIR",
        Some(FileType::CharDevice) => "CHR",
        Some(FileType::BlockDevice) => "BLK",
        Some(FileType::Fifo) => "FIFO",
        Some(FileType::Symlink) => "LINK",
        Some(FileType::Socket) => "sock",
        _ => "unknown",
    }
}

fn open(path: &str, fd: String) -> Option<Open> {
    let target = std::fs::read_link(path).ok()?;
    let stat = sys::stat(path).ok();
    Some(Open {
        fd,
        kind: kind(stat.as_ref()),
        size: stat
            .filter(|stat| stat.is_file() || stat.is_dir())
            .map(|stat| stat.size),
        inode: stat.map_or(0, |stat| stat.ino),
        device: stat.map_or(0, |stat| stat.dev),
        name: target.into_os_string().into_encoded_bytes(),
    })
}

/// The current directory, the root, the program, then the descriptors.
fn files(process: &Process) -> Vec<Open> {
    let base = format!("/proc/{}", process.pid);
    let mut files: Vec<Open> = [("cwd", "cwd"), ("root", "rtd"), ("exe", "txt")]
        .into_iter()
        .filter_map(|(name, fd)| open(&format!("{base}/{name}"), fd.to_owned()))
        .collect();
    let entries = std::fs::read_dir(format!("{base}/fd"))
        .into_iter()
        .flatten()
        .flatten();
    let mut fds: Vec<u32> = entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    fds.sort_unstable();
    for fd in fds {
        let path = format!("{base}/fd/{fd}");
        // The link's own permissions say how it was opened.
        let mode = sys::lstat(&path).map_or(0, |stat| stat.mode);
        let access = match (mode & 0o400 != 0, mode & 0o200 != 0) {
            (true, true) => "u",
            (false, true) => "w",
            _ => "r",
        };
        files.extend(open(&path, format!("{fd}{access}")));
    }
    files
}

pub fn run(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let mut users = Names::users();
    let (mut pids, mut commands, mut uids) = (Vec::new(), Vec::new(), Vec::new());
    for (id, value) in &parsed.options {
        let text = value
            .as_ref()
            .map(|value| value.to_string_lossy().into_owned())
            .unwrap_or_default();
        match id {
            Id::Pids => {
                for word in text.split(',') {
                    pids.push(
                        word.parse::<i32>()
                            .map_err(|_| SPEC.usage_error(format_args!("illegal process ID: {word}")))?,
                    );
                }
            }
            Id::Command => commands.push(text.into_bytes()),
            Id::User => {
                for word in text.split(',') {
                    uids.push(
                        users
                            .id(word)
                            .ok_or_else(|| SPEC.usage_error(format_args!("can't get UID for {word}")))?,
                    );
                }
            }
            _ => {}
        }
    }
    let chosen = |id| parsed.options.iter().any(|(option, _)| *option == id);
    let names: Vec<&[u8]> = parsed
        .operands
        .iter()
        .map(|operand| operand.as_encoded_bytes())
        .collect();
    let named: Vec<(u64, u64)> = parsed
        .operands
        .iter()
        .filter_map(|name| sys::stat(name).ok())
        .map(|stat| (stat.dev, stat.ino))
        .collect();
    let processes = proc::all().map_err(|error| {
        complain("lsof", format_args!("/proc: {}", cli::reason(&error)));
        Exit(1)
    })?;
    let mut out = Output::stdout();
    let mut any = false;
    let terse = chosen(Id::Terse);
    for process in &processes {
        let mut tests = Vec::new();
        if !pids.is_empty() {
            tests.push(pids.contains(&process.pid));
        }
        if !commands.is_empty() {
            tests.push(commands.iter().any(|name| process.name.starts_with(name)));
        }
        if !uids.is_empty() {
            tests.push(uids.contains(&process.uid));
        }
        let by_process = if chosen(Id::And) {
            tests.iter().all(|test| *test)
        } else {
            tests.is_empty() || tests.contains(&true)
        };
        if !by_process {
            continue;
        }
        let mut shown: Vec<Open> = files(process);
        shown.retain(|file| {
            names.is_empty()
                || names.contains(&file.name.as_slice())
                || named.contains(&(file.device, file.inode))
        });
        if shown.is_empty() {
            continue;
        }
        if terse {
            any = true;
            out.line(process.pid.to_string().as_bytes());
            continue;
        }
        if !std::mem::replace(&mut any, true) {
            out.put(b"COMMAND           PID     USER   FD      TYPE  SIZE/OFF       NODE NAME\n");
        }
        for file in shown {
            let name = String::from_utf8_lossy(&process.name)
                .chars()
                .take(15)
                .collect::<String>();
            let user: String = users.name_or_number(process.uid).chars().take(8).collect();
            let size = file
                .size
                .map_or_else(|| "0t0".to_owned(), |size| size.to_string());
            let line = format!(
                "{name:<15} {:>5} {user:>8} {:>4} {:>9} {size:>9} {:>10} ",
                process.pid, file.fd, file.kind, file.inode
            );
            out.put(line.as_bytes());
            out.line(&file.name);
        }
    }
    Ok(out.finish("lsof", i32::from(!any), 1))
}
