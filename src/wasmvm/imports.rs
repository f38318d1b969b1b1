//! Everything that a guest may import, as data: name, type and the function behind it.
//!
//! The functions themselves are in `wasi` and `cobnut`. Each takes the [`Guest`] and the guest's numbers and answers a
//! [`crate::kernel::error::SysResult`]; the macro here puts the edge ([`super::entry`]) around it, once for each import, as
//! wasmer's typed host functions must be plain functions.

use super::guest::GuestRef;
use wasmer::{FunctionEnv, Imports, Store};
use wasmparser::{FuncType, ValType};

/// One function that a guest may import.
pub struct Import {
    /// The module's name.
    pub module: &'static str,
    /// The function's name.
    pub name: &'static str,
    /// The types of its parameters.
    pub params: &'static [ValType],
    /// The types of its results.
    pub results: &'static [ValType],
    /// What it does less than its documentation says; empty if nothing.
    pub note: &'static str,
    pub(super) make: fn(&mut Store, &FunctionEnv<GuestRef>) -> wasmer::Function,
}

impl Import {
    /// Whether a module that states this type means this function.
    pub fn has_type(&self, wanted: &FuncType) -> bool {
        wanted.params() == self.params && wanted.results() == self.results
    }
}

/// The number of an import: its place in the tables, those of WASI first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ImportId(u16);

impl ImportId {
    /// The import itself.
    pub fn import(self) -> &'static Import {
        let at = self.0 as usize;
        super::wasi::TABLE
            .get(at)
            .unwrap_or_else(|| &super::cobnut::TABLE[at - super::wasi::TABLE.len()])
    }
}

/// Every import, in the order of their numbers.
pub fn all() -> impl Iterator<Item = &'static Import> {
    super::wasi::TABLE.iter().chain(super::cobnut::TABLE)
}

/// The import of that name.
pub fn find(module: &str, name: &str) -> Option<ImportId> {
    let at = all().position(|import| import.module == module && import.name == name)?;
    Some(ImportId(at as u16))
}

/// The functions that a module asks for, bound to one guest.
pub(super) fn bind(store: &mut Store, env: &FunctionEnv<GuestRef>, wanted: &[ImportId]) -> Imports {
    let mut imports = Imports::new();
    for id in wanted {
        let import = id.import();
        let function = (import.make)(store, env);
        imports.define(import.module, import.name, function);
    }
    imports
}

/// Makes a table of imports. `restart` and `once` say whether the call restarts after a handler with SA_RESTART ([`super::entry::Restart`]);
/// `last` marks those by which a process leaves its image; `clone` and `exit` have edges of their own.
macro_rules! import_table {
    ($module:literal: $( $kind:ident $name:ident($($arg:ident: $type:ident),*) => $function:path $(, note $note:literal)?; )*) => {
        /// The imports of this module.
        pub(in crate::wasmvm) static TABLE: &[$crate::wasmvm::imports::Import] = &[$(
            $crate::wasmvm::imports::Import {
                module: $module,
                name: stringify!($name),
                params: &[$($crate::wasmvm::imports::val_type!($type)),*],
                results: $crate::wasmvm::imports::results!($kind),
                note: concat!("" $(, $note)?),
                make: {
                    fn make(
                        store: &mut wasmer::Store,
                        env: &wasmer::FunctionEnv<$crate::wasmvm::guest::GuestRef>,
                    ) -> wasmer::Function {
                        $crate::wasmvm::imports::shim!($kind $function, $($arg: $type),*);
                        wasmer::Function::new_typed_with_env(store, env, shim)
                    }
                    make
                },
            },
        )*];
    };
}

macro_rules! val_type {
    (u32) => {
        wasmparser::ValType::I32
    };
    (i32) => {
        wasmparser::ValType::I32
    };
    (u64) => {
        wasmparser::ValType::I64
    };
    (i64) => {
        wasmparser::ValType::I64
    };
}

macro_rules! results {
    (exit) => {
        &[]
    };
    ($kind:ident) => {
        &[wasmparser::ValType::I32]
    };
}

macro_rules! shim {
    (restart $function:path, $($arg:ident: $type:ident),*) => {
        #[allow(clippy::too_many_arguments)]
        fn shim(
            env: wasmer::FunctionEnvMut<'_, $crate::wasmvm::guest::GuestRef>, $($arg: $type),*
        ) -> $crate::wasmvm::platform::Answer {
            $crate::wasmvm::entry::system_call(env, $crate::wasmvm::entry::Restart::Yes, |guest| $function(guest, $($arg),*))
        }
    };
    (once $function:path, $($arg:ident: $type:ident),*) => {
        #[allow(clippy::too_many_arguments)]
        fn shim(
            env: wasmer::FunctionEnvMut<'_, $crate::wasmvm::guest::GuestRef>, $($arg: $type),*
        ) -> $crate::wasmvm::platform::Answer {
            $crate::wasmvm::entry::system_call(env, $crate::wasmvm::entry::Restart::No, |guest| $function(guest, $($arg),*))
        }
    };
    (last $function:path, $($arg:ident: $type:ident),*) => {
        #[allow(clippy::too_many_arguments)]
        fn shim(
            env: wasmer::FunctionEnvMut<'_, $crate::wasmvm::guest::GuestRef>, $($arg: $type),*
        ) -> $crate::wasmvm::platform::Answer {
            $crate::wasmvm::entry::last_call(env, |guest| $function(guest, $($arg),*))
        }
    };
    (exit $function:path, $($arg:ident: $type:ident),*) => {
        #[allow(clippy::too_many_arguments)]
        fn shim(
            env: wasmer::FunctionEnvMut<'_, $crate::wasmvm::guest::GuestRef>, $($arg: $type),*
        ) -> $crate::wasmvm::platform::Answer<()> {
            $crate::wasmvm::entry::exit_call(env, |guest| $function(guest, $($arg),*))
        }
    };
    (clone $function:path, $($arg:ident: $type:ident),*) => {
        #[allow(clippy::too_many_arguments)]
        fn shim(
            mut env: wasmer::FunctionEnvMut<'_, $crate::wasmvm::guest::GuestRef>, $($arg: $type),*
        ) -> $crate::wasmvm::platform::Answer {
            let stack_pointer = env.data().get().instance.get().and_then(|instance| instance.stack_pointer(&mut env));
            $crate::wasmvm::entry::system_call(env, $crate::wasmvm::entry::Restart::Yes, |guest| {
                $function(guest, stack_pointer, $($arg),*)
            })
        }
    };
}

pub(in crate::wasmvm) use {import_table, results, shim, val_type};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_import_is_found_under_its_name_once() {
        for (at, import) in all().enumerate() {
            assert_eq!(
                find(import.module, import.name),
                Some(ImportId(at as u16)),
                "{}",
                import.name
            );
        }
        assert_eq!(find("wasi_snapshot_preview1", "fd_nothing"), None);
    }
}
