//! Reads rules: targets, prerequisites, where the recipe goes.

use std::rc::Rc;

use crate::rule::{Pattern, Recipe, Rule, SPECIAL, Specific};
use crate::text::{self, find_outside, is_blank, joined, words};
use crate::variable::{Set, assignment};
use crate::{Failure, Make, functions};

/// The rule whose recipe is being read.
pub struct Open {
    pub targets: Vec<String>,
    pub rules: Vec<Rule>,
    pub is_pattern: bool,
    pub double_colon: bool,
    pub terminal: bool,
    pub lines: Vec<String>,
    pub file: String,
    pub line: usize,
    pub has_recipe: bool,
    /// Where the rule itself stands.
    pub at: usize,
}

impl Make {
    /// A rule's first line.
    pub fn rule(&mut self, raw: &str, line: &str) -> Result<Option<Open>, Failure> {
        let semicolon = find_outside(line, &[';']);
        let (head, inline) = match semicolon {
            Some(at) => {
                // A comment in front of it hides it; the recipe itself is taken as it stands.
                let behind = raw.find(';').map_or("", |at| &raw[at + 1..]);
                (&line[..at], Some(behind.trim_start_matches(is_blank).to_owned()))
            }
            None => (line, None),
        };
        let colon = find_outside(head, &[':']);
        // A target's variable is not expanded as prerequisites are.
        if let Some(at) = colon {
            let after = head[at..].trim_start_matches(':');
            let after_line = line[at..].trim_start_matches(':');
            if !after.trim_start().starts_with('=')
                && let Some(specific) = self.specific(after_line)?
            {
                let targets = self.expand(&head[..at])?;
                for target in words(&targets) {
                    if target.contains('%') {
                        self.rules
                            .pattern_specific
                            .push((target.to_owned(), specific.clone()));
                    } else {
                        self.rules
                            .targets
                            .entry(target.to_owned())
                            .or_default()
                            .specific
                            .push(specific.clone());
                    }
                }
                return Ok(None);
            }
        }
        let expanded = self.expand(head)?;
        let Some(at) = find_outside(&expanded, &[':']) else {
            if expanded.trim().is_empty() {
                return Ok(None);
            }
            let hint = if line.starts_with("        ") {
                " (did you mean TAB instead of 8 spaces?)"
            } else {
                ""
            };
            return Err(self.fail(&format!("missing separator{hint}")));
        };
        let (mut names, rest) = (expanded[..at].to_owned(), &expanded[at + 1..]);
        let (double_colon, rest) = match rest.strip_prefix(':') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let grouped = names.trim_end().ends_with('&');
        if grouped {
            names = names.trim_end().trim_end_matches('&').to_owned();
        }
        let targets: Vec<String> = words(&names).flat_map(globbed).map(|name| clean(&name)).collect();
        if targets.is_empty() {
            return Ok(None);
        }
        let (pattern, list) = match find_outside(rest, &[':']) {
            Some(at) => (Some(rest[..at].trim().to_owned()), &rest[at + 1..]),
            None => (None, rest),
        };
        let (normal, order_only) = list.split_once('|').unwrap_or((list, ""));
        let second = (self.rules.special_all.contains(".SECONDEXPANSION") && list.contains('$'))
            .then(|| list.to_owned());
        let split = |text: &str| {
            words(text)
                .flat_map(globbed)
                .map(|name| clean(&name))
                .collect::<Vec<String>>()
        };
        let (prerequisites, order_only) = (split(normal), split(order_only));
        let is_pattern = pattern.is_none() && targets.iter().any(|target| target.contains('%'));
        let mut rules = Vec::new();
        for target in &targets {
            let mut rule = Rule {
                prerequisites: prerequisites.clone(),
                order_only: order_only.clone(),
                second: second.clone(),
                group: if grouped { targets.clone() } else { Vec::new() },
                ..Rule::default()
            };
            if let Some(pattern) = &pattern {
                let Some(stem) = text::stem(pattern, target) else {
                    self.warn(&format!("target '{target}' doesn't match the target pattern"));
                    rules.push(rule);
                    continue;
                };
                for list in [&mut rule.prerequisites, &mut rule.order_only] {
                    *list = list.iter().map(|name| text::fill(name, stem)).collect();
                }
                rule.second = rule.second.map(|list| list.replace('%', stem));
                rule.stem = Some(stem.to_owned());
            }
            rules.push(rule);
        }
        let line = self.place.as_ref().map_or(0, |(_, line)| *line);
        Ok(Some(Open {
            targets,
            rules,
            is_pattern,
            double_colon,
            terminal: double_colon,
            has_recipe: inline.is_some(),
            lines: inline.into_iter().filter(|line| !line.is_empty()).collect(),
            file: self
                .place
                .as_ref()
                .map_or(String::new(), |(file, _)| file.clone()),
            line,
            at: line,
        }))
    }

    fn specific(&mut self, text: &str) -> Result<Option<Specific>, Failure> {
        let mut text = text.trim_matches(is_blank);
        let mut is_override = false;
        while let Some((word @ ("override" | "export" | "private"), rest)) = text.split_once(is_blank) {
            is_override |= word == "override";
            text = rest.trim_start_matches(is_blank);
        }
        let Some(mut assignment) = assignment(text) else {
            return Ok(None);
        };
        assignment.name = self.expand(&assignment.name)?;
        if assignment.set == Set::Simple {
            assignment.value = self.expand(&assignment.value)?.replace('$', "$$");
        }
        Ok(Some(Specific {
            assignment,
            is_override,
        }))
    }

    /// The rule is read with its recipe: it counts.
    pub fn close(&mut self, open: Option<Open>) -> Result<(), Failure> {
        let Some(open) = open else { return Ok(()) };
        let recipe = open.has_recipe.then(|| {
            Rc::new(Recipe {
                lines: open.lines,
                file: open.file.clone(),
                line: open.line,
                is_builtin: false,
            })
        });
        if open.is_pattern {
            let rule = open.rules.into_iter().next().unwrap_or_default();
            self.add_pattern(Pattern {
                targets: open.targets,
                prerequisites: rule.prerequisites,
                order_only: rule.order_only,
                recipe,
                terminal: open.terminal,
            });
            return Ok(());
        }
        for (target, mut rule) in open.targets.into_iter().zip(open.rules) {
            rule.recipe.clone_from(&recipe);
            if SPECIAL.contains(&target.as_str()) {
                self.special(&target, &rule);
                if target != ".DEFAULT" {
                    continue;
                }
            } else if self.suffix_rule(&target, &rule) {
                continue;
            }
            if self.rules.default_goal.is_none() && (!target.starts_with('.') || target.contains('/')) {
                self.rules.default_goal = Some(target.clone());
            }
            let place = (open.file.clone(), open.at);
            self.add(&target, rule, open.double_colon, place)?;
        }
        Ok(())
    }

    fn add(
        &mut self,
        name: &str,
        rule: Rule,
        double_colon: bool,
        place: (String, usize),
    ) -> Result<(), Failure> {
        let target = self.rules.targets.entry(name.to_owned()).or_default();
        if target.rules.is_empty() || double_colon && target.double_colon {
            target.double_colon = double_colon;
            target.rules.push(rule);
            return Ok(());
        }
        if double_colon != target.double_colon {
            let message = format!("target file '{name}' has both : and :: entries");
            self.place = Some(place);
            return Err(self.fail(&message));
        }
        let first = &mut target.rules[0];
        let mut overridden = None;
        if let Some(recipe) = rule.recipe {
            overridden = first.recipe.replace(recipe.clone()).map(|old| (recipe, old));
            // The prerequisites of the rule with the recipe come first: `$<` is theirs.
            let others = std::mem::replace(&mut first.prerequisites, rule.prerequisites);
            first.prerequisites.extend(others);
            if rule.stem.is_some() {
                first.stem = rule.stem;
            }
        } else {
            first.prerequisites.extend(rule.prerequisites);
        }
        first.order_only.extend(rule.order_only);
        if let Some(second) = rule.second {
            let old = first.second.take().unwrap_or_default();
            first.second = Some(format!("{old} {second}"));
        }
        if let Some((new, old)) = overridden {
            for (recipe, what) in [(new, "overriding"), (old, "ignoring old")] {
                let message = format!(
                    "{}:{}: warning: {what} recipe for target '{name}'\n",
                    recipe.file, recipe.line
                );
                self.complain_raw(&message);
            }
        }
        Ok(())
    }

    fn special(&mut self, target: &str, rule: &Rule) {
        if target == ".SUFFIXES" {
            if rule.prerequisites.is_empty() {
                self.rules.suffixes.clear();
            } else {
                self.rules.suffixes.extend(rule.prerequisites.iter().cloned());
            }
            return;
        }
        if rule.prerequisites.is_empty() {
            self.rules.special_all.insert(target.to_owned());
        }
        let set = self.rules.special.entry(target.to_owned()).or_default();
        set.extend(rule.prerequisites.iter().cloned());
    }

    /// `.c.o:` is `%.o: %.c`, and `.c:` is `%: %.c`.
    fn suffix_rule(&mut self, target: &str, rule: &Rule) -> bool {
        if !target.starts_with('.') || !rule.prerequisites.is_empty() || rule.recipe.is_none() {
            return false;
        }
        let known = |suffix: &str| self.rules.suffixes.iter().any(|known| known == suffix);
        let parts = target[1..].find('.').map(|at| target.split_at(at + 1));
        let (from, to) = match parts {
            Some((from, to)) if known(from) && known(to) => (from, to),
            None if known(target) => (target, ""),
            _ => return false,
        };
        let pattern = Pattern {
            targets: vec![format!("%{to}")],
            prerequisites: vec![format!("%{from}")],
            order_only: Vec::new(),
            recipe: rule.recipe.clone(),
            terminal: false,
        };
        self.add_pattern(pattern);
        true
    }

    /// A new rule takes the place of one for the same files; without a recipe, it only takes that away.
    pub fn add_pattern(&mut self, pattern: Pattern) {
        self.rules
            .patterns
            .retain(|old| old.targets != pattern.targets || old.prerequisites != pattern.prerequisites);
        if pattern.recipe.is_some() {
            // Those of makefiles come before those that are built in.
            let builtin = |pattern: &Pattern| pattern.recipe.as_ref().is_some_and(|recipe| recipe.is_builtin);
            let at = if builtin(&pattern) {
                self.rules.patterns.len()
            } else {
                self.rules
                    .patterns
                    .iter()
                    .position(builtin)
                    .unwrap_or(self.rules.patterns.len())
            };
            self.rules.patterns.insert(at, pattern);
        }
    }
}

fn globbed(word: &str) -> Vec<String> {
    if word.contains(['*', '?', '[']) {
        let found = functions::wildcard(word);
        if !found.is_empty() {
            return found;
        }
    }
    vec![word.to_owned()]
}

/// `./x` is `x`; escaped characters lose their backslash.
pub fn clean(name: &str) -> String {
    let mut name = name;
    while let Some(rest) = name.strip_prefix("./") {
        let rest = rest.trim_start_matches('/');
        if rest.is_empty() {
            break;
        }
        name = rest;
    }
    name.replace("\\:", ":").replace("\\#", "#").replace("\\%", "%")
}

/// The list as one text, for messages and variables.
pub fn listed(names: &[String]) -> String {
    joined(names)
}
