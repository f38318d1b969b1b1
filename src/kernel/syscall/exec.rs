//! What a path runs: a registered command, a wasm file, or a script's interpreter.

use super::path::{self, AccessMode, Base, Caller};
use crate::kernel::error::{Block, Errno, Error, Result};
use crate::kernel::fs::{FileType, InodeRef};
use crate::kernel::io::VecSink;
use crate::kernel::machine::{Command, DriverId, Kernel, ProgramId, Runner};
use crate::kernel::permission::{Check, Request};
use crate::kernel::process::{CommandLine, Process, StringList};

/// What is to be run, and by whom.
#[derive(Clone)]
pub enum Program {
    /// By a worker: a module that a driver registered.
    Registered(ProgramId),
    /// By a worker: a WebAssembly module in a file.
    File(InodeRef),
    /// By a driver on the page: one of its commands.
    Delegated {
        /// The driver.
        driver: DriverId,
        /// The command's name.
        command: Box<[u8]>,
    },
}

impl Program {
    fn of(command: &Command, name: &[u8]) -> Program {
        match command.runner {
            Runner::Worker(program) => Program::Registered(program),
            Runner::Page(driver) => Program::Delegated {
                driver,
                command: name.into(),
            },
        }
    }
}

/// The driver of WebAssembly modules in files.
const WASM_DRIVER: &str = "wasmvm";

/// The first line of the file that stands for a registered command: `#!cobnut NAME`. A copy or a link of it runs the same.
pub const COMMAND_MARK: &[u8] = b"#!cobnut ";

/// Interpreters of interpreters, as Linux has it.
const MAX_INTERPRETERS: usize = 5;
/// How much of a file is looked at.
const HEAD: usize = 256;

/// Finds what `path` runs and with which command line. ENOENT, EACCES (not executable, a
/// directory, or denied by the page), ENOEXEC, ELOOP.
pub fn resolve(
    process: &Process,
    path: &[u8],
    search_path: bool,
    args: StringList,
    env: StringList,
) -> Result<(Program, CommandLine)> {
    let mut args = args;
    let env = permitted_env(process, env)?;
    let (mut path, inode) = match find(process, path, search_path, &env)? {
        Found::File(path, inode) => (path, inode),
        Found::Command(name, command) => {
            let line = CommandLine {
                exe: path.into(),
                args,
                env,
                driver: command.driver.clone(),
            };
            permit_start(process, path, &line)?;
            return Ok((Program::of(&command, &name), line));
        }
    };
    let mut inode = executable(process, inode)?;
    for _ in 0..MAX_INTERPRETERS {
        let mut head = head(&inode)?;
        if let Some(name) = head.strip_prefix(COMMAND_MARK) {
            let name = name.split(|&byte| byte == b'\n').next().unwrap_or_default();
            let command = process
                .kernel()
                .command(name)
                .ok_or(Error::new(Errno::ENOEXEC, "no such command is mounted"))?;
            let program = Program::of(&command, name);
            let line = CommandLine {
                exe: absolute(process, path)?,
                args,
                env,
                driver: command.driver,
            };
            permit_start(process, name, &line)?;
            return Ok((program, line));
        }
        // The files of commands are the kernel's own, so that they run where no file may be read. Others are read for the caller.
        if !process.kernel().permissions().allows_all_files() {
            inode = executable(process, path::lookup(process, Base::Cwd, &path)?)?;
            head = self::head(&inode)?;
        }
        if head.starts_with(b"\0asm") {
            let canonical = path::realpath(Caller::from(process).unchecked(), Base::Cwd, &path)?;
            // As `/proc/<pid>/exe` shows it, whatever directory the process goes to.
            let exe = if path.starts_with(b"/") {
                path
            } else {
                canonical.clone()
            };
            let line = CommandLine {
                exe,
                args,
                env,
                driver: WASM_DRIVER.into(),
            };
            permit_start(process, &canonical, &line)?;
            return Ok((Program::File(inode), line));
        }
        let line = head.strip_prefix(b"#!").ok_or(Errno::ENOEXEC)?;
        let (interpreter, argument) = interpreter_of(line)?;
        let mut longer = StringList::default();
        longer.push(&interpreter);
        if let Some(argument) = argument {
            longer.push(&argument);
        }
        longer.push(&path);
        args.iter().skip(1).for_each(|arg| longer.push(arg));
        args = longer;
        inode = executable(process, look(process, &interpreter)?)?;
        path = interpreter;
    }
    Err(Error::new(Errno::ELOOP, "interpreters of interpreters"))
}

/// EACCES unless the page lets `command` be run. A registered command goes by its name, a file by its canonical path.
fn permit_start(process: &Process, command: &[u8], line: &CommandLine) -> Result<()> {
    let permissions = process.kernel().permissions();
    if permissions.policy().child_process == Check::Allow {
        return Ok(());
    }
    let owned = |strings: &StringList, skip| strings.iter().skip(skip).map(<[u8]>::to_vec).collect();
    let request = Request::ChildProcess {
        command: command.into(),
        args: owned(&line.args, 1),
        cwd: process.kernel().vfs.path_of(&process.cwd()).unwrap_or_default(),
        env: owned(&line.env, 0),
    };
    permissions.require(request, None)
}

/// What of `env` the page lets programs see.
fn permitted_env(process: &Process, env: StringList) -> Result<StringList> {
    let permissions = process.kernel().permissions();
    if permissions.policy().env == Check::Allow {
        return Ok(env);
    }
    let mut permitted = StringList::default();
    for variable in env.iter() {
        let at = variable
            .iter()
            .position(|&byte| byte == b'=')
            .unwrap_or(variable.len());
        let request = Request::Env {
            key: variable[..at].into(),
            value: variable.get(at + 1..).unwrap_or_default().into(),
        };
        if permissions.allows(request)? {
            permitted.push(variable);
        }
    }
    Ok(permitted)
}

/// Whether [`resolve`] may have to ask the page.
pub(super) fn asks(kernel: &Kernel) -> bool {
    let policy = kernel.permissions().policy();
    policy.child_process.asks() || policy.fs.asks() || policy.env.asks() || kernel.vfs.asks()
}

/// A path that means the same in every directory.
fn absolute(process: &Process, path: Vec<u8>) -> Result<Vec<u8>> {
    if path.starts_with(b"/") {
        Ok(path)
    } else {
        path::realpath(Caller::from(process).unchecked(), Base::Cwd, &path)
    }
}

enum Found {
    File(Vec<u8>, InodeRef),
    /// By its name, where there is no file.
    Command(Box<[u8]>, Command),
}

/// execvp's search: the first executable in PATH; EACCES if there was one that is not executable.
fn find(process: &Process, path: &[u8], search_path: bool, env: &StringList) -> Result<Found> {
    if path.is_empty() {
        return Err(Errno::ENOENT.into());
    }
    if !search_path || path.contains(&b'/') {
        return match look(process, path) {
            Ok(inode) => Ok(Found::File(path.into(), inode)),
            // Where a tree has no directory for commands, they are there all the same.
            Err(error) => match command_at(process, path) {
                Some((name, command)) if error.errno == Errno::ENOENT => {
                    Ok(Found::Command(name.into(), command))
                }
                _ => Err(error),
            },
        };
    }
    let mut refused = None;
    for directory in env
        .get(b"PATH")
        .unwrap_or(b"/bin:/usr/bin")
        .split(|&byte| byte == b':')
    {
        let directory: &[u8] = if directory.is_empty() { b"." } else { directory };
        let candidate = [directory, b"/", path].concat();
        if let Ok(inode) = look(process, &candidate) {
            match executable(process, inode) {
                Ok(inode) => return Ok(Found::File(candidate, inode)),
                Err(error) => refused = Some(error),
            }
        }
    }
    match process.kernel().command(path) {
        Some(command) => Ok(Found::Command(path.into(), command)),
        None => Err(refused.unwrap_or(Errno::ENOENT.into())),
    }
}

/// The file at `path`, without asking the page: who may run it, and read it, is asked when it is known what it is.
fn look(process: &Process, path: &[u8]) -> Result<InodeRef> {
    path::lookup(Caller::from(process).unchecked(), Base::Cwd, path)
}

/// The registered command that a path in one of the usual directories names.
fn command_at<'a>(process: &Process, path: &'a [u8]) -> Option<(&'a [u8], Command)> {
    let name = [b"/bin/".as_slice(), b"/usr/bin/"]
        .iter()
        .find_map(|directory| path.strip_prefix(*directory))?;
    Some((name, process.kernel().command(name)?))
}

fn executable(process: &Process, inode: InodeRef) -> Result<InodeRef> {
    if inode.file_type() != FileType::Regular {
        return Err(Error::new(Errno::EACCES, "not a regular file"));
    }
    if !AccessMode::granted(&inode.stat(), process.uid(), process.gid()).contains(AccessMode::X_OK) {
        return Err(Error::new(Errno::EACCES, "not executable"));
    }
    Ok(inode)
}

fn head(inode: &InodeRef) -> Result<Vec<u8>> {
    let mut head = VecSink::new(HEAD);
    match inode.try_read_at(0, &mut head) {
        Ok(_) => Ok(head.bytes),
        Err(Block::Failed(error)) => Err(error),
        Err(Block::WouldBlock) => Err(Errno::EAGAIN.into()),
    }
}

/// The interpreter and its one argument, from what follows `#!`.
fn interpreter_of(line: &[u8]) -> Result<(Vec<u8>, Option<Vec<u8>>)> {
    let end = line.iter().position(|&byte| byte == b'\n').unwrap_or(line.len());
    let line = line[..end].trim_ascii();
    let split = line
        .iter()
        .position(u8::is_ascii_whitespace)
        .unwrap_or(line.len());
    let (interpreter, argument) = (&line[..split], line[split..].trim_ascii());
    if interpreter.is_empty() {
        return Err(Error::new(Errno::ENOEXEC, "no interpreter after #!"));
    }
    Ok((
        interpreter.into(),
        (!argument.is_empty()).then(|| argument.into()),
    ))
}

impl Kernel {
    /// What stands in a registered command's file.
    pub fn command_file(name: &[u8]) -> Vec<u8> {
        [COMMAND_MARK, name, b"\n"].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpreter_lines_split_once() {
        let split = |line: &[u8]| interpreter_of(line).map(|(name, arg)| (name, arg.unwrap_or_default()));
        assert_eq!(split(b"/bin/sh\necho"), Ok((b"/bin/sh".to_vec(), b"".to_vec())));
        assert_eq!(
            split(b" /bin/env sh -e \n"),
            Ok((b"/bin/env".to_vec(), b"sh -e".to_vec()))
        );
        assert_eq!(split(b"  \n").unwrap_err().errno, Errno::ENOEXEC);
    }
}
