//! What time it is. std's clocks are missing on wasm32-unknown-unknown, so it comes from the platform.

/// Nanoseconds since a fixed point in the past, the same on every thread; never goes back.
pub fn monotonic_ns() -> u64 {
    super::sync::platform::monotonic_ns()
}

/// Nanoseconds since 1970-01-01 UTC.
pub fn realtime_ns() -> u64 {
    super::sync::platform::realtime_ns()
}
