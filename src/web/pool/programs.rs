//! The programs that drivers have mounted, on the kernel worker: those that are compiled, and those that are fetched when they are
//! first called.

use super::WorkerId;
use crate::kernel::machine::ProgramId;
use crate::kernel::process::Pid;
use crate::kernel::syscall::tty;
use crate::web::messages::{Job, Mounted, Remote, Source};
use core::cell::RefCell;
use std::rc::Rc;

/// Somebody who wants a program that is not here yet.
pub enum Waiting {
    /// A process that has not begun.
    Job(Job),
    /// A worker whose process called exec.
    Worker(WorkerId),
}

enum State {
    Here(Mounted),
    Elsewhere,
    /// It is being fetched.
    UnderWay(Vec<Waiting>),
}

/// CR and EL of ECMA-48: the line of progress goes before the program writes.
const ERASE_LINE: &str = "\r\x1b[K";

impl Remote {
    /// What a person sees at the terminal meanwhile.
    fn progress(&self) -> String {
        let name = self.url.rsplit('/').next().unwrap_or_default();
        let name = name.trim_end_matches(".wasm");
        format!(
            "{ERASE_LINE}loading {name} ({:.1} MB)…",
            f64::from(self.size) / 1e6
        )
    }
}

struct Program {
    state: State,
    remote: Option<Remote>,
}

/// Programs by their numbers.
#[derive(Default)]
pub struct Programs(RefCell<Vec<Program>>);

impl Programs {
    /// One more.
    pub fn mount(&self, source: Source) {
        let (state, remote) = match source {
            Source::Compiled(mounted) => (State::Here(mounted), None),
            Source::Remote(remote) => (State::Elsewhere, Some(remote)),
        };
        self.0.borrow_mut().push(Program { state, remote });
    }

    /// One that is here.
    pub fn get(&self, id: ProgramId) -> Option<Mounted> {
        match &self.0.borrow().get(id.0 as usize)?.state {
            State::Here(mounted) => Some(mounted.clone()),
            State::Elsewhere | State::UnderWay(_) => None,
        }
    }

    /// Whether it is here.
    pub fn is_here(&self, id: ProgramId) -> bool {
        let programs = self.0.borrow();
        matches!(
            programs.get(id.0 as usize),
            Some(Program {
                state: State::Here(_),
                ..
            })
        )
    }

    /// Lets somebody wait for a program that is not here; [`Programs::arrived`] answers with him. Answers where it has to be fetched from, if
    /// it is not under way already. Gives him back if there is no such program.
    pub fn wait(&self, id: ProgramId, who: Waiting) -> Result<Option<Remote>, Waiting> {
        let mut programs = self.0.borrow_mut();
        let Some(Program {
            state,
            remote: Some(remote),
        }) = programs.get_mut(id.0 as usize)
        else {
            return Err(who);
        };
        if let Waiting::Job(job) = &who {
            tty::show(&job.process, &remote.progress());
        }
        if let State::UnderWay(waiting) = state {
            waiting.push(who);
            return Ok(None);
        }
        *state = State::UnderWay(vec![who]);
        Ok(Some(remote.clone()))
    }

    /// Takes note of how that went, and answers who waited. What can't be had now is tried again when it is next called.
    pub fn arrived(&self, id: ProgramId, loaded: &Result<Mounted, Rc<str>>) -> Vec<Waiting> {
        let mut programs = self.0.borrow_mut();
        let Some(program) = programs.get_mut(id.0 as usize) else {
            return Vec::new();
        };
        let state = match loaded {
            Ok(mounted) => State::Here(mounted.clone()),
            Err(_) => State::Elsewhere,
        };
        let State::UnderWay(waiting) = core::mem::replace(&mut program.state, state) else {
            return Vec::new();
        };
        for who in &waiting {
            if let Waiting::Job(job) = who {
                tty::show(&job.process, ERASE_LINE);
            }
        }
        waiting
    }

    /// Whether a process waits here.
    pub fn is_awaited_by(&self, pid: Pid) -> bool {
        self.0
            .borrow()
            .iter()
            .any(|program| program.place_of(pid).is_some())
    }

    /// Takes a process away from those that wait.
    pub fn give_up(&self, pid: Pid) -> Option<Job> {
        let mut programs = self.0.borrow_mut();
        programs.iter_mut().find_map(|program| {
            let at = program.place_of(pid)?;
            match &mut program.state {
                State::UnderWay(waiting) => match waiting.swap_remove(at) {
                    Waiting::Job(job) => Some(job),
                    Waiting::Worker(_) => None,
                },
                State::Here(_) | State::Elsewhere => None,
            }
        })
    }
}

impl Program {
    fn place_of(&self, pid: Pid) -> Option<usize> {
        let State::UnderWay(waiting) = &self.state else {
            return None;
        };
        waiting
            .iter()
            .position(|who| matches!(who, Waiting::Job(job) if job.process.pid == pid))
    }
}
