//! [`Delegate`]: a process that a driver on the page runs.
//!
//! The page is its thread and never sleeps, so its kill word stays at KERNEL: a killer sets KILL and wakes [`Process::called`], and the
//! page ends the process in its next turn. Signals that would end it go to the driver's `kill`; SIGKILL, and what stops, need no driver.

use super::DriverLink;
use super::context::context;
use super::stdio::{Output, feed_stdin};
use crate::kernel::error::Block;
use crate::kernel::machine::Delegated;
use crate::kernel::process::{Current, Fd, Process, Termination};
use crate::kernel::signal::Signal;
use crate::kernel::sync::wait::ready_until;
use crate::web::machine::Machine;
use core::cell::{Cell, RefCell};
use js_sys::{Array, Object, Uint8Array};
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// A process that a driver on the page runs.
pub struct Delegate {
    /// The process, whose thread the page is.
    pub current: Current,
    /// The kernel.
    pub machine: Rc<Machine>,
    /// The driver's side.
    pub(super) link: DriverLink,
    /// Whether the driver reads descriptor 0 itself.
    pub(super) reads_stdin: Cell<bool>,
    /// Calls that the page has not finished.
    pub(super) deferred: RefCell<Vec<Rc<super::deferred::Deferred>>>,
    output: Output,
    exiting: Cell<bool>,
    over: Cell<bool>,
    /// What the driver calls; kept for as long as it may.
    _report: Closure<dyn FnMut(String, JsValue)>,
}

/// The status of a process that its driver could not start, as shells have it.
const CANNOT_RUN: u8 = 126;

/// Runs the processes that guests start for the page's drivers, for as long as the kernel runs.
pub async fn serve(machine: Rc<Machine>) {
    let kernel = machine.kernel().clone();
    loop {
        let next = ready_until(kernel.delegated_queue(), || match kernel.take_delegated() {
            Some(delegated) => Ok(Some(delegated)),
            None if machine.page.is_closed() => Ok(None),
            None => Err(Block::WouldBlock),
        });
        match next.await {
            Ok(Some(delegated)) => Delegate::start(&machine, delegated),
            Ok(None) | Err(_) => return,
        }
    }
}

impl Delegate {
    /// Takes a process over, and lets its driver start it.
    pub fn start(machine: &Rc<Machine>, delegated: Delegated) {
        let Delegated {
            process,
            driver,
            command,
        } = delegated;
        let current = Current::adopt(process);
        let caught = current.signals().for_driver();
        *current.signals() = caught;
        let delegate = Rc::new_cyclic(|this: &std::rc::Weak<Delegate>| {
            let this = this.clone();
            let report = Closure::<dyn FnMut(String, JsValue)>::new(move |what: String, value: JsValue| {
                if let Some(delegate) = this.upgrade() {
                    delegate.hear(&what, value);
                }
            });
            Delegate {
                current,
                machine: machine.clone(),
                link: DriverLink::new(report.as_ref()),
                reads_stdin: Cell::new(false),
                deferred: RefCell::default(),
                output: Output::default(),
                exiting: Cell::new(false),
                over: Cell::new(false),
                _report: report,
            }
        });
        machine
            .delegates
            .borrow_mut()
            .insert(delegate.pid(), delegate.clone());
        spawn_local(delegate.clone().supervise());
        if delegate.current.word().is_killed() {
            return;
        }
        let driver = machine.drivers.borrow().get(driver.0 as usize).cloned();
        match driver.map(|driver| delegate.start_driver(&driver, &command)) {
            Some(Ok(())) => spawn_local(feed_stdin(delegate)),
            Some(Err(error)) => delegate.fail(&message_of(&error), CANNOT_RUN),
            None => delegate.fail("its driver is gone", CANNOT_RUN),
        }
    }

    fn start_driver(&self, driver: &Object, command: &[u8]) -> Result<(), JsValue> {
        let line = self.current.command();
        let text = |bytes: &[u8]| JsValue::from(String::from_utf8_lossy(bytes).as_ref());
        let args: Array = line.args.iter().skip(1).map(text).collect();
        let command = String::from_utf8_lossy(command);
        self.link.start(driver, &command, &args, &context(&self.current))
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        self.current.pid.0
    }

    /// The process, as others hold it.
    pub fn process(&self) -> &Arc<Process> {
        self.current.process()
    }

    /// What it has printed.
    pub(super) fn output(&self) -> &Output {
        &self.output
    }

    /// Whether it has ended.
    pub fn is_over(&self) -> bool {
        self.over.get()
    }

    fn hear(self: &Rc<Self>, what: &str, value: JsValue) {
        if self.exiting.get() {
            return;
        }
        match what {
            "stdout" => self.print(Fd(1), value.unchecked_into()),
            "stderr" => self.print(Fd(2), value.unchecked_into()),
            "exit" => self.exit(value.as_f64().map_or(1, |code| code as u8)),
            _ => self.fail(&value.as_string().unwrap_or_default(), 1),
        }
    }

    /// Writes what the driver says that the process has printed.
    fn print(self: &Rc<Self>, fd: Fd, bytes: Uint8Array) {
        self.output.push(self, fd, bytes);
    }

    /// Ends it with a message on its standard error.
    fn fail(self: &Rc<Self>, message: &str, code: u8) {
        let command = self.current.command();
        let name = String::from_utf8_lossy(command.args.iter().next().unwrap_or_default()).into_owned();
        let line = format!("{name}: {message}\n");
        self.print(Fd(2), Uint8Array::new_from_slice(line.as_bytes()));
        self.exit(code);
    }

    /// The driver says that it has ended: it does when what it has printed is written. Only the first time counts.
    fn exit(self: &Rc<Self>, code: u8) {
        if !self.exiting.replace(true) {
            self.current.decide_exit(code);
            if self.output.is_idle() {
                self.die();
            }
        }
    }

    /// All that was printed is written, or nobody takes it.
    pub(super) fn output_drained(&self) {
        if self.exiting.get() {
            self.die();
        }
    }

    /// Waits for what others do to it: death, and signals for its driver.
    async fn supervise(self: Rc<Self>) {
        let process = self.process().clone();
        while !self.over.get() {
            let called = ready_until(&process.called, || {
                if self.over.get() || process.word().is_called() {
                    Ok(())
                } else {
                    Err(Block::WouldBlock)
                }
            });
            if called.await.is_err() || self.over.get() {
                return;
            }
            if process.word().is_killed() {
                self.link.kill(Signal::SIGKILL.number());
                return self.die();
            }
            if let Some(signal) = self.current.take_caught()
                && !self.link.kill(signal.number())
            {
                // Nobody to tell: the default action.
                self.current.decide(Termination::Signaled { signal, core: false });
                return self.die();
            }
        }
    }

    /// Ends the process, once.
    fn die(&self) {
        if self.over.replace(true) {
            return;
        }
        self.exiting.set(true);
        self.link.release();
        self.machine.delegates.borrow_mut().remove(&self.pid());
        self.deferred.borrow_mut().clear();
        self.current.die();
        self.machine.kernel().release_slot();
        self.process().called.wake_all();
    }
}

/// What an error of the page's JavaScript says.
fn message_of(error: &JsValue) -> String {
    js_sys::Reflect::get(error, &"message".into())
        .ok()
        .and_then(|message| message.as_string())
        .or_else(|| error.as_string())
        .unwrap_or_else(|| "its driver failed".into())
}
