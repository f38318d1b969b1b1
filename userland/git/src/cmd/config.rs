//! `git config`

use crate::config::{Config, Item, Scope, boolean, canonical};
use crate::config_edit;
use crate::failure::{Failure, Result, say};
use crate::git::Git;
use crate::options::{Parsed, Spec, flag, optional, value};
use crate::places::global_files;
use crate::{fatal, message, msg};

const SPEC: Spec = Spec {
    usage: &[
        "config list [<file-option>] [<display-option>]",
        "config get [<file-option>] [<display-option>] [--all] [--default=<default>] <name>",
        "config set [<file-option>] [--type=<type>] [--all] <name> <value>",
        "config unset [<file-option>] [--all] <name>",
        "config rename-section [<file-option>] <old-name> <new-name>",
        "config remove-section [<file-option>] <name>",
        "config edit [<file-option>]",
    ],
    options: &[&[
        flag("|global", "use global config file"),
        flag("|system", "use system config file"),
        flag("|local", "use repository config file"),
        value("f|file", "file", "use given config file"),
        flag("|worktree", ""),
        flag("|get", "get value"),
        flag("|get-all", "get all values"),
        flag("|get-regexp", "get values for a pattern"),
        flag("|replace-all", "replace all matching values"),
        flag("|add", "add a new value"),
        flag("|unset", "remove a variable"),
        flag("|unset-all", "remove all matches"),
        flag("|rename-section", "rename a section"),
        flag("|remove-section", "remove a section"),
        flag("l|list", "list all"),
        flag("e|edit", "open an editor"),
        value("|type", "type", "value is given this type"),
        flag("|bool", "value is \"true\" or \"false\""),
        flag("|int", "value is decimal number"),
        flag("|path", "value is a path"),
        flag("|bool-or-int", ""),
        flag("|all", "return all values"),
        flag("z|null", "terminate values with NUL byte"),
        flag("|name-only", "show variable names only"),
        flag("|show-origin", "show origin of config"),
        flag("|show-scope", "show scope of config"),
        flag("|includes", ""),
        value("|default", "value", "use default value when missing entry"),
        optional("|color", "when", ""),
        flag("|get-color", ""),
        flag("|get-colorbool", ""),
        flag("|get-urlmatch", ""),
    ]],
    stop_at_operand: false,
};

/// What is asked for, by options or by the newer subcommands.
const ACTIONS: [&str; 10] = [
    "list",
    "get",
    "get-all",
    "get-regexp",
    "replace-all",
    "add",
    "unset",
    "unset-all",
    "rename-section",
    "remove-section",
];

pub fn run(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = SPEC.parse(arguments)?;
    for id in ["worktree", "get-color", "get-colorbool", "get-urlmatch"] {
        if parsed.has(id) {
            return fatal!("option '--", id, "' is not supported by this git");
        }
    }
    let mut operands: Vec<&[u8]> = parsed.operands.iter().map(Vec::as_slice).collect();
    let mut action = parsed.last_of(&ACTIONS).or(parsed.has("edit").then_some("edit"));
    if action.is_none() {
        let word = operands.first().copied().unwrap_or_default();
        let all = parsed.has("all");
        action = match word {
            b"list" if operands.len() == 1 => Some("list"),
            b"get" if operands.len() > 1 => Some(if all { "get-all" } else { "get" }),
            b"set" if operands.len() == 3 => Some(if all { "replace-all" } else { "set" }),
            b"unset" if operands.len() > 1 => Some(if all { "unset-all" } else { "unset" }),
            b"edit" if operands.len() == 1 => Some("edit"),
            b"rename-section" => Some("rename-section"),
            b"remove-section" => Some("remove-section"),
            _ => None,
        };
        if action.is_some() {
            operands.remove(0);
        } else {
            action = match operands.len() {
                1 => Some("get"),
                2 | 3 => Some("set"),
                _ => None,
            };
        }
    }
    match action {
        Some("list") => {
            git.page("config");
            list(git, &parsed)
        }
        Some("get" | "get-all" | "get-regexp") => get(
            git,
            &parsed,
            &operands,
            action == Some("get-regexp"),
            action != Some("get"),
        ),
        Some("edit") => edit(git, &parsed),
        Some(action) => change(git, &parsed, action, &operands),
        None => Err(SPEC.usage_error("no action specified")),
    }
}

/// The file that the options name, if they name one.
fn file(git: &Git, parsed: &Parsed) -> Result<Option<(Vec<u8>, Scope)>> {
    if let Some(file) = parsed.value("file") {
        let path = git.try_repo().map_or(file.to_vec(), |repo| repo.user_path(file));
        return Ok(Some((path, Scope::Command)));
    }
    if parsed.has("global") {
        let files = global_files();
        let existing = files.iter().rev().find(|file| sys::stat(&file[..]).is_ok());
        return Ok(Some((
            existing.or(files.last()).cloned().unwrap_or_default(),
            Scope::Global,
        )));
    }
    if parsed.has("system") {
        return Ok(Some((b"/etc/gitconfig".to_vec(), Scope::System)));
    }
    if parsed.has("local") {
        return match git.try_repo() {
            Some(repo) => Ok(Some((config_edit::local_file(repo), Scope::Local))),
            None => fatal!("--local can only be used inside a git repository"),
        };
    }
    Ok(None)
}

fn config(git: &Git, parsed: &Parsed) -> Result<Config> {
    match file(git, parsed)? {
        Some((path, scope)) => {
            if parsed.has("file") && sys::stat(&path).is_err() {
                return fatal!(
                    "unable to read config file '",
                    path,
                    "': No such file or directory"
                );
            }
            let mut config = Config::default();
            config.add_file(&path, scope)?;
            Ok(config)
        }
        None => Ok(git.config().clone()),
    }
}

fn scope_name(scope: Scope) -> &'static str {
    match scope {
        Scope::System => "system",
        Scope::Global => "global",
        Scope::Local => "local",
        Scope::Command => "command",
    }
}

fn put_origin(git: &Git, parsed: &Parsed, item: &Item) {
    let tab = if parsed.has("null") { "\0" } else { "\t" };
    if parsed.has("show-scope") {
        git.put(msg![scope_name(item.scope), tab]);
    }
    if parsed.has("show-origin") {
        let top = git
            .try_repo()
            .and_then(|repo| repo.work_tree.clone())
            .unwrap_or_default();
        let inside = item
            .file
            .strip_prefix(&crate::path::join(&top, b"")[..])
            .unwrap_or(&item.file);
        let kind = if item.file == b"command line" { "" } else { "file:" };
        git.put(msg![
            kind,
            if item.file == b"command line" {
                b"command line:"
            } else {
                inside
            },
            tab
        ]);
    }
}

fn list(git: &Git, parsed: &Parsed) -> Result<i32> {
    let (between, end) = if parsed.has("null") {
        ("\n", "\0")
    } else {
        ("=", "\n")
    };
    for item in &config(git, parsed)?.items {
        put_origin(git, parsed, item);
        match &item.value {
            Some(value) if !parsed.has("name-only") => git.put(msg![item.key, between, value, end]),
            _ => git.put(msg![item.key, end]),
        }
    }
    Ok(0)
}

/// A value as its type wants it.
fn typed(parsed: &Parsed, key: &[u8], value: &[u8]) -> Result<Vec<u8>> {
    let kind = parsed.text("type").or_else(|| {
        ["bool", "int", "path", "bool-or-int"]
            .into_iter()
            .find(|kind| parsed.has(kind))
            .map(str::to_owned)
    });
    let number = |value: &[u8]| {
        let text = std::str::from_utf8(value).ok()?.to_ascii_lowercase();
        let (digits, unit) = match text.as_bytes().last()? {
            b'k' => (&text[..text.len() - 1], 1024),
            b'm' => (&text[..text.len() - 1], 1024 * 1024),
            b'g' => (&text[..text.len() - 1], 1024 * 1024 * 1024),
            _ => (&text[..], 1),
        };
        digits.parse::<i64>().ok()?.checked_mul(unit)
    };
    Ok(match kind.as_deref() {
        None => value.to_vec(),
        Some("bool") => match boolean(value) {
            Some(value) => value.to_string().into_bytes(),
            None => return fatal!("bad boolean config value '", value, "' for '", key, "'"),
        },
        Some("int") => match number(value) {
            Some(number) => number.to_string().into_bytes(),
            None => {
                return fatal!(
                    "bad numeric config value '",
                    value,
                    "' for '",
                    key,
                    "': invalid unit"
                );
            }
        },
        Some("bool-or-int") => match number(value) {
            Some(number) => number.to_string().into_bytes(),
            None => boolean(value).unwrap_or(false).to_string().into_bytes(),
        },
        Some("path") => crate::config::expand_home(value),
        Some(other) => return fatal!("unrecognized --type argument, ", other),
    })
}

fn bad_key(name: &[u8]) -> Failure {
    if name.contains(&b'.') {
        say(&msg!["error: invalid key: ", name, "\n"]);
    } else {
        say(&msg!["error: key does not contain a section: ", name, "\n"]);
    }
    Failure::Silent(1)
}

fn get(git: &Git, parsed: &Parsed, operands: &[&[u8]], by_pattern: bool, all: bool) -> Result<i32> {
    let Some(name) = operands.first() else {
        return Err(SPEC.usage_error("wrong number of arguments, should be from 1 to 2"));
    };
    let config = config(git, parsed)?;
    let pattern = if by_pattern {
        Some(super::limits::regex(name, true, false, false)?)
    } else {
        None
    };
    let filter = operands
        .get(1)
        .map(|text| super::limits::regex(text, true, false, false))
        .transpose()?;
    let key = match &pattern {
        Some(_) => Vec::new(),
        None => canonical(name).ok_or_else(|| bad_key(name))?,
    };
    let items = config.items.iter().filter(|item| {
        let fits = pattern
            .as_ref()
            .map_or(item.key == key, |pattern| pattern.is_match(&item.key));
        fits && filter
            .as_ref()
            .is_none_or(|filter| filter.is_match(item.value.as_deref().unwrap_or(b"")))
    });
    let mut found: Vec<&Item> = items.collect();
    if !all && !by_pattern {
        found = found.pop().into_iter().collect();
    }
    let end = if parsed.has("null") { "\0" } else { "\n" };
    if found.is_empty() {
        return match parsed.value("default") {
            Some(value) => {
                git.put(msg![typed(parsed, &key, value)?, end]);
                Ok(0)
            }
            None => Ok(1),
        };
    }
    for item in found {
        put_origin(git, parsed, item);
        let plain = item.value.as_deref();
        let is_bool = parsed.has("bool") || parsed.value("type") == Some(b"bool");
        let value = typed(
            parsed,
            &item.key,
            plain.unwrap_or(if is_bool { b"true" } else { b"" }),
        )?;
        if by_pattern {
            let gap = if plain.is_some() { " " } else { "" };
            git.put(msg![item.key, if parsed.has("name-only") { "" } else { gap }]);
        }
        if !(by_pattern && parsed.has("name-only")) {
            git.put(value);
        }
        git.put(end);
    }
    Ok(0)
}

fn edit(git: &Git, parsed: &Parsed) -> Result<i32> {
    let repo = git.repo()?;
    let path = match file(git, parsed)? {
        Some((path, _)) => path,
        None => config_edit::local_file(repo),
    };
    let text = std::fs::read(cli::os(&path)).unwrap_or_default();
    let edited = message::edit(git, repo, "CONFIG_EDIT", &text)?;
    repo.remove_file("CONFIG_EDIT");
    crate::config::parse(&edited, &path)?;
    crate::lock::LockFile::take(&path)?.commit(&edited)?;
    Ok(0)
}

fn change(git: &Git, parsed: &Parsed, action: &str, operands: &[&[u8]]) -> Result<i32> {
    let path = match (file(git, parsed)?, git.try_repo()) {
        (Some((path, _)), _) => path,
        (None, Some(repo)) => config_edit::local_file(repo),
        (None, None) => return fatal!("not in a git directory"),
    };
    match (action, operands) {
        ("rename-section", [old, new]) => {
            if !config_edit::rename_section(&path, old, new)? {
                return fatal!("no such section: ", old);
            }
            return Ok(0);
        }
        ("remove-section", [name]) => {
            if !config_edit::remove_section(&path, name)? {
                return fatal!("no such section: ", name);
            }
            return Ok(0);
        }
        _ => {}
    }
    let Some(name) = operands.first() else {
        return Err(SPEC.usage_error("wrong number of arguments"));
    };
    let key = canonical(name).ok_or_else(|| bad_key(name))?;
    let filter = |at: usize| {
        operands
            .get(at)
            .map(|text| super::limits::regex(text, true, false, false))
            .transpose()
    };
    match (action, operands) {
        ("unset" | "unset-all", _) => {
            let filter = filter(1)?;
            let matches = |value: &[u8]| filter.as_ref().is_some_and(|filter| filter.is_match(value));
            let all = action == "unset-all";
            let chosen: Option<config_edit::Matches<'_>> =
                if filter.is_some() { Some(&matches) } else { None };
            match config_edit::unset(&path, &key, chosen, all)? {
                0 => Ok(5),
                1 => Ok(0),
                _ if all => Ok(0),
                _ => {
                    git.note(msg!["warning: ", name, " has multiple values"]);
                    Ok(5)
                }
            }
        }
        ("add", [_, value]) => config_edit::add(&path, &key, &typed(parsed, &key, value)?).map(|()| 0),
        ("replace-all", [_, value, ..]) => {
            config_edit::unset(&path, &key, None, true)?;
            config_edit::set(&path, &key, &typed(parsed, &key, value)?).map(|()| 0)
        }
        ("set", [_, value]) => {
            let mut config = Config::default();
            config.add_file(&path, Scope::Local)?;
            if config.all(&key).count() > 1 {
                git.note(msg![
                    "warning: ",
                    name,
                    " has multiple values\nerror: cannot overwrite multiple values with a single value\n",
                    "       Use a regexp, --add or --replace-all to change ",
                    name,
                    "."
                ]);
                return Ok(5);
            }
            config_edit::set(&path, &key, &typed(parsed, &key, value)?).map(|()| 0)
        }
        ("set", _) => fatal!("a value pattern is not supported by this git"),
        _ => Err(SPEC.usage_error("wrong number of arguments, should be 2")),
    }
}
