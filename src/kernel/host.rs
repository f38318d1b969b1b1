//! [`Host`]: what is about the machine as a whole: its name, its age, what its dead processes have used.

use super::clock;
use super::error::{Errno, Error, Result};
use super::sync::platform::{AtomicU64, Ordering};
use super::sync::{Mutex, Rank};

/// The longest host name (`{HOST_NAME_MAX}` of Linux).
pub const HOST_NAME_MAX: usize = 64;

/// The machine that a kernel's processes see.
pub struct Host {
    hostname: Mutex<Box<[u8]>>,
    booted_ns: u64,
    booted_at_ns: u64,
    births: AtomicU64,
    dead_cpu_ns: AtomicU64,
    load: Mutex<Load>,
}

/// Load averages: how many processes ran at a time, over 1, 5 and 15 minutes. The CPU time that was used since the last look says
/// how many that were in between; so looks far apart count as if the load had been even.
#[derive(Default)]
pub struct Load {
    averages: [f64; 3],
    at_ns: u64,
    busy_ns: u64,
}

impl Load {
    /// The averages at `now_ns` after the start, when `busy_ns` of CPU time have been used in all.
    fn look(&mut self, now_ns: u64, busy_ns: u64) -> [f64; 3] {
        /// Looks closer than this, 0.1 s, say nothing new.
        const CLOSEST_NS: u64 = 100_000_000;
        let passed = now_ns.saturating_sub(self.at_ns);
        if passed >= CLOSEST_NS {
            let ran = busy_ns.saturating_sub(self.busy_ns) as f64 / passed as f64;
            for (average, minutes) in self.averages.iter_mut().zip([1.0, 5.0, 15.0]) {
                let keeps = (-(passed as f64) / (minutes * 60e9)).exp();
                *average = *average * keeps + ran * (1.0 - keeps);
            }
            (self.at_ns, self.busy_ns) = (now_ns, busy_ns);
        }
        self.averages
    }
}

impl Default for Host {
    fn default() -> Self {
        Host {
            hostname: Mutex::new(Rank::Inode, b"localhost".as_slice().into()),
            booted_ns: clock::monotonic_ns(),
            booted_at_ns: clock::realtime_ns(),
            births: AtomicU64::new(0),
            dead_cpu_ns: AtomicU64::new(0),
            load: Mutex::new(Rank::Registry, Load::default()),
        }
    }
}

impl Host {
    /// gethostname(2).
    pub fn hostname(&self) -> Box<[u8]> {
        self.hostname.lock().clone()
    }

    /// sethostname(2). EINVAL for a name longer than [`HOST_NAME_MAX`]. Who may is the caller's to see.
    pub fn set_hostname(&self, name: &[u8]) -> Result<()> {
        if name.len() > HOST_NAME_MAX {
            return Err(Error::new(Errno::EINVAL, "the host name is too long"));
        }
        let old = core::mem::replace(&mut *self.hostname.lock(), name.into());
        drop(old);
        Ok(())
    }

    /// How long it has been up, in ns.
    pub fn uptime_ns(&self) -> u64 {
        clock::monotonic_ns().saturating_sub(self.booted_ns)
    }

    /// When it came up, ns of [`clock::monotonic_ns`].
    pub fn booted_ns(&self) -> u64 {
        self.booted_ns
    }

    /// When it came up, ns since 1970.
    pub fn booted_at_ns(&self) -> u64 {
        self.booted_at_ns
    }

    /// Counts a new process.
    pub(super) fn count_birth(&self) {
        self.births.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts what a process that ends has used.
    pub(super) fn count_death(&self, cpu_ns: u64) {
        self.dead_cpu_ns.fetch_add(cpu_ns, Ordering::Relaxed);
    }

    /// How many processes there ever were.
    pub fn births(&self) -> u64 {
        self.births.load(Ordering::Relaxed)
    }

    /// CPU time of all processes that have ended, in ns.
    pub fn dead_cpu_ns(&self) -> u64 {
        self.dead_cpu_ns.load(Ordering::Relaxed)
    }

    /// The load averages of 1, 5 and 15 minutes, now that all processes have used `busy_ns` of CPU time.
    pub fn load(&self, busy_ns: u64) -> [f64; 3] {
        self.load.lock().look(self.uptime_ns(), busy_ns)
    }
}

#[cfg(all(test, not(feature = "shuttle")))]
mod tests {
    use super::*;

    #[test]
    fn load_averages_approach_what_runs() {
        let minute = 60_000_000_000;
        let mut load = Load::default();
        let [one, five, fifteen] = load.look(minute, 2 * minute);
        // Two processes for a minute: 2 (1 - 1/e).
        assert!((one - 1.264).abs() < 0.001, "{one}");
        assert!(one > five && five > fifteen && fifteen > 0.1);
        assert_eq!(
            load.look(minute + 1, 3 * minute)[0],
            one,
            "too soon to say anything new"
        );
        let [one, ..] = load.look(20 * minute, 2 * minute);
        assert!(one < 0.001, "{one}");
    }

    #[test]
    fn a_host_name_that_is_too_long_is_refused() {
        let host = Host::default();
        assert_eq!(&*host.hostname(), b"localhost");
        host.set_hostname(&[b'n'; HOST_NAME_MAX]).unwrap();
        assert_eq!(
            host.set_hostname(&[b'm'; HOST_NAME_MAX + 1]).unwrap_err().errno,
            Errno::EINVAL
        );
        assert_eq!(&*host.hostname(), [b'n'; HOST_NAME_MAX]);
    }
}
