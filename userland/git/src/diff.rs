//! What diff, log and show have in common: options that say what to print of changes, and printing it.

use diffs::compare::{Equality, Space};

use crate::changes::Change;
use crate::diff_options::{MISSING, color_switch, percent};
use crate::failure::Result;
use crate::git::Git;
use crate::object::mode;
use crate::options::Parsed;
use crate::path::quoted;
use crate::renames::{self, Detect};
use crate::repo::Repo;
use crate::{combined, fatal, msg, patch, stat};

/// What to print of changes, and how.
#[derive(Clone, Debug)]
pub struct Options {
    pub patch: bool,
    pub stat: bool,
    pub numstat: bool,
    pub shortstat: bool,
    pub summary: bool,
    pub name_only: bool,
    pub name_status: bool,
    pub raw: bool,
    /// Nothing at all (`-s`).
    pub nothing: bool,
    pub context: usize,
    pub equality: Equality,
    pub detect: Option<Detect>,
    pub color: bool,
    pub text: bool,
    pub full_index: bool,
    pub abbrev: Option<usize>,
    pub old_prefix: String,
    pub new_prefix: String,
    pub reverse: bool,
    /// Names end in NUL, and are not quoted.
    pub nul: bool,
    /// Letters of `--diff-filter`.
    pub filter: Option<String>,
    pub stat_width: usize,
    pub exit_code: bool,
    pub quiet: bool,
}

impl Options {
    pub fn new(git: &Git) -> Options {
        let config = git.config();
        let renames = match config.get("diff.renames") {
            Some(b"copies" | b"copy") => Some(Detect {
                copies: true,
                ..Detect::default()
            }),
            Some(value) if crate::config::boolean(value) == Some(false) => None,
            _ => Some(Detect::default()),
        };
        let terminal = if sys::isatty(sys::Fd::STDOUT) {
            sys::tcgetwinsize(sys::Fd::STDOUT).ok()
        } else {
            None
        };
        let columns = terminal
            .map(|size| usize::from(size.cols))
            .filter(|columns| *columns > 0);
        let no_prefix = config.bool("diff.noprefix") == Some(true);
        Options {
            patch: false,
            stat: false,
            numstat: false,
            shortstat: false,
            summary: false,
            name_only: false,
            name_status: false,
            raw: false,
            nothing: false,
            context: config
                .text("diff.context")
                .and_then(|text| text.parse().ok())
                .unwrap_or(3),
            equality: Equality {
                indent_heuristic: true,
                ..Equality::default()
            },
            detect: renames,
            color: git.colors("diff"),
            text: false,
            full_index: false,
            abbrev: None,
            old_prefix: if no_prefix { String::new() } else { "a/".to_owned() },
            new_prefix: if no_prefix { String::new() } else { "b/".to_owned() },
            reverse: false,
            nul: false,
            filter: None,
            stat_width: columns.unwrap_or(80),
            exit_code: false,
            quiet: false,
        }
    }

    /// Takes what the command line says.
    ///
    /// # Errors
    /// An option that is not there, or a bad value.
    pub fn take(&mut self, parsed: &Parsed) -> Result<()> {
        if let Some(missing) = MISSING.iter().find(|id| parsed.has(id)) {
            let dashes = if missing.len() == 1 { "-" } else { "--" };
            return fatal!("option '", dashes, missing, "' is not supported by this git");
        }
        if let Some(algorithm) = parsed.text("diff-algorithm") {
            match algorithm.as_str() {
                "myers" | "default" => {}
                "minimal" => self.equality.minimal = true,
                _ => return fatal!("diff algorithm '", algorithm, "' is not supported by this git"),
            }
        }
        self.patch |=
            parsed.has("patch") || parsed.has("u") || parsed.has("unified") || parsed.has("patch-with-stat");
        self.nothing = parsed.has("no-patch");
        self.stat |= parsed.has("stat") || parsed.has("patch-with-stat");
        self.numstat |= parsed.has("numstat");
        self.shortstat |= parsed.has("shortstat");
        self.summary |= parsed.has("summary");
        self.name_only |= parsed.has("name-only");
        self.name_status |= parsed.has("name-status");
        self.raw |= parsed.has("raw");
        self.nul |= parsed.has("z");
        self.text |= parsed.has("text");
        self.full_index |= parsed.has("full-index");
        self.reverse |= parsed.has("R");
        self.quiet |= parsed.has("quiet");
        self.exit_code |= parsed.has("exit-code") || self.quiet;
        self.equality.minimal |= parsed.has("minimal");
        if parsed.negated("indent-heuristic") {
            self.equality.indent_heuristic = false;
        }
        if let Some(number) = parsed.number_of("unified")? {
            self.context = number as usize;
        }
        if let Some(width) = parsed.text("stat") {
            self.stat_width = width
                .split(',')
                .next()
                .and_then(|text| text.parse().ok())
                .unwrap_or(self.stat_width);
        }
        self.equality.strip_trailing_cr |= parsed.has("ignore-cr-at-eol");
        for (id, space) in [
            ("ignore-space-at-eol", Space::TrailingIgnored),
            ("ignore-space-change", Space::AmountIgnored),
            ("ignore-all-space", Space::AllIgnored),
        ] {
            if parsed.has(id) {
                self.equality.space = space;
            }
        }
        match (
            parsed.has("find-copies"),
            parsed.switch("find-renames"),
            parsed.switch("renames"),
        ) {
            (true, _, _) => {
                self.detect = Some(Detect {
                    threshold: percent(parsed, "find-copies")?,
                    copies: true,
                })
            }
            (_, Some(true), _) => {
                self.detect = Some(Detect {
                    threshold: percent(parsed, "find-renames")?,
                    copies: false,
                });
            }
            (_, _, Some(false)) => self.detect = None,
            (_, _, Some(true)) => self.detect = Some(Detect::default()),
            _ => {}
        }
        if let Some(length) = parsed.number_of("abbrev")? {
            self.abbrev = Some(length as usize);
        }
        if parsed.has("no-prefix") {
            (self.old_prefix, self.new_prefix) = (String::new(), String::new());
        }
        if let Some(prefix) = parsed.text("src-prefix") {
            self.old_prefix = prefix;
        }
        if let Some(prefix) = parsed.text("dst-prefix") {
            self.new_prefix = prefix;
        }
        if let Some(on) = color_switch(parsed)? {
            self.color = on;
        }
        self.filter = parsed.text("diff-filter").or(self.filter.take());
        Ok(())
    }

    /// Whether a format was asked for.
    pub fn has_format(&self) -> bool {
        self.patch || self.stat || self.numstat || self.shortstat || self.summary || self.has_lists()
    }

    /// Whether a file may have changed without a change to show.
    pub fn ignores_space(&self) -> bool {
        self.equality.space != Space::Matters || self.equality.strip_trailing_cr
    }

    /// Whether names are asked for.
    pub fn has_lists(&self) -> bool {
        self.name_only || self.name_status || self.raw
    }

    fn keeps(&self, change: &Change) -> bool {
        let Some(filter) = &self.filter else { return true };
        let letter = change.letter();
        let wanted = filter.chars().any(|c| c == letter);
        let unwanted = filter
            .chars()
            .any(|c| c.is_ascii_lowercase() && c.to_ascii_uppercase() == letter);
        let only_unwanted = filter.chars().all(|c| c.is_ascii_lowercase());
        wanted || only_unwanted && !unwanted
    }
}

/// Prints the changes; whether there were any.
pub fn show(git: &Git, repo: &Repo, list: Vec<Change>, options: &Options) -> Result<bool> {
    let mut list = list;
    let swapped = Options {
        old_prefix: options.new_prefix.clone(),
        new_prefix: options.old_prefix.clone(),
        ..options.clone()
    };
    let options = if options.reverse { &swapped } else { options };
    if options.reverse {
        for change in &mut list {
            std::mem::swap(&mut change.old, &mut change.new);
        }
    }
    if let Some(how) = options.detect {
        list = renames::detect(repo, list, how)?;
    }
    list.retain(|change| options.keeps(change));
    let any = !list.is_empty();
    if options.quiet || options.nothing || !any {
        return Ok(any);
    }
    let mut parts = 0;
    let name = |path: &[u8]| {
        if options.nul {
            path.to_vec()
        } else {
            quoted(path, repo.quotes_high())
        }
    };
    let (tab, end): (&[u8], &[u8]) = if options.nul {
        (b"\0", b"\0")
    } else {
        (b"\t", b"\n")
    };
    if options.raw || options.name_status || options.name_only {
        parts += 1;
    }
    for change in &list {
        if options.raw {
            let side = |side: &Option<crate::changes::Side>| match side {
                Some(side) => (side.mode, repo.abbrev_to(&side.oid, options.abbrev)),
                None => (0, "0".repeat(options.abbrev.unwrap_or(7))),
            };
            let ((old_mode, old), (new_mode, new)) = (side(&change.old), side(&change.new));
            git.put(format!(":{old_mode:06o} {new_mode:06o} {old} {new} "));
        }
        if options.raw || options.name_status {
            let score = match change.from {
                Some(_) => format!("{:03}", change.score),
                None => String::new(),
            };
            git.put(msg![change.letter().to_string(), score, tab]);
            if let Some(from) = &change.from {
                git.put(msg![name(from), tab]);
            }
            git.put(msg![name(&change.path), end]);
        } else if options.name_only {
            git.put(msg![name(&change.path), end]);
        }
    }
    if options.stat || options.numstat || options.shortstat {
        parts += 1;
        let mut stats = stat::collect(repo, &list, options)?;
        if options.ignores_space() {
            stats.retain(stat::FileStat::is_change);
        }
        if options.numstat {
            stat::numeric(git, repo, &list, &stats, options.nul);
        }
        if options.stat {
            stat::show(git, &stats, options);
        }
        if options.shortstat {
            git.put(stat::short(&stats));
        }
    }
    if options.summary {
        parts += 1;
        stat::summary(git, repo, &list);
    }
    if options.patch {
        if parts > 0 {
            git.put(b"\n");
        }
        for change in &list {
            let mode = change.new.or(change.old).map_or(0, |side| side.mode);
            if change.unmerged && mode != mode::GITLINK {
                combined::show_unmerged(git, repo, &change.path, options)?;
            } else {
                patch::show(git, repo, change, options)?;
            }
            if git.is_closed() {
                break;
            }
        }
    }
    Ok(any)
}
