//! The list of stashes, which is the reflog of `refs/stash`.

use crate::failure::{Failure, Result, say};
use crate::git::Git;
use crate::oid::Oid;
use crate::options::Parsed;
use crate::repo::Repo;
use crate::{msg, reflog};

pub const REF: &[u8] = b"refs/stash";

/// The number of a stash (`stash@{N}` or `N`), and its commit.
pub fn find(repo: &Repo, name: Option<&[u8]>) -> Result<(usize, Oid)> {
    let entries = reflog::read(&repo.refs.log_path(REF));
    let text = String::from_utf8_lossy(name.unwrap_or(b"0")).into_owned();
    let number = text
        .trim_start_matches("stash@{")
        .trim_end_matches('}')
        .parse::<usize>();
    if entries.is_empty() && name.is_none() {
        say(b"No stash entries found.\n");
        return Err(Failure::Silent(1));
    }
    match number {
        Ok(at) if at < entries.len() => Ok((at, entries[at].new)),
        Ok(at) if !entries.is_empty() => {
            let count = entries.len().to_string();
            crate::error!(
                "stash@{",
                at.to_string(),
                "} is not a valid reference\nfatal: log for 'stash' only has ",
                count,
                " entries"
            )
        }
        _ => crate::error!(text, " is not a valid reference"),
    }
}

pub fn dropped(git: &Git, parsed: &Parsed, at: usize, oid: &Oid, name: Option<&[u8]>) {
    if !parsed.has("quiet") {
        let shown = match name {
            Some(name) if name.starts_with(b"stash@") => name.to_vec(),
            _ => msg!["refs/stash@{", at.to_string(), "}"],
        };
        git.line(msg!["Dropped ", shown, " (", oid.hex(), ")"]);
    }
}

pub fn drop_at(repo: &Repo, at: usize) -> Result<()> {
    let log = repo.refs.log_path(REF);
    let mut entries = reflog::read(&log);
    entries.remove(at);
    match entries.first() {
        None => repo.refs.delete(REF),
        Some(newest) => {
            let newest = newest.new;
            for at in 0..entries.len() {
                entries[at].old = entries.get(at + 1).map_or(Oid::ZERO, |older| older.new);
            }
            repo.refs.update(REF, &newest, None, None)?;
            reflog::write(&log, &entries)
        }
    }
}
