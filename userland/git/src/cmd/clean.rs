//! `git clean`

use crate::failure::{Result, os_error};
use crate::git::Git;
use crate::options::{Spec, flag, value};
use crate::path::{parent_slash, quoted};
use crate::pathspec::Pathspec;
use crate::repo::is_git_dir;
use crate::untracked::{self, Show};
use crate::{fatal, msg};

const SPEC: Spec = Spec {
    usage: &["clean [-d] [-f] [-i] [-n] [-q] [-e <pattern>] [-x | -X] [--] [<pathspec>...]"],
    options: &[&[
        flag("q|quiet", "do not print names of files removed"),
        flag("n|dry-run", "dry run"),
        flag("f|force", "force"),
        flag("i|interactive", "interactive cleaning"),
        flag("d|", "remove whole directories"),
        value("e|exclude", "pattern", "add <pattern> to ignore rules"),
        flag("x|", "remove ignored files, too"),
        flag("X|", "remove only ignored files"),
    ]],
    stop_at_operand: false,
};

pub fn run(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = SPEC.parse(arguments)?;
    let repo = git.repo()?;
    if parsed.has("interactive") {
        return fatal!("option '--interactive' is not supported by this git");
    }
    let required = git.config().bool("clean.requireforce") != Some(false);
    if required && !parsed.has("force") && !parsed.has("dry-run") {
        return fatal!("clean.requireForce is true and -f not given: refusing to clean");
    }
    if parsed.has("x") && parsed.has("X") {
        return fatal!("options '-x' and '-X' cannot be used together");
    }
    let index = repo.index()?;
    let mut operands = parsed.operands.clone();
    if operands.is_empty() && !repo.prefix.is_empty() {
        operands.push(b".".to_vec());
    }
    let paths = Pathspec::new(repo, &operands)?;
    let found = untracked::find(repo, &index, Show::Folders, &paths)?;
    // A folder with ignored files in it is not removed as a whole.
    let mut list = if parsed.has("X") { Vec::new() } else { found.empty };
    if !parsed.has("X") {
        let all = untracked::find(repo, &index, Show::All, &paths)?;
        for path in found.untracked {
            let keeps_ignored =
                !parsed.has("x") && all.ignored.iter().any(|ignored| ignored.starts_with(&path));
            if path.ends_with(b"/") && keeps_ignored {
                list.extend(
                    all.untracked
                        .iter()
                        .filter(|file| file.starts_with(&path))
                        .cloned(),
                );
            } else {
                list.push(path);
            }
        }
    }
    if parsed.has("x") || parsed.has("X") {
        list.extend(found.ignored);
    }
    list.sort();
    for path in list {
        let folder = path.ends_with(b"/");
        let excluded = parsed.values("exclude").any(|pattern| {
            let name = path.strip_suffix(b"/").unwrap_or(&path);
            cli::pattern::matches(pattern, &name[parent_slash(name).len()..])
                || cli::pattern::matches(pattern, name)
        });
        if excluded || folder && !parsed.has("d") && paths.is_empty() {
            continue;
        }
        let shown = quoted(&crate::path::relative_to(&path, &repo.prefix), repo.quotes_high());
        if folder && is_git_dir(&msg![path, ".git"]) && parsed.count("force") < 2 {
            git.line(msg![
                if parsed.has("dry-run") {
                    "Would skip repository "
                } else {
                    "Skipping repository "
                },
                shown
            ]);
            continue;
        }
        if !parsed.has("quiet") {
            git.line(msg![
                if parsed.has("dry-run") {
                    "Would remove "
                } else {
                    "Removing "
                },
                shown
            ]);
        }
        if !parsed.has("dry-run") {
            let os = cli::os(&path);
            let removed = if folder {
                std::fs::remove_dir_all(os)
            } else {
                std::fs::remove_file(os)
            };
            removed.map_err(|error| os_error("failed to remove", &path, &error))?;
        }
    }
    Ok(0)
}
