//! What the user may change about keys: the maps and readline's variables, by `bind` and inputrc.

use crate::Bytes;
use crate::function::Function;
use crate::keymap::{Action, Keymap};
use crate::keys;

/// Which keymap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Map {
    Emacs,
    ViInsert,
    ViCommand,
}

impl Map {
    pub fn parse(name: &str) -> Option<Map> {
        Some(match name {
            "emacs" | "emacs-standard" => Map::Emacs,
            "vi" | "vi-command" | "vi-move" => Map::ViCommand,
            "vi-insert" => Map::ViInsert,
            _ => return None,
        })
    }

    pub fn name(self) -> &'static str {
        match self {
            Map::Emacs => "emacs",
            Map::ViInsert => "vi-insert",
            Map::ViCommand => "vi",
        }
    }
}

/// Maps and variables.
#[derive(Clone, Debug)]
pub struct Bindings {
    pub emacs: Keymap,
    pub vi_insert: Keymap,
    pub vi_command: Keymap,
    /// The map that bindings go to.
    pub current: Map,
    /// Name and value; all that there are.
    variables: Vec<(&'static str, String)>,
}

/// The variables that mean something here, with their defaults.
const VARIABLES: &[(&str, &str)] = &[
    ("bell-style", "audible"),
    ("comment-begin", "#"),
    ("completion-ignore-case", "off"),
    ("completion-map-case", "off"),
    ("completion-query-items", "100"),
    ("disable-completion", "off"),
    ("editing-mode", "emacs"),
    ("emacs-mode-string", "@"),
    ("enable-bracketed-paste", "on"),
    ("expand-tilde", "off"),
    ("keymap", "emacs"),
    ("keyseq-timeout", "500"),
    ("mark-directories", "on"),
    ("match-hidden-files", "on"),
    ("menu-complete-display-prefix", "off"),
    ("print-completions-horizontally", "off"),
    ("show-all-if-ambiguous", "off"),
    ("show-all-if-unmodified", "off"),
    ("show-mode-in-prompt", "off"),
    ("vi-cmd-mode-string", "(cmd)"),
    ("vi-ins-mode-string", "(ins)"),
];

/// readline's other variables, which may be set and change nothing.
const IGNORED: &[&str] = &[
    "active-region-end-color",
    "active-region-start-color",
    "bind-tty-special-chars",
    "blink-matching-paren",
    "byte-oriented",
    "colored-completion-prefix",
    "colored-stats",
    "completion-display-width",
    "completion-prefix-display-length",
    "convert-meta",
    "echo-control-characters",
    "enable-active-region",
    "enable-keypad",
    "enable-meta-key",
    "history-preserve-point",
    "history-size",
    "horizontal-scroll-mode",
    "input-meta",
    "isearch-terminators",
    "mark-modified-lines",
    "mark-symlinked-directories",
    "meta-flag",
    "output-meta",
    "page-completions",
    "prefer-visible-bell",
    "revert-all-at-newline",
    "skip-completed-text",
    "visible-stats",
];

impl Default for Bindings {
    fn default() -> Bindings {
        Bindings {
            emacs: Keymap::emacs(),
            vi_insert: Keymap::vi_insert(),
            vi_command: Keymap::vi_command(),
            current: Map::Emacs,
            variables: VARIABLES.iter().map(|(n, v)| (*n, (*v).to_owned())).collect(),
        }
    }
}

impl Bindings {
    pub fn map(&self, map: Map) -> &Keymap {
        match map {
            Map::Emacs => &self.emacs,
            Map::ViInsert => &self.vi_insert,
            Map::ViCommand => &self.vi_command,
        }
    }

    pub fn map_mut(&mut self, map: Map) -> &mut Keymap {
        match map {
            Map::Emacs => &mut self.emacs,
            Map::ViInsert => &mut self.vi_insert,
            Map::ViCommand => &mut self.vi_command,
        }
    }

    pub fn variables(&self) -> &[(&'static str, String)] {
        &self.variables
    }

    /// A variable's value; empty for one that there is not.
    pub fn value(&self, name: &str) -> &str {
        self.variables
            .iter()
            .find(|(n, _)| *n == name)
            .map_or("", |(_, v)| v)
    }

    pub fn is_on(&self, name: &str) -> bool {
        self.value(name) == "on"
    }

    pub fn number(&self, name: &str) -> i64 {
        self.value(name).parse().unwrap_or(-1)
    }

    /// `set name value`.
    ///
    /// # Errors
    /// A name that readline has not, or a value that can't be; the message says which.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let name = name.to_ascii_lowercase();
        let Some((_, slot)) = self.variables.iter_mut().find(|(n, _)| *n == name) else {
            return if IGNORED.contains(&&*name) {
                Ok(())
            } else {
                Err(format!("{name}: unknown variable name"))
            };
        };
        let default = VARIABLES.iter().find(|(n, _)| *n == name).map_or("", |(_, v)| v);
        let value = if matches!(default, "on" | "off") {
            // Whatever is not "on" or nothing is off.
            let on = value.is_empty() || value == "1" || value.eq_ignore_ascii_case("on");
            if on { "on" } else { "off" }
        } else {
            value
        };
        match &*name {
            "editing-mode" => match value {
                "emacs" => self.current = Map::Emacs,
                "vi" => self.current = Map::ViInsert,
                _ => return Err(format!("{value}: unknown editing mode")),
            },
            "keymap" => match Map::parse(value) {
                Some(m) => self.current = m,
                None => return Err(format!("{value}: invalid keymap name")),
            },
            _ => {}
        }
        value.clone_into(slot);
        Ok(())
    }

    /// A line of inputrc's or an argument of `bind`: `set …`, or keys and what they do.
    ///
    /// # Errors
    /// What is not understood; the message says what.
    pub fn line(&mut self, line: &[u8]) -> Result<(), String> {
        let line = line.trim_ascii();
        if let Some(rest) = line.strip_prefix(b"set ") {
            let text = String::from_utf8_lossy(rest).into_owned();
            let text = text.trim();
            let (name, value) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
            let value = value.trim().trim_matches('"');
            return self.set(name, value);
        }
        let (sequence, rest) = sequence(line)?;
        let action = if let Some(quote @ (b'"' | b'\'')) = rest.first() {
            let end = closing(rest, *quote).ok_or_else(|| format!("{}: no closing quote", shown(rest)))?;
            Action::Macro(keys::parse(&rest[1..end]))
        } else {
            let name = shown(rest.split(u8::is_ascii_whitespace).next().unwrap_or_default());
            let f = Function::parse(&name.to_ascii_lowercase());
            Action::Function(f.ok_or_else(|| format!("`{name}': unknown function name"))?)
        };
        let current = self.current;
        self.map_mut(current).bind(&sequence, action);
        Ok(())
    }
}

fn shown(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

/// Where the quote that `text` begins with is closed.
fn closing(text: &[u8], quote: u8) -> Option<usize> {
    let mut i = 1;
    while i < text.len() {
        match text[i] {
            b'\\' => i += 2,
            c if c == quote => return Some(i),
            _ => i += 1,
        }
    }
    None
}

/// The keys before the colon, and what stands behind it.
///
/// # Errors
/// A message where there are none.
pub fn sequence(line: &[u8]) -> Result<(Bytes, &[u8]), String> {
    let (sequence, rest) = if line.first() == Some(&b'"') {
        let end = closing(line, b'"').ok_or_else(|| format!("{}: no closing `\"'", shown(line)))?;
        (keys::parse(&line[1..end]), &line[end + 1..])
    } else {
        let colon = line.iter().position(|c| *c == b':').unwrap_or(line.len());
        let name = shown(line[..colon].trim_ascii());
        let named = keys::named(&name).ok_or_else(|| format!("`{name}': unknown key name"))?;
        (named, &line[colon..])
    };
    let rest = rest.trim_ascii();
    match rest.strip_prefix(b":") {
        Some(rest) if !sequence.is_empty() => Ok((sequence, rest.trim_ascii())),
        _ => Err(format!("{}: missing colon separator", shown(line))),
    }
}

/// Reads an inputrc file's text. `include` gives the text of a file that it names, and `None` once it has given too many;
/// what is wrong is told with its line.
pub fn inputrc(
    bindings: &mut Bindings,
    text: &[u8],
    term: &str,
    include: &mut dyn FnMut(&[u8]) -> Option<Bytes>,
    problems: &mut Vec<String>,
) {
    // Whether each open `$if` holds.
    let mut conditions: Vec<bool> = Vec::new();
    for (n, line) in text.split(|c| *c == b'\n').enumerate() {
        let line = line.trim_ascii();
        if line.is_empty() || line[0] == b'#' {
            continue;
        }
        if let Some(directive) = line.strip_prefix(b"$") {
            let text = shown(directive);
            let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((&text, ""));
            let rest = rest.trim();
            match word {
                "if" => conditions.push(holds(bindings, rest, term)),
                "else" => match conditions.last_mut() {
                    Some(c) => *c = !*c,
                    None => problems.push(format!("line {}: $else found without matching $if", n + 1)),
                },
                "endif" => {
                    if conditions.pop().is_none() {
                        problems.push(format!("line {}: $endif without matching $if", n + 1));
                    }
                }
                "include" if conditions.iter().all(|c| *c) => match include(rest.as_bytes()) {
                    Some(t) => inputrc(bindings, &t, term, include, problems),
                    None => problems.push(format!("line {}: {rest}: cannot read", n + 1)),
                },
                "include" => {}
                _ => problems.push(format!("line {}: {word}: unknown parser directive", n + 1)),
            }
            continue;
        }
        if conditions.iter().all(|c| *c)
            && let Err(e) = bindings.line(line)
        {
            problems.push(format!("line {}: {e}", n + 1));
        }
    }
    if !conditions.is_empty() {
        problems.push("missing $endif".into());
    }
}

fn holds(bindings: &Bindings, test: &str, term: &str) -> bool {
    if let Some(mode) = test.strip_prefix("mode=") {
        return bindings.value("editing-mode") == mode;
    }
    if let Some(name) = test.strip_prefix("term=") {
        return name == term || term.split('-').next() == Some(name);
    }
    test.eq_ignore_ascii_case("bash")
}
