//! `kernel.mountFs` and `kernel.unmountFs`: file systems of the page's at places of the tree.

use super::error::{JsResult, about};
use super::file_system::in_memory;
use super::files::Files;
use super::machine::Machine;
use crate::kernel::fs::pagefs::PageFs;
use crate::kernel::fs::{FileSystem, Place};
use crate::kernel::syscall::path::{self, Base, Caller};
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::prelude::*;

fn directory(machine: &Machine, path: &str) -> JsResult<Place> {
    let page = Caller::page(&machine.kernel().vfs);
    path::place(page, Base::Root, path.as_bytes()).map_err(|error| about(error, path))
}

/// Mounts `fs` at `path`; the directory is made if it is missing. EINVAL if `fs` is no file system, EBUSY if it or the place is taken.
pub async fn mount_fs(machine: Rc<Machine>, path: String, fs: JsValue) -> JsResult<JsValue> {
    let files: Arc<dyn FileSystem> = match in_memory(&fs)? {
        Some(files) => files,
        None => PageFs::new(machine.page.add_file_system(fs)?, &[]),
    };
    let (kernel, page) = (machine.kernel(), &machine.page);
    let all = Files::all(&kernel.vfs);
    page.settle(|| all.make_path(&path).map_err(|error| about(error, &path)))
        .await?;
    let on = page.settle(|| directory(&machine, &path)).await?;
    kernel.vfs.mount(on, files).map_err(|error| about(error, &path))?;
    Ok(JsValue::UNDEFINED)
}

/// Takes away what is mounted at `path`. EINVAL if nothing is, EBUSY if something is mounted within it. Who has files of it open keeps
/// them.
pub async fn unmount_fs(machine: Rc<Machine>, path: String) -> JsResult<JsValue> {
    let place = machine.page.settle(|| directory(&machine, &path)).await?;
    machine
        .kernel()
        .vfs
        .unmount(&place)
        .map_err(|error| about(error, &path))?;
    Ok(JsValue::UNDEFINED)
}
