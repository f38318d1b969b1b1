//! `createInMemoryFileSystem()`: a [`VirtualFileSystem`](InMemoryFileSystem) that the kernel can use without asking the page.

use super::error::JsResult;
use super::files::Files;
use super::glue;
use super::options::Options;
use crate::kernel::fs::{Follow, MemFs, Vfs};
use core::cell::{Cell, RefCell};
use js_sys::Promise;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use wasm_bindgen::prelude::*;

struct Inner {
    file_system: Arc<MemFs>,
    /// A tree of its own over the same files, without the kernel's mounts.
    tree: Vfs,
}

thread_local! {
    /// The page's file systems by number, by which `createKernel` knows them again.
    static ALL: RefCell<Vec<(u32, Weak<Inner>)>> = const { RefCell::new(Vec::new()) };
    static NEXT: Cell<u32> = const { Cell::new(1) };
}

/// A file system in memory.
#[wasm_bindgen(skip_typescript)]
pub struct InMemoryFileSystem {
    id: u32,
    inner: Rc<Inner>,
}

/// A new, empty file system in memory.
#[wasm_bindgen(js_name = createInMemoryFileSystem, skip_typescript)]
pub fn create_in_memory_file_system() -> InMemoryFileSystem {
    let file_system = MemFs::new(glue::file_budget());
    let tree = Vfs::new(file_system.clone());
    let inner = Rc::new(Inner { file_system, tree });
    let id = NEXT.replace(NEXT.get() + 1);
    ALL.with_borrow_mut(|all| {
        all.retain(|(_, known)| known.strong_count() > 0);
        all.push((id, Rc::downgrade(&inner)));
    });
    InMemoryFileSystem { id, inner }
}

/// The file system in memory that `object` is, if [`create_in_memory_file_system`] made it: then the kernel needs no page for it.
pub fn in_memory(object: &JsValue) -> JsResult<Option<Arc<MemFs>>> {
    let id = Options::new(object)?.get(ID).and_then(|id| id.as_f64());
    let known = ALL.with_borrow(|all| {
        all.iter()
            .find(|(each, _)| Some(f64::from(*each)) == id)
            .and_then(|(_, inner)| inner.upgrade())
    });
    Ok(known.map(|inner| inner.file_system.clone()))
}

const ID: &str = "__cobnutFileSystem";

impl InMemoryFileSystem {
    fn files(&self) -> Files<'_> {
        Files::all(&self.inner.tree)
    }
}

/// A promise of what is known already. Errors reject, as all methods of a `VirtualFileSystem` do.
pub fn settled<T: Into<JsValue>>(result: JsResult<T>) -> Promise {
    match result {
        Ok(value) => Promise::resolve(&value.into()),
        Err(error) => Promise::reject(&error),
    }
}

/// The same for calls without a result.
pub fn done(result: JsResult<()>) -> Promise {
    settled(result.map(|()| JsValue::UNDEFINED))
}

/// Whether the option `recursive` is set.
pub fn is_recursive(options: &JsValue) -> bool {
    Options::new(options)
        .ok()
        .and_then(|options| options.get("recursive"))
        .is_some_and(|value| value.is_truthy())
}

#[wasm_bindgen]
#[allow(missing_docs)]
impl InMemoryFileSystem {
    #[wasm_bindgen(getter, js_name = __cobnutFileSystem)]
    pub fn id(&self) -> u32 {
        self.id
    }
    #[wasm_bindgen(js_name = readFile)]
    pub fn read_file(&self, path: &str) -> Promise {
        settled(self.files().read(path))
    }
    #[wasm_bindgen(js_name = readTextFile)]
    pub fn read_text_file(&self, path: &str) -> Promise {
        settled(
            self.files()
                .read(path)
                .map(|bytes| String::from_utf8_lossy(&bytes.to_vec()).into_owned()),
        )
    }
    #[wasm_bindgen(js_name = readDir)]
    pub fn read_dir(&self, path: &str) -> Promise {
        settled(self.files().read_dir(path))
    }
    #[wasm_bindgen(js_name = readDirWithTypes)]
    pub fn read_dir_with_types(&self, path: &str) -> Promise {
        settled(self.files().read_dir_with_types(path))
    }
    #[wasm_bindgen(js_name = writeFile)]
    pub fn write_file(&self, path: &str, content: JsValue) -> Promise {
        done(self.files().write(path, &content))
    }
    #[wasm_bindgen(js_name = createDir)]
    pub fn create_dir(&self, path: &str) -> Promise {
        done(self.files().create_dir(path))
    }
    pub fn mkdir(&self, path: &str, options: JsValue) -> Promise {
        done(self.files().mkdir(path, is_recursive(&options)))
    }
    pub fn exists(&self, path: &str) -> Promise {
        settled(self.files().exists(path))
    }
    pub fn stat(&self, path: &str) -> Promise {
        settled(self.files().stat(path, Follow::Yes))
    }
    pub fn lstat(&self, path: &str) -> Promise {
        settled(self.files().stat(path, Follow::No))
    }
    #[wasm_bindgen(js_name = removeFile)]
    pub fn remove_file(&self, path: &str) -> Promise {
        done(self.files().unlink(path))
    }
    #[wasm_bindgen(js_name = removeDir)]
    pub fn remove_dir(&self, path: &str) -> Promise {
        done(self.files().rmdir(path))
    }
    pub fn rename(&self, old: &str, new: &str) -> Promise {
        done(self.files().rename(old, new))
    }
    pub fn realpath(&self, path: &str) -> Promise {
        settled(self.files().realpath(path))
    }
    pub fn symlink(&self, target: &str, link: &str) -> Promise {
        done(self.files().symlink(target, link))
    }
    pub fn readlink(&self, path: &str) -> Promise {
        settled(self.files().readlink(path))
    }
    pub fn link(&self, old: &str, new: &str) -> Promise {
        done(self.files().link(old, new))
    }
    pub fn chmod(&self, path: &str, mode: u32) -> Promise {
        done(self.files().chmod(path, mode))
    }
    pub fn chown(&self, path: &str, uid: u32, gid: u32) -> Promise {
        done(self.files().chown(path, uid, gid))
    }
    pub fn utimes(&self, path: &str, atime_ms: f64, mtime_ms: f64) -> Promise {
        done(self.files().utimes(path, atime_ms, mtime_ms))
    }
    pub fn truncate(&self, path: &str, length: f64) -> Promise {
        done(self.files().truncate(path, length))
    }
    pub fn pread(&self, path: &str, offset: f64, length: f64) -> Promise {
        settled(self.files().pread(path, offset, length))
    }
    pub fn pwrite(&self, path: &str, offset: f64, data: JsValue) -> Promise {
        done(self.files().pwrite(path, offset, &data))
    }
}
