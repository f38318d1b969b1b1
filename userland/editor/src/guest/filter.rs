//! Running commands of the shell.

use sys::{Action, Errno, Fd, OpenFlags, Pid, PollEvents, PollFd, SigSet, Signal, Spawn};

/// The signals that the editor handles, and a child of it does not.
pub const HANDLED: [Signal; 7] = [
    Signal::HUP,
    Signal::INT,
    Signal::TERM,
    Signal::TSTP,
    Signal::WINCH,
    Signal::PIPE,
    Signal::QUIT,
];

/// Starts `sh -c command`, or the user's own shell.
///
/// # Errors
/// Why it does not start.
pub fn start(command: &[u8], actions: Vec<Action>) -> Result<Pid, String> {
    let shell = std::env::var_os("SHELL").filter(|s| !s.is_empty());
    let shell = shell.map_or_else(|| b"sh".to_vec(), |s| s.as_encoded_bytes().to_vec());
    Spawn {
        path: &shell,
        argv: &[shell.clone(), b"-c".to_vec(), command.to_vec()],
        envp: &cli::process::environment(),
        actions,
        sigdefault: Some(SigSet::from_iter(HANDLED)),
        search: true,
        ..Spawn::default()
    }
    .spawn()
    .map_err(|why| format!("Cannot execute shell {}: {why}", String::from_utf8_lossy(&shell)))
}

/// Runs a command on an input, and gathers its output. `terminal` is looked at for `^C`, which interrupts the command.
///
/// # Errors
/// Why it does not run.
pub fn run(command: &[u8], input: &[u8], terminal: Option<Fd>) -> Result<(Vec<u8>, i32), String> {
    let pipe = || sys::pipe2(OpenFlags::CLOEXEC).map_err(|why| why.message().to_owned());
    let (their_in, our_out) = pipe()?;
    let (our_in, their_out) = pipe()?;
    let dup = |from, to| Action::Dup2 { from, to };
    let actions = vec![
        dup(their_in, Fd::STDIN),
        dup(their_out, Fd::STDOUT),
        dup(their_out, Fd::STDERR),
    ];
    let child = start(command, actions);
    let _ = sys::close(their_in);
    let _ = sys::close(their_out);
    let outcome = child.map(|child| {
        let output = pump(child, our_out, our_in, input, terminal);
        (output, cli::process::wait_for(child))
    });
    if outcome.is_err() {
        let _ = sys::close(our_out);
    }
    let _ = sys::close(our_in);
    outcome
}

/// Writes the input while reading the output, and closes `out` when all is written.
fn pump(child: Pid, out: Fd, input: Fd, mut text: &[u8], terminal: Option<Fd>) -> Vec<u8> {
    let _ = sys::setfl(out, OpenFlags::NONBLOCK);
    let mut output = Vec::new();
    let mut chunk = vec![0; 64 * 1024];
    let mut open = true;
    loop {
        if open && text.is_empty() {
            let _ = sys::close(out);
            open = false;
        }
        let entry = |fd, events| PollFd {
            fd,
            events,
            revents: PollEvents::empty(),
        };
        let mut fds = vec![entry(input, PollEvents::IN)];
        if open {
            fds.push(entry(out, PollEvents::OUT));
        }
        if let Some(terminal) = terminal {
            fds.push(entry(terminal, PollEvents::IN));
        }
        if sys::poll(&mut fds, None).is_err() {
            continue;
        }
        if open && !fds[1].revents.is_empty() {
            match sys::write(out, &text[..text.len().min(64 * 1024)]) {
                Ok(n) => text = &text[n..],
                Err(Errno::EAGAIN | Errno::EINTR) => {}
                // It does not want more.
                Err(_) => text = &[],
            }
        }
        if terminal.is_some() && fds.last().is_some_and(|fd| fd.revents.contains(PollEvents::IN)) {
            let mut key = [0];
            if sys::read(fds[fds.len() - 1].fd, &mut key) == Ok(1) && key[0] == 3 {
                let _ = sys::kill(child, Some(Signal::INT));
            }
        }
        if !fds[0].revents.is_empty() {
            match sys::read(input, &mut chunk) {
                Ok(0) => break,
                Ok(n) => output.extend_from_slice(&chunk[..n]),
                Err(Errno::EINTR) => {}
                Err(_) => break,
            }
        }
    }
    if open {
        let _ = sys::close(out);
    }
    output
}
