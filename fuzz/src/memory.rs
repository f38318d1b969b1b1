//! Finds what is not given back: a global allocator that counts, and a check that playing a scene again and again takes no more.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicIsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

static LIVE: AtomicIsize = AtomicIsize::new(0);

/// The system's allocator, with the bytes in use counted. Programs that make it their `global_allocator` get leaks checked.
pub struct Counting;

// SAFETY: all is the system's allocator's doing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's word.
        let at = unsafe { System.alloc(layout) };
        if !at.is_null() {
            LIVE.fetch_add(layout.size() as isize, Ordering::Relaxed);
        }
        at
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: the caller's word.
        unsafe { System.dealloc(at, layout) };
    }
}

/// Bytes in use, if [`Counting`] is the allocator; else 0.
pub fn live() -> isize {
    LIVE.load(Ordering::Relaxed)
}

/// How often a scene may take more than it gives back: statics and wasmer's tables of running stores fill the first times.
const PATIENCE: usize = 24;
/// How long the threads of a scene may take to free the last of what they had.
const SETTLES_WITHIN: Duration = Duration::from_millis(100);

/// Plays a scene.
///
/// # Panics
/// When each of several times leaves memory behind.
pub fn without_leak(mut play: impl FnMut()) {
    let mut left = Vec::new();
    while left.len() < PATIENCE {
        let before = live();
        play();
        let began = Instant::now();
        while live() > before && began.elapsed() < SETTLES_WITHIN {
            sleep(Duration::from_micros(50));
        }
        match live() - before {
            bytes if bytes <= 0 => return,
            bytes => left.push(bytes),
        }
    }
    panic!("memory was not given back, in bytes for each time that the scene was played: {left:?}");
}
