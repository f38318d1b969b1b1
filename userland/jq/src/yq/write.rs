//! jq's values as YAML, in blocks.

use crate::json;
use crate::val::Val;

use super::read;

/// Values nested deeper than this are not written.
const MAX_DEPTH: usize = 1000;

/// The value with its newline; a string alone is bare where `bare` is.
pub fn write(value: &Val, indent: usize, bare: bool) -> String {
    let mut out = String::new();
    match value {
        Val::Str(text) if bare => out.push_str(text),
        value => block(&mut out, value, indent, 0),
    }
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

/// At the start of a line, or after a key or dash.
fn block(out: &mut String, value: &Val, indent: usize, level: usize) {
    let margin = " ".repeat(level * indent);
    if level > MAX_DEPTH {
        out.push_str("null");
        return;
    }
    match value {
        Val::Arr(items) if !items.is_empty() => {
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    newline(out);
                    out.push_str(&margin);
                }
                out.push_str("- ");
                // What a dash begins goes on behind it.
                let mut inner = String::new();
                block(&mut inner, item, indent, 0);
                let is_block = matches!(item, Val::Arr(items) if !items.is_empty())
                    || matches!(item, Val::Obj(map) if !map.is_empty());
                let deeper = if is_block {
                    format!("{margin}  ")
                } else {
                    margin.clone()
                };
                out.push_str(&indented(&inner, &deeper));
            }
        }
        Val::Obj(map) if !map.is_empty() => {
            for (at, (key, value)) in map.iter().enumerate() {
                if at > 0 {
                    newline(out);
                    out.push_str(&margin);
                }
                scalar(out, &Val::Str(key.clone()), "");
                out.push(':');
                let nested = match value {
                    Val::Arr(items) => !items.is_empty(),
                    Val::Obj(map) => !map.is_empty(),
                    _ => false,
                };
                if nested {
                    out.push('\n');
                    out.push_str(&" ".repeat((level + 1) * indent));
                    block(out, value, indent, level + 1);
                } else {
                    out.push(' ');
                    scalar(out, value, &" ".repeat((level + 1) * indent));
                }
            }
        }
        value => scalar(out, value, &" ".repeat((level + 1) * indent)),
    }
}

fn newline(out: &mut String) {
    if !out.ends_with('\n') {
        out.push('\n');
    }
}

/// All lines but the first further in.
fn indented(text: &str, margin: &str) -> String {
    let mut lines = text.split_inclusive('\n');
    let mut out = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        if line != "\n" {
            out.push_str(margin);
        }
        out.push_str(line);
    }
    out
}

fn scalar(out: &mut String, value: &Val, margin: &str) {
    match value {
        Val::Str(text) if text.contains('\n') && is_literal(text) && !margin.is_empty() => {
            // `|` keeps one newline at the end, `|-` none, `|+` all.
            let end = match (text.ends_with("\n\n"), text.ends_with('\n')) {
                (true, _) => "|+",
                (_, true) => "|",
                _ => "|-",
            };
            out.push_str(end);
            for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
                out.push('\n');
                if !line.is_empty() {
                    out.push_str(margin);
                    out.push_str(line);
                }
            }
            if end == "|+" {
                out.push('\n');
            }
        }
        Val::Str(text) if is_plain(text) => out.push_str(text),
        Val::Num(number, _) if number.is_nan() => out.push_str(".nan"),
        Val::Num(number, _) if number.is_infinite() => {
            out.push_str(if *number > 0.0 { ".inf" } else { "-.inf" })
        }
        other => {
            let mut text = Vec::new();
            json::write(&mut text, other, &json::Style::default());
            out.push_str(&String::from_utf8_lossy(&text));
        }
    }
}

/// Whether a text of several lines can stand as it is.
fn is_literal(text: &str) -> bool {
    !text.starts_with([' ', '\n']) && !text.chars().any(|c| c.is_control() && c != '\n' && c != '\t')
}

/// Whether a text is read as itself without quotes.
fn is_plain(text: &str) -> bool {
    let special_start = text.starts_with(|c: char| "!&*-?|>@`%\"'#{}[],:= ".contains(c))
        && !(text.starts_with('-') && text[1..].starts_with(|c: char| c.is_alphanumeric()));
    matches!(read::plain(text), Val::Str(_))
        && !special_start
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.chars().any(char::is_control)
        && text != "<<"
}
