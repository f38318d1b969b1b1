//! The kernel that a guest is let loose on, what the page does meanwhile, and what must be so when all is over.

use super::guest;
use crate::input::Input;
use cobnut::kernel::error::Block;
use cobnut::kernel::file::{File, OpenFile, OpenFlags};
use cobnut::kernel::fs::{Base, Caller, FileType};
use cobnut::kernel::io::VecSink;
use cobnut::kernel::machine::{Kernel, Limits};
use cobnut::kernel::pipe::{Pipe, PipeReader};
use cobnut::kernel::process::{FdEntry, FdFlags, Process};
use cobnut::kernel::signal::Signal;
use cobnut::kernel::sync::wait::block_until;
use cobnut::kernel::sync::{self, Waiter};
use cobnut::kernel::syscall::path;
use cobnut::kernel::syscall::tty::{create, set_controlling_terminal};
use cobnut::kernel::tty::{PtyMaster, WinSize};
use cobnut::kernel::{Errno, clock};
use cobnut_native::Machine;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// Small, so that guests reach them.
const LIMITS: Limits = Limits {
    processes: 5,
    table_rows: 12,
    open_files: 24,
    open_descriptions: 60,
    pipes: 8,
    terminals: 4,
    file_bytes: 512 << 10,
    guest_memory: 16 << 20,
};
/// What has been killed and is not over after this time hangs.
const HANGS_AFTER: Duration = Duration::from_secs(10);

/// Something that the page does while the guest runs.
pub enum Event {
    /// Types.
    Type(Vec<u8>),
    /// Makes the window another one.
    Resize(u16),
    /// Signals the first process.
    Signal(Signal),
    /// Reads what was written.
    Drain,
    /// Closes the terminal.
    HangUp,
    /// Waits a little.
    Pause(Duration),
}

impl Event {
    /// One that the input picks.
    pub fn read(input: &mut Input<'_>) -> Event {
        match input.below(8) {
            0 => Event::Drain,
            1 => Event::Resize(input.u16()),
            2 => Event::HangUp,
            3 => Event::Pause(Duration::from_micros(u64::from(input.u8()) * 4)),
            4 | 5 => {
                let number = 1 + i32::from(input.u8() % 31);
                Signal::try_from(number).map_or(Event::Drain, Event::Signal)
            }
            _ => {
                let length = input.below(12);
                Event::Type(input.bytes(length).to_vec())
            }
        }
    }
}

/// A machine with one guest.
pub struct Stage {
    machine: Machine,
    fds: Vec<Arc<OpenFile>>,
    process: Option<Arc<Process>>,
    stdout: PipeReader,
    stderr: PipeReader,
    terminal: Option<PtyMaster>,
}

fn open(kernel: &Kernel, path: &[u8], flags: OpenFlags) -> Arc<OpenFile> {
    path::open_file(Caller::page(&kernel.vfs), Base::Root, path, flags, 0o666)
        .expect("the stage's files open")
}

fn make_files(machine: &Machine, image: &[u8]) -> cobnut::kernel::Result<()> {
    let caller = || Caller::page(&machine.kernel().vfs);
    machine.add_module("guest", guest::module())?;
    machine.write_file("/tmp/image", image, 0o644)?;
    machine.write_file("/tmp/file", b"some text\nand more of it\n", 0o666)?;
    machine.write_file("/tmp/broken", guest::BROKEN_PROGRAM, 0o755)?;
    machine.write_file("/tmp/script", b"#!/bin/guest two\n", 0o755)?;
    machine.write_file("/root/secret", b"secret", 0o600)?;
    path::mkdir(caller(), Base::Root, b"/tmp/dir", 0o777)?;
    machine.write_file("/tmp/dir/inner", b"inner", 0o666)?;
    path::mknod(caller(), Base::Root, b"/tmp/fifo", FileType::Fifo, 0o666)?;
    for (target, link) in [
        ("file", "link"),
        ("loop", "loop"),
        ("nowhere", "dangling"),
        ("../tmp", "up"),
    ] {
        let link = format!("/tmp/{link}");
        path::symlink(caller(), target.as_bytes(), Base::Root, link.as_bytes())?;
    }
    Ok(())
}

fn pipe() -> (Arc<OpenFile>, PipeReader) {
    let (reader, writer) = Pipe::pair();
    (
        OpenFile::new(File::PipeWriter(writer), OpenFlags::O_WRONLY),
        reader,
    )
}

impl Stage {
    /// One whose guest has not begun.
    pub fn new(image: &[u8], root: bool) -> Stage {
        let machine = Machine::limited(LIMITS);
        make_files(&machine, image).expect("the stage's files fit");
        let kernel = machine.kernel();
        if !root {
            kernel.set_user(1_000, 1_000);
        }
        let ((out, stdout), (err, stderr)) = (pipe(), pipe());
        let terminal = create(kernel).expect("a terminal");
        let slave = terminal.pty().open_slave().expect("its other side");
        let own = create(kernel).expect("a second terminal");
        let own_slave = own.pty().open_slave().expect("its other side");
        let (reader, writer) = Pipe::pair();
        let file = OpenFile::new;
        let fds = vec![
            open(kernel, b"/tmp/image", OpenFlags::empty()),
            out,
            err,
            open(kernel, b"/tmp/file", OpenFlags::O_RDWR),
            file(File::PtySlave(slave), OpenFlags::O_RDWR),
            file(File::PtyMaster(own), OpenFlags::O_RDWR),
            file(File::PtySlave(own_slave), OpenFlags::O_RDWR),
            file(File::PipeReader(reader), OpenFlags::empty()),
            file(File::PipeWriter(writer), OpenFlags::O_WRONLY),
            open(kernel, b"/tmp/fifo", OpenFlags::O_RDWR),
            open(kernel, b"/tmp/dir", OpenFlags::O_DIRECTORY),
            open(kernel, b"/dev/zero", OpenFlags::O_RDWR),
            open(kernel, b"/dev/full", OpenFlags::O_RDWR),
            open(
                kernel,
                b"/tmp/file",
                OpenFlags::O_RDWR | OpenFlags::O_APPEND | OpenFlags::O_NONBLOCK,
            ),
        ];
        Stage {
            machine,
            fds,
            process: None,
            stdout,
            stderr,
            terminal: Some(terminal),
        }
    }

    /// Lets the guest loose.
    pub fn start(&mut self, terminal: bool) {
        let fds = self.fds.drain(..).map(|file| {
            let flags = FdFlags::empty();
            Some(FdEntry { file, flags })
        });
        let process = self
            .machine
            .start(&[b"guest".to_vec()], &[], "/tmp", fds.collect())
            .expect("the guest starts");
        if let Some(master) = self.terminal.as_ref().filter(|_| terminal) {
            let _ended_already = set_controlling_terminal(&process, master.pty());
        }
        self.process = Some(process);
    }

    /// The page does something.
    pub fn act(&mut self, event: &Event) {
        match event {
            Event::Type(bytes) => {
                let _full = self.terminal.as_ref().map(|master| master.type_now(bytes));
            }
            Event::Resize(rows) => {
                let size = WinSize {
                    rows: *rows,
                    ..WinSize::default()
                };
                let _no_terminal = self.terminal.as_ref().map(|master| master.pty().set_size(size));
            }
            Event::Signal(signal) => self.process.iter().for_each(|process| process.post(*signal)),
            Event::Drain => {
                let _what_there_is = (drain(&self.stdout), drain(&self.stderr));
                let mut sink = VecSink::new(usize::MAX);
                let _nothing = self.terminal.as_ref().map(|master| master.try_read(&mut sink));
            }
            Event::HangUp => self.terminal = None,
            Event::Pause(time) => std::thread::sleep(*time),
        }
    }

    /// Gives the guest `playtime`, kills what is left of it and looks at what remains.
    ///
    /// # Panics
    /// When something does remain.
    pub fn end(self, playtime: Duration) {
        let Stage {
            machine,
            process,
            stdout,
            stderr,
            terminal,
            ..
        } = self;
        let process = process.expect("it was started");
        let kernel = machine.kernel().clone();
        machine.wait(&process, Some(playtime));
        kill_all(&kernel, &process);
        machine.settle();
        kernel.reap_job(process.job);
        assert!(!sync::is_dead(), "kernel code has trapped");
        assert_eq!(machine.processes(), [], "processes are left in the table");
        eventually("a timer is left", || kernel.timers().next_deadline().is_none());
        for (name, reader) in [("output", &stdout), ("error", &stderr)] {
            eventually(&format!("somebody still has standard {name} open"), || {
                drain(reader)
            });
        }
        let terminals = usize::from(terminal.is_some());
        eventually("terminals are left", || kernel.ptys.list().len() == terminals);
        drop(terminal);
        assert!(kernel.ptys.list().is_empty(), "a terminal outlives its master");
        // A process that has ended has its working directory for as long as somebody has it.
        drop((process, stdout, stderr));
        eventually("open file descriptions are left", || {
            kernel.open_descriptions().used() == 0
        });
        eventually("pipes are left", || kernel.pipes().used() == 0);
        eventually("file locks are left", || kernel.file_locks().is_empty());
        remove_all(&kernel);
        eventually("files' blocks and inodes are left", || {
            used(&kernel) == used_by_nothing()
        });
        let weak = Arc::downgrade(&kernel);
        drop((kernel, machine));
        eventually("something keeps the kernel", || weak.strong_count() == 0);
    }
}

/// Reads all that there is; answers whether that was the end.
fn drain(reader: &PipeReader) -> bool {
    loop {
        match reader.try_read(&mut VecSink::new(65_536)) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

/// Kills the job until no process is live: one that is being started escapes the first time.
fn kill_all(kernel: &Arc<Kernel>, process: &Process) {
    let began = Instant::now();
    let waiter = Waiter::new();
    let over = || {
        if kernel.live() == 0 {
            Ok(())
        } else {
            Err(Block::WouldBlock)
        }
    };
    loop {
        kernel.signal_job(process.job, Signal::SIGKILL);
        let soon = clock::monotonic_ns() + 2_000_000;
        if block_until(&waiter, &[kernel.slots_queue()], Some(soon), || false, over).is_ok() {
            return;
        }
        if began.elapsed() > HANGS_AFTER {
            let states: Vec<String> = kernel
                .processes()
                .iter()
                .map(|info| format!("{:?} {:?}", info.process.pid, info.state))
                .collect();
            panic!(
                "killed, and still there after {HANGS_AFTER:?}: {} live, {states:?}",
                kernel.live()
            );
        }
    }
}

/// Waits for what must come to be: the machine's service threads may have a process or the kernel a moment longer than its own.
fn eventually(otherwise: &str, condition: impl Fn() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < HANGS_AFTER, "{otherwise}");
        std::thread::sleep(Duration::from_micros(20));
    }
}

/// Blocks and inodes in use.
fn used(kernel: &Kernel) -> (u64, u64) {
    let stat = path::statfs(Caller::page(&kernel.vfs), Base::Root, b"/").expect("the root is there");
    (stat.blocks - stat.bfree, stat.files - stat.ffree)
}

/// The same of a machine whose files have been removed and that has run nothing.
fn used_by_nothing() -> (u64, u64) {
    static USED: OnceLock<(u64, u64)> = OnceLock::new();
    *USED.get_or_init(|| {
        let machine = Machine::limited(LIMITS);
        remove_all(machine.kernel());
        used(machine.kernel())
    })
}

/// Removes every file. Not by absolute paths: a guest can make trees that are deeper than a path may be long.
fn remove_all(kernel: &Kernel) {
    remove_all_in(kernel, b"/dev/shm");
    remove_all_in(kernel, b"/");
}

fn remove_all_in(kernel: &Kernel, root: &[u8]) {
    let caller = Caller::page(&kernel.vfs);
    let root = open(kernel, root, OpenFlags::O_DIRECTORY);
    let dev = root.stat().dev;
    let mut stack = vec![(root, Vec::<Vec<u8>>::new())];
    while let Some((directory, kept)) = stack.last_mut() {
        let mut next = None;
        path::read_dir(caller, directory, 0, |entry| {
            let name = entry.name.to_vec();
            if name != b"." && name != b".." && !kept.contains(&name) {
                next = Some(name);
            }
            next.is_none()
        })
        .expect("directories can be read");
        let Some(name) = next else {
            stack.pop();
            continue;
        };
        let base = Base::Dir(directory);
        if path::unlink(caller, base, &name).is_ok() {
            continue;
        }
        match path::rmdir(caller, base, &name) {
            Ok(()) => {}
            Err(error) if error.errno == Errno::ENOTEMPTY => {
                let flags = OpenFlags::O_DIRECTORY | OpenFlags::O_NOFOLLOW;
                let inner = path::open_file(caller, base, &name, flags, 0).expect("a directory opens");
                if inner.stat().dev == dev {
                    stack.push((inner, Vec::new()));
                } else {
                    kept.push(name);
                }
            }
            Err(_busy) => kept.push(name),
        }
    }
}
