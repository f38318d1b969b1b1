//! echo.

use crate::expand::escape;
use crate::shell::{Outcome, Shell};
use crate::text::Bytes;

pub fn run(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let (mut newline, mut escapes, mut first) = (true, sh.options.xpg_echo, 1);
    while let Some(a) = args.get(first) {
        if a.len() < 2 || a[0] != b'-' || !a[1..].iter().all(|c| b"neE".contains(c)) {
            break;
        }
        for c in &a[1..] {
            match c {
                b'n' => newline = false,
                b'e' => escapes = true,
                _ => escapes = false,
            }
        }
        first += 1;
    }
    for (i, a) in args[first..].iter().enumerate() {
        if i > 0 {
            sh.print(b" ");
        }
        if !escapes {
            sh.print(a);
            continue;
        }
        let (text, stop) = escape::echo(a);
        sh.print(text);
        if stop {
            return Ok(0);
        }
    }
    if newline {
        sh.print(b"\n");
    }
    Ok(0)
}
