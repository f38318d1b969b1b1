//! `/proc/uptime`: seconds since the kernel began, and those in which nothing ran.

use crate::kernel::Kernel;
use crate::kernel::error::Result;

/// CPU time of all processes that ever were, in ns.
pub fn busy_ns(kernel: &Kernel) -> u64 {
    let living = kernel.processes().into_iter();
    let used = living
        .filter(|info| info.process.termination().is_none())
        .map(|info| info.process.cpu_ns());
    kernel.host().dead_cpu_ns() + used.sum::<u64>()
}

/// Of one core, as the kernel doesn't know how many there are.
pub fn idle_ns(kernel: &Kernel) -> u64 {
    kernel.host().uptime_ns().saturating_sub(busy_ns(kernel))
}

/// The text.
pub fn text(kernel: &Kernel) -> Result<Vec<u8>> {
    let idle = idle_ns(kernel);
    let seconds = |ns: u64| format!("{}.{:02}", ns / 1_000_000_000, ns / 10_000_000 % 100);
    let text = format!("{} {}\n", seconds(kernel.host().uptime_ns()), seconds(idle));
    Ok(text.into_bytes())
}
