//! Parameter expansion: what a parameter holds, and the forms of `${…}`.

use std::borrow::Cow;

use brush_parser::word::{Parameter, ParameterExpr, ParameterTestType, SpecialParameter};

use super::{Item, Result, ops};
use crate::assign::{self, Target};
use crate::shell::{Shell, Unwind};
use crate::special;
use crate::text::{Bytes, char_count, lossy};
use crate::vars::{Referent, Value};

#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    Unset,
    One(Bytes),
    /// `$@`, `$*`, `${a[@]}`, `${a[*]}`; `star` joins inside quotes.
    Many {
        list: Vec<Bytes>,
        star: bool,
    },
}

impl Content {
    fn is_null(&self) -> bool {
        match self {
            Content::Unset => true,
            Content::One(b) => b.is_empty(),
            Content::Many { list, .. } => list.iter().all(Vec::is_empty),
        }
    }

    fn is_unset(&self) -> bool {
        match self {
            Content::Unset => true,
            Content::One(_) => false,
            Content::Many { list, .. } => list.is_empty(),
        }
    }

    fn map(self, mut f: impl FnMut(Bytes) -> Bytes) -> Content {
        match self {
            Content::Unset => Content::Unset,
            Content::One(b) => Content::One(f(b)),
            Content::Many { list, star } => Content::Many {
                list: list.into_iter().map(f).collect(),
                star,
            },
        }
    }
}

/// The parameter that is meant, name references followed.
fn dereference<'a>(sh: &mut Shell, p: &'a Parameter) -> Result<Option<Cow<'a, Parameter>>> {
    let name = match p {
        Parameter::Named(name)
        | Parameter::NamedWithIndex { name, .. }
        | Parameter::NamedWithAllIndices { name, .. }
            if sh.vars.references =>
        {
            name
        }
        _ => return Ok(Some(Cow::Borrowed(p))),
    };
    let name = match sh.vars.follow(name) {
        Referent::Name(n) => n.into_owned(),
        Referent::Element(name, index) => {
            return Ok(match (p, index.as_str()) {
                (Parameter::Named(_), "@" | "*") => {
                    let concatenate = index == "*";
                    Some(Cow::Owned(Parameter::NamedWithAllIndices { name, concatenate }))
                }
                (Parameter::Named(_), _) => Some(Cow::Owned(Parameter::NamedWithIndex { name, index })),
                _ => None,
            });
        }
        Referent::Untargeted(_) => return Ok(None),
        Referent::Circular => {
            sh.complain(format!("warning: {name}: circular name reference"));
            return Ok(None);
        }
    };
    Ok(Some(Cow::Owned(match p.clone() {
        Parameter::NamedWithIndex { index, .. } => Parameter::NamedWithIndex { name, index },
        Parameter::NamedWithAllIndices { concatenate, .. } => {
            Parameter::NamedWithAllIndices { name, concatenate }
        }
        _ => Parameter::Named(name),
    })))
}

pub fn content(sh: &mut Shell, p: &Parameter) -> Result<Content> {
    let Some(p) = dereference(sh, p)? else {
        return Ok(Content::Unset);
    };
    let one = |b: Option<Bytes>| b.map_or(Content::Unset, Content::One);
    Ok(match &*p {
        Parameter::Positional(n) => one(sh.positional.get(*n as usize - 1).cloned()),
        Parameter::Special(s) => special_parameter(sh, s),
        Parameter::Named(name) => one(assign::element(sh, name, None)),
        Parameter::NamedWithIndex { name, index } => match assign::key(sh, name, index) {
            Ok(key) => one(assign::element(sh, name, Some(&key))),
            // Reading before an array's beginning finds nothing, with a message.
            Err(Unwind::Discard | Unwind::Exit) if index.trim_start().starts_with('-') => Content::Unset,
            Err(e) => return Err(e),
        },
        Parameter::NamedWithAllIndices { name, concatenate } => {
            let list = match value_of(sh, name) {
                None | Some(Value::Unset) => Vec::new(),
                Some(Value::Scalar(s)) => vec![s],
                Some(Value::Indexed(m)) => m.into_values().collect(),
                Some(Value::Assoc(m)) => m.into_values().collect(),
            };
            Content::Many {
                list,
                star: *concatenate,
            }
        }
    })
}

fn value_of(sh: &mut Shell, name: &str) -> Option<Value> {
    special::read(sh, name).or_else(|| sh.vars.var(name).map(|v| v.value.clone()))
}

fn special_parameter(sh: &Shell, s: &SpecialParameter) -> Content {
    let number = |n: i64| Content::One(n.to_string().into_bytes());
    match s {
        SpecialParameter::AllPositionalParameters { concatenate } => Content::Many {
            list: sh.positional.clone(),
            star: *concatenate,
        },
        SpecialParameter::PositionalParameterCount => number(sh.positional.len() as i64),
        SpecialParameter::LastExitStatus => number(sh.status.into()),
        SpecialParameter::CurrentOptionFlags => {
            let mut f = sh.options.letters();
            if sh.interactive {
                f.push('i');
            }
            if sh.command_string {
                f.push('c');
            }
            if sh.reads_stdin {
                f.push('s');
            }
            Content::One(f.into_bytes())
        }
        SpecialParameter::ProcessId => number(sh.pid.0.into()),
        SpecialParameter::LastBackgroundProcessId => match sh.last_background {
            Some(p) => number(p.0.into()),
            None => Content::Unset,
        },
        SpecialParameter::ShellName => Content::One(sh.name.clone()),
    }
}

/// Appends what the content gives as items.
pub fn push(sh: &Shell, c: Content, quoted: bool, out: &mut Vec<Item>) {
    match c {
        Content::Unset => out.push(Item::result(Vec::new(), quoted)),
        Content::One(b) => out.push(Item::result(b, quoted)),
        Content::Many { list, star: true } if quoted => {
            out.push(Item::result(list.join(&star_separator(sh)[..]), true));
        }
        Content::Many { list, star } => {
            for (i, b) in list.into_iter().enumerate() {
                if i > 0 {
                    out.push(if star { Item::StarBreak } else { Item::Break });
                }
                out.push(Item::result(b, quoted));
            }
        }
    }
}

/// What `"$*"` puts between: IFS's first character; a space if IFS is not set.
pub fn star_separator(sh: &Shell) -> Bytes {
    match sh.vars.get("IFS") {
        Some(ifs) => ifs.iter().take(1).copied().collect(),
        None => b" ".to_vec(),
    }
}

fn indirect_text(sh: &mut Shell, p: &Parameter) -> Result<String> {
    Ok(match content(sh, p)? {
        Content::One(b) => crate::text::decode(&b),
        Content::Many { list, .. } if list.len() == 1 => crate::text::decode(&list[0]),
        _ => String::new(),
    })
}

/// `${!name}`: the parameter that the value names.
fn resolve(sh: &mut Shell, p: &Parameter, indirect: bool) -> Result<Parameter> {
    if !indirect {
        return Ok(p.clone());
    }
    let text = indirect_text(sh, p)?;
    match brush_parser::word::parse_parameter(&text, &sh.parser_options()) {
        Ok(p) if !text.is_empty() => Ok(p),
        _ => {
            sh.complain(format!("{text}: invalid indirect expansion"));
            Err(sh.discard())
        }
    }
}

/// The parameter that an operator works on, and what it holds. For a name reference `${!name}` is the name referred to.
fn subject(sh: &mut Shell, p: &Parameter, indirect: bool) -> Result<(Parameter, Content)> {
    if let (true, true, Parameter::Named(name)) = (indirect, sh.vars.references, p)
        && sh.vars.var(name).is_some_and(|v| v.nameref)
    {
        let target = match sh.vars.follow(name) {
            Referent::Name(n) => Content::One(n.as_bytes().to_vec()),
            Referent::Element(n, i) => Content::One(format!("{n}[{i}]").into_bytes()),
            _ => Content::Unset,
        };
        return Ok((p.clone(), target));
    }
    if let (true, Parameter::NamedWithAllIndices { name, concatenate }) = (indirect, p) {
        return Ok((p.clone(), keys(sh, name, *concatenate)));
    }
    let p = resolve(sh, p, indirect)?;
    let c = content(sh, &p)?;
    Ok((p, c))
}

/// `set -u`; `$@` and `$*` may be empty.
fn check_set(sh: &mut Shell, p: &Parameter, c: &Content) -> Result<()> {
    let unset_special = SpecialParameter::LastBackgroundProcessId;
    let special = matches!(p, Parameter::Special(s) if std::mem::discriminant(s) != std::mem::discriminant(&unset_special));
    let exempt = matches!(c, Content::Many { .. }) || special;
    if !sh.options.nounset || exempt || !c.is_unset() {
        return Ok(());
    }
    sh.complain(format!("{}: unbound variable", display(p)));
    Err(sh.fatal())
}

pub fn display(p: &Parameter) -> String {
    match p {
        Parameter::Positional(n) => n.to_string(),
        Parameter::Special(SpecialParameter::LastBackgroundProcessId) => "!".into(),
        Parameter::Special(s) => s.to_string(),
        Parameter::Named(n) => n.clone(),
        Parameter::NamedWithIndex { name, index } => format!("{name}[{index}]"),
        Parameter::NamedWithAllIndices { name, concatenate } => {
            format!("{name}[{}]", if *concatenate { '*' } else { '@' })
        }
    }
}

fn missing(c: &Content, test: &ParameterTestType) -> bool {
    match test {
        ParameterTestType::UnsetOrNull => c.is_null(),
        ParameterTestType::Unset => c.is_unset(),
    }
}

pub fn expand(sh: &mut Shell, e: &ParameterExpr, quoted: bool, out: &mut Vec<Item>) -> Result<()> {
    use ParameterExpr as E;
    let result = match e {
        E::Parameter { parameter, indirect } => {
            let (p, c) = subject(sh, parameter, *indirect)?;
            check_set(sh, &p, &c)?;
            c
        }
        E::UseDefaultValues {
            parameter,
            indirect,
            test_type,
            default_value,
        } => {
            let (_, c) = subject(sh, parameter, *indirect)?;
            if missing(&c, test_type) {
                return word(sh, default_value, quoted, out);
            }
            c
        }
        E::UseAlternativeValue {
            parameter,
            indirect,
            test_type,
            alternative_value,
        } => {
            let (_, c) = subject(sh, parameter, *indirect)?;
            if !missing(&c, test_type) {
                return word(sh, alternative_value, quoted, out);
            }
            Content::Unset
        }
        E::AssignDefaultValues {
            parameter,
            indirect,
            test_type,
            default_value,
        } => {
            let (p, c) = subject(sh, parameter, *indirect)?;
            if missing(&c, test_type) {
                assign_default(sh, &p, default_value, quoted)?
            } else {
                c
            }
        }
        E::IndicateErrorIfNullOrUnset {
            parameter,
            indirect,
            test_type,
            error_message,
        } => {
            let (p, c) = subject(sh, parameter, *indirect)?;
            if missing(&c, test_type) {
                return Err(indicate(sh, &p, test_type, error_message)?);
            }
            c
        }
        E::ParameterLength { parameter, .. } => length(sh, parameter)?,
        E::VariableNames { prefix, concatenate } => {
            let all = sh.vars.all();
            let names = all
                .keys()
                .filter(|k| k.starts_with(prefix.as_str()))
                .map(|k| k.as_bytes().to_vec());
            Content::Many {
                list: names.collect(),
                star: *concatenate,
            }
        }
        E::MemberKeys {
            variable_name,
            concatenate,
        } => keys(sh, variable_name, *concatenate),
        _ => return operate(sh, e, quoted, out),
    };
    push(sh, result, quoted, out);
    Ok(())
}

/// `${!name[@]}`: an array's keys.
fn keys(sh: &mut Shell, name: &str, star: bool) -> Content {
    let list = match sh.vars.follow(name) {
        Referent::Name(n) => match value_of(sh, &n) {
            Some(Value::Indexed(m)) => m.keys().map(|k| k.to_string().into_bytes()).collect(),
            Some(Value::Assoc(m)) => m.into_keys().collect(),
            Some(Value::Scalar(_)) => vec![b"0".to_vec()],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    Content::Many { list, star }
}

fn word(sh: &mut Shell, w: &Option<String>, quoted: bool, out: &mut Vec<Item>) -> Result<()> {
    let mut items = match w {
        Some(w) => super::operand(sh, w, quoted)?,
        None => Vec::new(),
    };
    if items.is_empty() {
        items.push(Item::result(Vec::new(), quoted));
    }
    // Unquoted text of the word is split like the rest of the expansion.
    for item in &mut items {
        if let Item::Text {
            quoted: false, split, ..
        } = item
        {
            *split = true;
        }
    }
    out.append(&mut items);
    Ok(())
}

fn assign_default(sh: &mut Shell, p: &Parameter, w: &Option<String>, quoted: bool) -> Result<Content> {
    let target = match p {
        Parameter::Named(name) => Target {
            name: name.clone(),
            index: None,
        },
        Parameter::NamedWithIndex { name, index } => Target {
            name: name.clone(),
            index: Some(index.clone()),
        },
        _ => {
            sh.complain(format!("${}: cannot assign in this way", display(p)));
            return Err(sh.discard());
        }
    };
    let items = super::operand(sh, w.as_deref().unwrap_or(""), quoted)?;
    let value = super::join(sh, items);
    assign::scalar(sh, &target, value, false)?;
    content(sh, p)
}

fn indicate(
    sh: &mut Shell,
    p: &Parameter,
    test: &ParameterTestType,
    message: &Option<String>,
) -> Result<crate::shell::Unwind> {
    let text = match message {
        Some(m) => {
            let items = super::operand(sh, m, false)?;
            super::join(sh, items)
        }
        None => match test {
            ParameterTestType::UnsetOrNull => b"parameter null or not set".to_vec(),
            ParameterTestType::Unset => b"parameter not set".to_vec(),
        },
    };
    sh.complain(format!("{}: {}", display(p), lossy(&text)));
    Ok(sh.fatal())
}

fn length(sh: &mut Shell, p: &Parameter) -> Result<Content> {
    let n = match p {
        Parameter::Special(SpecialParameter::AllPositionalParameters { .. }) => sh.positional.len(),
        _ => match content(sh, p)? {
            Content::Many { list, .. } => list.len(),
            Content::One(b) => char_count(&b),
            Content::Unset => {
                check_set(sh, p, &Content::Unset)?;
                0
            }
        },
    };
    Ok(Content::One(n.to_string().into_bytes()))
}

/// The forms that change each value.
fn operate(sh: &mut Shell, e: &ParameterExpr, quoted: bool, out: &mut Vec<Item>) -> Result<()> {
    let Some((parameter, indirect)) = ops::subject(e) else {
        return Err(super::bad_substitution(sh, "${}"));
    };
    let (p, c) = subject(sh, parameter, indirect)?;
    check_set(sh, &p, &c)?;
    let result = match e {
        ParameterExpr::Substring { offset, length, .. } => {
            let offset = super::arith::expand(sh, &offset.value)?;
            let length = match length {
                Some(l) => Some(super::arith::expand(sh, &l.value)?),
                None => None,
            };
            substring(sh, &p, c, offset, length)?
        }
        ParameterExpr::Transform { op, .. } => ops::transform(sh, &p, c, op)?,
        _ => match ops::Operation::new(sh, e)? {
            Some(op) => c.map(|b| op.apply(&b)),
            None => c,
        },
    };
    push(sh, result, quoted, out);
    Ok(())
}

fn substring(sh: &mut Shell, p: &Parameter, c: Content, offset: i64, length: Option<i64>) -> Result<Content> {
    Ok(match c {
        Content::Many { mut list, star } => {
            // `${@:0}` counts `$0` as well.
            if matches!(p, Parameter::Special(_)) {
                list.insert(0, sh.name.clone());
            }
            let Some(range) = range(list.len(), offset, length.map(|l| l.max(0))) else {
                return Ok(Content::Many {
                    list: Vec::new(),
                    star,
                });
            };
            Content::Many {
                list: list[range].to_vec(),
                star,
            }
        }
        Content::One(b) => {
            let ends: Vec<usize> = super::pattern::ends(&b).collect();
            match range(ends.len() - 1, offset, length) {
                Some(r) => Content::One(b[ends[r.start]..ends[r.end]].to_vec()),
                None if length.is_some_and(|l| l < 0) && offset <= (ends.len() as i64 - 1) => {
                    sh.complain(format!("{}: substring expression < 0", length.unwrap_or(0)));
                    return Err(sh.discard());
                }
                None => Content::One(Vec::new()),
            }
        }
        Content::Unset => Content::Unset,
    })
}

fn range(len: usize, offset: i64, length: Option<i64>) -> Option<std::ops::Range<usize>> {
    let len = len as i64;
    let start = if offset < 0 { len + offset } else { offset };
    if start < 0 || start > len {
        return None;
    }
    let end = match length {
        None => len,
        Some(l) if l < 0 => len + l,
        Some(l) => start.saturating_add(l).min(len),
    };
    (end >= start).then_some(start as usize..end as usize)
}
