//! Sending what is pushed, and telling how that went.

use crate::failure::{Result, say};
use crate::git::Git;
use crate::object::Kind;
use crate::oid::Oid;
use crate::options::Parsed;
use crate::refs::short_name;
use crate::repo::Repo;
use crate::transport::copy_objects;
use crate::{msg, walk};

use super::push::Update;

/// What became of an update.
pub struct Outcome {
    pub mark: char,
    pub what: String,
    pub names: Vec<u8>,
    pub note: &'static str,
}

pub fn send(repo: &Repo, other: &Repo, parsed: &Parsed, updates: &[Update]) -> Result<Vec<Outcome>> {
    let mut results = Vec::new();
    for update in updates {
        let old = other.refs.resolve(&update.target)?;
        let short = short_name(&update.target).to_vec();
        let names = if update.source.is_empty() {
            short
        } else {
            msg![update.source, " -> ", short]
        };
        let done = |mark, what: &str, note| Outcome {
            mark,
            what: what.to_owned(),
            names: names.clone(),
            note,
        };
        let checked_out = other.work_tree.is_some() && other.head_branch().as_ref() == Some(&update.target);
        let denies = other
            .config
            .get("receive.denycurrentbranch")
            .is_none_or(|value| value == b"refuse" || crate::config::boolean(value) == Some(true));
        let Some(new) = update.new else {
            if !parsed.has("dry-run") {
                other.refs.delete(&update.target)?;
            }
            results.push(done('-', "[deleted]", ""));
            continue;
        };
        if old == Some(new) {
            results.push(done('=', "[up to date]", ""));
            continue;
        }
        let mut outcome = match old {
            Some(old) if !update.force => {
                let commit = |oid: &Oid| repo.odb.peel(oid).is_ok_and(|(_, kind)| kind == Kind::Commit);
                if update.target.starts_with(b"refs/tags/") {
                    results.push(done('!', "[rejected]", " (already exists)"));
                    continue;
                } else if !repo.odb.has(&old) {
                    results.push(done('!', "[rejected]", " (fetch first)"));
                    continue;
                } else if !commit(&new) || !walk::is_ancestor(repo, &old, &new)? {
                    results.push(done('!', "[rejected]", " (non-fast-forward)"));
                    continue;
                }
                done(' ', &format!("{}..{}", repo.abbrev(&old), repo.abbrev(&new)), "")
            }
            Some(old) => {
                let known = repo.odb.has(&old) && walk::is_ancestor(repo, &old, &new)?;
                let (mark, dots, note) = if known {
                    (' ', "..", "")
                } else {
                    ('+', "...", " (forced update)")
                };
                done(
                    mark,
                    &format!("{}{dots}{}", repo.abbrev(&old), repo.abbrev(&new)),
                    note,
                )
            }
            None if update.target.starts_with(b"refs/tags/") => done('*', "[new tag]", ""),
            None if update.target.starts_with(b"refs/heads/") => done('*', "[new branch]", ""),
            None => done('*', "[new reference]", ""),
        };
        if checked_out && denies {
            say(&refusal(&update.target));
            outcome = done('!', "[remote rejected]", " (branch is currently checked out)");
        } else if !parsed.has("dry-run") {
            copy_objects(&repo.odb, &other.odb, &[new])?;
            other.logged(b"push", |log| {
                other.refs.update(&update.target, &new, None, Some(log))
            })?;
        }
        results.push(outcome);
    }
    Ok(results)
}

/// What the other side says of a branch that its work tree is on; each line is padded, as git wipes what a terminal had.
fn refusal(name: &[u8]) -> Vec<u8> {
    const LINES: &str = "By default, updating the current branch in a non-bare repository
is denied, because it will make the index and work tree inconsistent
with what you pushed, and will require 'git reset --hard' to match
the work tree to HEAD.

You can set the 'receive.denyCurrentBranch' configuration variable
to 'ignore' or 'warn' in the remote repository to allow pushing into
its current branch; however, this is not recommended unless you
arranged to update its work tree to match what you pushed in some
other way.

To squelch this message and still keep the default behaviour, set
'receive.denyCurrentBranch' configuration variable to 'refuse'.";
    let mut text = msg![
        "remote: error: refusing to update checked out branch: ",
        name,
        "        \n"
    ];
    for (at, line) in LINES.lines().enumerate() {
        let label = if at == 0 { "error: " } else { "" };
        let pad = if line.is_empty() { "" } else { "        " };
        text.extend(msg!["remote: ", label, line, pad, "\n"]);
    }
    text
}

pub fn report(git: &Git, repo: &Repo, parsed: &Parsed, url: &[u8], results: &[Outcome]) {
    let rejected: Vec<&Outcome> = results.iter().filter(|result| result.mark == '!').collect();
    let shown: Vec<&Outcome> = results
        .iter()
        .filter(|result| {
            result.mark != '=' && (!parsed.has("quiet") || result.mark == '!') || parsed.has("verbose")
        })
        .collect();
    git.flush();
    if results.iter().all(|result| result.mark == '=') {
        if !parsed.has("quiet") {
            say(b"Everything up-to-date\n");
        }
        return;
    }
    let mut text = if shown.is_empty() {
        Vec::new()
    } else {
        msg!["To ", url, "\n"]
    };
    // git sorts what it reports by kind: first what went well.
    for result in shown
        .iter()
        .filter(|result| result.mark != '!')
        .chain(shown.iter().filter(|result| result.mark == '!'))
    {
        text.extend(msg![
            format!(" {} {:<17} ", result.mark, result.what),
            result.names,
            result.note,
            "\n"
        ]);
    }
    if !rejected.is_empty() {
        text.extend(msg!["error: failed to push some refs to '", url, "'\n"]);
        if rejected.iter().any(|result| result.note.contains("fetch first")) {
            text.extend_from_slice(
                b"hint: Updates were rejected because the remote contains work that you do not\n\
                  hint: have locally. This is usually caused by another repository pushing to\n\
                  hint: the same ref. If you want to integrate the remote changes, use\n\
                  hint: 'git pull' before pushing again.\n\
                  hint: See the 'Note about fast-forwards' in 'git push --help' for details.\n",
            );
        } else if rejected
            .iter()
            .any(|result| result.note.contains("non-fast-forward"))
        {
            let current = repo
                .head_branch()
                .map(|branch| short_name(&branch).to_vec())
                .unwrap_or_default();
            let own = rejected
                .iter()
                .any(|result| result.names.starts_with(&msg![current, " -> "]));
            text.extend_from_slice(if own {
                b"hint: Updates were rejected because the tip of your current branch is behind\n\
                  hint: its remote counterpart. If you want to integrate the remote changes,\n\
                  hint: use 'git pull' before pushing again.\n\
                  hint: See the 'Note about fast-forwards' in 'git push --help' for details.\n"
            } else {
                b"hint: Updates were rejected because a pushed branch tip is behind its remote\n\
                  hint: counterpart. If you want to integrate the remote changes, use 'git pull'\n\
                  hint: before pushing again.\n\
                  hint: See the 'Note about fast-forwards' in 'git push --help' for details.\n"
            });
        } else if rejected
            .iter()
            .any(|result| result.note.contains("already exists"))
        {
            text.extend_from_slice(
                b"hint: Updates were rejected because the tag already exists in the remote.\n",
            );
        }
    }
    say(&text);
}
