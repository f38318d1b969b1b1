//! The messages of merges.

use crate::failure::{Failure, Result};
use crate::git::Git;
use crate::message::{Cleanup, clean, commented, edit};
use crate::oid::Oid;
use crate::options::Parsed;
use crate::refs::short_name;
use crate::repo::Repo;
use crate::{msg, walk};

use super::merge::Request;

pub fn message(repo: &Repo, parsed: &Parsed, request: &Request) -> Result<Vec<u8>> {
    let given: Vec<&[u8]> = parsed.values("message").collect();
    if !given.is_empty() {
        return Ok(msg![given.join(&b"\n\n"[..]), "\n"]);
    }
    if let Some(file) = parsed.value("file") {
        let path = repo.user_path(file);
        return cli::input::read_file(cli::os(&path))
            .map_err(|why| crate::failure::os_error("could not read file", file, &why.into()));
    }
    let into = match repo.head_branch() {
        Some(branch) => short_name(&branch).to_vec(),
        None => b"HEAD".to_vec(),
    };
    let suffix = if into == b"main" || into == b"master" {
        Vec::new()
    } else {
        msg![" into ", into]
    };
    Ok(msg!["Merge ", request.described, suffix, "\n"])
}

/// Lets the user edit the message where that is wanted: on a terminal, unless `-m` or `--no-edit` is given.
pub fn finish_message(
    git: &Git,
    repo: &Repo,
    parsed: &Parsed,
    text: Vec<u8>,
    leave: &dyn Fn(&[u8]) -> Result<()>,
) -> Result<Vec<u8>> {
    let automatic = std::env::var("GIT_MERGE_AUTOEDIT").is_ok_and(|value| value == "no");
    let terminal = sys::isatty(sys::Fd::STDIN) && sys::isatty(sys::Fd::STDOUT);
    let edits = parsed
        .switch("edit")
        .unwrap_or(terminal && !automatic && !parsed.has("message"));
    if !edits {
        return Ok(clean(&text, Cleanup::Whitespace));
    }
    let note = b"Please enter a commit message to explain why this merge is necessary,\n\
        especially if it merges an updated upstream into a topic branch.\n\n\
        Lines starting with '#' will be ignored, and an empty message aborts\nthe commit.\n";
    let edited = edit(git, repo, "MERGE_MSG", &msg![text, commented(note)])?;
    let edited = clean(&edited, Cleanup::Strip);
    if edited.is_empty() {
        leave(&text)?;
        git.note(
            "error: Empty commit message.\nNot committing merge; use 'git commit' to complete the merge.",
        );
        return Err(Failure::Silent(1));
    }
    Ok(edited)
}

pub fn squash_message(repo: &Repo, head: &Oid, target: &Oid) -> Result<()> {
    let mut text = b"Squashed commit of the following:\n".to_vec();
    let mut commits = walk::between(repo, head, target)?;
    commits.reverse();
    let style = crate::pretty::Style {
        pretty: crate::pretty::Pretty::Medium,
        date: crate::date::Mode::Default,
        abbrev_commit: false,
        color: false,
        decorations: Default::default(),
        decorate: false,
        abbrev: None,
    };
    for (oid, commit) in commits {
        text.extend(msg!["\n", style.show(repo, &oid, &commit, None)]);
    }
    repo.write_file("SQUASH_MSG", &text)
}
