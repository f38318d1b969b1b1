//! Builtins: a table from name to function, and what their option parsing shares.

pub mod bind;
pub mod complete;
pub mod control;
pub mod declare;
pub mod describe;
pub mod directory;
pub mod dirs;
pub mod echo;
pub mod functions;
pub mod getopts;
pub mod history;
pub mod jobs;
pub mod limits;
pub mod lookup;
pub mod mapfile;
pub mod misc;
pub mod printf;
pub mod read;
pub mod set;
pub mod shell;
pub mod test;
pub mod traps;
pub mod unset;

use crate::assign::{Assigned, Target};
use crate::shell::{Outcome, Shell};
use crate::text::Bytes;

/// A word of a command as a builtin gets it.
#[derive(Clone, Debug)]
pub enum Argument {
    Word(Bytes),
    /// `name=value`, for builtins that declare.
    Assignment(Target, Assigned, bool),
}

impl Argument {
    pub fn text(&self) -> Bytes {
        match self {
            Argument::Word(w) => w.clone(),
            Argument::Assignment(t, value, append) => {
                let mut out = t.name.clone().into_bytes();
                if let Some(i) = &t.index {
                    out.extend_from_slice(format!("[{i}]").as_bytes());
                }
                out.extend_from_slice(if *append { b"+=" } else { b"=" });
                match value {
                    Assigned::Scalar(s) => out.extend_from_slice(s),
                    Assigned::Array(list) => {
                        let words: Vec<&[u8]> = list.iter().map(|(_, v)| &v[..]).collect();
                        out.push(b'(');
                        out.extend_from_slice(&words.join(&b' '));
                        out.push(b')');
                    }
                }
                out
            }
        }
    }
}

#[derive(Clone, Copy)]
pub enum Builtin {
    /// `args[0]` is the builtin's name.
    Plain(fn(&mut Shell, &[Bytes]) -> Outcome),
    Declaring(fn(&mut Shell, &[Argument]) -> Outcome),
}

use Builtin::{Declaring, Plain};

/// In order of name.
const TABLE: &[(&str, Builtin)] = &[
    (".", Plain(control::source)),
    (":", Plain(|_, _| Ok(0))),
    ("[", Plain(test::run)),
    ("alias", Plain(misc::alias)),
    ("bg", Plain(jobs::bg)),
    ("bind", Plain(bind::bind)),
    ("break", Plain(control::break_)),
    ("builtin", Declaring(lookup::builtin)),
    ("caller", Plain(shell::caller)),
    ("cd", Plain(directory::cd)),
    ("command", Declaring(lookup::command)),
    ("compgen", Plain(complete::compgen)),
    ("complete", Plain(complete::complete)),
    ("compopt", Plain(complete::compopt)),
    ("continue", Plain(control::continue_)),
    ("declare", Declaring(declare::declare)),
    ("dirs", Plain(dirs::dirs)),
    ("disown", Plain(jobs::disown)),
    ("echo", Plain(echo::run)),
    ("enable", Plain(shell::enable)),
    ("eval", Plain(control::eval)),
    ("exec", Plain(control::exec)),
    ("exit", Plain(control::exit)),
    ("export", Declaring(declare::export)),
    ("false", Plain(|_, _| Ok(1))),
    ("fc", Plain(history::fc)),
    ("fg", Plain(jobs::fg)),
    ("getopts", Plain(getopts::run)),
    ("hash", Plain(lookup::hash)),
    ("help", Plain(misc::help)),
    ("history", Plain(history::history)),
    ("jobs", Plain(jobs::jobs)),
    ("kill", Plain(jobs::kill)),
    ("let", Plain(misc::let_)),
    ("local", Declaring(declare::local)),
    ("logout", Plain(control::exit)),
    ("mapfile", Plain(mapfile::run)),
    ("popd", Plain(dirs::popd)),
    ("printf", Plain(printf::run)),
    ("pushd", Plain(dirs::pushd)),
    ("pwd", Plain(directory::pwd)),
    ("read", Plain(read::run)),
    ("readarray", Plain(mapfile::run)),
    ("readonly", Declaring(declare::readonly)),
    ("return", Plain(control::return_)),
    ("set", Plain(set::set)),
    ("shift", Plain(set::shift)),
    ("shopt", Plain(set::shopt)),
    ("source", Plain(control::source)),
    ("suspend", Plain(shell::suspend)),
    ("test", Plain(test::run)),
    ("times", Plain(limits::times)),
    ("trap", Plain(traps::run)),
    ("true", Plain(|_, _| Ok(0))),
    ("type", Plain(lookup::type_)),
    ("typeset", Declaring(declare::declare)),
    ("ulimit", Plain(limits::ulimit)),
    ("umask", Plain(limits::umask)),
    ("unalias", Plain(misc::unalias)),
    ("unset", Plain(unset::run)),
    ("wait", Plain(jobs::wait)),
];

pub fn find(name: &[u8]) -> Option<Builtin> {
    let at = TABLE.binary_search_by(|(n, _)| n.as_bytes().cmp(name)).ok()?;
    Some(TABLE[at].1)
}

/// [`find`], unless `enable -n` has switched it off.
pub fn enabled(sh: &Shell, name: &[u8]) -> Option<Builtin> {
    let found = find(name)?;
    let off = !sh.disabled.is_empty() && sh.disabled.contains(&*crate::text::lossy(name));
    (!off).then_some(found)
}

pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|(n, _)| *n)
}

/// Does it take assignments as arguments?
pub fn declares(name: &[u8]) -> bool {
    matches!(name, b"declare" | b"export" | b"local" | b"readonly" | b"typeset")
}

/// Single-letter options before the operands. `allowed` lists them; one before a colon takes a value.
pub struct Options {
    pub given: Vec<(u8, Option<Bytes>)>,
    /// Index of the first operand.
    pub rest: usize,
}

impl Options {
    pub fn has(&self, letter: u8) -> bool {
        self.given.iter().any(|(l, _)| *l == letter)
    }

    pub fn value(&self, letter: u8) -> Option<&Bytes> {
        self.given
            .iter()
            .rev()
            .find(|(l, _)| *l == letter)
            .and_then(|(_, v)| v.as_ref())
    }
}

/// # Errors
/// Status 2, once the message is out.
pub fn options(sh: &Shell, args: &[Bytes], allowed: &str) -> Result<Options, i32> {
    let mut o = Options {
        given: Vec::new(),
        rest: 1,
    };
    while let Some(arg) = args.get(o.rest) {
        if arg.len() < 2 || arg[0] != b'-' {
            break;
        }
        o.rest += 1;
        if arg == b"--" {
            break;
        }
        let mut i = 1;
        while i < arg.len() {
            let c = arg[i];
            i += 1;
            let Some(at) = allowed.bytes().position(|a| a == c && c != b':') else {
                sh.complain(format!(
                    "{}: -{}: invalid option",
                    crate::text::lossy(&args[0]),
                    c as char
                ));
                return Err(2);
            };
            if allowed.as_bytes().get(at + 1) != Some(&b':') {
                o.given.push((c, None));
                continue;
            }
            let value = if i < arg.len() {
                arg[i..].to_vec()
            } else {
                let Some(v) = args.get(o.rest) else {
                    let name = crate::text::lossy(&args[0]);
                    sh.complain(format!("{name}: -{}: option requires an argument", c as char));
                    return Err(2);
                };
                o.rest += 1;
                v.clone()
            };
            o.given.push((c, Some(value)));
            break;
        }
    }
    Ok(o)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_in_order() {
        assert!(super::TABLE.is_sorted_by(|a, b| a.0 < b.0));
    }
}
