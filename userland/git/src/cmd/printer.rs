//! How log and show print commits.

use crate::changes::{Change, of_commit};
use crate::date::Mode;
use crate::diff::{self, Options};
use crate::failure::Result;
use crate::git::Git;
use crate::graph::Graph;
use crate::object::Commit;
use crate::oid::Oid;
use crate::options::Parsed;
use crate::pathspec::Pathspec;
use crate::pretty::{LogEntry, Pretty, Style};
use crate::repo::Repo;
use crate::{combined, fatal, msg};

use super::decorate::decorations;
use super::log::refuse_missing;

/// How commits and their changes are printed.
pub struct Printer<'a> {
    pub git: &'a Git,
    pub repo: &'a Repo,
    pub style: Style,
    pub options: Options,
    /// Merges are shown as combined diffs.
    pub merges: bool,
    pub paths: Pathspec,
    /// With paths, still show all of a commit's changes.
    pub shown: bool,
    pub first_parent: bool,
    /// The last text did not end in a newline.
    missing_newline: bool,
}

impl<'a> Printer<'a> {
    pub fn new(git: &'a Git, repo: &'a Repo, parsed: &Parsed, paths: Pathspec) -> Result<Printer<'a>> {
        refuse_missing(parsed)?;
        let mut options = Options::new(git);
        options.take(parsed)?;
        options.color = crate::diff_options::color_switch(parsed)?.unwrap_or_else(|| git.colors("diff"));
        let config = git.config();
        let configured = || -> Vec<u8> {
            let name = config.get("format.pretty").unwrap_or(b"medium").to_vec();
            config
                .get_bytes(&msg!["pretty.", name])
                .map_or(name, <[u8]>::to_vec)
        };
        let mut pretty = match parsed.last_of(&["oneline", "pretty", "format"]) {
            Some("oneline") => Pretty::Oneline,
            Some(id) => Pretty::parse(parsed.value(id).unwrap_or(b"medium"))?,
            None => Pretty::parse(&configured())?,
        };
        if let (Pretty::Format(text, _), true) =
            (&pretty, parsed.last_of(&["pretty", "format"]) == Some("format"))
        {
            // `--format=X` is `--pretty=tformat:X` whatever it looks like, unless it names its kind.
            let named = parsed
                .value("format")
                .is_some_and(|text| text.starts_with(b"format:"));
            pretty = Pretty::Format(text.clone(), !named);
        }
        let date = match parsed.text("date").or_else(|| config.text("log.date")) {
            Some(text) => match Mode::parse(text.trim_start_matches("auto:")) {
                Some(mode) => mode,
                None => return fatal!("unknown date format ", text),
            },
            None if parsed.has("relative-date") => Mode::Relative,
            None => Mode::Default,
        };
        let abbreviates = parsed.switch("abbrev-commit").unwrap_or(
            pretty == Pretty::Oneline && parsed.has("oneline")
                || config.bool("log.abbrevcommit") == Some(true),
        );
        let wanted = match (parsed.switch("decorate"), parsed.text("decorate").as_deref()) {
            (Some(false), _) | (_, Some("no")) => "no".to_owned(),
            (Some(true), None) => "short".to_owned(),
            (Some(true), Some(how)) => how.to_owned(),
            (None, _) => config.text("log.decorate").unwrap_or_else(|| "auto".to_owned()),
        };
        let decorate = match wanted.as_str() {
            "no" | "false" => false,
            "auto" => git.on_terminal(),
            "short" | "full" | "true" => true,
            _ => return fatal!("invalid --decorate option: ", wanted),
        };
        let needs = decorate
            || matches!(&pretty, Pretty::Format(text, _) if text.windows(2).any(|c| c == b"%d" || c == b"%D"));
        Ok(Printer {
            git,
            repo,
            style: Style {
                pretty,
                date,
                abbrev_commit: abbreviates,
                color: options.color,
                decorations: if needs {
                    decorations(repo, wanted == "full")?
                } else {
                    Default::default()
                },
                decorate,
                abbrev: options.abbrev,
            },
            merges: parsed.has("cc") || parsed.has("c"),
            options,
            paths,
            shown: false,
            first_parent: parsed.has("first-parent"),
            missing_newline: false,
        })
    }

    /// A commit and, where asked for, its changes.
    pub fn commit(&mut self, oid: &Oid, commit: &Commit, entry: Option<&LogEntry>) -> Result<()> {
        let terminated = matches!(
            self.style.pretty,
            Pretty::Oneline | Pretty::Reference | Pretty::Format(_, true)
        );
        if self.shown && !terminated {
            self.git.put(b"\n");
        }
        self.shown = true;
        let text = self.style.show(self.repo, oid, commit, entry);
        self.git.put(&text);
        if let Pretty::Format(format, true) = &self.style.pretty
            && !format.is_empty()
        {
            self.git.put(b"\n");
        }
        self.changes(commit)
    }

    /// A commit beside its part of the graph.
    pub fn beside(&mut self, graph: &mut Graph, oid: &Oid, commit: &Commit) {
        let terminated = matches!(
            self.style.pretty,
            Pretty::Oneline | Pretty::Reference | Pretty::Format(_, true)
        );
        if self.shown && !terminated {
            self.git.line(if self.missing_newline {
                String::new()
            } else {
                graph.padding_line()
            });
        }
        self.shown = true;
        loop {
            let (line, is_commit) = graph.next_line();
            self.git.put(&line);
            if is_commit {
                break;
            }
            self.git.put(b"\n");
        }
        let mut text = self.style.show(self.repo, oid, commit, None);
        if terminated && text.ends_with(b"\n") {
            text.pop();
        }
        let ends = text.ends_with(b"\n");
        self.missing_newline = !ends;
        for (at, line) in text
            .strip_suffix(b"\n")
            .unwrap_or(&text)
            .split(|b| *b == b'\n')
            .enumerate()
        {
            if at > 0 {
                self.git.put(msg!["\n", graph.next_line().0]);
            }
            self.git.put(line);
        }
        while !graph.is_finished() {
            self.git.put(msg!["\n", graph.next_line().0]);
        }
        if ends || terminated {
            self.git.put(b"\n");
        }
    }

    fn changes(&self, commit: &Commit) -> Result<()> {
        if !self.options.has_format() || self.options.nothing {
            return Ok(());
        }
        if commit.parents.len() > 1 && !self.first_parent {
            if self.merges {
                return self.merge(commit);
            }
            return Ok(());
        }
        let list = self.list(commit)?;
        if list.is_empty() {
            return Ok(());
        }
        self.gap(self.options.stat && self.options.patch);
        diff::show(self.git, self.repo, list, &self.options).map(drop)
    }

    /// A merge: statistics against the first parent, a patch against all of them.
    fn merge(&self, commit: &Commit) -> Result<()> {
        if self.options.has_lists() {
            self.gap(false);
            return combined::list_merge(self.git, self.repo, commit, &self.options);
        }
        let first = Options {
            patch: false,
            ..self.options.clone()
        };
        let stats = first.has_format();
        if stats {
            let list = self.list(commit)?;
            self.gap(self.options.patch);
            diff::show(self.git, self.repo, list, &first)?;
        }
        if self.options.patch {
            if stats {
                self.git.put(b"\n");
            } else {
                self.gap(false);
            }
            combined::show_merge(self.git, self.repo, commit, &self.options)?;
        }
        Ok(())
    }

    fn list(&self, commit: &Commit) -> Result<Vec<Change>> {
        let mut list = of_commit(&self.repo.odb, commit)?;
        list.retain(|change| self.paths.matches(&change.path));
        Ok(list)
    }

    /// What stands between a message and a diff.
    fn gap(&self, dashes: bool) {
        match &self.style.pretty {
            Pretty::Oneline => {}
            Pretty::Format(text, _) if text.is_empty() => {}
            Pretty::Format(_, false) => self.git.put(if dashes { "\n---\n" } else { "\n\n" }),
            _ => self.git.put(if dashes { "---\n" } else { "\n" }),
        }
    }
}
