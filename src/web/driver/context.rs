//! `ProcessContext`: what a driver is told of a process that it is to run.

use crate::kernel::process::{Process, StringList};
use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

fn set(object: &Object, name: &str, value: &JsValue) {
    let _is_set = Reflect::set(object, &name.into(), value);
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn record(env: &StringList) -> Object {
    let object = Object::new();
    for variable in env.iter() {
        let variable = text(variable);
        let (name, value) = variable.split_once('=').unwrap_or((&variable, ""));
        set(&object, name, &value.into());
    }
    object
}

/// The context of `process`, without the functions for its output.
pub fn context(process: &Process) -> Object {
    let command = process.command();
    let object = Object::new();
    let ppid = process.info().map_or(1, |info| info.ppid.0);
    let cwd = process.kernel().vfs.path_of(&process.cwd()).unwrap_or_default();
    let fds = Object::new();
    for (fd, name) in ["stdin", "stdout", "stderr"].into_iter().enumerate() {
        set(&fds, name, &(fd as u32).into());
    }
    set(&object, "pid", &process.pid.0.into());
    set(&object, "ppid", &ppid.into());
    set(&object, "env", &record(&command.env));
    set(&object, "cwd", &text(&cwd).into());
    set(&object, "fds", &fds);
    object
}
