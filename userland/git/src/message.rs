//! Messages of commits and tags: the editor, and what is cleaned away.

use crate::failure::{Failure, Result};
use crate::git::{Git, shell};
use crate::repo::Repo;
use crate::{error, msg};

/// What is taken out of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cleanup {
    Verbatim,
    /// White space at line ends, and empty lines that are too many.
    Whitespace,
    /// Comments, too.
    Strip,
    /// [`Cleanup::Whitespace`], and all from the scissors line on.
    Scissors,
}

impl Cleanup {
    pub fn parse(text: &str, edited: bool) -> Option<Cleanup> {
        Some(match text {
            "default" if edited => Cleanup::Strip,
            "default" | "whitespace" => Cleanup::Whitespace,
            "strip" => Cleanup::Strip,
            "verbatim" => Cleanup::Verbatim,
            "scissors" if edited => Cleanup::Scissors,
            "scissors" => Cleanup::Whitespace,
            _ => return None,
        })
    }
}

const SCISSORS: &[u8] = b"# ------------------------ >8 ------------------------";

pub fn clean(text: &[u8], how: Cleanup) -> Vec<u8> {
    if how == Cleanup::Verbatim {
        return text.to_vec();
    }
    let mut out = Vec::new();
    let mut blank = false;
    for line in text.split(|b| *b == b'\n') {
        if how == Cleanup::Scissors && line == SCISSORS {
            break;
        }
        if how == Cleanup::Strip && line.starts_with(b"#") {
            continue;
        }
        let line = line.trim_ascii_end();
        if line.is_empty() {
            blank = true;
            continue;
        }
        if blank && !out.is_empty() {
            out.push(b'\n');
        }
        blank = false;
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    out
}

/// Each line behind `# `.
pub fn commented(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for line in text.strip_suffix(b"\n").unwrap_or(text).split(|b| *b == b'\n') {
        let space = if line.is_empty() || line.starts_with(b"\t") {
            ""
        } else {
            " "
        };
        out.extend(msg!["#", space, line, "\n"]);
    }
    out
}

/// Lets the user edit a file of the repository; its new content.
pub fn edit(git: &Git, repo: &Repo, name: &str, text: &[u8]) -> Result<Vec<u8>> {
    repo.write_file(name, text)?;
    let variable = |name: &str| std::env::var_os(name).map(|value| value.into_encoded_bytes());
    let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    let editor = variable("GIT_EDITOR")
        .or_else(|| git.config().get("core.editor").map(<[u8]>::to_vec))
        .or_else(|| variable("VISUAL").filter(|_| !is_dumb))
        .or_else(|| variable("EDITOR"));
    let editor = match editor {
        Some(editor) => editor,
        None if is_dumb => {
            crate::failure::say(b"error: Terminal is dumb, but EDITOR unset\n");
            return Err(please_supply());
        }
        None => b"vi".to_vec(),
    };
    git.flush();
    let path = repo.file(name);
    if editor != b":" && shell(&editor, &[&path], &[])? != 0 {
        crate::failure::say(&msg![
            "error: there was a problem with the editor '",
            editor,
            "'\n"
        ]);
        return Err(please_supply());
    }
    match repo.read_file(name) {
        Some(text) => Ok(text),
        None => error!("could not read file '", path, "'"),
    }
}

fn please_supply() -> Failure {
    crate::failure::say(b"Please supply the message using either -m or -F option.\n");
    Failure::Silent(1)
}
