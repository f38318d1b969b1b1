//! `git for-each-ref`, and its formats, which `branch` and `tag` have, too.

use crate::failure::Result;
use crate::git::Git;
use crate::ident::Ident;
use crate::object::{Kind, Tag, body};
use crate::oid::Oid;
use crate::options::{Spec, flag, value};
use crate::refs::short_name;
use crate::repo::Repo;
use crate::{date, fatal, msg, tracking};

const SPEC: Spec = Spec {
    usage: &["for-each-ref [<options>] [<pattern>]"],
    options: &[&[
        value("|format", "format", "format to use for the output"),
        value("|count", "count", "show only <n> matched refs"),
        value("|sort", "key", "field name to sort on"),
        value("|points-at", "object", ""),
        flag("|shell", ""),
    ]],
    stop_at_operand: false,
};

pub fn run(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = SPEC.parse(arguments)?;
    let repo = git.repo()?;
    if parsed.has("shell") || parsed.has("points-at") {
        return fatal!("options --shell and --points-at are not supported by this git");
    }
    let format = parsed
        .value("format")
        .unwrap_or(b"%(objectname) %(objecttype)\t%(refname)");
    let mut refs = repo.refs.list(b"refs/");
    refs.retain(|(name, _)| {
        parsed.operands.is_empty()
            || parsed.operands.iter().any(|pattern| {
                let plain = pattern.strip_suffix(b"/").unwrap_or(pattern);
                name == plain || name.starts_with(&msg![plain, "/"]) || cli::pattern::matches(pattern, name)
            })
    });
    match parsed.value("sort") {
        None | Some(b"refname") => {}
        Some(b"-refname") => refs.reverse(),
        Some(key) if key.ends_with(b"date") => {
            refs.sort_by_key(|(_, oid)| match repo.odb.peel(oid) {
                Ok((oid, Kind::Commit)) => repo.odb.commit(&oid).map_or(0, |commit| commit.committed()),
                _ => 0,
            });
            if key.starts_with(b"-") {
                refs.reverse();
            }
        }
        Some(key) => return fatal!("sort key '", key, "' is not supported by this git"),
    }
    let count = parsed.number_of("count")?.unwrap_or(u64::MAX);
    for (name, oid) in refs.into_iter().take(count as usize) {
        git.line(expand(repo, format, &name, &oid)?);
    }
    Ok(0)
}

/// A format with `%(field)`.
pub fn expand(repo: &Repo, format: &[u8], name: &[u8], oid: &Oid) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = format;
    while let Some(at) = rest.iter().position(|b| *b == b'%') {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(field) = rest.strip_prefix(b"(") {
            let Some(end) = field.iter().position(|b| *b == b')') else {
                return fatal!("malformed format string ", format);
            };
            out.extend(expand_field(repo, &field[..end], name, oid)?);
            rest = &field[end + 1..];
        } else if rest.starts_with(b"%") {
            out.push(b'%');
            rest = &rest[1..];
        } else if let Some(byte) = rest
            .get(..2)
            .and_then(|hex| Some(crate::oid::digit(hex[0])? << 4 | crate::oid::digit(hex[1])?))
        {
            out.push(byte);
            rest = &rest[2..];
        } else {
            out.push(b'%');
        }
    }
    out.extend_from_slice(rest);
    Ok(out)
}

fn expand_field(repo: &Repo, field: &[u8], name: &[u8], oid: &Oid) -> Result<Vec<u8>> {
    let (peeled, field) = match field.strip_prefix(b"*") {
        Some(field) => (true, field),
        None => (false, field),
    };
    let (what, how) = match field.iter().position(|b| *b == b':') {
        Some(colon) => (&field[..colon], &field[colon + 1..]),
        None => (field, &[][..]),
    };
    let (kind, data) = repo.odb.read(oid)?;
    if peeled && kind != Kind::Tag {
        return Ok(Vec::new());
    }
    let oid = if peeled { repo.odb.peel(oid)?.0 } else { *oid };
    let (kind, data) = if peeled {
        repo.odb.read(&oid)?
    } else {
        (kind, data)
    };
    let message = || -> Result<Vec<u8>> {
        Ok(match kind {
            Kind::Commit => repo.odb.commit(&oid)?.message,
            Kind::Tag => Tag::parse(&data)?.message,
            _ => Vec::new(),
        })
    };
    let short = |full: &[u8]| {
        if how == b"short" {
            short_name(full).to_vec()
        } else {
            full.to_vec()
        }
    };
    Ok(match what {
        b"refname" => match how {
            b"" | b"short" => short(name),
            _ => return fatal!("unrecognized %(refname) argument: ", how),
        },
        b"objectname" => match how {
            b"" => oid.hex().into_bytes(),
            b"short" => repo.abbrev(&oid).into_bytes(),
            _ => return fatal!("unrecognized %(objectname) argument: ", how),
        },
        b"objecttype" => kind.name().as_bytes().to_vec(),
        b"objectsize" => data.len().to_string().into_bytes(),
        b"subject" => crate::object::subject(&message()?),
        b"contents" if how == b"subject" => crate::object::subject(&message()?),
        b"body" => body(&message()?).to_vec(),
        b"contents" if how == b"body" => body(&message()?).to_vec(),
        b"contents" => message()?,
        b"HEAD" => {
            if repo.head_branch().as_deref() == Some(name) {
                b"*".to_vec()
            } else {
                b" ".to_vec()
            }
        }
        b"upstream" => match how {
            b"track" => {
                let brief = tracking::brief(&tracking::of(repo, name)?);
                if brief.is_empty() {
                    Vec::new()
                } else {
                    msg!["[", brief, "]"]
                }
            }
            _ => repo.upstream(name).map_or_else(Vec::new, |full| short(&full)),
        },
        b"symref" => match repo.refs.read(name)? {
            Some(crate::refs::Value::Symbolic(target)) => short(&target),
            _ => Vec::new(),
        },
        b"tree" if kind == Kind::Commit => repo.odb.commit(&oid)?.tree.hex().into_bytes(),
        b"color" | b"align" | b"end" | b"if" | b"then" | b"else" => {
            return fatal!("%(", what, ") is not supported by this git");
        }
        _ => match person(repo, what, how, kind, &oid, &data)? {
            Some(text) => text,
            None => return fatal!("unknown field name: ", what),
        },
    })
}

/// `authorname`, `committerdate`, `taggeremail`, `creatordate` …
fn person(
    repo: &Repo,
    what: &[u8],
    how: &[u8],
    kind: Kind,
    oid: &Oid,
    data: &[u8],
) -> Result<Option<Vec<u8>>> {
    let roles = [&b"author"[..], b"committer", b"tagger", b"creator"];
    let Some(role) = roles.into_iter().find(|role| what.starts_with(role)) else {
        return Ok(None);
    };
    let text = match (role, kind) {
        (b"author", Kind::Commit) => repo.odb.commit(oid)?.author,
        (b"committer" | b"creator", Kind::Commit) => repo.odb.commit(oid)?.committer,
        (b"tagger" | b"creator", Kind::Tag) => Tag::parse(data)?.tagger,
        _ => return Ok(Some(Vec::new())),
    };
    let ident = Ident::parse(&text);
    Ok(match &what[role.len()..] {
        b"" => Some(text),
        b"name" => Some(ident.name),
        b"email" => Some(msg!["<", ident.mail, ">"]),
        b"date" => {
            let mode = if how.is_empty() {
                Some(date::Mode::Default)
            } else {
                date::Mode::parse(&String::from_utf8_lossy(how))
            };
            match mode {
                Some(mode) => Some(date::show(ident.time, ident.zone, &mode).into_bytes()),
                None => return fatal!("unknown date format ", how),
            }
        }
        _ => None,
    })
}
