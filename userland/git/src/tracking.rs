//! How a branch stands to the one that it follows.

use crate::failure::Result;
use crate::refs::short_name;
use crate::repo::Repo;
use crate::{msg, walk};

/// A branch against its upstream.
pub enum Tracking {
    /// It follows nothing.
    None,
    /// What it follows is not there any more; its short name.
    Gone(Vec<u8>),
    /// Short name, and the commits that only the branch, and only its upstream has.
    At(Vec<u8>, usize, usize),
}

pub fn of(repo: &Repo, branch: &[u8]) -> Result<Tracking> {
    let Some(upstream) = repo.upstream(branch) else {
        return Ok(Tracking::None);
    };
    let short = short_name(&upstream).to_vec();
    let (Some(own), Some(other)) = (repo.refs.resolve(branch)?, repo.refs.resolve(&upstream)?) else {
        return Ok(Tracking::Gone(short));
    };
    let (ahead, behind) = walk::ahead_behind(repo, &own, &other)?;
    Ok(Tracking::At(short, ahead, behind))
}

fn commits(count: usize) -> String {
    format!("{count} commit{}", if count == 1 { "" } else { "s" })
}

/// The sentences of `status` and `checkout`, or nothing.
pub fn sentences(repo: &Repo, branch: &[u8]) -> Result<Vec<u8>> {
    Ok(match of(repo, branch)? {
        Tracking::None => Vec::new(),
        Tracking::Gone(name) => msg![
            "Your branch is based on '",
            name,
            "', but the upstream is gone.\n",
            "  (use \"git branch --unset-upstream\" to fixup)\n"
        ],
        Tracking::At(name, 0, 0) => msg!["Your branch is up to date with '", name, "'.\n"],
        Tracking::At(name, ahead, 0) => msg![
            "Your branch is ahead of '",
            name,
            "' by ",
            commits(ahead),
            ".\n",
            "  (use \"git push\" to publish your local commits)\n"
        ],
        Tracking::At(name, 0, behind) => msg![
            "Your branch is behind '",
            name,
            "' by ",
            commits(behind),
            ", and can be fast-forwarded.\n",
            "  (use \"git pull\" to update your local branch)\n"
        ],
        Tracking::At(name, ahead, behind) => msg![
            "Your branch and '",
            name,
            "' have diverged,\nand have ",
            ahead.to_string(),
            " and ",
            behind.to_string(),
            " different commits each, respectively.\n",
            "  (use \"git pull\" if you want to integrate the remote branch with yours)\n"
        ],
    })
}

/// `ahead 1, behind 2`, `gone`, or nothing.
pub fn brief(tracking: &Tracking) -> String {
    match tracking {
        Tracking::None | Tracking::At(_, 0, 0) => String::new(),
        Tracking::Gone(_) => "gone".to_owned(),
        Tracking::At(_, ahead, 0) => format!("ahead {ahead}"),
        Tracking::At(_, 0, behind) => format!("behind {behind}"),
        Tracking::At(_, ahead, behind) => format!("ahead {ahead}, behind {behind}"),
    }
}
