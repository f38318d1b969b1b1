//! Errors as the page sees them: `KernelError`.

use crate::kernel::{Errno, Error, permission, sync};
use js_sys::{Object, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

#[wasm_bindgen(module = "/src/web/api.js")]
extern "C" {
    #[wasm_bindgen(js_name = kernelError)]
    fn kernel_error(code: &str, message: &str, more: &JsValue) -> JsValue;
    #[wasm_bindgen(js_name = orDeath)]
    fn or_death(promise: &Promise) -> Promise;
    /// Rejects every pending promise.
    pub fn die(text: &str);
    #[wasm_bindgen(js_name = throwIfDead, catch)]
    pub fn throw_if_dead() -> core::result::Result<(), JsValue>;
}

/// A result at the border to JavaScript.
pub type JsResult<T> = core::result::Result<T, JsValue>;

/// A `KernelError`: its message is the code, the errno's words and then `message`, which may begin with these words itself.
pub fn error(errno: Errno, message: &str) -> JsValue {
    kernel_error(errno.name(), &after_words(errno, message), &JsValue::UNDEFINED)
}

/// The same with further properties.
pub fn error_with(errno: Errno, message: &str, more: &Object) -> JsValue {
    kernel_error(errno.name(), &after_words(errno, message), more)
}

fn after_words(errno: Errno, message: &str) -> String {
    let words = errno.message();
    if message.starts_with(words) {
        message.into()
    } else {
        format!("{words}: {message}")
    }
}

/// What every call answers once the kernel is disposed.
pub fn disposed() -> JsValue {
    error(Errno::ECANCELED, "the kernel is disposed")
}

/// A kernel's error, about `what` (a path, a command) if that is not empty.
pub fn about(error: Error, what: &str) -> JsValue {
    let mut message = String::from(error.errno.message());
    if !what.is_empty() {
        message = format!("{message}: {what}");
    }
    let denied = (error == permission::DENIED)
        .then(permission::last_reason)
        .flatten();
    let why = denied.as_deref().unwrap_or(error.why);
    if !why.is_empty() {
        message = format!("{message} ({why})");
    }
    self::error(error.errno, &message)
}

/// A kernel's error.
pub fn plain(error: Error) -> JsValue {
    if sync::is_dead() && error.errno == Errno::EIO {
        return self::error(Errno::EIO, "kernel panicked");
    }
    about(error, "")
}

/// A promise of the API: it also rejects when the kernel dies.
pub fn promise<F>(future: F) -> Promise
where
    F: Future<Output = JsResult<JsValue>> + 'static,
{
    or_death(&future_to_promise(future))
}
