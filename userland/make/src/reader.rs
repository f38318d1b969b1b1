//! Reads makefiles: lines, conditionals, definitions, assignments, includes, rules.

use crate::rule_reader::Open;
use crate::text::{self, find_outside, is_blank, words};
use crate::variable::{Assignment, Origin, Set, assignment};
use crate::{Failure, Make, functions};

/// A conditional that is open.
struct Conditional {
    /// Whether lines count now.
    active: bool,
    /// Whether a branch has been taken already, or none will be.
    done: bool,
    has_else: bool,
}

struct Lines<'t> {
    rest: std::str::Split<'t, char>,
    line: usize,
}

impl<'t> Lines<'t> {
    fn next(&mut self) -> Option<&'t str> {
        self.line += 1;
        self.rest.next()
    }

    /// The next line with those that it goes on in, still with backslash and newline in it.
    fn logical(&mut self) -> Option<String> {
        let mut whole = self.next()?.to_owned();
        while ends_in_backslash(&whole) {
            let Some(more) = self.next() else { break };
            whole.push('\n');
            whole.push_str(more);
        }
        Some(whole)
    }
}

fn ends_in_backslash(line: &str) -> bool {
    line.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1
}

/// Lines that go on become one, with a space for the break and the blanks around it.
fn folded(line: &str) -> String {
    let mut out = String::new();
    let mut parts = line.split('\n').peekable();
    while let Some(part) = parts.next() {
        let part = if out.is_empty() {
            part
        } else {
            part.trim_start_matches(is_blank)
        };
        if parts.peek().is_some() {
            out.push_str(part.strip_suffix('\\').unwrap_or(part).trim_end_matches(is_blank));
            out.push(' ');
        } else {
            out.push_str(part);
        }
    }
    out
}

/// Without the comment, whose `#` no backslash stands before.
fn uncommented(line: &str) -> String {
    let mut out = String::new();
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek() == Some(&'#') => out.extend(chars.next()),
            '#' => break,
            c => out.push(c),
        }
    }
    out
}

impl Make {
    /// Reads a text as a makefile, where `$(eval)` stands.
    pub fn evaluate(&mut self, text: &str) -> Result<(), Failure> {
        let place = self.place.clone();
        let read = self.read_text(text, place.as_ref().map_or(0, |(_, line)| line - 1), false);
        self.place = place;
        read
    }

    /// Reads a makefile.
    pub fn read_file(&mut self, name: &str, content: &[u8]) -> Result<(), Failure> {
        let list = format!(
            "{} {name}",
            self.variables
                .get("MAKEFILE_LIST")
                .map_or("", |v| v.value.as_str())
        );
        self.set_plain("MAKEFILE_LIST", list.trim_start(), Origin::File);
        let before = self.place.replace((name.to_owned(), 1));
        let text = text::decode(content);
        let read = self.read_text(text.strip_suffix('\n').unwrap_or(&text), 0, true);
        self.place = before;
        read
    }

    fn at(&mut self, line: usize, counts: bool) {
        if counts && let Some((_, place)) = &mut self.place {
            *place = line;
        }
    }

    fn read_text(&mut self, text: &str, first: usize, counts: bool) -> Result<(), Failure> {
        let mut lines = Lines {
            rest: text.split('\n'),
            line: first,
        };
        let mut conditionals: Vec<Conditional> = Vec::new();
        let mut open: Option<Open> = None;
        while let Some(raw) = {
            let next = lines.line + 1;
            let raw = lines.logical();
            self.at(next, counts);
            raw
        } {
            let active = conditionals.iter().all(|conditional| conditional.active);
            if raw.starts_with(self.recipe_prefix) && open.is_some() {
                if active && let Some(open) = &mut open {
                    if !open.has_recipe {
                        open.line = self.place.as_ref().map_or(0, |(_, line)| *line);
                    }
                    open.has_recipe = true;
                    open.lines.push(recipe_line(&raw, self.recipe_prefix));
                }
                continue;
            }
            let line = uncommented(&folded(&raw));
            let trimmed = line.trim_matches(is_blank);
            if trimmed.is_empty() {
                continue;
            }
            let (word, rest) =
                trimmed.split_at(trimmed.find(|c| is_blank(c) || c == '(').unwrap_or(trimmed.len()));
            if self.conditional(word, rest, &mut conditionals)? || !active {
                continue;
            }
            if self.defines(trimmed)? {
                self.close(open.take())?;
                self.define(trimmed, &mut lines)?;
                continue;
            }
            // A line that begins as a recipe does, without a rule before it, may still be an assignment.
            if let Some(directive) = self.directive(
                word,
                line.trim_start_matches(is_blank)[word.len()..].trim_start(),
                trimmed,
            )? {
                self.close(open.take())?;
                match directive {
                    Directive::Done => {}
                    Directive::Include(names, optional) => self.include(&names, optional)?,
                }
                continue;
            }
            // Blanks at a value's end are part of it.
            if let Some(assignment) = assignment(line.trim_start_matches(is_blank)) {
                self.close(open.take())?;
                self.assign(&assignment, Origin::File, false)?;
                continue;
            }
            self.close(open.take())?;
            // The recipe behind a `;` keeps its `#`.
            open = self.rule(&folded(&raw), &line)?;
        }
        self.close(open.take())?;
        if !conditionals.is_empty() {
            self.at(lines.line, counts);
            return Err(self.fail("missing 'endif'"));
        }
        Ok(())
    }

    /// Whether the line is one of a conditional, which it has been taken as then.
    fn conditional(&mut self, word: &str, rest: &str, open: &mut Vec<Conditional>) -> Result<bool, Failure> {
        match word {
            "ifdef" | "ifndef" | "ifeq" | "ifneq" => {
                let outer = open.iter().all(|conditional| conditional.active);
                let active = outer && self.condition(word, rest)?;
                open.push(Conditional {
                    active,
                    done: active || !outer,
                    has_else: false,
                });
            }
            "else" => {
                let Some(mut last) = open.pop() else {
                    return Err(self.fail("extraneous 'else'"));
                };
                if last.has_else {
                    return Err(self.fail("only one 'else' per conditional"));
                }
                let rest = rest.trim();
                if rest.is_empty() {
                    last.active = !last.done;
                    last.done = true;
                    last.has_else = true;
                } else {
                    let (word, rest) =
                        rest.split_at(rest.find(|c| is_blank(c) || c == '(').unwrap_or(rest.len()));
                    last.active = !last.done && self.condition(word, rest)?;
                    last.done |= last.active;
                }
                open.push(last);
            }
            "endif" => {
                if open.pop().is_none() {
                    return Err(self.fail("extraneous 'endif'"));
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn condition(&mut self, word: &str, rest: &str) -> Result<bool, Failure> {
        let rest = rest.trim_matches(is_blank);
        if matches!(word, "ifdef" | "ifndef") {
            let name = self.expand(rest)?;
            let defined = self
                .variable(name.trim())
                .is_some_and(|variable| !variable.value.is_empty());
            return Ok(defined == (word == "ifdef"));
        }
        let sides = if let Some(inside) = rest.strip_prefix('(') {
            let inside = inside.strip_suffix(')').unwrap_or(inside);
            find_outside(inside, &[',']).map(|at| (inside[..at].trim_end(), inside[at + 1..].trim_start()))
        } else {
            quoted(rest).and_then(|(left, rest)| Some((left, quoted(rest.trim_start())?.0)))
        };
        let Some((left, right)) = sides.filter(|_| matches!(word, "ifeq" | "ifneq")) else {
            return Err(self.fail("invalid syntax in conditional"));
        };
        let same = self.expand(left)? == self.expand(right)?;
        Ok(same == (word == "ifeq"))
    }

    fn defines(&self, line: &str) -> Result<bool, Failure> {
        let mut words = words(line);
        let first = words.find(|word| !matches!(*word, "override" | "export"));
        // `define = x` sets a variable of that name.
        Ok(first == Some("define") && words.next().is_some_and(|word| !word.contains('=')))
    }

    fn define(&mut self, line: &str, lines: &mut Lines<'_>) -> Result<(), Failure> {
        let start = self.place.clone();
        let (modifiers, rest) = line.split_once("define").unwrap_or(("", line));
        let rest = rest.trim_matches(is_blank);
        let (name, set) = [
            ("::=", Set::Simple),
            (":=", Set::Simple),
            ("?=", Set::IfUnset),
            ("+=", Set::Append),
            ("!=", Set::Shell),
            ("=", Set::Recursive),
        ]
        .into_iter()
        .find_map(|(operator, set)| Some((rest.strip_suffix(operator)?.trim_end_matches(is_blank), set)))
        .unwrap_or((rest, Set::Recursive));
        let mut body: Vec<String> = Vec::new();
        let mut depth = 1;
        loop {
            let Some(line) = lines.logical() else {
                self.place = start;
                return Err(self.fail("missing 'endef', unterminated 'define'"));
            };
            let first = words(&line).next();
            if !line.starts_with(self.recipe_prefix) {
                match first.map(|word| word.split('#').next().unwrap_or(word)) {
                    Some("define") => depth += 1,
                    Some("endef") => {
                        depth -= 1;
                        if depth == 0 {
                            break;
                        }
                    }
                    _ => {}
                }
            }
            body.push(line);
        }
        let origin = if modifiers.contains("override") {
            Origin::Override
        } else {
            Origin::File
        };
        let name = self.expand(name)?;
        let assignment = Assignment {
            name: name.clone(),
            set,
            value: body.join("\n"),
        };
        self.assign(&assignment, origin, false)?;
        if modifiers.contains("export") {
            self.export(&name, true);
        }
        Ok(())
    }

    pub fn export(&mut self, name: &str, exported: bool) {
        match self.variables.get_mut(name) {
            Some(variable) => variable.exported = Some(exported),
            None => {
                self.set_plain(name, "", Origin::File);
                if let Some(variable) = self.variables.get_mut(name) {
                    variable.exported = Some(exported);
                }
            }
        }
    }

    fn directive(&mut self, word: &str, rest: &str, line: &str) -> Result<Option<Directive>, Failure> {
        // `export = x` is an assignment.
        if rest.starts_with('=') || rest.starts_with(":=") {
            return Ok(None);
        }
        match word {
            "include" | "-include" | "sinclude" => {
                if rest.starts_with(':') {
                    return Ok(None);
                }
                let names = self.expand(rest)?;
                let mut files = Vec::new();
                for name in words(&names) {
                    let found = functions::wildcard(name);
                    if found.is_empty() {
                        files.push(name.to_owned())
                    } else {
                        files.extend(found)
                    }
                }
                return Ok(Some(Directive::Include(files, word != "include")));
            }
            "override" => {
                let Some(assignment) = assignment(rest) else {
                    return Err(self.fail("invalid override directive"));
                };
                self.assign(&assignment, Origin::Override, false)?;
            }
            "export" | "unexport" => {
                let exported = word == "export";
                if rest.is_empty() {
                    self.export_all = exported;
                } else if let Some(assignment) = assignment(rest) {
                    self.assign(&assignment, Origin::File, false)?;
                    let name = self.expand(&assignment.name)?;
                    self.export(&name, exported);
                } else {
                    let names = self.expand(rest)?;
                    words(&names).for_each(|name| self.export(name, exported));
                }
            }
            "undefine" => {
                let names = self.expand(rest)?;
                for name in words(&names) {
                    if self
                        .variables
                        .get(name)
                        .is_some_and(|variable| variable.origin < Origin::EnvironmentOverride)
                    {
                        self.variables.remove(name);
                    }
                }
            }
            "vpath" => {
                let rest = self.expand(rest)?;
                let mut parts = words(&rest);
                match parts.next() {
                    None => self.rules.vpath.clear(),
                    Some(pattern) => {
                        let directories: Vec<String> = parts
                            .flat_map(|part| part.split(':'))
                            .map(str::to_owned)
                            .collect();
                        if directories.is_empty() {
                            self.rules.vpath.retain(|(known, _)| known != pattern);
                        } else {
                            self.rules.vpath.push((pattern.to_owned(), directories));
                        }
                    }
                }
            }
            "private" if assignment(rest).is_some() => return Err(self.fail("'private' is not supported")),
            "load" | "-load" if !line.contains(':') && !line.contains('=') => {
                return Err(self.fail("The 'load' operation is not supported on this platform."));
            }
            _ => return Ok(None),
        }
        Ok(Some(Directive::Done))
    }

    fn include(&mut self, names: &[String], optional: bool) -> Result<(), Failure> {
        for name in names {
            let mut found = cli::input::read_file(&text::path(name)).map(|content| (name.clone(), content));
            if !name.starts_with('/') {
                for directory in self.include_directories.clone() {
                    if found.is_ok() {
                        break;
                    }
                    let path = format!("{directory}/{name}");
                    found = cli::input::read_file(&text::path(&path)).map(|content| (path, content));
                }
            }
            match found {
                Ok((path, content)) => {
                    self.makefiles.push(path.clone());
                    self.read_file(&path, &content)?;
                }
                Err(why) => {
                    let place = self.place_text();
                    self.missing
                        .push((name.clone(), optional, format!("{place}{name}: {why}")));
                }
            }
        }
        Ok(())
    }
}

enum Directive {
    Done,
    /// The files, and whether they may lack.
    Include(Vec<String>, bool),
}

/// Without the prefix of its lines.
fn recipe_line(raw: &str, prefix: char) -> String {
    let mut parts = raw
        .split('\n')
        .map(|part| part.strip_prefix(prefix).unwrap_or(part));
    let mut line = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        line.push('\n');
        line.push_str(part);
    }
    line
}

/// A text in quotes, and what comes after it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let end = text[1..].find(quote)?;
    Some((&text[1..=end], &text[end + 2..]))
}
