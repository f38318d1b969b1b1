//! `git pull`, from a path

use crate::failure::{Failure, Result, say};
use crate::git::Git;
use crate::options::{Spec, flag, optional, value};
use crate::refs::short_name;
use crate::{fatal, msg, walk};

use super::fetch::fetch_from;
use super::merge::{Request, merge_one};
use super::remote::chosen;

const PULL: Spec = Spec {
    usage: &["pull [<options>] [<repository> [<refspec>...]]"],
    options: &[&[
        flag("v|verbose", "be more verbose"),
        flag("q|quiet", "be more quiet"),
        optional(
            "r|rebase",
            "mode",
            "incorporate changes by rebasing rather than merging",
        ),
        flag("n|", "do not show a diffstat at the end of the merge"),
        flag("|stat", "show a diffstat at the end of the merge"),
        flag("|squash", "create a single commit instead of doing a merge"),
        flag("|commit", "perform a commit if the merge succeeds (default)"),
        flag("e|edit", "edit message before committing"),
        flag("|ff", "allow fast-forward"),
        flag("|ff-only", "abort if fast-forward is not possible"),
        value("s|strategy", "strategy", "merge strategy to use"),
        value(
            "X|strategy-option",
            "option=value",
            "option for selected merge strategy",
        ),
        flag("|allow-unrelated-histories", "allow merging unrelated histories"),
        flag("p|prune", "prune remote-tracking branches no longer on remote"),
        flag("t|tags", "fetch all tags and associated objects"),
        flag("f|force", "force overwrite of local branch"),
        flag("|progress", ""),
    ]],
    stop_at_operand: false,
};

pub fn pull(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = PULL.parse(arguments)?;
    let repo = git.repo()?;
    super::merge::check_idle(repo)?;
    let (name, specs) = match parsed.operands.split_first() {
        Some((name, specs)) => (name.clone(), specs),
        None => (chosen(repo, None), &[][..]),
    };
    let (_, for_merge) = fetch_from(git, repo, &parsed, &name, specs)?;
    let [(target, described)] = for_merge.as_slice() else {
        if for_merge.len() > 1 {
            return fatal!("merges of several commits at once (octopus) are not supported by this git");
        }
        let branch = repo.head_branch().unwrap_or_default();
        let short = short_name(&branch);
        say(&msg![
            "There is no tracking information for the current branch.\n\
             Please specify which branch you want to merge with.\nSee git-pull(1) for details.\n\n    \
             git pull <remote> <branch>\n\n\
             If you wish to set tracking information for this branch you can do so with:\n\n    \
             git branch --set-upstream-to=",
            name,
            "/<branch> ",
            short,
            "\n\n"
        ]);
        return Err(Failure::Silent(1));
    };
    let rebase = match (parsed.switch("rebase"), parsed.value("rebase")) {
        (Some(on), None | Some(b"true")) => on,
        (_, Some(b"false")) => false,
        (_, Some(mode)) => return fatal!("pull --rebase=", mode, " is not supported by this git"),
        (None, None) => repo.config.bool("pull.rebase") == Some(true),
    };
    if let Some(head) = repo.head()? {
        let bases = walk::merge_bases(repo, &head, target)?;
        let diverged = !bases.contains(target) && !bases.contains(&head);
        let chose = parsed.switch("rebase").or(parsed.switch("ff")).is_some()
            || parsed.has("ff-only")
            || parsed.has("squash");
        let configured = repo
            .config
            .get("pull.rebase")
            .or(repo.config.get("pull.ff"))
            .is_some();
        if diverged && !chose && !configured {
            say(b"hint: You have divergent branches and need to specify how to reconcile them.\n\
                hint: You can do so by running one of the following commands sometime before\nhint: your next pull:\nhint:\n\
                hint:   git config pull.rebase false  # merge\nhint:   git config pull.rebase true   # rebase\n\
                hint:   git config pull.ff only       # fast-forward only\nhint:\n\
                hint: You can replace \"git config\" with \"git config --global\" to set a default\n\
                hint: preference for all repositories. You can also pass --rebase, --no-rebase,\n\
                hint: or --ff-only on the command line to override the configured default per\nhint: invocation.\n");
            return fatal!("Need to specify how to reconcile divergent branches.");
        }
    }
    if rebase {
        return super::rebase::run(git, vec![target.hex().into_bytes()]);
    }
    let words: Vec<u8> = parsed.operands.iter().flat_map(|word| msg![" ", word]).collect();
    merge_one(
        git,
        repo,
        &parsed,
        Request {
            target: *target,
            described: described.clone(),
            label: target.hex().into_bytes(),
            action: msg!["pull", words],
        },
    )
}
