//! Numbers of the reference's interface: offsets are bigints there; plain numbers do as well.

use crate::kernel::Errno;
use crate::web::error::{JsResult, error};
use js_sys::BigInt;
use wasm_bindgen::prelude::*;

/// A whole number. EINVAL for anything else; `what` names it.
pub fn integer(value: &JsValue, what: &str) -> JsResult<i64> {
    let plain = value
        .as_f64()
        .filter(|number| number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_991.0)
        .map(|number| number as i64);
    let big = || {
        value
            .dyn_ref::<BigInt>()
            .and_then(|number| i64::try_from(number.clone()).ok())
    };
    plain.or_else(big).ok_or_else(|| {
        error(
            Errno::EINVAL,
            &format!("invalid argument: {what} is no whole number"),
        )
    })
}

/// One that is not negative.
pub fn offset(value: &JsValue) -> JsResult<u64> {
    u64::try_from(integer(value, "the offset")?)
        .map_err(|_| error(Errno::EINVAL, "invalid argument: the offset is negative"))
}
