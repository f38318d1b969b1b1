//! mapfile and readarray: lines into an array.

use std::collections::BTreeMap;

use sys::{Errno, Fd};

use crate::assign::{self, Target};
use crate::shell::{Outcome, Shell};
use crate::text::{Bytes, always_quote, lossy, parse_int};
use crate::trap;
use crate::vars::Value;

pub fn run(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let o = match super::options(sh, args, "d:n:O:s:tu:C:c:") {
        Ok(o) => o,
        Err(s) => return Ok(s),
    };
    for (letter, what) in [(b'n', "line count"), (b'O', "array origin"), (b's', "line count")] {
        if let Some(v) = o.value(letter)
            && parse_int(v).is_none_or(|n| n < 0)
        {
            sh.complain(format!("mapfile: {}: invalid {what}", lossy(v)));
            return Ok(1);
        }
    }
    let number = |c: u8, d: i64| o.value(c).and_then(|v| parse_int(v)).unwrap_or(d);
    let fd = Fd(number(b'u', 0) as i32);
    let delimiter = o.value(b'd').map_or(b'\n', |d| d.first().copied().unwrap_or(0));
    let (limit, skip, origin) = (number(b'n', 0), number(b's', 0), number(b'O', 0));
    let mut all = Vec::new();
    let mut buf = [0; 4096];
    loop {
        match sys::read(fd, &mut buf) {
            Ok(0) => break,
            Ok(n) => all.extend_from_slice(&buf[..n]),
            Err(Errno::EINTR) => trap::run_pending(sh)?,
            Err(e) => {
                sh.complain_errno(b"mapfile", e);
                return Ok(1);
            }
        }
    }
    let name = args
        .get(o.rest)
        .map_or("MAPFILE".into(), |n| lossy(n).into_owned());
    let plain = Target { name, index: None };
    let target = assign::locate(sh, &plain)?;
    if !crate::text::is_name(target.name.as_bytes()) || target.index.is_some() {
        sh.complain(format!("mapfile: `{}': not a valid identifier", target.name));
        return Ok(1);
    }
    let name = target.name;
    let var = sh.vars.entry(&name);
    if var.readonly {
        sh.complain(format!("{name}: readonly variable"));
        return Ok(1);
    }
    let mut map = match (&var.value, o.value(b'O').is_some()) {
        (Value::Assoc(_), _) => {
            sh.complain(format!("mapfile: {name}: not an indexed array"));
            return Ok(1);
        }
        (Value::Indexed(m), true) => m.clone(),
        (Value::Scalar(s), true) => BTreeMap::from([(0, s.clone())]),
        _ => BTreeMap::new(),
    };
    let quantum = number(b'c', 5000).max(1) as usize;
    let lines = all
        .split_inclusive(|c| *c == delimiter)
        .skip(skip.max(0) as usize);
    let take = if limit > 0 { limit as usize } else { usize::MAX };
    for (i, l) in lines.take(take).enumerate() {
        let l = if o.has(b't') {
            l.strip_suffix(&[delimiter]).unwrap_or(l)
        } else {
            l
        };
        let at = origin + i as i64;
        if let Some(callback) = o.value(b'C').filter(|_| (i + 1) % quantum == 0) {
            let words = [
                &callback[..],
                b" ",
                at.to_string().as_bytes(),
                b" ",
                &always_quote(l),
            ]
            .concat();
            sh.vars.entry(&name).value = Value::Indexed(map.clone());
            sh.nested(|sh| crate::parse::run_text(sh, &words))?;
        }
        map.insert(at, l.to_vec());
    }
    let var = sh.vars.entry(&name);
    var.bare = false;
    var.value = Value::Indexed(map);
    Ok(0)
}
