//! `git ls-tree`

use crate::failure::Result;
use crate::git::Git;
use crate::object::{Kind, mode};
use crate::oid::Oid;
use crate::options::{Spec, flag};
use crate::path::quoted;
use crate::repo::Repo;
use crate::{fatal, msg};

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
