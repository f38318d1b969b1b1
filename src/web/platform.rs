//! What the kernel's `sync::wasm` asks of its embedder: clocks and random bytes.

use super::glue;
use core::sync::atomic::{AtomicU64, Ordering};

/// The latest answer, over all threads: the browser's clock has one base for the page and its workers, but is rounded
/// differently in each.
static LATEST_NS: AtomicU64 = AtomicU64::new(0);

/// How many bytes `crypto.getRandomValues` gives at once.
const RANDOM_AT_ONCE: usize = 65_536;

#[unsafe(no_mangle)]
extern "Rust" fn cobnut_monotonic_ns() -> u64 {
    let now = cobnut_realtime_ns();
    LATEST_NS.fetch_max(now, Ordering::Relaxed).max(now)
}

#[unsafe(no_mangle)]
extern "Rust" fn cobnut_realtime_ns() -> u64 {
    (glue::now() * 1e6) as u64
}

#[unsafe(no_mangle)]
extern "Rust" fn cobnut_fill_random(buffer: &mut [u8]) {
    for piece in buffer.chunks_mut(RANDOM_AT_ONCE) {
        glue::random_bytes(piece.len()).copy_to(piece);
    }
}
