//! `trap`: what to run on signals and on EXIT, ERR, RETURN and DEBUG.
//!
//! A trapped signal's handler only records it (`sys::SigAction::RECORD`); [`run_pending`] runs the actions between
//! commands and where a wait was interrupted.

use std::collections::BTreeMap;

use sys::{SigAction, SigSet, Signal};

use crate::shell::{Outcome, Shell, Unwind};
use crate::text::Bytes;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Condition {
    Exit,
    Signal(Signal),
    Debug,
    Err,
    Return,
}

impl Condition {
    pub fn parse(s: &str) -> Option<Condition> {
        Some(match s.to_ascii_uppercase().as_str() {
            "0" | "EXIT" => Condition::Exit,
            "ERR" => Condition::Err,
            "DEBUG" => Condition::Debug,
            "RETURN" => Condition::Return,
            name => Condition::Signal(Signal::parse(name)?),
        })
    }

    pub fn name(self) -> String {
        match self {
            Condition::Exit => "EXIT".into(),
            Condition::Err => "ERR".into(),
            Condition::Debug => "DEBUG".into(),
            Condition::Return => "RETURN".into(),
            Condition::Signal(s) => format!("SIG{}", s.name().unwrap_or("?")),
        }
    }
}

#[derive(Clone, Default, Debug)]
pub struct Traps {
    /// An empty action ignores the signal.
    pub actions: BTreeMap<Condition, Bytes>,
    /// What a subshell's `trap -p` shows of its parent, until it sets a trap of its own.
    pub inherited: Option<BTreeMap<Condition, Bytes>>,
    /// The conditions whose actions run now.
    running: Vec<Condition>,
}

impl Traps {
    pub fn get(&self, c: Condition) -> Option<&Bytes> {
        self.actions.get(&c)
    }

    pub fn are_running(&self) -> bool {
        !self.running.is_empty()
    }

    pub fn handled(&self) -> SigSet {
        self.select(false)
    }

    pub fn ignored(&self) -> SigSet {
        self.select(true)
    }

    fn select(&self, empty: bool) -> SigSet {
        self.actions
            .iter()
            .filter(|(_, a)| a.is_empty() == empty)
            .filter_map(|(c, _)| {
                if let Condition::Signal(s) = c {
                    Some(*s)
                } else {
                    None
                }
            })
            .collect()
    }
}

/// Sets (or with `None` resets) what happens on a condition.
pub fn set(sh: &mut Shell, c: Condition, action: Option<Bytes>) {
    if let Condition::Signal(sig) = c {
        let new = match &action {
            Some(a) if a.is_empty() => SigAction::Ignore,
            Some(_) => SigAction::RECORD,
            None if sh.interactive && sh.subshell == 0 => crate::interactive::default_action(sig),
            None => SigAction::Default,
        };
        // KILL and STOP refuse, which bash keeps quiet about too.
        let _ = sys::sigaction(sig, Some(new));
    }
    sh.traps.inherited = None;
    match action {
        Some(a) => drop(sh.traps.actions.insert(c, a)),
        None => drop(sh.traps.actions.remove(&c)),
    }
}

/// A child keeps what its parent ignores; every other trap is the parent's own.
pub fn reset_in_child(sh: &mut Shell) {
    for sig in sh.traps.handled().iter() {
        let _ = sys::sigaction(sig, Some(SigAction::Default));
    }
    if sh.traps.inherited.is_none() {
        sh.traps.inherited = Some(sh.traps.actions.clone());
    }
    let (errtrace, functrace) = (sh.options.errtrace, sh.options.functrace);
    sh.traps.actions.retain(|c, a| match c {
        Condition::Signal(_) => a.is_empty(),
        Condition::Err => errtrace,
        Condition::Debug | Condition::Return => functrace,
        Condition::Exit => false,
    });
    sys::take_recorded(SigSet::ALL);
}

/// Delivers pending signals and runs the traps of those that came. ^C at an interactive prompt discards the command.
pub fn run_pending(sh: &mut Shell) -> Result<(), Unwind> {
    sys::sigpoll();
    if sys::recorded() == SigSet::EMPTY {
        return Ok(());
    }
    for sig in sys::take_recorded(sh.traps.handled()).iter() {
        run(sh, Condition::Signal(sig))?;
    }
    if sh.interactive && sh.subshell == 0 {
        let hup = SigSet::EMPTY.with(Signal::HUP);
        if sys::take_recorded(hup) == hup {
            sh.hung_up = true;
            sh.status = 128 + Signal::HUP.0;
            return Err(Unwind::Exit);
        }
    }
    let int = SigSet::EMPTY.with(Signal::INT);
    if sh.interactive && sh.subshell == 0 && sys::take_recorded(int) == int {
        sh.status = 130;
        return Err(Unwind::Discard);
    }
    Ok(())
}

/// Entering a function or a sourced file: puts those traps aside that do not hold inside.
pub fn enter(sh: &mut Shell, traced: bool, function: bool) -> Vec<(Condition, Bytes)> {
    if sh.traps.actions.is_empty() {
        return Vec::new();
    }
    let mut kept = Vec::new();
    let mut aside = |c, holds: bool| {
        if !holds && let Some(a) = sh.traps.actions.remove(&c) {
            kept.push((c, a));
        }
    };
    aside(Condition::Debug, traced);
    aside(Condition::Return, traced || !function);
    aside(Condition::Err, sh.options.errtrace || !function);
    kept
}

/// Puts back what [`enter`] put aside, where no new trap was set meanwhile.
pub fn leave(sh: &mut Shell, kept: Vec<(Condition, Bytes)>) {
    for (c, a) in kept {
        sh.traps.actions.entry(c).or_insert(a);
    }
}

/// The DEBUG trap, before a command; false where `extdebug` lets it skip the command.
pub fn debug(sh: &mut Shell) -> Result<bool, Unwind> {
    if !sh.traps.actions.contains_key(&Condition::Debug) || sh.traps.are_running() {
        return Ok(true);
    }
    let _ = sh.flush();
    let status = match action(sh, Condition::Debug) {
        Err(Unwind::Return) if !sh.options.extdebug && sh.calls.is_empty() => 0,
        other => other?,
    };
    if !sh.options.extdebug {
        return Ok(true);
    }
    if status == 2 && !sh.calls.is_empty() {
        sh.returned = 2;
        return Err(Unwind::Return);
    }
    Ok(status == 0)
}

/// Runs a condition's action; `$?` is afterwards what it was, unless the action leaves the shell.
pub fn run(sh: &mut Shell, c: Condition) -> Result<(), Unwind> {
    action(sh, c).map(drop)
}

/// [`run`]; the action's own status.
fn action(sh: &mut Shell, c: Condition) -> Outcome {
    let Some(action) = sh.traps.get(c).filter(|a| !a.is_empty()).cloned() else {
        return Ok(0);
    };
    let quiet = matches!(c, Condition::Err | Condition::Debug | Condition::Return);
    if quiet && sh.traps.running.contains(&c) {
        return Ok(0);
    }
    let (status, line) = (sh.status, sh.line);
    sh.traps.running.push(c);
    let loops = std::mem::take(&mut sh.loops);
    let last_arg = sh.last_arg.clone();
    let result: Outcome = sh.nested(|sh| crate::parse::run_text(sh, &action));
    let _ = sh.flush();
    sh.last_arg = last_arg;
    sh.loops = loops;
    sh.line = line;
    sh.traps.running.pop();
    match result {
        Err(e @ (Unwind::Exit | Unwind::Return)) => Err(e),
        result => {
            let own = result.unwrap_or(sh.status);
            sh.status = status;
            Ok(own)
        }
    }
}

/// The EXIT trap, once, at the end of a shell or subshell.
pub fn run_exit(sh: &mut Shell) {
    if let Some(action) = sh
        .traps
        .actions
        .remove(&Condition::Exit)
        .filter(|a| !a.is_empty())
    {
        let status = sh.status;
        sh.traps.running = vec![Condition::Exit];
        (sh.line, sh.line_base, sh.checked) = (1, 0, 0);
        sh.calls.clear();
        match crate::parse::run_text(sh, &action) {
            Err(Unwind::Exit) => {}
            _ => sh.status = status,
        }
        let _ = sh.flush();
    }
}
