//! free(1), uptime(1), vmstat(8), who(1), users(1), hostid(1), nice(1), sync(1): the machine as a whole.

use std::ffi::OsString;

use cli::proc;
use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain, process, quote, size, time};

#[derive(Clone, Copy, PartialEq, Eq)]
enum FreeId {
    Unit(u64),
    Human,
    Si,
    Total,
    Wide,
    Seconds,
    Count,
}

#[rustfmt::skip]
static FREE: Spec<FreeId> = Spec {
    name: "free",
    usage: &["[options]"],
    about: "Show how much memory there is for files; that of processes the kernel can't see.",
    options: &[
        Opt::flag(FreeId::Unit(1), "b", "bytes", "show output in bytes"),
        Opt::flag(FreeId::Unit(1 << 10), "k", "kibi", "show output in kibibytes (default)"),
        Opt::flag(FreeId::Unit(1 << 20), "m", "mebi", "show output in mebibytes"),
        Opt::flag(FreeId::Unit(1 << 30), "g", "gibi", "show output in gibibytes"),
        Opt::flag(FreeId::Unit(1_000), "", "kilo", "show output in kilobytes"),
        Opt::flag(FreeId::Unit(1_000_000), "", "mega", "show output in megabytes"),
        Opt::flag(FreeId::Human, "h", "human", "show human-readable output"),
        Opt::flag(FreeId::Si, "", "si", "use powers of 1000 not 1024"),
        Opt::flag(FreeId::Total, "t", "total", "show total for RAM + swap"),
        Opt::flag(FreeId::Wide, "w", "wide", "wide output"),
        Opt::value(FreeId::Seconds, "s", "seconds", "N", "repeat printing every N seconds"),
        Opt::value(FreeId::Count, "c", "count", "N", "repeat printing N times, then exit"),
    ],
    order: Order::Permute,
    failure: 1,
};

pub fn free(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = FREE.parse(arguments)?;
    let chosen = |id| parsed.options.iter().any(|(option, _)| *option == id);
    let (mut unit, mut every, mut count) = (1 << 10, None, None);
    for (id, value) in &parsed.options {
        let text = value
            .as_ref()
            .map(|value| value.to_string_lossy().into_owned())
            .unwrap_or_default();
        match id {
            FreeId::Unit(chosen) => unit = *chosen,
            FreeId::Seconds => {
                every = Some(
                    text.parse::<f64>()
                        .ok()
                        .filter(|seconds| *seconds > 0.0)
                        .ok_or_else(|| FREE.usage_error(format_args!("seconds argument failed: '{text}'")))?,
                );
            }
            FreeId::Count => {
                count = Some(
                    text.parse::<u64>()
                        .ok()
                        .filter(|count| *count > 0)
                        .ok_or_else(|| {
                            FREE.usage_error(format_args!("failed to parse count argument: '{text}'"))
                        })?,
                );
            }
            _ => {}
        }
    }
    let mut out = Output::stdout();
    let mut left = count.unwrap_or(if every.is_some() { u64::MAX } else { 1 });
    loop {
        memory_table(
            unit,
            chosen(FreeId::Human),
            chosen(FreeId::Si),
            chosen(FreeId::Total),
            chosen(FreeId::Wide),
            &mut out,
        );
        left -= 1;
        if left == 0 || out.is_closed() {
            return Ok(out.finish("free", 0, 1));
        }
        out.put(b"\n");
        out.send();
        std::thread::sleep(std::time::Duration::from_secs_f64(every.unwrap_or(1.0)));
    }
}

fn memory_table(unit: u64, human: bool, si: bool, total: bool, wide: bool, out: &mut Output) {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = |key| proc::memory(&text, key);
    let (memory, free, available) = (kib("MemTotal"), kib("MemFree"), kib("MemAvailable"));
    let (shared, buffers, cache) = (kib("Shmem"), kib("Buffers"), kib("Cached") + kib("SReclaimable"));
    let used = memory.saturating_sub(available);
    let (swap, swap_free) = (kib("SwapTotal"), kib("SwapFree"));
    let show = |kib: u64| match human {
        true if kib == 0 => "0B".to_owned(),
        true => size::human(kib * 1024, if si { 1000 } else { 1024 }) + if si { "" } else { "i" },
        false => (kib * 1024 / if si && unit == 1 << 10 { 1_000 } else { unit }).to_string(),
    };
    let row = |name: &str, values: &[u64]| {
        let cells: String = values
            .iter()
            .map(|value| format!(" {:>11}", show(*value)))
            .collect();
        format!("{name:<8}{}", cells)
    };
    let (headers, values): (&[&str], Vec<u64>) = if wide {
        (
            &["total", "used", "free", "shared", "buffers", "cache", "available"],
            vec![memory, used, free, shared, buffers, cache, available],
        )
    } else {
        (
            &["total", "used", "free", "shared", "buff/cache", "available"],
            vec![memory, used, free, shared, buffers + cache, available],
        )
    };
    let header: String = headers.iter().map(|header| format!(" {header:>11}")).collect();
    out.line(format!("{:8}{header}", "").as_bytes());
    out.line(row("Mem:", &values).as_bytes());
    out.line(row("Swap:", &[swap, swap - swap_free, swap_free]).as_bytes());
    if total {
        out.line(
            row(
                "Total:",
                &[memory + swap, used + swap - swap_free, free + swap_free],
            )
            .as_bytes(),
        );
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum UptimeId {
    Pretty,
    Since,
}

static UPTIME: Spec<UptimeId> = Spec {
    name: "uptime",
    usage: &["[options]"],
    about: "Tell how long the kernel has been running.",
    options: &[
        Opt::flag(UptimeId::Pretty, "p", "pretty", "show uptime in pretty format"),
        Opt::flag(UptimeId::Since, "s", "since", "system up since"),
    ],
    order: Order::Permute,
    failure: 1,
};

/// uptime(1)'s line, which top(1) begins with too.
pub fn uptime_line() -> String {
    let seconds = proc::uptime().0 as u64;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let mut up = String::new();
    if days > 0 {
        up += &format!("{days} day{}, ", if days == 1 { "" } else { "s" });
    }
    up += &if hours > 0 {
        format!("{hours:2}:{minutes:02}")
    } else {
        format!("{minutes} min")
    };
    let load = proc::load();
    // Nobody logs in here.
    format!(
        " {} up {up},  0 users,  load average: {}",
        time::format("%T", time::now_ns()),
        load.join(", ")
    )
}

pub fn uptime(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = UPTIME.parse(arguments)?;
    let seconds = proc::uptime().0;
    let line = match parsed.options.last() {
        Some((UptimeId::Since, _)) => time::format("%F %T", time::now_ns() - (seconds * 1e9) as i64),
        Some((UptimeId::Pretty, _)) => pretty(seconds as u64),
        None => uptime_line(),
    };
    let mut out = Output::stdout();
    out.line(line.as_bytes());
    Ok(out.finish("uptime", 0, 1))
}

fn pretty(seconds: u64) -> String {
    let parts = [
        (seconds / 604_800, "week"),
        (seconds / 86_400 % 7, "day"),
        (seconds / 3_600 % 24, "hour"),
        (seconds / 60 % 60, "minute"),
    ];
    let mut words: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    if words.is_empty() {
        words.push("0 minutes".to_owned());
    }
    format!("up {}", words.join(", "))
}

static VMSTAT: Spec<()> = Spec {
    name: "vmstat",
    usage: &["[delay [count]]"],
    about: "Report processes, memory for files and CPU time; what the kernel does not count is 0.",
    options: &[],
    order: Order::Permute,
    failure: 1,
};

pub fn vmstat(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = VMSTAT.parse(arguments)?;
    let number = |at: usize| match parsed.operands.get(at) {
        None => Ok(None),
        Some(text) => match text
            .to_str()
            .and_then(|text| text.parse::<u64>().ok())
            .filter(|number| *number > 0)
        {
            Some(number) => Ok(Some(number)),
            None => {
                Err(VMSTAT.usage_error(format_args!("failed to parse argument: {}", quote::always(text))))
            }
        },
    };
    let (delay, count) = (number(0)?, number(1)?);
    let mut left = count.unwrap_or(if delay.is_some() { u64::MAX } else { 1 });
    let mut out = Output::stdout();
    out.put(b"procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----\n");
    out.put(b" r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st\n");
    let mut before = [0; 2];
    loop {
        let stat = std::fs::read_to_string("/proc/stat").unwrap_or_default();
        let cpu: Vec<u64> = stat
            .lines()
            .next()
            .unwrap_or_default()
            .split_ascii_whitespace()
            .skip(1)
            .filter_map(|word| word.parse().ok())
            .collect();
        let now = [cpu.iter().take(3).sum::<u64>(), cpu.get(3).copied().unwrap_or(0)];
        let (busy, idle) = (now[0].saturating_sub(before[0]), now[1].saturating_sub(before[1]));
        before = now;
        let whole = (busy + idle).max(1);
        let used = (busy * 100 + whole / 2) / whole;
        let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let kib = |key| proc::memory(&meminfo, key);
        let line = format!(
            "{:2} {:2} {:6} {:6} {:6} {:6} {:4} {:4} {:5} {:5} {:4} {:4} {used:2} {:2} {:2} {:2} {:2}",
            proc::counter("procs_running"),
            proc::counter("procs_blocked"),
            kib("SwapTotal") - kib("SwapFree"),
            kib("MemFree"),
            kib("Buffers"),
            kib("Cached"),
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            100 - used.min(100),
            0,
            0
        );
        out.line(line.as_bytes());
        left -= 1;
        if left == 0 || out.is_closed() {
            return Ok(out.finish("vmstat", 0, 1));
        }
        out.send();
        std::thread::sleep(std::time::Duration::from_secs(delay.unwrap_or(1)));
    }
}

macro_rules! bare {
    ($static:ident, $name:literal, $usage:literal, $about:literal) => {
        static $static: Spec<()> = Spec {
            name: $name,
            usage: &[$usage],
            about: $about,
            options: &[],
            order: Order::Permute,
            failure: 1,
        };
    };
}

bare!(
    WHO,
    "who",
    "[FILE]",
    "Print who is logged in: nobody, since the kernel keeps no such file."
);
bare!(
    USERS,
    "users",
    "[FILE]",
    "Output who is logged in: nobody, since the kernel keeps no such file."
);
bare!(
    HOSTID,
    "hostid",
    "",
    "Print the numeric identifier (in hexadecimal) for the current host."
);
bare!(
    SYNC,
    "sync",
    "[FILE]...",
    "Synchronize cached writes: all files are in memory, or written at once."
);

/// who(1): without a utmp there is nobody to show.
pub fn who(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    // `who am i` asks the same.
    let _ = WHO.parse(arguments)?;
    Ok(0)
}

pub fn users(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let _ = USERS.parse(arguments)?;
    Ok(0)
}

/// hostid(1): glibc makes it of the address that the host's name has; ours has 127.0.1.1, as Debian's.
pub fn hostid(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = HOSTID.parse(arguments)?;
    if let Some(extra) = parsed.operands.first() {
        return Err(HOSTID.extra_operand(extra));
    }
    let id = match std::fs::read("/etc/hostid") {
        Ok(bytes) if bytes.len() >= 4 => u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]),
        _ => 0x007f_0101,
    };
    let mut out = Output::stdout();
    out.line(format!("{id:08x}").as_bytes());
    Ok(out.finish("hostid", 0, 1))
}

/// sync(1): opens what is named, so that what is not there is told.
pub fn sync(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SYNC.parse(arguments)?;
    let mut status = 0;
    for operand in &parsed.operands {
        if let Err(why) = sys::stat(operand) {
            complain(
                "sync",
                format_args!("error opening {}: {why}", quote::always(operand)),
            );
            status = 1;
        }
    }
    Ok(status)
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Adjustment;

static NICE: Spec<Adjustment> = Spec {
    name: "nice",
    usage: &["[OPTION] [COMMAND [ARG]...]"],
    about: "Run COMMAND with an adjusted niceness, which this kernel does not have: it is always 0.",
    options: &[Opt::value(
        Adjustment,
        "n",
        "adjustment",
        "N",
        "add integer N to the niceness (default 10)",
    )],
    order: Order::StopAtOperand,
    failure: 125,
};

pub fn nice(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    // `nice -5 COMMAND` is the old way.
    let arguments = arguments.into_iter().enumerate().map(|(at, argument)| {
        match argument.to_str().and_then(|text| text.strip_prefix('-')) {
            Some(number) if at == 0 && number.parse::<i32>().is_ok() => OsString::from(format!("-n{number}")),
            _ => argument,
        }
    });
    let parsed = NICE.parse(arguments.collect())?;
    let mut adjustment = 10;
    for (_, value) in &parsed.options {
        let text = value.clone().unwrap_or_default();
        adjustment = text
            .to_str()
            .and_then(|text| text.parse::<i32>().ok())
            .ok_or_else(|| NICE.usage_error(format_args!("invalid adjustment {}", quote::always(&text))))?;
    }
    if parsed.operands.is_empty() {
        if !parsed.options.is_empty() {
            return Err(NICE.usage_error("a command must be given with an adjustment"));
        }
        let mut out = Output::stdout();
        out.line(b"0");
        return Ok(out.finish(name, 0, 125));
    }
    if adjustment != 0 {
        complain(name, "cannot set niceness: Function not implemented");
    }
    Err(Exit(process::exec(
        name,
        &parsed.operands,
        &process::environment(),
    )))
}
