//! `/proc/loadavg`.

use super::stat::running;
use super::uptime::busy_ns;
use crate::kernel::Kernel;
use crate::kernel::error::Result;

/// The text. The averages are [`crate::kernel::host::Load`]'s.
pub fn text(kernel: &Kernel) -> Result<Vec<u8>> {
    let [one, five, fifteen] = kernel.host().load(busy_ns(kernel));
    let table = kernel.table.lock();
    let (rows, last) = (table.len(), table.last_pid());
    drop(table);
    let text = format!(
        "{one:.2} {five:.2} {fifteen:.2} {}/{rows} {last}\n",
        running(kernel)
    );
    Ok(text.into_bytes())
}
