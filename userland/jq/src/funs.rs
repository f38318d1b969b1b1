//! The built-in functions that depend on what a value is; the others are jaq's, or in `defs.jq`.

use jaq_core::native::{Filter, Fun, bome, run, unary, v};
use jaq_core::path::Opt;
use jaq_core::{RunPtr, ValT as _};
use jaq_std::input;

use crate::data::Kind;
use crate::json;
use crate::val::{Error, Val, ValR, fail};

pub fn all() -> impl Iterator<Item = Fun<Kind>> {
    let inputs = input::funs::<Kind>().into_vec().into_iter().map(run::<Kind>);
    // jq refuses negative counts, which definitions of the same names see to.
    let counted = jaq_core::funs::<Kind>().filter_map(|(name, arity, run)| match name {
        "limit" => Some(("_limit", arity, run)),
        "skip" => Some(("_skip", arity, run)),
        _ => None,
    });
    // So do jq's checks of broken-down times.
    let timed = jaq_std::funs::<Kind>().filter_map(|(name, arity, run)| match name {
        "strftime" => Some(("_strftime", arity, run)),
        "strflocaltime" => Some(("_strflocaltime", arity, run)),
        "mktime" => Some(("_mktime", arity, run)),
        _ => None,
    });
    jaq_core::funs::<Kind>()
        .chain(counted)
        .chain(jaq_std::funs::<Kind>())
        .chain(timed)
        .chain(inputs)
        .chain(own().into_vec().into_iter().map(run::<Kind>))
}

fn own() -> Box<[Filter<RunPtr<Kind>>]> {
    Box::new([
        ("fromjson", v(0), |cv| bome(from_json(&cv.1))),
        ("tojson", v(0), |cv| bome(Ok(Val::from(cv.1.to_string())))),
        ("length", v(0), |cv| bome(length(&cv.1))),
        ("contains", v(1), |cv| {
            unary(cv, |a, b| contains(&a, &b).map(Val::Bool))
        }),
        ("has", v(1), |cv| unary(cv, |value, key| has(&value, &key))),
        ("indices", v(1), |cv| {
            unary(cv, |value, part| indices(&value, &part))
        }),
        ("bsearch", v(1), |cv| {
            unary(cv, |list, wanted| bsearch(&list, &wanted))
        }),
        ("tonumber", v(0), |cv| bome(to_number(cv.1))),
        ("toboolean", v(0), |cv| bome(to_boolean(cv.1))),
        ("type", v(0), |cv| bome(Ok(Val::str(cv.1.kind())))),
        ("_described", v(0), |cv| bome(Ok(Val::from(cv.1.described())))),
        ("_isnan", v(0), |cv| {
            bome(number(&cv.1).map(|n| Val::Bool(n.is_nan())))
        }),
        ("_infinite", v(0), |_| bome(Ok(Val::num(f64::INFINITY)))),
        ("_nan", v(0), |_| bome(Ok(Val::num(f64::NAN)))),
        ("have_decnum", v(0), |_| bome(Ok(Val::Bool(true)))),
        ("_delpaths", v(1), |cv| unary(cv, delete_paths)),
        ("input_filename", v(0), |cv| {
            bome(Ok(cv.0.data().input_filename.borrow().clone()))
        }),
        ("_decode_uri", v(0), |cv| bome(decode_uri(&cv.1))),
        ("_decode_base64", v(0), |cv| bome(decode_base64(&cv.1))),
        ("_implode", v(0), |cv| bome(implode(&cv.1))),
        ("_stderr", v(0), |cv| {
            let _ = sys::write_all(sys::Fd::STDERR, cv.1.to_string_plain().as_bytes());
            bome(Ok(cv.1))
        }),
        ("_base32", v(0), |cv| {
            bome(Ok(Val::from(base32(cv.1.to_string_plain().as_bytes()))))
        }),
        ("_base32d", v(0), |cv| bome(decode_base32(&cv.1))),
        ("builtins", v(0), |_| bome(Ok(builtins()))),
        ("_sort_keys", v(0), |cv| bome(Ok(sort_keys(cv.1)))),
    ])
}

/// `name/arity` of everything that a filter may call.
fn builtins() -> Val {
    let natives = all().map(|(name, arity, _)| format!("{name}/{}", arity.len()));
    let definitions = crate::program::definitions().map(|def| format!("{}/{}", def.name, def.args.len()));
    let mut names: Vec<String> = natives
        .chain(definitions)
        .filter(|name| !name.starts_with(['_', '@', '!']))
        .collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(Val::from).collect()
}

fn number(value: &Val) -> Result<f64, Error> {
    match value {
        Val::Num(n, _) => Ok(*n),
        other => fail(format!("{} number required", other.described())),
    }
}

fn from_json(value: &Val) -> ValR {
    match value {
        Val::Str(text) => {
            json::parse_one(text.as_bytes()).or_else(|why| fail(format!("{why} (while parsing '{text}')")))
        }
        other => fail(format!("{} only strings can be parsed", other.described())),
    }
}

fn length(value: &Val) -> ValR {
    Ok(match value {
        Val::Null => Val::from(0_usize),
        Val::Num(n, _) => Val::num(n.abs()),
        Val::Str(text) => Val::from(text.chars().count()),
        Val::Arr(list) => Val::from(list.len()),
        Val::Obj(map) => Val::from(map.len()),
        other @ Val::Bool(_) => return fail(format!("{} has no length", other.described())),
    })
}

fn contains(a: &Val, b: &Val) -> Result<bool, Error> {
    Ok(match (a, b) {
        (Val::Str(a), Val::Str(b)) => a.contains(&**b),
        (Val::Arr(a), Val::Arr(b)) => {
            for wanted in b.iter() {
                let mut found = false;
                for own in a.iter() {
                    found = found || (own.kind() == wanted.kind() && contains(own, wanted)?);
                }
                if !found {
                    return Ok(false);
                }
            }
            true
        }
        (Val::Obj(a), Val::Obj(b)) => {
            for (key, wanted) in b.iter() {
                match a.get(key) {
                    Some(own) if own.kind() == wanted.kind() && contains(own, wanted)? => {}
                    _ => return Ok(false),
                }
            }
            true
        }
        _ if a.kind() == b.kind() => a == b,
        _ => {
            let (a, b) = (a.described(), b.described());
            return fail(format!("{a} and {b} cannot have their containment checked"));
        }
    })
}

fn has(value: &Val, key: &Val) -> ValR {
    match (value, key) {
        (Val::Obj(map), Val::Str(key)) => Ok(Val::Bool(map.contains_key(key))),
        (Val::Arr(list), Val::Num(n, _)) => Ok(Val::Bool(*n >= 0.0 && n.floor() < list.len() as f64)),
        _ => {
            let key = key.kind();
            fail(format!("Cannot check whether {} has a {key} key", value.kind()))
        }
    }
}

fn indices(value: &Val, part: &Val) -> ValR {
    Ok(match (value, part) {
        (Val::Null, _) => Val::Null,
        (Val::Str(text), Val::Str(part)) => {
            if part.is_empty() {
                return Ok(Val::Null);
            }
            // Matches may overlap.
            text.char_indices()
                .enumerate()
                .filter(|(_, (at, _))| text[*at..].starts_with(&**part))
                .map(|(n, _)| Val::from(n))
                .collect()
        }
        (Val::Arr(list), Val::Arr(part)) => {
            if part.is_empty() {
                return Ok(Val::Null);
            }
            Val::indices_of(list, part).into_iter().map(Val::from).collect()
        }
        (Val::Arr(list), wanted) => list
            .iter()
            .enumerate()
            .filter(|(_, own)| *own == wanted)
            .map(|(at, _)| Val::from(at))
            .collect(),
        _ => {
            return fail(format!(
                "Cannot determine indices of {} in {}",
                part.kind(),
                value.kind()
            ));
        }
    })
}

fn bsearch(list: &Val, wanted: &Val) -> ValR {
    match list {
        Val::Arr(list) => Ok(match list.binary_search(wanted) {
            Ok(at) => Val::from(at),
            Err(at) => Val::num(-1.0 - at as f64),
        }),
        other => fail(format!("{} cannot be searched from", other.described())),
    }
}

fn to_number(value: Val) -> ValR {
    match &value {
        Val::Num(..) => Ok(value),
        Val::Str(text) => {
            let plain = !text.contains(|c: char| c.is_whitespace());
            match json::parse_number(text) {
                Some(number) if plain => Ok(number),
                _ => fail(format!("{} cannot be parsed as a number", value.described())),
            }
        }
        other => fail(format!("{} cannot be parsed as a number", other.described())),
    }
}

fn to_boolean(value: Val) -> ValR {
    match &value {
        Val::Bool(_) => Ok(value),
        Val::Str(text) if &**text == "true" => Ok(Val::Bool(true)),
        Val::Str(text) if &**text == "false" => Ok(Val::Bool(false)),
        other => fail(format!("{} cannot be parsed as a boolean", other.described())),
    }
}

fn decode_uri(value: &Val) -> ValR {
    let text = value.to_string_plain();
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%' {
            let digits = bytes
                .get(at + 1..at + 3)
                .and_then(|d| std::str::from_utf8(d).ok());
            match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                Some(b) => out.push(b),
                None => return fail(format!("{} is not a valid uri encoding", value.described())),
            }
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    match String::from_utf8(out) {
        Ok(text) => Ok(Val::from(text)),
        Err(_) => fail(format!("{} is not a valid uri encoding", value.described())),
    }
}

/// What is no base64 at the end is forgiven, as jq does it.
fn decode_base64(value: &Val) -> ValR {
    let text = value.to_string_plain();
    let mut out = Vec::new();
    let (mut bits, mut count, mut digits) = (0_u32, 0, 0);
    let trimmed = text.trim_end_matches('=');
    for b in trimmed.bytes() {
        let digit = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return fail(format!("{} is not valid base64 data", value.described())),
        };
        digits += 1;
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    if digits % 4 == 1 {
        return fail(format!("{} trailing base64 byte found", value.described()));
    }
    Ok(Val::from(String::from_utf8_lossy(&out).into_owned()))
}

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn base32(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(5) {
        let mut bits = [0; 8];
        bits[3..3 + chunk.len()].copy_from_slice(chunk);
        let word = u64::from_be_bytes(bits);
        let digits = (chunk.len() * 8).div_ceil(5);
        for at in 0..8 {
            let digit = (word >> (35 - 5 * at)) as usize & 31;
            out.push(if at < digits { BASE32[digit].into() } else { '=' });
        }
    }
    out
}

fn decode_base32(value: &Val) -> ValR {
    let text = value.to_string_plain();
    let (mut bits, mut count) = (0_u32, 0);
    let mut out = Vec::new();
    for b in text.trim_end_matches('=').bytes() {
        let Some(digit) = BASE32.iter().position(|own| *own == b) else {
            return fail(format!("{} is not valid base32 data", value.described()));
        };
        bits = bits << 5 | digit as u32;
        count += 5;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Ok(Val::from(String::from_utf8_lossy(&out).into_owned()))
}

fn delete_paths(value: Val, paths: Val) -> ValR {
    let Val::Arr(paths) = paths else {
        return fail("Paths must be specified as an array");
    };
    let mut paths = (*paths).clone();
    paths.sort();
    // From the end, so that the paths that are left stay right.
    paths.iter().rev().try_fold(value, |value, path| match path {
        Val::Arr(path) => delete_path(value, path),
        _ => fail("Path must be specified as an array"),
    })
}

fn delete_path(value: Val, path: &[Val]) -> ValR {
    let Some((key, rest)) = path.split_first() else {
        return Ok(Val::Null);
    };
    if value == Val::Null {
        return Ok(Val::Null);
    }
    if rest.is_empty() {
        return value.without(key);
    }
    let inner = value.clone().index(key)?;
    if inner == Val::Null {
        return Ok(value);
    }
    let inner = delete_path(inner, rest)?;
    value
        .map_index(key, Opt::Essential, |_| std::iter::once(Ok(inner.clone())))
        .map_err(|exception| exception.get_err().unwrap_or_else(|_| Error::new(Val::Null)))
}

fn implode(value: &Val) -> ValR {
    let Val::Arr(list) = value else {
        return fail("implode input must be an array");
    };
    let mut out = String::new();
    for item in list.iter() {
        match item {
            Val::Num(n, _) if !n.is_nan() => {
                let code = if *n < 0.0 { u32::MAX } else { *n as u32 };
                out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            other => {
                let other = other.described();
                return fail(format!(
                    "{other} can't be imploded, unicode codepoint needs to be numeric"
                ));
            }
        }
    }
    Ok(Val::from(out))
}

fn sort_keys(value: Val) -> Val {
    match value {
        Val::Arr(list) => list.iter().cloned().map(sort_keys).collect(),
        Val::Obj(map) => {
            let mut map = (*map).clone();
            map.sort_unstable_keys();
            Val::obj(
                map.into_iter()
                    .map(|(key, value)| (key, sort_keys(value)))
                    .collect(),
            )
        }
        other => other,
    }
}
