//! Files and commands that a program has open, by name.

use cli::Output;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use sys::{
    Action, Errno, Fd, Mode, OpenFlags, Pid, SigSet, Signal, Spawn, WaitOptions, WaitStatus, WaitTarget,
};

use crate::ast::Redirect;
use crate::input::Reader;
use crate::value::Str;

pub struct Sink {
    pub output: Output,
    fd: Fd,
    /// The command that reads it.
    pid: Option<Pid>,
    /// Standard output and error under their names stay open.
    owned: bool,
}

pub struct Input {
    pub reader: Reader,
    /// The command that writes it.
    pid: Option<Pid>,
}

type Map<T> = IndexMap<Str, T, FxBuildHasher>;

#[derive(Default)]
pub struct Streams {
    sinks: Map<Sink>,
    inputs: Map<Input>,
}

/// An end by a signal is 256 plus its number, as gawk has it.
fn status(status: WaitStatus) -> f64 {
    match status {
        WaitStatus::Exited(code) => code.into(),
        WaitStatus::Signaled { signal, .. } => f64::from(256 + signal.0),
        _ => 0.0,
    }
}

pub fn wait(pid: Pid) -> f64 {
    loop {
        match sys::waitpid(WaitTarget::Pid(pid), WaitOptions::empty()) {
            Ok(Some((_, ended))) if ended.is_end() => return status(ended),
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => return -1.0,
        }
    }
}

/// Starts `sh -c command` with the given descriptor changes.
pub fn shell(command: &[u8], environment: &[Vec<u8>], actions: Vec<Action>) -> sys::Result<Pid> {
    let argv = [b"sh".to_vec(), b"-c".to_vec(), command.to_vec()];
    Spawn {
        path: b"/bin/sh",
        argv: &argv,
        envp: environment,
        actions,
        // The runtime ignores it, which children would inherit.
        sigdefault: Some(SigSet::EMPTY.with(Signal::PIPE)),
        ..Spawn::default()
    }
    .spawn()
}

/// A name that stands for a descriptor of ours.
fn standard(name: &[u8]) -> Option<Fd> {
    match name {
        b"/dev/stdin" | b"-" => Some(Fd::STDIN),
        b"/dev/stdout" => Some(Fd::STDOUT),
        b"/dev/stderr" => Some(Fd::STDERR),
        _ => {
            let number = name.strip_prefix(b"/dev/fd/")?;
            std::str::from_utf8(number).ok()?.parse().ok().map(Fd)
        }
    }
}

impl Streams {
    /// The sink of that name, opened if it is new. `None`: the name is standard output's, which the caller has.
    pub fn sink(
        &mut self,
        kind: &Redirect,
        name: &[u8],
        environment: impl FnOnce() -> Vec<Vec<u8>>,
    ) -> sys::Result<Option<&mut Sink>> {
        // Looked up twice, since a borrow that is returned can't be given up.
        if self.sinks.contains_key(name) {
            return Ok(self.sinks.get_mut(name));
        }
        let sink = match kind {
            Redirect::Truncate | Redirect::Append => {
                if name == b"/dev/stdout" || name == b"-" {
                    return Ok(None);
                }
                match standard(name) {
                    Some(fd) => Sink {
                        output: Output::to(fd),
                        fd,
                        pid: None,
                        owned: false,
                    },
                    None => open_sink(name, matches!(kind, Redirect::Append))?,
                }
            }
            Redirect::Pipe => {
                let (read, write) = sys::pipe2(OpenFlags::CLOEXEC)?;
                let actions = vec![Action::Dup2 {
                    from: read,
                    to: Fd::STDIN,
                }];
                self.flush_all();
                let started = shell(name, &environment(), actions);
                let _ = sys::close(read);
                let pid = started.inspect_err(|_| {
                    let _ = sys::close(write);
                })?;
                Sink {
                    output: Output::to(write),
                    fd: write,
                    pid: Some(pid),
                    owned: true,
                }
            }
            Redirect::TwoWay => return Err(Errno::ENOSYS),
        };
        Ok(Some(self.sinks.entry(Str::from(name)).or_insert(sink)))
    }

    pub fn file(&mut self, name: &[u8]) -> sys::Result<&mut Reader> {
        if !self.inputs.contains_key(name) {
            let reader = open_reader(name)?;
            self.inputs.insert(Str::from(name), Input { reader, pid: None });
        }
        self.inputs
            .get_mut(name)
            .map(|input| &mut input.reader)
            .ok_or(Errno::EBADF)
    }

    pub fn command(
        &mut self,
        name: &[u8],
        environment: impl FnOnce() -> Vec<Vec<u8>>,
    ) -> sys::Result<&mut Reader> {
        if !self.inputs.contains_key(name) {
            let (read, write) = sys::pipe2(OpenFlags::CLOEXEC)?;
            let actions = vec![Action::Dup2 {
                from: write,
                to: Fd::STDOUT,
            }];
            self.flush_all();
            let started = shell(name, &environment(), actions);
            let _ = sys::close(write);
            let pid = started.inspect_err(|_| {
                let _ = sys::close(read);
            })?;
            let reader = Reader::new(read, true);
            self.inputs.insert(
                Str::from(name),
                Input {
                    reader,
                    pid: Some(pid),
                },
            );
        }
        self.inputs
            .get_mut(name)
            .map(|input| &mut input.reader)
            .ok_or(Errno::EBADF)
    }

    /// Closes what has that name; the status as gawk answers it, `None` where nothing has.
    pub fn close(&mut self, name: &[u8]) -> Option<f64> {
        let mut answer = None;
        if let Some(sink) = self.sinks.shift_remove(name) {
            answer = Some(sink.close());
        }
        if let Some(input) = self.inputs.shift_remove(name) {
            // Closed first: a command that still writes gets SIGPIPE.
            drop(input.reader);
            answer = Some(input.pid.map_or(0.0, wait));
        }
        answer
    }

    /// Flushes one sink; false where there is none of that name.
    pub fn flush(&mut self, name: &[u8]) -> bool {
        match self.sinks.get_mut(name) {
            Some(sink) => {
                sink.output.send();
                sink.output.error().is_none()
            }
            None => false,
        }
    }

    pub fn flush_all(&mut self) {
        self.sinks.values_mut().for_each(|sink| sink.output.send());
    }

    /// Closes everything, in the order of opening; the first error of a file that could not be written.
    pub fn close_all(&mut self) -> Option<(Str, Errno)> {
        self.flush_all();
        let mut failure = None;
        for (name, sink) in std::mem::take(&mut self.sinks) {
            // A command may stop reading when it likes.
            if let Some(error) = sink.output.error().filter(|error| *error != Errno::EPIPE)
                && failure.is_none()
            {
                failure = Some((name, error));
            }
            sink.close();
        }
        for (_, input) in std::mem::take(&mut self.inputs) {
            drop(input.reader);
            input.pid.map(wait);
        }
        failure
    }
}

impl Sink {
    fn close(mut self) -> f64 {
        self.output.send();
        let failed = self.output.error().is_some();
        if self.owned {
            let _ = sys::close(self.fd);
        }
        match self.pid {
            Some(pid) => wait(pid),
            None => f64::from(if failed { -1 } else { 0 }),
        }
    }

    /// Whether each line must be out before the next is made: standard error.
    pub fn is_unbuffered(&self) -> bool {
        self.fd == Fd::STDERR
    }
}

fn open_sink(name: &[u8], append: bool) -> sys::Result<Sink> {
    let how = if append {
        OpenFlags::APPEND
    } else {
        OpenFlags::TRUNC
    };
    let flags = OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::CLOEXEC | how;
    let fd = sys::open(name, flags, Mode::from_bits_truncate(0o666))?;
    Ok(Sink {
        output: Output::to(fd),
        fd,
        pid: None,
        owned: true,
    })
}

/// A file, or standard input by one of its names.
pub fn open_reader(name: &[u8]) -> sys::Result<Reader> {
    if let Some(fd) = standard(name) {
        return Ok(Reader::new(fd, false));
    }
    let fd = sys::open(name, OpenFlags::RDONLY | OpenFlags::CLOEXEC, Mode::empty())?;
    if sys::fstat(fd).is_ok_and(|stat| stat.file_type() == sys::FileType::Directory) {
        let _ = sys::close(fd);
        return Err(Errno::EISDIR);
    }
    Ok(Reader::new(fd, true))
}
