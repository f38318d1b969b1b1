//! How a target is made: by its own rules, by a pattern, by `.DEFAULT`.

use std::rc::Rc;

use crate::rule::{Pattern, Recipe, Rule};
use crate::text::{self, words};
use crate::variable::Variables;
use crate::{Failure, Make};

/// What making a target takes.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub prerequisites: Vec<String>,
    pub order_only: Vec<String>,
    pub recipe: Option<Rc<Recipe>>,
    pub stem: Option<String>,
    /// Other targets that the recipe makes.
    pub also: Vec<String>,
    /// Whether any rule is about it.
    pub has_rule: bool,
    /// The recipe is that of `.DEFAULT`.
    pub is_default: bool,
}

/// Chains of patterns longer than this are not looked for.
const MAX_CHAIN: usize = 5;

impl Make {
    /// The plan of one of a target's rules; all but double-colon targets have one at most.
    pub fn plan(&mut self, name: &str, which: usize) -> Result<Plan, Failure> {
        let own = self.rules.targets.get(name);
        let (rule, has_rule) = match own {
            Some(target) => (
                target.rules.get(which).cloned().unwrap_or_default(),
                !target.rules.is_empty(),
            ),
            None => (Rule::default(), false),
        };
        let mut plan = Plan {
            prerequisites: rule.prerequisites,
            order_only: rule.order_only,
            recipe: rule.recipe,
            stem: rule.stem,
            also: rule.group,
            has_rule,
            is_default: false,
        };
        if plan.recipe.is_none() && !self.rules.is_phony(name) {
            if let Some((pattern, at, stem)) = self.pattern_for(name, MAX_CHAIN, &mut Vec::new()) {
                let directory = implied_directory(&pattern.targets[at], name);
                let fill = |names: &[String]| -> Vec<String> {
                    names.iter().map(|name| filled(name, &stem, directory)).collect()
                };
                let mut prerequisites = fill(&pattern.prerequisites);
                for prerequisite in &prerequisites {
                    if !self.exists(prerequisite) && !self.rules.is_mentioned(prerequisite) {
                        self.intermediate.insert(prerequisite.clone());
                    }
                }
                prerequisites.extend(std::mem::take(&mut plan.prerequisites));
                plan.prerequisites = prerequisites;
                plan.order_only.extend(fill(&pattern.order_only));
                plan.also = pattern
                    .targets
                    .iter()
                    .map(|target| filled(target, &stem, directory))
                    .filter(|target| target != name)
                    .collect();
                plan.recipe = pattern.recipe;
                plan.stem = Some(format!("{directory}{stem}"));
                plan.has_rule = true;
            } else if !plan.has_rule && !self.exists(name) {
                let default = self.rules.targets.get(".DEFAULT");
                plan.recipe = default.and_then(|target| target.rules.first()?.recipe.clone());
                plan.has_rule = plan.recipe.is_some();
                plan.is_default = plan.has_rule;
            }
        }
        if let Some(list) = rule.second {
            self.second_expansion(name, &list, &mut plan)?;
        }
        Ok(plan)
    }

    /// `.SECONDEXPANSION`: the list of prerequisites is expanded again, now that the target is known.
    fn second_expansion(&mut self, name: &str, list: &str, plan: &mut Plan) -> Result<(), Failure> {
        let mut scope = Variables::new();
        for (variable, value) in [("@", name), ("*", plan.stem.as_deref().unwrap_or_default())] {
            scope.insert(variable.into(), crate::automatic(value));
        }
        self.scopes.push(scope);
        let expanded = self.expand(list);
        self.scopes.pop();
        let expanded = expanded?;
        let (normal, order_only) = expanded.split_once('|').unwrap_or((&expanded, ""));
        plan.prerequisites = words(normal).map(str::to_owned).collect();
        plan.order_only = words(order_only).map(str::to_owned).collect();
        Ok(())
    }

    /// Whether the file is there, or will have been made by a rule of its own.
    fn ought_to_exist(&self, name: &str) -> bool {
        self.exists(name)
            || self
                .rules
                .targets
                .get(name)
                .is_some_and(|target| !target.rules.is_empty())
            || self.rules.is_mentioned(name)
    }

    /// The pattern rule for a target: of those whose prerequisites can be had, the one with the shortest stem.
    fn pattern_for(
        &self,
        name: &str,
        chain: usize,
        used: &mut Vec<usize>,
    ) -> Option<(Pattern, usize, String)> {
        let mut candidates: Vec<(usize, usize, String)> = Vec::new();
        for (number, pattern) in self.rules.patterns.iter().enumerate() {
            for (at, target) in pattern.targets.iter().enumerate() {
                let directory = implied_directory(target, name);
                let matched = text::stem(target, &name[directory.len()..]).filter(|stem| !stem.is_empty());
                if let Some(stem) = matched {
                    // Built-in rules that match anything are for programs, which have no suffix.
                    let builtin = pattern.recipe.as_ref().is_some_and(|recipe| recipe.is_builtin);
                    if !(builtin && target == "%" && text::base(name).contains('.')) {
                        candidates.push((number, at, stem.to_owned()));
                    }
                }
            }
        }
        candidates.sort_by_key(|(_, _, stem)| stem.len());
        for chained in [false, true] {
            for (number, at, stem) in &candidates {
                let pattern = &self.rules.patterns[*number];
                if used.contains(number) || chained && (pattern.terminal || chain == 0) {
                    continue;
                }
                let directory = implied_directory(&pattern.targets[*at], name);
                let can_be_had = |make: &Make, prerequisite: &String, used: &mut Vec<usize>| {
                    let prerequisite = filled(prerequisite, stem, directory);
                    let there = if pattern.terminal {
                        make.exists(&prerequisite)
                    } else {
                        make.ought_to_exist(&prerequisite)
                    };
                    there || chained && make.pattern_for(&prerequisite, chain - 1, used).is_some()
                };
                used.push(*number);
                let all = pattern
                    .prerequisites
                    .iter()
                    .all(|prerequisite| can_be_had(self, prerequisite, used));
                used.pop();
                if all {
                    return Some((pattern.clone(), *at, stem.clone()));
                }
            }
        }
        None
    }

    /// Where the file is: under its own name, or below a directory of `vpath` or VPATH.
    pub fn located(&self, name: &str) -> String {
        if sys::stat(text::path(name)).is_ok() || name.starts_with('/') {
            return name.to_owned();
        }
        let general = self
            .variables
            .get("VPATH")
            .map_or("", |variable| variable.value.as_str());
        let selective = self
            .rules
            .vpath
            .iter()
            .filter(|(pattern, _)| text::stem(pattern, name).is_some());
        let directories = selective
            .flat_map(|(_, directories)| directories.iter().map(String::as_str))
            .chain(general.split([':', ' ']).filter(|part| !part.is_empty()));
        for directory in directories {
            let path = format!("{}/{name}", directory.trim_end_matches('/'));
            if sys::stat(text::path(&path)).is_ok() {
                return path;
            }
        }
        name.to_owned()
    }

    pub fn exists(&self, name: &str) -> bool {
        sys::stat(text::path(&self.located(name))).is_ok()
    }
}

/// A pattern without a slash is about the last part of a path; the directory goes with the stem.
fn implied_directory<'n>(pattern: &str, name: &'n str) -> &'n str {
    match name.rfind('/') {
        Some(at) if !pattern.contains('/') => &name[..=at],
        _ => "",
    }
}

fn filled(name: &str, stem: &str, directory: &str) -> String {
    if name.contains('%') && !name.starts_with('/') {
        format!("{directory}{}", text::fill(name, stem))
    } else {
        text::fill(name, stem)
    }
}
