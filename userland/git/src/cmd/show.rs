//! `git show`

use crate::diff_options::OPTIONS;
use crate::failure::Result;
use crate::git::Git;
use crate::ident::Ident;
use crate::object::{Kind, Tag, parse_tree};
use crate::oid::Oid;
use crate::options::Spec;
use crate::pathspec::Pathspec;
use crate::repo::Repo;
use crate::{date, msg};

use super::diff::{arguments_of, range};
use super::log::{LOG_OPTIONS, WALK_OPTIONS, start};
use super::printer::Printer;

const SPEC: Spec = Spec {
    usage: &["show [<options>] <object>..."],
    options: &[LOG_OPTIONS, WALK_OPTIONS, OPTIONS],
    stop_at_operand: false,
};

pub fn run(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = SPEC.parse(arguments)?;
    let repo = git.repo()?;
    git.page("show");
    let (mut names, paths) = arguments_of(repo, &parsed)?;
    let mut printer = Printer::new(git, repo, &parsed, Pathspec::new(repo, &paths)?)?;
    if !printer.options.has_format() {
        printer.options.patch = true;
    }
    printer.merges = true;
    if names.is_empty() {
        names.push(b"HEAD".to_vec());
    }
    for name in &names {
        if range(repo, name)?.is_some() {
            let mut walk = crate::walk::Walk::new(repo);
            start(repo, &mut walk, &parsed, std::slice::from_ref(name))?;
            while let Some((oid, commit)) = walk.next_commit()? {
                printer.commit(&oid, &commit, None)?;
            }
            continue;
        }
        object(git, repo, &mut printer, name, &repo.revision(name)?)?;
    }
    Ok(0)
}

fn object(git: &Git, repo: &Repo, printer: &mut Printer<'_>, name: &[u8], oid: &Oid) -> Result<()> {
    let (kind, data) = repo.odb.read(oid)?;
    match kind {
        Kind::Blob => git.put(&data),
        Kind::Commit => printer.commit(oid, &repo.odb.commit(oid)?, None)?,
        Kind::Tree => {
            if printer.shown {
                git.put(b"\n");
            }
            printer.shown = true;
            git.put(msg!["tree ", name, "\n\n"]);
            for entry in parse_tree(&data)? {
                let slash = if entry.is_tree() { "/" } else { "" };
                git.line(msg![entry.name, slash]);
            }
        }
        Kind::Tag => {
            let tag = Tag::parse(&data)?;
            if printer.shown {
                git.put(b"\n");
            }
            printer.shown = true;
            let (yellow, reset) = if printer.style.color {
                ("\x1b[33m", "\x1b[m")
            } else {
                ("", "")
            };
            git.line(msg![yellow, "tag ", tag.name, reset]);
            if !tag.tagger.is_empty() {
                let who = Ident::parse(&tag.tagger);
                git.line(msg!["Tagger: ", who.name, " <", who.mail, ">"]);
                git.line(msg![
                    "Date:   ",
                    date::show(who.time, who.zone, &printer.style.date)
                ]);
            }
            git.put(msg!["\n", tag.message]);
            object(git, repo, printer, name, &tag.target)?;
        }
    }
    Ok(())
}
