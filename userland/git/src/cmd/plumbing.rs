//! The small commands that scripts are made of: objects and references by themselves.

use std::io::Read;

use cli::os;

use crate::failure::{Failure, Result, os_error};
use crate::git::Git;
use crate::ident::{Role, current};
use crate::object::{Commit, Kind, mode, parse_tree};
use crate::oid::{Oid, hash_object};
use crate::options::{Spec, flag, optional, value};
use crate::path::quoted;
use crate::refs::Value;
use crate::repo::Repo;
use crate::{fatal, merge, message, msg, walk};

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

const LS_TREE: Spec = Spec {
    usage: &["ls-tree [<options>] <tree-ish> [<path>...]"],
    options: &[&[
        flag("d|", "only show trees"),
        flag("r|", "recurse into subtrees"),
        flag("t|", "show trees when recursing"),
        flag("z|", "terminate entries with NUL byte"),
        flag("l|long", "include object size"),
        flag("|name-only", "list only filenames"),
        flag("|name-status", ""),
        flag("|object-only", "list only objects"),
        flag("|full-name", "use full path names"),
        flag("|full-tree", "list entire tree; not just current directory"),
    ]],
    stop_at_operand: false,
};

pub fn ls_tree(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = LS_TREE.parse(arguments)?;
    let repo = git.repo()?;
    let Some((name, paths)) = parsed.operands.split_first() else {
        return Err(LS_TREE.usage());
    };
    let tree = match repo.try_revision(name)? {
        Ok(oid) => repo.tree_of(&oid)?,
        Err(_) => return fatal!("Not a valid object name ", name),
    };
    let prefix = if parsed.has("full-tree") {
        Vec::new()
    } else {
        repo.prefix.clone()
    };
    let wanted: Vec<Vec<u8>> = paths.iter().map(|path| [&prefix[..], path].concat()).collect();
    let wanted = if wanted.is_empty() && !prefix.is_empty() {
        vec![prefix.clone()]
    } else {
        wanted
    };
    let strip = if parsed.has("full-name") || parsed.has("full-tree") {
        Vec::new()
    } else {
        prefix
    };
    let listing = Listing {
        git,
        repo,
        parsed: &parsed,
        wanted: &wanted,
        strip: &strip,
    };
    listing.tree(&tree, b"")?;
    Ok(0)
}

struct Listing<'a> {
    git: &'a Git,
    repo: &'a Repo,
    parsed: &'a crate::options::Parsed,
    wanted: &'a [Vec<u8>],
    strip: &'a [u8],
}

impl Listing<'_> {
    fn tree(&self, tree: &Oid, prefix: &[u8]) -> Result<()> {
        for entry in self.repo.odb.tree(tree)? {
            let path = msg![prefix, entry.name];
            let folder = msg![path, "/"];
            let under =
                |wanted: &Vec<u8>| path.starts_with(&msg![wanted.strip_suffix(b"/").unwrap_or(wanted), "/"]);
            let exact = |wanted: &Vec<u8>| *wanted == path;
            let above = |wanted: &Vec<u8>| wanted.starts_with(&folder);
            let shown =
                self.wanted.is_empty() || self.wanted.iter().any(|wanted| exact(wanted) || under(wanted));
            let deeper = self.wanted.iter().any(above);
            let recurses = entry.is_tree() && (self.parsed.has("r") && shown || deeper);
            let only_trees = self.parsed.has("d") && !entry.is_tree();
            if shown && !only_trees && (!recurses || self.parsed.has("t") || self.parsed.has("d")) {
                self.line(entry.mode, &entry.oid, &path)?;
            }
            if recurses && !(self.parsed.has("d") && !self.parsed.has("r") && !deeper) {
                self.tree(&entry.oid, &folder)?;
            }
        }
        Ok(())
    }

    fn line(&self, mode: u32, oid: &Oid, path: &[u8]) -> Result<()> {
        let path = match self.strip {
            b"" => path.to_vec(),
            strip => crate::path::relative_to(path, strip),
        };
        let (name, end) = if self.parsed.has("z") {
            (path, "\0")
        } else {
            (quoted(&path, self.repo.quotes_high()), "\n")
        };
        let kind = mode::kind(mode);
        if self.parsed.has("name-only") || self.parsed.has("name-status") {
            self.git.put(msg![name, end]);
        } else if self.parsed.has("object-only") {
            self.git.put(msg![oid.hex(), end]);
        } else if self.parsed.has("long") {
            let size = match kind {
                Kind::Blob => self.repo.odb.read(oid)?.1.len().to_string(),
                _ => "-".to_owned(),
            };
            self.git.put(msg![
                format!("{mode:06o} {} {oid} {size:>7}\t", kind.name()),
                name,
                end
            ]);
        } else {
            self.git
                .put(msg![format!("{mode:06o} {} {oid}\t", kind.name()), name, end]);
        }
        Ok(())
    }
}

const NOTHING: Spec = Spec {
    usage: &["write-tree"],
    options: &[],
    stop_at_operand: false,
};

pub fn write_tree(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    NOTHING.parse(arguments)?;
    let repo = git.repo()?;
    let index = repo.index()?;
    if let Some(path) = index.unmerged().first() {
        return fatal!(
            path,
            ": unmerged (",
            index.stages(path)[0].oid.hex(),
            ")\nfatal: git-write-tree: error building trees"
        );
    }
    git.line(merge::write_files(repo, &super::commit::tree_files(&index))?.hex());
    Ok(0)
}

const COMMIT_TREE: Spec = Spec {
    usage: &[
        "commit-tree <tree> [(-p <parent>)...]",
        "commit-tree [(-p <parent>)...] [(-m <message>)...] [(-F <file>)...] <tree>",
    ],
    options: &[&[
        value("p|", "parent", "id of a parent commit object"),
        value("m|", "message", "commit message"),
        value("F|", "file", "read commit log message from file"),
    ]],
    stop_at_operand: false,
};

pub fn commit_tree(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = COMMIT_TREE.parse(arguments)?;
    let repo = git.repo()?;
    let [name] = parsed.operands.as_slice() else {
        return fatal!("must give exactly one tree");
    };
    let tree = repo.tree_of(&repo.revision(name)?)?;
    let mut parents = Vec::new();
    for parent in parsed.values("p") {
        let oid = repo.commit_of(parent)?;
        if !parents.contains(&oid) {
            parents.push(oid);
        }
    }
    let mut text = Vec::new();
    for piece in parsed.values("m") {
        if !text.is_empty() {
            text.push(b'\n');
        }
        text.extend(msg![piece, if piece.ends_with(b"\n") { "" } else { "\n" }]);
    }
    for file in parsed.values("F") {
        let path = repo.user_path(file);
        text.extend(
            cli::input::read_file(os(&path))
                .map_err(|why| os_error("git commit-tree: failed to read", file, &why.into()))?,
        );
    }
    if parsed.values("m").next().is_none() && parsed.values("F").next().is_none() {
        cli::input::Reader(sys::Fd::STDIN)
            .read_to_end(&mut text)
            .map_err(|error| os_error("git commit-tree: failed to read", "stdin", &error))?;
    }
    let commit = Commit {
        tree,
        parents,
        author: current(&repo.config, Role::Author, true)?.serialize(),
        committer: current(&repo.config, Role::Committer, true)?.serialize(),
        extra: Vec::new(),
        message: text,
    };
    git.line(repo.odb.write(Kind::Commit, &commit.serialize())?.hex());
    Ok(0)
}

const UPDATE_REF: Spec = Spec {
    usage: &[
        "update-ref [<options>] -d <refname> [<old-oid>]",
        "update-ref [<options>] <refname> <new-oid> [<old-oid>]",
    ],
    options: &[&[
        value("m|", "reason", "reason of the update"),
        flag("d|", "delete the reference"),
        flag("|no-deref", "update <refname> not the one it points to"),
        flag("|create-reflog", ""),
        flag("|stdin", ""),
    ]],
    stop_at_operand: false,
};

pub fn update_ref(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = UPDATE_REF.parse(arguments)?;
    let repo = git.repo()?;
    if parsed.has("stdin") {
        return fatal!("option '--stdin' is not supported by this git");
    }
    let value = |text: &[u8]| -> Result<Oid> {
        if text.is_empty() {
            Ok(Oid::ZERO)
        } else {
            repo.revision(text)
        }
    };
    match (parsed.has("d"), parsed.operands.as_slice()) {
        (true, [name, old @ ..]) if old.len() <= 1 => {
            let now = repo.refs.resolve(name)?.unwrap_or(Oid::ZERO);
            if let Some(old) = old.first()
                && value(old)? != now
            {
                return crate::error!(
                    "cannot lock ref '",
                    name,
                    "': is at ",
                    now.hex(),
                    " but expected ",
                    value(old)?.hex()
                );
            }
            repo.refs.delete(name)?;
        }
        (false, [name, new, old @ ..]) if old.len() <= 1 => {
            if !name.starts_with(b"refs/") && !name.iter().all(|b| b.is_ascii_uppercase() || *b == b'_') {
                return fatal!(
                    "update_ref failed for ref '",
                    name,
                    "': refusing to update ref with bad name '",
                    name,
                    "'"
                );
            }
            let (new, old) = (value(new)?, old.first().map(|old| value(old)).transpose()?);
            let reason = parsed.value("m").unwrap_or_default();
            if parsed.has("no-deref") {
                repo.logged(reason, |log| repo.refs.update_no_deref(name, &new, Some(log)))?;
            } else {
                repo.logged(reason, |log| {
                    repo.refs.update(name, &new, old.as_ref(), Some(log))
                })
                .map_err(|failure| match failure {
                    Failure::Fatal(why) => {
                        Failure::Fatal(msg!["update_ref failed for ref '", name, "': ", why])
                    }
                    other => other,
                })?;
            }
        }
        _ => return Err(UPDATE_REF.usage()),
    }
    Ok(0)
}

const SYMBOLIC_REF: Spec = Spec {
    usage: &[
        "symbolic-ref [-m <reason>] <name> <ref>",
        "symbolic-ref [-q] [--short] <name>",
        "symbolic-ref --delete [-q] <name>",
    ],
    options: &[&[
        flag(
            "q|quiet",
            "suppress error message for non-symbolic (detached) refs",
        ),
        flag("d|delete", "delete symbolic ref"),
        flag("|short", "shorten ref output"),
        value("m|", "reason", "reason of the update"),
    ]],
    stop_at_operand: false,
};

pub fn symbolic_ref(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = SYMBOLIC_REF.parse(arguments)?;
    let repo = git.repo()?;
    match parsed.operands.as_slice() {
        [name] => match repo.refs.read(name)? {
            Some(Value::Symbolic(_)) if parsed.has("delete") => {
                if name == b"HEAD" {
                    return fatal!("deleting '", name, "' is not allowed");
                }
                repo.refs.delete(name)?;
            }
            Some(Value::Symbolic(target)) => {
                git.line(if parsed.has("short") {
                    crate::refs::short_name(&target)
                } else {
                    &target
                });
            }
            _ if parsed.has("quiet") => return Ok(1),
            _ => return fatal!("ref ", name, " is not a symbolic ref"),
        },
        [name, target] => {
            if name == b"HEAD" && !target.starts_with(b"refs/") {
                return fatal!("Refusing to point HEAD outside of refs/");
            }
            repo.logged(parsed.value("m").unwrap_or_default(), |log| {
                let log = parsed.has("m").then_some(log);
                repo.refs.set_symbolic(name, target, log)
            })?;
        }
        _ => return Err(SYMBOLIC_REF.usage()),
    }
    Ok(0)
}

const MERGE_BASE: Spec = Spec {
    usage: &[
        "merge-base [-a | --all] <commit> <commit>...",
        "merge-base --is-ancestor <commit> <commit>",
    ],
    options: &[&[
        flag("a|all", "output all common ancestors"),
        flag("|is-ancestor", "is the first one ancestor of the other?"),
        flag("|octopus", ""),
        flag("|independent", ""),
        flag("|fork-point", ""),
    ]],
    stop_at_operand: false,
};

pub fn merge_base(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = MERGE_BASE.parse(arguments)?;
    let repo = git.repo()?;
    for id in ["octopus", "independent", "fork-point"] {
        if parsed.has(id) {
            return fatal!("option '--", id, "' is not supported by this git");
        }
    }
    let [one, other] = parsed.operands.as_slice() else {
        return Err(MERGE_BASE.usage());
    };
    let (one, other) = (repo.commit_of(one)?, repo.commit_of(other)?);
    if parsed.has("is-ancestor") {
        return Ok(i32::from(!walk::is_ancestor(repo, &one, &other)?));
    }
    let bases = walk::merge_bases(repo, &one, &other)?;
    let shown = if parsed.has("all") { bases.len() } else { 1 };
    for base in bases.iter().take(shown) {
        git.line(base.hex());
    }
    Ok(i32::from(bases.is_empty()))
}

const STRIPSPACE: Spec = Spec {
    usage: &[
        "stripspace [-s | --strip-comments]",
        "stripspace [-c | --comment-lines]",
    ],
    options: &[&[
        flag(
            "s|strip-comments",
            "skip and remove all lines starting with comment character",
        ),
        flag(
            "c|comment-lines",
            "prepend comment character and space to each line",
        ),
    ]],
    stop_at_operand: false,
};

pub fn stripspace(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = STRIPSPACE.parse(arguments)?;
    let text =
        cli::input::read_to_end(sys::Fd::STDIN).map_err(|why| os_error("read", "stdin", &why.into()))?;
    if parsed.has("comment-lines") {
        git.put(message::commented(&text));
    } else {
        let how = if parsed.has("strip-comments") {
            message::Cleanup::Strip
        } else {
            message::Cleanup::Whitespace
        };
        git.put(message::clean(&text, how));
    }
    Ok(0)
}

/// `git var`: the identities.
pub fn var(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let repo = git.repo()?;
    let role = match arguments.first().map(Vec::as_slice) {
        Some(b"GIT_AUTHOR_IDENT") => Role::Author,
        Some(b"GIT_COMMITTER_IDENT") => Role::Committer,
        Some(b"GIT_DEFAULT_BRANCH") => {
            git.line(git.config().get("init.defaultbranch").unwrap_or(b"master"));
            return Ok(0);
        }
        _ => return fatal!("this git knows GIT_AUTHOR_IDENT, GIT_COMMITTER_IDENT and GIT_DEFAULT_BRANCH"),
    };
    git.line(current(&repo.config, role, true)?.serialize());
    Ok(0)
}
