//! A process's image from its first instruction to its end.
//!
//! The states along the way: a worker starts in KERNEL; GUEST holds only while guest code can run (the start section, `_start`, a
//! clone's entry, and handlers within system calls); whatever way the guest ends, the process is in KERNEL or over when
//! [`run`] returns.

use super::guest::{Guest, GuestRef};
use super::host::{ClonePoint, Host};
use super::memory::GuestMemory;
use super::module::GuestModule;
use super::platform::{self, Instance, Linker, Memory, Trap};
use crate::kernel::clock;
use crate::kernel::error::{Errno, Error};
use crate::kernel::process::{Current, Fd, Leave, Termination};
use crate::kernel::signal::Signal;
use crate::kernel::sync;
use crate::kernel::syscall::exec::Program;
use crate::kernel::syscall::{io, poll};
use core::cell::{Cell, OnceCell};
use std::rc::Rc;
use wasmer::Store;

/// Where an image begins.
pub enum Entry {
    /// At `_start`.
    Start,
    /// Where its parent was.
    Clone(ClonePoint),
}

/// How an image ended.
pub enum Ended {
    /// The process is over: it has been buried, by itself or by its killer.
    Over,
    /// It called exec: run this, under the same process. It is in the kernel.
    Exec(Program),
}

/// The status of a program that can't be started, as shells have it.
const CANNOT_RUN: u8 = 126;

/// Runs an image of a process on its thread, which must be in KERNEL. Blocks until the image ends. In the browser it does not return for a
/// process that was doomed while it ran: its worker is terminated.
pub fn run(
    linker: &mut Linker,
    current: Rc<Current>,
    host: Rc<dyn Host>,
    module: GuestModule,
    program: Program,
    entry: Entry,
) -> Ended {
    if let Some(problem) = &module.info.problem {
        fail(&current, CANNOT_RUN, problem);
        return Ended::Over;
    }
    let guest = Guest {
        current,
        host,
        memory: Memory::detached(),
        instance: OnceCell::new(),
        module,
        program,
        next: Cell::new(None),
        died: Cell::new(false),
        trap: Cell::new(None),
    };
    #[cfg(not(target_arch = "wasm32"))]
    guest.host.runs_in(&linker.store);
    let ran = enter_image(&guest, linker, entry);
    finish(&guest, ran)
}

/// Ends a process that has no image to run: says why on its standard error.
pub fn fail(current: &Current, status: u8, message: &str) {
    complain(current, message);
    current.decide_exit(status);
    current.die();
}

/// How guest code came back.
enum Ran {
    /// It returned.
    Returned,
    /// It can't be started.
    Failed(Trap),
    /// It trapped, or left.
    Unwound(Trap),
    /// A signal ended it before guest code ran.
    Killed,
}

fn enter_image(guest: &Guest, linker: &mut Linker, entry: Entry) -> Ran {
    let instance = match instantiate(guest, linker) {
        Ok(instance) => instance,
        Err(ran) => return ran,
    };
    let store = &mut linker.store;
    let ran = match entry {
        Entry::Start => leave_kernel(guest, store).and_then(|alive| match alive {
            true => instance.start(store).map(|()| Ran::Returned),
            false => Ok(Ran::Killed),
        }),
        Entry::Clone(ClonePoint {
            image,
            stack_pointer,
            entry,
            arg,
        }) => {
            let loaded = image.put(&guest.memory, store).map_err(|error| Trap {
                message: error.to_string(),
            });
            if let Err(trap) = loaded.and_then(|()| instance.set_stack_pointer(store, stack_pointer)) {
                return Ran::Failed(trap);
            }
            leave_kernel(guest, store).and_then(|alive| match alive {
                true => instance
                    .call_table(store, entry, arg as i32)
                    .map(|()| Ran::Returned),
                false => Ok(Ran::Killed),
            })
        }
    };
    ran.unwrap_or_else(Ran::Unwound)
}

fn instantiate<'g>(guest: &'g Guest, linker: &mut Linker) -> core::result::Result<&'g Instance, Ran> {
    // Without a start section no guest code runs here, and the process stays in the kernel.
    let runs_code = guest.module.info.has_start;
    if runs_code && !leave_kernel(guest, &mut linker.store).map_err(Ran::Unwound)? {
        return Err(Ran::Killed);
    }
    let instance = instantiate_patiently(guest, linker, runs_code);
    let instance = instance.map_err(|trap| {
        if runs_code {
            Ran::Unwound(trap)
        } else {
            Ran::Failed(trap)
        }
    })?;
    guest.memory.attach(&linker.store, &instance);
    if runs_code && !guest.current.enter() {
        return Err(Ran::Unwound(Trap {
            message: String::new(),
        }));
    }
    let limit = guest.current.kernel().limits().guest_memory;
    if guest.memory.size() > limit {
        return Err(Ran::Failed(Trap {
            message: format!(
                "{}: more than the {limit} bytes that a guest may begin with",
                Error::from(Errno::ENOMEM)
            ),
        }));
    }
    Ok(guest.instance.get_or_init(|| instance))
}

/// How long a guest waits for room for its memory, and how often it looks.
const ROOM_WITHIN_NS: u64 = 5_000_000_000;
const ROOM_EVERY_NS: u64 = 20_000_000;

/// Instantiates; where a tab holds no more memories, again and again for a while: those of guests that have ended are still
/// there until their workers are idle, closed, or collect garbage. What has run a start section is not tried twice.
fn instantiate_patiently(
    guest: &Guest,
    linker: &mut Linker,
    runs_code: bool,
) -> core::result::Result<Instance, Trap> {
    let give_up = clock::monotonic_ns() + ROOM_WITHIN_NS;
    loop {
        // SAFETY: the guest stands in the frame of `run`, and guest code runs only within `enter_image`.
        let made = linker.instantiate(unsafe { GuestRef::new(guest) }, &guest.module);
        match made {
            Err(trap) if !runs_code && trap.message.contains("Out of memory") => {
                let now = clock::monotonic_ns();
                let over = now > give_up || guest.current.word().is_killed();
                if over || poll::sleep_until(&guest.current, now + ROOM_EVERY_NS).is_err() {
                    return Err(trap);
                }
            }
            made => return made,
        }
    }
}

/// KERNEL to GUEST before guest code first runs. Only a clone can have handlers by now, and what is pending for them is delivered
/// first. False when the process must die, or is over.
fn leave_kernel(guest: &Guest, store: &mut Store) -> core::result::Result<bool, Trap> {
    loop {
        let delivery = match guest.current.leave() {
            Leave::Guest => return Ok(true),
            Leave::Die => return Ok(false),
            Leave::Deliver(delivery) => delivery,
        };
        if let Some(instance) = guest.instance.get() {
            if !guest.current.leave_for_handler() {
                return Ok(false);
            }
            instance.call_table(store, delivery.handler, i32::from(delivery.signal.number()))?;
            guest.memory.refresh(store);
            if !guest.current.enter() {
                return Err(Trap {
                    message: String::new(),
                });
            }
        }
        guest.current.finish_delivery(&delivery);
    }
}

fn finish(guest: &Guest, ran: Ran) -> Ended {
    let current = &guest.current;
    match ran {
        Ran::Killed => current.die(),
        Ran::Failed(trap) => fail(current, CANNOT_RUN, &trap.message),
        Ran::Returned if current.enter() => {
            current.decide_exit(0);
            current.die();
        }
        Ran::Unwound(_) if guest.died.get() => {}
        Ran::Unwound(trap) => match guest.next.take() {
            Some(program) => return Ended::Exec(program),
            None if current.enter() => {
                let message = guest.trap.take().unwrap_or(trap.message);
                complain(current, &message);
                current.decide(Termination::Signaled {
                    signal: Signal::SIGABRT,
                    core: true,
                });
                current.die();
            }
            None if current.is_over() => return parked(),
            // It is in the kernel still, so kernel code trapped: nothing can be trusted any more.
            None => {
                sync::declare_dead();
                panic!("kernel code has trapped: {}", trap.message);
            }
        },
        Ran::Returned => return parked(),
    }
    Ended::Over
}

/// Somebody else buries the process. In the browser this thread is about to be terminated.
fn parked() -> Ended {
    let _never_in_the_browser = platform::park::<()>();
    Ended::Over
}

/// A line on the process's standard error, if it has one.
fn complain(current: &Current, message: &str) {
    let command = current.command();
    let name = command
        .args
        .iter()
        .next()
        .filter(|name| !name.is_empty())
        .unwrap_or(&command.exe);
    let line = [name, b": ", message.as_bytes(), b"\n"].concat();
    let _nobody_to_tell = io::write(current, Fd(2), &mut line.as_slice());
}
