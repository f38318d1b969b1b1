//! `set -x`.

use brush_parser::ast::{Assignment, AssignmentName, AssignmentValue};
use sys::Fd;

use crate::builtin::Argument;
use crate::expand;
use crate::shell::Shell;
use crate::text::{Bytes, shell_quote};

fn write(sh: &mut Shell, line: &[u8]) {
    let ps4 = sh.vars.get("PS4").cloned().unwrap_or_else(|| b"+ ".to_vec());
    sh.options.xtrace = false;
    let mut text = expand::prompt::expand(sh, &ps4);
    sh.options.xtrace = true;
    // The first character tells how deep subshells nest.
    for _ in 0..sh.subshell.min(8) {
        if let Some(first) = text.first().copied() {
            text.insert(0, first);
        }
    }
    text.extend_from_slice(line);
    text.push(b'\n');
    let _ = sh.flush();
    let to = sh
        .vars
        .get("BASH_XTRACEFD")
        .and_then(|v| crate::text::parse_int(v))
        .and_then(|n| i32::try_from(n).ok());
    let _ = sys::write_all(to.map_or(Fd::STDERR, Fd), &text);
}

pub fn command(sh: &mut Shell, _assignments: &[&Assignment], args: &[Argument]) {
    if sh.options.xtrace {
        let words: Vec<Bytes> = args.iter().map(|a| shell_quote(&a.text())).collect();
        write(sh, &words.join(&b' '));
    }
}

pub fn assignment(sh: &mut Shell, a: &Assignment) {
    if !sh.options.xtrace {
        return;
    }
    let name = match &a.name {
        AssignmentName::VariableName(n) => n.clone(),
        AssignmentName::ArrayElementName(n, i) => format!("{n}[{i}]"),
    };
    let op = if a.append { "+=" } else { "=" };
    let value = match &a.value {
        // Expanding twice would run substitutions twice, so only harmless words show their value.
        AssignmentValue::Scalar(w) if !w.value.contains(['$', '`']) => expand::single(sh, &w.value)
            .map(|v| shell_quote(&v))
            .unwrap_or_default(),
        other => other.to_string().into_bytes(),
    };
    write(sh, &[name.as_bytes(), op.as_bytes(), &value].concat());
}

pub fn arithmetic(sh: &mut Shell, text: &str) {
    if sh.options.xtrace {
        write(sh, format!("(( {} ))", text.trim()).as_bytes());
    }
}
