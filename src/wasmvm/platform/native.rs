//! Guests on wasmer's `sys` backend.

use super::Trap;
use crate::kernel::error::{Errno, Result};
use crate::wasmvm::guest::GuestRef;
use crate::wasmvm::memory::GuestMemory;
use crate::wasmvm::module::GuestModule;
use core::cell::Cell;
use core::fmt;
use wasmer::sys::{Cranelift, CraneliftOptLevel, EngineBuilder};
use wasmer::{
    AsStoreMut, AsStoreRef, Engine, Exports, FunctionEnv, Imports, Module, RuntimeError, Store, Value,
};

/// What a host function gives back.
pub type Answer<T = i32> = core::result::Result<T, RuntimeError>;

/// An ordinary answer.
pub fn answer(value: i32) -> Answer {
    Ok(value)
}

/// The process has left this guest for good: unwinds it.
pub fn leave_guest<T>() -> Answer<T> {
    Err(RuntimeError::user(Box::new(Left)))
}

/// The process is doomed, and somebody else buries it: the thread ends as well, as it can't be terminated.
pub fn park<T>() -> Answer<T> {
    leave_guest()
}

/// wasmer runs host functions on the thread's own stack, which no guest's recursion has eaten.
pub fn probe_stack() {}

#[derive(Debug)]
struct Left;

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the process has left this guest")
    }
}

impl std::error::Error for Left {}

impl From<RuntimeError> for Trap {
    fn from(error: RuntimeError) -> Self {
        Trap {
            message: format!("RuntimeError: {}", error.message()),
        }
    }
}

/// The engine of all guests. A module runs only in stores of the engine that compiled it.
pub fn engine() -> &'static Engine {
    // Only native code gets here, where every thread may sleep.
    #[allow(clippy::disallowed_types)]
    static ENGINE: std::sync::OnceLock<Engine> = std::sync::OnceLock::new();
    ENGINE.get_or_init(|| {
        // Tests compile more than they run.
        let mut compiler = Cranelift::default();
        compiler.opt_level(CraneliftOptLevel::None);
        EngineBuilder::new(compiler).engine().into()
    })
}

/// Compiles a module.
pub fn compile(bytes: &[u8]) -> core::result::Result<Module, String> {
    Module::new(engine(), bytes).map_err(|error| format!("CompileError: {error}"))
}

/// The guest's memory. `base` and `size` are those of the last [`Memory::refresh`], and a guest's memory grows or moves only
/// while guest code runs; every way back from guest code refreshes.
pub struct Memory {
    memory: Cell<Option<wasmer::Memory>>,
    base: Cell<*mut u8>,
    size: Cell<usize>,
}

impl Memory {
    /// No memory yet: every access is EFAULT.
    pub fn detached() -> Self {
        Memory {
            memory: Cell::new(None),
            base: Cell::new(core::ptr::null_mut()),
            size: Cell::new(0),
        }
    }

    /// Takes the memory that the instance exports.
    pub fn attach(&self, store: &impl AsStoreRef, instance: &Instance) {
        self.memory
            .set(instance.exports.get_memory("memory").ok().cloned());
        self.refresh(store);
    }

    /// Looks where the memory is now; after every entry and every nested call of guest code.
    pub fn refresh(&self, store: &impl AsStoreRef) {
        let memory = self.memory.take();
        if let Some(memory) = &memory {
            let view = memory.view(store);
            self.base.set(view.data_ptr());
            self.size.set(view.data_size() as usize);
        }
        self.memory.set(memory);
    }

    /// Grows to `size` bytes, of which it has fewer. ENOMEM.
    pub fn grow_to(&self, store: &mut impl AsStoreMut, size: u64) -> Result<()> {
        let Some(memory) = self.memory.take() else {
            return Err(Errno::EFAULT.into());
        };
        let grown = memory.grow_at_least(store, size);
        self.memory.set(Some(memory));
        grown.map_err(|_| Errno::ENOMEM)?;
        self.refresh(store);
        Ok(())
    }
}

impl GuestMemory for Memory {
    fn size(&self) -> u64 {
        self.size.get() as u64
    }

    fn read(&self, at: u32, into: &mut [u8]) -> Result<()> {
        self.check(at, into.len())?;
        // SAFETY: `check` has found the bytes inside the memory, which this thread alone uses and which stays where it is until guest
        // code runs again; no reference into it exists.
        unsafe { core::ptr::copy(self.base.get().add(at as usize), into.as_mut_ptr(), into.len()) };
        Ok(())
    }

    fn write(&self, at: u32, bytes: &[u8]) -> Result<()> {
        self.check(at, bytes.len())?;
        // SAFETY: as in `read`.
        unsafe { core::ptr::copy(bytes.as_ptr(), self.base.get().add(at as usize), bytes.len()) };
        Ok(())
    }
}

impl Memory {
    fn check(&self, at: u32, len: usize) -> Result<()> {
        let end = (at as usize).checked_add(len);
        if end.is_some_and(|end| end <= self.size.get()) {
            Ok(())
        } else {
            Err(Errno::EFAULT.into())
        }
    }
}

/// Binds modules to the kernel's functions.
pub struct Linker {
    /// Of one image.
    pub store: Store,
}

impl Default for Linker {
    /// One for one image.
    fn default() -> Self {
        Linker {
            store: Store::new(engine().clone()),
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
        let env = FunctionEnv::new(&mut self.store, guest);
        let mut imports = Imports::new();
        for id in &module.info.imports {
            let import = id.import();
            let function = (import.make)(&mut self.store, &env);
            imports.define(import.module, import.name, function);
        }
        match wasmer::Instance::new(&mut self.store, &module.compiled, &imports) {
            Ok(instance) => Ok(Instance {
                exports: instance.exports,
            }),
            Err(wasmer::InstantiationError::Start(error)) => Err(error.into()),
            Err(error) => Err(Trap {
                message: format!("LinkError: {error}"),
            }),
        }
    }
}

/// A running module.
pub struct Instance {
    exports: Exports,
}

impl Instance {
    /// Calls `_start`.
    pub fn start(&self, store: &mut Store) -> core::result::Result<(), Trap> {
        let start = self.exports.get_function("_start").map_err(|error| Trap {
            message: error.to_string(),
        })?;
        start.call(store, &[]).map(drop).map_err(Trap::from)
    }

    /// Calls the function of the exported table, of type `(i32) -> ()`, at `index`.
    pub fn call_table(
        &self,
        store: &mut impl AsStoreMut,
        index: u32,
        arg: i32,
    ) -> core::result::Result<(), Trap> {
        let table = self.exports.get_table("__indirect_function_table");
        let entry = table.ok().and_then(|table| table.get(store, index));
        let Some(Value::FuncRef(Some(function))) = entry else {
            return Err(Trap {
                message: format!("RuntimeError: table index {index} is out of bounds"),
            });
        };
        function
            .call(store, &[Value::I32(arg)])
            .map(drop)
            .map_err(Trap::from)
    }

    /// The exported `__stack_pointer`.
    pub fn stack_pointer(&self, store: &mut impl AsStoreMut) -> Option<u32> {
        match self.exports.get_global("__stack_pointer").ok()?.get(store) {
            Value::I32(at) => Some(at as u32),
            _ => None,
        }
    }

    /// Sets the exported `__stack_pointer`.
    pub fn set_stack_pointer(&self, store: &mut impl AsStoreMut, at: u32) -> core::result::Result<(), Trap> {
        let global = self.exports.get_global("__stack_pointer").map_err(|error| Trap {
            message: error.to_string(),
        })?;
        global.set(store, Value::I32(at as i32)).map_err(Trap::from)
    }
}
