//! Simple commands: expansion, assignments, and the choice between function, builtin and program.

use brush_parser::ast::{
    Assignment, Command, CommandPrefixOrSuffixItem as Part, IoFileRedirectKind, IoFileRedirectTarget,
    IoRedirect, ProcessSubstitutionKind, SimpleCommand, SubshellCommand,
};
use sys::{Access, Errno, Fd, FdFlags, OpenFlags, Pid};

use super::redirect::{self, Undo};
use super::{list, trace};
use crate::assign;
use crate::builtin::{self, Argument, Builtin};
use crate::expand;
use crate::job::{self, Origin, Process};
use crate::rewrite;
use crate::shell::{Outcome, Shell, Unwind};
use crate::text::{Bytes, lossy};
use crate::trap::{self, Condition};

/// A simple command's parts in the order that they are worked on.
struct Parts<'a> {
    command: &'a SimpleCommand,
    assignments: Vec<&'a Assignment>,
    words: Vec<Word<'a>>,
    redirects: Vec<&'a IoRedirect>,
}

enum Word<'a> {
    Plain(&'a str),
    /// Looks like an assignment; it is one if the command declares variables.
    Assignment(&'a Assignment, &'a str),
    Process(&'a ProcessSubstitutionKind, &'a SubshellCommand),
}

fn parts(c: &SimpleCommand) -> Parts<'_> {
    let mut p = Parts {
        command: c,
        assignments: Vec::new(),
        words: Vec::new(),
        redirects: Vec::new(),
    };
    for part in c.prefix.iter().flat_map(|p| &p.0) {
        match part {
            Part::AssignmentWord(a, _) => p.assignments.push(a),
            Part::IoRedirect(r) => p.redirects.push(r),
            Part::Word(w) => p.words.push(Word::Plain(&w.value)),
            Part::ProcessSubstitution(k, c) => p.words.push(Word::Process(k, c)),
        }
    }
    p.words
        .extend(c.word_or_name.iter().map(|w| Word::Plain(&w.value)));
    for part in c.suffix.iter().flat_map(|s| &s.0) {
        match part {
            Part::Word(w) => p.words.push(Word::Plain(&w.value)),
            Part::AssignmentWord(a, w) => p.words.push(Word::Assignment(a, &w.value)),
            Part::IoRedirect(r) => p.redirects.push(r),
            Part::ProcessSubstitution(k, c) => p.words.push(Word::Process(k, c)),
        }
    }
    p
}

/// Expanded words; what a declaring builtin is to assign stays apart.
fn arguments(sh: &mut Shell, words: &[Word], opened: &mut Vec<Fd>) -> Result<Vec<Argument>, Unwind> {
    let mut out: Vec<Argument> = Vec::new();
    let mut declares = false;
    for w in words {
        match w {
            Word::Plain(text) => {
                let mut fields = Vec::new();
                expand::field_words(sh, text, &mut fields)?;
                out.extend(fields.into_iter().map(Argument::Word));
            }
            Word::Assignment(a, _) if declares => {
                let value = assign::value(sh, &a.value)?;
                out.push(Argument::Assignment(assign::target(&a.name), value, a.append));
            }
            Word::Assignment(_, text) => {
                let mut fields = Vec::new();
                expand::field_words(sh, text, &mut fields)?;
                out.extend(fields.into_iter().map(Argument::Word));
            }
            Word::Process(kind, c) => {
                let (path, fd) = open_process(sh, kind, c)?;
                opened.push(fd);
                out.push(Argument::Word(path));
            }
        }
        if !declares && let Some(Argument::Word(first)) = out.first() {
            // `builtin declare` and `command declare` get plain words.
            declares = builtin::declares(first) && builtin::enabled(sh, first).is_some();
        }
    }
    Ok(out)
}

pub fn run(sh: &mut Shell, c: &SimpleCommand, tail: bool) -> Outcome {
    if let Some(line) = line_of(c) {
        sh.at_line(line);
    }
    sh.note_command(|| c.to_string());
    if !trap::debug(sh)? {
        return Ok(0);
    }
    sh.substitution_status = None;
    let p = parts(c);
    let mut opened = Vec::new();
    let args = arguments(sh, &p.words, &mut opened);
    let result = match args {
        Ok(args) => match args.last().map(Argument::text) {
            None => {
                let result = only_assignments(sh, &p);
                sh.last_arg.clear();
                result
            }
            Some(last) => {
                let result = dispatch(sh, &p, args, tail && opened.is_empty());
                sh.last_arg = last;
                result
            }
        },
        Err(e) => Err(e),
    };
    for fd in opened {
        let _ = sys::close(fd);
    }
    if let Ok(status) = result {
        sh.status = status;
    }
    result
}

/// The line that a command begins on; redirections have none.
fn line_of(c: &SimpleCommand) -> Option<usize> {
    let first = c.prefix.iter().flat_map(|p| &p.0).find_map(|part| match part {
        Part::AssignmentWord(a, _) => Some(a.loc.start.line),
        _ => None,
    });
    let word = || c.word_or_name.as_ref()?.loc.as_ref().map(|l| l.start.line);
    first.or_else(word)
}

fn only_assignments(sh: &mut Shell, p: &Parts) -> Outcome {
    let mut undo = Undo::default();
    let applied = redirect::apply(sh, p.redirects.iter().copied(), &mut undo);
    undo.restore();
    if !applied? {
        return Ok(1);
    }
    for a in &p.assignments {
        trace::assignment(sh, a);
        assign::run(sh, a)?;
        // The next assignment's `$?` is of this one's substitution.
        if let Some(status) = sh.substitution_status {
            sh.status = status;
        }
    }
    Ok(sh.substitution_status.unwrap_or(0))
}

fn dispatch(sh: &mut Shell, p: &Parts, args: Vec<Argument>, tail: bool) -> Outcome {
    let name = args[0].text();
    trace::command(sh, &p.assignments, &args);
    let function = std::str::from_utf8(&name)
        .ok()
        .filter(|n| !(sh.options.posix && builtin::shell::SPECIAL.contains(n)))
        .and_then(|n| sh.functions.get(n).cloned());
    let builtin = builtin::enabled(sh, &name);
    let mut undo = Undo::default();
    if function.is_none() && builtin.is_none() {
        return program(sh, p, args, tail);
    }
    let ok = match redirect::apply(sh, p.redirects.iter().copied(), &mut undo) {
        Ok(ok) => ok,
        Err(e) => {
            undo.restore();
            return Err(e);
        }
    };
    if !ok {
        undo.restore();
        return Ok(1);
    }
    let result = with_assignments(sh, &p.assignments, |sh| match function {
        Some(f) => super::function::call(sh, &f, words_of(&args)),
        None => match builtin {
            Some(b) => run_builtin(sh, b, &args),
            None => Ok(127),
        },
    });
    let flushed = sh.flush();
    let lasting = name == b"exec" && args.len() == 1 && matches!(result, Ok(0));
    if lasting {
        undo.forget()
    } else {
        undo.restore()
    }
    match (result, flushed) {
        // A subshell dies of the signal that the kernel would send to a program.
        (Ok(0), Err(Errno::EPIPE)) if sh.subshell > 0 && sh.capture.is_none() => {
            sh.status = 128 + sys::Signal::PIPE.0;
            Err(Unwind::Exit)
        }
        (Ok(0), Err(e)) => {
            if e != Errno::EPIPE {
                sh.complain(format!("{}: write error: {}", lossy(&name), e.message()));
            }
            Ok(1)
        }
        (r, _) => r,
    }
}

pub fn words_of(args: &[Argument]) -> Vec<Bytes> {
    args.iter().map(Argument::text).collect()
}

pub fn run_builtin(sh: &mut Shell, b: Builtin, args: &[Argument]) -> Outcome {
    match b {
        Builtin::Plain(f) => f(sh, &words_of(args)),
        Builtin::Declaring(f) => f(sh, args),
    }
}

/// `a=1 command`: the assignments are in force, and exported, while it runs.
fn with_assignments(
    sh: &mut Shell,
    assignments: &[&Assignment],
    f: impl FnOnce(&mut Shell) -> Outcome,
) -> Outcome {
    if assignments.is_empty() {
        return f(sh);
    }
    let mut values = Vec::new();
    for a in assignments {
        let target = assign::locate(sh, &assign::target(&a.name))?;
        values.push((target, assign::value(sh, &a.value)?, a.append));
    }
    let depth = sh.vars.depth();
    sh.vars.push_temporary();
    let mut result = Ok(0);
    for (target, value, append) in values {
        let before = sh.vars.var(&target.name).cloned();
        if before.as_ref().is_some_and(|v| v.readonly) {
            sh.complain(format!("{}: readonly variable", target.name));
            result = Ok(1);
            break;
        }
        let local = sh.vars.top_entry(&target.name);
        if let (true, Some(b)) = (append, before) {
            local.value = b.value;
        }
        local.export = true;
        if let Err(e) = assign::store(sh, &target, value, append) {
            result = Err(e);
            break;
        }
    }
    let result = if matches!(result, Ok(0)) { f(sh) } else { result };
    while sh.vars.depth() > depth {
        let names = sh.vars.pop_scope();
        if names.iter().any(|n| n == "PATH") {
            sh.hashed.clear();
        }
    }
    result
}

/// A program: redirections and assignments hold for it alone.
fn program(sh: &mut Shell, p: &Parts, args: Vec<Argument>, tail: bool) -> Outcome {
    let origin = Origin::Job {
        group: None,
        foreground: true,
    };
    let replace = tail && may_replace(sh);
    let argv = words_of(&args);
    match start(sh, p, &argv, &[], origin, replace)? {
        Err(()) => Ok(sh.status),
        Ok(pid) => {
            let text = job::display(&rewrite::restore(&p.command.to_string()));
            let group = sh.monitor().then_some(pid);
            let id = sh
                .jobs
                .add(vec![Process { pid, status: None }], group, text, true);
            Ok(job::wait_foreground(sh, id))
        }
    }
}

/// Nothing of this shell is needed after the last command.
fn may_replace(sh: &Shell) -> bool {
    !sh.interactive && sh.traps.actions.is_empty() && sh.jobs.all().is_empty() && sh.capture.is_none()
}

/// Starts `argv` with the wiring, redirections and assignments of a command. `Err(())` inside: it could not be started,
/// the message is out and `$?` set.
fn start(
    sh: &mut Shell,
    p: &Parts,
    argv: &[Bytes],
    wiring: &[(Fd, Fd)],
    origin: Origin,
    replace: bool,
) -> Result<Result<Pid, ()>, Unwind> {
    let mut undo = Undo::default();
    redirect::wire(wiring, &mut undo);
    let result = match redirect::apply(sh, p.redirects.iter().copied(), &mut undo) {
        Ok(true) => start_now(sh, p, argv, origin, replace),
        Ok(false) => {
            sh.status = 1;
            Ok(Err(()))
        }
        Err(e) => Err(e),
    };
    undo.restore();
    result
}

fn start_now(
    sh: &mut Shell,
    p: &Parts,
    argv: &[Bytes],
    origin: Origin,
    replace: bool,
) -> Result<Result<Pid, ()>, Unwind> {
    let mut made = Err(());
    let outcome = with_assignments(sh, &p.assignments, |sh| {
        let path = match find(sh, &argv[0]) {
            Ok(path) => path,
            Err(status) => {
                sh.status = status;
                return Ok(status);
            }
        };
        let envp = environment(sh, &path);
        let e = if replace {
            let _ = sh.flush();
            sys::exec(&path, argv, &envp)
        } else {
            match job::spawn(sh, &path, argv, &envp, origin) {
                Ok(pid) => {
                    made = Ok(pid);
                    return Ok(0);
                }
                Err(e) => e,
            }
        };
        if e == Errno::ENOEXEC {
            made = run_script(sh, &path, argv, origin);
            return Ok(0);
        }
        sh.status = explain(sh, &argv[0], &path, e);
        Ok(sh.status)
    });
    match outcome {
        Ok(status) if made.is_err() => {
            sh.status = if status == 0 { sh.status } else { status };
            Ok(made)
        }
        Ok(_) => Ok(made),
        Err(e) => Err(e),
    }
}

/// A program's environment: exported variables and functions, and its own path as `_`.
pub fn environment(sh: &Shell, path: &[u8]) -> Vec<Bytes> {
    let mut envp = sh.vars.environment();
    for (name, f) in sh.functions.iter().filter(|(_, f)| f.export) {
        let text = f.definition.body.to_string();
        envp.push(format!("BASH_FUNC_{name}%%=() {text}").into_bytes());
    }
    envp.push([b"_=", path].concat());
    envp
}

/// Says why a program did not start; the status to answer with.
pub fn explain(sh: &Shell, name: &[u8], path: &[u8], e: Errno) -> i32 {
    match e {
        Errno::EAGAIN => 254,
        Errno::ENOENT if !name.contains(&b'/') && sys::lstat(path).is_err() => {
            sh.complain(format!("{}: command not found", lossy(name)));
            127
        }
        Errno::ENOENT => {
            sh.complain_errno(name, e);
            127
        }
        _ if sys::stat(path).is_ok_and(|s| s.is_dir()) => {
            sh.complain(format!("{}: Is a directory", lossy(name)));
            126
        }
        e => {
            sh.complain_errno(name, e);
            126
        }
    }
}

/// An executable text without `#!` is a script for this shell, in a copy that starts afresh.
fn run_script(sh: &mut Shell, path: &[u8], argv: &[Bytes], origin: Origin) -> Result<Pid, ()> {
    let Ok(text) = std::fs::read(&*lossy(path)) else {
        sh.complain_errno(path, Errno::EACCES);
        sh.status = 126;
        return Err(());
    };
    if text.iter().take(128).any(|c| *c == 0) {
        sh.complain(format!(
            "{}: cannot execute binary file: Exec format error",
            lossy(path)
        ));
        sh.status = 126;
        return Err(());
    }
    let (path, argv) = (path.to_vec(), argv.to_vec());
    job::fork(sh, origin, move |sh| {
        sh.name = path;
        sh.positional = argv[1..].to_vec();
        sh.functions.clear();
        sh.aliases.clear();
        sh.command_string = false;
        crate::parse::run_text(sh, &text)
    })
}

/// The file to run for a command's name.
///
/// # Errors
/// The exit status, once the message is out.
pub fn find(sh: &mut Shell, name: &[u8]) -> Result<Bytes, i32> {
    if name.contains(&b'/') {
        return Ok(name.to_vec());
    }
    if let Some(hit) = lookup(sh, name) {
        return Ok(hit);
    }
    if let Some(path) = search(sh, name, false).into_iter().next() {
        return Err(explain(sh, name, &path, Errno::EACCES));
    }
    sh.complain(format!("{}: command not found", lossy(name)));
    Err(127)
}

/// [`find`] without a message, by memory first.
pub fn lookup(sh: &mut Shell, name: &[u8]) -> Option<Bytes> {
    if let Some((path, hits)) = sh.hashed.get_mut(name) {
        if sys::access(&*path, Access::X).is_ok() {
            *hits += 1;
            return Some(path.clone());
        }
        sh.hashed.remove(name);
    }
    let path = search(sh, name, true).into_iter().next()?;
    if !sh.options.hashall_off {
        sh.hashed.insert(name.to_vec(), (path.clone(), 1));
    }
    Some(path)
}

/// All files of that name along the PATH.
pub fn search(sh: &Shell, name: &[u8], executable: bool) -> Vec<Bytes> {
    let default = Vec::new();
    let path = sh.vars.get("PATH").unwrap_or(&default);
    if name.is_empty() {
        return Vec::new();
    }
    path.split(|c| *c == b':')
        .map(|dir| {
            let mut full = if dir.is_empty() {
                b".".to_vec()
            } else {
                dir.to_vec()
            };
            full.push(b'/');
            full.extend_from_slice(name);
            full
        })
        .filter(|p| sys::stat(p).is_ok_and(|s| s.is_file()))
        .filter(|p| !executable || sys::access(p, Access::X).is_ok())
        .collect()
}

/// May this pipeline stage or substitution be spawned from here, although it should see a subshell's state? Yes for a
/// plain program whose words' expansion changes nothing.
pub fn is_spawnable(sh: &mut Shell, c: &Command) -> bool {
    let Command::Simple(s) = c else { return false };
    let p = parts(s);
    let Some(Word::Plain(name)) = p.words.first() else {
        return false;
    };
    let literal = name
        .bytes()
        .all(|c| c.is_ascii_alphanumeric() || b"_./+-".contains(&c));
    if !literal || !p.assignments.is_empty() || sh.functions.contains_key(*name) || sh.options.xtrace {
        return false;
    }
    if builtin::enabled(sh, name.as_bytes()).is_some() || sh.traps.get(Condition::Debug).is_some() {
        return false;
    }
    let harmless = p.words.iter().all(|w| match w {
        Word::Plain(t) | Word::Assignment(_, t) => is_harmless(t),
        Word::Process(..) => false,
    });
    // A name that is not found should be told by a child, after the wiring.
    let found = name.contains('/') || lookup(sh, name.as_bytes()).is_some();
    harmless && found && p.redirects.iter().all(|r| redirect_is_harmless(r)) && !sh.options.nounset
}

fn is_harmless(word: &str) -> bool {
    !word.contains(['`', '{']) && !word.contains("$(") && !word.contains("$[") && !rewrite::is_hidden(word)
}

fn redirect_is_harmless(r: &IoRedirect) -> bool {
    match r {
        IoRedirect::File(_, _, IoFileRedirectTarget::Filename(w) | IoFileRedirectTarget::Duplicate(w)) => {
            is_harmless(&w.value)
        }
        IoRedirect::File(_, _, IoFileRedirectTarget::Fd(_)) => true,
        IoRedirect::File(_, _, IoFileRedirectTarget::ProcessSubstitution(..)) => false,
        IoRedirect::HereDocument(_, d) => !d.requires_expansion || is_harmless(&d.doc.value),
        IoRedirect::HereString(_, w) | IoRedirect::OutputAndError(w, _) => is_harmless(&w.value),
    }
}

/// Spawns a command that [`is_spawnable`], its descriptors wired.
pub fn spawn_with(
    sh: &mut Shell,
    c: &Command,
    wiring: &[(Fd, Fd)],
    origin: Origin,
) -> Result<Result<Pid, ()>, Unwind> {
    let Command::Simple(s) = c else { return Ok(Err(())) };
    let p = parts(s);
    let args = arguments(sh, &p.words, &mut Vec::new())?;
    start(sh, &p, &words_of(&args), wiring, origin, false)
}

/// Builtins that only print, with words that only read: `$(…)` of them needs no process.
pub fn is_pure_builtin(sh: &Shell, c: &Command) -> bool {
    let Command::Simple(s) = c else { return false };
    let p = parts(s);
    let Some(Word::Plain(name)) = p.words.first() else {
        return false;
    };
    if !matches!(*name, "echo" | "printf" | "pwd" | "type" | "true" | "false" | ":") {
        return false;
    }
    let no_output_elsewhere = p.redirects.is_empty()
        && p.assignments.is_empty()
        && !sh.functions.contains_key(*name)
        && sh.disabled.is_empty();
    let words_read = p.words.iter().all(|w| match w {
        Word::Plain(t) => only_reads(t) && *t != "-v",
        _ => false,
    });
    no_output_elsewhere && words_read && !sh.options.nounset && sh.traps.actions.is_empty()
}

/// May contain `${…}` and substitutions (those are processes of their own), but nothing that assigns or fails.
fn only_reads(word: &str) -> bool {
    !word.contains("BASHPID")
        && !word.contains("$((")
        && !word.contains("$[")
        && !(word.contains("${") && word.contains(['=', '?', '!']))
}

/// `$(<file)`.
pub fn read_file(sh: &mut Shell, c: &Command) -> Result<Option<Bytes>, Unwind> {
    let Command::Simple(s) = c else { return Ok(None) };
    let p = parts(s);
    let [IoRedirect::File(None | Some(0), IoFileRedirectKind::Read, IoFileRedirectTarget::Filename(word))] =
        &p.redirects[..]
    else {
        return Ok(None);
    };
    if !p.words.is_empty() || !p.assignments.is_empty() {
        return Ok(None);
    }
    let path = expand::single(sh, &word.value)?;
    sh.substitution_status = Some(0);
    let mut out = Vec::new();
    let read = sys::open(&path, OpenFlags::RDONLY | OpenFlags::CLOEXEC, sys::Mode::empty()).and_then(|fd| {
        let mut buf = vec![0; 1 << 16];
        let result = loop {
            match sys::read(fd, &mut buf) {
                Ok(0) => break Ok(()),
                Ok(n) => out.extend_from_slice(&buf[..n]),
                Err(Errno::EINTR) => {}
                Err(e) => break Err(e),
            }
        };
        let _ = sys::close(fd);
        result
    });
    if let Err(e) = read {
        sh.complain_errno(&path, e);
        sh.substitution_status = Some(1);
    }
    Ok(Some(out))
}

/// `<(…)` or `>(…)` as a word: the path under `/dev/fd` of this end of a pipe, which stays open while the command runs.
fn open_process(
    sh: &mut Shell,
    kind: &ProcessSubstitutionKind,
    c: &SubshellCommand,
) -> Result<(Bytes, Fd), Unwind> {
    if sys::stat("/dev/fd").is_err() {
        sh.complain("process substitution: this system has no /dev/fd");
        return Err(sh.discard());
    }
    let (r, w) = sys::pipe2(OpenFlags::CLOEXEC).map_err(|e| {
        sh.complain_errno(b"cannot make pipe for process substitution", e);
        sh.discard()
    })?;
    let (ours, theirs, target) = match kind {
        ProcessSubstitutionKind::Read => (r, w, Fd::STDOUT),
        ProcessSubstitutionKind::Write => (w, r, Fd::STDIN),
    };
    let origin = Origin::Job {
        group: None,
        foreground: false,
    };
    let made = job::fork(sh, origin, |sh| {
        let _ = sys::dup2(theirs, target);
        let _ = sys::close(theirs);
        let _ = sys::close(ours);
        sh.traps.inherited = Some(std::collections::BTreeMap::new());
        sh.reports_deaths = false;
        list(sh, &c.list, true)
    });
    let _ = sys::close(theirs);
    let kept = sys::dup_from(ours, Fd(60), FdFlags::empty());
    let _ = sys::close(ours);
    match (made, kept) {
        (Ok(pid), Ok(fd)) => {
            sh.last_background = Some(pid);
            Ok((format!("/dev/fd/{}", fd.0).into_bytes(), fd))
        }
        _ => Err(sh.discard()),
    }
}

/// A redirection's target: the descriptor must outlive the opening, so it is left to the process's end.
pub fn process_substitution(
    sh: &mut Shell,
    kind: &ProcessSubstitutionKind,
    c: &SubshellCommand,
) -> Result<Bytes, Unwind> {
    let (path, fd) = open_process(sh, kind, c)?;
    let _ = sys::setfd(fd, FdFlags::CLOEXEC);
    Ok(path)
}
