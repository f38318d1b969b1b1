//! What `git status` says of a rebase.

use crate::oid::Oid;
use crate::refs::short_name;
use crate::repo::Repo;

/// The lines of `status` about a rebase under way, if there is one.
pub fn state(repo: &Repo, conflicts: bool) -> Option<Vec<String>> {
    let onto = repo
        .read_file("rebase-merge/onto")
        .and_then(|hex| Oid::from_hex(hex.trim_ascii()))?;
    let name = repo.read_file("rebase-merge/head-name").unwrap_or_default();
    let branch = String::from_utf8_lossy(short_name(name.trim_ascii())).into_owned();
    let short = |text: Vec<u8>| -> Vec<String> {
        let lines = String::from_utf8_lossy(&text).into_owned();
        let shorten = |line: &str| {
            let mut words = line.splitn(3, ' ');
            let (verb, hex, rest) = (words.next()?, words.next()?, words.next().unwrap_or_default());
            Some(format!(
                "   {verb} {} {rest}",
                repo.abbrev(&Oid::from_hex(hex.as_bytes())?)
            ))
        };
        lines.lines().filter_map(shorten).collect()
    };
    let done = short(repo.read_file("rebase-merge/done").unwrap_or_default());
    let left = short(repo.read_file("rebase-merge/git-rebase-todo").unwrap_or_default());
    let mut lines = Vec::new();
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    if done.is_empty() {
        lines.push("No commands done.".to_owned());
    } else {
        lines.push(format!(
            "Last command{} done ({} command{} done):",
            plural(done.len()),
            done.len(),
            plural(done.len())
        ));
        lines.extend(done.iter().skip(done.len().saturating_sub(2)).cloned());
        if done.len() > 2 {
            lines.push(format!(
                "  (see more in file {})",
                String::from_utf8_lossy(b".git/rebase-merge/done")
            ));
        }
    }
    if left.is_empty() {
        lines.push("No commands remaining.".to_owned());
    } else {
        lines.push(format!(
            "Next command{} to do ({} remaining command{}):",
            plural(left.len()),
            left.len(),
            plural(left.len())
        ));
        lines.extend(left.iter().take(2).cloned());
        lines.push("  (use \"git rebase --edit-todo\" to view and edit)".to_owned());
    }
    let what = if name.starts_with(b"refs/") {
        format!(
            "You are currently rebasing branch '{branch}' on '{}'.",
            repo.abbrev(&onto)
        )
    } else {
        "You are currently rebasing.".to_owned()
    };
    lines.push(what);
    if conflicts {
        lines.push("  (fix conflicts and then run \"git rebase --continue\")".to_owned());
        lines.push("  (use \"git rebase --skip\" to skip this patch)".to_owned());
        lines.push("  (use \"git rebase --abort\" to check out the original branch)".to_owned());
    } else {
        lines.push("  (all conflicts fixed: run \"git rebase --continue\")".to_owned());
    }
    Some(lines)
}
