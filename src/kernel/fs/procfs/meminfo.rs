//! `/proc/meminfo`.

use crate::kernel::Kernel;
use crate::kernel::error::Result;

/// The text. What is known is the memory for files: the kernel's limit, and what files take. A guest's memory is its own worker's.
pub fn text(kernel: &Kernel) -> Result<Vec<u8>> {
    let mounts = kernel.vfs.mounts();
    let used: u64 = mounts.iter().map(|mount| mount.file_system().memory()).sum();
    let total = kernel.limits().file_bytes.max(used) / 1_024;
    let used = used.div_ceil(1_024).min(total);
    let free = total - used;
    let lines = [
        ("MemTotal", total),
        ("MemFree", free),
        ("MemAvailable", free),
        ("Buffers", 0),
        ("Cached", used),
        ("SwapCached", 0),
        ("Active", 0),
        ("Inactive", 0),
        ("SwapTotal", 0),
        ("SwapFree", 0),
        ("Shmem", used),
        ("SReclaimable", 0),
    ];
    let line = |(name, kib): (&str, u64)| format!("{:<16}{kib:>8} kB\n", format!("{name}:"));
    Ok(lines.into_iter().map(line).collect::<String>().into_bytes())
}
