//! `git tag`

use crate::failure::Result;
use crate::git::Git;
use crate::ident::{Role, current};
use crate::message::{Cleanup, clean, edit};
use crate::object::{Kind, Tag};
use crate::oid::Oid;
use crate::options::{Parsed, Spec, flag, optional, value};
use crate::repo::Repo;
use crate::{fatal, msg, refs, walk};

use super::for_each_ref;

const SPEC: Spec = Spec {
    usage: &[
        "tag [-a | -s | -u <key-id>] [-f] [-m <msg> | -F <file>] [-e] <tagname> [<commit> | <object>]",
        "tag -d <tagname>...",
        "tag [-n[<num>]] -l [--contains <commit>] [--points-at <object>] [--sort=<key>] [--format=<format>] [--merged <commit>] [<pattern>...]",
    ],
    options: &[&[
        flag("l|list", "list tag names"),
        optional("n|", "n", "print <n> lines of each tag message"),
        flag("d|delete", "delete tags"),
        flag("v|verify", ""),
        flag("a|annotate", "annotated tag, needs a message"),
        value("m|message", "message", "tag message"),
        value("F|file", "file", "read message from file"),
        flag("e|edit", "force edit of tag message"),
        flag("s|sign", ""),
        value("u|local-user", "key-id", ""),
        flag("f|force", "replace the tag if exists"),
        value("|contains", "commit", "print only tags that contain the commit"),
        value("|merged", "commit", "print only tags that are merged"),
        value("|points-at", "object", "print only tags of the object"),
        value("|sort", "key", "field name to sort on"),
        value("|format", "format", "format to use for the output"),
        flag("i|ignore-case", ""),
        optional("|column", "style", ""),
        value("|cleanup", "mode", ""),
    ]],
    stop_at_operand: false,
};

pub fn run(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = SPEC.parse(arguments)?;
    let repo = git.repo()?;
    for id in ["verify", "sign", "local-user", "column"] {
        if parsed.has(id) {
            return fatal!("option '--", id, "' is not supported by this git");
        }
    }
    if parsed.has("delete") {
        return delete(git, repo, &parsed);
    }
    let lists = ["list", "n", "contains", "merged", "points-at"]
        .iter()
        .any(|id| parsed.has(id));
    if parsed.operands.is_empty() || lists {
        git.page("tag");
        return list(git, repo, &parsed);
    }
    let (name, target) = match parsed.operands.as_slice() {
        [name] => (name, b"HEAD".to_vec()),
        [name, target] => (name, target.clone()),
        _ => return fatal!("too many arguments"),
    };
    if !refs::is_valid_name(name) || name.starts_with(b"-") {
        return fatal!("'", name, "' is not a valid tag name.");
    }
    let oid = match repo.try_revision(&target)? {
        Ok(oid) => oid,
        Err(_) => return fatal!("Failed to resolve '", target, "' as a valid ref."),
    };
    let full = msg!["refs/tags/", name];
    let old = repo.refs.resolve(&full)?;
    if old.is_some() && !parsed.has("force") {
        return fatal!("tag '", name, "' already exists");
    }
    let has_message = parsed.has("message") || parsed.has("file");
    let new = if has_message || parsed.has("annotate") {
        annotated(git, repo, &parsed, name, &oid)?
    } else {
        oid
    };
    repo.logged(b"", |_| repo.refs.update(&full, &new, None, None))?;
    if let Some(old) = old.filter(|old| *old != new) {
        git.line(msg!["Updated tag '", name, "' (was ", repo.abbrev(&old), ")"]);
    }
    Ok(0)
}

fn annotated(git: &Git, repo: &Repo, parsed: &Parsed, name: &[u8], target: &Oid) -> Result<Oid> {
    let tagger = current(&repo.config, Role::Committer, true)?;
    let mut text = Vec::new();
    for piece in parsed.values("message") {
        if !text.is_empty() {
            text.push(b'\n');
        }
        text.extend(msg![piece, "\n"]);
    }
    if let Some(file) = parsed.value("file") {
        let path = repo.user_path(file);
        text = cli::input::read_file(cli::os(&path))
            .map_err(|why| crate::failure::os_error("could not open or read", file, &why.into()))?;
    }
    let asks = !(parsed.has("message") || parsed.has("file")) || parsed.has("edit");
    if asks {
        let template = msg![
            text,
            "\n#\n# Write a message for tag:\n#   ",
            name,
            "\n# Lines starting with '#' will be ignored.\n"
        ];
        text = edit(git, repo, "TAG_EDITMSG", &template)?;
    }
    let text = clean(&text, if asks { Cleanup::Strip } else { Cleanup::Whitespace });
    if text.is_empty() && asks {
        return fatal!("no tag message?");
    }
    repo.remove_file("TAG_EDITMSG");
    let tag = Tag {
        target: *target,
        kind: repo.odb.read(target)?.0,
        name: name.to_vec(),
        tagger: tagger.serialize(),
        message: text,
    };
    repo.odb.write(Kind::Tag, &tag.serialize())
}

fn delete(git: &Git, repo: &Repo, parsed: &Parsed) -> Result<i32> {
    let mut status = 0;
    for name in &parsed.operands {
        let full = msg!["refs/tags/", name];
        match repo.refs.resolve(&full)? {
            Some(oid) => {
                repo.refs.delete(&full)?;
                git.line(msg!["Deleted tag '", name, "' (was ", repo.abbrev(&oid), ")"]);
            }
            None => {
                git.note(msg!["error: tag '", name, "' not found."]);
                status = 1;
            }
        }
    }
    Ok(status)
}

fn list(git: &Git, repo: &Repo, parsed: &Parsed) -> Result<i32> {
    let mut tags = repo.refs.list(b"refs/tags/");
    tags.retain(|(name, _)| {
        let short = &name[10..];
        parsed.operands.is_empty()
            || parsed
                .operands
                .iter()
                .any(|pattern| cli::pattern::matches(pattern, short))
    });
    let commit_of = |oid: &Oid| match repo.odb.peel(oid) {
        Ok((oid, Kind::Commit)) => Some(oid),
        _ => None,
    };
    if let Some(name) = parsed.value("points-at") {
        let wanted = repo.revision(name)?;
        tags.retain(|(_, oid)| *oid == wanted || repo.odb.peel(oid).is_ok_and(|(oid, _)| oid == wanted));
    }
    if let Some(name) = parsed.value("merged") {
        let ancestors = walk::ancestors(repo, &repo.commit_of(name)?)?;
        tags.retain(|(_, oid)| commit_of(oid).is_some_and(|oid| ancestors.contains(&oid)));
    }
    if let Some(name) = parsed.value("contains") {
        let wanted = repo.commit_of(name)?;
        let mut kept = Vec::new();
        for (name, oid) in tags {
            if let Some(commit) = commit_of(&oid)
                && walk::is_ancestor(repo, &wanted, &commit)?
            {
                kept.push((name, oid));
            }
        }
        tags = kept;
    }
    match parsed.value("sort") {
        None | Some(b"refname") => {}
        Some(b"-refname") => tags.reverse(),
        Some(key @ (b"version:refname" | b"v:refname" | b"-version:refname" | b"-v:refname")) => {
            tags.sort_by_key(|(name, _)| version(name));
            if key[0] == b'-' {
                tags.reverse();
            }
        }
        Some(key) => return fatal!("sort key '", key, "' is not supported by this git"),
    }
    for (name, oid) in tags {
        if let Some(format) = parsed.value("format") {
            git.line(for_each_ref::expand(repo, format, &name, &oid)?);
            continue;
        }
        if !parsed.has("n") {
            git.line(&name[10..]);
            continue;
        }
        let text = match repo.odb.read(&oid)? {
            (Kind::Tag, data) => Tag::parse(&data)?.message,
            (Kind::Commit, _) => repo.odb.commit(&oid)?.message,
            _ => Vec::new(),
        };
        let count = parsed.number_of("n")?.unwrap_or(1) as usize;
        let lines: Vec<&[u8]> = text.trim_ascii_end().split(|b| *b == b'\n').take(count).collect();
        let short = String::from_utf8_lossy(&name[10..]).into_owned();
        git.line(msg![format!("{short:<15} "), lines.join(&b"\n    "[..])]);
    }
    Ok(0)
}

/// Digits compare as numbers.
fn version(name: &[u8]) -> Vec<(u64, Vec<u8>)> {
    let parts = name.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit());
    parts
        .map(
            |part| match std::str::from_utf8(part).ok().and_then(|text| text.parse().ok()) {
                Some(number) => (number, Vec::new()),
                None => (0, part.to_vec()),
            },
        )
        .collect()
}
