//! bind: the line editor's keys and variables.

use readline::bindings::{Map, sequence};
use readline::function::Function;
use readline::keymap::Action;
use readline::keys;

use crate::interactive;
use crate::shell::{Outcome, Shell};
use crate::text::{Bytes, lossy};

pub fn bind(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let o = match super::options(sh, args, "lpsvPSVXm:f:q:u:r:x:") {
        Ok(o) => o,
        Err(status) => return Ok(status),
    };
    if !(sh.options.emacs || sh.options.vi) {
        sh.complain("bind: warning: line editing not enabled");
    }
    let old = sh.bindings().current;
    let mode = if sh.options.vi { Map::ViInsert } else { old };
    let mut map = if old == Map::Emacs { mode } else { old };
    if let Some(name) = o.value(b'm') {
        match Map::parse(&lossy(name)) {
            Some(m) => map = m,
            None => {
                sh.complain(format!("bind: `{}': invalid keymap name", lossy(name)));
                return Ok(1);
            }
        }
    }
    let mut status = 0;
    for (letter, value) in &o.given {
        let value = value.clone().unwrap_or_default();
        status |= match letter {
            b'l' => {
                let names: String = Function::ALL.iter().map(|f| format!("{}\n", f.name())).collect();
                sh.print(names);
                0
            }
            b'p' | b'P' => functions(sh, map, *letter == b'p'),
            b's' | b'S' => macros(sh, map, *letter == b's'),
            b'v' | b'V' => variables(sh, *letter == b'v'),
            b'X' => commands(sh, map),
            b'f' => match interactive::read_keys(sh, &value) {
                Ok(()) => 0,
                Err(e) => {
                    sh.complain(format!("bind: {}: cannot read: {}", lossy(&value), e.message()));
                    1
                }
            },
            b'q' => query(sh, map, &value),
            b'u' => match function(sh, &value) {
                Some(f) => {
                    sh.bindings().map_mut(map).unbind_function(f);
                    0
                }
                None => 1,
            },
            b'r' => {
                sh.bindings().map_mut(map).unbind(&keys::parse(&value));
                0
            }
            b'x' => bind_command(sh, map, &value),
            _ => 0,
        };
    }
    for line in &args[o.rest..] {
        sh.bindings().current = map;
        if let Err(e) = sh.bindings().line(line) {
            sh.complain(format!("bind: {e}"));
            status = 1;
        }
        if line.trim_ascii().starts_with(b"set ") {
            map = sh.bindings().current;
            if lossy(line).contains("editing-mode") {
                let vi = sh.bindings().value("editing-mode") == "vi";
                sh.options.set_long(if vi { "vi" } else { "emacs" }, true);
            }
        } else {
            sh.bindings().current = old;
        }
    }
    Ok(status)
}

fn function(sh: &Shell, name: &[u8]) -> Option<Function> {
    let f = Function::parse(&lossy(name));
    if f.is_none() {
        sh.complain(format!("bind: `{}': unknown function name", lossy(name)));
    }
    f
}

/// The sequences that call a function.
fn sequences(sh: &mut Shell, map: Map, f: Function) -> Vec<String> {
    let bound = sh.bindings().map(map).iter();
    bound
        .filter(|(_, a)| **a == Action::Function(f))
        .map(|(k, _)| format!("\"{}\"", keys::show(k)))
        .collect()
}

fn functions(sh: &mut Shell, map: Map, reusable: bool) -> i32 {
    for f in Function::ALL {
        let all = sequences(sh, map, *f);
        let name = f.name();
        let text = match (reusable, all.is_empty()) {
            (true, true) => format!("# {name} (not bound)\n"),
            (true, false) => all.iter().map(|k| format!("{k}: {name}\n")).collect(),
            (false, true) => format!("{name} is not bound to any keys\n"),
            (false, false) => format!("{name} can be found on {}.\n", all.join(", ")),
        };
        sh.print(text);
    }
    0
}

fn macros(sh: &mut Shell, map: Map, reusable: bool) -> i32 {
    let lines: Vec<String> = sh
        .bindings()
        .map(map)
        .iter()
        .filter_map(|(k, a)| match a {
            Action::Macro(m) if reusable => Some(format!("\"{}\": \"{}\"\n", keys::show(k), keys::show(m))),
            Action::Macro(m) => Some(format!("{} outputs {}\n", keys::show(k), keys::show(m))),
            _ => None,
        })
        .collect();
    sh.print(lines.concat());
    0
}

fn commands(sh: &mut Shell, map: Map) -> i32 {
    let mut out = Bytes::new();
    for (k, a) in sh.bindings().map(map).iter() {
        if let Action::Command(c) = a {
            out.extend_from_slice(format!("\"{}\": \"", keys::show(k)).as_bytes());
            out.extend_from_slice(c);
            out.extend_from_slice(b"\"\n");
        }
    }
    sh.print(out);
    0
}

fn variables(sh: &mut Shell, reusable: bool) -> i32 {
    let vi = sh.options.vi;
    let map = sh.bindings().current.name();
    let lines: Vec<String> = sh
        .bindings()
        .variables()
        .iter()
        .map(|(name, value)| {
            let value: &str = match *name {
                "editing-mode" => {
                    if vi {
                        "vi"
                    } else {
                        "emacs"
                    }
                }
                "keymap" => map,
                _ => value,
            };
            if reusable {
                format!("set {name} {value}\n")
            } else {
                format!("{name} is set to `{value}'\n")
            }
        })
        .collect();
    sh.print(lines.concat());
    0
}

fn query(sh: &mut Shell, map: Map, name: &[u8]) -> i32 {
    let Some(f) = function(sh, name) else { return 1 };
    let all = sequences(sh, map, f);
    if all.is_empty() {
        sh.print(format!("{} is not bound to any keys.\n", f.name()));
        return 1;
    }
    sh.print(format!("{} can be invoked via {}.\n", f.name(), all.join(", ")));
    0
}

/// `"keys": command`
fn bind_command(sh: &mut Shell, map: Map, text: &[u8]) -> i32 {
    match sequence(text) {
        Ok((keys, command)) => {
            let command = match command {
                [b'"', inner @ .., b'"'] => inner,
                all => all,
            };
            let action = Action::Command(command.to_vec());
            sh.bindings().map_mut(map).bind(&keys, action);
            0
        }
        Err(e) => {
            sh.complain(format!("bind: {e}"));
            1
        }
    }
}
