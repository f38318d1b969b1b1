//! Guests on wasmer's `js` backend.
//!
//! Bytes go through a snippet that keeps one view of the guest's memory and one of the kernel's, and copies between them: one
//! guest at a time a worker.

use super::Trap;
use crate::kernel::error::{Errno, Result};
use crate::wasmvm::memory::GuestMemory;
use core::sync::atomic::AtomicI32;
use js_sys::{Function, Uint8Array, WebAssembly};
use wasm_bindgen::prelude::*;
use wasmer::js::AsJs;
use wasmer::{AsStoreMut, AsStoreRef, Exports, Imports, Module, Store};

#[wasm_bindgen(module = "/src/wasmvm/platform/memory.js")]
extern "C" {
    #[wasm_bindgen(js_name = attachGuest)]
    fn attach_guest(guest: &JsValue, kernel: &JsValue);
    #[wasm_bindgen(js_name = detachGuest)]
    fn detach_guest();
    #[wasm_bindgen(js_name = guestSize)]
    fn guest_size() -> f64;
    #[wasm_bindgen(js_name = readGuest)]
    fn read_guest(at: u32, into: u32, len: u32) -> bool;
    #[wasm_bindgen(js_name = writeGuest)]
    fn write_guest(at: u32, from: u32, len: u32) -> bool;
    #[wasm_bindgen(js_name = growGuest, catch)]
    fn grow_guest(size: f64) -> core::result::Result<(), JsValue>;
}

/// What a host function gives back. Leaving the guest never comes back, so there is no error.
pub type Answer<T = i32> = T;

/// An ordinary answer.
#[inline]
pub fn answer(value: i32) -> Answer {
    value
}

/// The process has left this guest for good: a trap, which no guest can catch, unwinds it and the frames of the kernel
/// between. The caller holds nothing that would have to be dropped.
#[cold]
pub fn leave_guest<T>() -> Answer<T> {
    core::arch::wasm32::unreachable()
}

/// The process is doomed: sleeps until the worker is terminated. Takes no lock.
#[cold]
pub fn park<T>() -> Answer<T> {
    static NEVER: AtomicI32 = AtomicI32::new(0);
    loop {
        // SAFETY: the pointer is to a static, and aligned; process workers may wait.
        unsafe { core::arch::wasm32::memory_atomic_wait32(NEVER.as_ptr(), 0, -1) };
    }
}

/// Overflows here, before any lock is taken, if the guest has recursed to the end of the stack.
#[inline]
pub fn probe_stack() {
    super::probe::probe_stack();
}

impl From<JsValue> for Trap {
    fn from(error: JsValue) -> Self {
        let message = match error.dyn_ref::<js_sys::Error>() {
            Some(error) => String::from(error.to_string()),
            None => format!("uncaught exception: {error:?}"),
        };
        Trap { message }
    }
}

/// A store for one image.
pub fn new_store() -> Store {
    Store::default()
}

/// Compiles a module, which a worker may do at once.
pub fn compile(bytes: &[u8]) -> core::result::Result<Module, String> {
    // A copy, as the engine takes no bytes of shared memory.
    let module = WebAssembly::Module::new(&Uint8Array::new_from_slice(bytes))
        .map_err(|error| Trap::from(error).message)?;
    Ok(Module::from(module))
}

/// The guest's memory: the snippet's state of this worker.
pub struct Memory(());

impl Memory {
    /// No memory yet: every access is EFAULT.
    pub fn detached() -> Self {
        detach_guest();
        Memory(())
    }

    /// Takes the memory that the instance exports.
    pub fn attach(&self, store: &impl AsStoreRef, instance: &Instance) {
        match instance.exports.get_memory("memory") {
            Ok(memory) => attach_guest(&memory.as_jsvalue(store), &wasm_bindgen::memory()),
            Err(_) => detach_guest(),
        }
    }

    /// The snippet sees growth by itself.
    #[inline]
    pub fn refresh(&self, _store: &impl AsStoreRef) {}

    /// Grows to `size` bytes, of which it has fewer. ENOMEM.
    pub fn grow_to(&self, _store: &mut impl AsStoreMut, size: u64) -> Result<()> {
        grow_guest(size as f64).map_err(|_| Errno::ENOMEM.into())
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // Lets go of the guest's memory: a page may hold only so many.
        detach_guest();
    }
}

impl GuestMemory for Memory {
    fn size(&self) -> u64 {
        guest_size() as u64
    }

    #[inline]
    fn read(&self, at: u32, into: &mut [u8]) -> Result<()> {
        if read_guest(at, into.as_mut_ptr() as u32, into.len() as u32) {
            Ok(())
        } else {
            Err(Errno::EFAULT.into())
        }
    }

    #[inline]
    fn write(&self, at: u32, bytes: &[u8]) -> Result<()> {
        if write_guest(at, bytes.as_ptr() as u32, bytes.len() as u32) {
            Ok(())
        } else {
            Err(Errno::EFAULT.into())
        }
    }
}

/// A running module.
pub struct Instance {
    exports: Exports,
    start: Option<Function>,
    table: Option<WebAssembly::Table>,
    stack_pointer: Option<WebAssembly::Global>,
}

impl Instance {
    /// Instantiates; runs the start section, if there is one.
    pub fn new(store: &mut Store, module: &Module, imports: &Imports) -> core::result::Result<Self, Trap> {
        let instance = match wasmer::Instance::new(store, module, imports) {
            Ok(instance) => instance,
            Err(wasmer::InstantiationError::Start(error)) => {
                return Err(Trap {
                    message: error.message(),
                });
            }
            Err(error) => {
                return Err(Trap {
                    message: format!("LinkError: {error}"),
                });
            }
        };
        let export = |name: &str| {
            instance
                .exports
                .get_extern(name)
                .map(|found| found.as_jsvalue(&*store))
        };
        Ok(Instance {
            start: export("_start").and_then(|start| start.dyn_into().ok()),
            table: export("__indirect_function_table").and_then(|table| table.dyn_into().ok()),
            stack_pointer: export("__stack_pointer").and_then(|global| global.dyn_into().ok()),
            exports: instance.exports,
        })
    }

    /// Calls `_start`.
    pub fn start(&self, _store: &mut Store) -> core::result::Result<(), Trap> {
        let start = self.start.as_ref().ok_or_else(|| Trap {
            message: "LinkError: no _start".into(),
        })?;
        start.call0(&JsValue::UNDEFINED).map(drop).map_err(Trap::from)
    }

    /// Calls the function of the exported table, of type `(i32) -> ()`, at `index`.
    pub fn call_table(
        &self,
        _store: &mut impl AsStoreMut,
        index: u32,
        arg: i32,
    ) -> core::result::Result<(), Trap> {
        let function = self.table.as_ref().and_then(|table| table.get(index).ok());
        match function.filter(|function| function.is_function()) {
            Some(function) => function
                .call1(&JsValue::UNDEFINED, &arg.into())
                .map(drop)
                .map_err(Trap::from),
            None => Err(Trap {
                message: format!("RuntimeError: table index {index} is out of bounds"),
            }),
        }
    }

    /// The exported `__stack_pointer`.
    pub fn stack_pointer(&self, _store: &mut impl AsStoreMut) -> Option<u32> {
        Some(self.stack_pointer.as_ref()?.value().as_f64()? as i32 as u32)
    }

    /// Sets the exported `__stack_pointer`.
    pub fn set_stack_pointer(&self, _store: &mut impl AsStoreMut, at: u32) -> core::result::Result<(), Trap> {
        let global = self.stack_pointer.as_ref().ok_or_else(|| Trap {
            message: "no __stack_pointer".into(),
        })?;
        global.set_value(&(at as i32).into());
        Ok(())
    }
}
