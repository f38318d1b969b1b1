//! Joins a job to this program's own standard input and output: through pipes, or through a pseudo-terminal when this program
//! runs at a terminal, which is in raw mode meanwhile.

use crate::machine::{Machine, entry, feed, refusal};
use cobnut::kernel::error::{Block, Error};
use cobnut::kernel::file::{File, OpenFile, OpenFlags};
use cobnut::kernel::io::VecSink;
use cobnut::kernel::pipe::{Pipe, PipeReader};
use cobnut::kernel::process::{Process, Termination};
use cobnut::kernel::signal::Signal;
use cobnut::kernel::sync::Waiter;
use cobnut::kernel::sync::wait::block_until;
use cobnut::kernel::syscall::tty::{set_controlling_terminal, terminal_for_page};
use cobnut::kernel::tty::{PtyMaster, WinSize};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use std::io::{IsTerminal, Read, Write};
use std::sync::Arc;
use std::thread::spawn;
use std::time::Duration;

/// Runs a command at this program's standard streams; answers its exit code. What it left running is killed.
pub fn run(machine: &Machine, args: &[Vec<u8>], timeout: Option<Duration>) -> u8 {
    let interactive = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let code = if interactive {
        at_terminal(machine, args, timeout)
    } else {
        through_pipes(machine, args, timeout)
    };
    code.unwrap_or_else(|error| {
        eprintln!("cobnut-native: {}: {error}", String::from_utf8_lossy(&args[0]));
        refusal(error)
    })
}

/// What timeout(1) answers.
const TIMED_OUT: u8 = 124;

fn finish(machine: &Machine, process: &Process, timeout: Option<Duration>) -> u8 {
    let in_time = machine.wait(process, timeout);
    machine.kernel().signal_job(process.job, Signal::SIGKILL);
    machine.wait(process, None);
    if in_time {
        process.termination().map_or(255, Termination::exit_code)
    } else {
        TIMED_OUT
    }
}

fn through_pipes(machine: &Machine, args: &[Vec<u8>], timeout: Option<Duration>) -> Result<u8, Error> {
    let (stdin, to_stdin) = Pipe::pair();
    let (from_stdout, stdout) = Pipe::pair();
    let (from_stderr, stderr) = Pipe::pair();
    let fds = [
        OpenFile::new(File::PipeReader(stdin), OpenFlags::empty()),
        OpenFile::new(File::PipeWriter(stdout), OpenFlags::O_WRONLY),
        OpenFile::new(File::PipeWriter(stderr), OpenFlags::O_WRONLY),
    ];
    let process = machine.start(args, &[], "/", fds.into_iter().map(entry).collect())?;
    // Not joined: it may be stuck in a read of the real standard input.
    spawn(move || copy_in(|bytes| feed(&to_stdin, bytes)));
    let out = spawn(move || copy_out(&from_stdout, &mut std::io::stdout()));
    let err = spawn(move || copy_out(&from_stderr, &mut std::io::stderr()));
    let code = finish(machine, &process, timeout);
    let _ended = (out.join(), err.join());
    Ok(code)
}

fn copy_in(mut forward: impl FnMut(&[u8])) {
    let mut buffer = [0; 65_536];
    let mut stdin = std::io::stdin();
    while let Ok(count @ 1..) = stdin.read(&mut buffer) {
        forward(&buffer[..count]);
    }
}

fn copy_out(reader: &PipeReader, to: &mut dyn Write) {
    let waiter = Waiter::new();
    loop {
        let mut sink = VecSink::new(65_536);
        match block_until(
            &waiter,
            &[reader.queue()],
            None,
            || false,
            || reader.try_read(&mut sink),
        ) {
            Ok(0) | Err(_) => return,
            // Nobody reads us any more: the pipe breaks when `reader` is dropped.
            Ok(_) if to.write_all(&sink.bytes).and_then(|()| to.flush()).is_err() => return,
            Ok(_) => {}
        }
    }
}

/// The real terminal in raw mode, until dropped.
struct RawMode(Termios);

impl RawMode {
    fn enter() -> Option<RawMode> {
        let before = tcgetattr(std::io::stdin()).ok()?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(std::io::stdin(), OptionalActions::Now, &raw).ok()?;
        Some(RawMode(before))
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        let _left_as_it_is = tcsetattr(std::io::stdin(), OptionalActions::Drain, &self.0);
    }
}

fn window() -> WinSize {
    tcgetwinsize(std::io::stdout()).map_or(
        WinSize {
            rows: 24,
            cols: 80,
            x_pixels: 0,
            y_pixels: 0,
        },
        |size| WinSize {
            rows: size.ws_row,
            cols: size.ws_col,
            x_pixels: size.ws_xpixel,
            y_pixels: size.ws_ypixel,
        },
    )
}

fn at_terminal(machine: &Machine, args: &[Vec<u8>], timeout: Option<Duration>) -> Result<u8, Error> {
    let (master, fds) = terminal_for_page(machine.kernel(), window())?;
    let master = Arc::new(master);
    let process = machine.start(
        args,
        &[format!(
            "TERM={}",
            std::env::var("TERM").unwrap_or("xterm".into())
        )],
        "/",
        fds,
    )?;
    set_controlling_terminal(&process, master.pty())?;
    let raw = RawMode::enter();
    let (keys, screen) = (master.clone(), master.clone());
    spawn(move || copy_in(|bytes| type_keys(&keys, bytes)));
    let out = spawn(move || show(&screen));
    let resize = Arc::downgrade(&master);
    spawn(move || {
        // The real window's size is asked for, not signalled: this program handles no signals.
        while let Some(master) = resize.upgrade() {
            let _hung_up = master.pty().set_size(window());
            drop(master);
            std::thread::sleep(Duration::from_millis(250));
        }
    });
    let code = finish(machine, &process, timeout);
    drop(process);
    let _ended = out.join();
    drop(raw);
    Ok(code)
}

fn type_keys(master: &PtyMaster, mut bytes: &[u8]) {
    let waiter = Waiter::new();
    while !bytes.is_empty() {
        if block_until(
            &waiter,
            &[master.queue()],
            None,
            || false,
            || master.try_write(&mut bytes),
        )
        .is_err()
        {
            return;
        }
    }
}

/// Shows what the terminal shows, until nobody has it open.
fn show(master: &PtyMaster) {
    let waiter = Waiter::new();
    loop {
        let mut sink = VecSink::new(65_536);
        let read = || match master.try_read(&mut sink) {
            Ok(count) => Ok(count),
            Err(Block::WouldBlock) => Err(Block::WouldBlock),
            Err(other) => Err(other),
        };
        let count = block_until(&waiter, &[master.queue()], None, || false, read);
        if !matches!(count, Ok(1..)) {
            return;
        }
        let mut stdout = std::io::stdout();
        if stdout
            .write_all(&sink.bytes)
            .and_then(|()| stdout.flush())
            .is_err()
        {
            return;
        }
    }
}
