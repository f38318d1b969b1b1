//! Mounting drivers: the WasmVM's programs go to the workers; every driver's commands to the kernel and, as files, to `/bin`.

use super::driver;
use super::error::{JsResult, about, error};
use super::files::Files;
use super::glue;
use super::machine::Machine;
use super::messages::{Mounted, Remote, Source};
use super::options::string_array;
use crate::kernel::error::Block;
use crate::kernel::file::OpenFlags;
use crate::kernel::fs::{FileType, MemFs};
use crate::kernel::syscall::path::{self, Base, Caller, Follow};
use crate::kernel::{Errno, Error, Kernel};
use crate::wasmvm::{ModuleInfo, imports};
use js_sys::{Array, Object, Promise, Reflect, Uint8Array, WebAssembly};
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen(module = "/src/web/runtime.js")]
extern "C" {
    #[wasm_bindgen(extends = Object)]
    type WasmVmRuntime;
    #[wasm_bindgen(js_name = isWasmVmRuntime)]
    fn is_wasm_vm_runtime(driver: &JsValue) -> bool;
    #[wasm_bindgen(method)]
    fn load(this: &WasmVmRuntime, base: &str) -> Promise;
    #[wasm_bindgen(js_name = createWasmVmRuntime)]
    fn create_wasm_vm_runtime(options: &JsValue) -> JsValue;
    #[wasm_bindgen(js_name = loadModule)]
    fn load_module(url: &str, size: u32) -> Promise;
    #[wasm_bindgen(js_name = describeModule)]
    fn describe_module(module: &WebAssembly::Module) -> Object;
}

/// Where commands stand in the tree of files.
const COMMANDS: &str = "/bin";
const USERLAND: &str = "userland/";
/// What the files of commands may take where they have a file system of their own.
const COMMAND_BYTES: u64 = 4 << 20;

/// `createWasmVmRuntime(options)`, for tests in Rust.
pub fn wasm_vm_runtime(options: &JsValue) -> JsValue {
    create_wasm_vm_runtime(options)
}

/// `kernel.mount(driver)`: the WasmVM's, or one of the page's own. EINVAL if it is none.
pub(super) async fn mount(machine: Rc<Machine>, driver: JsValue) -> JsResult<JsValue> {
    let commands = if is_wasm_vm_runtime(&driver) {
        mount_wasm_vm(&machine, driver.unchecked_into()).await?
    } else {
        driver::mount(&machine, driver.unchecked_into()).await?
    };
    machine.furnish().await?;
    place_for_commands(&machine).await?;
    for name in commands {
        let written = || {
            write_command(machine.kernel(), &name)
                .map_err(|error| about(error, &format!("{COMMANDS}/{name}")))
        };
        // In a tree that lives on the page commands are found without files.
        match machine.page.settle(written).await {
            Err(_) if machine.page_root.is_some() => {}
            written => written?,
        }
    }
    Ok(JsValue::UNDEFINED)
}

/// Its programs go to the workers. Answers the names of its commands.
async fn mount_wasm_vm(machine: &Machine, driver: WasmVmRuntime) -> JsResult<Vec<String>> {
    let programs: Array = JsFuture::from(driver.load(&userland_url()))
        .await?
        .unchecked_into();
    let mut commands = Vec::new();
    for program in programs.iter() {
        commands.extend(mount_program(machine, &program)?);
    }
    machine.drivers.borrow_mut().push(driver.unchecked_into());
    Ok(commands)
}

/// Beside the glue.
fn userland_url() -> String {
    let glue = glue::glue_url();
    let folder = glue.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{folder}/{USERLAND}")
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// In a tree that lives on the page: gives `/bin` a file system of its own, so that nothing of the kernel's is written into the page's files. A
/// `/bin` that has something in it stays as it is.
async fn place_for_commands(machine: &Machine) -> JsResult<()> {
    let Some(root) = &machine.page_root else {
        return Ok(());
    };
    let all = Files::all(&machine.kernel().vfs);
    let there = machine.page.settle(|| all.read_dir(COMMANDS)).await;
    if there.is_ok_and(|names| names.length() > 0) {
        return Ok(());
    }
    root.add_point(COMMANDS.trim_start_matches('/').as_bytes());
    let page = Caller::page(&machine.kernel().vfs);
    let found = || path::place(page, Base::Root, COMMANDS.as_bytes()).map_err(|error| about(error, COMMANDS));
    let on = machine.page.settle(found).await?;
    machine
        .kernel()
        .vfs
        .mount(on, MemFs::new(COMMAND_BYTES))
        .map_err(|error| about(error, COMMANDS))
}

/// The command names of a program, now registered.
fn mount_program(machine: &Machine, program: &JsValue) -> JsResult<Vec<String>> {
    let commands = string_array(&get(program, "commands").unchecked_into()).unwrap_or_default();
    let source = match get(program, "url").as_string() {
        Some(url) => Source::Remote(Remote {
            url,
            size: get(program, "size").as_f64().unwrap_or_default() as u32,
        }),
        None => Source::Compiled(compiled(program).map_err(|problem| error(Errno::ENOEXEC, &problem))?),
    };
    let id = machine.add_program(source)?;
    commands.iter().for_each(|name| machine.add_command(name, id));
    Ok(commands)
}

/// { module, bytes? } with what is known of it. The message says why it is none.
fn compiled(program: &JsValue) -> Result<Mounted, String> {
    let module: WebAssembly::Module = get(program, "module").unchecked_into();
    let info = match get(program, "bytes").dyn_into::<Uint8Array>() {
        Ok(bytes) => ModuleInfo::parse(&bytes.to_vec())?,
        Err(_) => info_without_bytes(&module),
    };
    Ok(Mounted {
        module,
        info: Arc::new(info),
    })
}

/// Fetches and compiles a module. The message says why it can't be had.
pub(super) async fn load(remote: &Remote) -> Result<Mounted, String> {
    let program = JsFuture::from(load_module(&remote.url, remote.size))
        .await
        .map_err(|error| {
            let message = get(&error, "message").as_string();
            message.unwrap_or_else(|| format!("could not load {}", remote.url))
        })?;
    compiled(&program)
}

/// The file by which a command is found in PATH. One that the user put there stays.
fn write_command(kernel: &Arc<Kernel>, name: &str) -> Result<(), Error> {
    let page = Caller::page(&kernel.vfs);
    let path = format!("{COMMANDS}/{name}");
    match path::lstat(page, Base::Root, path.as_bytes()) {
        Ok(stat) if stat.file_type != FileType::Regular => return Ok(()),
        _ => {}
    }
    let flags = OpenFlags::O_WRONLY | OpenFlags::O_CREAT | OpenFlags::O_EXCL;
    let file = match path::open_file(page, Base::Root, path.as_bytes(), flags, 0o755) {
        Err(error) if error.errno == Errno::EEXIST => return Ok(()),
        opened => opened?,
    };
    let content = Kernel::command_file(name.as_bytes());
    match file.try_write(&mut content.as_slice()) {
        Ok(_) => path::chmod(page, Base::Root, path.as_bytes(), 0o755, Follow::Yes),
        Err(Block::Failed(error)) => Err(error),
        Err(Block::WouldBlock) => Err(Errno::EAGAIN.into()),
    }
}

/// What the browser tells of a compiled module. It doesn't tell types, nor whether there is a start section: so the module
/// counts as one that can't be cloned.
fn info_without_bytes(module: &WebAssembly::Module) -> ModuleInfo {
    let description = describe_module(module);
    let exports = string_array(&get(&description, "exports").unchecked_into()).unwrap_or_default();
    let mut info = ModuleInfo {
        imports: Vec::new(),
        problem: None,
        has_start: true,
        has_clone_exports: false,
        stack_top: None,
    };
    let wanted: Array = get(&description, "imports").unchecked_into();
    for import in wanted
        .iter()
        .filter_map(|import| string_array(import.unchecked_ref()))
    {
        let [module, name, kind] = &import[..] else {
            continue;
        };
        match imports::find(module, name).filter(|_| kind == "function") {
            Some(id) => info.imports.push(id),
            None => {
                info.problem
                    .get_or_insert(format!("LinkError: unknown import: \"{module}\" \"{name}\""));
            }
        }
    }
    info.imports.sort_unstable();
    info.imports.dedup();
    if !exports.iter().any(|name| name == "_start") {
        info.problem
            .get_or_insert("LinkError: the module exports no function _start".into());
    }
    info
}
