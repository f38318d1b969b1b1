//! Names become slots; which parameters are arrays is inferred from how they are used.

use crate::ast::{Function, Program, Slot, special};
use crate::value::Str;

/// A call's argument that is a bare parameter of the caller: whether it is an array depends on the callee.
struct Passed {
    caller: usize,
    param: usize,
    callee: usize,
    at: usize,
}

pub struct Names {
    globals: Vec<Str>,
    /// Name, where it was seen first, definition.
    functions: Vec<(Vec<u8>, String, Option<Function>)>,
    /// The function being parsed, with its parameters.
    current: Option<(usize, Vec<Str>)>,
    /// Parameters used as arrays: (function, parameter).
    arrays: Vec<(usize, usize)>,
    passed: Vec<Passed>,
}

impl Names {
    pub fn new() -> Names {
        Names {
            globals: special::NAMES
                .iter()
                .map(|name| Str::from(name.as_bytes()))
                .collect(),
            functions: Vec::new(),
            current: None,
            arrays: Vec::new(),
            passed: Vec::new(),
        }
    }

    pub fn slot(&mut self, name: &[u8]) -> Slot {
        if let Some((_, params)) = &self.current
            && let Some(at) = params.iter().position(|param| param.as_slice() == name)
        {
            return Slot::Local(at);
        }
        if let Some(at) = self.globals.iter().position(|global| global.as_slice() == name) {
            return Slot::Global(at);
        }
        self.globals.push(Str::from(name));
        Slot::Global(self.globals.len() - 1)
    }

    pub fn function(&mut self, name: &[u8], place: &str) -> usize {
        if let Some(at) = self.functions.iter().position(|(own, ..)| own == name) {
            return at;
        }
        self.functions.push((name.to_vec(), place.to_owned(), None));
        self.functions.len() - 1
    }

    pub fn define_function(&mut self, name: &[u8]) -> Result<usize, String> {
        let id = self.function(name, "");
        if self.functions[id].2.is_some() {
            let name = String::from_utf8_lossy(name);
            return Err(format!("function name `{name}' previously defined"));
        }
        Ok(id)
    }

    pub fn enter(&mut self, id: usize, params: &[Str]) {
        self.current = Some((id, params.to_vec()));
    }

    pub fn leave(&mut self, function: Function) {
        if let Some((id, _)) = self.current.take() {
            self.functions[id].2 = Some(function);
        }
    }

    /// The slot is used as an array.
    pub fn mark_array(&mut self, slot: Slot) {
        if let (Slot::Local(at), Some((id, _))) = (slot, &self.current) {
            self.arrays.push((*id, at));
        }
    }

    pub fn mark_passed(&mut self, slot: Slot, callee: usize, at: usize) {
        if let (Slot::Local(param), Some((caller, _))) = (slot, &self.current) {
            self.passed.push(Passed {
                caller: *caller,
                param,
                callee,
                at,
            });
        }
    }

    /// Moves functions and globals to the program.
    ///
    /// # Errors
    /// A function that is called is not defined.
    pub fn finish(self, program: &mut Program) -> Result<(), String> {
        for (name, place, function) in self.functions {
            let Some(function) = function else {
                return Err(format!(
                    "{place}: fatal: function `{}' not defined",
                    String::from_utf8_lossy(&name)
                ));
            };
            program.functions.push(function);
        }
        program.globals = self.globals;
        for (function, param) in self.arrays {
            program.functions[function].arrays[param] = true;
        }
        let mut changed = true;
        while changed {
            changed = false;
            for passed in &self.passed {
                let is_array = program.functions[passed.callee].arrays.get(passed.at) == Some(&true);
                let own = &mut program.functions[passed.caller].arrays[passed.param];
                if is_array && !*own {
                    *own = true;
                    changed = true;
                }
            }
        }
        Ok(())
    }
}
