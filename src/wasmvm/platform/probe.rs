//! The stack probe: what a system call does first.
//!
//! A guest that has recursed to the end of the engine's stack and then makes a call would overflow inside the kernel, with a lock
//! held. An engine checks, when it enters a function, that the function's whole frame fits. So these functions have frames of
//! some 16 KiB: on a path that is never taken, so many values live across a call that the engine must keep room for them all.

use core::ptr::{read_volatile, write_volatile};

/// Never true; the volatile look at it keeps the compiler from knowing so.
static mut COLD: bool = false;
/// How many values a frame holds: 16 KiB.
const VALUES: usize = 2_048;
static mut FROM: [u64; VALUES] = [0; VALUES];
/// Each value has a place of its own: an engine would drop a store that another one to the same place follows.
static mut TO: [u64; VALUES] = [0; VALUES];

#[inline(never)]
fn in_between() {
    // SAFETY: a plain static that nobody reads.
    unsafe { write_volatile(&raw mut FROM[0], 1) };
}

// Not `inline(always)`: unoptimised, with line tables, that would be some 2,000 scopes one in another, which takes LLVM minutes.
#[inline]
fn load(at: &mut usize) -> u64 {
    *at += 1;
    // SAFETY: a plain static that nobody writes; each frame loads `VALUES` times.
    unsafe { read_volatile((&raw const FROM).cast::<u64>().add(*at - 1)) }
}

#[inline]
fn store(at: &mut usize, value: u64) {
    *at -= 1;
    // SAFETY: reached on the cold path only, so never; each frame stores as often as it loads.
    unsafe { write_volatile((&raw mut TO).cast::<u64>().add(*at), value) };
}

/// 64 values that live across `$inner`: each expansion has names of its own.
macro_rules! across {
    ($at:ident, $inner:expr) => {{
        let a0 = load(&mut $at);
        let b0 = load(&mut $at);
        let c0 = load(&mut $at);
        let d0 = load(&mut $at);
        let e0 = load(&mut $at);
        let f0 = load(&mut $at);
        let g0 = load(&mut $at);
        let h0 = load(&mut $at);
        let i0 = load(&mut $at);
        let j0 = load(&mut $at);
        let k0 = load(&mut $at);
        let l0 = load(&mut $at);
        let m0 = load(&mut $at);
        let n0 = load(&mut $at);
        let o0 = load(&mut $at);
        let p0 = load(&mut $at);
        let a1 = load(&mut $at);
        let b1 = load(&mut $at);
        let c1 = load(&mut $at);
        let d1 = load(&mut $at);
        let e1 = load(&mut $at);
        let f1 = load(&mut $at);
        let g1 = load(&mut $at);
        let h1 = load(&mut $at);
        let i1 = load(&mut $at);
        let j1 = load(&mut $at);
        let k1 = load(&mut $at);
        let l1 = load(&mut $at);
        let m1 = load(&mut $at);
        let n1 = load(&mut $at);
        let o1 = load(&mut $at);
        let p1 = load(&mut $at);
        let a2 = load(&mut $at);
        let b2 = load(&mut $at);
        let c2 = load(&mut $at);
        let d2 = load(&mut $at);
        let e2 = load(&mut $at);
        let f2 = load(&mut $at);
        let g2 = load(&mut $at);
        let h2 = load(&mut $at);
        let i2 = load(&mut $at);
        let j2 = load(&mut $at);
        let k2 = load(&mut $at);
        let l2 = load(&mut $at);
        let m2 = load(&mut $at);
        let n2 = load(&mut $at);
        let o2 = load(&mut $at);
        let p2 = load(&mut $at);
        let a3 = load(&mut $at);
        let b3 = load(&mut $at);
        let c3 = load(&mut $at);
        let d3 = load(&mut $at);
        let e3 = load(&mut $at);
        let f3 = load(&mut $at);
        let g3 = load(&mut $at);
        let h3 = load(&mut $at);
        let i3 = load(&mut $at);
        let j3 = load(&mut $at);
        let k3 = load(&mut $at);
        let l3 = load(&mut $at);
        let m3 = load(&mut $at);
        let n3 = load(&mut $at);
        let o3 = load(&mut $at);
        let p3 = load(&mut $at);
        $inner;
        store(&mut $at, a0);
        store(&mut $at, b0);
        store(&mut $at, c0);
        store(&mut $at, d0);
        store(&mut $at, e0);
        store(&mut $at, f0);
        store(&mut $at, g0);
        store(&mut $at, h0);
        store(&mut $at, i0);
        store(&mut $at, j0);
        store(&mut $at, k0);
        store(&mut $at, l0);
        store(&mut $at, m0);
        store(&mut $at, n0);
        store(&mut $at, o0);
        store(&mut $at, p0);
        store(&mut $at, a1);
        store(&mut $at, b1);
        store(&mut $at, c1);
        store(&mut $at, d1);
        store(&mut $at, e1);
        store(&mut $at, f1);
        store(&mut $at, g1);
        store(&mut $at, h1);
        store(&mut $at, i1);
        store(&mut $at, j1);
        store(&mut $at, k1);
        store(&mut $at, l1);
        store(&mut $at, m1);
        store(&mut $at, n1);
        store(&mut $at, o1);
        store(&mut $at, p1);
        store(&mut $at, a2);
        store(&mut $at, b2);
        store(&mut $at, c2);
        store(&mut $at, d2);
        store(&mut $at, e2);
        store(&mut $at, f2);
        store(&mut $at, g2);
        store(&mut $at, h2);
        store(&mut $at, i2);
        store(&mut $at, j2);
        store(&mut $at, k2);
        store(&mut $at, l2);
        store(&mut $at, m2);
        store(&mut $at, n2);
        store(&mut $at, o2);
        store(&mut $at, p2);
        store(&mut $at, a3);
        store(&mut $at, b3);
        store(&mut $at, c3);
        store(&mut $at, d3);
        store(&mut $at, e3);
        store(&mut $at, f3);
        store(&mut $at, g3);
        store(&mut $at, h3);
        store(&mut $at, i3);
        store(&mut $at, j3);
        store(&mut $at, k3);
        store(&mut $at, l3);
        store(&mut $at, m3);
        store(&mut $at, n3);
        store(&mut $at, o3);
        store(&mut $at, p3);
    }};
}

/// Four times 64.
macro_rules! across_256 {
    ($at:ident, $inner:expr) => {
        across!($at, across!($at, across!($at, across!($at, $inner))))
    };
}

/// Overflows the stack if less than some 32 KiB of it are left; costs two loads, branches and calls otherwise.
#[inline]
pub fn probe_stack() {
    probe_frame::<1>();
}

/// One frame of some 16 KiB, and on it `BELOW` more.
#[inline(never)]
fn probe_frame<const BELOW: usize>() {
    // SAFETY: a plain static that nobody writes.
    if unsafe { read_volatile(&raw const COLD) } {
        let mut at = 0;
        across_256!(
            at,
            across_256!(
                at,
                across_256!(
                    at,
                    across_256!(
                        at,
                        across_256!(
                            at,
                            across_256!(at, across_256!(at, across_256!(at, in_between())))
                        )
                    )
                )
            )
        );
    }
    if BELOW > 0 {
        probe_frame::<0>();
    }
}
