//! `/proc/stat`: the kernel's counters.

use super::ticks;
use super::uptime::{busy_ns, idle_ns};
use crate::kernel::Kernel;
use crate::kernel::error::Result;
use crate::kernel::process::ProcessState;

/// How many processes could run now.
pub fn running(kernel: &Kernel) -> usize {
    let runs = |state, asleep: bool| state == ProcessState::Running && !asleep;
    let all = kernel.processes().into_iter();
    all.filter(|info| runs(info.state, info.process.waiter.is_asleep()))
        .count()
}

/// The text. All time that is used counts as user time: the kernel runs in its processes.
pub fn text(kernel: &Kernel) -> Result<Vec<u8>> {
    let times = format!(
        "{} 0 0 {} 0 0 0 0 0 0",
        ticks(busy_ns(kernel)),
        ticks(idle_ns(kernel))
    );
    let host = kernel.host();
    let text = format!(
        "cpu  {times}\ncpu0 {times}\nintr 0\nctxt 0\nbtime {}\nprocesses {}\nprocs_running {}\nprocs_blocked 0\n",
        host.booted_at_ns() / 1_000_000_000,
        host.births(),
        running(kernel),
    );
    Ok(text.into_bytes())
}
