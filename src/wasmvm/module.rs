//! What is known of a guest's module before it runs: [`ModuleInfo`], read once from its bytes, as the browser's compiled
//! modules don't tell types; and [`ModuleCache`], the modules that a thread has compiled from files.

use super::imports::{self, ImportId};
use super::platform;
use crate::kernel::error::{Attempt, Block, Errno, Error, Fault, Result};
use crate::kernel::fs::InodeRef;
use crate::kernel::io::VecSink;
use crate::kernel::process::Current;
use crate::kernel::question;
use core::cell::RefCell;
use std::sync::Arc;
use wasmparser::{ConstExpr, DataKind, ExternalKind, FuncType, Parser, Payload, TypeRef};

/// A compiled module, with what is known of it. In the browser it belongs to the thread that has it.
#[derive(Clone)]
pub struct GuestModule {
    /// wasmer's.
    pub compiled: wasmer::Module,
    /// Plain data, which threads may share.
    pub info: Arc<ModuleInfo>,
}

impl GuestModule {
    /// Puts both together.
    pub fn new(compiled: wasmer::Module, info: Arc<ModuleInfo>) -> Self {
        GuestModule { compiled, info }
    }

    /// Compiles a module. The message says what is wrong with it.
    pub fn compile(bytes: &[u8]) -> core::result::Result<Self, String> {
        let info = Arc::new(ModuleInfo::parse(bytes)?);
        Ok(GuestModule {
            compiled: platform::compile(bytes)?,
            info,
        })
    }
}

/// What the kernel must know of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleInfo {
    /// The functions that it imports, each once.
    pub imports: Vec<ImportId>,
    /// Why it can't be run: an import that nobody offers, no `_start`.
    pub problem: Option<String>,
    /// Whether instantiating it runs code: then it can't be cloned.
    pub has_start: bool,
    /// Whether it exports `__stack_pointer` and its function table: else it can't be cloned.
    pub has_clone_exports: bool,
    /// Where its stack, which grows down, begins, if that is known to lie below all of its data (as linkers have it).
    pub stack_top: Option<u32>,
}

impl ModuleInfo {
    /// Reads a module. The message says why it is none.
    pub fn parse(bytes: &[u8]) -> core::result::Result<ModuleInfo, String> {
        let mut sections = Sections::default();
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload.map_err(|error| format!("CompileError: {error}"))?;
            sections
                .read(payload)
                .map_err(|error| format!("CompileError: {error}"))?;
        }
        let Sections {
            types: _,
            mut imports,
            mut problem,
            start,
            exports_start,
            stack_pointer,
            table,
            globals: _,
            lowest_data,
        } = sections;
        let top = stack_pointer.flatten();
        imports.sort_unstable();
        imports.dedup();
        if problem.is_none() && !exports_start {
            problem = Some("LinkError: the module exports no function _start".into());
        }
        Ok(ModuleInfo {
            imports,
            problem,
            has_start: start,
            has_clone_exports: stack_pointer.is_some() && table,
            stack_top: top.filter(|&top| lowest_data.is_some_and(|lowest| lowest >= top)),
        })
    }
}

#[derive(Default)]
struct Sections {
    types: Vec<FuncType>,
    imports: Vec<ImportId>,
    problem: Option<String>,
    start: bool,
    exports_start: bool,
    /// Exported; with its first value, where that is a constant.
    stack_pointer: Option<Option<u32>>,
    table: bool,
    /// The first values of the globals, where they are constants.
    globals: Vec<Option<u32>>,
    /// Where the lowest data begins; 0 where that is known only when it is loaded.
    lowest_data: Option<u32>,
}

impl Sections {
    fn read(&mut self, payload: Payload<'_>) -> wasmparser::Result<()> {
        match payload {
            Payload::TypeSection(types) => {
                self.types = types
                    .into_iter_err_on_gc_types()
                    .collect::<wasmparser::Result<_>>()?;
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import?;
                    match self.resolve(import.module, import.name, import.ty) {
                        Ok(id) => self.imports.push(id),
                        Err(problem) => self.problem = self.problem.take().or(Some(problem)),
                    }
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    match (export.name, export.kind) {
                        ("_start", ExternalKind::Func) => self.exports_start = true,
                        ("__stack_pointer", ExternalKind::Global) => {
                            self.stack_pointer =
                                Some(self.globals.get(export.index as usize).copied().flatten());
                        }
                        ("__indirect_function_table", ExternalKind::Table) => self.table = true,
                        _ => {}
                    }
                }
            }
            Payload::StartSection { .. } => self.start = true,
            Payload::GlobalSection(globals) => {
                for global in globals {
                    self.globals.push(constant(&global?.init_expr));
                }
            }
            Payload::DataSection(segments) => {
                for segment in segments {
                    if let DataKind::Active { offset_expr, .. } = segment?.kind {
                        let at = constant(&offset_expr).unwrap_or(0);
                        self.lowest_data = Some(self.lowest_data.map_or(at, |lowest| lowest.min(at)));
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn resolve(&self, module: &str, name: &str, ty: TypeRef) -> core::result::Result<ImportId, String> {
        let TypeRef::Func(index) = ty else {
            return Err(format!(
                "LinkError: import {module}.{name}: only functions can be imported"
            ));
        };
        let id = imports::find(module, name)
            .ok_or_else(|| format!("LinkError: unknown import {module}.{name}"))?;
        let (import, wanted) = (id.import(), self.types.get(index as usize));
        if let Some(wanted) = wanted.filter(|wanted| !import.has_type(wanted)) {
            return Err(format!(
                "LinkError: import {module}.{name} is wanted as {}, but is {}",
                imports::signature(wanted.params(), wanted.results()),
                import.signature()
            ));
        }
        Ok(id)
    }
}

/// The value of an `i32.const`. Read by hand: wasmparser's reader of operators knows them all, in 100 KB.
fn constant(expression: &ConstExpr<'_>) -> Option<u32> {
    const I32_CONST: u8 = 0x41;
    let mut bytes = expression.get_binary_reader();
    let value = match bytes.read_u8() {
        Ok(I32_CONST) => bytes.read_var_i32().ok()?,
        _ => return None,
    };
    Some(value as u32)
}

/// Modules compiled from files, by the file's identity and state; each thread has its own.
pub struct ModuleCache {
    entries: RefCell<Vec<(FileKey, GuestModule)>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct FileKey {
    dev: u64,
    ino: u64,
    mtime_ns: u64,
    size: u64,
}

/// How many modules a thread keeps; compiled code is large.
const CACHED: usize = 8;
/// The largest file that is taken for a program.
const PROGRAM_MAX: u64 = 256 << 20;

impl Default for ModuleCache {
    fn default() -> Self {
        ModuleCache {
            entries: RefCell::new(Vec::new()),
        }
    }
}

impl ModuleCache {
    /// The module in the file, compiled now unless it is known. The message says why there is none.
    pub fn load(&self, current: &Current, file: &InodeRef) -> core::result::Result<GuestModule, String> {
        let stat = file.stat();
        let key = FileKey {
            dev: stat.dev,
            ino: stat.ino,
            mtime_ns: stat.mtime_ns,
            size: stat.size,
        };
        let known = self
            .entries
            .borrow()
            .iter()
            .find(|(each, _)| *each == key)
            .map(|(_, module)| module.clone());
        if let Some(module) = known {
            return Ok(module);
        }
        let bytes = read_whole(current, file, stat.size).map_err(|error| error.to_string())?;
        let module = GuestModule::compile(&bytes)?;
        let mut entries = self.entries.borrow_mut();
        if entries.len() >= CACHED {
            entries.remove(0);
        }
        entries.push((key, module.clone()));
        Ok(module)
    }
}

/// All bytes of a file. ENOMEM, ENOEXEC (too large).
pub fn read_whole(current: &Current, file: &InodeRef, size: u64) -> Result<Vec<u8>> {
    if size > PROGRAM_MAX {
        return Err(Error::new(Errno::ENOEXEC, "the file is too large for a program"));
    }
    let mut sink = VecSink::new(size as usize);
    sink.bytes
        .try_reserve_exact(size as usize)
        .map_err(|_| Errno::ENOMEM)?;
    while (sink.bytes.len() as u64) < size {
        let at = sink.bytes.len() as u64;
        let piece = question::settle(current, || Ok(at_once(file.try_read_at(at, &mut sink))?));
        let count = piece.map_err(|fault| match fault {
            Fault::Error(error) => error,
            Fault::Interrupted => Errno::EINTR.into(),
        })?;
        if count == 0 {
            break;
        }
    }
    Ok(sink.bytes)
}

fn at_once<T>(attempt: Attempt<T>) -> Result<T> {
    attempt.map_err(|block| match block {
        Block::WouldBlock => Errno::EAGAIN.into(),
        Block::Failed(error) => error,
    })
}
