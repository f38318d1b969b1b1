//! References: `$(NAME)`, `$(NAME:a=b)`, `$(function …)`.

use crate::functions;
use crate::text::{self, is_blank, words};
use crate::variable::{Assignment, Origin, Set, Variable, Variables};
use crate::{Failure, Make};

/// References nested deeper than this are taken to be endless.
const MAX_DEPTH: usize = 200;

impl Make {
    /// The variable, by the innermost scope that has it.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        let scoped = self.scopes.iter().rev().find_map(|scope| scope.get(name));
        let global = self.variables.get(name);
        match (scoped, global) {
            // What the command line says goes before what a target's variable says.
            (Some(scoped), Some(global))
                if global.origin >= Origin::CommandLine && scoped.origin < global.origin =>
            {
                Some(global)
            }
            (Some(scoped), _) => Some(scoped),
            (None, global) => global,
        }
    }

    /// A variable's value, expanded.
    pub fn value(&mut self, name: &str) -> Result<String, Failure> {
        let Some(variable) = self.variable(name) else {
            return Ok(self.computed(name).unwrap_or_default());
        };
        let value = variable.value.clone();
        if !variable.recursive {
            return Ok(value);
        }
        if self.expanding.iter().any(|expanding| expanding == name) {
            return Err(self.fail(&format!(
                "Recursive variable '{name}' references itself (eventually)"
            )));
        }
        self.expanding.push(name.to_owned());
        let expanded = self.expand(&value);
        self.expanding.pop();
        expanded
    }

    /// Variables whose value is what make knows.
    fn computed(&self, name: &str) -> Option<String> {
        // `$(@D)` and its like go by the automatic variable.
        let (of, part) = name.split_at(name.len().checked_sub(1)?);
        if of.len() == 1 && matches!(part, "D" | "F") && "@<^+?*%|".contains(of) {
            let value = &self.variable(of)?.value;
            return Some(text::joined(words(value).map(|word| match part {
                "D" => match text::directory(word) {
                    "/" => "/",
                    "./" if !word.contains('/') => ".",
                    directory => &directory[..directory.len() - 1],
                },
                _ => text::base(word),
            })));
        }
        match name {
            ".VARIABLES" => Some(text::joined(self.variables.keys())),
            ".DEFAULT_GOAL" => self.rules.default_goal.clone(),
            _ => None,
        }
    }

    /// The text with its references expanded.
    pub fn expand(&mut self, text: &str) -> Result<String, Failure> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let Some(c) = rest.chars().next() else {
                out.push('$');
                break;
            };
            let after = &rest[c.len_utf8()..];
            match c {
                '$' => {
                    out.push('$');
                    rest = after;
                }
                '(' | '{' => {
                    let close = if c == '(' { ')' } else { '}' };
                    let Some(end) = closing(after, c, close) else {
                        return Err(self.fail("unterminated variable reference"));
                    };
                    if self.depth == MAX_DEPTH {
                        return Err(self.fail("references are nested too deep"));
                    }
                    self.depth += 1;
                    let value = self.reference(&after[..end]);
                    self.depth -= 1;
                    out.push_str(&value?);
                    rest = &after[end + 1..];
                }
                c if is_blank(c) => {
                    rest = after;
                    out.push(c);
                }
                c => {
                    out.push_str(&self.value(&c.to_string())?);
                    rest = after;
                }
            }
        }
        out.push_str(rest);
        Ok(out)
    }

    /// What stands in `$(…)`.
    fn reference(&mut self, inside: &str) -> Result<String, Failure> {
        let end = inside
            .find(|c| is_blank(c) || c == '$' || c == ',')
            .unwrap_or(inside.len());
        if let Some(function) = functions::find(&inside[..end])
            && inside[end..].starts_with(is_blank)
        {
            let arguments = inside[end..].trim_start_matches(is_blank);
            return functions::call(self, function, arguments);
        }
        let Some(at) = text::find_outside(inside, &[':'])
            .filter(|at| text::find_outside(&inside[at + 1..], &['=']).is_some())
        else {
            let name = self.expand(inside)?;
            return self.value(&name);
        };
        let name = self.expand(&inside[..at])?;
        let by = self.expand(&inside[at + 1..])?;
        let (from, to) = by.split_once('=').unwrap_or((&by, ""));
        let value = self.value(&name)?;
        let (from, to) = if from.contains('%') {
            (from.to_owned(), to.to_owned())
        } else {
            (format!("%{from}"), format!("%{to}"))
        };
        Ok(text::joined(
            words(&value).map(|word| text::substitute(&from, &to, word)),
        ))
    }

    /// Sets a variable, in the innermost scope where that is asked for.
    pub fn assign(&mut self, assignment: &Assignment, origin: Origin, scoped: bool) -> Result<(), Failure> {
        let name = self.expand(&assignment.name)?.trim_matches(is_blank).to_owned();
        if name.is_empty() {
            return Err(self.fail("empty variable name"));
        }
        let old = self.variable(&name).cloned();
        let scoped = scoped && !self.scopes.is_empty();
        // What the command line or the environment (-e) says stays, unless a makefile overrides it.
        if let Some(old) = &old
            && old.origin > origin
            && old.origin >= Origin::EnvironmentOverride
            && old.origin != Origin::Automatic
        {
            return Ok(());
        }
        let (value, recursive) = match assignment.set {
            Set::Recursive => (assignment.value.clone(), true),
            Set::Simple => (self.expand(&assignment.value)?, false),
            Set::IfUnset if old.is_some() => return Ok(()),
            Set::IfUnset => (assignment.value.clone(), true),
            Set::Shell => {
                let command = self.expand(&assignment.value)?;
                (functions::shell_output(self, &command)?, true)
            }
            Set::Append => match &old {
                None => (assignment.value.clone(), true),
                Some(old) => {
                    let more = if old.recursive {
                        assignment.value.clone()
                    } else {
                        self.expand(&assignment.value)?
                    };
                    let space = if old.value.is_empty() { "" } else { " " };
                    (format!("{}{space}{more}", old.value), old.recursive)
                }
            },
        };
        if name == ".RECIPEPREFIX" {
            self.recipe_prefix = value.chars().next().unwrap_or('\t');
        }
        if name == ".DEFAULT_GOAL" {
            self.rules.default_goal = Some(value.trim().to_owned()).filter(|goal| !goal.is_empty());
        }
        let exported = old.and_then(|old| old.exported);
        let variable = Variable {
            value,
            recursive,
            origin,
            exported,
        };
        let scope: &mut Variables = match self.scopes.last_mut() {
            Some(scope) if scoped => scope,
            _ => &mut self.variables,
        };
        scope.insert(name, variable);
        Ok(())
    }
}

/// Where the reference that was opened ends.
fn closing(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 1;
    for (at, c) in text.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}
