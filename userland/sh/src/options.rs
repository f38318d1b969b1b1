//! `set -o` and `shopt` options as a table.

#[derive(Clone, Debug, Default)]
pub struct Options {
    pub allexport: bool,
    pub braceexpand_off: bool,
    pub errexit: bool,
    pub noglob: bool,
    pub monitor: bool,
    pub noexec: bool,
    pub nounset: bool,
    pub verbose: bool,
    pub xtrace: bool,
    pub noclobber: bool,
    pub pipefail: bool,
    pub notify: bool,
    pub ignoreeof: bool,
    pub posix: bool,
    pub hashall_off: bool,
    pub history: bool,
    pub emacs: bool,
    // shopt
    pub nullglob: bool,
    pub failglob: bool,
    pub dotglob: bool,
    pub nocaseglob: bool,
    pub nocasematch: bool,
    pub globstar: bool,
    pub extglob: bool,
    pub expand_aliases: bool,
    pub xpg_echo: bool,
    pub inherit_errexit: bool,
    pub lastpipe: bool,
}

type Get = fn(&mut Options) -> &mut bool;

/// (long name, letter, field, stored inverted).
pub const SET: &[(&str, Option<u8>, Get, bool)] = &[
    ("allexport", Some(b'a'), |o| &mut o.allexport, false),
    ("braceexpand", Some(b'B'), |o| &mut o.braceexpand_off, true),
    ("emacs", None, |o| &mut o.emacs, false),
    ("errexit", Some(b'e'), |o| &mut o.errexit, false),
    ("hashall", Some(b'h'), |o| &mut o.hashall_off, true),
    ("history", None, |o| &mut o.history, false),
    ("ignoreeof", None, |o| &mut o.ignoreeof, false),
    ("monitor", Some(b'm'), |o| &mut o.monitor, false),
    ("noclobber", Some(b'C'), |o| &mut o.noclobber, false),
    ("noexec", Some(b'n'), |o| &mut o.noexec, false),
    ("noglob", Some(b'f'), |o| &mut o.noglob, false),
    ("notify", Some(b'b'), |o| &mut o.notify, false),
    ("nounset", Some(b'u'), |o| &mut o.nounset, false),
    ("pipefail", None, |o| &mut o.pipefail, false),
    ("posix", None, |o| &mut o.posix, false),
    ("verbose", Some(b'v'), |o| &mut o.verbose, false),
    ("xtrace", Some(b'x'), |o| &mut o.xtrace, false),
];

pub const SHOPT: &[(&str, Get)] = &[
    ("dotglob", |o| &mut o.dotglob),
    ("expand_aliases", |o| &mut o.expand_aliases),
    ("extglob", |o| &mut o.extglob),
    ("failglob", |o| &mut o.failglob),
    ("globstar", |o| &mut o.globstar),
    ("inherit_errexit", |o| &mut o.inherit_errexit),
    ("lastpipe", |o| &mut o.lastpipe),
    ("nocaseglob", |o| &mut o.nocaseglob),
    ("nocasematch", |o| &mut o.nocasematch),
    ("nullglob", |o| &mut o.nullglob),
    ("xpg_echo", |o| &mut o.xpg_echo),
];

impl Options {
    /// Sets by long name; false if there is no such option.
    pub fn set_long(&mut self, name: &str, on: bool) -> bool {
        let Some((_, _, get, inverted)) = SET.iter().find(|(n, ..)| *n == name) else {
            return false;
        };
        *get(self) = on != *inverted;
        true
    }

    pub fn set_letter(&mut self, letter: u8, on: bool) -> bool {
        let Some((_, _, get, inverted)) = SET.iter().find(|(_, l, ..)| *l == Some(letter)) else {
            return false;
        };
        *get(self) = on != *inverted;
        true
    }

    pub fn get_long(&mut self, name: &str) -> Option<bool> {
        let (_, _, get, inverted) = SET.iter().find(|(n, ..)| *n == name)?;
        Some(*get(self) != *inverted)
    }

    pub fn shopt(&mut self, name: &str) -> Option<&mut bool> {
        let (_, get) = SHOPT.iter().find(|(n, _)| *n == name)?;
        Some(get(self))
    }

    /// The letters of `$-`.
    pub fn letters(&self) -> String {
        let mut copy = self.clone();
        let mut all: Vec<u8> = SET
            .iter()
            .filter_map(|(_, letter, get, inverted)| (*get(&mut copy) != *inverted).then_some(*letter)?)
            .collect();
        all.sort_by_key(|c| (c.is_ascii_uppercase(), *c));
        String::from_utf8(all).unwrap_or_default()
    }
}
