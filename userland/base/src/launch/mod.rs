//! Commands that become another command: env, nohup, setsid.

pub mod env;

use std::ffi::{OsStr, OsString};

use cli::{Exit, Opt, Order, Outcome, Spec, complain, quote};
use sys::{Errno, Fd, Mode, OpenFlags, SigAction, Signal};

pub use cli::process::{bytes, cannot_start, environment, exec, wait_for};

#[derive(Clone, Copy, PartialEq, Eq)]
enum SetsidId {
    Ctty,
    Fork,
    Wait,
}

const SETSID: Spec<SetsidId> = Spec {
    name: "setsid",
    usage: &["[OPTION]... PROGRAM [ARGUMENT]..."],
    about: "Run a program in a new session.",
    options: &[
        Opt::flag(
            SetsidId::Ctty,
            "c",
            "ctty",
            "set the controlling terminal to the current one",
        ),
        Opt::flag(SetsidId::Fork, "f", "fork", "always fork"),
        Opt::flag(
            SetsidId::Wait,
            "w",
            "wait",
            "wait for the program to exit, and use the same return",
        ),
    ],
    order: Order::StopAtOperand,
    failure: 1,
};

/// setsid(1): a group's leader cannot leave its group, so it starts a child that can.
pub fn setsid(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SETSID.parse(arguments)?;
    let chosen = |id| parsed.options.iter().any(|(option, _)| *option == id);
    if parsed.operands.is_empty() {
        return Err(SETSID.usage_error("no command specified"));
    }
    if chosen(SetsidId::Ctty) {
        complain(
            name,
            "the kernel cannot give a terminal to a new session yet (--ctty)",
        );
        return Err(Exit(1));
    }
    let leads_group = sys::getpgid(None).is_ok_and(|group| group == sys::getpid());
    let environment = environment();
    if !leads_group && !chosen(SetsidId::Fork) {
        if let Err(why) = sys::setsid() {
            complain(name, format_args!("setsid failed: {why}"));
            return Err(Exit(1));
        }
        return Ok(exec(name, &parsed.operands, &environment));
    }
    let argv = bytes(&parsed.operands);
    let child = sys::Spawn {
        path: &argv[0],
        argv: &argv,
        envp: &environment,
        setsid: true,
        search: true,
        ..Default::default()
    };
    match child.spawn() {
        Err(why) => Ok(cannot_start(name, &parsed.operands[0], why)),
        Ok(_) if !chosen(SetsidId::Wait) => Ok(0),
        Ok(pid) => Ok(wait_for(pid)),
    }
}

const NOHUP: Spec<()> = Spec {
    name: "nohup",
    usage: &["COMMAND [ARG]..."],
    about: "Run COMMAND, ignoring hangup signals.",
    options: &[],
    order: Order::StopAtOperand,
    failure: 125,
};

/// nohup(1): output that would go to a terminal goes to `nohup.out`, here or in the home directory.
pub fn nohup(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = NOHUP.parse(arguments)?;
    if parsed.operands.is_empty() {
        return Err(NOHUP.missing_operand(None));
    }
    let (input, output, errors) = (
        sys::isatty(Fd::STDIN),
        sys::isatty(Fd::STDOUT),
        sys::isatty(Fd::STDERR),
    );
    let fail = |what: &str, why: Errno| {
        complain(name, format_args!("{what}: {why}"));
        Exit(125)
    };
    if input {
        // Reading gives an error at once, instead of stealing the terminal's input.
        let null =
            sys::open("/dev/null", OpenFlags::WRONLY, Mode::empty()).map_err(|why| fail("/dev/null", why))?;
        sys::dup2(null, Fd::STDIN).map_err(|why| fail("standard input", why))?;
        let _ = sys::close(null);
    }
    let ignored = if input { "ignoring input and " } else { "" };
    if output {
        let (path, file) = open_nohup_out().map_err(|why| fail("failed to open 'nohup.out'", why))?;
        complain(
            name,
            format_args!(
                "{ignored}appending output to {}",
                quote::always(OsStr::new(&path))
            ),
        );
        sys::dup2(file, Fd::STDOUT).map_err(|why| fail("standard output", why))?;
        let _ = sys::close(file);
    } else if input {
        complain(name, "ignoring input");
    }
    if errors {
        sys::dup2(Fd::STDOUT, Fd::STDERR).map_err(|why| fail("standard error", why))?;
    }
    sys::sigaction(Signal::HUP, Some(SigAction::Ignore)).map_err(|why| fail("SIGHUP", why))?;
    Ok(exec(name, &parsed.operands, &environment()))
}

fn open_nohup_out() -> sys::Result<(String, Fd)> {
    let flags = OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::APPEND;
    let open = |path: &str| sys::open(path, flags, Mode::new(0o600)).map(|fd| (path.to_owned(), fd));
    open("nohup.out").or_else(|why| match std::env::var("HOME") {
        Ok(home) => open(&format!("{home}/nohup.out")),
        Err(_) => Err(why),
    })
}
