//! pgrep(1), pkill(1) and killall(1).

use std::ffi::OsString;

use cli::names::Names;
use cli::proc::{self, Process};
use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain, quote};
use regex_lite::{Regex, RegexBuilder};
use sys::{Pid, Signal};

const FOUND: i32 = 0;
const NONE: i32 = 1;
const SYNTAX: i32 = 2;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Full,
    Exact,
    Newest,
    Oldest,
    ListName,
    ListFull,
    Count,
    Parent,
    User,
    Group,
    Session,
    Terminal,
    Delimiter,
    Inverse,
    IgnoreCase,
    Signal,
    Echo,
    RunStates,
}

macro_rules! matching {
    ($($own:expr),*) => {
        &[
            $($own,)*
            Opt::flag(Id::Full, "f", "full", "use full process name to match"),
            Opt::flag(Id::Exact, "x", "exact", "match exactly with the command name"),
            Opt::flag(Id::Newest, "n", "newest", "select most recently started"),
            Opt::flag(Id::Oldest, "o", "oldest", "select least recently started"),
            Opt::flag(Id::Count, "c", "count", "count of matching processes"),
            Opt::flag(Id::IgnoreCase, "i", "ignore-case", "match case insensitively"),
            Opt::value(Id::Parent, "P", "parent", "PPID,...", "match only child processes of the given parent"),
            Opt::value(Id::Group, "g", "pgroup", "PGID,...", "match listed process group IDs"),
            Opt::value(Id::Session, "s", "session", "SID,...", "match session IDs"),
            Opt::value(Id::Terminal, "t", "terminal", "TTY,...", "match by controlling terminal"),
            Opt::value(Id::User, "uU", "euid", "ID,...", "match by user"),
            Opt::value(Id::RunStates, "r", "runstates", "STATE", "match run states [D,S,Z,...]"),
        ]
    };
}

static PGREP: Spec<Id> = Spec {
    name: "pgrep",
    usage: &["[options] <pattern>"],
    about: "List the processes that match.",
    options: matching!(
        Opt::flag(Id::ListName, "l", "list-name", "list PID and process name"),
        Opt::flag(Id::ListFull, "a", "list-full", "list PID and full command line"),
        Opt::flag(Id::Inverse, "v", "inverse", "negate the matching"),
        Opt::value(
            Id::Delimiter,
            "d",
            "delimiter",
            "STRING",
            "specify output delimiter"
        )
    ),
    order: Order::Permute,
    failure: SYNTAX,
};

static PKILL: Spec<Id> = Spec {
    name: "pkill",
    usage: &["[options] <pattern>"],
    about: "Signal the processes that match.",
    options: matching!(
        Opt::value(
            Id::Signal,
            "",
            "signal",
            "SIG",
            "signal to send (either number or name)"
        ),
        Opt::flag(Id::Echo, "e", "echo", "display what is killed")
    ),
    order: Order::Permute,
    failure: SYNTAX,
};

/// What a process must be.
#[derive(Default)]
struct Criteria {
    pattern: Option<Regex>,
    full: bool,
    inverse: bool,
    newest: bool,
    oldest: bool,
    parents: Vec<i32>,
    groups: Vec<i32>,
    sessions: Vec<i32>,
    users: Vec<u32>,
    terminals: Vec<String>,
    states: String,
}

fn words(text: &OsString) -> Vec<String> {
    text.to_string_lossy()
        .split([',', ' '])
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn numbers(spec: &Spec<Id>, text: &OsString) -> Result<Vec<i32>, Exit> {
    words(text)
        .iter()
        .map(|word| {
            word.parse()
                .map_err(|_| spec.usage_error(format_args!("not a number: {word}")))
        })
        .collect()
}

fn criteria(spec: &'static Spec<Id>, parsed: &cli::Parsed<Id>) -> Result<Criteria, Exit> {
    let mut criteria = Criteria::default();
    let (mut exact, mut ignore_case) = (false, false);
    let mut users = Names::users();
    for (id, value) in &parsed.options {
        let text = value.clone().unwrap_or_default();
        match id {
            Id::Full => criteria.full = true,
            Id::Exact => exact = true,
            Id::Newest => criteria.newest = true,
            Id::Oldest => criteria.oldest = true,
            Id::Inverse => criteria.inverse = true,
            Id::IgnoreCase => ignore_case = true,
            Id::Parent => criteria.parents.extend(numbers(spec, &text)?),
            // 0 is the caller's own.
            Id::Group => criteria
                .groups
                .extend(numbers(spec, &text)?.into_iter().map(|group| match group {
                    0 => sys::getpgid(None).map_or(0, |group| group.0),
                    group => group,
                })),
            Id::Session => criteria
                .sessions
                .extend(numbers(spec, &text)?.into_iter().map(|session| match session {
                    0 => sys::getsid(None).map_or(0, |session| session.0),
                    session => session,
                })),
            Id::User => {
                for word in words(&text) {
                    let user = users
                        .id(&word)
                        .ok_or_else(|| spec.usage_error(format_args!("invalid user name: {word}")))?;
                    criteria.users.push(user);
                }
            }
            Id::Terminal => criteria.terminals.extend(words(&text)),
            Id::RunStates => criteria.states.push_str(&text.to_string_lossy()),
            _ => {}
        }
    }
    match parsed.operands.as_slice() {
        [] => {}
        [pattern] => {
            let text = pattern.to_string_lossy();
            let text = if exact {
                format!("^(?:{text})$")
            } else {
                text.into_owned()
            };
            let regex = RegexBuilder::new(&text).case_insensitive(ignore_case).build();
            criteria.pattern = Some(regex.map_err(|error| {
                complain(spec.name, format_args!("{error}"));
                Exit(SYNTAX)
            })?);
        }
        _ => return Err(spec.usage_error("only one pattern can be provided")),
    }
    let has_none = criteria.pattern.is_none()
        && criteria.parents.is_empty()
        && criteria.groups.is_empty()
        && criteria.sessions.is_empty()
        && criteria.users.is_empty()
        && criteria.terminals.is_empty()
        && criteria.states.is_empty();
    if has_none && !criteria.newest && !criteria.oldest {
        return Err(spec.usage_error("no matching criteria specified"));
    }
    Ok(criteria)
}

impl Criteria {
    fn matches(&self, process: &Process) -> bool {
        fn one_of<T: PartialEq>(list: &[T], value: &T) -> bool {
            list.is_empty() || list.contains(value)
        }
        let by_name = self.pattern.as_ref().is_none_or(|pattern| {
            let text = if self.full && !process.arguments.is_empty() {
                process.command_line()
            } else {
                process.name.clone()
            };
            pattern.is_match(&String::from_utf8_lossy(&text))
        });
        let matches = by_name
            && one_of(&self.parents, &process.ppid)
            && one_of(&self.groups, &process.pgid)
            && one_of(&self.sessions, &process.sid)
            && one_of(&self.users, &process.uid)
            && one_of(&self.terminals, &process.terminal())
            && (self.states.is_empty() || self.states.contains(process.state));
        matches != self.inverse
    }

    fn select(&self, name: &str) -> Result<Vec<Process>, Exit> {
        let own = sys::getpid().0;
        let mut processes = proc::all().map_err(|error| {
            complain(name, format_args!("/proc: {}", cli::reason(&error)));
            Exit(3)
        })?;
        processes.retain(|process| process.pid != own && self.matches(process));
        let one = if self.newest {
            processes
                .iter()
                .max_by_key(|process| (process.start, process.pid))
                .cloned()
        } else if self.oldest {
            processes
                .iter()
                .min_by_key(|process| (process.start, process.pid))
                .cloned()
        } else {
            return Ok(processes);
        };
        Ok(one.into_iter().collect())
    }
}

pub fn pgrep(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = PGREP.parse(arguments)?;
    let criteria = criteria(&PGREP, &parsed)?;
    let chosen = |id| parsed.options.iter().any(|(option, _)| *option == id);
    let delimiter = parsed.options.iter().rev().find(|(id, _)| *id == Id::Delimiter);
    let delimiter = delimiter
        .and_then(|(_, value)| value.clone())
        .unwrap_or_else(|| OsString::from("\n"));
    let found = criteria.select("pgrep")?;
    let mut out = Output::stdout();
    if chosen(Id::Count) {
        out.line(found.len().to_string().as_bytes());
    } else {
        for (at, process) in found.iter().enumerate() {
            if at > 0 {
                out.put(delimiter.as_encoded_bytes());
            }
            out.put(process.pid.to_string().as_bytes());
            if chosen(Id::ListFull) {
                out.put(b" ");
                out.put(&process.command_line());
            } else if chosen(Id::ListName) {
                out.put(b" ");
                out.put(&process.name);
            }
        }
        if !found.is_empty() {
            out.put(b"\n");
        }
    }
    Ok(out.finish("pgrep", if found.is_empty() { NONE } else { FOUND }, 3))
}

/// Takes `-TERM` or `-9` out of the arguments.
fn take_signal(arguments: &mut Vec<OsString>) -> Option<Signal> {
    let at = arguments.iter().position(|argument| {
        let name = argument.to_str().and_then(|text| text.strip_prefix('-'));
        name.is_some_and(|name| name.len() > 1 && Signal::parse(name).is_some() || name.parse::<u8>().is_ok())
    })?;
    let text = arguments.remove(at);
    Signal::parse(&text.to_string_lossy()[1..])
}

pub fn pkill(_: &'static str, mut arguments: Vec<OsString>) -> Outcome {
    let mut signal = take_signal(&mut arguments).unwrap_or(Signal::TERM);
    let parsed = PKILL.parse(arguments)?;
    for (id, value) in &parsed.options {
        if let (Id::Signal, Some(text)) = (id, value) {
            signal = Signal::parse(&text.to_string_lossy())
                .ok_or_else(|| PKILL.usage_error(format_args!("unknown signal {}", quote::always(text))))?;
        }
    }
    let criteria = criteria(&PKILL, &parsed)?;
    let chosen = |id| parsed.options.iter().any(|(option, _)| *option == id);
    let mut out = Output::stdout();
    let mut count = 0;
    for process in criteria.select("pkill")? {
        match sys::kill(Pid(process.pid), Some(signal)) {
            Ok(()) => {
                count += 1;
                if chosen(Id::Echo) {
                    let name = String::from_utf8_lossy(&process.name).into_owned();
                    out.line(format!("{name} killed (pid {})", process.pid).as_bytes());
                }
            }
            // It is gone, as was wanted.
            Err(sys::Errno::ESRCH) => {}
            Err(why) => complain("pkill", format_args!("killing pid {} failed: {why}", process.pid)),
        }
    }
    if chosen(Id::Count) {
        out.line(count.to_string().as_bytes());
    }
    Ok(out.finish("pkill", if count == 0 { NONE } else { FOUND }, 3))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum KillallId {
    Exact,
    IgnoreCase,
    List,
    Quiet,
    Regexp,
    Signal,
    User,
    Verbose,
    Wait,
}

#[rustfmt::skip]
static KILLALL: Spec<KillallId> = Spec {
    name: "killall",
    usage: &["[OPTION]... [-SIGNAL] NAME..."],
    about: "Signal the processes that run NAME.",
    options: &[
        Opt::flag(KillallId::Exact, "e", "exact", "require exact match for very long names"),
        Opt::flag(KillallId::IgnoreCase, "I", "ignore-case", "case insensitive process name match"),
        Opt::flag(KillallId::List, "l", "list", "list all known signal names"),
        Opt::flag(KillallId::Quiet, "q", "quiet", "don't print complaints"),
        Opt::flag(KillallId::Regexp, "r", "regexp", "interpret NAME as an extended regular expression"),
        Opt::value(KillallId::Signal, "s", "signal", "SIGNAL", "send this signal instead of SIGTERM"),
        Opt::value(KillallId::User, "u", "user", "USER", "kill only process(es) running as USER"),
        Opt::flag(KillallId::Verbose, "v", "verbose", "report if the signal was successfully sent"),
        Opt::flag(KillallId::Wait, "w", "wait", "wait for processes to die"),
    ],
    order: Order::Permute,
    failure: 1,
};

pub fn killall(_: &'static str, mut arguments: Vec<OsString>) -> Outcome {
    let mut signal = take_signal(&mut arguments).unwrap_or(Signal::TERM);
    let parsed = KILLALL.parse(arguments)?;
    let chosen = |id| parsed.options.iter().any(|(option, _)| *option == id);
    if chosen(KillallId::List) {
        let names: Vec<&str> = Signal::ALL.iter().filter_map(|signal| signal.name()).collect();
        let mut out = Output::stdout();
        out.line(names.join(" ").as_bytes());
        return Ok(out.finish("killall", 0, 1));
    }
    let mut user = None;
    for (id, value) in &parsed.options {
        let text = value
            .as_ref()
            .map(|value| value.to_string_lossy().into_owned())
            .unwrap_or_default();
        match id {
            KillallId::Signal => {
                signal = Signal::parse(&text).ok_or_else(|| {
                    KILLALL.usage_error(format_args!("{text}: unknown signal; killall -l lists signals."))
                })?;
            }
            KillallId::User => {
                user = Some(Names::users().id(&text).ok_or_else(|| {
                    complain("killall", format_args!("Cannot find user {text}"));
                    Exit(1)
                })?);
            }
            _ => {}
        }
    }
    if parsed.operands.is_empty() && user.is_none() {
        return Err(KILLALL.missing_operand(None));
    }
    let processes = proc::all().map_err(|error| {
        complain("killall", format_args!("/proc: {}", cli::reason(&error)));
        Exit(1)
    })?;
    let own = sys::getpid().0;
    let mut status = 0;
    let mut killed = Vec::new();
    let everything = [OsString::new()];
    let names = if parsed.operands.is_empty() {
        &everything[..]
    } else {
        &parsed.operands
    };
    for name in names {
        let matches = matcher(name, chosen(KillallId::Regexp), chosen(KillallId::IgnoreCase))?;
        let found = processes.iter().filter(|process| {
            process.pid != own && user.is_none_or(|user| process.uid == user) && matches(process)
        });
        let mut any = false;
        for process in found {
            any = true;
            let shown = String::from_utf8_lossy(&process.name).into_owned();
            match sys::kill(Pid(process.pid), Some(signal)) {
                Ok(()) => {
                    killed.push(process.pid);
                    if chosen(KillallId::Verbose) {
                        let message = format!("Killed {shown}({}) with signal {}\n", process.pid, signal.0);
                        let _ = sys::write_all(sys::Fd::STDERR, message.as_bytes());
                    }
                }
                Err(why) => {
                    let _ = sys::write_all(
                        sys::Fd::STDERR,
                        format!("{shown}({}): {why}\n", process.pid).as_bytes(),
                    );
                    status = 1;
                }
            }
        }
        if !any {
            status = 1;
            if !chosen(KillallId::Quiet) {
                let _ = sys::write_all(
                    sys::Fd::STDERR,
                    format!("{}: no process found\n", name.display()).as_bytes(),
                );
            }
        }
    }
    if chosen(KillallId::Wait) {
        for pid in killed {
            // A zombie has ended, though its parent has not looked yet.
            while Process::read(pid).is_some_and(|process| process.state != 'Z') {
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
        }
    }
    Ok(status)
}

/// A question about a process.
type Test = Box<dyn Fn(&Process) -> bool>;

/// Whether a process runs `name`: by its path when it has one, by its whole name where the kernel's is cut.
fn matcher(name: &OsString, regexp: bool, ignore_case: bool) -> Result<Test, Exit> {
    const CUT: usize = 15;
    let text = name.to_string_lossy().into_owned();
    if regexp {
        let regex = RegexBuilder::new(&text)
            .case_insensitive(ignore_case)
            .build()
            .map_err(|error| {
                complain("killall", format_args!("Bad regular expression: {text}: {error}"));
                Exit(1)
            })?;
        return Ok(Box::new(move |process| {
            regex.is_match(&String::from_utf8_lossy(&process.name))
        }));
    }
    Ok(Box::new(move |process| {
        if text.is_empty() {
            return true;
        }
        if text.contains('/') {
            let exe = std::fs::read_link(format!("/proc/{}/exe", process.pid));
            return exe.is_ok_and(|exe| exe.as_os_str() == text.as_str());
        }
        let first = process
            .arguments
            .first()
            .map(|first| first.rsplit(|b| *b == b'/').next().unwrap_or_default().to_vec());
        let whole = match first {
            Some(first) if process.name.len() == CUT && first.starts_with(&process.name) => first,
            _ => process.name.clone(),
        };
        if ignore_case {
            whole.eq_ignore_ascii_case(text.as_bytes())
        } else {
            whole == text.as_bytes()
        }
    }))
}
