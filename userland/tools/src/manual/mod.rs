//! man(1), apropos(1), whatis(1): a page for every command. There are no pages as files: a page is what the command says of
//! itself with `--help`, with what docs/commands.md says that it lacks, and the description of [`index`].

mod index;
mod page;

use std::ffi::OsString;

use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain};
use regex_lite::{Regex, RegexBuilder};
use sys::{Action, Fd, OpenFlags};

/// What man-db ends with where a page was not found.
const EXIT_NOT_FOUND: i32 = 16;
/// All pages are of this section.
const SECTION: &str = "1";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Apropos,
    WhatIs,
    All,
    Pager,
    Section,
    Where,
    Exact,
    Wildcard,
    Ignored,
    IgnoredValue,
}

static MAN: Spec<Id> = Spec {
    name: "man",
    usage: &["[OPTION...] [SECTION] PAGE..."],
    about: "Display the manual pages of commands.",
    options: &[
        Opt::flag(Id::Apropos, "k", "apropos", "equivalent to apropos"),
        Opt::flag(Id::WhatIs, "f", "whatis", "equivalent to whatis"),
        Opt::flag(
            Id::All,
            "a",
            "all",
            "find all matching manual pages (there is one)",
        ),
        Opt::value(
            Id::Pager,
            "P",
            "pager",
            "PAGER",
            "use program PAGER to display output",
        ),
        Opt::value(
            Id::Section,
            "sS",
            "sections",
            "LIST",
            "use colon separated section list",
        ),
        Opt::flag(Id::Where, "w", "where", "print where the page comes from"),
        Opt::value(Id::IgnoredValue, "MLErmp", "", "VALUE", ""),
        Opt::flag(Id::Ignored, "IiuD", "", ""),
    ],
    order: Order::Permute,
    failure: 1,
};

const SEARCH: &[Opt<Id>] = &[
    Opt::flag(Id::Exact, "e", "exact", "search each keyword for exact match"),
    Opt::flag(Id::Wildcard, "w", "wildcard", "the keyword(s) contain wildcards"),
    Opt::flag(
        Id::Ignored,
        "r",
        "regex",
        "interpret each keyword as a regex (apropos's default)",
    ),
    Opt::flag(Id::All, "a", "and", "require all keywords to match"),
    Opt::value(
        Id::Section,
        "s",
        "sections",
        "LIST",
        "search only these sections (colon-separated)",
    ),
    Opt::flag(Id::Ignored, "ldv", "", ""),
];

static APROPOS: Spec<Id> = Spec {
    name: "apropos",
    usage: &["[OPTION...] KEYWORD..."],
    about: "Search the manual page names and descriptions.",
    options: SEARCH,
    order: Order::Permute,
    failure: 1,
};

static WHATIS: Spec<Id> = Spec {
    name: "whatis",
    usage: &["[OPTION...] KEYWORD..."],
    about: "Display one-line manual page descriptions.",
    options: SEARCH,
    order: Order::Permute,
    failure: 1,
};

fn has_section(options: &[(Id, Option<OsString>)]) -> bool {
    let given = options.iter().rev().find(|(id, _)| *id == Id::Section);
    given.is_none_or(|(_, list)| {
        let list = list.clone().unwrap_or_default();
        list.to_string_lossy()
            .split([':', ','])
            .any(|section| section == SECTION)
    })
}

pub fn apropos(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = APROPOS.parse(arguments)?;
    search(name, &parsed, false)
}

pub fn whatis(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = WHATIS.parse(arguments)?;
    search(name, &parsed, true)
}

/// Prints the lines of the index that the keywords find: whole names, or parts of names and descriptions.
fn search(name: &'static str, parsed: &cli::Parsed<Id>, names_only: bool) -> Outcome {
    if parsed.operands.is_empty() {
        complain(name, "what?");
        return Ok(1);
    }
    let has = |id| parsed.options.iter().any(|(option, _)| *option == id);
    let keywords: Vec<String> = parsed
        .operands
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let mut tests = Vec::new();
    for keyword in &keywords {
        tests.push(if has(Id::Wildcard) {
            Test::Wildcard(keyword.clone())
        } else if names_only || has(Id::Exact) {
            Test::Exact(keyword.to_lowercase())
        } else {
            let regex = RegexBuilder::new(keyword).case_insensitive(true).build();
            Test::Regex(regex.map_err(|why| {
                complain(name, format_args!("regex `{keyword}': {why}"));
                Exit(1)
            })?)
        });
    }
    let mut out = Output::stdout();
    let mut found = vec![false; tests.len()];
    let in_section = has_section(&parsed.options);
    for (command, description) in index::all().filter(|_| in_section) {
        let hits: Vec<bool> = tests
            .iter()
            .map(|test| test.holds(command, description, names_only))
            .collect();
        let shown = if has(Id::All) {
            hits.iter().all(|hit| *hit)
        } else {
            hits.contains(&true)
        };
        if shown {
            out.line(format!("{:<20} - {description}", format!("{command} ({SECTION})")).as_bytes());
        }
        found.iter_mut().zip(hits).for_each(|(found, hit)| *found |= hit);
    }
    out.send();
    for (keyword, _) in keywords.iter().zip(&found).filter(|(_, found)| !**found) {
        let text = format!("{keyword}: nothing appropriate.\n");
        let _ = sys::write_all(Fd::STDERR, text.as_bytes());
    }
    let status = if found.contains(&true) { 0 } else { EXIT_NOT_FOUND };
    Ok(out.finish(name, status, 1))
}

enum Test {
    Exact(String),
    Wildcard(String),
    Regex(Regex),
}

impl Test {
    fn holds(&self, command: &str, description: &str, names_only: bool) -> bool {
        let words = || description.split(|c: char| !c.is_alphanumeric());
        match self {
            Test::Exact(word) if names_only => command == word,
            Test::Exact(word) => command == word || words().any(|other| other.to_lowercase() == *word),
            Test::Wildcard(glob) => {
                let matches = |text: &str| cli::pattern::matches(glob.as_bytes(), text.as_bytes());
                matches(command) || !names_only && words().any(matches)
            }
            Test::Regex(regex) => regex.is_match(command) || regex.is_match(description),
        }
    }
}

pub fn man(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = MAN.parse(arguments)?;
    let has = |id| parsed.options.iter().any(|(option, _)| *option == id);
    if has(Id::Apropos) || has(Id::WhatIs) {
        return search(name, &parsed, !has(Id::Apropos));
    }
    let mut wanted: Vec<String> = parsed
        .operands
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let is_section = |word: &str| word.len() == 1 && word.starts_with(|c: char| c.is_ascii_digit());
    let mut in_section = has_section(&parsed.options);
    let mut section = None;
    if wanted.len() > 1 && is_section(&wanted[0]) {
        let given = wanted.remove(0);
        in_section &= given == SECTION;
        section = Some(given);
    }
    if wanted.is_empty() {
        let text = "What manual page do you want?\nFor example, try 'man man'.\n";
        let _ = sys::write_all(Fd::STDERR, text.as_bytes());
        return Ok(1);
    }
    let pager = parsed.options.iter().rev().find(|(id, _)| *id == Id::Pager);
    let pager = pager.and_then(|(_, pager)| pager.clone());
    let mut status = 0;
    for word in &wanted {
        let (title, of_page) = match word.strip_suffix(')').and_then(|word| word.split_once('(')) {
            Some((title, given)) => (title, given == SECTION),
            None => (word.as_str(), true),
        };
        let text = (in_section && of_page).then(|| page::of(title)).flatten();
        let Some(text) = text else {
            let of = section
                .as_ref()
                .map_or(String::new(), |section| format!(" in section {section}"));
            let text = format!("No manual entry for {title}{of}\n");
            let _ = sys::write_all(Fd::STDERR, text.as_bytes());
            status = EXIT_NOT_FOUND;
            continue;
        };
        if has(Id::Where) {
            let mut out = Output::stdout();
            out.line(format!("{title} --help").as_bytes());
            status = out.finish(name, status, 1);
        } else if let Err(why) = show(&text, pager.as_ref()) {
            complain(name, format_args!("can't show the page: {why}"));
            status = 1;
        }
    }
    Ok(status)
}

/// Shows a page: on a terminal through the pager.
fn show(text: &str, pager: Option<&OsString>) -> sys::Result<()> {
    if pager.is_none() && !sys::isatty(Fd::STDOUT) {
        return sys::write_all(Fd::STDOUT, page::plain(text).as_bytes());
    }
    let given = |variable: &str| std::env::var_os(variable).filter(|value| !value.is_empty());
    let command = pager
        .cloned()
        .or_else(|| given("MANPAGER"))
        .or_else(|| given("PAGER"));
    let is_less = command.is_none();
    let command = command.unwrap_or_else(|| "less -R".into());
    // Only less is known to show what is bold.
    let text = if is_less {
        text.to_owned()
    } else {
        page::plain(text)
    };
    let (read, write) = sys::pipe2(OpenFlags::CLOEXEC)?;
    let argv = [
        b"sh".to_vec(),
        b"-c".to_vec(),
        command.as_encoded_bytes().to_vec(),
    ];
    let child = sys::Spawn {
        path: &argv[0],
        argv: &argv,
        envp: &cli::process::environment(),
        search: true,
        actions: vec![Action::Dup2 {
            from: read,
            to: Fd::STDIN,
        }],
        ..Default::default()
    };
    let started = child.spawn();
    let _ = sys::close(read);
    let written = started.inspect(|_| {
        // A pager that was left early has read enough.
        let _ = sys::write_all(write, text.as_bytes());
    });
    let _ = sys::close(write);
    cli::process::wait_for(written?);
    Ok(())
}
