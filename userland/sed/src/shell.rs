//! What a shell command prints, for `e`.

use sys::{Action, Errno, Fd, OpenFlags, SigSet, Signal, Spawn, WaitOptions, WaitTarget};

pub fn output(command: &[u8]) -> sys::Result<Vec<u8>> {
    let (read, write) = sys::pipe2(OpenFlags::CLOEXEC)?;
    let argv = [b"sh".to_vec(), b"-c".to_vec(), command.to_vec()];
    let environment: Vec<Vec<u8>> = std::env::vars_os()
        .map(|(name, value)| [name.as_encoded_bytes(), b"=", value.as_encoded_bytes()].concat())
        .collect();
    let started = Spawn {
        path: b"/bin/sh",
        argv: &argv,
        envp: &environment,
        actions: vec![Action::Dup2 {
            from: write,
            to: Fd::STDOUT,
        }],
        // The runtime ignores it, which the child would inherit.
        sigdefault: Some(SigSet::EMPTY.with(Signal::PIPE)),
        ..Spawn::default()
    }
    .spawn();
    let _ = sys::close(write);
    let mut out = Vec::new();
    let mut buffer = [0; 4096];
    let read_all = loop {
        match sys::read(read, &mut buffer) {
            Ok(0) => break Ok(()),
            Ok(n) => out.extend_from_slice(&buffer[..n]),
            Err(Errno::EINTR) => {}
            Err(error) => break Err(error),
        }
    };
    let _ = sys::close(read);
    let pid = started?;
    loop {
        match sys::waitpid(WaitTarget::Pid(pid), WaitOptions::empty()) {
            Ok(Some((_, status))) if !status.is_end() => {}
            Err(Errno::EINTR) => {}
            _ => break,
        }
    }
    read_all.map(|()| out)
}
