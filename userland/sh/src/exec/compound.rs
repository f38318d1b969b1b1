//! Compound commands: groups, subshells, conditions, loops, `case`, `(( ))`.

use brush_parser::ast::{
    ArithmeticForClauseCommand, CaseClauseCommand, CaseItemPostAction, CompoundCommand, CompoundList,
    ForClauseCommand, IfClauseCommand, UnexpandedArithmeticExpr, WhileOrUntilClauseCommand,
};

use super::{list, unchecked};
use crate::assign::{self, Target};
use crate::expand::{self, arith, pattern::Pattern};
use crate::job::{self, Origin, Process};
use crate::rewrite::SELECT;
use crate::shell::{Outcome, Shell, Unwind};
use crate::text::Bytes;
use crate::trap;
use crate::vars::Value;

pub fn is_subshell(c: &CompoundCommand) -> bool {
    matches!(c, CompoundCommand::Subshell(_))
}

pub fn is_arithmetic(c: &CompoundCommand) -> bool {
    matches!(c, CompoundCommand::Arithmetic(_))
}

pub fn run(sh: &mut Shell, c: &CompoundCommand, tail: bool) -> Outcome {
    sh.nested(|sh| match c {
        CompoundCommand::BraceGroup(g) => list(sh, &g.list, tail),
        CompoundCommand::Subshell(s) => subshell(sh, &s.list),
        CompoundCommand::IfClause(c) => if_clause(sh, c, tail),
        CompoundCommand::WhileClause(c) => while_clause(sh, c, true),
        CompoundCommand::UntilClause(c) => while_clause(sh, c, false),
        CompoundCommand::ForClause(c) => for_clause(sh, c),
        CompoundCommand::ArithmeticForClause(c) => arithmetic_for(sh, c),
        CompoundCommand::CaseClause(c) => case(sh, c, tail),
        CompoundCommand::Arithmetic(a) => {
            sh.at_line(a.loc.start.line);
            sh.note_command(|| a.to_string());
            if !trap::debug(sh)? {
                return Ok(0);
            }
            super::trace::arithmetic(sh, &a.expr.value);
            match arith::expand(sh, &a.expr.value) {
                Ok(v) => Ok(i32::from(v == 0)),
                // `((` alone fails; it does not give up the script as `$((` does.
                Err(Unwind::Discard) => Ok(1),
                Err(e) => Err(e),
            }
        }
        CompoundCommand::Coprocess(c) => super::coproc::start(sh, c),
    })
}

/// In a child that exists for this command alone, `( … )` needs no other child.
pub fn run_body_of_subshell(sh: &mut Shell, c: &CompoundCommand) -> Outcome {
    match c {
        CompoundCommand::Subshell(s) => list(sh, &s.list, true),
        other => run(sh, other, true),
    }
}

fn subshell(sh: &mut Shell, body: &CompoundList) -> Outcome {
    let origin = Origin::Job {
        group: None,
        foreground: true,
    };
    match job::fork(sh, origin, |sh| list(sh, body, true)) {
        Err(()) => Ok(sh.status),
        Ok(pid) => {
            let group = sh.monitor().then_some(pid);
            let text = if sh.interactive {
                format!("( {} )", job::display(&body.to_string()))
            } else {
                "(…)".into()
            };
            let id = sh
                .jobs
                .add(vec![Process { pid, status: None }], group, text, true);
            Ok(job::wait_foreground(sh, id))
        }
    }
}

fn condition(sh: &mut Shell, l: &CompoundList) -> Result<bool, Unwind> {
    let status = unchecked(sh, |sh| list(sh, l, false))?;
    sh.status = status;
    Ok(status == 0)
}

fn if_clause(sh: &mut Shell, c: &IfClauseCommand, tail: bool) -> Outcome {
    if condition(sh, &c.condition)? {
        return list(sh, &c.then, tail);
    }
    for e in c.elses.iter().flatten() {
        let taken = match &e.condition {
            Some(test) => condition(sh, test)?,
            None => true,
        };
        if taken {
            return list(sh, &e.body, tail);
        }
    }
    Ok(0)
}

/// What a loop does after one round of its body.
pub enum Round {
    Go(i32),
    Stop(i32),
}

pub fn round(sh: &mut Shell, body: &CompoundList) -> Result<Round, Unwind> {
    match list(sh, body, false) {
        Ok(status) => Ok(Round::Go(status)),
        Err(Unwind::Break(n)) if n > 1 => Err(Unwind::Break(n - 1)),
        Err(Unwind::Break(_)) => Ok(Round::Stop(std::mem::take(&mut sh.break_status))),
        Err(Unwind::Continue(n)) if n > 1 => Err(Unwind::Continue(n - 1)),
        Err(Unwind::Continue(_)) => Ok(Round::Go(0)),
        Err(e) => Err(e),
    }
}

pub fn in_loop(sh: &mut Shell, f: impl FnOnce(&mut Shell) -> Outcome) -> Outcome {
    sh.loops += 1;
    let result = f(sh);
    sh.loops = sh.loops.saturating_sub(1);
    result
}

fn while_clause(sh: &mut Shell, c: &WhileOrUntilClauseCommand, until: bool) -> Outcome {
    in_loop(sh, |sh| {
        let mut status = 0;
        loop {
            let go = match condition(sh, &c.0) {
                Ok(go) => go == until,
                Err(Unwind::Break(n)) if n > 1 => return Err(Unwind::Break(n - 1)),
                Err(Unwind::Break(_)) => return Ok(0),
                Err(Unwind::Continue(n)) if n > 1 => return Err(Unwind::Continue(n - 1)),
                // `continue` in the condition counts as success, which ends an `until`.
                Err(Unwind::Continue(_)) if until => continue,
                Err(Unwind::Continue(_)) => return Ok(0),
                Err(e) => return Err(e),
            };
            if !go {
                return Ok(status);
            }
            match round(sh, &c.1.list)? {
                Round::Go(s) => status = s,
                Round::Stop(s) => return Ok(s),
            }
        }
    })
}

fn for_clause(sh: &mut Shell, c: &ForClauseCommand) -> Outcome {
    sh.at_line(c.loc.start.line);
    if let Some(name) = c.variable_name.strip_prefix(SELECT) {
        return super::select::run(sh, c, name);
    }
    if !crate::text::is_name(c.variable_name.as_bytes()) {
        sh.complain(format!("`{}': not a valid identifier", c.variable_name));
        return Ok(1);
    }
    let values = match &c.values {
        Some(words) => expand::fields(sh, words.iter().map(|w| w.value.as_str()))?,
        None => sh.positional.clone(),
    };
    in_loop(sh, |sh| {
        let mut status = 0;
        for v in values {
            super::between(sh)?;
            sh.at_line(c.loc.start.line);
            sh.note_command(|| head(c));
            if !trap::debug(sh)? {
                continue;
            }
            set_variable(sh, &c.variable_name, v)?;
            match round(sh, &c.body.list)? {
                Round::Go(s) => status = s,
                Round::Stop(s) => return Ok(s),
            }
        }
        Ok(status)
    })
}

/// A loop's first line, as BASH_COMMAND shows it.
pub fn head(c: &ForClauseCommand) -> String {
    match &c.values {
        Some(words) => {
            let words: Vec<&str> = words.iter().map(|w| w.value.as_str()).collect();
            format!("for {} in {}", c.variable_name, words.join(" "))
        }
        None => format!("for {} in \"$@\"", c.variable_name),
    }
}

/// A `for` loop lets a name reference refer to something else.
fn set_variable(sh: &mut Shell, name: &str, value: Bytes) -> Result<(), Unwind> {
    if sh.vars.references
        && let Some(var) = sh.vars.var_mut(name).filter(|v| v.nameref)
    {
        if var.readonly {
            sh.complain(format!("{name}: readonly variable"));
            return Err(sh.discard());
        }
        if !assign::may_be_referred_to(&value) {
            sh.complain(format!(
                "`{}': not a valid identifier",
                crate::text::lossy(&value)
            ));
            return Err(sh.discard());
        }
        var.value = Value::Scalar(value);
        return Ok(());
    }
    let target = Target {
        name: name.to_owned(),
        index: None,
    };
    assign::scalar(sh, &target, value, false)
}

fn arithmetic_for(sh: &mut Shell, c: &ArithmeticForClauseCommand) -> Outcome {
    let line = c.loc.start.line;
    let eval = |sh: &mut Shell, e: &Option<UnexpandedArithmeticExpr>, otherwise| match e {
        Some(e) if !e.value.trim().is_empty() => {
            sh.at_line(line);
            sh.note_command(|| format!("(({}))", e.value));
            if !trap::debug(sh)? {
                return Ok(0);
            }
            arith::expand(sh, &e.value)
        }
        _ => Ok(otherwise),
    };
    in_loop(sh, |sh| {
        eval(sh, &c.initializer, 0)?;
        let mut status = 0;
        while eval(sh, &c.condition, 1)? != 0 {
            super::between(sh)?;
            match round(sh, &c.body.list)? {
                Round::Go(s) => status = s,
                Round::Stop(s) => return Ok(s),
            }
            eval(sh, &c.updater, 0)?;
        }
        Ok(status)
    })
}

fn case(sh: &mut Shell, c: &CaseClauseCommand, tail: bool) -> Outcome {
    sh.at_line(c.loc.start.line);
    sh.note_command(|| format!("case {} in ", c.value.value));
    if !trap::debug(sh)? {
        return Ok(0);
    }
    let value = expand::single(sh, &c.value.value)?;
    let mut status = 0;
    let mut fall_through = false;
    for item in &c.cases {
        let mut hit = fall_through;
        for p in &item.patterns {
            if hit {
                break;
            }
            let p = expand::as_pattern(sh, &p.value)?;
            hit = Pattern::new(&p, sh.options.extglob, sh.options.nocasematch).matches(&value);
        }
        if !hit {
            continue;
        }
        let ends = matches!(item.post_action, CaseItemPostAction::ExitCase);
        status = match &item.cmd {
            Some(body) => list(sh, body, tail && ends)?,
            None => 0,
        };
        sh.status = status;
        match item.post_action {
            CaseItemPostAction::ExitCase => return Ok(status),
            CaseItemPostAction::UnconditionallyExecuteNextCaseItem => fall_through = true,
            CaseItemPostAction::ContinueEvaluatingCases => fall_through = false,
        }
    }
    Ok(status)
}
