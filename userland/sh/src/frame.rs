//! The call stack: what FUNCNAME, BASH_SOURCE, BASH_LINENO and `caller` show.

use std::rc::Rc;

use brush_parser::ast::FunctionDefinition;

use crate::options::Options;
use crate::shell::Shell;
use crate::text::Bytes;

/// A defined function.
#[derive(Clone, Debug)]
pub struct Function {
    pub definition: Rc<FunctionDefinition>,
    /// The file that defined it; `main` for the shell's own input, `environment` for `-c`.
    pub source: Bytes,
    /// Lines before the text that the definition was parsed from.
    pub line_base: usize,
    /// Line of the definition.
    pub line: usize,
    /// DEBUG and RETURN traps hold inside it (`declare -ft`).
    pub trace: bool,
    pub export: bool,
}

/// A function call, or a file that `.` reads.
#[derive(Clone, Debug)]
pub struct Frame {
    pub name: String,
    /// The file that what runs comes from.
    pub source: Bytes,
    /// The caller's line.
    pub line: usize,
    pub is_function: bool,
    /// Arguments as BASH_ARGV shows them; `None` where none were given to keep.
    pub args: Option<Vec<Bytes>>,
    /// What `local -` found, to be put back at the end.
    pub options: Option<Options>,
}

/// The file that the running command comes from.
pub fn source(sh: &Shell) -> Bytes {
    match (sh.calls.last(), &sh.script) {
        (Some(f), _) => f.source.clone(),
        (None, Some(script)) => script.clone(),
        (None, None) if sh.command_string => b"environment".to_vec(),
        (None, None) => b"main".to_vec(),
    }
}

pub fn in_function(sh: &Shell) -> bool {
    sh.calls.iter().any(|f| f.is_function)
}

/// Innermost first: a frame's name, its source, and the line that it was called from. A script counts as `main`.
pub fn all(sh: &Shell) -> Vec<(Bytes, Bytes, usize)> {
    let base = sh.script.iter().map(|s| (b"main".to_vec(), s.clone(), 0));
    sh.calls
        .iter()
        .rev()
        .map(|f| (f.name.clone().into_bytes(), f.source.clone(), f.line))
        .chain(base)
        .collect()
}

/// BASH_ARGC and BASH_ARGV, innermost first. Without `extdebug` only files read by `.` count.
pub fn arguments(sh: &Shell) -> (Vec<usize>, Vec<Bytes>) {
    let kept: Vec<&Vec<Bytes>> = sh.calls.iter().rev().filter_map(|f| f.args.as_ref()).collect();
    let mut counts: Vec<usize> = kept.iter().map(|a| a.len()).collect();
    let mut values: Vec<Bytes> = kept.iter().flat_map(|a| a.iter().rev().cloned()).collect();
    if !counts.is_empty() || sh.options.extdebug {
        counts.push(sh.initial_args.len());
        values.extend(sh.initial_args.iter().rev().cloned());
    }
    (counts, values)
}
