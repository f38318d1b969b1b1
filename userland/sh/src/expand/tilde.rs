//! Tilde prefixes.

use brush_parser::word::TildeExpr;

use crate::shell::Shell;
use crate::text::Bytes;

pub fn expand(sh: &Shell, t: &TildeExpr) -> Bytes {
    let var = |name: &str, otherwise: &[u8]| sh.vars.get(name).cloned().unwrap_or_else(|| otherwise.to_vec());
    match t {
        TildeExpr::Home => var("HOME", b"/"),
        TildeExpr::WorkingDir => var("PWD", b"~+"),
        TildeExpr::OldWorkingDir => var("OLDPWD", b"~-"),
        TildeExpr::UserHome(user) if user.is_empty() => var("HOME", b"/"),
        TildeExpr::UserHome(user) => home_of(user).unwrap_or_else(|| format!("~{user}").into_bytes()),
        TildeExpr::NthDirFromTopOfDirStack { n, plus_used } => {
            nth(sh, *n).unwrap_or_else(|| format!("~{}{n}", if *plus_used { "+" } else { "" }).into_bytes())
        }
        TildeExpr::NthDirFromBottomOfDirStack { n } => {
            let last = sh.dir_stack.len();
            last.checked_sub(*n)
                .and_then(|i| nth(sh, i))
                .unwrap_or_else(|| format!("~-{n}").into_bytes())
        }
    }
}

/// Entry 0 is the current directory.
fn nth(sh: &Shell, n: usize) -> Option<Bytes> {
    if n == 0 {
        sh.vars.get("PWD").cloned()
    } else {
        sh.dir_stack.get(n - 1).cloned()
    }
}

fn home_of(user: &str) -> Option<Bytes> {
    let passwd = std::fs::read("/etc/passwd").ok()?;
    passwd.split(|c| *c == b'\n').find_map(|line| {
        let mut parts = line.split(|c| *c == b':');
        (parts.next()? == user.as_bytes()).then(|| parts.nth(4).map(<[u8]>::to_vec))?
    })
}
