//! YAML as jq's values, on the events of the crate `saphyr-parser`.

use std::rc::Rc;

use saphyr_parser::{Event, Parser, ScalarStyle, StrInput};

use crate::json;
use crate::val::{Map, Val};

/// Values nested deeper than this could overflow the stack.
const MAX_DEPTH: usize = 200;

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    /// What has been given an anchor, by the anchor's number.
    anchors: Vec<Val>,
    depth: usize,
}

/// All documents of a text.
///
/// # Errors
/// What is wrong, and where.
pub fn documents(text: &str) -> Result<Vec<Val>, String> {
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        anchors: Vec::new(),
        depth: 0,
    };
    let mut found = Vec::new();
    loop {
        match reader.next()? {
            Event::StreamEnd => return Ok(found),
            Event::DocumentStart(_) => {
                let first = reader.next()?;
                found.push(reader.value(first)?);
                // Anchors are a document's own.
                reader.anchors.clear();
            }
            _ => {}
        }
    }
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<Event<'t>, String> {
        match self.parser.next() {
            Some(Ok((event, _))) => Ok(event),
            Some(Err(why)) => Err(format!("yaml: line {}: {}", why.marker().line(), why.info())),
            None => Ok(Event::StreamEnd),
        }
    }

    fn value(&mut self, event: Event<'t>) -> Result<Val, String> {
        if self.depth == MAX_DEPTH {
            return Err("yaml: values are nested too deep".into());
        }
        self.depth += 1;
        let value = self.value_inside(event);
        self.depth -= 1;
        value
    }

    fn value_inside(&mut self, event: Event<'t>) -> Result<Val, String> {
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_string = tag.is_some_and(|tag| tag.suffix == "str");
                let value = if style == ScalarStyle::Plain && !is_string {
                    plain(&text)
                } else {
                    Val::str(&text)
                };
                (value, anchor)
            }
            Event::SequenceStart(anchor, _) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        Event::SequenceEnd => break,
                        event => items.push(self.value(event)?),
                    }
                }
                (Val::Arr(Rc::new(items)), anchor)
            }
            Event::MappingStart(anchor, _) => {
                let mut map = Map::default();
                let mut merged = Vec::new();
                loop {
                    match self.next()? {
                        Event::MappingEnd => break,
                        event => {
                            let is_merge =
                                matches!(&event, Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<");
                            let key = self.value(event)?;
                            let event = self.next()?;
                            let value = self.value(event)?;
                            if is_merge {
                                merged.push(value);
                            } else {
                                map.insert(key.to_string_plain().as_str().into(), value);
                            }
                        }
                    }
                }
                merged.iter().for_each(|value| merge(&mut map, value));
                (Val::obj(map), anchor)
            }
            Event::Alias(anchor) => {
                let value = self.anchors.get(anchor).cloned();
                (value.ok_or("yaml: an alias for an unknown anchor")?, 0)
            }
            _ => (Val::Null, 0),
        };
        if anchor > 0 {
            if self.anchors.len() <= anchor {
                self.anchors.resize(anchor + 1, Val::Null);
            }
            self.anchors[anchor] = value.clone();
        }
        Ok(value)
    }
}

/// `<<: *base` takes in what a mapping does not have itself.
fn merge(map: &mut Map, value: &Val) {
    match value {
        Val::Obj(other) => {
            for (key, value) in other.iter() {
                map.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
        Val::Arr(list) => list.iter().for_each(|value| merge(map, value)),
        _ => {}
    }
}

/// A scalar without quotes, by YAML's core schema.
pub fn plain(text: &str) -> Val {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Val::Null,
        "true" | "True" | "TRUE" => return Val::Bool(true),
        "false" | "False" | "FALSE" => return Val::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Val::num(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" => return Val::num(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Val::num(f64::NEG_INFINITY),
        _ => {}
    }
    let radix = |prefix: &str, radix| {
        text.strip_prefix(prefix)
            .and_then(|digits| u64::from_str_radix(digits, radix).ok())
    };
    if let Some(number) = radix("0x", 16).or_else(|| radix("0o", 8)) {
        return Val::num(number as f64);
    }
    let bare = text.strip_prefix('+').unwrap_or(text);
    let is_number = bare.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b))
        && bare.bytes().any(|b| b.is_ascii_digit());
    let number = if is_number { json::parse_number(bare) } else { None };
    number.unwrap_or_else(|| Val::str(text))
}
