//! `git help` and `git version`.

use crate::failure::Result;
use crate::git::Git;

/// What git without a command prints after its usage.
pub const COMMANDS: &str = "
These are common Git commands used in various situations:

start a working area
   clone     Clone a repository into a new directory
   init      Create an empty Git repository or reinitialize an existing one

work on the current change
   add       Add file contents to the index
   mv        Move or rename a file, a directory, or a symlink
   restore   Restore working tree files
   rm        Remove files from the working tree and from the index

examine the history and state
   blame     Show what revision and author last modified each line of a file
   diff      Show changes between commits, commit and working tree, etc
   grep      Print lines matching a pattern
   log       Show commit logs
   show      Show various types of objects
   status    Show the working tree status

grow, mark and tweak your common history
   branch    List, create, or delete branches
   commit    Record changes to the repository
   merge     Join two or more development histories together
   rebase    Reapply commits on top of another base tip
   reset     Reset current HEAD to the specified state
   switch    Switch branches
   tag       Create, list, delete or verify a tag object

collaborate
   fetch     Download objects and refs from another repository
   pull      Fetch from and integrate with another repository or a local branch
   push      Update remote refs along with associated objects
";

/// Commands of git's that are not here.
#[rustfmt::skip]
pub const MISSING: &[&str] = &[
    "am", "apply", "archive", "backfill", "bisect", "bugreport", "bundle", "checkout-index", "column", "commit-graph", "credential",
    "daemon", "diagnose", "diff-files", "diff-index", "diff-tree", "difftool", "fast-export", "fast-import", "filter-branch",
    "format-patch", "fsck", "gc", "gitk", "gui", "http-backend", "instaweb", "interpret-trailers", "maintenance", "mergetool",
    "multi-pack-index", "name-rev", "notes", "pack-objects", "pack-refs", "prune", "range-diff", "read-tree", "repack",
    "replace", "request-pull", "rerere", "send-email", "sparse-checkout", "submodule", "svn", "unpack-objects",
    "update-index", "upload-pack", "verify-commit", "verify-pack", "verify-tag", "whatchanged", "worktree",
];

pub fn run(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    match arguments.first() {
        None => {
            git.put(crate::USAGE);
            git.put(COMMANDS);
            git.put("\n'git help <command>' shows the options of one.\n");
            Ok(0)
        }
        Some(name) => match super::find(name) {
            Some(command) => {
                // Its usage; the status is that of having been asked for it.
                match (command.run)(git, vec![b"-h".to_vec()]) {
                    Ok(status) => Ok(status),
                    Err(crate::failure::Failure::Silent(129)) => Ok(0),
                    Err(failure) => Err(failure),
                }
            }
            None => crate::error!("No manual entry for git-", name),
        },
    }
}

pub fn version(git: &Git, _: Vec<Vec<u8>>) -> Result<i32> {
    git.line(format!("git version {}", crate::VERSION));
    Ok(0)
}
