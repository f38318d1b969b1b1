//! Brings targets up to date: what their prerequisites ask for first, as many recipes at once as are allowed.

use crate::resolve::Plan;
use crate::text;
use crate::{Failure, Make};

/// Newer than any file.
const NEW: i64 = i64::MAX;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    Done {
        ok: bool,
    },
    /// A recipe runs, or waits for a place.
    Pending,
}

#[derive(Default)]
pub struct Node {
    plan: Option<Plan>,
    /// Which of the target's rules it is about.
    rule: usize,
    pub running: bool,
    pub done: Option<bool>,
    /// Which target asked for it first: its variables count here too.
    pub parent: Option<String>,
    /// In nanoseconds; set where it is not simply the file's.
    time: Option<i64>,
}

impl Make {
    fn node(&mut self, name: &str) -> &mut Node {
        self.nodes.entry(name.to_owned()).or_default()
    }

    /// When the file was last changed; `None` where there is none.
    fn time(&self, name: &str) -> Option<i64> {
        if self.options.new_files.iter().any(|file| file == name) {
            return Some(NEW);
        }
        if self.options.old_files.iter().any(|file| file == name) {
            return Some(i64::MIN);
        }
        if let Some(time) = self.nodes.get(name).and_then(|node| node.time) {
            return Some(time);
        }
        Some(sys::stat(text::path(&self.located(name))).ok()?.mtime_ns)
    }

    /// Brings a goal up to date; whether that worked.
    ///
    /// # Errors
    /// What ends make at once.
    pub fn update_goal(&mut self, goal: &str) -> Result<bool, Failure> {
        let started = self.recipes_run;
        let ok = loop {
            match self.advance(goal, None)? {
                Progress::Done { ok } => break ok,
                Progress::Pending => self.wait_for_one()?,
            }
        };
        if !ok {
            // Where its own recipe failed, that has been said.
            if self.options.keep_going && !self.failed.contains(goal) {
                self.say_error(&format!("Target '{goal}' not remade because of errors."));
            }
            return Ok(false);
        }
        if self.recipes_run == started && !self.options.silent && !self.options.question && !self.remaking {
            let is_rule =
                |target: &crate::rule::Target| target.rules.iter().any(|rule| rule.recipe.is_some());
            let has_recipe = self.rules.targets.get(goal).is_some_and(is_rule)
                || self
                    .nodes
                    .get(goal)
                    .and_then(|node| node.plan.as_ref())
                    .is_some_and(|plan| plan.recipe.is_some());
            let message = if self.rules.is_phony(goal) || !has_recipe {
                format!("Nothing to be done for '{goal}'.")
            } else {
                format!("'{goal}' is up to date.")
            };
            let message = format!("{}: {message}\n", self.program);
            self.print(&message);
        }
        Ok(true)
    }

    fn advance(&mut self, name: &str, parent: Option<&str>) -> Result<Progress, Failure> {
        let stopped = self.stopped;
        let node = self.node(name);
        if let Some(ok) = node.done {
            return Ok(Progress::Done { ok });
        }
        if node.running {
            return Ok(Progress::Pending);
        }
        if stopped {
            return Ok(Progress::Done { ok: false });
        }
        let (which, planned) = (node.rule, node.plan.is_some());
        if node.parent.is_none() {
            node.parent = parent.map(str::to_owned);
        }
        if !planned {
            let plan = self.plan(name, which)?;
            self.node(name).plan = Some(plan);
        }
        self.stack.push(name.to_owned());
        let progress = self.with_prerequisites(name, parent);
        self.stack.pop();
        progress
    }

    fn with_prerequisites(&mut self, name: &str, parent: Option<&str>) -> Result<Progress, Failure> {
        let mut plan = self.node(name).plan.clone().unwrap_or_default();
        let (mut pending, mut ok) = (false, true);
        let all: Vec<String> = plan
            .prerequisites
            .iter()
            .chain(&plan.order_only)
            .cloned()
            .collect();
        for prerequisite in &all {
            if self.stack.contains(prerequisite) {
                if self.dropped.insert((name.to_owned(), prerequisite.clone())) {
                    self.say_error(&format!("Circular {name} <- {prerequisite} dependency dropped."));
                }
                plan.prerequisites.retain(|other| other != prerequisite);
                self.node(name).plan = Some(plan.clone());
                continue;
            }
            match self.advance(prerequisite, Some(name))? {
                Progress::Pending => pending = true,
                Progress::Done { ok: true } => {}
                Progress::Done { ok: false } => ok = false,
            }
            // With one recipe at a time, what comes next is looked at when that is done.
            if pending && self.options.jobs == Some(1) || !ok && !self.options.keep_going {
                break;
            }
        }
        if !ok {
            if !pending {
                self.node(name).done = Some(false);
                return Ok(Progress::Done { ok: false });
            }
            return Ok(Progress::Pending);
        }
        if pending {
            return Ok(Progress::Pending);
        }
        self.decide(name, parent, &plan)
    }

    /// All prerequisites are there: is there anything to do?
    fn decide(&mut self, name: &str, parent: Option<&str>, plan: &Plan) -> Result<Progress, Failure> {
        let time = if self.rules.is_phony(name) {
            None
        } else {
            self.time(name)
        };
        let newest = plan
            .prerequisites
            .iter()
            .map(|prerequisite| self.time(prerequisite).unwrap_or(NEW))
            .max();
        if time.is_none()
            && !self.options.always
            && self.intermediate.contains(name)
            && let (Some(newest), Some(parent)) = (newest, parent)
            && let Some(of_parent) = self.time(parent)
            && of_parent >= newest
        {
            // Nobody needs the file: what is made from it is newer than what it is made from.
            return Ok(self.finished(name, true, Some(newest)));
        }
        if time.is_none() && !plan.has_rule && !self.rules.is_phony(name) {
            let needed = parent.map_or(String::new(), |parent| format!(", needed by '{parent}'"));
            let message = format!("No rule to make target '{name}'{needed}.");
            if self.options.keep_going {
                self.say_error(&format!("*** {message}"));
                return Ok(self.finished(name, false, None));
            }
            // A recipe that runs may end first.
            while self.jobs_running() {
                self.stopped = true;
                self.wait_for_one()?;
            }
            self.say_error(&format!("*** {message}  Stop."));
            return Err(Failure);
        }
        let double_colon = self
            .rules
            .targets
            .get(name)
            .is_some_and(|target| target.double_colon);
        let newer = match (time, newest) {
            (Some(time), Some(newest)) => newest > time,
            _ => false,
        };
        let has_none = double_colon && plan.prerequisites.is_empty();
        let needed = time.is_none() || newer || has_none || self.options.always && plan.recipe.is_some();
        let Some(recipe) = plan.recipe.clone().filter(|_| needed) else {
            // A target without a recipe counts as remade.
            let new = (needed && plan.has_rule).then_some(NEW);
            return Ok(self.next_rule(name, new));
        };
        if self.options.question && !self.remaking {
            self.would_run = true;
            return Ok(self.finished(name, true, Some(NEW)));
        }
        if self.options.jobs.is_some_and(|jobs| self.jobs.len() >= jobs) {
            return Ok(Progress::Pending);
        }
        let newer: Vec<String> = plan
            .prerequisites
            .iter()
            .filter(|prerequisite| match time {
                Some(time) => self.time(prerequisite).unwrap_or(NEW) > time,
                None => true,
            })
            .cloned()
            .collect();
        self.node(name).running = true;
        self.start(name, plan, &recipe, &newer)?;
        match self.node(name) {
            Node { done: Some(ok), .. } => Ok(Progress::Done { ok: *ok }),
            _ => Ok(Progress::Pending),
        }
    }

    fn finished(&mut self, name: &str, ok: bool, time: Option<i64>) -> Progress {
        let node = self.node(name);
        (node.done, node.running) = (Some(ok), false);
        if time.is_some() {
            node.time = time;
        }
        Progress::Done { ok }
    }

    /// A double-colon target goes on with its next rule.
    fn next_rule(&mut self, name: &str, time: Option<i64>) -> Progress {
        let rules = self
            .rules
            .targets
            .get(name)
            .map_or(0, |target| target.rules.len());
        let node = self.node(name);
        if node.rule + 1 >= rules {
            return self.finished(name, true, time);
        }
        node.rule += 1;
        node.plan = None;
        node.running = false;
        Progress::Pending
    }

    /// A target's recipe has ended.
    pub fn recipe_ended(&mut self, name: &str, ok: bool, also: &[String]) {
        let pretended = self.options.just_print || self.options.touch;
        let exists = !self.rules.is_phony(name) && sys::stat(text::path(name)).is_ok();
        let time = (pretended || !exists).then_some(NEW);
        if ok {
            self.next_rule(name, time);
            for other in also.iter().filter(|other| *other != name) {
                let there = sys::stat(text::path(other)).is_ok();
                self.finished(other, true, (!there).then_some(NEW));
            }
        } else {
            self.finished(name, false, None);
            self.failed.insert(name.to_owned());
            if !self.options.keep_going {
                self.stopped = true;
            }
        }
    }
}
