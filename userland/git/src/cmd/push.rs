//! `git push`, to a path

use crate::config_edit::{self, local_file};
use crate::failure::{Failure, Result, say};
use crate::git::Git;
use crate::oid::Oid;
use crate::options::{Parsed, Spec, flag, optional, value};
use crate::refs::short_name;
use crate::repo::Repo;
use crate::transport::{Refspec, open};
use crate::{fatal, msg};

use super::push_send::{report, send};

const SPEC: Spec = Spec {
    usage: &["push [<options>] [<repository> [<refspec>...]]"],
    options: &[&[
        flag("v|verbose", "be more verbose"),
        flag("q|quiet", "be more quiet"),
        flag("|all", "push all branches"),
        flag("|branches", "alias of --all"),
        flag("|mirror", ""),
        flag("d|delete", "delete refs"),
        flag("|tags", "push tags"),
        flag("n|dry-run", "dry run"),
        flag("|porcelain", ""),
        flag("f|force", "force updates"),
        optional("|force-with-lease", "refname:expect", ""),
        flag("u|set-upstream", "set upstream for git pull/status"),
        flag("|follow-tags", ""),
        flag("|progress", ""),
        flag("|verify", ""),
        flag("|no-verify", ""),
        flag("|atomic", ""),
        value("o|push-option", "option", ""),
        value("|repo", "repository", ""),
    ]],
    stop_at_operand: false,
};

pub struct Update {
    /// `main`, or nothing for a deletion.
    pub source: Vec<u8>,
    pub target: Vec<u8>,
    pub new: Option<Oid>,
    pub force: bool,
}

pub fn run(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = SPEC.parse(arguments)?;
    let repo = git.repo()?;
    for id in [
        "mirror",
        "porcelain",
        "force-with-lease",
        "follow-tags",
        "atomic",
        "push-option",
        "repo",
    ] {
        if parsed.has(id) {
            return fatal!("option '--", id, "' is not supported by this git");
        }
    }
    let branch = repo.head_branch();
    let configured = |key: &str| {
        let short = short_name(branch.as_deref()?);
        repo.config
            .get_bytes(&msg!["branch.", short, ".", key])
            .map(<[u8]>::to_vec)
    };
    let (name, specs) = match parsed.operands.split_first() {
        Some((name, specs)) => (name.clone(), specs),
        None => (
            configured("remote").unwrap_or_else(|| b"origin".to_vec()),
            &[][..],
        ),
    };
    let url = ["pushurl", "url"]
        .iter()
        .find_map(|key| repo.config.get_bytes(&msg!["remote.", name, ".", key]));
    let Some(url) = url
        .map(<[u8]>::to_vec)
        .or((!parsed.operands.is_empty()).then(|| name.clone()))
    else {
        return fatal!(
            "No configured push destination.\nEither specify the URL from the command-line or configure a remote repository using\n\n    \
             git remote add <name> <url>\n\nand then push using the remote name\n\n    git push <name>\n"
        );
    };
    if specs.is_empty() && !["all", "branches", "tags"].iter().any(|id| parsed.has(id)) {
        // What is wrong on our side is told first.
        current(repo, &parsed, &name, configured("merge"))?;
    }
    let other = open(
        &url,
        &repo.work_tree.clone().unwrap_or_else(|| repo.git_dir.clone()),
    )?;
    let updates = updates(repo, &other, &parsed, specs, &name, configured("merge"))?;
    let results = send(repo, &other, &parsed, &updates)?;
    report(git, repo, &parsed, &url, &results);
    let rejected = results.iter().any(|result| result.mark == '!');
    for (update, result) in updates.iter().zip(&results) {
        if result.mark == '!' || parsed.has("dry-run") {
            continue;
        }
        track(git, repo, &parsed, &name, update)?;
    }
    Ok(i32::from(rejected))
}

/// Which references are sent where.
fn updates(
    repo: &Repo,
    other: &Repo,
    parsed: &Parsed,
    specs: &[Vec<u8>],
    remote: &[u8],
    merge: Option<Vec<u8>>,
) -> Result<Vec<Update>> {
    let force = parsed.has("force");
    let mut found = Vec::new();
    let mut every = |prefix: &[u8]| {
        for (full, oid) in repo.refs.list(prefix) {
            found.push(Update {
                source: short_name(&full).to_vec(),
                target: full,
                new: Some(oid),
                force,
            });
        }
    };
    if parsed.has("all") || parsed.has("branches") {
        every(b"refs/heads/");
    }
    if parsed.has("tags") {
        every(b"refs/tags/");
    }
    for text in specs {
        let spec = Refspec::parse(text);
        if spec.source.contains(&b'*') {
            for (full, oid) in repo.refs.list(b"refs/") {
                if let Some(target) = spec.map(&full) {
                    found.push(Update {
                        source: short_name(&full).to_vec(),
                        target,
                        new: Some(oid),
                        force: force || spec.force,
                    });
                }
            }
            continue;
        }
        if parsed.has("delete") || spec.source.is_empty() {
            let name = if parsed.has("delete") {
                &spec.source
            } else {
                spec.target.as_ref().unwrap_or(&spec.source)
            };
            let candidates = [name.clone(), msg!["refs/heads/", name], msg!["refs/tags/", name]];
            let known = candidates
                .into_iter()
                .find(|full| full.starts_with(b"refs/") && matches!(other.refs.resolve(full), Ok(Some(_))));
            let Some(target) = known else {
                say(&msg![
                    "error: unable to delete '",
                    name,
                    "': remote ref does not exist\n"
                ]);
                say(&msg![
                    "error: failed to push some refs to '",
                    remote_url(repo, remote),
                    "'\n"
                ]);
                return Err(Failure::Silent(1));
            };
            found.push(Update {
                source: Vec::new(),
                target,
                new: None,
                force: true,
            });
            continue;
        }
        let Some(full) = (if spec.source == b"HEAD" {
            repo.head_branch()
        } else {
            repo.full_ref_name(&spec.source)?
        }) else {
            if let (Ok(oid), Some(target)) = (repo.try_revision(&spec.source)?, &spec.target) {
                let target = if target.starts_with(b"refs/") {
                    target.clone()
                } else {
                    msg!["refs/heads/", target]
                };
                found.push(Update {
                    source: spec.source.clone(),
                    target,
                    new: Some(oid),
                    force: force || spec.force,
                });
                continue;
            }
            say(&msg!["error: src refspec ", spec.source, " does not match any\n"]);
            say(&msg![
                "error: failed to push some refs to '",
                remote_url(repo, remote),
                "'\n"
            ]);
            return Err(Failure::Silent(1));
        };
        let target = match &spec.target {
            None => full.clone(),
            Some(target) if target.starts_with(b"refs/") => target.clone(),
            Some(target) => {
                let kind = if full.starts_with(b"refs/tags/") {
                    "refs/tags/"
                } else {
                    "refs/heads/"
                };
                msg![kind, target]
            }
        };
        let new = repo.refs.resolve(&full)?;
        found.push(Update {
            source: short_name(&spec.source).to_vec(),
            target,
            new,
            force: force || spec.force,
        });
    }
    if found.is_empty() && specs.is_empty() && !parsed.has("tags") {
        found.push(current(repo, parsed, remote, merge)?);
    }
    Ok(found)
}

fn remote_url(repo: &Repo, remote: &[u8]) -> Vec<u8> {
    repo.config
        .get_bytes(&msg!["remote.", remote, ".url"])
        .unwrap_or(remote)
        .to_vec()
}

/// `push` without a refspec: the branch to the one of the same name that it follows (push.default=simple).
fn current(repo: &Repo, parsed: &Parsed, remote: &[u8], merge: Option<Vec<u8>>) -> Result<Update> {
    let Some(branch) = repo.head_branch() else {
        return fatal!(
            "You are not currently on a branch.\nTo push the history leading to the current (detached HEAD)\nstate now, use\n\n    \
             git push ",
            remote,
            " HEAD:<name-of-remote-branch>\n"
        );
    };
    let short = short_name(&branch).to_vec();
    let update = |target: Vec<u8>| -> Result<Update> {
        match repo.refs.resolve(&branch)? {
            Some(oid) => Ok(Update {
                source: short.clone(),
                target,
                new: Some(oid),
                force: parsed.has("force"),
            }),
            None => {
                say(&msg![
                    "error: src refspec ",
                    branch,
                    " does not match any\nerror: failed to push some refs to '",
                    remote_url(repo, remote),
                    "'\n"
                ]);
                Err(Failure::Silent(1))
            }
        }
    };
    let default = repo.config.get("push.default").unwrap_or(b"simple").to_vec();
    let auto = repo.config.bool("push.autosetupremote") == Some(true) || parsed.has("set-upstream");
    match &default[..] {
        b"current" => return update(branch.clone()),
        b"simple" | b"upstream" | b"tracking" => {}
        _ => return fatal!("push.default=", default, " is not supported by this git"),
    }
    match merge {
        Some(merge) if merge == branch || default != b"simple" => update(merge),
        Some(merge) => {
            let other = short_name(&merge).to_vec();
            fatal!(
                "The upstream branch of your current branch does not match\nthe name of your current branch.  To push to the upstream branch\non the remote, use\n\n    git push ",
                remote,
                " HEAD:",
                other,
                "\n\nTo push to the branch of the same name on the remote, use\n\n    git push ",
                remote,
                " HEAD\n"
            )
        }
        None if auto => update(branch.clone()),
        None => fatal!(
            "The current branch ",
            short,
            " has no upstream branch.\nTo push the current branch and set the remote as upstream, use\n\n    \
             git push --set-upstream ",
            remote,
            " ",
            short,
            "\n\n\
             To have this happen automatically for branches without a tracking\nupstream, see 'push.autoSetupRemote' in 'git help config'.\n"
        ),
    }
}

/// What we know of the remote's branches follows, and the upstream is set where that was asked for.
fn track(git: &Git, repo: &Repo, parsed: &Parsed, remote: &[u8], update: &Update) -> Result<()> {
    let specs: Vec<Refspec> = repo
        .config
        .all(&msg!["remote.", remote, ".fetch"])
        .map(Refspec::parse)
        .collect();
    let Some(own) = specs.iter().find_map(|spec| spec.map(&update.target)) else {
        return Ok(());
    };
    match update.new {
        Some(new) if repo.refs.resolve(&own)? != Some(new) => {
            repo.logged(b"update by push", |log| {
                repo.refs.update(&own, &new, None, Some(log))
            })?;
        }
        None if repo.refs.resolve(&own)?.is_some() => repo.refs.delete(&own)?,
        _ => {}
    }
    let auto = repo.config.bool("push.autosetupremote") == Some(true) && parsed.operands.len() < 2;
    if (parsed.has("set-upstream") || auto)
        && update.new.is_some()
        && update.target.starts_with(b"refs/heads/")
    {
        let source = if update.source == b"HEAD" {
            short_name(&repo.head_branch().unwrap_or_default()).to_vec()
        } else {
            update.source.clone()
        };
        let file = local_file(repo);
        config_edit::set(&file, &msg!["branch.", source, ".remote"], remote)?;
        config_edit::set(&file, &msg!["branch.", source, ".merge"], &update.target)?;
        if !parsed.has("quiet") {
            git.line(msg![
                "branch '",
                source,
                "' set up to track '",
                remote,
                "/",
                short_name(&update.target),
                "'."
            ]);
        }
    }
    Ok(())
}
