//! `KernelInterface.vfs`: the kernel's files as a `VirtualFileSystem`.

use crate::kernel::Errno;
use crate::kernel::fs::Follow;
use crate::web::error::{JsResult, disposed, error};
use crate::web::exec::text_of;
use crate::web::file_system::is_recursive;
use crate::web::files::Files;
use crate::web::machine::Machine;
use js_sys::{Array, Promise};
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/web/driver/vfs.js")]
extern "C" {
    #[wasm_bindgen(js_name = KernelFileSystem)]
    type KernelFileSystem;
    #[wasm_bindgen(constructor, js_class = KernelFileSystem)]
    fn new(call: &JsValue) -> KernelFileSystem;
}

/// The object with the methods.
pub fn kernel_file_system(machine: &Rc<Machine>) -> JsValue {
    if let Some(made) = &*machine.vfs_object.borrow() {
        return made.clone();
    }
    let weak: Weak<Machine> = Rc::downgrade(machine);
    let call = Closure::<dyn FnMut(String, Array) -> Promise>::new(move |method: String, args: Array| {
        match weak.upgrade().filter(|machine| !machine.page.is_closed()) {
            Some(machine) => {
                let page = machine.page.clone();
                page.promise(move || operate(Files::of(machine.kernel()), &method, &args))
            }
            None => Promise::reject(&disposed()),
        }
    });
    let object: JsValue = KernelFileSystem::new(&call.into_js_value()).into();
    *machine.vfs_object.borrow_mut() = Some(object.clone());
    object
}

fn operate(files: Files<'_>, method: &str, args: &Array) -> JsResult<JsValue> {
    let text = |at: u32| {
        let missing = || {
            error(
                Errno::EINVAL,
                &format!("argument {} of {method} is no string", at + 1),
            )
        };
        args.get(at).as_string().ok_or_else(missing)
    };
    let number = |at: u32| {
        let missing = || {
            error(
                Errno::EINVAL,
                &format!("argument {} of {method} is no number", at + 1),
            )
        };
        args.get(at).as_f64().ok_or_else(missing)
    };
    let nothing = |done: JsResult<()>| done.map(|()| JsValue::UNDEFINED);
    let path = text(0)?;
    match method {
        "readFile" => files.read(&path).map(Into::into),
        "readTextFile" => files.read(&path).map(|bytes| text_of(&Array::of1(&bytes))),
        "readDir" => files.read_dir(&path).map(Into::into),
        "readDirWithTypes" => files.read_dir_with_types(&path).map(Into::into),
        "writeFile" => nothing(files.write(&path, &args.get(1))),
        "createDir" => nothing(files.create_dir(&path)),
        "mkdir" => nothing(files.mkdir(&path, is_recursive(&args.get(1)))),
        "exists" => files.exists(&path).map(Into::into),
        "stat" => files.stat(&path, Follow::Yes),
        "lstat" => files.stat(&path, Follow::No),
        "removeFile" => nothing(files.unlink(&path)),
        "removeDir" => nothing(files.rmdir(&path)),
        "rename" => nothing(files.rename(&path, &text(1)?)),
        "realpath" => files.realpath(&path).map(Into::into),
        "symlink" => nothing(files.symlink(&path, &text(1)?)),
        "readlink" => files.readlink(&path).map(Into::into),
        "link" => nothing(files.link(&path, &text(1)?)),
        "chmod" => nothing(files.chmod(&path, number(1)? as u32)),
        "chown" => nothing(files.chown(&path, number(1)? as u32, number(2)? as u32)),
        "utimes" => nothing(files.utimes(&path, number(1)?, number(2)?)),
        "truncate" => nothing(files.truncate(&path, number(1)?)),
        "pread" => files.pread(&path, number(1)?, number(2)?).map(Into::into),
        "pwrite" => nothing(files.pwrite(&path, number(1)?, &args.get(2))),
        _ => Err(error(
            Errno::ENOSYS,
            &format!("function not implemented: {method}"),
        )),
    }
}
