//! `git init`

use cli::os;

use crate::failure::{Result, os_error};
use crate::git::Git;
use crate::options::{Spec, flag, value};
use crate::path::{join, make_parents};
use crate::repo::{change_dir, is_git_dir, working_dir};
use crate::{fatal, msg, refs};

const SPEC: Spec = Spec {
    usage: &[
        "init [-q | --quiet] [--bare] [-b <branch-name> | --initial-branch=<branch-name>] [<directory>]",
    ],
    options: &[&[
        flag("|bare", "create a bare repository"),
        flag("q|quiet", "be quiet"),
        value(
            "b|initial-branch",
            "name",
            "override the name of the initial branch",
        ),
        value("|template", "template-directory", ""),
        value("|separate-git-dir", "gitdir", ""),
        value("|object-format", "hash", ""),
        value("|shared", "permissions", ""),
    ]],
    stop_at_operand: false,
};

const DESCRIPTION: &str = "Unnamed repository; edit this file 'description' to name the repository.\n";
const EXCLUDE: &str = "# git ls-files --others --exclude-from=.git/info/exclude
# Lines that start with '#' are comments.
# For a project mostly in C, the following would be a good set of
# exclude patterns (uncomment them if you want to use them):
# *.[oa]
# *~
";

pub fn run(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = SPEC.parse(arguments)?;
    for id in ["template", "separate-git-dir", "shared"] {
        if parsed.has(id) {
            return fatal!("option '--", id, "' is not supported by this git");
        }
    }
    if parsed
        .value("object-format")
        .is_some_and(|format| format != b"sha1")
    {
        return fatal!("this git knows SHA-1 repositories only");
    }
    if let Some(folder) = parsed.operands.first() {
        std::fs::create_dir_all(os(folder)).map_err(|error| os_error("cannot mkdir", folder, &error))?;
        change_dir(folder)?;
    }
    if parsed.operands.len() > 1 {
        return Err(SPEC.usage());
    }
    let here = working_dir()?;
    let bare = parsed.has("bare") || git.places.bare;
    let git_dir = match git.places.git_dir() {
        Some(path) if !bare => join(&here, &path),
        _ if bare => here,
        _ => join(&here, b".git"),
    };
    let again = is_git_dir(&git_dir);
    let configured = git.config().get("init.defaultbranch");
    let branch = parsed
        .value("initial-branch")
        .or(configured)
        .unwrap_or(b"master")
        .to_vec();
    if again && parsed.has("initial-branch") {
        git.note(msg!["warning: re-init: ignored --initial-branch=", branch]);
    }
    if !again && !parsed.has("initial-branch") && configured.is_none() && !parsed.has("quiet") {
        git.note(
            "hint: Using 'master' as the name for the initial branch. This default branch name\n\
             hint: is subject to change. To configure the initial branch name to use in all\n\
             hint: of your new repositories, which will suppress this warning, call:\n\
             hint:\n\
             hint: \tgit config --global init.defaultBranch <name>\n\
             hint:\n\
             hint: Names commonly chosen instead of 'master' are 'main', 'trunk' and\n\
             hint: 'development'. The just-created branch can be renamed via this command:\n\
             hint:\n\
             hint: \tgit branch -m <name>",
        );
    }
    create(&git_dir, bare, &branch)?;
    if !parsed.has("quiet") {
        let what = if again {
            "Reinitialized existing"
        } else {
            "Initialized empty"
        };
        git.line(msg![what, " Git repository in ", git_dir, "/"]);
    }
    Ok(0)
}

/// Makes a repository; what is there already stays.
pub fn create(git_dir: &[u8], bare: bool, branch: &[u8]) -> Result<()> {
    if !refs::is_valid_name(branch) {
        return fatal!("invalid initial branch name: '", branch, "'");
    }
    for folder in [
        "branches",
        "hooks",
        "info",
        "objects/info",
        "objects/pack",
        "refs/heads",
        "refs/tags",
    ] {
        let path = join(git_dir, folder.as_bytes());
        std::fs::create_dir_all(os(&path)).map_err(|error| os_error("cannot mkdir", &path, &error))?;
    }
    let logs = if bare { "" } else { "\tlogallrefupdates = true\n" };
    let config = format!("[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = {bare}\n{logs}");
    let head = msg!["ref: refs/heads/", branch, "\n"];
    for (name, content) in [
        ("HEAD", &head[..]),
        ("config", config.as_bytes()),
        ("description", DESCRIPTION.as_bytes()),
        ("info/exclude", EXCLUDE.as_bytes()),
    ] {
        let path = join(git_dir, name.as_bytes());
        if sys::lstat(&path).is_err() {
            make_parents(&path)
                .and_then(|()| std::fs::write(os(&path), content))
                .map_err(|error| os_error("could not write", &path, &error))?;
        }
    }
    Ok(())
}
