//! `/proc/version`.

use crate::kernel::Kernel;
use crate::kernel::error::Result;

/// The text.
pub fn text(_kernel: &Kernel) -> Result<Vec<u8>> {
    Ok(concat!("Cobnut version ", env!("CARGO_PKG_VERSION"), " wasm32\n").into())
}
