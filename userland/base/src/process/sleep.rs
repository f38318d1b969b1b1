//! sleep(1).

use std::ffi::OsString;
use std::time::Duration;

use cli::{Order, Outcome, Spec, quote, time::parse_duration};

const SPEC: Spec<()> = Spec {
    name: "sleep",
    usage: &["NUMBER[SUFFIX]...", "OPTION"],
    about: "Pause for NUMBER seconds, where NUMBER is an integer or floating-point.\nSUFFIX may be 's','m','h', or 'd', for seconds, minutes, hours, days.\nWith multiple arguments, pause for the sum of their values.",
    options: &[],
    order: Order::Permute,
    failure: 1,
};

/// As long as a `Duration` that every platform's clock can add to now.
const LONGEST: Duration = Duration::from_secs(1 << 32);

pub fn run(_name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    if parsed.operands.is_empty() {
        return Err(SPEC.missing_operand(None));
    }
    let mut total = 0.0;
    for operand in &parsed.operands {
        let seconds = operand.to_str().and_then(parse_duration);
        total += seconds.ok_or_else(|| {
            SPEC.usage_error(format_args!("invalid time interval {}", quote::always(operand)))
        })?;
    }
    while total.is_infinite() {
        std::thread::sleep(LONGEST);
    }
    std::thread::sleep(Duration::try_from_secs_f64(total).unwrap_or(LONGEST).min(LONGEST));
    Ok(0)
}
