//! The shell as its line editor sees it.

use std::collections::BTreeMap;

use readline::bindings::{self, Bindings};
use readline::complete::{Completions, Request};
use readline::editor::Host;
use readline::event::Expansion;
use readline::history::History;

use super::complete;
use crate::builtin;
use crate::completion::KEYWORDS;
use crate::exec::simple;
use crate::expand::glob::os;
use crate::shell::Shell;
use crate::text::{Bytes, lossy};

pub struct Program<'a> {
    pub sh: &'a mut Shell,
    /// Which names were asked for, and whether they are commands: a key must not search the PATH again.
    known: BTreeMap<Bytes, bool>,
}

impl Program<'_> {
    pub fn new(sh: &mut Shell) -> Program<'_> {
        sh.bindings();
        Program {
            sh,
            known: BTreeMap::new(),
        }
    }
}

impl Host for Program<'_> {
    fn history(&self) -> &History {
        &self.sh.history
    }

    fn bindings(&self) -> &Bindings {
        self.sh.made_bindings()
    }

    fn bindings_mut(&mut self) -> &mut Bindings {
        self.sh.bindings()
    }

    fn complete(&mut self, request: &Request) -> Completions {
        complete::complete(self.sh, request)
    }

    fn is_command(&mut self, name: &[u8]) -> bool {
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let text = lossy(name).into_owned();
        let sh = &*self.sh;
        let found = if name.contains(&b'/') {
            sys::access(name, sys::Access::X).is_ok()
        } else {
            sh.aliases.contains_key(&text)
                || sh.functions.contains_key(&text)
                || KEYWORDS.contains(&&*text)
                || builtin::enabled(sh, name).is_some()
                || !simple::search(sh, name, true).is_empty()
        };
        self.known.insert(name.to_vec(), found);
        found
    }

    fn expand_history(&mut self, line: &[u8]) -> Option<Bytes> {
        match self.sh.expander.expand(&self.sh.history, line, None) {
            Ok(Expansion::Changed(text) | Expansion::Print(text)) => Some(text),
            _ => None,
        }
    }

    fn expand_tilde(&mut self, word: &[u8]) -> Option<Bytes> {
        let expanded = complete::directory(self.sh, word);
        (word.starts_with(b"~") && expanded != word).then_some(expanded)
    }

    fn read_init_file(&mut self) {
        read_init_file(self.sh);
    }

    fn set_editing_mode(&mut self, vi: bool) {
        self.sh.options.set_long(if vi { "vi" } else { "emacs" }, true);
    }
}

/// Reads INPUTRC, ~/.inputrc or /etc/inputrc; what is wrong in it is told.
pub fn read_init_file(sh: &mut Shell) {
    let home = sh.vars.get("HOME").cloned().unwrap_or_default();
    let candidates = match sh.vars.get("INPUTRC").filter(|v| !v.is_empty()) {
        Some(path) => vec![path.clone()],
        None => vec![[&home[..], b"/.inputrc"].concat(), b"/etc/inputrc".to_vec()],
    };
    for path in candidates {
        match read_keys(sh, &path) {
            Err(sys::Errno::ENOENT) => {}
            Err(e) => return sh.complain_errno(&path, e),
            Ok(()) => return,
        }
    }
}

/// Reads a file of bindings (`bind -f`).
pub fn read_keys(sh: &mut Shell, path: &[u8]) -> sys::Result<()> {
    let text = builtin::control::read_script(path)?;
    let term = sh
        .vars
        .get("TERM")
        .map(|t| lossy(t).into_owned())
        .unwrap_or_default();
    let mut problems = Vec::new();
    // Files that include each other end here.
    let mut left = 32;
    let home = sh.vars.get("HOME").cloned().unwrap_or_default();
    let mut include = |name: &[u8]| {
        left -= 1;
        let path = match name.strip_prefix(b"~/") {
            Some(rest) => [&home[..], b"/", rest].concat(),
            None => name.to_vec(),
        };
        (left > 0).then(|| std::fs::read(os(&path)).ok())?
    };
    bindings::inputrc(sh.bindings(), &text, &term, &mut include, &mut problems);
    for p in problems {
        sh.complain(format!("{}: {p}", lossy(path)));
    }
    match sh.made_bindings().value("editing-mode") {
        "vi" => sh.options.set_long("vi", true),
        _ => true,
    };
    Ok(())
}
