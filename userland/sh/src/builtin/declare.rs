//! declare, typeset, local, export, readonly: variables and their attributes.

use std::collections::BTreeMap;

use brush_parser::ast::{AssignmentValue, Command, CommandPrefixOrSuffixItem};

use super::{Argument, describe};
use crate::assign::{self, Assigned, Target};
use crate::frame;
use crate::parse::{self, Parsed};
use crate::shell::{Outcome, Shell, Unwind};
use crate::text::{decode, lossy};
use crate::vars::{Referent, Value};

/// What the options ask for.
#[derive(Default, Clone)]
struct Wanted {
    /// The builtin's name.
    builtin: String,
    /// (attribute letter, on or off).
    attributes: Vec<(u8, bool)>,
    print: bool,
    functions: bool,
    names_only: bool,
    global: bool,
    local: bool,
    /// `export` and `readonly`, which take names of whole variables only.
    plain_names: bool,
}

impl Wanted {
    fn has(&self, letter: u8) -> bool {
        self.attributes.contains(&(letter, true))
    }
}

pub fn declare(sh: &mut Shell, args: &[Argument]) -> Outcome {
    let local = frame::in_function(sh);
    run(
        sh,
        args,
        Wanted {
            local,
            ..Wanted::default()
        },
    )
}

pub fn local(sh: &mut Shell, args: &[Argument]) -> Outcome {
    if !frame::in_function(sh) {
        sh.complain("local: can only be used in a function");
        return Ok(1);
    }
    run(
        sh,
        args,
        Wanted {
            local: true,
            ..Wanted::default()
        },
    )
}

pub fn export(sh: &mut Shell, args: &[Argument]) -> Outcome {
    run(
        sh,
        args,
        Wanted {
            attributes: vec![(b'x', true)],
            plain_names: true,
            ..Wanted::default()
        },
    )
}

pub fn readonly(sh: &mut Shell, args: &[Argument]) -> Outcome {
    run(
        sh,
        args,
        Wanted {
            attributes: vec![(b'r', true)],
            ..Wanted::default()
        },
    )
}

fn run(sh: &mut Shell, args: &[Argument], mut wanted: Wanted) -> Outcome {
    wanted.builtin = lossy(&args[0].text()).into_owned();
    let mut operands = Vec::new();
    let mut options_end = false;
    for a in &args[1..] {
        match a {
            Argument::Word(w) if !options_end && w == b"--" => options_end = true,
            Argument::Word(w) if !options_end && w.len() > 1 && matches!(w[0], b'-' | b'+') => {
                if let Err(status) = options(sh, w, &mut wanted) {
                    return Ok(status);
                }
            }
            _ => {
                options_end = true;
                operands.push(a);
            }
        }
    }
    if wanted.functions {
        return super::functions::run(sh, &operands, wanted.names_only, wanted.print, &wanted.attributes);
    }
    if operands.is_empty() {
        return list(sh, &wanted);
    }
    let mut status = 0;
    for a in operands {
        status |= operand(sh, &wanted, a)?;
    }
    if wanted.has(b'a') && wanted.has(b'A') {
        status = 1;
    }
    Ok(status)
}

fn options(sh: &Shell, word: &[u8], wanted: &mut Wanted) -> Result<(), i32> {
    let on = word[0] == b'-';
    let only_functions = matches!(wanted.builtin.as_str(), "export" | "readonly");
    for &c in &word[1..] {
        match c {
            b'p' => wanted.print = true,
            b'f' => wanted.functions = true,
            b'n' if wanted.builtin == "export" => wanted.attributes = vec![(b'x', false)],
            b'a' | b'A' if wanted.builtin != "export" => wanted.attributes.push((c, on)),
            b'F' if !only_functions => {
                wanted.functions = true;
                wanted.names_only = true;
            }
            b'g' if !only_functions => wanted.global = true,
            b'I' if !only_functions => {}
            b'i' | b'l' | b'u' | b'c' | b'r' | b'x' | b'n' | b't' if !only_functions => {
                wanted.attributes.push((c, on));
            }
            _ => {
                sh.complain(format!(
                    "{}: {}{}: invalid option",
                    wanted.builtin,
                    if on { '-' } else { '+' },
                    c as char
                ));
                return Err(2);
            }
        }
    }
    Ok(())
}

fn invalid(sh: &Shell, wanted: &Wanted, word: &[u8]) -> Outcome {
    sh.complain(format!(
        "{}: `{}': not a valid identifier",
        wanted.builtin,
        lossy(word)
    ));
    Ok(1)
}

fn operand(sh: &mut Shell, wanted: &Wanted, a: &Argument) -> Outcome {
    if wanted.print && !(wanted.plain_names || wanted.builtin == "readonly") {
        return Ok(print_one(sh, wanted, &a.text()));
    }
    let (target, value, append) = match a {
        Argument::Assignment(t, v, append) => {
            let mut t = t.clone();
            if let Some(i) = &t.index {
                // It is a word first, and a subscript after that.
                t.index = Some(decode(&crate::expand::single(sh, i)?));
            }
            (t, Some(v.clone()), *append)
        }
        Argument::Word(w) if w == b"-" && wanted.builtin == "local" => {
            let options = sh.options.clone();
            if let Some(f) = sh.calls.iter_mut().rev().find(|f| f.is_function) {
                f.options.get_or_insert(options);
            }
            return Ok(0);
        }
        Argument::Word(w) => match assign::split_argument(w) {
            Some((t, v, append)) => (t, Some(Assigned::Scalar(v)), append),
            None => match assign::parse_target(w) {
                Some(t) => (t, None, false),
                None => {
                    let name = w.split(|c| *c == b'=').next().unwrap_or(w);
                    let shown = if name.contains(&b'[') { name } else { &w[..] };
                    return invalid(sh, wanted, shown);
                }
            },
        },
    };
    if target.index.as_ref().is_some_and(|i| i.is_empty()) || (target.index.is_some() && wanted.plain_names) {
        let shown = format!("{}[{}]", target.name, target.index.unwrap_or_default());
        return invalid(sh, wanted, shown.as_bytes());
    }
    if wanted.global {
        let inner = sh.vars.set_locals_aside();
        let result = one(sh, wanted, target, value, append);
        sh.vars.put_locals_back(inner);
        return result;
    }
    one(sh, wanted, target, value, append)
}

/// What the operand's name means: references are followed unless they are what is declared.
fn place(sh: &mut Shell, wanted: &Wanted, target: Target) -> Option<Target> {
    let about_reference = wanted.attributes.iter().any(|(c, _)| *c == b'n') && !arrays(wanted);
    let hidden = wanted.local && !wanted.global && !sh.vars.is_local(&target.name);
    if about_reference || hidden || !sh.vars.references {
        return Some(target);
    }
    match sh.vars.follow(&target.name) {
        Referent::Name(n) => Some(Target {
            name: n.into_owned(),
            index: target.index,
        }),
        Referent::Element(name, index) => Some(Target {
            name,
            index: Some(index),
        }),
        Referent::Untargeted(_) => Some(target),
        Referent::Circular => None,
    }
}

fn arrays(wanted: &Wanted) -> bool {
    wanted.has(b'a') || wanted.has(b'A')
}

fn one(sh: &mut Shell, wanted: &Wanted, target: Target, value: Option<Assigned>, append: bool) -> Outcome {
    let was_whole = target.index.is_none();
    let Some(mut target) = place(sh, wanted, target) else {
        return Ok(1);
    };
    let attributes_only = wanted.plain_names || wanted.builtin == "readonly";
    if attributes_only && was_whole && target.index.is_some() && value.is_none() {
        // Elements have no attributes of their own.
        return Ok(0);
    }
    let name = target.name.clone();
    let scoped = wanted.local && !wanted.global;
    let existing = match scoped {
        true if !sh.vars.is_local(&name) => None,
        _ => sh.vars.var(&name),
    };
    let complain = |sh: &Shell, what: &str| {
        sh.complain(format!("{}: {what}", wanted.builtin));
        Ok(1)
    };
    if let Some(v) = existing {
        if v.readonly && (value.is_some() || wanted.attributes.contains(&(b'r', false))) {
            return complain(sh, &format!("{name}: readonly variable"));
        }
        if v.value.is_array()
            && wanted
                .attributes
                .iter()
                .any(|(c, on)| matches!(c, b'a' | b'A') && !on)
        {
            return complain(sh, &format!("{name}: cannot destroy array variables in this way"));
        }
        match v.value {
            Value::Indexed(_) if wanted.has(b'A') => {
                return complain(
                    sh,
                    &format!("{name}: cannot convert indexed to associative array"),
                );
            }
            Value::Assoc(_) if wanted.has(b'a') && !wanted.has(b'A') => {
                return complain(
                    sh,
                    &format!("{name}: cannot convert associative to indexed array"),
                );
            }
            _ => {}
        }
    } else if scoped && sh.vars.global(&name).is_some_and(|v| v.readonly) {
        return complain(sh, &format!("{name}: readonly variable"));
    }
    if wanted.has(b'n') && !arrays(wanted) {
        return super::functions::refer(sh, &wanted.builtin, &name, value, wanted.has(b'r'), |sh| {
            set_attributes(sh, wanted, &name, scoped);
        });
    }
    let is_array = existing.is_some_and(|v| v.value.is_array());
    let value = match value {
        Some(Assigned::Scalar(text)) if (is_array || arrays(wanted)) && is_compound(&text) => {
            target.index = None;
            Some(compound(sh, &text)?)
        }
        other => other,
    };
    make(sh, wanted, &target, scoped);
    set_attributes(sh, wanted, &name, scoped);
    if let Some(v) = value {
        assign::store(sh, &target, v, append)?;
    }
    if wanted.has(b'r') {
        sh.vars.entry(&name).readonly = true;
    }
    Ok(0)
}

/// Creates the variable, as an array where one is wanted.
fn make(sh: &mut Shell, wanted: &Wanted, target: &Target, scoped: bool) {
    let var = if scoped {
        sh.vars.local_entry(&target.name)
    } else {
        sh.vars.entry(&target.name)
    };
    let assoc = wanted.has(b'A');
    if var.value.is_array() || !(assoc || wanted.has(b'a') || target.index.is_some()) {
        return;
    }
    var.bare = var.value == Value::Unset;
    var.value = match (std::mem::replace(&mut var.value, Value::Unset), assoc) {
        (Value::Scalar(s), true) => Value::Assoc(BTreeMap::from([(b"0".to_vec(), s)])),
        (_, true) => Value::Assoc(BTreeMap::new()),
        (Value::Scalar(s), false) => Value::Indexed(BTreeMap::from([(0, s)])),
        (_, false) => Value::Indexed(BTreeMap::new()),
    };
}

fn set_attributes(sh: &mut Shell, wanted: &Wanted, name: &str, scoped: bool) {
    let var = if scoped {
        sh.vars.local_entry(name)
    } else {
        sh.vars.entry(name)
    };
    for (c, on) in &wanted.attributes {
        let case = |this: u8| *c == this && *on;
        match c {
            b'i' => var.integer = *on,
            b'x' => var.export = *on,
            b't' => var.trace = *on,
            b'n' if !*on => var.nameref = false,
            b'l' | b'u' | b'c' => (var.lower, var.upper, var.capital) = (case(b'l'), case(b'u'), case(b'c')),
            _ => {}
        }
    }
}

/// Text of the form `(…)`, which a quoted operand may assign to an array.
fn is_compound(text: &[u8]) -> bool {
    text.len() >= 2 && text.starts_with(b"(") && text.ends_with(b")")
}

/// The elements that such a text assigns.
fn compound(sh: &mut Shell, text: &[u8]) -> Result<Assigned, Unwind> {
    let source = format!("x={}", decode(text));
    if let Parsed::Program(p) = parse::parse(sh, &source)
        && let Some(Command::Simple(c)) = p
            .complete_commands
            .first()
            .and_then(|l| l.0.first())
            .and_then(|item| item.0.first.seq.first())
        && let Some(CommandPrefixOrSuffixItem::AssignmentWord(a, _)) =
            c.prefix.as_ref().and_then(|p| p.0.first())
        && matches!(a.value, AssignmentValue::Array(_))
    {
        return assign::value(sh, &a.value);
    }
    Ok(Assigned::Scalar(text.to_vec()))
}

fn list(sh: &mut Shell, wanted: &Wanted) -> Outcome {
    let names = if wanted.builtin == "local" {
        sh.vars.locals()
    } else {
        describe::names(sh)
    };
    let filters: Vec<char> = wanted
        .attributes
        .iter()
        .filter(|(_, on)| *on)
        .map(|(c, _)| *c as char)
        .collect();
    let full = wanted.print || !filters.is_empty();
    for n in names {
        let flags = describe::flags(sh, &n).unwrap_or_default();
        if !filters.is_empty() && !filters.iter().any(|f| flags.contains(*f)) {
            continue;
        }
        let text = if full {
            describe::declaration(sh, &n)
        } else {
            describe::plain(sh, &n)
        };
        if let Some(text) = text {
            sh.print(text);
            sh.print(b"\n");
        }
    }
    if !full && wanted.builtin != "local" {
        let functions: Vec<String> = sh.functions.keys().cloned().collect();
        for f in functions {
            let text = describe::function(sh, &f).unwrap_or_default();
            sh.print(text);
        }
    }
    Ok(0)
}

fn print_one(sh: &mut Shell, wanted: &Wanted, name: &[u8]) -> i32 {
    let text = match std::str::from_utf8(name) {
        Ok(n) if wanted.builtin == "local" && !sh.vars.is_local(n) => None,
        Ok(n) => describe::declaration(sh, n),
        Err(_) => None,
    };
    match text {
        Some(text) => {
            sh.print(text);
            sh.print(b"\n");
            0
        }
        None => {
            sh.complain(format!("{}: {}: not found", wanted.builtin, lossy(name)));
            1
        }
    }
}
