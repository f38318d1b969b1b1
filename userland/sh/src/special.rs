//! Variables whose value is made when they are read.

use std::collections::BTreeMap;

use crate::options;
use crate::shell::{Shell, now_ns};
use crate::text::Bytes;
use crate::vars::Value;

pub fn read(sh: &mut Shell, name: &str) -> Option<Value> {
    let number = |n: u64| Some(Value::Scalar(n.to_string().into_bytes()));
    match name {
        "RANDOM" => {
            // Marsaglia's xorshift: no secrets hang on it.
            let mut x = sh.random.max(1);
            x ^= x << 13;
            x ^= x >> 17;
            x ^= x << 5;
            sh.random = x;
            number(u64::from(x >> 8 & 0x7fff))
        }
        "SECONDS" => number((now_ns().saturating_sub(sh.started_ns)) / 1_000_000_000),
        "LINENO" => number(sh.line as u64),
        "BASHPID" => number(sys::getpid().0 as u64),
        "PPID" => number(sys::getppid().0 as u64),
        "UID" => number(sys::getuid().into()),
        "EUID" => number(sys::geteuid().into()),
        "EPOCHSECONDS" => number(now_ns() / 1_000_000_000),
        "EPOCHREALTIME" => {
            let us = now_ns() / 1000;
            Some(Value::Scalar(
                format!("{}.{:06}", us / 1_000_000, us % 1_000_000).into_bytes(),
            ))
        }
        "BASH_SUBSHELL" => number(sh.subshell.into()),
        "HOSTNAME" if sh.vars.get(name).is_none() => Some(Value::Scalar(b"cobnut".to_vec())),
        "FUNCNAME" if !sh.calls.is_empty() => {
            let names = sh
                .calls
                .iter()
                .rev()
                .enumerate()
                .map(|(i, n)| (i as i64, n.clone().into_bytes()));
            Some(Value::Indexed(names.collect()))
        }
        "SHELLOPTS" => {
            let mut copy = sh.options.clone();
            let on: Vec<&str> = options::SET
                .iter()
                .map(|o| o.0)
                .filter(|n| copy.get_long(n) == Some(true))
                .collect();
            Some(Value::Scalar(on.join(":").into_bytes()))
        }
        "DIRSTACK" => {
            let cwd = sh.vars.get("PWD").cloned().unwrap_or_default();
            let all: BTreeMap<i64, Bytes> = [cwd]
                .into_iter()
                .chain(sh.dir_stack.iter().cloned())
                .enumerate()
                .map(|(i, d)| (i as i64, d))
                .collect();
            Some(Value::Indexed(all))
        }
        _ => None,
    }
}

/// What an assignment to one of them means; false where it is an ordinary variable.
pub fn assigned(sh: &mut Shell, name: &str, value: &[u8]) -> bool {
    let n = crate::text::parse_int(value).unwrap_or(0);
    match name {
        "RANDOM" => sh.random = n as u32 | 1,
        "SECONDS" => sh.started_ns = now_ns().saturating_sub((n.max(0) as u64).saturating_mul(1_000_000_000)),
        "LINENO" | "BASHPID" | "PPID" | "UID" | "EUID" | "EPOCHSECONDS" | "EPOCHREALTIME"
        | "BASH_SUBSHELL" | "FUNCNAME" | "SHELLOPTS" | "DIRSTACK" => {}
        _ => return false,
    }
    true
}
