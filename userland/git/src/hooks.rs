//! Hooks: programs of the repository that are run at certain points. <https://git-scm.com/docs/githooks>

use sys::{Access, Action, Fd};

use crate::failure::Result;
use crate::git::Git;
use crate::path::join;
use crate::repo::Repo;

/// Runs a hook, if there is one that may be executed; its output goes to standard error. Its status, 0 without one.
pub fn run(git: &Git, repo: &Repo, name: &str, arguments: &[&[u8]]) -> Result<i32> {
    let folder = match repo.config.get("core.hookspath") {
        Some(path) => crate::config::expand_home(path),
        None => join(&repo.common_dir, b"hooks"),
    };
    let path = join(&folder, name.as_bytes());
    if sys::access(&path, Access::X).is_err() {
        return Ok(0);
    }
    git.flush();
    let argv: Vec<Vec<u8>> = std::iter::once(path.clone())
        .chain(arguments.iter().map(|argument| argument.to_vec()))
        .collect();
    let mut environment = cli::process::environment();
    environment.push([b"GIT_DIR=", &repo.git_dir[..]].concat());
    environment.push([b"GIT_INDEX_FILE=", &repo.index_path()[..]].concat());
    let child = sys::Spawn {
        path: &path,
        argv: &argv,
        envp: &environment,
        actions: vec![Action::Dup2 {
            from: Fd::STDERR,
            to: Fd::STDOUT,
        }],
        ..Default::default()
    };
    match child.spawn() {
        Ok(pid) => Ok(cli::process::wait_for(pid)),
        // A script without `#!` is the shell's.
        Err(sys::Errno::ENOEXEC) => crate::git::shell(&path, arguments, &[]),
        Err(why) => crate::error!("cannot run ", path, ": ", why.message()),
    }
}
