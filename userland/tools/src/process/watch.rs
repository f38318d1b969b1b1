//! watch(1): runs a command again and again, and shows its output.

use std::ffi::OsString;

use cli::input::read_to_end;
use cli::process::{bytes, environment, wait_for};
use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain, time};
use sys::{Action, Fd};

use crate::terminal::Screen;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Interval,
    NoTitle,
    ChangeExit,
    ErrorExit,
    Differences,
    Exec,
    Beep,
    Ignored,
}

#[rustfmt::skip]
static SPEC: Spec<Id> = Spec {
    name: "watch",
    usage: &["[options] command"],
    about: "Execute a program periodically, showing output fullscreen.",
    options: &[
        Opt::value(Id::Interval, "n", "interval", "SECS", "seconds to wait between updates"),
        Opt::flag(Id::NoTitle, "t", "no-title", "turn off header"),
        Opt::flag(Id::ChangeExit, "g", "chgexit", "exit when output from command changes"),
        Opt::flag(Id::ErrorExit, "e", "errexit", "exit if command has a non-zero exit"),
        Opt::optional(Id::Differences, "d", "differences", "permanent", "highlight changes between updates"),
        Opt::flag(Id::Exec, "x", "exec", "pass command to exec instead of \"sh -c\""),
        Opt::flag(Id::Beep, "b", "beep", "beep if command has a non-zero exit"),
        Opt::flag(Id::Ignored, "cpw", "color", ""),
    ],
    order: Order::StopAtOperand,
    failure: 1,
};

pub fn run(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let chosen = |id| parsed.options.iter().any(|(option, _)| *option == id);
    let mut interval = 2.0_f64;
    for (id, value) in &parsed.options {
        if let (Id::Interval, Some(text)) = (id, value) {
            interval = text.to_str().and_then(|text| text.parse().ok()).ok_or_else(|| {
                SPEC.usage_error(format_args!("failed to parse argument: '{}'", text.display()))
            })?;
        }
    }
    // As procps: nobody can read faster.
    let interval = interval.max(0.1);
    if parsed.operands.is_empty() {
        return Err(SPEC.usage_error("missing command"));
    }
    let line = bytes(&parsed.operands).join(&b' ');
    let argv = if chosen(Id::Exec) {
        bytes(&parsed.operands)
    } else {
        vec![b"sh".to_vec(), b"-c".to_vec(), line.clone()]
    };
    let screen = Screen::open().map_err(|why| {
        complain("watch", format_args!("no terminal: {why}"));
        Exit(1)
    })?;
    let mut out = Output::stdout();
    let mut before: Option<Vec<u8>> = None;
    loop {
        let (shown, status) = output(&argv).map_err(|why| {
            complain("watch", format_args!("unable to run the command: {why}"));
            Exit(8)
        })?;
        let (rows, columns) = screen.size();
        out.put(b"\x1b[H\x1b[2J");
        let mut left = rows;
        if !chosen(Id::NoTitle) {
            let title = format!("Every {interval:.1}s: {}", String::from_utf8_lossy(&line));
            let date = time::format("%a %b %e %T %Y", time::now_ns());
            let room = columns.saturating_sub(date.len() + 1);
            let title: String = title.chars().take(room).collect();
            out.put(format!("{title:room$} {date}\n\n").as_bytes());
            left = left.saturating_sub(2);
        }
        let old: Vec<&[u8]> = before
            .iter()
            .flat_map(|before| before.split(|b| *b == b'\n'))
            .collect();
        for (at, row) in shown.split(|b| *b == b'\n').take(left).enumerate() {
            if at > 0 {
                out.put(b"\n");
            }
            let row = String::from_utf8_lossy(row);
            let row: String = row.chars().take(columns).collect();
            let same = before.is_none()
                || old
                    .get(at)
                    .is_some_and(|old| String::from_utf8_lossy(old).starts_with(&row));
            if chosen(Id::Differences) && !same {
                out.put(format!("\x1b[7m{row}\x1b[0m").as_bytes());
            } else {
                out.put(row.as_bytes());
            }
        }
        if status != 0 && chosen(Id::Beep) {
            out.put(b"\x07");
        }
        out.send();
        if status != 0 && chosen(Id::ErrorExit) {
            out.put(b"\ncommand exit with a non-zero status, press a key to exit\n");
            out.send();
            screen.key(None);
            return Ok(8);
        }
        if chosen(Id::ChangeExit) && before.as_ref().is_some_and(|before| *before != shown) || out.is_closed()
        {
            out.put(b"\n");
            return Ok(out.finish("watch", 0, 1));
        }
        before = Some(shown);
        if let Some([b'q' | 3, ..]) = screen.key(Some((interval * 1000.0) as u32)).as_deref() {
            out.put(b"\n");
            return Ok(out.finish("watch", 0, 1));
        }
    }
}

/// What a command writes, and its status.
fn output(argv: &[Vec<u8>]) -> sys::Result<(Vec<u8>, i32)> {
    let (reader, writer) = sys::pipe2(sys::OpenFlags::CLOEXEC)?;
    let child = sys::Spawn {
        path: &argv[0],
        argv,
        envp: &environment(),
        actions: vec![
            Action::Dup2 {
                from: writer,
                to: Fd::STDOUT,
            },
            Action::Dup2 {
                from: writer,
                to: Fd::STDERR,
            },
        ],
        search: true,
        ..Default::default()
    };
    let pid = child.spawn();
    // Ours would keep the pipe open.
    let _ = sys::close(writer);
    let text = pid.and_then(|pid| Ok((read_to_end(reader)?, wait_for(pid))));
    let _ = sys::close(reader);
    text
}
