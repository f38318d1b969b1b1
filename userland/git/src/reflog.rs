//! Reflogs: where a reference has been.

use std::io::Write;

use cli::os;

use crate::failure::{Result, os_error};
use crate::msg;
use crate::oid::Oid;
use crate::refs::Log;

/// A line of a reflog.
pub struct Entry {
    pub old: Oid,
    pub new: Oid,
    pub committer: Vec<u8>,
    pub message: Vec<u8>,
}

/// Branches, remote branches, notes and HEAD have logs of their own accord.
fn begins_by_itself(name: &[u8]) -> bool {
    name == b"HEAD"
        || [&b"refs/heads/"[..], b"refs/remotes/", b"refs/notes/"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

/// Adds a line to the log at `path`, of the reference `name`.
pub fn append(path: &[u8], name: &[u8], old: &Oid, new: &Oid, log: &Log<'_>) -> Result<()> {
    let exists = sys::stat(path).is_ok_and(|stat| stat.is_file());
    if !exists && !(log.create && begins_by_itself(name) || name == b"refs/stash") {
        return Ok(());
    }
    let mut message = log.message.to_vec();
    message
        .iter_mut()
        .filter(|b| **b == b'\n')
        .for_each(|b| *b = b' ');
    let message = message.trim_ascii();
    let tab = if message.is_empty() { "" } else { "\t" };
    let line = msg![old.hex(), " ", new.hex(), " ", log.committer, tab, message, "\n"];
    let write = || -> std::io::Result<()> {
        if let Some(slash) = path.iter().rposition(|b| *b == b'/') {
            std::fs::create_dir_all(os(&path[..slash]))?;
        }
        std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(os(path))?
            .write_all(&line)
    };
    write().map_err(|error| os_error("unable to append to", path, &error))
}

/// The log's entries, newest first.
pub fn read(path: &[u8]) -> Vec<Entry> {
    let content = std::fs::read(os(path)).unwrap_or_default();
    let mut entries: Vec<Entry> = content.split(|b| *b == b'\n').filter_map(parse).collect();
    entries.reverse();
    entries
}

fn parse(line: &[u8]) -> Option<Entry> {
    let old = Oid::from_hex(line.get(..40)?)?;
    let new = Oid::from_hex(line.get(41..81)?)?;
    let rest = line.get(82..)?;
    let tab = rest.iter().position(|b| *b == b'\t').unwrap_or(rest.len());
    Some(Entry {
        old,
        new,
        committer: rest[..tab].to_vec(),
        message: rest.get(tab + 1..).unwrap_or_default().to_vec(),
    })
}

/// Replaces the log by these entries, newest first.
pub fn write(path: &[u8], entries: &[Entry]) -> Result<()> {
    let mut content = Vec::new();
    for entry in entries.iter().rev() {
        content.extend_from_slice(&msg![
            entry.old.hex(),
            " ",
            entry.new.hex(),
            " ",
            entry.committer,
            "\t",
            entry.message,
            "\n"
        ]);
    }
    crate::lock::LockFile::take(path)?.commit(&content)
}
