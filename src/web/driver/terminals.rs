//! [`KernelInterface`]'s calls on terminals.

use super::interface::{KernelInterface, is_group, object};
use crate::kernel::Errno;
use crate::kernel::file::File;
use crate::kernel::process::{Fd, Pgid};
use crate::kernel::syscall::tty as calls;
use crate::kernel::tty::{ControlChar, LocalFlags, Pty, Termios};
use crate::web::error::{JsResult, about, error, plain};
use crate::web::options::Options;
use std::sync::Arc;
use wasm_bindgen::prelude::*;

/// The reference's names of the local modes.
const MODES: [(&str, LocalFlags); 3] = [
    ("icanon", LocalFlags::ICANON),
    ("echo", LocalFlags::ECHO),
    ("isig", LocalFlags::ISIG),
];

/// The reference's names of the control characters.
const CHARACTERS: [(&str, ControlChar); 5] = [
    ("vintr", ControlChar::Intr),
    ("vquit", ControlChar::Quit),
    ("vsusp", ControlChar::Susp),
    ("veof", ControlChar::Eof),
    ("verase", ControlChar::Erase),
];

impl KernelInterface {
    /// The terminal behind a descriptor, by either of its sides. ENOTTY.
    fn pty(&self, pid: u32, fd: u32) -> JsResult<Arc<Pty>> {
        match &self.file(pid, fd)?.file {
            File::PtySlave(slave) => Ok(slave.pty().clone()),
            File::PtyMaster(master) => Ok(master.pty().clone()),
            _ => Err(about(Errno::ENOTTY.into(), &format!("descriptor {fd}"))),
        }
    }

    fn change(&self, pid: u32, fd: u32, change: impl FnOnce(&mut Termios) -> JsResult<()>) -> JsResult<()> {
        let pty = self.pty(pid, fd)?;
        let mut termios = pty.termios().map_err(plain)?;
        change(&mut termios)?;
        pty.set_termios(termios, false).map_err(plain)
    }
}

/// A boolean option that may be missing. EINVAL.
fn flag(options: &Options<'_>, name: &str) -> JsResult<Option<bool>> {
    match options.get(name) {
        None => Ok(None),
        Some(value) => value
            .as_bool()
            .map(Some)
            .ok_or_else(|| error(Errno::EINVAL, &format!("the option {name} is no boolean"))),
    }
}

#[wasm_bindgen]
#[allow(missing_docs)]
impl KernelInterface {
    /// openpty(3): descriptors of both sides, and the path.
    pub fn openpty(&self, pid: u32) -> JsResult<JsValue> {
        let delegate = self.delegate(pid)?;
        let (master, slave) = calls::openpty(&delegate.current).map_err(plain)?;
        let path = calls::ttyname(&delegate.current, slave).map_err(plain)?;
        Ok(object(&[
            ("masterFd", master.0.into()),
            ("slaveFd", slave.0.into()),
            ("path", path.into()),
        ]))
    }

    /// Whether it is the program's side of a terminal.
    pub fn isatty(&self, pid: u32, fd: u32) -> JsResult<bool> {
        Ok(matches!(self.file(pid, fd)?.file, File::PtySlave(_)))
    }

    /// Sets `{ canonical?, echo?, isig? }`.
    #[wasm_bindgen(js_name = ptySetDiscipline)]
    pub fn pty_set_discipline(&self, pid: u32, fd: u32, config: JsValue) -> JsResult<()> {
        self.change(pid, fd, |termios| {
            let options = Options::new(&config)?;
            for (name, mode) in MODES {
                let name = if mode == LocalFlags::ICANON {
                    "canonical"
                } else {
                    name
                };
                if let Some(on) = flag(&options, name)? {
                    termios.local.set(mode, on);
                }
            }
            Ok(())
        })
    }

    /// Sets who gets the terminal's signals, whatever session it is of. ESRCH if there is no such group.
    #[wasm_bindgen(js_name = ptySetForegroundPgid)]
    pub fn pty_set_foreground_pgid(&self, pid: u32, fd: u32, pgid: u32) -> JsResult<()> {
        let pty = self.pty(pid, fd)?;
        if !is_group(self.machine()?.kernel(), Pgid(pgid)) {
            return Err(about(Errno::ESRCH.into(), &format!("group {pgid}")));
        }
        pty.set_foreground(Pgid(pgid));
        Ok(())
    }

    /// The terminal's attributes, a copy.
    pub fn tcgetattr(&self, pid: u32, fd: u32) -> JsResult<JsValue> {
        let termios = self.pty(pid, fd)?.termios().map_err(plain)?;
        let characters: Vec<(&str, JsValue)> = CHARACTERS
            .iter()
            .map(|(name, which)| (*name, termios.control_char(*which).into()))
            .collect();
        let mut attributes: Vec<(&str, JsValue)> = MODES
            .iter()
            .map(|(name, mode)| (*name, termios.local.contains(*mode).into()))
            .collect();
        attributes.push(("cc", object(&characters)));
        Ok(object(&attributes))
    }

    /// Changes the attributes that are given, and leaves the others.
    pub fn tcsetattr(&self, pid: u32, fd: u32, attributes: JsValue) -> JsResult<()> {
        self.change(pid, fd, |termios| {
            let options = Options::new(&attributes)?;
            for (name, mode) in MODES {
                if let Some(on) = flag(&options, name)? {
                    termios.local.set(mode, on);
                }
            }
            let given = options.get("cc").unwrap_or(JsValue::UNDEFINED);
            let characters = Options::new(&given)?;
            for (name, which) in CHARACTERS {
                if let Some(byte) = characters.number(name)? {
                    let is_byte = byte.fract() == 0.0 && byte <= 255.0;
                    if !is_byte {
                        return Err(error(Errno::EINVAL, &format!("the option cc.{name} is no byte")));
                    }
                    termios.cc[which as usize] = byte as u8;
                }
            }
            Ok(())
        })
    }

    /// tcsetpgrp(3). On the controlling terminal of a session the group must be of that session (EPERM); ESRCH if there is none.
    pub fn tcsetpgrp(&self, pid: u32, fd: u32, pgid: u32) -> JsResult<()> {
        let pty = self.pty(pid, fd)?;
        if let (Some(session), _) = pty.session() {
            let machine = self.machine()?;
            let members =
                |entry: &crate::kernel::process::Entry| entry.pgid.0 == pgid && entry.sid == session;
            if is_group(machine.kernel(), Pgid(pgid)) && machine.kernel().signal_where(None, members) == 0 {
                let message = format!("operation not permitted: group {pgid} is of another session");
                return Err(error(Errno::EPERM, &message));
            }
        }
        self.pty_set_foreground_pgid(pid, fd, pgid)
    }

    /// tcgetpgrp(3); 0 when there is no foreground group.
    pub fn tcgetpgrp(&self, pid: u32, fd: u32) -> JsResult<u32> {
        let (_, foreground) = self.pty(pid, Fd(fd).0)?.session();
        Ok(foreground.map_or(0, |pgid| pgid.0))
    }
}
