//! Guests on wasmer's `js` backend.
//!
//! wasmer makes the host functions. The instance is made here: `wasmer::Instance::new` asks the engine for a description of every import and
//! every export of the module, string by string, which for the shell took three times as long as the engine's part.
//!
//! Bytes go through a snippet that keeps one view of the guest's memory and one of the kernel's, and copies between them: one
//! guest at a time a worker.

use super::Trap;
use crate::kernel::error::{Errno, Result};
use crate::wasmvm::guest::GuestRef;
use crate::wasmvm::imports::{Import, ImportSet};
use crate::wasmvm::memory::GuestMemory;
use crate::wasmvm::module::GuestModule;
use core::sync::atomic::AtomicI32;
use js_sys::{Function, Object, Reflect, Uint8Array, WebAssembly};
use wasm_bindgen::prelude::*;
use wasmer::js::AsJs;
use wasmer::{AsStoreMut, AsStoreRef, FunctionEnv, Module, Store};

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
    pub fn attach(&self, _store: &impl AsStoreRef, instance: &Instance) {
        match &instance.memory {
            Some(memory) => attach_guest(memory, &wasm_bindgen::memory()),
            None => detach_guest(),
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

/// Binds modules to the kernel's functions. A thread has one, as it runs one guest at a time: a host function is made when the first
/// module wants it, and serves all that come after.
pub struct Linker {
    /// That of all guests of this thread.
    pub store: Store,
    /// Whose calls the functions take theirs for.
    guest: FunctionEnv<GuestRef>,
    /// The functions, as the engine wants them: an object for each module's name, by the function's name.
    imports: Object,
    bound: ImportSet,
}

impl Default for Linker {
    /// One that has bound nothing yet.
    fn default() -> Self {
        let mut store = Store::default();
        Linker {
            guest: FunctionEnv::new(&mut store, GuestRef::nobody()),
            store,
            imports: Object::new(),
            bound: ImportSet::default(),
        }
    }
}

impl Linker {
    /// Instantiates; runs the start section, if there is one.
    pub fn instantiate(
        &mut self,
        guest: GuestRef,
        module: &GuestModule,
    ) -> core::result::Result<Instance, Trap> {
        *self.guest.as_mut(&mut self.store) = guest;
        for &id in &module.info.imports {
            if self.bound.insert(id) {
                self.bind(id.import())?;
            }
        }
        let compiled = WebAssembly::Module::from(module.compiled.clone());
        let instance = WebAssembly::Instance::new(&compiled, &self.imports)?;
        let exports: GuestExports = instance.exports().unchecked_into();
        Ok(Instance {
            memory: exports.memory().dyn_into().ok(),
            start: exports.start().dyn_into().ok(),
            table: exports.table().dyn_into().ok(),
            stack_pointer: exports.stack_pointer().dyn_into().ok(),
        })
    }

    fn bind(&mut self, import: &Import) -> core::result::Result<(), JsValue> {
        let module = JsValue::from(import.module);
        let mut namespace = Reflect::get(&self.imports, &module)?;
        if namespace.is_undefined() {
            namespace = Object::new().into();
            Reflect::set(&self.imports, &module, &namespace)?;
        }
        let function = (import.make)(&mut self.store, &self.guest);
        Reflect::set(&namespace, &import.name.into(), &function.as_jsvalue(&self.store))?;
        Ok(())
    }
}

#[wasm_bindgen]
extern "C" {
    /// What a guest exports, as far as it matters here; `undefined` where it does not.
    type GuestExports;
    #[wasm_bindgen(method, getter, js_name = memory)]
    fn memory(this: &GuestExports) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = "_start")]
    fn start(this: &GuestExports) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = "__indirect_function_table")]
    fn table(this: &GuestExports) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = "__stack_pointer")]
    fn stack_pointer(this: &GuestExports) -> JsValue;
}

/// A running module.
pub struct Instance {
    memory: Option<WebAssembly::Memory>,
    start: Option<Function>,
    table: Option<WebAssembly::Table>,
    stack_pointer: Option<WebAssembly::Global>,
}

impl Instance {
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
