//! What every command has at hand: the repository, the configuration, standard output with its pager.

use std::cell::{Cell, RefCell};

use cli::Output;
use sys::{Action, Fd};

use crate::config::{Config, boolean};
use crate::failure::{Failure, Result, say};
use crate::fatal;
use crate::places::Places;
use crate::repo::Repo;

pub struct Git {
    pub places: Places,
    repo: Option<Repo>,
    /// Why there is no repository.
    config: Config,
    out: RefCell<Option<Output>>,
    pager: Cell<Option<sys::Pid>>,
    /// `--no-pager` and `-p`.
    pub paginate: Cell<Option<bool>>,
}

impl Git {
    /// `repo` is none for a command that works without one.
    pub fn new(places: Places, repo: Option<Repo>) -> Result<Git> {
        let config = match &repo {
            Some(repo) => repo.config.clone(),
            None => places.config(None)?,
        };
        Ok(Git {
            places,
            repo,
            config,
            out: RefCell::new(Some(Output::stdout())),
            pager: Cell::new(None),
            paginate: Cell::new(None),
        })
    }

    /// # Errors
    /// The command was called outside of a repository.
    pub fn repo(&self) -> Result<&Repo> {
        match &self.repo {
            Some(repo) => Ok(repo),
            None => fatal!(crate::repo::NOT_A_REPOSITORY),
        }
    }

    pub fn try_repo(&self) -> Option<&Repo> {
        self.repo.as_ref()
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    pub fn put(&self, bytes: impl AsRef<[u8]>) {
        if let Some(out) = self.out.borrow_mut().as_mut() {
            out.put(bytes.as_ref());
        }
    }

    pub fn line(&self, bytes: impl AsRef<[u8]>) {
        self.put(bytes);
        self.put(b"\n");
    }

    /// Whether nobody reads any more.
    pub fn is_closed(&self) -> bool {
        self.out.borrow().as_ref().is_some_and(Output::is_closed)
    }

    /// Writes out what is buffered: before another process writes, or a message goes to standard error.
    pub fn flush(&self) {
        if let Some(out) = self.out.borrow_mut().as_mut() {
            out.send();
        }
    }

    /// A line on standard error, after what went to standard output.
    pub fn note(&self, text: impl AsRef<[u8]>) {
        self.flush();
        say(&[text.as_ref(), b"\n"].concat());
    }

    /// Whether to use colours for this kind of output (`color.KIND`, then `color.ui`).
    pub fn colors(&self, kind: &str) -> bool {
        let key = format!("color.{kind}");
        let value = self
            .config
            .get(&key)
            .or_else(|| self.config.get("color.ui"))
            .unwrap_or(b"auto");
        match value {
            b"always" => true,
            b"auto" => self.shows_colors(),
            other => boolean(other) == Some(true) && self.shows_colors(),
        }
    }

    fn shows_colors(&self) -> bool {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        self.on_terminal() && !dumb
    }

    /// Whether a person sees the output, if through the pager.
    pub fn on_terminal(&self) -> bool {
        self.pager.get().is_some() || sys::isatty(Fd::STDOUT)
    }

    /// On a terminal, lets the rest of the output go through the pager.
    pub fn page(&self, command: &str) {
        let configured = self.config.get(&format!("pager.{command}"));
        let wanted = self
            .paginate
            .get()
            .or_else(|| configured.and_then(boolean))
            .unwrap_or(true);
        if !wanted || self.pager.get().is_some() || !sys::isatty(Fd::STDOUT) {
            return;
        }
        let variable = |name: &str| std::env::var_os(name).map(|value| value.as_encoded_bytes().to_vec());
        let own = configured
            .filter(|value| boolean(value).is_none())
            .map(<[u8]>::to_vec);
        let pager = variable("GIT_PAGER")
            .or(own)
            .or_else(|| self.config.get("core.pager").map(<[u8]>::to_vec))
            .or_else(|| variable("PAGER"))
            .unwrap_or_else(|| b"less".to_vec());
        if pager.is_empty() || pager == b"cat" {
            return;
        }
        let mut environment = cli::process::environment();
        for (name, value) in [("LESS", "FRX"), ("LV", "-c")] {
            if std::env::var_os(name).is_none() {
                environment.push(format!("{name}={value}").into_bytes());
            }
        }
        let Ok((reader, writer)) = sys::pipe2(sys::OpenFlags::CLOEXEC) else {
            return;
        };
        let argv = [b"sh".to_vec(), b"-c".to_vec(), pager];
        let child = sys::Spawn {
            path: b"sh",
            argv: &argv,
            envp: &environment,
            search: true,
            actions: vec![Action::Dup2 {
                from: reader,
                to: Fd::STDIN,
            }],
            ..Default::default()
        };
        self.flush();
        let spawned = child.spawn();
        let _ = sys::close(reader);
        if let Ok(pid) = spawned
            && sys::dup2(writer, Fd::STDOUT).is_ok()
        {
            self.pager.set(Some(pid));
        }
        let _ = sys::close(writer);
    }

    /// Writes out the rest, and waits for the pager.
    pub fn finish(&self, status: i32) -> i32 {
        let status = match self.out.borrow_mut().take() {
            Some(out) => out.finish("fatal", status, 128),
            None => status,
        };
        if let Some(pid) = self.pager.take() {
            let _ = sys::close(Fd::STDOUT);
            cli::process::wait_for(pid);
            // A reader that left early has seen what it wanted.
            return if status == 128 + sys::Signal::PIPE.0 {
                0
            } else {
                status
            };
        }
        status
    }
}

/// Runs a command line by the shell, with more arguments; its status.
pub fn shell(line: &[u8], arguments: &[&[u8]], variables: &[(&str, &[u8])]) -> Result<i32> {
    let mut argv = vec![b"sh".to_vec(), b"-c".to_vec()];
    if arguments.is_empty() {
        argv.push(line.to_vec());
    } else {
        argv.extend([[line, b" \"$@\""].concat(), line.to_vec()]);
        argv.extend(arguments.iter().map(|argument| argument.to_vec()));
    }
    let mut environment = cli::process::environment();
    for (name, value) in variables {
        let assignment = [name.as_bytes(), b"=", value].concat();
        environment.retain(|old| !old.starts_with(&assignment[..=name.len()]));
        environment.push(assignment);
    }
    let child = sys::Spawn {
        path: b"sh",
        argv: &argv,
        envp: &environment,
        search: true,
        ..Default::default()
    };
    match child.spawn() {
        Ok(pid) => Ok(cli::process::wait_for(pid)),
        Err(why) => Err(Failure::Fatal(crate::msg![
            "cannot run ",
            line,
            ": ",
            why.message()
        ])),
    }
}
