//! ps(1), in its UNIX and BSD ways.

use std::ffi::OsString;

use cli::names::Names;
use cli::proc::{self, HERTZ, Process};
use cli::{Exit, Outcome, Output, complain, time};

/// A column: its header, whether it is to the right, its width, and what it shows.
#[derive(Clone, Copy)]
struct Column {
    names: &'static [&'static str],
    header: &'static str,
    right: bool,
    width: usize,
    show: fn(&Process, &mut Context) -> Vec<u8>,
}

/// What columns need besides the process.
struct Context {
    users: Names,
    groups: Names,
    uptime: f64,
    boot: i64,
    memory: u64,
}

fn text(text: impl std::fmt::Display) -> Vec<u8> {
    text.to_string().into_bytes()
}

/// Seconds as `[[DD-]HH:]MM:SS`.
fn clock(seconds: u64, always_hours: bool) -> Vec<u8> {
    let (days, hours, minutes, seconds) = (
        seconds / 86_400,
        seconds / 3_600 % 24,
        seconds / 60 % 60,
        seconds % 60,
    );
    text(if days > 0 {
        format!("{days}-{hours:02}:{minutes:02}:{seconds:02}")
    } else if hours > 0 || always_hours {
        format!("{hours:02}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes:02}:{seconds:02}")
    })
}

fn elapsed(process: &Process, context: &Context) -> f64 {
    (context.uptime - process.start as f64 / HERTZ as f64).max(0.0)
}

fn cpu(process: &Process, context: &mut Context) -> Vec<u8> {
    let seconds = elapsed(process, context);
    let used = process.ticks as f64 / HERTZ as f64;
    text(format!(
        "{:.1}",
        if seconds > 0.0 {
            (used * 100.0 / seconds).min(999.0)
        } else {
            0.0
        }
    ))
}

fn started(process: &Process, context: &Context) -> i64 {
    context.boot + (process.start / HERTZ) as i64
}

/// The hour today, else the day.
fn start(process: &Process, context: &mut Context) -> Vec<u8> {
    let began = started(process, context);
    let now = time::now_ns() / 1_000_000_000;
    let format = if now - began < 86_400 { "%H:%M" } else { "%b%d" };
    text(time::format(format, began * 1_000_000_000))
}

/// The state's letter with BSD's additions.
fn state(process: &Process, _: &mut Context) -> Vec<u8> {
    let mut out = vec![process.state as u8];
    if process.nice < 0 {
        out.push(b'<');
    } else if process.nice > 0 {
        out.push(b'N');
    }
    if process.sid == process.pid {
        out.push(b's');
    }
    if process.threads > 1 {
        out.push(b'l');
    }
    if process.foreground == process.pgid {
        out.push(b'+');
    }
    out
}

#[rustfmt::skip]
const COLUMNS: &[Column] = &[
    Column { names: &["pid", "tgid"], header: "PID", right: true, width: 5, show: |p, _| text(p.pid) },
    Column { names: &["ppid"], header: "PPID", right: true, width: 5, show: |p, _| text(p.ppid) },
    Column { names: &["pgid", "pgrp"], header: "PGID", right: true, width: 5, show: |p, _| text(p.pgid) },
    Column { names: &["sid", "sess", "session"], header: "SID", right: true, width: 5, show: |p, _| text(p.sid) },
    Column { names: &["tpgid"], header: "TPGID", right: true, width: 5, show: |p, _| text(p.foreground) },
    Column { names: &["uid", "euid", "ruid"], header: "UID", right: true, width: 5, show: |p, _| text(p.uid) },
    Column { names: &["gid", "egid", "rgid"], header: "GID", right: true, width: 5, show: |p, _| text(p.gid) },
    Column { names: &["user", "euser", "ruser", "uname"], header: "USER", right: false, width: 8, show: |p, c| text(c.users.name_or_number(p.uid)) },
    Column { names: &["group", "egroup", "rgroup"], header: "GROUP", right: false, width: 8, show: |p, c| text(c.groups.name_or_number(p.gid)) },
    Column { names: &["%cpu", "pcpu"], header: "%CPU", right: true, width: 4, show: cpu },
    Column { names: &["c"], header: "C", right: true, width: 2, show: |p, c| {
        let percent = String::from_utf8_lossy(&cpu(p, c)).parse::<f64>().unwrap_or(0.0);
        text(percent as u64)
    } },
    Column { names: &["%mem", "pmem"], header: "%MEM", right: true, width: 4, show: |p, c| {
        text(format!("{:.1}", if c.memory > 0 { p.rss as f64 * 100.0 / c.memory as f64 } else { 0.0 }))
    } },
    Column { names: &["vsz", "vsize"], header: "VSZ", right: true, width: 6, show: |p, _| text(p.vsize) },
    Column { names: &["rss", "rssize", "rsz"], header: "RSS", right: true, width: 5, show: |p, _| text(p.rss) },
    Column { names: &["tty", "tname", "tt"], header: "TTY", right: false, width: 8, show: |p, _| text(p.terminal()) },
    Column { names: &["stat"], header: "STAT", right: false, width: 4, show: state },
    Column { names: &["s", "state"], header: "S", right: false, width: 1, show: |p, _| text(p.state) },
    Column { names: &["start", "start_time"], header: "START", right: false, width: 5, show: start },
    Column { names: &["stime"], header: "STIME", right: false, width: 5, show: start },
    Column { names: &["lstart"], header: "STARTED", right: true, width: 24, show: |p, c| text(time::format("%a %b %e %T %Y", started(p, c) * 1_000_000_000)) },
    Column { names: &["etime"], header: "ELAPSED", right: true, width: 11, show: |p, c| clock(elapsed(p, c) as u64, false) },
    Column { names: &["etimes"], header: "ELAPSED", right: true, width: 7, show: |p, c| text(elapsed(p, c) as u64) },
    Column { names: &["time", "cputime"], header: "TIME", right: true, width: 8, show: |p, _| clock(p.ticks / HERTZ, true) },
    Column { names: &["bsdtime"], header: "TIME", right: true, width: 6, show: |p, _| {
        text(format!("{}:{:02}", p.ticks / HERTZ / 60, p.ticks / HERTZ % 60))
    } },
    Column { names: &["ni", "nice"], header: "NI", right: true, width: 3, show: |p, _| text(p.nice) },
    Column { names: &["pri"], header: "PRI", right: true, width: 3, show: |p, _| text(19 - p.nice) },
    Column { names: &["nlwp", "thcount"], header: "NLWP", right: true, width: 4, show: |p, _| text(p.threads) },
    Column { names: &["comm", "ucmd", "ucomm"], header: "COMMAND", right: false, width: 15, show: |p, _| name(p) },
    Column { names: &["cmd"], header: "CMD", right: false, width: 27, show: |p, _| p.command_line() },
    Column { names: &["args", "command"], header: "COMMAND", right: false, width: 27, show: |p, _| p.command_line() },
];

fn name(process: &Process) -> Vec<u8> {
    let mut name = process.name.clone();
    if process.state == 'Z' {
        name.extend_from_slice(b" <defunct>");
    }
    name
}

/// What is asked for.
#[derive(Default)]
struct Wanted {
    columns: Vec<(Column, Option<String>)>,
    /// Everything, or all but session leaders, or all with a terminal.
    all: bool,
    /// BSD's a and x.
    bsd_all: bool,
    bsd_x: bool,
    bsd: bool,
    not_leaders: bool,
    pids: Vec<i32>,
    parents: Vec<i32>,
    sessions: Vec<i32>,
    users: Vec<String>,
    commands: Vec<Vec<u8>>,
    terminals: Vec<String>,
    sort: Vec<(String, bool)>,
    no_header: bool,
    wide: bool,
    negated: bool,
    forest: bool,
    selected: bool,
}

fn usage(message: impl std::fmt::Display) -> Exit {
    complain(
        "ps",
        format_args!(
            "error: {message}\n\nUsage:\n ps [options]\n\n Try 'ps --help' for additional help text."
        ),
    );
    Exit(1)
}

const HELP: &str = "Usage:
 ps [options]

Selection:
 -A, -e               all processes
 -a                   all with tty, except session leaders
 a                    all with tty, including other users
 x                    processes without controlling ttys
 -d                   all except session leaders
 -N, --deselect       negate selection
 -C <command>         command name
 -p, p, --pid <PID>   process id
 --ppid <PID>         parent process id
 -s, --sid <session>  session id
 -t, t, --tty <tty>   terminal
 -u, U, --user <UID>  user id or name

Output:
 -f                   full-format
 -j, j                jobs format
 -l, l                long format
 u                    user-oriented format
 -o, o, --format <format>  user-defined format
 -H, f, --forest      show the process hierarchy
 -h, --no-headers     no header lines
 --sort <keys>        sort by keys, such as -%cpu,pid
 -w, w                unlimited output width
";

fn find(name: &str) -> Result<Column, Exit> {
    let lower = name.to_ascii_lowercase();
    COLUMNS
        .iter()
        .find(|column| column.names.contains(&lower.as_str()))
        .copied()
        .ok_or_else(|| usage(format_args!("unknown user-defined format specifier \"{name}\"")))
}

impl Wanted {
    fn preset(&mut self, names: &str) -> Result<(), Exit> {
        for name in names.split(',') {
            self.columns.push((find(name)?, None));
        }
        Ok(())
    }

    /// -o's list; `NAME=HEADER` gives the rest to the last one.
    fn format(&mut self, text: &str) -> Result<(), Exit> {
        let (names, header) = match text.split_once('=') {
            Some((names, header)) => (names, Some(header)),
            None => (text, None),
        };
        // `pid=,comm=` are several columns without headers.
        if let Some(header) = header
            && let Some((first, rest)) = header.split_once(',')
            && first.is_empty()
        {
            self.format(&format!("{names}="))?;
            return self.format(rest);
        }
        let names: Vec<&str> = names.split([',', ' ']).filter(|name| !name.is_empty()).collect();
        for (at, name) in names.iter().enumerate() {
            let header = header.filter(|_| at + 1 == names.len()).map(str::to_owned);
            self.columns.push((find(name)?, header));
        }
        Ok(())
    }

    fn numbers(list: &str) -> Result<Vec<i32>, Exit> {
        list.split([',', ' '])
            .filter(|word| !word.is_empty())
            .map(|word| word.parse().map_err(|_| usage("process ID list syntax error")))
            .collect()
    }

    fn words(list: &str) -> Vec<String> {
        list.split([',', ' '])
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    }

    fn sort(&mut self, list: &str) -> Result<(), Exit> {
        for key in list.split(',') {
            let (descending, name) = match key.strip_prefix('-') {
                Some(name) => (true, name),
                None => (false, key.strip_prefix('+').unwrap_or(key)),
            };
            find(name).map_err(|_| usage("unknown sort specifier"))?;
            self.sort.push((name.to_ascii_lowercase(), descending));
        }
        Ok(())
    }

    fn long(&mut self, option: &str, rest: &mut impl Iterator<Item = String>) -> Result<(), Exit> {
        let (name, given) = match option.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (option, None),
        };
        let mut value = || {
            given
                .clone()
                .or_else(|| rest.next())
                .ok_or_else(|| usage("argument missing"))
        };
        match name {
            "pid" | "quick-pid" => self.pids.extend(Self::numbers(&value()?)?),
            "ppid" => self.parents.extend(Self::numbers(&value()?)?),
            "sid" => self.sessions.extend(Self::numbers(&value()?)?),
            "user" | "User" => self.users.extend(Self::words(&value()?)),
            "tty" => self.terminals.extend(Self::words(&value()?)),
            "format" => {
                let text = value()?;
                self.format(&text)?;
            }
            "sort" => {
                let text = value()?;
                self.sort(&text)?;
            }
            "no-headers" | "no-heading" | "noheaders" => self.no_header = true,
            "headers" | "heading" | "cols" | "columns" | "width" | "rows" | "lines" => {
                if matches!(name, "cols" | "columns" | "width" | "rows" | "lines") {
                    value()?;
                }
            }
            "deselect" => self.negated = true,
            "forest" => self.forest = true,
            "help" => {
                let _ = sys::write_all(sys::Fd::STDOUT, HELP.as_bytes());
                return Err(Exit(0));
            }
            "version" => {
                let _ = sys::write_all(
                    sys::Fd::STDOUT,
                    format!("ps (Cobnut) {}\n", env!("CARGO_PKG_VERSION")).as_bytes(),
                );
                return Err(Exit(0));
            }
            _ => return Err(usage("unknown gnu long option")),
        }
        if matches!(
            name,
            "pid" | "quick-pid" | "ppid" | "sid" | "user" | "User" | "tty"
        ) {
            self.selected = true;
        }
        Ok(())
    }

    fn unix(&mut self, letters: &str, rest: &mut impl Iterator<Item = String>) -> Result<(), Exit> {
        for (at, letter) in letters.char_indices() {
            let after = &letters[at + 1..];
            let mut value = || {
                if after.is_empty() {
                    rest.next()
                } else {
                    Some(after.to_owned())
                }
                .ok_or_else(|| {
                    usage("list of process IDs must follow -p".replace("-p", &format!("-{letter}")))
                })
            };
            match letter {
                'e' | 'A' => self.all = true,
                'a' => (self.all, self.not_leaders, self.selected) = (true, true, false),
                'd' => (self.all, self.not_leaders) = (true, true),
                'f' => self.preset("user,pid,ppid,c,stime,tty,time,cmd")?,
                'F' => self.preset("user,pid,ppid,c,vsz,rss,stime,tty,time,cmd")?,
                'j' => self.preset("pid,pgid,sid,tty,time,comm")?,
                'l' | 'y' => self.preset("s,uid,pid,ppid,c,pri,ni,rss,vsz,tty,time,comm")?,
                'N' => self.negated = true,
                'H' => self.forest = true,
                'h' => self.no_header = true,
                'w' => self.wide = true,
                'V' => return self.long("version", rest),
                'C' => self
                    .commands
                    .extend(Self::words(&value()?).into_iter().map(String::into_bytes)),
                'p' | 'q' => self.pids.extend(Self::numbers(&value()?)?),
                's' => self.sessions.extend(Self::numbers(&value()?)?),
                'g' => self.sessions.extend(Self::numbers(&value()?)?),
                'u' | 'U' => self.users.extend(Self::words(&value()?)),
                't' => self.terminals.extend(Self::words(&value()?)),
                'o' | 'O' => {
                    let text = value()?;
                    if letter == 'O' {
                        self.preset("pid")?;
                    }
                    self.format(&text)?;
                    if letter == 'O' {
                        self.preset("s,tty,time,command")?;
                    }
                }
                _ => return Err(usage("unsupported SysV option")),
            }
            if "Cpqsgut U".contains(letter) {
                self.selected = true;
            }
            if "CpqsguUtoO".contains(letter) {
                break;
            }
        }
        Ok(())
    }

    fn bsd(&mut self, letters: &str, rest: &mut impl Iterator<Item = String>) -> Result<(), Exit> {
        self.bsd = true;
        for (at, letter) in letters.char_indices() {
            let after = &letters[at + 1..];
            let mut value = || {
                if after.is_empty() {
                    rest.next()
                } else {
                    Some(after.to_owned())
                }
                .ok_or_else(|| usage("argument missing"))
            };
            match letter {
                'a' => self.bsd_all = true,
                'x' | 'g' => self.bsd_x = true,
                'u' => self.preset("user,pid,%cpu,%mem,vsz,rss,tty,stat,start,bsdtime,args")?,
                'j' => self.preset("ppid,pid,pgid,sid,tty,tpgid,stat,uid,bsdtime,args")?,
                'l' => self.preset("uid,pid,ppid,pri,ni,vsz,rss,stat,tty,bsdtime,args")?,
                'f' => self.forest = true,
                'h' => self.no_header = true,
                'w' => self.wide = true,
                'e' | 'c' | 'n' => {}
                'r' => self.all = true,
                'o' => {
                    let text = value()?;
                    self.format(&text)?;
                    break;
                }
                'p' => {
                    self.pids.extend(Self::numbers(&value()?)?);
                    self.selected = true;
                    break;
                }
                'U' => {
                    self.users.extend(Self::words(&value()?));
                    self.selected = true;
                    break;
                }
                't' => {
                    self.terminals.extend(Self::words(&value()?));
                    self.selected = true;
                    break;
                }
                _ => return Err(usage("unsupported option (BSD syntax)")),
            }
        }
        Ok(())
    }

    fn matches(&self, process: &Process, own: &Process, users: &mut Names) -> bool {
        let chosen = if self.selected {
            let mut named = |user: &String| users.id(user) == Some(process.uid);
            self.pids.contains(&process.pid)
                || self.parents.contains(&process.ppid)
                || self.sessions.contains(&process.sid)
                || self
                    .commands
                    .iter()
                    .any(|name| name[..name.len().min(15)] == process.name)
                || self.users.iter().any(&mut named)
                || self.terminals.iter().any(|tty| {
                    *tty == process.terminal() || tty.strip_prefix("/dev/") == Some(&process.terminal())
                })
                || self.all
        } else if self.bsd {
            self.all || (self.bsd_all || process.uid == own.uid) && (self.bsd_x || process.tty != 0)
        } else if self.all && self.not_leaders {
            process.sid != process.pid
        } else {
            self.all || process.uid == own.uid && process.tty == own.tty
        };
        chosen != self.negated
    }
}

pub fn run(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let mut wanted = Wanted::default();
    let mut rest = arguments
        .into_iter()
        .map(|argument| argument.to_string_lossy().into_owned());
    while let Some(argument) = rest.next() {
        if let Some(option) = argument.strip_prefix("--") {
            wanted.long(option, &mut rest)?;
        } else if let Some(letters) = argument.strip_prefix('-') {
            wanted.unix(letters, &mut rest)?;
        } else if argument.starts_with(|c: char| c.is_ascii_digit()) {
            wanted.pids.extend(Wanted::numbers(&argument)?);
            wanted.selected = true;
            wanted.bsd = true;
        } else {
            wanted.bsd(&argument, &mut rest)?;
        }
    }
    if wanted.columns.is_empty() {
        wanted.preset(if wanted.bsd {
            "pid,tty,stat,bsdtime,args"
        } else {
            "pid,tty,time,cmd"
        })?;
        if !wanted.bsd
            && let Some((last, header)) = wanted.columns.last_mut()
        {
            // The short format names the program only.
            *last = Column {
                header: "CMD",
                ..find("comm")?
            };
            *header = None;
        }
    }
    show(&wanted)
}

fn show(wanted: &Wanted) -> Outcome {
    let mut processes = proc::all().map_err(|error| {
        complain(
            "ps",
            format_args!("error: /proc must be mounted: {}", cli::reason(&error)),
        );
        Exit(1)
    })?;
    let own = Process::read(sys::getpid().0).unwrap_or_default();
    let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let mut context = Context {
        users: Names::users(),
        groups: Names::groups(),
        uptime: proc::uptime().0,
        boot: proc::counter("btime") as i64,
        memory: proc::memory(&meminfo, "MemTotal"),
    };
    processes.retain(|process| wanted.matches(process, &own, &mut context.users));
    for (name, descending) in wanted.sort.iter().rev() {
        let column = find(name)?;
        processes.sort_by_cached_key(|process| {
            let shown = String::from_utf8_lossy(&(column.show)(process, &mut context)).into_owned();
            let number = shown
                .parse::<f64>()
                .map_or(i64::MAX, |number| (number * 1000.0) as i64);
            Key(number, shown, *descending)
        });
    }
    let depths = if wanted.forest {
        forest(&mut processes)
    } else {
        vec![0; processes.len()]
    };
    let rows: Vec<Vec<Vec<u8>>> = processes
        .iter()
        .zip(&depths)
        .map(|(process, depth)| {
            let cells = wanted.columns.iter().map(|(column, _)| {
                let shown = (column.show)(process, &mut context);
                let is_command = matches!(column.names[0], "comm" | "cmd" | "args");
                match depth {
                    depth if is_command && *depth > 0 => {
                        [" ".repeat(4 * (depth - 1)).as_bytes(), b" \\_ ", &shown].concat()
                    }
                    _ => shown,
                }
            });
            cells.collect()
        })
        .collect();
    let headers: Vec<&str> = wanted
        .columns
        .iter()
        .map(|(column, header)| header.as_deref().unwrap_or(column.header))
        .collect();
    let mut out = Output::stdout();
    let limit = width(wanted);
    if !wanted.no_header && headers.iter().any(|header| !header.is_empty()) {
        let cells: Vec<Vec<u8>> = headers.iter().map(|header| header.as_bytes().to_vec()).collect();
        line(wanted, &headers, &cells, limit, &mut out);
    }
    for row in &rows {
        line(wanted, &headers, row, limit, &mut out);
    }
    Ok(out.finish("ps", i32::from(rows.is_empty()), 1))
}

/// A sort key that may go backwards.
#[derive(PartialEq, Eq)]
struct Key(i64, String, bool);

impl Ord for Key {
    fn cmp(&self, other: &Key) -> std::cmp::Ordering {
        let order = (self.0, &self.1).cmp(&(other.0, &other.1));
        if self.2 { order.reverse() } else { order }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// How many columns a line may have: the terminal's, or any number.
fn width(wanted: &Wanted) -> usize {
    match sys::tcgetwinsize(sys::Fd::STDOUT) {
        Ok(size) if !wanted.wide && size.cols > 0 => size.cols.into(),
        _ => usize::MAX,
    }
}

fn line(wanted: &Wanted, headers: &[&str], cells: &[Vec<u8>], limit: usize, out: &mut Output) {
    let mut text = Vec::new();
    let last = cells.len() - 1;
    for (at, cell) in cells.iter().enumerate() {
        let column = &wanted.columns[at].0;
        let width = column.width.max(headers[at].len());
        let padding = width.saturating_sub(cell.len());
        if column.right {
            text.resize(text.len() + padding, b' ');
        }
        // Control characters would tear the table.
        text.extend(cell.iter().map(|b| if b.is_ascii_control() { b'?' } else { *b }));
        if !column.right && at != last {
            text.resize(text.len() + padding, b' ');
        }
        if at != last {
            text.push(b' ');
        }
    }
    text.truncate(limit);
    out.line(&text);
}

/// Puts children behind their parents; how deep each is.
fn forest(processes: &mut Vec<Process>) -> Vec<usize> {
    let all = std::mem::take(processes);
    let mut depths = Vec::new();
    let is_root = |process: &Process| {
        !all.iter()
            .any(|other| other.pid == process.ppid && other.pid != process.pid)
    };
    let mut todo: Vec<(usize, usize)> = all
        .iter()
        .enumerate()
        .filter(|(_, process)| is_root(process))
        .map(|(at, _)| (at, 0))
        .rev()
        .collect();
    while let Some((at, depth)) = todo.pop() {
        processes.push(all[at].clone());
        depths.push(depth);
        let children = all
            .iter()
            .enumerate()
            .filter(|(_, child)| child.ppid == all[at].pid && child.pid != child.ppid);
        todo.extend(
            children
                .map(|(child, _)| (child, depth + 1))
                .rev()
                .collect::<Vec<_>>(),
        );
    }
    depths
}
