//! Runs recipes: each line by a shell of its own.

use std::collections::VecDeque;
use std::rc::Rc;

use sys::{Errno, Pid, WaitOptions, WaitStatus, WaitTarget};

use crate::resolve::Plan;
use crate::rule::{Recipe, Specific};
use crate::text::{self, joined, words};
use crate::variable::{Origin, Variables};
use crate::{Failure, Make, automatic, environment};

/// A line of a recipe, expanded.
struct Line {
    text: String,
    silent: bool,
    ignore: bool,
    /// Runs also where recipes are only shown: `+`, or it names `$(MAKE)`.
    always: bool,
    number: usize,
}

/// A recipe that runs.
pub struct Job {
    target: String,
    also: Vec<String>,
    lines: VecDeque<Line>,
    recipe: Rc<Recipe>,
    environment: Vec<Vec<u8>>,
    shell: Vec<Vec<u8>>,
    pid: Option<Pid>,
    ignore: bool,
    number: usize,
    /// The target's time before, to see whether a recipe that failed has changed it.
    before: Option<i64>,
}

impl Make {
    pub fn jobs_running(&self) -> bool {
        !self.jobs.is_empty()
    }

    /// The variables of a target, and of those that asked for it.
    fn scopes_of(&mut self, name: &str) -> Result<Vec<Variables>, Failure> {
        let mut chain = vec![name.to_owned()];
        while let Some(parent) = self
            .nodes
            .get(&chain[chain.len() - 1])
            .and_then(|node| node.parent.clone())
        {
            if chain.contains(&parent) {
                break;
            }
            chain.push(parent);
        }
        let saved = std::mem::take(&mut self.scopes);
        let mut outcome = Ok(());
        for target in chain.iter().rev() {
            let mut specific: Vec<Specific> = Vec::new();
            let mut patterns: Vec<&(String, Specific)> = self
                .rules
                .pattern_specific
                .iter()
                .filter(|(pattern, _)| text::stem(pattern, target).is_some())
                .collect();
            patterns.sort_by_key(|(pattern, _)| pattern.len());
            specific.extend(patterns.into_iter().map(|(_, specific)| specific.clone()));
            if let Some(known) = self.rules.targets.get(target) {
                specific.extend(known.specific.iter().cloned());
            }
            if specific.is_empty() {
                continue;
            }
            self.scopes.push(Variables::new());
            for Specific {
                assignment,
                is_override,
            } in &specific
            {
                let origin = if *is_override {
                    Origin::Override
                } else {
                    Origin::File
                };
                outcome = outcome.and(self.assign(assignment, origin, true));
            }
        }
        let scopes = std::mem::replace(&mut self.scopes, saved);
        outcome.map(|()| scopes)
    }

    /// Starts a target's recipe; it may be over at once.
    pub fn start(
        &mut self,
        name: &str,
        plan: &Plan,
        recipe: &Rc<Recipe>,
        newer: &[String],
    ) -> Result<(), Failure> {
        let place = self.place.take();
        let saved = std::mem::take(&mut self.scopes);
        self.scopes = self.scopes_of(name)?;
        let located = |names: &[String]| names.iter().map(|name| self.located(name)).collect::<Vec<_>>();
        let all = located(&plan.prerequisites);
        // For `.DEFAULT`, what is made stands for what it is made of.
        let first = if plan.is_default {
            name.to_owned()
        } else {
            all.first().cloned().unwrap_or_default()
        };
        let mut distinct: Vec<&String> = Vec::new();
        for path in &all {
            if !distinct.contains(&path) {
                distinct.push(path);
            }
        }
        let mut newer = located(newer);
        newer.dedup();
        // A target whose suffix is known has a stem also where no pattern rule made it.
        let stem = plan.stem.clone().unwrap_or_else(|| {
            let known = self
                .rules
                .suffixes
                .iter()
                .find(|suffix| name.ends_with(suffix.as_str()));
            known.map_or(String::new(), |suffix| {
                name[..name.len() - suffix.len()].to_owned()
            })
        });
        let scope: Variables = [
            ("@", name.to_owned()),
            ("<", first),
            ("^", joined(distinct)),
            ("+", joined(&all)),
            ("?", joined(newer)),
            ("*", stem),
            ("|", joined(located(&plan.order_only))),
            ("%", String::new()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), automatic(&value)))
        .collect();
        self.scopes.push(scope);
        let job = self.job(name, plan, recipe);
        self.scopes = saved;
        self.place = place;
        self.go_on(job?)
    }

    fn job(&mut self, name: &str, plan: &Plan, recipe: &Rc<Recipe>) -> Result<Job, Failure> {
        let mut lines = VecDeque::new();
        let mut number = recipe.line;
        for raw in &recipe.lines {
            self.place = Some((recipe.file.clone(), number));
            let is_recursive = raw.contains("$(MAKE)") || raw.contains("${MAKE}");
            let expanded = self.expand(raw)?;
            // A variable of several lines is several lines of a recipe.
            for text in unescaped_lines(&expanded) {
                lines.push_back(prefixed(text, number, is_recursive));
            }
            number += 1 + raw.matches('\n').count();
        }
        if self.rules.special_all.contains(".ONESHELL") && lines.len() > 1 {
            let mut all: Vec<Line> = lines.drain(..).collect();
            let text = joined_lines(&all);
            if let Some(mut first) = (!all.is_empty()).then(|| all.swap_remove(0)) {
                first.text = text;
                lines.push_back(first);
            }
        }
        let mut shell = vec![text::encode(&self.value("SHELL")?)];
        let flags = self.value(".SHELLFLAGS")?;
        shell.extend(words(&flags).map(text::encode));
        Ok(Job {
            target: name.to_owned(),
            also: plan.also.clone(),
            lines,
            recipe: recipe.clone(),
            environment: environment::of_recipe(self)?,
            shell,
            pid: None,
            ignore: false,
            number,
            before: sys::stat(text::path(name)).ok().map(|stat| stat.mtime_ns),
        })
    }

    /// Runs lines until one has a process, or there are none left.
    fn go_on(&mut self, mut job: Job) -> Result<(), Failure> {
        let silent = self.options.silent || self.rules.is_special(".SILENT", &job.target);
        if self.options.touch && !self.remaking && !job.lines.is_empty() {
            if !self.rules.is_phony(&job.target) {
                if !silent {
                    self.print(&format!("touch {}\n", job.target));
                }
                self.touch(&job.target);
            }
            self.recipes_run += 1;
            job.lines.retain(|line| line.always);
        }
        while let Some(line) = job.lines.pop_front() {
            if line.text.trim().is_empty() {
                continue;
            }
            self.recipes_run += 1;
            let only_shown = self.options.just_print && !line.always && !self.remaking;
            if self.options.just_print && !self.remaking || !(line.silent || silent) {
                self.print(&format!("{}\n", line.text));
            }
            if only_shown {
                continue;
            }
            self.out.send();
            let mut argv = job.shell.clone();
            argv.push(text::encode(&line.text));
            job.ignore = line.ignore;
            job.number = line.number;
            let child = sys::Spawn {
                path: &argv[0],
                argv: &argv,
                envp: &job.environment,
                search: true,
                ..Default::default()
            };
            match child.spawn() {
                Ok(pid) => {
                    job.pid = Some(pid);
                    self.jobs.push(job);
                    return Ok(());
                }
                Err(why) => {
                    self.say_error(&format!("{}: {why}", text::decode(&argv[0])));
                    if !self.line_failed(&job, WaitStatus::Exited(cli::process::EXIT_NOT_FOUND as u8)) {
                        return Ok(());
                    }
                }
            }
        }
        self.recipe_ended(&job.target, true, &job.also);
        Ok(())
    }

    fn touch(&self, name: &str) {
        use sys::{Mode, OpenFlags, Timestamp};
        let flags = OpenFlags::WRONLY | OpenFlags::CREAT;
        // What can't be touched is seen as such when it is looked at next.
        if let Ok(fd) = sys::open(text::path(name), flags, Mode::from_bits_truncate(0o666)) {
            let _ = sys::close(fd);
            let _ = sys::utimens(text::path(name), Timestamp::Now, Timestamp::Now, true);
        }
    }

    /// Waits until a line of some recipe has ended, and goes on with that recipe.
    pub fn wait_for_one(&mut self) -> Result<(), Failure> {
        if self.jobs.is_empty() {
            return Ok(());
        }
        let (pid, status) = loop {
            match sys::waitpid(WaitTarget::AnyChild, WaitOptions::empty()) {
                Ok(Some((pid, status))) if status.is_end() => break (pid, status),
                Ok(_) | Err(Errno::EINTR) => {}
                Err(why) => {
                    self.say_error(&format!("*** wait: {why}.  Stop."));
                    return Err(Failure);
                }
            }
        };
        let Some(at) = self.jobs.iter().position(|job| job.pid == Some(pid)) else {
            return Ok(());
        };
        let job = self.jobs.swap_remove(at);
        if status == WaitStatus::Exited(0) || self.line_failed(&job, status) {
            return self.go_on(job);
        }
        if !self.options.keep_going && !self.jobs.is_empty() && !std::mem::replace(&mut self.waiting, true) {
            self.say_error("*** Waiting for unfinished jobs....");
        }
        Ok(())
    }

    /// Says that a line failed; whether the recipe goes on.
    fn line_failed(&mut self, job: &Job, status: WaitStatus) -> bool {
        let what = match status {
            WaitStatus::Exited(code) => format!("Error {code}"),
            WaitStatus::Signaled { signal, .. } => describe(signal.0),
            _ => String::new(),
        };
        let place = if job.recipe.is_builtin {
            format!("<builtin>: {}", job.target)
        } else {
            format!("{}:{}: {}", job.recipe.file, job.number, job.target)
        };
        let ignored =
            job.ignore || self.options.ignore_errors || self.rules.is_special(".IGNORE", &job.target);
        if ignored {
            self.say_error(&format!("[{place}] {what} (ignored)"));
            return true;
        }
        self.say_error(&format!("*** [{place}] {what}"));
        let after = sys::stat(text::path(&job.target)).ok();
        let changed = after.is_some_and(|after| after.is_file() && Some(after.mtime_ns) != job.before);
        let delete = self.rules.special_all.contains(".DELETE_ON_ERROR")
            || matches!(status, WaitStatus::Signaled { .. });
        if changed
            && delete
            && !self.rules.is_phony(&job.target)
            && !self.rules.is_special(".PRECIOUS", &job.target)
        {
            self.say_error(&format!("*** Deleting file '{}'", job.target));
            // If it can't be deleted, it is there to be seen.
            let _ = std::fs::remove_file(text::path(&job.target));
        }
        self.recipe_ended(&job.target, false, &job.also);
        false
    }
}

/// The lines of a text; a newline after a backslash belongs to the shell.
fn unescaped_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut goes_on = false;
    for part in text.split('\n') {
        match lines.last_mut() {
            Some(last) if goes_on => {
                last.push('\n');
                last.push_str(part);
            }
            _ => lines.push(part.to_owned()),
        }
        goes_on = part.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1;
    }
    lines
}

fn prefixed(text: String, number: usize, is_recursive: bool) -> Line {
    let (mut silent, mut ignore, mut always) = (false, false, is_recursive);
    let rest = text.trim_start_matches(|c| {
        match c {
            '@' => silent = true,
            '-' => ignore = true,
            '+' => always = true,
            ' ' | '\t' => {}
            _ => return false,
        }
        true
    });
    Line {
        text: rest.to_owned(),
        silent,
        ignore,
        always,
        number,
    }
}

fn joined_lines(lines: &[Line]) -> String {
    let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    texts.join("\n")
}

/// strsignal(3).
fn describe(signal: i32) -> String {
    match signal {
        1 => "Hangup".into(),
        2 => "Interrupt".into(),
        3 => "Quit".into(),
        6 => "Aborted".into(),
        8 => "Floating point exception".into(),
        9 => "Killed".into(),
        11 => "Segmentation fault".into(),
        13 => "Broken pipe".into(),
        14 => "Alarm clock".into(),
        15 => "Terminated".into(),
        other => format!("Signal {other}"),
    }
}
