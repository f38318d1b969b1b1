//! `kernel.openShell`: [`ShellHandle`], a shell on a terminal of its own; and `kernel.connectTerminal`, which joins one to an
//! xterm.js terminal.

use super::error::{JsResult, about, error, plain, promise};
use super::exec::bytes_of;
use super::machine::{Launch, Machine, exited};
use super::options::Options;
use super::spawned::send_signal;
use super::streams::{Feeder, call, next_piece, piece_now};
use crate::kernel::Errno;
use crate::kernel::process::Process;
use crate::kernel::signal::Signal;
use crate::kernel::syscall::tty::terminal_for_page;
use crate::kernel::tty::{PtyMaster, WinSize};
use core::cell::{Cell, RefCell};
use futures_util::future::{Either, select};
use js_sys::{Array, Function, Promise, Uint8Array};
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

const COLS: f64 = 80.0;
const ROWS: f64 = 24.0;

/// What `openShell` and `connectTerminal` were asked for.
pub struct ShellRequest {
    command: String,
    args: Vec<String>,
    env: Vec<(String, String)>,
    cwd: Option<String>,
    size: WinSize,
}

impl ShellRequest {
    /// From the arguments; a size that they don't give comes from `terminal`.
    pub fn new(options: &JsValue, terminal: Option<&Terminal>) -> JsResult<Self> {
        let options = Options::new(options)?;
        let cols = options
            .number("cols")?
            .or(terminal.map(Terminal::cols))
            .unwrap_or(COLS);
        let rows = options
            .number("rows")?
            .or(terminal.map(Terminal::rows))
            .unwrap_or(ROWS);
        let mut env = options.env("env")?;
        if !env.iter().any(|(name, _)| name == "TERM") {
            env.push(("TERM".into(), "xterm-256color".into()));
        }
        Ok(ShellRequest {
            command: options.string("command")?.unwrap_or_else(|| "sh".into()),
            args: options.strings("args")?.unwrap_or_default(),
            env,
            cwd: options.string("cwd")?,
            size: win_size(cols, rows),
        })
    }
}

fn win_size(cols: f64, rows: f64) -> WinSize {
    // `as` saturates, as it should for sizes.
    WinSize {
        rows: rows as u16,
        cols: cols as u16,
        x_pixels: 0,
        y_pixels: 0,
    }
}

/// A shell and the terminal that it runs on.
struct Session {
    process: Arc<Process>,
    master: RefCell<Option<Rc<PtyMaster>>>,
    keyboard: Rc<Feeder<PtyMaster>>,
    on_data: RefCell<Option<Function>>,
    /// Whether somebody reads the terminal's output.
    pumping: Cell<bool>,
}

impl Session {
    fn open(machine: &Rc<Machine>, request: ShellRequest) -> JsResult<Rc<Session>> {
        let (master, fds) =
            terminal_for_page(machine.kernel(), request.size).map_err(|error| about(error, ""))?;
        let pty = master.pty().clone();
        let process = machine.launch_now(Launch {
            command: request.command,
            args: request.args,
            env: request.env,
            cwd: request.cwd,
            fds,
            terminal: Some(pty),
            parent: None,
        })?;
        let master = Rc::new(master);
        Ok(Rc::new(Session {
            process,
            keyboard: Feeder::new(master.clone()),
            master: RefCell::new(Some(master)),
            on_data: RefCell::default(),
            pumping: Cell::new(false),
        }))
    }

    fn resize(&self, cols: f64, rows: f64) {
        if let Some(master) = &*self.master.borrow() {
            // Only a terminal that has been hung up refuses.
            let _resized = master.pty().set_size(win_size(cols, rows));
        }
    }

    /// Reads all output and hands it to `onData`, or forgets it while there is none.
    fn pump(self: &Rc<Self>) {
        if self.pumping.replace(true) {
            return;
        }
        let this = self.clone();
        spawn_local(async move {
            loop {
                let Some(master) = this.master.borrow().clone() else {
                    return;
                };
                let Some(pieces) = next_piece(&*master, || this.master.borrow().is_none()).await else {
                    return;
                };
                this.deliver(&pieces);
            }
        });
    }

    fn deliver(&self, pieces: &Array) {
        let function = self.on_data.borrow().clone();
        if let Some(function) = function {
            pieces.iter().for_each(|piece| call(&function, &piece));
        }
    }

    /// Waits for the shell's end, delivers what it printed last, and hangs the terminal up.
    async fn wait(self: Rc<Self>) -> JsResult<JsValue> {
        self.pump();
        let termination = exited(&self.process).await.map_err(plain)?;
        let master = self.master.take();
        if let Some(master) = master {
            while let Some(pieces) = piece_now(&*master) {
                self.deliver(&pieces);
            }
            self.keyboard.abort();
            // Lets the reader go too.
            master.queue().wake_all();
        }
        Ok(termination.exit_code().into())
    }
}

/// A shell on a terminal.
#[wasm_bindgen(skip_typescript)]
pub struct ShellHandle {
    session: Rc<Session>,
}

/// Starts a shell on a new terminal.
pub fn open_shell(machine: &Rc<Machine>, request: ShellRequest) -> JsResult<ShellHandle> {
    let session = Session::open(machine, request)?;
    // The terminal is hung up when the shell ends, whether or not the page waits for it.
    let ended = session.clone();
    spawn_local(async move {
        let _code = ended.wait_unread().await;
    });
    Ok(ShellHandle { session })
}

impl Session {
    /// Like [`Session::wait`], but leaves the output for an `onData` that comes later.
    async fn wait_unread(self: Rc<Self>) -> JsResult<()> {
        exited(&self.process).await.map_err(plain)?;
        self.keyboard.abort();
        Ok(())
    }
}

#[wasm_bindgen]
impl ShellHandle {
    /// The shell's number in the process table.
    #[wasm_bindgen(getter)]
    pub fn pid(&self) -> u32 {
        self.session.process.pid.0
    }

    /// Types on the terminal.
    pub fn write(&self, data: JsValue) -> JsResult<()> {
        self.session.keyboard.push(bytes_of(&data)?);
        Ok(())
    }

    /// The function that gets the terminal's output.
    #[wasm_bindgen(getter, js_name = onData)]
    pub fn on_data(&self) -> JsValue {
        self.session
            .on_data
            .borrow()
            .clone()
            .map_or(JsValue::NULL, JsValue::from)
    }

    /// Output that came before is kept for the first function.
    #[wasm_bindgen(setter, js_name = onData)]
    pub fn set_on_data(&self, function: JsValue) -> JsResult<()> {
        let function = match function.dyn_into::<Function>() {
            Ok(function) => Some(function),
            Err(none) if none.is_null() || none.is_undefined() => None,
            Err(_) => return Err(error(Errno::EINVAL, "onData is no function")),
        };
        if function.is_some() {
            self.session.pump();
        }
        *self.session.on_data.borrow_mut() = function;
        Ok(())
    }

    /// Changes the window's size: the foreground group gets SIGWINCH.
    pub fn resize(&self, cols: f64, rows: f64) {
        self.session.resize(cols, rows);
    }

    /// Sends the shell a signal, SIGTERM unless said otherwise. One that ignores SIGTERM, as interactive shells do, gets the SIGHUP of a
    /// closed window.
    pub fn kill(&self, signal: Option<i32>) -> JsResult<()> {
        let process = &self.session.process;
        let term = i32::from(Signal::SIGTERM.number());
        let is_deaf = signal.unwrap_or(term) == term && process.signals().ignores(Signal::SIGTERM);
        let hang_up = i32::from(Signal::SIGHUP.number());
        send_signal(process, if is_deaf { Some(hang_up) } else { signal })
    }

    /// Resolves to the shell's exit code when it has ended and its output has been delivered.
    pub fn wait(&self) -> Promise {
        promise(self.session.clone().wait())
    }
}

#[wasm_bindgen(module = "/src/web/terminal.js")]
extern "C" {
    /// An xterm.js terminal, by what is used of it.
    pub type Terminal;
    #[wasm_bindgen(js_name = asTerminal, catch)]
    fn as_terminal(terminal: &JsValue) -> core::result::Result<Terminal, JsValue>;
    #[wasm_bindgen(method, getter)]
    fn cols(this: &Terminal) -> f64;
    #[wasm_bindgen(method, getter)]
    fn rows(this: &Terminal) -> f64;
    /// Resolves when the terminal has taken the bytes in.
    #[wasm_bindgen(method)]
    fn write(this: &Terminal, bytes: &Uint8Array) -> Promise;
    /// Calls `typed` with bytes and `resized` with columns and rows, until `release`.
    #[wasm_bindgen(method)]
    fn listen(this: &Terminal, typed: &JsValue, resized: &JsValue);
    #[wasm_bindgen(method)]
    fn release(this: &Terminal);
}

/// `connectTerminal({ terminal })`: a shell on the page's terminal, until the shell ends. Resolves to its exit code.
pub async fn connect_terminal(machine: Rc<Machine>, options: JsValue) -> JsResult<JsValue> {
    let terminal = Options::new(&options)?
        .get("terminal")
        .map(|terminal| as_terminal(&terminal))
        .transpose()?;
    let on_data = Options::new(&options)?.function("onData")?;
    if terminal.is_none() && on_data.is_none() {
        return Err(error(
            Errno::EINVAL,
            "a page has no terminal of its own: give { terminal } (of xterm.js) or { onData }",
        ));
    }
    let session = Session::open(&machine, ShellRequest::new(&options, terminal.as_ref())?)?;
    let Some(terminal) = terminal else {
        *session.on_data.borrow_mut() = on_data;
        return session.wait().await;
    };
    let keyboard = session.keyboard.clone();
    let typed = Closure::<dyn FnMut(Uint8Array)>::new(move |bytes| keyboard.push(bytes));
    let sized = session.clone();
    let resized = Closure::<dyn FnMut(f64, f64)>::new(move |cols, rows| sized.resize(cols, rows));
    terminal.listen(typed.as_ref(), resized.as_ref());
    let code = show(&session, &terminal, on_data.as_ref()).await;
    terminal.release();
    code
}

/// Shows the shell's output, on the terminal unless there is a function for it. The next piece is read when the terminal has taken the one before, so that a flood stops the program
/// that prints it and not the page.
async fn show(session: &Rc<Session>, terminal: &Terminal, on_data: Option<&Function>) -> JsResult<JsValue> {
    session.pumping.set(true);
    let Some(master) = session.master.borrow().clone() else {
        return Ok(JsValue::UNDEFINED);
    };
    let show = async |pieces: Array| {
        for piece in pieces.iter() {
            match on_data {
                Some(function) => call(function, &piece),
                None => {
                    let _taken = JsFuture::from(terminal.write(piece.unchecked_ref())).await;
                }
            }
        }
    };
    let mut ended = Box::pin(exited(&session.process));
    let termination = loop {
        match select(ended, Box::pin(next_piece(&*master, || false))).await {
            Either::Left((termination, _)) => break termination,
            Either::Right((Some(pieces), still)) => {
                ended = still;
                show(pieces).await;
            }
            // Nobody has the terminal open any more; the shell is about to end.
            Either::Right((None, still)) => break still.await,
        }
    };
    let termination = termination.map_err(plain)?;
    while let Some(pieces) = piece_now(&*master) {
        show(pieces).await;
    }
    session.master.take();
    session.keyboard.abort();
    Ok(termination.exit_code().into())
}
