//! Variables, and where their values come from.

use std::collections::HashMap;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Origin {
    Default,
    Environment,
    File,
    EnvironmentOverride,
    CommandLine,
    Override,
    Automatic,
}

impl Origin {
    pub fn name(self) -> &'static str {
        match self {
            Origin::Default => "default",
            Origin::Environment => "environment",
            Origin::File => "file",
            Origin::EnvironmentOverride => "environment override",
            Origin::CommandLine => "command line",
            Origin::Override => "override",
            Origin::Automatic => "automatic",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Variable {
    pub value: String,
    /// Its value is expanded where it is used, and not where it is set.
    pub recursive: bool,
    pub origin: Origin,
    /// `export` or `unexport` was said of it.
    pub exported: Option<bool>,
}

/// How a variable is set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Set {
    Recursive,
    Simple,
    IfUnset,
    Append,
    Shell,
}

/// `NAME op VALUE`, neither of which is expanded yet.
#[derive(Clone, Debug)]
pub struct Assignment {
    pub name: String,
    pub set: Set,
    pub value: String,
}

/// The assignment that a line is, if it is one and no rule.
pub fn assignment(line: &str) -> Option<Assignment> {
    let at = crate::text::find_outside(line, &['=', ':'])?;
    let (mut name, rest) = line.split_at(at);
    let (set, value) = if let Some(value) = rest.strip_prefix(":::=").or_else(|| rest.strip_prefix("::=")) {
        (Set::Simple, value)
    } else if let Some(value) = rest.strip_prefix(":=") {
        (Set::Simple, value)
    } else {
        let value = rest.strip_prefix('=')?;
        let set = match name.chars().next_back() {
            Some('?') => Set::IfUnset,
            Some('+') => Set::Append,
            Some('!') => Set::Shell,
            _ => Set::Recursive,
        };
        if set != Set::Recursive {
            name = &name[..name.len() - 1];
        }
        (set, value)
    };
    let name = name.trim_matches(crate::text::is_blank);
    // Words that are parted outside of references are a rule's targets.
    if name.is_empty() || crate::text::find_outside(name, &[' ', '\t']).is_some() {
        return None;
    }
    Some(Assignment {
        name: name.to_owned(),
        set,
        value: value.trim_start_matches(crate::text::is_blank).to_owned(),
    })
}

/// Variables by name.
pub type Variables = HashMap<String, Variable>;
