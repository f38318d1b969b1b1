//! Drivers of the page's own: `RuntimeDriver`s whose processes run in the page's JavaScript.
//!
//! Such a process is one of the kernel's like any other, but that no worker runs it: the page is its thread ([`Delegate`]), which must
//! never sleep. What a driver sees of the kernel is the [`KernelInterface`](interface::KernelInterface).

mod context;
mod deferred;
mod delegate;
mod descriptors;
pub mod interface;
mod numbers;
mod stdio;
mod terminals;
mod vfs;

pub use delegate::{Delegate, serve};

use super::error::{JsResult, error};
use super::machine::Machine;
use crate::kernel::Errno;
use crate::kernel::machine::{Command, DriverId, Runner};
use interface::KernelInterface;
use js_sys::{Array, Object, Promise};
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen(module = "/src/web/driver/link.js")]
extern "C" {
    #[wasm_bindgen(js_name = describeDriver, catch)]
    fn describe_driver(driver: &JsValue) -> core::result::Result<Array, JsValue>;
    #[wasm_bindgen(js_name = callDriver, variadic)]
    fn call_driver(driver: &Object, method: &str, args: &Array) -> Promise;
    /// A process of a driver's.
    type DriverLink;
    #[wasm_bindgen(constructor)]
    fn new(report: &JsValue) -> DriverLink;
    #[wasm_bindgen(method, catch)]
    fn start(
        this: &DriverLink,
        driver: &Object,
        command: &str,
        args: &Array,
        context: &Object,
    ) -> core::result::Result<(), JsValue>;
    #[wasm_bindgen(method, getter, js_name = takesStdin)]
    fn takes_stdin(this: &DriverLink) -> bool;
    #[wasm_bindgen(method, js_name = writeStdin)]
    fn write_stdin(this: &DriverLink, bytes: &JsValue) -> JsValue;
    #[wasm_bindgen(method, js_name = closeStdin)]
    fn close_stdin(this: &DriverLink);
    #[wasm_bindgen(method)]
    fn kill(this: &DriverLink, signal: u8) -> bool;
    #[wasm_bindgen(method)]
    fn release(this: &DriverLink);
}

/// Initialises a driver and registers its commands, the last-mounted driver's before others of the same name. Answers their names. EINVAL
/// if it is no driver; what its `init` rejects with.
pub async fn mount(machine: &Rc<Machine>, driver: Object) -> JsResult<Vec<String>> {
    describe_driver(&driver)?;
    let interface = KernelInterface::new(machine);
    JsFuture::from(call_driver(&driver, "init", &Array::of1(&interface.into()))).await?;
    // Read after init, which may find out what there is.
    let described = describe_driver(&driver)?;
    let name: Arc<str> = described.get(0).as_string().unwrap_or_default().into();
    let commands = super::options::string_array(described.get(1).unchecked_ref())
        .ok_or_else(|| error(Errno::EINVAL, "the driver's commands are no strings"))?;
    let id = machine.add_driver(driver);
    for command in &commands {
        machine.kernel().register_command(
            command.as_bytes(),
            Command {
                driver: name.clone(),
                runner: Runner::Page(id),
            },
        );
    }
    Ok(commands)
}

/// Lets a driver give back what it has. What it throws is reported, and keeps nobody else from being disposed.
pub async fn dispose(driver: &Object) {
    if let Err(error) = JsFuture::from(call_driver(driver, "dispose", &Array::new())).await {
        super::streams::report_error(&error);
    }
}

impl Machine {
    fn add_driver(&self, driver: Object) -> DriverId {
        let mut drivers = self.drivers.borrow_mut();
        drivers.push(driver);
        DriverId(drivers.len() as u32 - 1)
    }
}
