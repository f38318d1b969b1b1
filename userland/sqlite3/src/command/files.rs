//! Dot-commands that have to do with files and other programs.

use std::time::Duration;

use sys::{Fd, Mode, OpenFlags};

use super::{Words, option, usage};
use crate::engine::{Backup, Connection, Copied, OpenMode, Value};
use crate::input::{self, Input, Lines};
use crate::output;
use crate::shell::{Flow, Shell};
use crate::text;

pub fn cd(shell: &mut Shell, words: Words<'_>) -> Flow {
    let [directory] = words else {
        return usage(shell, "Usage: .cd DIRECTORY");
    };
    match sys::chdir(directory) {
        Ok(()) => {
            sys::init();
            Flow::Go
        }
        Err(_) => usage(
            shell,
            [b"Cannot change to directory \"", &directory[..], b"\""].concat(),
        ),
    }
}

pub fn system(shell: &mut Shell, words: Words<'_>) -> Flow {
    if words.is_empty() {
        return usage(shell, "Usage: .system COMMAND");
    }
    let quote = |word: &Vec<u8>| {
        if word.contains(&b' ') {
            text::quoted_name(word)
        } else {
            word.clone()
        }
    };
    let command = words.iter().map(quote).collect::<Vec<_>>().join(&b" "[..]);
    shell.out.send();
    match cli::process::run(&[b"sh".to_vec(), b"-c".to_vec(), command]) {
        Ok(0) => {}
        // As wait(2) gives it: signals below, the exit status in the next byte.
        Ok(status) if status > 128 => {
            shell.tell(format!("System command returns {}\n", status - 128).as_bytes())
        }
        Ok(status) => shell.tell(format!("System command returns {}\n", status << 8).as_bytes()),
        Err(error) => shell.tell(format!("System command returns -1: {error}\n").as_bytes()),
    }
    Flow::Go
}

pub fn read(shell: &mut Shell, words: Words<'_>) -> Flow {
    let [name] = words else {
        return usage(shell, "Usage: .read FILE");
    };
    let (fd, child) = match name.strip_prefix(b"|") {
        Some(command) => match output::start(command, Fd::STDOUT) {
            Ok((child, fd)) => (fd, Some(child)),
            Err(_) => return shell.fail([b"cannot open \"", &name[..], b"\""].concat()),
        },
        None => match sys::open(name, OpenFlags::CLOEXEC, Mode::empty()) {
            Ok(fd) if sys::fstat(fd).is_ok_and(|s| !s.is_dir()) => (fd, None),
            _ => return shell.fail([b"cannot open \"", &name[..], b"\""].concat()),
        },
    };
    shell.out.send();
    let flow = input::process(shell, &mut Input::Lines(Lines::of(fd)));
    let _ = sys::close(fd);
    if let Some(child) = child {
        cli::process::wait_for(child);
    }
    flow
}

pub fn output(shell: &mut Shell, words: Words<'_>) -> Flow {
    redirect(shell, words, false)
}

pub fn once(shell: &mut Shell, words: Words<'_>) -> Flow {
    redirect(shell, words, true)
}

fn redirect(shell: &mut Shell, words: Words<'_>, once: bool) -> Flow {
    let help = |shell: &mut Shell, message: &[u8]| {
        shell.out.put(message);
        shell
            .out
            .put(super::help::text_of(if once { "once" } else { "output" }).as_bytes());
        Flow::Failed
    };
    let mut target: Option<Vec<u8>> = None;
    for word in words {
        match (&mut target, option(word)) {
            (None, Some(_)) if word.len() > 1 => {
                let message = [b"ERROR: unknown option: \"", &word[..], b"\".  Usage:\n"].concat();
                return help(shell, &message);
            }
            (None, _) => target = Some(word.clone()),
            // A command's words need no quotes.
            (Some(target), _) if target.starts_with(b"|") => {
                target.push(b' ');
                target.extend_from_slice(word);
            }
            (Some(_), _) => {
                let message = [b"ERROR: extra parameter: \"", &word[..], b"\".  Usage:\n"].concat();
                return help(shell, &message);
            }
        }
    }
    // This command itself is the first after it.
    shell.once = if once && target.is_some() { 2 } else { 0 };
    match target {
        None => shell.out.reset(),
        // As the original, which has no such place.
        Some(target) if target == b"off" => {
            shell.out.reset();
            return Flow::Failed;
        }
        Some(target) => {
            if let Err(message) = shell.out.redirect(&target) {
                shell.once = 0;
                if !target.starts_with(b"|") {
                    shell.error([b"cannot open \"", &target[..], b"\""].concat());
                }
                return shell.fail(message);
            }
        }
    }
    Flow::Go
}

pub fn open(shell: &mut Shell, words: Words<'_>) -> Flow {
    let mut name: Option<&Vec<u8>> = None;
    let mut mode = OpenMode::default();
    let mut new = false;
    for word in words {
        match option(word) {
            Some(b"new") => new = true,
            Some(b"readonly") => mode.read_only = true,
            Some(b"nofollow") => mode.no_follow = true,
            Some(_) => {
                return usage(shell, [b"unknown option: ", &word[..]].concat());
            }
            None if name.is_some() => {
                return usage(shell, [b"extra argument: \"", &word[..], b"\""].concat());
            }
            None => name = Some(word),
        }
    }
    shell.close();
    shell.open_mode = mode;
    shell.file = b":memory:".to_vec();
    let Some(name) = name else {
        return Flow::Go;
    };
    if new && !name.is_empty() && name != b":memory:" {
        // What is not there needs no removing; what can't be removed shows when it is opened.
        let _ = std::fs::remove_file(cli::os(name));
    }
    match Connection::open(name, mode) {
        Ok(_) => {
            shell.file.clone_from(name);
            shell.connection().err().unwrap_or(Flow::Go)
        }
        Err(error) => {
            let text = [b"unable to open database \"", &name[..], b"\": ", &error.message].concat();
            shell.error(text);
            shell.open_mode = OpenMode::default();
            // The original's substitute in memory goes by the name that was asked for.
            let opened = shell.connection().err();
            shell.file.clone_from(name);
            opened.unwrap_or(Flow::Go)
        }
    }
}

/// `.backup` and `.save`, of a database into a file.
pub fn backup(shell: &mut Shell, words: Words<'_>) -> Flow {
    let mut names: Vec<&Vec<u8>> = Vec::new();
    for word in words {
        match option(word) {
            // Written as any other file here; asynchronous ones need no sync.
            Some(b"async") => {}
            Some(_) => return usage(shell, [b"unknown option: ", &word[..]].concat()),
            None if names.len() == 2 => return usage(shell, "Usage: .backup ?DB? ?OPTIONS? FILENAME"),
            None => names.push(word),
        }
    }
    let (database, file) = match names[..] {
        [file] => (&b"main"[..], file),
        [database, file] => (&database[..], file),
        _ => return usage(shell, "missing FILENAME argument on .backup"),
    };
    let from = match shell.connection() {
        Ok(connection) => connection,
        Err(flow) => return flow,
    };
    let Ok(to) = Connection::open(file, OpenMode::default()) else {
        return shell.fail([b"cannot open \"", &file[..], b"\""].concat());
    };
    copy(shell, &to, b"main", &from, database)
}

pub fn restore(shell: &mut Shell, words: Words<'_>) -> Flow {
    let (database, file) = match words {
        [file] => (&b"main"[..], file),
        [database, file] => (&database[..], file),
        _ => return usage(shell, "Usage: .restore ?DB? FILE"),
    };
    let Ok(from) = Connection::open(file, OpenMode::default()) else {
        return shell.fail([b"cannot open \"", &file[..], b"\""].concat());
    };
    let to = match shell.connection() {
        Ok(connection) => connection,
        Err(flow) => return flow,
    };
    copy(shell, &to, database, &from, b"main")
}

/// Copies a whole database; while another has a lock it tries again, for a moment.
fn copy(shell: &mut Shell, to: &Connection, to_name: &[u8], from: &Connection, from_name: &[u8]) -> Flow {
    let mut tries = 0;
    let mut begun = match Backup::begin(to, to_name, from, from_name) {
        Ok(backup) => backup,
        Err(error) => return shell.fail(error.message),
    };
    loop {
        match begun.step() {
            Ok(Copied::All) => return Flow::Go,
            Ok(Copied::Part) => {}
            Ok(Copied::Not) => {
                tries += 1;
                if tries >= 3 {
                    return shell.fail("source database is busy");
                }
                std::thread::sleep(Duration::from_millis(100));
            }
            Err(error) => return shell.fail(error.message),
        }
    }
}

/// `.clone`: every table and then all else, row by row, so that what can be read of a damaged database is saved.
pub fn clone(shell: &mut Shell, words: Words<'_>) -> Flow {
    let [file] = words else {
        return usage(shell, "Usage: .clone FILENAME");
    };
    if sys::stat(file).is_ok() {
        shell.tell(&[b"File \"", &file[..], b"\" already exists.\n"].concat());
        return Flow::Go;
    }
    let from = match shell.connection() {
        Ok(connection) => connection,
        Err(flow) => return flow,
    };
    let outcome = Connection::open(file, OpenMode::default()).and_then(|to| {
        to.execute("PRAGMA writable_schema=ON; BEGIN EXCLUSIVE")?;
        for (condition, with_rows) in [("type='table'", true), ("type!='table'", false)] {
            let query = format!(
                "SELECT name, sql FROM sqlite_schema WHERE {condition} AND sql NOT NULL ORDER BY rowid"
            );
            for row in from.rows(query, &[])? {
                let [Some(name), Some(sql)] = &row[..] else {
                    continue;
                };
                shell.out.put(&[&name[..], b"... "].concat());
                // SQLite makes its own tables when the first that needs one is made.
                if !name.starts_with(b"sqlite_") {
                    to.execute(sql)?;
                }
                if with_rows {
                    copy_rows(&from, &to, name)?;
                }
                shell.out.put(b"done\n");
            }
        }
        to.execute("COMMIT; PRAGMA writable_schema=OFF")
    });
    match outcome {
        Ok(()) => Flow::Go,
        Err(error) => shell.fail(error.message),
    }
}

fn copy_rows(from: &Connection, to: &Connection, table: &[u8]) -> crate::engine::Result<()> {
    let name = text::quoted_name(table);
    let mut rows = from.statement([b"SELECT * FROM ", &name[..]].concat())?;
    let columns = rows.columns();
    let marks = vec!["?"; columns].join(",");
    let mut insert = to.statement(
        [
            b"INSERT OR IGNORE INTO ",
            &name[..],
            b" VALUES(",
            marks.as_bytes(),
            b")",
        ]
        .concat(),
    )?;
    while rows.step()? {
        for i in 0..columns {
            let value: Value<'_> = rows.value(i);
            insert.bind(i + 1, value)?;
        }
        insert.step()?;
        insert.reset();
    }
    Ok(())
}
