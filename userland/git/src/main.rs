//! git(1), in git's own repository format.
//!
//! From the bottom up: objects ([`odb`], [`pack`], [`object`]), [`refs`] with [`reflog`], the [`index`], [`config`] → [`repo`] →
//! names of objects ([`revision`]), history ([`walk`]), differences ([`changes`], [`renames`], [`diff`], [`patch`], [`stat`],
//! [`combined`]), merging ([`merge`], [`merge_file`]), the work tree ([`worktree`], [`switch`], [`ignore`], [`pathspec`]) →
//! the commands ([`cmd`]), which print by [`git`].

mod changes;
mod cmd;
mod color;
mod combined;
mod config;
mod config_edit;
mod date;
mod diff;
mod diff_options;
mod failure;
mod git;
mod graph;
mod hooks;
mod ident;
mod ignore;
mod index;
mod lock;
mod merge;
mod merge_file;
mod message;
mod object;
mod odb;
mod oid;
mod options;
mod pack;
mod patch;
mod path;
mod pathspec;
mod places;
mod pretty;
mod pretty_text;
mod reflog;
mod refs;
mod renames;
mod repo;
mod revision;
mod sequencer;
mod stat;
mod switch;
mod tracking;
mod transport;
mod tree_write;
mod untracked;
mod walk;
mod worktree;

use failure::{Failure, Result, say};
use git::Git;
use places::Places;
use repo::Repo;

/// The git whose manners these are.
pub const VERSION: &str = "2.47.3";

const USAGE: &str = "\
usage: git [-v | --version] [-h | --help] [-C <path>] [-c <name>=<value>]
           [--exec-path[=<path>]] [--html-path] [--man-path] [--info-path]
           [-p | --paginate | -P | --no-pager] [--no-replace-objects] [--no-lazy-fetch]
           [--no-optional-locks] [--no-advice] [--bare] [--git-dir=<path>]
           [--work-tree=<path>] [--namespace=<name>] [--config-env=<name>=<envvar>]
           <command> [<args>]
";

fn main() {
    sys::init();
    // Git tells what it can't write by itself.
    let arguments: Vec<Vec<u8>> = std::env::args_os()
        .skip(1)
        .map(|word| word.into_encoded_bytes())
        .collect();
    let status = run(arguments).unwrap_or_else(Failure::tell);
    sys::exit(status)
}

/// What stands before the command's name.
#[derive(Default)]
struct Globals {
    places: Places,
    paginate: Option<bool>,
}

fn run(arguments: Vec<Vec<u8>>) -> Result<i32> {
    let mut globals = Globals::default();
    let mut rest = arguments.into_iter();
    let mut command = None;
    while let Some(word) = rest.next() {
        if !word.starts_with(b"-") {
            command = Some(word);
            break;
        }
        if let Some(instead) = globals.take(&word, &mut rest)? {
            command = Some(instead);
            break;
        }
    }
    let Some(command) = command else {
        let _ = sys::write_all(sys::Fd::STDOUT, USAGE.as_bytes());
        let _ = sys::write_all(sys::Fd::STDOUT, cmd::help::COMMANDS.as_bytes());
        return Ok(1);
    };
    dispatch(globals, command, rest.collect(), &mut Vec::new())
}

impl Globals {
    /// Takes an option before the command; some are a command by themselves.
    fn take(&mut self, word: &[u8], rest: &mut impl Iterator<Item = Vec<u8>>) -> Result<Option<Vec<u8>>> {
        let mut value = |name: &str| match rest.next() {
            Some(value) => Ok(value),
            None => {
                say(format!("no value given for {name}\n{USAGE}").as_bytes());
                Err(Failure::Silent(129))
            }
        };
        match word {
            b"-C" => {
                let folder = value("-C")?;
                if !folder.is_empty() {
                    repo::change_dir(&folder)?;
                }
            }
            b"-c" => self.places.settings.push(value("-c")?),
            b"-p" | b"--paginate" => self.paginate = Some(true),
            b"-P" | b"--no-pager" => self.paginate = Some(false),
            b"--bare" => {
                self.places.bare = true;
                self.places.git_dir = Some(repo::working_dir()?);
            }
            b"--git-dir" => self.places.git_dir = Some(value("--git-dir")?),
            b"--work-tree" => self.places.work_tree = Some(value("--work-tree")?),
            b"--no-optional-locks" | b"--no-replace-objects" | b"--no-advice" => {}
            b"-v" | b"--version" => return Ok(Some(b"version".to_vec())),
            b"-h" | b"--help" => return Ok(Some(b"help".to_vec())),
            _ => {
                if let Some(path) = word.strip_prefix(b"--git-dir=") {
                    self.places.git_dir = Some(path.to_vec());
                } else if let Some(path) = word.strip_prefix(b"--work-tree=") {
                    self.places.work_tree = Some(path.to_vec());
                } else {
                    say(&msg!["unknown option: ", word, "\n", USAGE]);
                    return Err(Failure::Silent(129));
                }
            }
        }
        Ok(None)
    }
}

fn dispatch(
    globals: Globals,
    name: Vec<u8>,
    arguments: Vec<Vec<u8>>,
    aliases: &mut Vec<Vec<u8>>,
) -> Result<i32> {
    let Some(command) = cmd::find(&name) else {
        return alias(globals, name, arguments, aliases);
    };
    let asks_usage = arguments
        .first()
        .is_some_and(|word| word == b"-h" || word == b"--help");
    let repo = match command.needs {
        cmd::Needs::Nothing => None,
        cmd::Needs::Maybe => match Repo::discover(&globals.places) {
            Ok(repo) => Some(repo),
            Err(Failure::Fatal(why)) if why == repo::NOT_A_REPOSITORY => None,
            Err(failure) => return Err(failure),
        },
        _ if asks_usage => Repo::discover(&globals.places).ok(),
        cmd::Needs::Repo | cmd::Needs::WorkTree => Some(Repo::discover(&globals.places)?),
    };
    if command.needs == cmd::Needs::WorkTree
        && !asks_usage
        && let Some(repo) = &repo
    {
        repo.need_work_tree()?;
    }
    let git = Git::new(globals.places, repo)?;
    git.paginate.set(globals.paginate);
    let status = match (command.run)(&git, arguments) {
        Ok(status) => status,
        Err(failure) => {
            git.flush();
            failure.tell()
        }
    };
    Ok(git.finish(status))
}

/// A name that is no command of ours: an alias, or a program `git-NAME`.
fn alias(
    globals: Globals,
    name: Vec<u8>,
    arguments: Vec<Vec<u8>>,
    aliases: &mut Vec<Vec<u8>>,
) -> Result<i32> {
    let repo = Repo::discover(&globals.places).ok();
    let config = match &repo {
        Some(repo) => repo.config.clone(),
        None => globals.places.config(None)?,
    };
    if let Some(text) = config.get_bytes(&msg!["alias.", name]) {
        if aliases.contains(&name) {
            return fatal!("recursive alias: ", name);
        }
        if let Some(line) = text.strip_prefix(b"!") {
            let arguments: Vec<&[u8]> = arguments.iter().map(Vec::as_slice).collect();
            let prefix = repo.map(|repo| repo.prefix).unwrap_or_default();
            return git::shell(line, &arguments, &[("GIT_PREFIX", &prefix)]);
        }
        if let Some(repo) = &repo
            && let Some(top) = &repo.work_tree
        {
            repo::change_dir(&path::join(top, &repo.prefix))?;
        }
        let mut words = split_words(text)?.into_iter();
        let mut globals = globals;
        let mut command = None;
        while let Some(word) = words.next() {
            if word.starts_with(b"-") {
                globals.take(&word, &mut words)?;
            } else {
                command = Some(word);
                break;
            }
        }
        let Some(command) = command else {
            return fatal!("empty alias for ", name);
        };
        aliases.push(name);
        return dispatch(globals, command, words.chain(arguments).collect(), aliases);
    }
    if cmd::help::MISSING
        .iter()
        .any(|missing| missing.as_bytes() == name)
    {
        say(&msg![
            "git: '",
            name,
            "' is not supported by this git. See 'git help'.\n"
        ]);
        return Ok(1);
    }
    let argv = [vec![msg!["git-", name]], arguments].concat();
    let child = sys::Spawn {
        path: &argv[0],
        argv: &argv,
        envp: &cli::process::environment(),
        search: true,
        ..Default::default()
    };
    match child.spawn() {
        Ok(pid) => Ok(cli::process::wait_for(pid)),
        Err(_) => {
            say(&msg![
                "git: '",
                name,
                "' is not a git command. See 'git --help'.\n"
            ]);
            Ok(1)
        }
    }
}

/// The words of an alias, with a shell's quotes.
fn split_words(text: &[u8]) -> Result<Vec<Vec<u8>>> {
    let mut words = Vec::new();
    let mut word: Option<Vec<u8>> = None;
    let mut quote = None;
    let mut rest = text.iter().copied();
    while let Some(b) = rest.next() {
        match (quote, b) {
            (Some(q), b) if b == q => quote = None,
            (None, b'\'' | b'"') => {
                quote = Some(b);
                word.get_or_insert_default();
            }
            (None | Some(b'"'), b'\\') => word.get_or_insert_default().extend(rest.next()),
            (None, b) if b.is_ascii_whitespace() => words.extend(word.take()),
            (_, b) => word.get_or_insert_default().push(b),
        }
    }
    if quote.is_some() {
        return fatal!("bad alias string: unclosed quote");
    }
    words.extend(word);
    Ok(words)
}
