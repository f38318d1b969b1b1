//! Rules, and what is known of targets.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::variable::Assignment;

/// A recipe, not expanded.
#[derive(Debug, Default)]
pub struct Recipe {
    /// Lines without their leading tab; one that goes on has backslash and newline in it.
    pub lines: Vec<String>,
    pub file: String,
    /// Where the first line stands.
    pub line: usize,
    pub is_builtin: bool,
}

/// One rule's part of a target.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    pub prerequisites: Vec<String>,
    /// After a `|`: they have to be there, but it does not matter how new they are.
    pub order_only: Vec<String>,
    /// Expanded again when the target is considered (`.SECONDEXPANSION`).
    pub second: Option<String>,
    pub recipe: Option<Rc<Recipe>>,
    /// What `%` of a static pattern rule stood for.
    pub stem: Option<String>,
    /// Targets that the recipe makes together (`&:`).
    pub group: Vec<String>,
}

/// What a variable of a target is set to.
#[derive(Clone, Debug)]
pub struct Specific {
    pub assignment: Assignment,
    pub is_override: bool,
}

#[derive(Debug, Default)]
pub struct Target {
    /// One, unless it is of double-colon rules.
    pub rules: Vec<Rule>,
    pub double_colon: bool,
    pub specific: Vec<Specific>,
}

/// A rule with `%` in its targets.
#[derive(Debug, Clone)]
pub struct Pattern {
    pub targets: Vec<String>,
    pub prerequisites: Vec<String>,
    pub order_only: Vec<String>,
    pub recipe: Option<Rc<Recipe>>,
    pub terminal: bool,
}

#[derive(Default)]
pub struct Rules {
    pub targets: HashMap<String, Target>,
    pub patterns: Vec<Pattern>,
    pub pattern_specific: Vec<(String, Specific)>,
    /// The prerequisites of `.PHONY` and other special targets.
    pub special: HashMap<String, HashSet<String>>,
    /// Special targets that were mentioned without prerequisites: they are about everything.
    pub special_all: HashSet<String>,
    pub suffixes: Vec<String>,
    pub default_goal: Option<String>,
    /// `vpath`: patterns and their directories.
    pub vpath: Vec<(String, Vec<String>)>,
}

impl Rules {
    pub fn is_special(&self, kind: &str, target: &str) -> bool {
        self.special_all.contains(kind) || self.special.get(kind).is_some_and(|set| set.contains(target))
    }

    /// Whether `.PRECIOUS` has a pattern that the name matches.
    pub fn is_precious(&self, name: &str) -> bool {
        let set = self.special.get(".PRECIOUS");
        set.is_some_and(|set| {
            set.iter()
                .any(|pattern| crate::text::stem(pattern, name).is_some())
        })
    }

    pub fn is_phony(&self, target: &str) -> bool {
        self.special.get(".PHONY").is_some_and(|set| set.contains(target))
    }

    /// Whether a makefile speaks of that name, so that it ought to exist.
    pub fn is_mentioned(&self, name: &str) -> bool {
        self.targets.contains_key(name)
            || self.targets.values().any(|target| {
                let named = |rule: &Rule| rule.prerequisites.iter().any(|prerequisite| prerequisite == name);
                target.rules.iter().any(named)
            })
    }
}

/// The targets that are instructions to make.
pub const SPECIAL: &[&str] = &[
    ".PHONY",
    ".SUFFIXES",
    ".DEFAULT",
    ".PRECIOUS",
    ".INTERMEDIATE",
    ".SECONDARY",
    ".SECONDEXPANSION",
    ".DELETE_ON_ERROR",
    ".IGNORE",
    ".LOW_RESOLUTION_TIME",
    ".SILENT",
    ".EXPORT_ALL_VARIABLES",
    ".NOTPARALLEL",
    ".ONESHELL",
    ".POSIX",
];
