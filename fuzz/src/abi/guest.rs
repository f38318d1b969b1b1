//! The guest: one module that imports every function and makes the calls that its image lists.
//!
//! `_start` reads the image ([`super::image`]) from fd 0 to address 0 and makes the calls of the section that argc says. A call is
//! a record: the number of a function of the table, and its arguments. The functions of the table are what a handler or a clone
//! may begin at too.

use super::image::{
    ARGUMENT, ARGUMENTS_MAX, FUEL, IMAGE_SIZE, PAGES, RECORD_SIZE, SECTION_OF_HANDLERS, SECTION_TABLE,
};
use cobnut::wasmvm::GuestModule;
use cobnut::wasmvm::imports::{self, Import};
use std::fmt::Write;
use std::sync::OnceLock;
use wasmparser::ValType;

/// Functions of the table, after the null at 0.
pub const RUN: u32 = 1;
/// The first import's.
pub const FIRST_CALL: u32 = 6;

/// Every import, in the order in which [`FIRST_CALL`] counts.
pub fn all_imports() -> &'static [&'static Import] {
    static ALL: OnceLock<Vec<&'static Import>> = OnceLock::new();
    ALL.get_or_init(|| imports::all().collect())
}

/// The module, compiled once.
pub fn module() -> GuestModule {
    static MODULE: OnceLock<GuestModule> = OnceLock::new();
    let compile = || {
        let binary = wat::parse_str(text()).expect("the guest is well-formed");
        GuestModule::compile(&binary).expect("the guest compiles")
    };
    MODULE.get_or_init(compile).clone()
}

/// A program in a file, which is none. A whole one would be compiled each time, and wasmer's engine keeps all that it has compiled.
pub const BROKEN_PROGRAM: &[u8] = b"\0asm\x01\0\0\0\xff\xff";

fn words(types: &[ValType]) -> String {
    let word = |ty: &ValType| if *ty == ValType::I64 { " i64" } else { " i32" };
    types.iter().map(word).collect()
}

fn index_of(name: &str) -> usize {
    let at = all_imports().iter().position(|import| import.name == name);
    at.unwrap_or_else(|| panic!("no import {name}"))
}

fn text() -> String {
    let mut module = String::from("(module\n");
    let mut calls = String::new();
    let mut table = String::new();
    for (at, import) in all_imports().iter().enumerate() {
        let _infallible = writeln!(
            module,
            "(import \"{}\" \"{}\" (func $f{at} (param{}) (result{})))",
            import.module,
            import.name,
            words(import.params),
            words(import.results)
        );
        assert!(
            import.params.len() <= ARGUMENTS_MAX,
            "{} has too many",
            import.name
        );
        let load = |(place, ty): (usize, &ValType)| {
            let ty = if *ty == ValType::I64 { "i64" } else { "i32" };
            format!(
                " ({ty}.load offset={} (local.get $p))",
                ARGUMENT as usize + 8 * place
            )
        };
        let arguments: String = import.params.iter().enumerate().map(load).collect();
        let drops = "(drop) ".repeat(import.results.len());
        let _infallible = writeln!(
            calls,
            "(func $c{at} (param $p i32) (call $f{at}{arguments}) {drops})"
        );
        let _infallible = write!(table, " $c{at}");
    }
    let size = FIRST_CALL as usize + all_imports().len();
    let (pread, args_sizes) = (index_of("fd_pread"), index_of("args_sizes_get"));
    module
        + &format!(
            r#"
        (memory (export "memory") {PAGES} {PAGES})
        (global (export "__stack_pointer") (mut i32) (i32.const 65536))
        (global $fuel (mut i32) (i32.const {FUEL}))
        (table (export "__indirect_function_table") {size} funcref)
        (elem (i32.const {RUN}) $run $on_signal $trap $spin $nothing{table})
        {calls}
        (func $nothing (param i32))
        (func $trap (param i32) unreachable)
        (func $spin (param i32) (loop $again (br $again)))
        (func $on_signal (param i32) (call $run (i32.load (i32.const {on_signal}))))
        (func $run (param $p i32)
          (loop $next
            (if (i32.or (i32.eqz (global.get $fuel)) (i32.eqz (i32.load (local.get $p)))) (then (return)))
            (global.set $fuel (i32.sub (global.get $fuel) (i32.const 1)))
            (call_indirect (param i32) (local.get $p) (i32.load (local.get $p)))
            (local.set $p (i32.add (local.get $p) (i32.const {RECORD_SIZE})))
            (br $next)))
        (func (export "_start")
          (i32.store (i32.const 12) (i32.const {IMAGE_SIZE}))
          (if (call $f{pread} (i32.const 0) (i32.const 8) (i32.const 1) (i64.const 0) (i32.const 16)) (then (return)))
          (drop (call $f{args_sizes} (i32.const 16) (i32.const 20)))
          (call $run (i32.load offset={SECTION_TABLE}
            (i32.shl (i32.and (i32.load (i32.const 16)) (i32.const 3)) (i32.const 2))))))"#,
            on_signal = SECTION_TABLE + 4 * SECTION_OF_HANDLERS as u32,
        )
}
