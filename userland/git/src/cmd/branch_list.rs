//! Lists of branches.

use crate::failure::Result;
use crate::git::Git;
use crate::oid::Oid;
use crate::options::Parsed;
use crate::refs::short_name;
use crate::repo::Repo;
use crate::{fatal, msg, walk};

use super::branch::{colors, detached_label, tracking_label};
use super::for_each_ref;

struct Row {
    /// What the line calls it.
    label: Vec<u8>,
    full: Vec<u8>,
    oid: Oid,
    current: bool,
    remote: bool,
    /// What a symbolic reference leads to.
    leads_to: Option<Vec<u8>>,
}

fn width(text: &[u8]) -> usize {
    String::from_utf8_lossy(text).chars().count()
}

pub fn list(git: &Git, repo: &Repo, parsed: &Parsed) -> Result<i32> {
    let mut rows = rows(repo, parsed)?;
    filter(repo, parsed, &mut rows)?;
    if let Some(format) = parsed.value("format") {
        for row in &rows {
            git.line(for_each_ref::expand(repo, format, &row.full, &row.oid)?);
        }
        return Ok(0);
    }
    match parsed.value("sort") {
        None | Some(b"refname") => {}
        Some(b"-refname") => rows.reverse(),
        Some(key @ (b"committerdate" | b"-committerdate" | b"authordate" | b"-authordate")) => {
            rows.sort_by_key(|row| repo.odb.commit(&row.oid).map_or(0, |commit| commit.committed()));
            if key.starts_with(b"-") {
                rows.reverse();
            }
        }
        Some(key) => return fatal!("sort key '", key, "' is not supported by this git"),
    }
    let color = colors(git, parsed)?;
    let tint = |code: &'static str| if color { code } else { "" };
    let verbose = parsed.count("verbose");
    let longest = rows.iter().map(|row| width(&row.label)).max().unwrap_or(0);
    for row in &rows {
        let (mark, code) = match (row.current, row.remote) {
            (true, _) => ("* ", tint("\x1b[32m")),
            (_, true) => ("  ", tint("\x1b[31m")),
            _ => ("  ", ""),
        };
        let reset = tint("\x1b[m");
        if verbose == 0 {
            let arrow = row
                .leads_to
                .as_ref()
                .map_or_else(Vec::new, |target| msg![" -> ", target]);
            git.line(msg![mark, code, row.label, reset, arrow]);
            continue;
        }
        let padding = " ".repeat(longest - width(&row.label));
        let mut line = msg![mark, code, row.label, padding, reset, " "];
        if let Some(target) = &row.leads_to {
            line.extend(msg!["-> ", target]);
        } else {
            let subject = repo.odb.commit(&row.oid)?.subject();
            let tracking = if row.remote || row.full == b"HEAD" {
                Vec::new()
            } else {
                tracking_label(repo, &row.full, verbose > 1, tint("\x1b[34m"), reset)?
            };
            line.extend(msg![repo.abbrev(&row.oid), " ", tracking, subject]);
        }
        git.line(line);
    }
    Ok(0)
}

fn rows(repo: &Repo, parsed: &Parsed) -> Result<Vec<Row>> {
    let (remotes, all) = (parsed.has("remotes"), parsed.has("all"));
    let head = repo.head_branch();
    let mut rows = Vec::new();
    if !remotes
        && head.is_none()
        && let Some(oid) = repo.head()?
    {
        rows.push(Row {
            label: detached_label(repo, &oid),
            full: b"HEAD".to_vec(),
            oid,
            current: true,
            remote: false,
            leads_to: None,
        });
    }
    let mut prefixes: Vec<&[u8]> = Vec::new();
    if !remotes || all {
        prefixes.push(b"refs/heads/");
    }
    if remotes || all {
        prefixes.push(b"refs/remotes/");
    }
    for prefix in prefixes {
        for (full, oid) in repo.refs.list(prefix) {
            let remote = prefix == b"refs/remotes/";
            let short = short_name(&full);
            let fits = parsed.operands.is_empty()
                || parsed
                    .operands
                    .iter()
                    .any(|pattern| cli::pattern::matches(pattern, short));
            if !fits {
                continue;
            }
            let leads_to = match repo.refs.read(&full)? {
                Some(crate::refs::Value::Symbolic(target)) => Some(short_name(&target).to_vec()),
                _ => None,
            };
            rows.push(Row {
                label: if remote && all {
                    msg!["remotes/", short]
                } else {
                    short.to_vec()
                },
                current: head.as_ref() == Some(&full),
                full,
                oid,
                remote,
                leads_to,
            });
        }
    }
    Ok(rows)
}

/// `--contains`, `--merged` and their opposites.
fn filter(repo: &Repo, parsed: &Parsed, rows: &mut Vec<Row>) -> Result<()> {
    if parsed.has("contains") || parsed.negated("contains") {
        let wanted = parsed.has("contains");
        let commit = repo.commit_of(parsed.value("contains").unwrap_or(b"HEAD"))?;
        let mut kept = Vec::new();
        for row in rows.drain(..) {
            if walk::is_ancestor(repo, &commit, &row.oid)? == wanted {
                kept.push(row);
            }
        }
        *rows = kept;
    }
    if let Some(wanted) = parsed.switch("merged") {
        let into = repo.commit_of(parsed.value("merged").unwrap_or(b"HEAD"))?;
        let ancestors = walk::ancestors(repo, &into)?;
        rows.retain(|row| ancestors.contains(&row.oid) == wanted);
    }
    Ok(())
}
