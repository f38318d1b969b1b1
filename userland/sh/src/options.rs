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
    pub vi: bool,
    pub errtrace: bool,
    pub functrace: bool,
    pub histexpand: bool,
    pub interactive_comments_off: bool,
    pub keyword: bool,
    pub nolog: bool,
    pub onecmd: bool,
    pub physical: bool,
    pub privileged: bool,
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
    pub extdebug: bool,
    /// The options of [`OTHERS`] that were looked at.
    pub others: std::collections::BTreeMap<&'static str, bool>,
}

/// `shopt` options that are seldom asked for, and those that change nothing here; with their defaults.
pub const OTHERS: &[(&str, bool)] = &[
    ("array_expand_once", false),
    ("assoc_expand_once", false),
    ("autocd", false),
    ("cdable_vars", false),
    ("cdspell", false),
    ("checkhash", false),
    ("checkjobs", false),
    ("checkwinsize", true),
    ("cmdhist", true),
    ("compat31", false),
    ("compat32", false),
    ("compat40", false),
    ("compat41", false),
    ("compat42", false),
    ("compat43", false),
    ("compat44", false),
    ("complete_fullquote", true),
    ("direxpand", false),
    ("dirspell", false),
    ("execfail", false),
    ("extquote", true),
    ("force_fignore", true),
    ("globasciiranges", true),
    ("globskipdots", true),
    ("gnu_errfmt", false),
    ("highlighting", true),
    ("histappend", false),
    ("histreedit", false),
    ("histverify", false),
    ("hostcomplete", true),
    ("huponexit", false),
    ("interactive_comments", true),
    ("lithist", false),
    ("localvar_inherit", false),
    ("localvar_unset", false),
    ("login_shell", false),
    ("mailwarn", false),
    ("no_empty_cmd_completion", false),
    ("noexpand_translation", false),
    ("patsub_replacement", true),
    ("progcomp", true),
    ("progcomp_alias", false),
    ("promptvars", true),
    ("restricted_shell", false),
    ("shift_verbose", false),
    ("sourcepath", true),
    ("suggestions", true),
    ("varredir_close", false),
];

type Get = fn(&mut Options) -> &mut bool;

/// (long name, letter, field, stored inverted).
pub const SET: &[(&str, Option<u8>, Get, bool)] = &[
    ("allexport", Some(b'a'), |o| &mut o.allexport, false),
    ("braceexpand", Some(b'B'), |o| &mut o.braceexpand_off, true),
    ("emacs", None, |o| &mut o.emacs, false),
    ("errexit", Some(b'e'), |o| &mut o.errexit, false),
    ("errtrace", Some(b'E'), |o| &mut o.errtrace, false),
    ("functrace", Some(b'T'), |o| &mut o.functrace, false),
    ("hashall", Some(b'h'), |o| &mut o.hashall_off, true),
    ("histexpand", Some(b'H'), |o| &mut o.histexpand, false),
    ("history", None, |o| &mut o.history, false),
    ("ignoreeof", None, |o| &mut o.ignoreeof, false),
    (
        "interactive-comments",
        None,
        |o| &mut o.interactive_comments_off,
        true,
    ),
    ("keyword", Some(b'k'), |o| &mut o.keyword, false),
    ("monitor", Some(b'm'), |o| &mut o.monitor, false),
    ("noclobber", Some(b'C'), |o| &mut o.noclobber, false),
    ("noexec", Some(b'n'), |o| &mut o.noexec, false),
    ("noglob", Some(b'f'), |o| &mut o.noglob, false),
    ("nolog", None, |o| &mut o.nolog, false),
    ("notify", Some(b'b'), |o| &mut o.notify, false),
    ("nounset", Some(b'u'), |o| &mut o.nounset, false),
    ("onecmd", Some(b't'), |o| &mut o.onecmd, false),
    ("physical", Some(b'P'), |o| &mut o.physical, false),
    ("pipefail", None, |o| &mut o.pipefail, false),
    ("posix", None, |o| &mut o.posix, false),
    ("privileged", Some(b'p'), |o| &mut o.privileged, false),
    ("verbose", Some(b'v'), |o| &mut o.verbose, false),
    ("vi", None, |o| &mut o.vi, false),
    ("xtrace", Some(b'x'), |o| &mut o.xtrace, false),
];

pub const SHOPT: &[(&str, Get)] = &[
    ("dotglob", |o| &mut o.dotglob),
    ("expand_aliases", |o| &mut o.expand_aliases),
    ("extdebug", |o| &mut o.extdebug),
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
        // The line editor has one mode.
        match (name, on) {
            ("vi", true) => self.emacs = false,
            ("emacs", true) => self.vi = false,
            _ => {}
        }
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
        if let Some((_, get)) = SHOPT.iter().find(|(n, _)| *n == name) {
            return Some(get(self));
        }
        let (name, default) = OTHERS.iter().find(|(n, _)| *n == name)?;
        Some(self.others.entry(name).or_insert(*default))
    }

    pub fn shopt_is_on(&mut self, name: &str) -> bool {
        self.shopt(name).is_some_and(|on| *on)
    }

    /// All `shopt` options in order of name; those of the line that bash has not, only for an interactive shell.
    pub fn shopt_names(interactive: bool) -> Vec<&'static str> {
        let mut names: Vec<&str> = SHOPT
            .iter()
            .map(|s| s.0)
            .chain(OTHERS.iter().map(|o| o.0))
            .filter(|n| interactive || !matches!(*n, "highlighting" | "suggestions"))
            .collect();
        names.sort_unstable();
        names
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
