//! Makes a page of what a command says of itself.

use sys::{Action, Fd, Mode, OpenFlags};

use super::index;

/// What the commands lack, of which a page tells.
const DIFFERENCES: &str = include_str!("../../../../docs/commands.md");

const BOLD: &str = "\x1b[1m";
const PLAIN: &str = "\x1b[0m";
const INDENT: &str = "       ";
const DEFAULT_WIDTH: usize = 80;

/// The page without what makes it bold.
pub fn plain(page: &str) -> String {
    page.replace(BOLD, "").replace(PLAIN, "")
}

/// The page of a command, or of what the shell builds in; `None` where there is neither.
pub fn of(name: &str) -> Option<String> {
    let shell = || output(&["sh", "-c", "help -- \"$1\"", "sh", name]);
    let said = |help: &String| !help.trim().is_empty();
    let (help, description) = match index::description(name) {
        Some(description) => {
            // `test` and `[` have no options; the shell knows what to say of them, and of itself.
            let help = output(&[name, "--help"]).filter(said).or_else(|| match name {
                "sh" | "bash" => output(&[name, "-c", "help"]),
                _ => shell(),
            });
            (help.unwrap_or_default(), description.to_owned())
        }
        None => (
            shell().filter(said)?,
            "a command that is built into the shell".into(),
        ),
    };
    Some(page(name, &description, &help))
}

/// What a command prints, if it can be run.
fn output(argv: &[&str]) -> Option<String> {
    let argv: Vec<Vec<u8>> = argv.iter().map(|word| word.as_bytes().to_vec()).collect();
    let (read, write) = sys::pipe2(OpenFlags::CLOEXEC).ok()?;
    let null = |fd: Fd| Action::Open {
        fd,
        path: b"/dev/null".to_vec(),
        flags: OpenFlags::RDWR,
        mode: Mode::empty(),
    };
    let child = sys::Spawn {
        path: &argv[0],
        argv: &argv,
        envp: &cli::process::environment(),
        search: true,
        actions: vec![
            null(Fd::STDIN),
            Action::Dup2 {
                from: write,
                to: Fd::STDOUT,
            },
            null(Fd::STDERR),
        ],
        ..Default::default()
    };
    let started = child.spawn();
    let _ = sys::close(write);
    let text = started.ok().and_then(|pid| {
        let text = cli::input::read_to_end(read).ok();
        cli::process::wait_for(pid);
        text
    });
    let _ = sys::close(read);
    Some(String::from_utf8_lossy(&text?).into_owned())
}

fn width() -> usize {
    let given = ["MANWIDTH", "COLUMNS"]
        .iter()
        .find_map(|name| std::env::var(name).ok()?.parse().ok());
    let terminal = || sys::tcgetwinsize(Fd::STDOUT).ok().map(|size| size.cols.into());
    given
        .or_else(terminal)
        .filter(|width| *width >= 20)
        .unwrap_or(DEFAULT_WIDTH)
}

fn page(name: &str, description: &str, help: &str) -> String {
    let width = width();
    let title = format!("{}(1)", name.to_uppercase());
    let middle = "User Commands";
    let gap = width.saturating_sub(2 * title.len() + middle.len());
    let (left, right) = (gap / 2, gap - gap / 2);
    let mut out = format!(
        "{title}{}{middle}{}{title}\n\n",
        " ".repeat(left),
        " ".repeat(right)
    );
    heading(&mut out, "NAME");
    wrapped(&mut out, &format!("{name} - {description}"), width);
    let (usage, rest) = parted(help);
    if !usage.is_empty() {
        heading(&mut out, "SYNOPSIS");
        usage
            .iter()
            .for_each(|line| out.push_str(&format!("{INDENT}{line}\n")));
        out.push('\n');
    }
    let rest = rest.trim_matches('\n');
    if !rest.is_empty() {
        heading(&mut out, "DESCRIPTION");
        for line in rest.lines() {
            out.push_str(format!("{INDENT}{line}").trim_end());
            out.push('\n');
        }
        out.push('\n');
    }
    if let Some((like, lacks)) = differences(name) {
        heading(&mut out, "DIFFERENCES");
        if !like.is_empty() {
            wrapped(&mut out, &format!("This {name} is like that of {like}."), width);
        }
        if !lacks.is_empty() {
            wrapped(&mut out, &format!("Missing or different: {lacks}."), width);
        }
    }
    out
}

fn heading(out: &mut String, text: &str) {
    out.push_str(&format!("{BOLD}{text}{PLAIN}\n"));
}

/// A paragraph, and an empty line.
fn wrapped(out: &mut String, text: &str, width: usize) {
    let mut column = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && INDENT.len() + column + 1 + length > width {
            out.push('\n');
            column = 0;
        }
        out.push_str(if column == 0 { INDENT } else { " " });
        column += length + usize::from(column > 0);
        out.push_str(word);
    }
    out.push_str("\n\n");
}

/// The lines of usage, and all else, of a help text.
fn parted(help: &str) -> (Vec<String>, String) {
    let (mut usage, mut rest) = (Vec::new(), String::new());
    let mut in_usage = false;
    for line in help.lines() {
        let words = line.trim_start();
        let lower = words.to_ascii_lowercase();
        if usage.is_empty() && lower.starts_with("usage:") {
            in_usage = true;
            let first = words["usage:".len()..].trim();
            if !first.is_empty() {
                usage.push(first.to_owned());
            }
        } else if in_usage && lower.starts_with("or:") {
            usage.push(words["or:".len()..].trim().to_owned());
        } else if in_usage && line.starts_with(' ') && !words.is_empty() && !words.starts_with('-') {
            usage.push(words.to_owned());
        } else {
            in_usage = false;
            rest.push_str(line);
            rest.push('\n');
        }
    }
    (usage, rest)
}

/// Whose command it is like, and what it lacks: its row of docs/commands.md.
fn differences(name: &str) -> Option<(String, String)> {
    for line in DIFFERENCES.lines() {
        let Some(row) = line.strip_prefix("| `").and_then(|row| row.strip_suffix('|')) else {
            continue;
        };
        // A bar inside of a cell is escaped.
        let row = row.replace("\\|", "\u{1}");
        let mut cells = row
            .split('|')
            .map(|cell| cell.replace('\u{1}', "|").replace('`', "").trim().to_owned());
        let names = cells.next().unwrap_or_default();
        if names.split(' ').any(|other| other == name) {
            return Some((cells.next().unwrap_or_default(), cells.next().unwrap_or_default()));
        }
    }
    None
}
