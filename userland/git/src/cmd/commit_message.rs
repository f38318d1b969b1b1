//! Where the message of a commit comes from, and its template in the editor.

use cli::os;

use crate::failure::{Failure, Result, os_error};
use crate::git::Git;
use crate::ident::Ident;
use crate::index::Index;
use crate::message::{Cleanup, clean, commented, edit};
use crate::object::Commit;
use crate::options::Parsed;
use crate::repo::Repo;
use crate::{date, fatal, hooks, msg};

use super::commit::status_of;
use super::{status, status_long};

/// The message: from the command line, a file, the commit that is amended, what a merge left, or the editor.
pub fn message(
    git: &Git,
    repo: &Repo,
    parsed: &Parsed,
    index: &Index,
    previous: Option<&Commit>,
    author: &Ident,
    committer: &Ident,
) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    let mut edits = true;
    let messages: Vec<&[u8]> = parsed.values("message").collect();
    if !messages.is_empty() && parsed.has("file") {
        return fatal!("options '-m' and '-F' cannot be used together");
    }
    if !messages.is_empty() {
        edits = false;
        for message in messages {
            if !text.is_empty() {
                text.push(b'\n');
            }
            text.extend(msg![message, "\n"]);
        }
    } else if let Some(file) = parsed.value("file") {
        edits = false;
        let path = repo.user_path(file);
        text = cli::input::read_file(os(&path))
            .map_err(|error| os_error("could not read log file", file, &error.into()))?;
    } else if let Some(name) = parsed.value("reuse-message") {
        edits = false;
        text = repo.odb.commit(&repo.commit_of(name)?)?.message;
    } else if let Some(name) = parsed.value("reedit-message") {
        text = repo.odb.commit(&repo.commit_of(name)?)?.message;
    } else if let Some(message) = repo.read_file("MERGE_MSG") {
        text = message;
    } else if let Some(previous) = previous {
        text = previous.message.clone();
    } else if let Some(message) = repo.read_file("SQUASH_MSG") {
        text = message;
    }
    if parsed.has("signoff") {
        text = sign_off(&text, committer);
    }
    edits = parsed.switch("edit").unwrap_or(edits);
    let configured = repo.config.text("commit.cleanup");
    let mode = parsed
        .text("cleanup")
        .or(configured)
        .unwrap_or_else(|| "default".to_owned());
    let Some(cleanup) = Cleanup::parse(&mode, edits) else {
        return fatal!("Invalid cleanup mode ", mode);
    };
    if edits {
        let template = template(git, repo, parsed, index, &text, author, committer, cleanup)?;
        let path = repo.file("COMMIT_EDITMSG");
        repo.write_file("COMMIT_EDITMSG", &template)?;
        if hooks::run(git, repo, "prepare-commit-msg", &[&path])? != 0 {
            return Err(Failure::Silent(1));
        }
        let template = repo.read_file("COMMIT_EDITMSG").unwrap_or(template);
        text = edit(git, repo, "COMMIT_EDITMSG", &template)?;
    } else {
        repo.write_file("COMMIT_EDITMSG", &text)?;
    }
    if !parsed.has("no-verify") && !parsed.negated("verify") {
        let path = repo.file("COMMIT_EDITMSG");
        if hooks::run(git, repo, "commit-msg", &[&path])? != 0 {
            return Err(Failure::Silent(1));
        }
        text = repo.read_file("COMMIT_EDITMSG").unwrap_or(text);
    }
    let text = clean(&text, cleanup);
    if text.trim_ascii().is_empty() && !parsed.has("allow-empty-message") {
        git.note("Aborting commit due to empty commit message.");
        return Err(Failure::Silent(1));
    }
    Ok(text)
}

fn sign_off(text: &[u8], committer: &Ident) -> Vec<u8> {
    let line = msg!["Signed-off-by: ", committer.name, " <", committer.mail, ">\n"];
    if text.windows(line.len()).any(|part| part == line) {
        return text.to_vec();
    }
    let text = text.trim_ascii_end();
    let last = text.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    let gap = if last.starts_with(b"Signed-off-by: ") {
        "\n"
    } else {
        "\n\n"
    };
    msg![text, gap, line]
}

#[allow(clippy::too_many_arguments)]
fn template(
    git: &Git,
    repo: &Repo,
    parsed: &Parsed,
    index: &Index,
    text: &[u8],
    author: &Ident,
    committer: &Ident,
    cleanup: Cleanup,
) -> Result<Vec<u8>> {
    let mut notes = Vec::new();
    if repo.read_file("MERGE_HEAD").is_some() {
        notes.extend(
            b"\nIt looks like you may be committing a merge.\n\
            If this is not correct, please run\n\tgit update-ref -d MERGE_HEAD\nand try again.\n\n",
        );
    }
    notes.extend_from_slice(match cleanup {
        Cleanup::Strip => {
            b"Please enter the commit message for your changes. Lines starting\n\
              with '#' will be ignored, and an empty message aborts the commit.\n"
        }
        _ => {
            b"Please enter the commit message for your changes. Lines starting\n\
              with '#' will be kept; you may remove them yourself if you want to.\n\
              An empty message aborts the commit.\n"
        }
    });
    notes.push(b'\n');
    let mut told = false;
    if (&author.name, &author.mail) != (&committer.name, &committer.mail) {
        notes.extend(msg!["Author:    ", author.name, " <", author.mail, ">\n"]);
        told = true;
    }
    if parsed.has("amend") || parsed.has("date") {
        notes.extend(msg![
            "Date:      ",
            date::show(author.time, author.zone, &date::Mode::Default),
            "\n"
        ]);
        told = true;
    }
    if told {
        notes.push(b'\n');
    }
    if parsed.switch("status") != Some(false) {
        let status = status::Status {
            colors: false,
            hints: false,
            ..status_of(git, repo, parsed, index)?
        };
        let text = status_long::text(repo, &status)?;
        notes.extend(text);
    }
    let gap = if text.is_empty() || text.ends_with(b"\n") {
        "\n"
    } else {
        "\n\n"
    };
    Ok(msg![text, gap, commented(&notes)])
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_message_is_signed_once() {
        let who = crate::ident::Ident {
            name: b"A".to_vec(),
            mail: b"a@b".to_vec(),
            ..Default::default()
        };
        let signed = super::sign_off(b"x\n", &who);
        assert_eq!(signed, b"x\n\nSigned-off-by: A <a@b>\n");
        assert_eq!(super::sign_off(&signed, &who), signed);
    }
}
