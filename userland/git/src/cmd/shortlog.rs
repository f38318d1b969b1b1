//! `git shortlog`

use std::collections::BTreeMap;

use crate::failure::Result;
use crate::git::Git;
use crate::ident::Ident;
use crate::options::{Spec, flag};
use crate::pathspec::Pathspec;
use crate::walk::Walk;
use crate::{fatal, msg};

use super::diff::arguments_of;
use super::limits::Limits;
use super::log::{WALK_OPTIONS, refuse_missing, start};

const OWN: &[crate::options::Opt] = &[
    flag("c|", "group by committer rather than author"),
    flag(
        "|numbered",
        "sort output according to the number of commits per author",
    ),
    flag(
        "s|summary",
        "suppress commit descriptions, only provides commit count",
    ),
    flag("e|email", "show the email address of each author"),
];

const SPEC: Spec = Spec {
    usage: &["shortlog [<options>] [<revision-range>] [[--] <path>...]"],
    options: &[OWN, WALK_OPTIONS],
    stop_at_operand: false,
};

pub fn run(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    // Here `-n` sorts, where it limits for log.
    let mut rewritten = Vec::new();
    let mut after_dashes = false;
    for word in arguments {
        after_dashes |= word == b"--";
        let cluster = !after_dashes && word.starts_with(b"-") && !word.starts_with(b"--") && word.len() > 1;
        if cluster && word[1..].iter().all(|b| b"nsec".contains(b)) {
            for letter in &word[1..] {
                rewritten.push(if *letter == b'n' {
                    b"--numbered".to_vec()
                } else {
                    vec![b'-', *letter]
                });
            }
        } else {
            rewritten.push(word);
        }
    }
    let parsed = SPEC.parse(rewritten)?;
    refuse_missing(&parsed)?;
    let repo = git.repo()?;
    let (revisions, paths) = arguments_of(repo, &parsed)?;
    if revisions.is_empty() && !sys::isatty(sys::Fd::STDIN) && !parsed.has("all") && repo.head()?.is_none() {
        return fatal!("summaries of standard input are not supported by this git");
    }
    let pathspec = Pathspec::new(repo, &paths)?;
    let limits = Limits::new(&parsed)?;
    let mut walk = Walk::new(repo);
    walk.paths = Some(&pathspec).filter(|paths| !paths.is_empty());
    start(repo, &mut walk, &parsed, &revisions)?;
    let mut people: BTreeMap<Vec<u8>, Vec<Vec<u8>>> = BTreeMap::new();
    let mut counter = limits.counter();
    while let Some((_, commit)) = walk.next_commit()? {
        if !limits.matches(&commit) || counter.skips() {
            continue;
        }
        if counter.is_over() {
            break;
        }
        counter.shown += 1;
        let who = Ident::parse(if parsed.has("c") {
            &commit.committer
        } else {
            &commit.author
        });
        let name = if parsed.has("email") {
            msg![who.name, " <", who.mail, ">"]
        } else {
            who.name
        };
        people.entry(name).or_default().push(commit.subject());
    }
    git.page("shortlog");
    let mut list: Vec<(Vec<u8>, Vec<Vec<u8>>)> = people.into_iter().collect();
    if parsed.has("numbered") {
        list.sort_by_key(|(_, subjects)| std::cmp::Reverse(subjects.len()));
    }
    for (name, subjects) in list {
        if parsed.has("summary") {
            git.line(msg![format!("{:6}\t", subjects.len()), name]);
            continue;
        }
        git.line(msg![name, format!(" ({}):", subjects.len())]);
        for subject in subjects.iter().rev() {
            git.line(msg!["      ", subject]);
        }
        git.put(b"\n");
    }
    Ok(0)
}
