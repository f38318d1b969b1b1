//! `.help`. Lines that do not begin with a dot are details, for `.help -all` and `.help COMMAND`.

use super::Words;
use crate::shell::{Flow, Shell};

const HELP: &str = include_str!("help.txt");

/// The entries, each with its details.
fn entries() -> Vec<&'static str> {
    let mut entries = Vec::new();
    let mut start = 0;
    for (i, _) in HELP.match_indices("\n.") {
        entries.push(&HELP[start..=i]);
        start = i + 1;
    }
    entries.push(&HELP[start..]);
    entries
}

fn first_line(entry: &str) -> &str {
    entry.split_inclusive('\n').next().unwrap_or(entry)
}

/// What is said of one command.
pub fn text_of(command: &str) -> &'static str {
    let begins = |entry: &&&str| entry[1..].starts_with(command);
    entries().iter().find(begins).copied().unwrap_or_default()
}

pub fn run(shell: &mut Shell, words: Words<'_>) -> Flow {
    let entries = entries();
    let Some(word) = words.first() else {
        for entry in entries {
            shell.out.put(first_line(entry).as_bytes());
        }
        return Flow::Go;
    };
    let word = String::from_utf8_lossy(word).into_owned();
    if matches!(word.as_str(), "-a" | "-all" | "--all") {
        shell.out.put(HELP.as_bytes());
        return Flow::Go;
    }
    let bare = word.trim_start_matches('.');
    let found: Vec<&str> = entries
        .iter()
        .filter(|e| e[1..].starts_with(bare))
        .copied()
        .collect();
    match found[..] {
        [] => {}
        [one] => {
            shell.out.put(one.as_bytes());
            return Flow::Go;
        }
        _ => {
            for entry in found {
                shell.out.put(first_line(entry).as_bytes());
            }
            return Flow::Go;
        }
    }
    let lower = word.to_lowercase();
    let mut any = false;
    for entry in entries.iter().filter(|e| e.to_lowercase().contains(&lower)) {
        shell.out.put(entry.as_bytes());
        any = true;
    }
    if !any {
        shell.out.put(format!("Nothing matches '{word}'\n").as_bytes());
    }
    Flow::Go
}
