//! Which references are at which commits, as `--decorate` shows them.

use std::collections::HashMap;

use crate::failure::Result;
use crate::msg;
use crate::oid::Oid;
use crate::pretty::Decoration;
use crate::refs::short_name;
use crate::repo::Repo;

/// The decorations of each commit: HEAD first, then the others from the last by name.
pub fn decorations(repo: &Repo, full: bool) -> Result<HashMap<Oid, Vec<Decoration>>> {
    let mut found: HashMap<Oid, Vec<Decoration>> = HashMap::new();
    let (head, branch) = (repo.head()?, repo.head_branch());
    if let Some(head) = head {
        let shown = branch.as_deref().map(|branch| {
            if full {
                branch.to_vec()
            } else {
                short_name(branch).to_vec()
            }
        });
        found.entry(head).or_default().push(Decoration {
            name: b"HEAD".to_vec(),
            color: "\x1b[1;36m",
            head_of: shown,
        });
    }
    for (name, oid) in repo.refs.list(b"refs/").into_iter().rev() {
        if branch.as_ref() == Some(&name) {
            continue;
        }
        let short = if full {
            name.clone()
        } else {
            short_name(&name).to_vec()
        };
        let (shown, color) = if name.starts_with(b"refs/tags/") {
            (msg!["tag: ", short], "\x1b[1;33m")
        } else if name.starts_with(b"refs/heads/") {
            (short, "\x1b[1;32m")
        } else if name.starts_with(b"refs/remotes/") {
            (short, "\x1b[1;31m")
        } else if name == b"refs/stash" {
            (name.clone(), "\x1b[1;35m")
        } else {
            continue;
        };
        let (target, _) = repo.odb.peel(&oid)?;
        found.entry(target).or_default().push(Decoration {
            name: shown,
            color,
            head_of: None,
        });
    }
    Ok(found)
}
