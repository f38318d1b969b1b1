//! Cobnut's shell, `sh` and `bash`: bash's language, parsed by brush-parser and executed here on real processes and
//! descriptors through `sys`.
//!
//! The way of a command: [`parse`] → [`exec`] → [`expand`] → a [`builtin`], a function, or a child of [`job`]. State is
//! in [`shell::Shell`], one per process; a forked child works on its copy.

mod assign;
mod builtin;
mod completion;
mod exec;
mod expand;
mod frame;
mod history;
mod interactive;
mod job;
mod options;
mod parse;
mod rewrite;
mod shell;
mod special;
mod text;
mod trap;
mod vars;

use sys::{Errno, Fd};

use shell::{Shell, Unwind};
use text::{Bytes, lossy};

fn main() {
    sys::init();
    let args: Vec<Bytes> = std::env::args_os()
        .map(std::ffi::OsString::into_encoded_bytes)
        .collect();
    let name = args.first().cloned().unwrap_or_else(|| b"sh".to_vec());
    let mut sh = Shell::new(name);
    sh.import_environment();
    run(&mut sh, &args);
    trap::run_exit(&mut sh);
    let _ = sh.flush();
    if sh.hung_up {
        // Whoever waits is to see what the shell ended of.
        let _ = sys::sigaction(sys::Signal::HUP, Some(sys::SigAction::Default));
        let _ = sys::kill(sys::getpid(), Some(sys::Signal::HUP));
    }
    sys::exit(sh.status & 0xff)
}

/// What the command line asks for.
#[derive(Default)]
struct Invocation {
    command: bool,
    stdin: bool,
    interactive: bool,
    login: bool,
    norc: bool,
    /// Index of the first operand.
    rest: usize,
}

fn run(sh: &mut Shell, args: &[Bytes]) {
    let mut inv = match parse_arguments(sh, args) {
        Ok(i) => i,
        Err(status) => {
            sh.status = status;
            return;
        }
    };
    inv.login |= args.first().is_some_and(|a| a.starts_with(b"-"));
    if let Some(on) = sh.options.shopt("login_shell") {
        *on = inv.login;
    }
    let operands = &args[inv.rest.min(args.len())..];
    if inv.login && !inv.norc {
        profile(sh);
    }
    if inv.command {
        let Some(text) = operands.first().cloned() else {
            sh.complain("-c: option requires an argument");
            sh.status = 2;
            return;
        };
        if let Some(name) = operands.get(1) {
            sh.name = name.clone();
        }
        sh.positional = operands.get(2..).unwrap_or_default().to_vec();
        sh.command_string = true;
        sh.initial_args = sh.positional.clone();
        return finish(sh, |sh| parse::run_text_tail(sh, &text, true));
    }
    if let Some(path) = operands.first().filter(|_| !inv.stdin) {
        sh.positional = operands[1..].to_vec();
        sh.initial_args = sh.positional.clone();
        return script(sh, path);
    }
    sh.positional = operands.to_vec();
    sh.initial_args = sh.positional.clone();
    sh.reads_stdin = true;
    if inv.interactive || (sys::isatty(Fd::STDIN) && sys::isatty(Fd::STDERR)) {
        sh.interactive = true;
        interactive::run(sh, !inv.norc);
    } else {
        from_stdin(sh);
    }
}

fn parse_arguments(sh: &mut Shell, args: &[Bytes]) -> Result<Invocation, i32> {
    let mut inv = Invocation {
        rest: 1,
        ..Invocation::default()
    };
    while let Some(a) = args.get(inv.rest) {
        match &a[..] {
            b"--norc" | b"--noprofile" => inv.norc = true,
            b"--login" => inv.login = true,
            b"--posix" => sh.options.posix = true,
            b"--noediting" => {}
            b"--version" => {
                sh.print(b"Cobnut sh, compatible with GNU bash, version 5.2\n");
                return Err(0);
            }
            b"-" | b"--" => {
                inv.rest += 1;
                break;
            }
            long if long.starts_with(b"--") => {
                sh.complain(format!("{}: invalid option", lossy(long)));
                return Err(2);
            }
            [sign @ (b'-' | b'+'), letters @ ..] if !letters.is_empty() => {
                for &c in letters {
                    option(sh, &mut inv, args, c, *sign == b'-')?;
                }
            }
            _ => break,
        }
        inv.rest += 1;
    }
    Ok(inv)
}

fn option(sh: &mut Shell, inv: &mut Invocation, args: &[Bytes], c: u8, on: bool) -> Result<(), i32> {
    match c {
        b'c' => inv.command = on,
        b's' => inv.stdin = on,
        b'i' => inv.interactive = on,
        b'l' => inv.login = on,
        b'o' | b'O' => {
            inv.rest += 1;
            let name = args
                .get(inv.rest)
                .map(|n| lossy(n).into_owned())
                .unwrap_or_default();
            let known = if c == b'o' {
                sh.options.set_long(&name, on)
            } else {
                sh.options.shopt(&name).map(|b| *b = on).is_some()
            };
            if !known {
                sh.complain(format!("{name}: invalid option name"));
                return Err(2);
            }
        }
        c if sh.options.set_letter(c, on) => {}
        c => {
            sh.complain(format!("-{}: invalid option", c as char));
            return Err(2);
        }
    }
    Ok(())
}

/// Runs text; an error that gives up its command ends a shell that reads no more.
fn finish(sh: &mut Shell, f: impl FnOnce(&mut Shell) -> shell::Outcome) {
    match f(sh) {
        Ok(status) => sh.status = status,
        Err(Unwind::Return) => sh.status = sh.returned,
        Err(Unwind::Discard | Unwind::Exit | Unwind::Break(_) | Unwind::Continue(_)) => {}
    }
}

fn profile(sh: &mut Shell) {
    let home = sh.vars.get("HOME").cloned().unwrap_or_default();
    for path in [b"/etc/profile".to_vec(), [&home[..], b"/.profile"].concat()] {
        if let Ok(text) = builtin::control::read_script(&path) {
            let _ = sh.nested(|sh| parse::run_text(sh, &text));
        }
    }
}

fn script(sh: &mut Shell, path: &[u8]) {
    let mut found = path.to_vec();
    if !path.contains(&b'/')
        && sys::stat(path).is_err()
        && let Some(p) = exec::simple::search(sh, path, false).into_iter().next()
    {
        found = p;
    }
    match builtin::control::read_script(&found) {
        Ok(text) if text.iter().take(80).take_while(|c| **c != b'\n').any(|c| *c == 0) => {
            sh.complain(format!("{}: cannot execute binary file", lossy(path)));
            sh.status = 126;
        }
        Ok(text) => {
            sh.name = path.to_vec();
            sh.script = Some(path.to_vec());
            lines(sh, &text);
        }
        Err(e) => {
            sh.complain_errno(path, e);
            sh.status = if e == Errno::ENOENT { 127 } else { 126 };
        }
    }
}

/// A script's text. A discarded command gives up its line's list only, so the text goes on after it.
fn lines(sh: &mut Shell, text: &[u8]) {
    // An alias holds from the line after its definition on, so such a text is taken line by line.
    if text.windows(5).any(|w| w == b"alias") {
        return finish(sh, |sh| parse::run_text(sh, text));
    }
    let source = exec::alias::expand(sh, &text::decode(text));
    let parse::Parsed::Program(p) = parse::parse(sh, &source) else {
        return finish(sh, |sh| parse::run_text(sh, text));
    };
    let last = p.complete_commands.len();
    for (i, c) in p.complete_commands.iter().enumerate() {
        match exec::list(sh, c, i + 1 == last) {
            Ok(status) => sh.status = status,
            Err(Unwind::Return) => {
                sh.status = sh.returned;
                return;
            }
            Err(Unwind::Exit) => return,
            Err(_) => {}
        }
        if sh.options.onecmd {
            return;
        }
    }
}

/// Commands on standard input, which they share with the shell: it reads no further than it must.
fn from_stdin(sh: &mut Shell) {
    let mut text = String::new();
    let mut line = 0;
    let mut base = 0;
    loop {
        let end = match interactive::read_line(Fd::STDIN) {
            Ok(Some(l)) => {
                text.push_str(&text::decode(&l));
                text.push('\n');
                line += 1;
                false
            }
            Ok(None) => true,
            Err(Errno::EINTR) => {
                let _ = trap::run_pending(sh);
                continue;
            }
            Err(_) => true,
        };
        if end && text.is_empty() {
            return;
        }
        let expanded = exec::alias::expand(sh, &text);
        let continued = text.ends_with("\\\n") && !end;
        let result = match parse::parse(sh, &expanded) {
            _ if continued => continue,
            parse::Parsed::Program(p) => {
                sh.line_base = base;
                if sh.options.history && !text.trim().is_empty() {
                    sh.history_added = history::remember(sh, text::encode(text.trim_end_matches('\n')));
                }
                if sh.options.noexec {
                    Ok(sh.status)
                } else {
                    exec::program(sh, &p, false)
                }
            }
            parse::Parsed::Incomplete if !end => continue,
            parse::Parsed::Incomplete => {
                sh.complain("syntax error: unexpected end of file");
                sh.status = 2;
                return;
            }
            parse::Parsed::Error(e) => {
                sh.complain(e);
                sh.status = 2;
                return;
            }
        };
        let _ = sh.flush();
        text.clear();
        base = line;
        sh.command_number += 1;
        if result == Err(Unwind::Return) {
            sh.status = sh.returned;
        }
        if matches!(result, Err(Unwind::Exit | Unwind::Return)) || end || sh.options.onecmd {
            return;
        }
    }
}
