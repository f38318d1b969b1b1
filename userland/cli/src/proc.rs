//! Processes and counters from `/proc`, as far as Cobnut's kernel tells them.

use std::ffi::OsString;

/// Ticks a second, in `/proc`.
pub const HERTZ: u64 = 100;

/// One process.
#[derive(Clone, Debug, Default)]
pub struct Process {
    pub pid: i32,
    /// The name of what it runs, cut to 15 bytes.
    pub name: Vec<u8>,
    /// `R`, `S`, `T`, `Z` and so on.
    pub state: char,
    pub ppid: i32,
    pub pgid: i32,
    pub sid: i32,
    /// The controlling terminal's device number; 0 is none.
    pub tty: u64,
    /// The foreground group of that terminal, -1 without one.
    pub foreground: i32,
    /// CPU time, user and system together, in ticks.
    pub ticks: u64,
    /// When it began, in ticks since the kernel did.
    pub start: u64,
    pub uid: u32,
    pub gid: u32,
    /// The arguments, empty for a zombie.
    pub arguments: Vec<Vec<u8>>,
    /// Memory in KiB, 0 where the kernel can't see it.
    pub rss: u64,
    pub vsize: u64,
    pub nice: i32,
    pub threads: u32,
}

impl Process {
    /// The process, or `None` when it has ended meanwhile.
    pub fn read(pid: i32) -> Option<Process> {
        let stat = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
        let status = std::fs::read(format!("/proc/{pid}/status")).unwrap_or_default();
        let arguments = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        parse(&stat, &status, &arguments)
    }

    /// The command line; `[name]` where there is none.
    pub fn command_line(&self) -> Vec<u8> {
        if self.arguments.is_empty() {
            let mut shown = [b"[", self.name.as_slice(), b"]"].concat();
            if self.state == 'Z' {
                shown.extend_from_slice(b" <defunct>");
            }
            return shown;
        }
        self.arguments.join(&b' ')
    }

    /// The terminal as ps(1) names it: without `/dev/`, `?` for none.
    pub fn terminal(&self) -> String {
        if self.tty == 0 {
            return "?".to_owned();
        }
        let (major, minor) = (self.tty >> 8 & 0xfff, self.tty & 0xff | self.tty >> 12 & 0xfff00);
        match major {
            136..=143 => format!("pts/{}", (major - 136) * 256 + minor),
            4 => format!("tty{minor}"),
            _ => format!("{major}:{minor}"),
        }
    }
}

fn parse(stat: &[u8], status: &[u8], cmdline: &[u8]) -> Option<Process> {
    // The name may hold anything, so that only its last parenthesis ends it.
    let open = stat.iter().position(|b| *b == b'(')?;
    let close = stat.iter().rposition(|b| *b == b')')?;
    let rest = std::str::from_utf8(stat.get(close + 1..)?).ok()?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let number = |at: usize| {
        fields
            .get(at)
            .and_then(|field| field.parse::<i64>().ok())
            .unwrap_or(0)
    };
    let status = String::from_utf8_lossy(status);
    let id = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key))?;
        // Real, effective, saved, of the file system.
        line.split_ascii_whitespace().nth(1)?.parse().ok()
    };
    const PAGE_KIB: i64 = 4;
    let mut arguments: Vec<Vec<u8>> = cmdline.split(|b| *b == 0).map(<[u8]>::to_vec).collect();
    arguments.pop();
    Some(Process {
        pid: std::str::from_utf8(&stat[..open]).ok()?.trim().parse().ok()?,
        name: stat[open + 1..close].to_vec(),
        state: fields.first()?.chars().next()?,
        ppid: number(1) as i32,
        pgid: number(2) as i32,
        sid: number(3) as i32,
        tty: number(4) as u64,
        foreground: number(5) as i32,
        ticks: (number(11) + number(12)) as u64,
        start: number(19) as u64,
        uid: id("Uid:").unwrap_or(0),
        gid: id("Gid:").unwrap_or(0),
        arguments,
        rss: (number(21) * PAGE_KIB).max(0) as u64,
        vsize: number(20).max(0) as u64 / 1024,
        nice: number(16) as i32,
        threads: number(17) as u32,
    })
}

/// All processes, by number.
///
/// # Errors
/// Why `/proc` can't be listed.
pub fn all() -> std::io::Result<Vec<Process>> {
    let mut processes = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let name: OsString = entry?.file_name();
        if let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) {
            processes.extend(Process::read(pid));
        }
    }
    processes.sort_by_key(|process| process.pid);
    Ok(processes)
}

/// Seconds since the kernel began, and those in which nothing ran.
pub fn uptime() -> (f64, f64) {
    let text = std::fs::read_to_string("/proc/uptime").unwrap_or_default();
    let mut numbers = text
        .split_ascii_whitespace()
        .map(|number| number.parse().unwrap_or(0.0));
    (numbers.next().unwrap_or(0.0), numbers.next().unwrap_or(0.0))
}

/// The three load averages, as `/proc` has them.
pub fn load() -> [String; 3] {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let mut words = text.split_ascii_whitespace().map(str::to_owned);
    [(); 3].map(|()| words.next().unwrap_or_else(|| "0.00".to_owned()))
}

/// A number of `/proc/meminfo`, in KiB.
pub fn memory(text: &str, key: &str) -> u64 {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
    line.and_then(|line| line.split_ascii_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

/// A number of `/proc/stat`; the first of its line.
pub fn counter(key: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix(' '));
    line.and_then(|line| line.split_ascii_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_what_ends_it() {
        let stat = b"7 (a) b)) S 1 7 7 34817 9 0 0 0 0 0 12 0 3 0 20 0 1 0 250 0 0 18446744073709551615";
        let process = parse(
            stat,
            b"Name:\ta\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\n",
            b"x\0y z\0",
        )
        .unwrap();
        assert_eq!(process.name, b"a) b)");
        assert_eq!(
            (
                process.pid,
                process.ppid,
                process.foreground,
                process.ticks,
                process.start
            ),
            (7, 1, 9, 12, 250)
        );
        assert_eq!((process.uid, process.gid), (2, 6));
        assert_eq!(process.command_line(), b"x y z");
        assert_eq!(process.terminal(), "pts/1");
    }
}
