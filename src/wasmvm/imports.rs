//! Everything that a guest may import, as data: name, type and the function behind it.
//!
//! The functions themselves are in `wasi`, `cobnut` and `compat`. Each takes the [`Guest`] and the guest's numbers and answers a
//! [`crate::kernel::error::SysResult`]; the macro here puts the edge ([`super::entry`]) around it, once for each import, as
//! wasmer's typed host functions must be plain functions.

use super::guest::GuestRef;
use wasmer::{FunctionEnv, Store};
use wasmparser::{FuncType, ValType};

/// One function that a guest may import.
pub struct Import {
    /// The module's name.
    pub module: &'static str,
    /// The function's name.
    pub name: &'static str,
    /// The types of its parameters.
    pub params: &'static [ValType],
    /// The names of its parameters, which tell a generator of calls what would be to the point. Not for the browser: no guest sees them.
    #[cfg(not(target_arch = "wasm32"))]
    pub names: &'static [&'static str],
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

    /// Its type, to be read by people.
    pub fn signature(&self) -> String {
        signature(self.params, self.results)
    }
}

/// A type of functions, to be read by people: `(i32, i64) -> (i32)`.
pub fn signature(params: &[ValType], results: &[ValType]) -> String {
    let list = |types: &[ValType]| {
        let names: Vec<String> = types.iter().map(ValType::to_string).collect();
        names.join(", ")
    };
    format!("({}) -> ({})", list(params), list(results))
}

/// The tables, in the order of their imports' numbers.
fn tables() -> [&'static [Import]; 5] {
    use super::{cobnut, compat, wasi};
    [
        wasi::TABLE,
        cobnut::TABLE,
        compat::host_process::TABLE,
        compat::host_user::TABLE,
        compat::host_fs::TABLE,
    ]
}

/// The number of an import: its place in the tables, those of WASI first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ImportId(u16);

impl ImportId {
    /// The import itself.
    pub fn import(self) -> &'static Import {
        let mut at = self.0 as usize;
        for table in tables() {
            match table.get(at) {
                Some(import) => return import,
                None => at -= table.len(),
            }
        }
        unreachable!("only find makes numbers")
    }
}

/// A set of imports.
#[derive(Clone, Default, Debug)]
pub struct ImportSet([u64; WORDS]);

/// Enough for all numbers.
const WORDS: usize = 4;

impl ImportSet {
    /// Adds one; false if it was in.
    pub fn insert(&mut self, id: ImportId) -> bool {
        let (word, bit) = (&mut self.0[usize::from(id.0) / 64], 1 << (id.0 % 64));
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }
}

/// Every import, in the order of their numbers.
pub fn all() -> impl Iterator<Item = &'static Import> {
    tables().into_iter().flatten()
}

/// The import of that name.
pub fn find(module: &str, name: &str) -> Option<ImportId> {
    let at = all().position(|import| import.module == module && import.name == name)?;
    Some(ImportId(at as u16))
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
                #[cfg(not(target_arch = "wasm32"))]
                names: &[$(stringify!($arg)),*],
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

    #[test]
    fn a_set_has_room_for_all() {
        let mut set = ImportSet::default();
        let ids = || all().map(|import| find(import.module, import.name).unwrap());
        assert!(ids().all(|id| set.insert(id)));
        assert!(!ids().any(|id| set.insert(id)));
    }

    #[test]
    fn numbers_and_types_are_those_of_the_import() {
        for import in all() {
            let id = find(import.module, import.name).unwrap();
            assert!(core::ptr::eq(id.import(), import), "{}", import.name);
        }
        let exit = find("wasi_snapshot_preview1", "proc_exit").unwrap();
        assert_eq!(exit.import().signature(), "(i32) -> ()");
        let seek = find("wasi_snapshot_preview1", "fd_seek").unwrap();
        assert_eq!(seek.import().signature(), "(i32, i64, i32, i32) -> (i32)");
    }
}
