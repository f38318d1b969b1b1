//! Threads of the shuttle model checker, which explores their interleavings. A lost wake-up shows as a deadlock there,
//! since time-outs never fire.

pub use shuttle::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use shuttle::sync::{Condvar, Mutex};

shuttle::lazy_static! {
    static ref PARKED: (Mutex<()>, Condvar) = (Mutex::new(()), Condvar::new());
}

/// Sleeps while `word` holds `expected`, until woken. May wake early. The time-out is ignored.
pub fn futex_wait(word: &AtomicU32, expected: u32, _timeout_ns: Option<u64>) {
    let guard = PARKED.0.lock().unwrap();
    if word.load(Ordering::SeqCst) == expected {
        drop(PARKED.1.wait(guard).unwrap());
    }
}

/// Wakes all that sleep, whatever their word: more wakes than asked for are allowed.
pub fn futex_wake(_word: &AtomicU32, _count: u32) {
    let _guard = PARKED.0.lock().unwrap();
    PARKED.1.notify_all();
}

/// One step of a spin loop.
pub fn spin_hint() {
    shuttle::thread::yield_now();
}
