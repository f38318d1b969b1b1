//! top(1): the processes that use most, again and again.

use std::collections::HashMap;
use std::ffi::OsString;

use cli::names::Names;
use cli::proc::{self, HERTZ, Process};
use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain};

use super::memory::uptime_line;
use crate::terminal::Screen;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Batch,
    Count,
    Delay,
    Pids,
    User,
    Sort,
    FullCommand,
    Ignored,
}

#[rustfmt::skip]
static SPEC: Spec<Id> = Spec {
    name: "top",
    usage: &["[options]"],
    about: "Display processes. Keys: q quit, P M T N sort by CPU, memory, time, number, c command line, space refresh.",
    options: &[
        Opt::flag(Id::Batch, "b", "batch", "batch mode: plain output"),
        Opt::value(Id::Count, "n", "iterations", "NUM", "end after NUM refreshes"),
        Opt::value(Id::Delay, "d", "delay", "SECS", "seconds between refreshes (default 3.0)"),
        Opt::value(Id::Pids, "p", "pid", "PID,...", "only these processes"),
        Opt::value(Id::User, "uU", "filter-any-user", "USER", "only this user's processes"),
        Opt::value(Id::Sort, "o", "sort-override", "FIELD", "sort by PID, %CPU, %MEM or TIME+"),
        Opt::flag(Id::FullCommand, "c", "cmdline-toggle", "show command lines"),
        Opt::flag(Id::Ignored, "wiHS1s", "", ""),
    ],
    order: Order::Permute,
    failure: 1,
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Cpu,
    Memory,
    Time,
    Pid,
}

struct Top {
    pids: Vec<i32>,
    user: Option<u32>,
    sort: Sort,
    full: bool,
    users: Names,
    /// CPU ticks of each process when we last looked, and when that was in seconds.
    before: HashMap<i32, u64>,
    looked: f64,
    busy: [u64; 2],
}

pub fn run(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let mut top = Top {
        pids: Vec::new(),
        user: None,
        sort: Sort::Cpu,
        full: false,
        users: Names::users(),
        before: HashMap::new(),
        looked: 0.0,
        busy: [0; 2],
    };
    let (mut batch, mut left, mut delay) = (false, u64::MAX, 3.0);
    for (id, value) in &parsed.options {
        let text = value
            .as_ref()
            .map(|value| value.to_string_lossy().into_owned())
            .unwrap_or_default();
        let bad = || {
            complain("top", format_args!("bad argument '{text}'"));
            Exit(1)
        };
        match id {
            Id::Batch => batch = true,
            Id::Count => left = text.parse().ok().filter(|count| *count > 0).ok_or_else(bad)?,
            Id::Delay => {
                delay = text
                    .parse()
                    .ok()
                    .filter(|delay: &f64| *delay >= 0.0)
                    .ok_or_else(bad)?
            }
            Id::Pids => {
                for word in text.split(',') {
                    top.pids.push(word.parse().map_err(|_| bad())?);
                }
            }
            Id::User => top.user = Some(top.users.id(&text).ok_or_else(bad)?),
            Id::Sort => {
                top.sort = match text.trim_start_matches(['+', '-']).to_ascii_uppercase().as_str() {
                    "PID" => Sort::Pid,
                    "%CPU" => Sort::Cpu,
                    "%MEM" | "RES" => Sort::Memory,
                    "TIME+" | "TIME" => Sort::Time,
                    _ => return Err(bad()),
                };
            }
            Id::FullCommand => top.full = true,
            Id::Ignored => {}
        }
    }
    let mut out = Output::stdout();
    if batch {
        while left > 0 && !out.is_closed() {
            out.put(&top.frame(usize::MAX, usize::MAX)?);
            left -= 1;
            if left > 0 {
                out.put(b"\n");
                out.send();
                std::thread::sleep(std::time::Duration::from_secs_f64(delay));
            }
        }
        return Ok(out.finish("top", 0, 1));
    }
    if !sys::isatty(sys::Fd::STDOUT) {
        complain("top", "failed tty get");
        return Ok(1);
    }
    let screen = Screen::open().map_err(|why| {
        complain("top", format_args!("failed tty get: {why}"));
        Exit(1)
    })?;
    while left > 0 && !out.is_closed() {
        let (rows, columns) = screen.size();
        out.put(b"\x1b[H");
        for line in top
            .frame(rows.saturating_sub(1), columns)?
            .split_inclusive(|b| *b == b'\n')
        {
            // What was there before must not stay behind a shorter line.
            out.put(line.strip_suffix(b"\n").unwrap_or(line));
            out.put(b"\x1b[K\n");
        }
        out.put(b"\x1b[J");
        out.send();
        left -= 1;
        match screen.key(Some((delay * 1000.0) as u32)).as_deref() {
            Some([b'q' | 3, ..]) => break,
            Some([b'P', ..]) => top.sort = Sort::Cpu,
            Some([b'M', ..]) => top.sort = Sort::Memory,
            Some([b'T', ..]) => top.sort = Sort::Time,
            Some([b'N', ..]) => top.sort = Sort::Pid,
            Some([b'c', ..]) => top.full = !top.full,
            _ => {}
        }
    }
    Ok(out.finish("top", 0, 1))
}

impl Top {
    /// One picture, of at most so many rows and columns.
    fn frame(&mut self, rows: usize, columns: usize) -> Result<Vec<u8>, Exit> {
        let mut processes = proc::all().map_err(|error| {
            complain("top", format_args!("/proc: {}", cli::reason(&error)));
            Exit(1)
        })?;
        let now = proc::uptime().0;
        let passed = (now - self.looked).max(0.01);
        let mut lines = vec![format!("top -{}", uptime_line()).into_bytes()];
        let count = |states: &str| {
            processes
                .iter()
                .filter(|process| states.contains(process.state))
                .count()
        };
        lines.push(
            format!(
                "Tasks: {:3} total, {:3} running, {:3} sleeping, {:3} stopped, {:3} zombie",
                processes.len(),
                count("R"),
                count("SDI"),
                count("Tt"),
                count("Z")
            )
            .into_bytes(),
        );
        lines.push(self.cpu_line().into_bytes());
        let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let mib = |key| proc::memory(&meminfo, key) as f64 / 1024.0;
        let (total, free, available) = (mib("MemTotal"), mib("MemFree"), mib("MemAvailable"));
        lines.push(
            format!(
                "MiB Mem : {total:8.1} total, {free:8.1} free, {:8.1} used, {:8.1} buff/cache",
                total - available,
                mib("Buffers") + mib("Cached")
            )
            .into_bytes(),
        );
        let (swap, swap_free) = (mib("SwapTotal"), mib("SwapFree"));
        lines.push(
            format!(
                "MiB Swap: {swap:8.1} total, {swap_free:8.1} free, {:8.1} used. {available:8.1} avail Mem ",
                swap - swap_free
            )
            .into_bytes(),
        );
        lines.push(Vec::new());
        lines
            .push(b"    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND".to_vec());
        let share = |process: &Process, before: &HashMap<i32, u64>| {
            let ticks = match before.get(&process.pid) {
                Some(before) => process.ticks.saturating_sub(*before) as f64 / passed,
                None => process.ticks as f64 / (now - process.start as f64 / HERTZ as f64).max(0.01),
            };
            ticks * 100.0 / HERTZ as f64
        };
        processes.retain(|process| {
            (self.pids.is_empty() || self.pids.contains(&process.pid))
                && self.user.is_none_or(|user| user == process.uid)
        });
        let before = std::mem::take(&mut self.before);
        processes.sort_by(|a, b| match self.sort {
            Sort::Cpu => share(b, &before).total_cmp(&share(a, &before)),
            Sort::Memory => b.rss.cmp(&a.rss),
            Sort::Time => b.ticks.cmp(&a.ticks),
            Sort::Pid => b.pid.cmp(&a.pid),
        });
        for process in &processes {
            let user: String = self.users.name_or_number(process.uid).chars().take(8).collect();
            let hundredths = process.ticks * 100 / HERTZ;
            let mut line = format!(
                "{:7} {user:<8} {:3} {:3} {:7} {:6} {:6} {} {:5.1} {:5.1} {:3}:{:02}.{:02} ",
                process.pid,
                20 + process.nice,
                process.nice,
                process.vsize,
                process.rss,
                0,
                process.state,
                share(process, &before).min(999.9),
                if total > 0.0 {
                    process.rss as f64 / 10.24 / total
                } else {
                    0.0
                },
                hundredths / 6_000,
                hundredths / 100 % 60,
                hundredths % 100
            )
            .into_bytes();
            line.extend(if self.full {
                process.command_line()
            } else {
                process.name.clone()
            });
            lines.push(line);
            self.before.insert(process.pid, process.ticks);
        }
        self.looked = now;
        let mut out = Vec::new();
        for line in lines.iter().take(rows) {
            out.extend(
                line.iter()
                    .take(columns)
                    .map(|b| if b.is_ascii_control() { b'?' } else { *b }),
            );
            out.push(b'\n');
        }
        Ok(out)
    }

    fn cpu_line(&mut self) -> String {
        let stat = std::fs::read_to_string("/proc/stat").unwrap_or_default();
        let numbers: Vec<u64> = stat
            .lines()
            .next()
            .unwrap_or_default()
            .split_ascii_whitespace()
            .skip(1)
            .filter_map(|word| word.parse().ok())
            .collect();
        let now = [
            numbers.first().copied().unwrap_or(0),
            numbers.get(3).copied().unwrap_or(0),
        ];
        let (busy, idle) = (
            now[0].saturating_sub(self.busy[0]) as f64,
            now[1].saturating_sub(self.busy[1]) as f64,
        );
        self.busy = now;
        let whole = (busy + idle).max(1.0);
        format!(
            "%Cpu(s): {:4.1} us,  0.0 sy,  0.0 ni, {:4.1} id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st",
            busy * 100.0 / whole,
            idle * 100.0 / whole
        )
    }
}
