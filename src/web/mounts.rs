//! `kernel.mountFs` and `kernel.unmountFs`: file systems of the page's at places of the tree.

use super::error::{JsResult, about};
use super::file_system::in_memory;
use super::files::Files;
use super::glue;
use super::machine::Machine;
use super::page::Page;
use crate::kernel::Errno;
use crate::kernel::fs::pagefs::PageFs;
use crate::kernel::fs::{FileSystem, MemFs, OverlayFs, Place, tree};
use crate::kernel::syscall::path::{self, Base, Caller, Follow};
use js_sys::Array;
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/web/api.js")]
extern "C" {
    #[wasm_bindgen(js_name = layersOf)]
    fn layers_of(fs: &JsValue) -> Option<Array>;
}

/// Whether `object` describes a file system over others.
pub fn is_overlay(object: &JsValue) -> bool {
    layers_of(object).is_some()
}

/// The file system that `object` is, or describes. One that lives on the page has the directories `points` in its root, for others to be
/// mounted on. EINVAL if it is none.
pub fn file_system(page: &Page, object: JsValue, points: &[&[u8]]) -> JsResult<Arc<dyn FileSystem>> {
    if let Some(layers) = layers_of(&object) {
        let lower = file_system(page, layers.get(0), points)?;
        let upper: Arc<dyn FileSystem> = match layers.get(1) {
            upper if upper.is_undefined() || upper.is_null() => MemFs::new(glue::file_budget()),
            upper => file_system(page, upper, &[])?,
        };
        return Ok(OverlayFs::new(lower, upper));
    }
    Ok(match in_memory(&object)? {
        Some(files) => files,
        None => PageFs::new(page.add_file_system(object)?, points),
    })
}

fn directory(machine: &Machine, path: &str) -> JsResult<Place> {
    let page = Caller::page(&machine.kernel().vfs);
    path::place(page, Base::Root, path.as_bytes()).map_err(|error| about(error, path))
}

/// Mounts `fs` at `path`; the directory is made if it is missing. EINVAL if `fs` is no file system, EBUSY if it or the place is taken.
pub async fn mount_fs(machine: Rc<Machine>, path: String, fs: JsValue) -> JsResult<JsValue> {
    let files = file_system(&machine.page, fs, &[])?;
    let (kernel, page) = (machine.kernel(), &machine.page);
    let all = Files::all(&kernel.vfs);
    page.settle(|| all.make_path(&path).map_err(|error| about(error, &path)))
        .await?;
    let on = page.settle(|| directory(&machine, &path)).await?;
    kernel.vfs.mount(on, files).map_err(|error| about(error, &path))?;
    Ok(JsValue::UNDEFINED)
}

/// Makes the usual directories, and the kernel's own, in a tree that may have to ask the page for that: one at a time, each when the page has
/// answered. What is there stays as it is.
pub async fn furnish(machine: &Machine, cwd: &str) -> JsResult<()> {
    let (vfs, page) = (&machine.kernel().vfs, &machine.page);
    for &(directory, mode) in tree::DIRECTORIES {
        let text = String::from_utf8_lossy(directory);
        let caller = Caller::page(vfs);
        let mut is_new = true;
        page.settle(|| match path::mkdir(caller, Base::Root, directory, mode) {
            Err(error) if error.errno == Errno::EEXIST => {
                is_new = false;
                Ok(())
            }
            made => made.map_err(|error| about(error, &text)),
        })
        .await?;
        if is_new {
            // The page's umask must not cut it.
            page.settle(|| {
                path::chmod(caller, Base::Root, directory, mode, Follow::Yes)
                    .map_err(|error| about(error, &text))
            })
            .await?;
        }
    }
    let all = Files::all(vfs);
    page.settle(|| all.make_path(cwd).map_err(|error| about(error, cwd)))
        .await
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
