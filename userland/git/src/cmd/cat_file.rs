//! `git cat-file` and `git hash-object`

use cli::os;

use crate::failure::{Failure, Result, os_error};
use crate::git::Git;
use crate::object::{Commit, Kind, mode, parse_tree};
use crate::oid::hash_object;
use crate::options::{Spec, flag, optional, value};
use crate::path::quoted;
use crate::repo::Repo;
use crate::{fatal, msg};

const CAT_FILE: Spec = Spec {
    usage: &[
        "cat-file <type> <object>",
        "cat-file (-e | -p) <object>",
        "cat-file (-t | -s) <object>",
    ],
    options: &[&[
        flag("e|", "check if <object> exists"),
        flag("p|", "pretty-print <object> content"),
        flag(
            "t|",
            "show object type (one of 'blob', 'tree', 'commit', 'tag', ...)",
        ),
        flag("s|", "show object size"),
        optional(
            "|batch",
            "format",
            "show info and content of objects fed from the standard input",
        ),
        optional(
            "|batch-check",
            "format",
            "show info about objects fed from the standard input",
        ),
    ]],
    stop_at_operand: false,
};

pub fn cat_file(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = CAT_FILE.parse(arguments)?;
    let repo = git.repo()?;
    if parsed.has("batch") || parsed.has("batch-check") {
        if parsed.value("batch").or(parsed.value("batch-check")).is_some() {
            return fatal!("formats of --batch are not supported by this git");
        }
        return batch(git, repo, parsed.has("batch"));
    }
    let (wanted, name) = match parsed.operands.as_slice() {
        [name] if ["e", "p", "t", "s"].iter().any(|id| parsed.has(id)) => (None, name),
        [kind, name] => match Kind::from_name(kind) {
            Some(kind) => (Some(kind), name),
            None => return fatal!("invalid object type \"", kind, "\""),
        },
        _ => return Err(CAT_FILE.usage()),
    };
    let oid = match repo.try_revision(name)? {
        Ok(oid) => oid,
        Err(crate::revision::Missing::Because(why)) => return fatal!(why),
        Err(_) => return fatal!("Not a valid object name ", name),
    };
    let Some((kind, data)) = repo.odb.find(&oid)? else {
        if parsed.has("e") {
            return Ok(1);
        }
        return fatal!("Not a valid object name ", name);
    };
    if parsed.has("t") {
        git.line(kind.name());
    } else if parsed.has("s") {
        git.line(data.len().to_string());
    } else if parsed.has("p") {
        match kind {
            Kind::Tree => tree_lines(git, repo, &data, b"", false)?,
            _ => git.put(&data),
        }
    } else if let Some(wanted) = wanted {
        let oid = match wanted {
            Kind::Tree => repo.tree_of(&oid)?,
            Kind::Tag => oid,
            _ => repo.odb.peel(&oid)?.0,
        };
        let (kind, data) = repo.odb.read(&oid)?;
        if kind != wanted {
            return fatal!("git cat-file ", name, ": bad file");
        }
        git.put(&data);
    }
    Ok(0)
}

fn batch(git: &Git, repo: &Repo, content: bool) -> Result<i32> {
    let input =
        cli::input::read_to_end(sys::Fd::STDIN).map_err(|why| os_error("read", "stdin", &why.into()))?;
    for name in input.split(|b| *b == b'\n').filter(|name| !name.is_empty()) {
        let found = match repo.try_revision(name)? {
            Ok(oid) => repo.odb.find(&oid)?.map(|(kind, data)| (oid, kind, data)),
            Err(_) => None,
        };
        match found {
            Some((oid, kind, data)) => {
                git.line(format!("{oid} {} {}", kind.name(), data.len()));
                if content {
                    git.line(&data);
                }
            }
            None => git.line(msg![name, " missing"]),
        }
    }
    Ok(0)
}

fn tree_lines(git: &Git, repo: &Repo, data: &[u8], prefix: &[u8], nul: bool) -> Result<()> {
    for entry in parse_tree(data)? {
        let path = msg![prefix, entry.name];
        let (name, end) = if nul {
            (path, "\0")
        } else {
            (quoted(&path, repo.quotes_high()), "\n")
        };
        let kind = mode::kind(entry.mode).name();
        git.put(msg![
            format!("{:06o} {kind} {}\t", entry.mode, entry.oid),
            name,
            end
        ]);
    }
    Ok(())
}

const HASH_OBJECT: Spec = Spec {
    usage: &["hash-object [-t <type>] [-w] [--stdin] [--] <file>..."],
    options: &[&[
        value("t|", "type", "object type"),
        flag("w|", "write the object into the object database"),
        flag("|stdin", "read the object from stdin"),
        flag("|no-filters", ""),
        flag("|literally", ""),
    ]],
    stop_at_operand: false,
};

pub fn hash(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = HASH_OBJECT.parse(arguments)?;
    let kind = match parsed.value("t").map_or(Some(Kind::Blob), Kind::from_name) {
        Some(kind) => kind,
        None => {
            return fatal!(
                "invalid object type \"",
                parsed.value("t").unwrap_or_default(),
                "\""
            );
        }
    };
    let mut contents = Vec::new();
    if parsed.has("stdin") {
        contents.push(
            cli::input::read_to_end(sys::Fd::STDIN).map_err(|why| os_error("read", "stdin", &why.into()))?,
        );
    }
    for name in &parsed.operands {
        let path = git.try_repo().map_or(name.clone(), |repo| repo.user_path(name));
        let content = std::fs::read(os(&path)).map_err(|error| {
            Failure::Fatal(msg![
                "could not open '",
                name,
                "' for reading: ",
                sys::Errno::from_io(&error).message()
            ])
        })?;
        contents.push(content);
    }
    for content in contents {
        match kind {
            Kind::Commit => drop(Commit::parse(&content)?),
            Kind::Tree => drop(parse_tree(&content)?),
            Kind::Tag => drop(crate::object::Tag::parse(&content)?),
            Kind::Blob => {}
        }
        let oid = if parsed.has("w") {
            git.repo()?.odb.write(kind, &content)?
        } else {
            hash_object(kind, &content)?
        };
        git.line(oid.hex());
    }
    Ok(0)
}
