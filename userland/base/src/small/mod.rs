//! Commands that fit on a screen, or nearly.

pub mod echo;
pub mod id;
pub mod mktemp;
pub mod uname;

use std::ffi::OsString;

use cli::{Opt, Order, Outcome, Output, Spec};
use sys::Fd;

const TTY: Spec<()> = Spec {
    name: "tty",
    usage: &["[OPTION]..."],
    about: "Print the file name of the terminal connected to standard input.",
    options: &[
        Opt::flag((), "s", "silent", "print nothing, only return an exit status"),
        Opt::flag((), "", "quiet", ""),
    ],
    order: Order::Permute,
    failure: 2,
};

/// tty(1): status 1 where standard input is no terminal.
pub fn tty(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = TTY.parse(arguments)?;
    if let Some(extra) = parsed.operands.first() {
        return Err(TTY.extra_operand(extra));
    }
    let terminal = sys::isatty(Fd::STDIN);
    if !parsed.options.is_empty() {
        return Ok(i32::from(!terminal));
    }
    let mut out = Output::stdout();
    let path = if terminal {
        sys::ttyname(Fd::STDIN).unwrap_or_else(|_| b"/dev/tty".to_vec())
    } else {
        b"not a tty".to_vec()
    };
    out.line(&path);
    Ok(out.finish(name, i32::from(!terminal), 3))
}

const CLEAR: Spec<()> = Spec {
    name: "clear",
    usage: &["[-x]"],
    about: "Clear the terminal's screen, and unless -x is given what has scrolled off it.",
    options: &[Opt::flag((), "x", "", "do not clear what has scrolled off")],
    order: Order::Permute,
    failure: 1,
};

/// clear(1), for terminals that speak ECMA-48: home, erase the screen, erase the scrollback.
pub fn clear(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = CLEAR.parse(arguments)?;
    let mut out = Output::stdout();
    out.put(b"\x1b[H\x1b[2J");
    if parsed.options.is_empty() {
        out.put(b"\x1b[3J");
    }
    Ok(out.finish(name, 0, 1))
}
