//! Trees from lists of files.

use crate::changes::{Files, Side};
use crate::failure::Result;
use crate::object::{Kind, TreeEntry, mode, serialize_tree};
use crate::oid::Oid;
use crate::repo::Repo;

/// Stores the trees of some files; the id of the top.
pub fn write_files(repo: &Repo, files: &Files) -> Result<Oid> {
    let entries: Vec<(&[u8], Side)> = files.iter().map(|(path, side)| (&path[..], *side)).collect();
    write_level(repo, &entries, 0)
}

/// The tree of entries that share the first `depth` bytes of their paths.
fn write_level(repo: &Repo, entries: &[(&[u8], Side)], depth: usize) -> Result<Oid> {
    let mut tree: Vec<TreeEntry> = Vec::new();
    let mut at = 0;
    while at < entries.len() {
        let (path, side) = &entries[at];
        let rest = &path[depth..];
        let Some(slash) = rest.iter().position(|b| *b == b'/') else {
            tree.push(TreeEntry {
                mode: side.mode,
                name: rest.to_vec(),
                oid: side.oid,
            });
            at += 1;
            continue;
        };
        let folder = &path[..=depth + slash];
        let count = entries[at..]
            .iter()
            .take_while(|(path, _)| path.starts_with(folder))
            .count();
        let oid = write_level(repo, &entries[at..at + count], folder.len())?;
        tree.push(TreeEntry {
            mode: mode::TREE,
            name: rest[..slash].to_vec(),
            oid,
        });
        at += count;
    }
    repo.odb.write(Kind::Tree, &serialize_tree(tree))
}
