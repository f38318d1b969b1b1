//! The stack probe: what a system call does first.
//!
//! A guest that has recursed to the end of the engine's stack and then makes a call would overflow inside the kernel, with a lock
//! held. An engine checks, when it enters a function, that the function's whole frame fits. So this function has a frame of
//! some 16 KiB: on a path that is never taken, so many values live across a call that the engine must keep room for them all.

use core::ptr::{read_volatile, write_volatile};

/// Never true; the volatile look at it keeps the compiler from knowing so.
static mut COLD: bool = false;
static mut VALUE: u64 = 0;

#[inline(never)]
fn in_between() {
    // SAFETY: a plain static that nobody reads.
    unsafe { write_volatile(&raw mut VALUE, 1) };
}

fn load() -> u64 {
    // SAFETY: a plain static that nobody writes.
    unsafe { read_volatile(&raw const VALUE) }
}

fn store(value: u64) {
    // SAFETY: reached on the cold path only, so never.
    unsafe { write_volatile(&raw mut VALUE, value) };
}

/// 64 values that live across `$inner`: each expansion has names of its own.
macro_rules! across {
    ($inner:expr) => {{
        let a0 = load();
        let b0 = load();
        let c0 = load();
        let d0 = load();
        let e0 = load();
        let f0 = load();
        let g0 = load();
        let h0 = load();
        let i0 = load();
        let j0 = load();
        let k0 = load();
        let l0 = load();
        let m0 = load();
        let n0 = load();
        let o0 = load();
        let p0 = load();
        let a1 = load();
        let b1 = load();
        let c1 = load();
        let d1 = load();
        let e1 = load();
        let f1 = load();
        let g1 = load();
        let h1 = load();
        let i1 = load();
        let j1 = load();
        let k1 = load();
        let l1 = load();
        let m1 = load();
        let n1 = load();
        let o1 = load();
        let p1 = load();
        let a2 = load();
        let b2 = load();
        let c2 = load();
        let d2 = load();
        let e2 = load();
        let f2 = load();
        let g2 = load();
        let h2 = load();
        let i2 = load();
        let j2 = load();
        let k2 = load();
        let l2 = load();
        let m2 = load();
        let n2 = load();
        let o2 = load();
        let p2 = load();
        let a3 = load();
        let b3 = load();
        let c3 = load();
        let d3 = load();
        let e3 = load();
        let f3 = load();
        let g3 = load();
        let h3 = load();
        let i3 = load();
        let j3 = load();
        let k3 = load();
        let l3 = load();
        let m3 = load();
        let n3 = load();
        let o3 = load();
        let p3 = load();
        $inner;
        store(a0);
        store(b0);
        store(c0);
        store(d0);
        store(e0);
        store(f0);
        store(g0);
        store(h0);
        store(i0);
        store(j0);
        store(k0);
        store(l0);
        store(m0);
        store(n0);
        store(o0);
        store(p0);
        store(a1);
        store(b1);
        store(c1);
        store(d1);
        store(e1);
        store(f1);
        store(g1);
        store(h1);
        store(i1);
        store(j1);
        store(k1);
        store(l1);
        store(m1);
        store(n1);
        store(o1);
        store(p1);
        store(a2);
        store(b2);
        store(c2);
        store(d2);
        store(e2);
        store(f2);
        store(g2);
        store(h2);
        store(i2);
        store(j2);
        store(k2);
        store(l2);
        store(m2);
        store(n2);
        store(o2);
        store(p2);
        store(a3);
        store(b3);
        store(c3);
        store(d3);
        store(e3);
        store(f3);
        store(g3);
        store(h3);
        store(i3);
        store(j3);
        store(k3);
        store(l3);
        store(m3);
        store(n3);
        store(o3);
        store(p3);
    }};
}

/// Four times 64.
macro_rules! across_256 {
    ($inner:expr) => {
        across!(across!(across!(across!($inner))))
    };
}

/// Overflows the stack if less than some 16 KiB of it are left; costs a load and a branch otherwise.
#[inline(never)]
pub fn probe_stack() {
    // SAFETY: a plain static that nobody writes.
    if unsafe { read_volatile(&raw const COLD) } {
        across_256!(across_256!(across_256!(across_256!(across_256!(across_256!(
            across_256!(across_256!(in_between()))
        ))))));
    }
}
