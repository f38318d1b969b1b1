//! The commands.

mod add;
mod blame;
mod branch;
mod branch_list;
mod cat_file;
mod checkout;
mod clean;
mod clone;
pub mod commit;
mod commit_message;
mod config;
mod decorate;
mod describe;
mod detach;
mod diff;
mod fetch;
mod for_each_ref;
mod grep;
pub mod help;
mod init;
mod limits;
mod log;
mod ls_files;
mod ls_tree;
pub mod merge;
mod merge_message;
mod patch_id;
mod pick;
mod plumbing;
mod printer;
mod pull;
mod push;
mod push_send;
mod rebase;
mod rebase_state;
mod remote;
mod remove;
mod reset;
mod restore;
mod rev_parse;
mod shortlog;
mod show;
mod stash;
mod stash_log;
mod status;
mod status_long;
mod summary;
mod tag;

use crate::failure::Result;
use crate::git::Git;

/// What a command needs to be there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Needs {
    Nothing,
    /// It works with and without a repository.
    Maybe,
    Repo,
    WorkTree,
}

pub struct Command {
    pub name: &'static str,
    pub run: fn(&Git, Vec<Vec<u8>>) -> Result<i32>,
    pub needs: Needs,
}

const fn command(name: &'static str, run: fn(&Git, Vec<Vec<u8>>) -> Result<i32>, needs: Needs) -> Command {
    Command { name, run, needs }
}

#[rustfmt::skip]
const COMMANDS: &[Command] = &[
    command("add", add::run, Needs::WorkTree),
    command("stage", add::run, Needs::WorkTree),
    command("branch", branch::run, Needs::Repo),
    command("checkout", checkout::checkout, Needs::WorkTree),
    command("switch", checkout::switch, Needs::WorkTree),
    command("restore", restore::restore, Needs::WorkTree),
    command("commit", commit::run, Needs::WorkTree),
    command("diff", diff::run, Needs::Maybe),
    command("help", help::run, Needs::Nothing),
    command("version", help::version, Needs::Nothing),
    command("init", init::run, Needs::Nothing),
    command("init-db", init::run, Needs::Nothing),
    command("log", log::run, Needs::Repo),
    command("reflog", log::reflog, Needs::Repo),
    command("mv", remove::mv, Needs::WorkTree),
    command("rm", remove::rm, Needs::WorkTree),
    command("show", show::run, Needs::Repo),
    command("status", status::run, Needs::WorkTree),
    command("blame", blame::run, Needs::Repo),
    command("annotate", blame::run, Needs::Repo),
    command("cat-file", cat_file::cat_file, Needs::Repo),
    command("check-ignore", ls_files::check_ignore, Needs::WorkTree),
    command("cherry-pick", pick::cherry_pick, Needs::WorkTree),
    command("clean", clean::run, Needs::WorkTree),
    command("clone", clone::run, Needs::Nothing),
    command("commit-tree", plumbing::commit_tree, Needs::Repo),
    command("config", config::run, Needs::Maybe),
    command("describe", describe::run, Needs::Repo),
    command("fetch", fetch::fetch, Needs::Repo),
    command("for-each-ref", for_each_ref::run, Needs::Repo),
    command("grep", grep::run, Needs::Repo),
    command("hash-object", cat_file::hash, Needs::Maybe),
    command("ls-files", ls_files::run, Needs::WorkTree),
    command("ls-tree", ls_tree::ls_tree, Needs::Repo),
    command("merge", merge::run, Needs::WorkTree),
    command("merge-base", plumbing::merge_base, Needs::Repo),
    command("pull", pull::pull, Needs::WorkTree),
    command("push", push::run, Needs::Repo),
    command("rebase", rebase::run, Needs::WorkTree),
    command("remote", remote::remote, Needs::Repo),
    command("reset", reset::reset, Needs::Repo),
    command("rev-list", rev_parse::rev_list, Needs::Repo),
    command("rev-parse", rev_parse::parse, Needs::Repo),
    command("revert", pick::revert, Needs::WorkTree),
    command("shortlog", shortlog::run, Needs::Repo),
    command("show-ref", rev_parse::show_ref, Needs::Repo),
    command("stash", stash::run, Needs::WorkTree),
    command("stripspace", plumbing::stripspace, Needs::Nothing),
    command("symbolic-ref", plumbing::symbolic_ref, Needs::Repo),
    command("tag", tag::run, Needs::Repo),
    command("update-ref", plumbing::update_ref, Needs::Repo),
    command("var", plumbing::var, Needs::Repo),
    command("write-tree", plumbing::write_tree, Needs::Repo),
];

pub fn find(name: &[u8]) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.name.as_bytes() == name)
}
