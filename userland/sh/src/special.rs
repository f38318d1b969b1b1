//! Variables whose value is made when they are read.

use std::collections::BTreeMap;

use crate::frame;
use crate::options::{self, Options};
use crate::shell::{Shell, now_ns};
use crate::text::Bytes;
use crate::vars::Value;

/// The version that BASH_VERSION tells.
pub const VERSION: &str = "5.2.37(1)-release";
/// MACHTYPE.
pub const MACHINE: &str = "wasm32-unknown-linux-cobnut";

/// Their names, with the attributes that `declare -p` shows.
pub const NAMES: &[(&str, &str)] = &[
    ("BASHOPTS", "r"),
    ("BASHPID", "i"),
    ("BASH_ALIASES", "A"),
    ("BASH_ARGC", "a"),
    ("BASH_ARGV", "a"),
    ("BASH_ARGV0", ""),
    ("BASH_CMDS", "A"),
    ("BASH_COMMAND", ""),
    ("BASH_LINENO", "a"),
    ("BASH_SOURCE", "a"),
    ("BASH_SUBSHELL", ""),
    ("BASH_VERSINFO", "ar"),
    ("DIRSTACK", "a"),
    ("EPOCHREALTIME", ""),
    ("EPOCHSECONDS", ""),
    ("EUID", "ir"),
    ("FUNCNAME", "a"),
    ("GROUPS", "a"),
    ("HISTCMD", "i"),
    ("LINENO", ""),
    ("PPID", "ir"),
    ("RANDOM", "i"),
    ("SECONDS", "i"),
    ("SHELLOPTS", "r"),
    ("SRANDOM", "i"),
    ("UID", "ir"),
    ("_", ""),
];

fn list(items: impl IntoIterator<Item = Bytes>) -> Value {
    Value::Indexed(
        items
            .into_iter()
            .enumerate()
            .map(|(i, v)| (i as i64, v))
            .collect(),
    )
}

fn text(s: impl Into<Bytes>) -> Option<Value> {
    Some(Value::Scalar(s.into()))
}

pub fn read(sh: &mut Shell, name: &str) -> Option<Value> {
    // Most names are none of these.
    if !name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_') {
        return None;
    }
    let number = |n: u64| text(n.to_string());
    match name {
        "_" => text(sh.last_arg.clone()),
        "RANDOM" => {
            let n = random(sh) >> 8 & 0x7fff;
            number(u64::from(n))
        }
        "SRANDOM" => {
            let n = random(sh);
            number(u64::from(n))
        }
        "SECONDS" => number((now_ns().saturating_sub(sh.started_ns)) / 1_000_000_000),
        "LINENO" => number(sh.line as u64),
        "BASHPID" => number(sys::getpid().0 as u64),
        "PPID" => number(sys::getppid().0 as u64),
        "UID" => number(sys::getuid().into()),
        "EUID" => number(sys::geteuid().into()),
        "GROUPS" => Some(list([sys::getgid().to_string().into_bytes()])),
        "EPOCHSECONDS" => number(now_ns() / 1_000_000_000),
        "EPOCHREALTIME" => {
            let us = now_ns() / 1000;
            text(format!("{}.{:06}", us / 1_000_000, us % 1_000_000))
        }
        "HISTCMD" => number(sh.history.number(sh.history.len().saturating_sub(1)) as u64),
        "SHELLOPTS" => {
            let mut copy = sh.options.clone();
            let on: Vec<&str> = options::SET
                .iter()
                .map(|o| o.0)
                .filter(|n| copy.get_long(n) == Some(true))
                .collect();
            text(on.join(":"))
        }
        "DIRSTACK" => {
            let cwd = sh.vars.get("PWD").cloned().unwrap_or_default();
            Some(list([cwd].into_iter().chain(sh.dir_stack.iter().cloned())))
        }
        "FUNCNAME" if frame::in_function(sh) => Some(list(frame::all(sh).into_iter().map(|f| f.0))),
        name if name.starts_with("BASH") => bash(sh, name),
        _ => None,
    }
}

/// Marsaglia's xorshift: no secrets hang on it.
fn random(sh: &mut Shell) -> u32 {
    let mut x = sh.random.max(1);
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    sh.random = x;
    x
}

/// What is about the shell itself.
fn bash(sh: &mut Shell, name: &str) -> Option<Value> {
    let numbers = |v: Vec<usize>| list(v.into_iter().map(|n| n.to_string().into_bytes()));
    match name {
        "BASHOPTS" => {
            let names = Options::shopt_names(sh.interactive);
            let on: Vec<&str> = names.into_iter().filter(|n| sh.options.shopt_is_on(n)).collect();
            text(on.join(":"))
        }
        "BASH_SUBSHELL" => text(sh.subshell.to_string()),
        "BASH_COMMAND" => text(sh.command.clone()),
        "BASH_ARGV0" => text(sh.name.clone()),
        "BASH_SOURCE" => Some(list(frame::all(sh).into_iter().map(|f| f.1))),
        "BASH_LINENO" => Some(numbers(frame::all(sh).into_iter().map(|f| f.2).collect())),
        "BASH_ARGC" => Some(numbers(frame::arguments(sh).0)),
        "BASH_ARGV" => Some(list(frame::arguments(sh).1)),
        "BASH_ALIASES" => {
            let all = sh
                .aliases
                .iter()
                .map(|(n, v)| (n.clone().into_bytes(), v.clone()));
            Some(Value::Assoc(all.collect()))
        }
        "BASH_CMDS" => {
            let all: BTreeMap<Bytes, Bytes> = sh
                .hashed
                .iter()
                .map(|(n, (p, _))| (n.clone(), p.clone()))
                .collect();
            Some(Value::Assoc(all))
        }
        "BASH_VERSINFO" => {
            let parts = ["5", "2", "37", "1", "release", MACHINE];
            Some(list(parts.map(|p| p.as_bytes().to_vec())))
        }
        _ => None,
    }
}

/// What an assignment to one of them means; false where it is an ordinary variable.
pub fn assigned(sh: &mut Shell, name: &str, value: &[u8]) -> bool {
    if !name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_') {
        return false;
    }
    let n = crate::text::parse_int(value).unwrap_or(0);
    match name {
        "RANDOM" => sh.random = n as u32 | 1,
        "SECONDS" => sh.started_ns = now_ns().saturating_sub((n.max(0) as u64).saturating_mul(1_000_000_000)),
        "BASH_ARGV0" => sh.name = value.to_vec(),
        "_" => {}
        _ if name == "BASH_ALIASES" || name == "BASH_CMDS" => {}
        _ if NAMES.iter().any(|(n, _)| *n == name) => {}
        _ => return false,
    }
    true
}
