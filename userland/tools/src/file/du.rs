//! du(1): how much space files take.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain, os, pattern, quote, size, time};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    All,
    Apparent,
    BlockSize,
    Bytes,
    Total,
    Depth,
    Human,
    Si,
    Unit(u64),
    Dereference,
    DereferenceArgs,
    CountLinks,
    Summarize,
    OneFileSystem,
    Separate,
    Exclude,
    ExcludeFrom,
    Null,
    Threshold,
    Time,
    FilesFrom,
    Inodes,
}

#[rustfmt::skip]
static SPEC: Spec<Id> = Spec {
    name: "du",
    usage: &["[OPTION]... [FILE]...", "[OPTION]... --files0-from=F"],
    about: "Summarize device usage of the set of FILEs, recursively for directories.",
    options: &[
        Opt::flag(Id::Null, "0", "null", "end each output line with NUL, not newline"),
        Opt::flag(Id::All, "a", "all", "write counts for all files, not just directories"),
        Opt::flag(Id::Apparent, "", "apparent-size", "print apparent sizes rather than device usage"),
        Opt::value(Id::BlockSize, "B", "block-size", "SIZE", "scale sizes by SIZE before printing them"),
        Opt::flag(Id::Bytes, "b", "bytes", "equivalent to '--apparent-size --block-size=1'"),
        Opt::flag(Id::Total, "c", "total", "produce a grand total"),
        Opt::flag(Id::DereferenceArgs, "DH", "dereference-args", "dereference only symlinks that are listed on the\ncommand line"),
        Opt::value(Id::Depth, "d", "max-depth", "N", "print the total for a directory only if it is N or\nfewer levels below the command line argument"),
        Opt::value(Id::FilesFrom, "", "files0-from", "F", "summarize the NUL-terminated file names in file F"),
        Opt::flag(Id::Human, "h", "human-readable", "print sizes in human readable format (e.g., 1K 234M 2G)"),
        Opt::flag(Id::Inodes, "", "inodes", "list inode usage information instead of block usage"),
        Opt::flag(Id::Unit(1 << 10), "k", "", "like --block-size=1K"),
        Opt::flag(Id::Dereference, "L", "dereference", "dereference all symbolic links"),
        Opt::flag(Id::CountLinks, "l", "count-links", "count sizes many times if hard linked"),
        Opt::flag(Id::Unit(1 << 20), "m", "", "like --block-size=1M"),
        Opt::flag(Id::Separate, "S", "separate-dirs", "for directories do not include size of subdirectories"),
        Opt::flag(Id::Si, "", "si", "like -h, but use powers of 1000 not 1024"),
        Opt::flag(Id::Summarize, "s", "summarize", "display only a total for each argument"),
        Opt::value(Id::Threshold, "t", "threshold", "SIZE", "exclude entries smaller than SIZE if positive,\nor greater than SIZE if negative"),
        Opt::optional(Id::Time, "", "time", "WORD", "show time of the last modification of any file"),
        Opt::value(Id::ExcludeFrom, "X", "exclude-from", "FILE", "exclude files that match any pattern in FILE"),
        Opt::value(Id::Exclude, "", "exclude", "PATTERN", "exclude files that match PATTERN"),
        Opt::flag(Id::OneFileSystem, "x", "one-file-system", "skip directories on different file systems"),
    ],
    order: Order::Permute,
    failure: 1,
};

struct Du {
    all: bool,
    apparent: bool,
    inodes: bool,
    unit: u64,
    human: Option<u64>,
    depth: usize,
    dereference: bool,
    dereference_args: bool,
    count_links: bool,
    one_file_system: bool,
    separate: bool,
    exclude: Vec<Vec<u8>>,
    threshold: i64,
    time: bool,
    end: u8,
    seen: HashSet<(u64, u64)>,
    status: i32,
    out: Output,
}

/// A tree's size, and when something in it was changed last.
#[derive(Clone, Copy, Default)]
struct Sum {
    size: u64,
    newest_ns: i64,
}

impl Sum {
    fn add(&mut self, other: Sum) {
        self.size += other.size;
        self.newest_ns = self.newest_ns.max(other.newest_ns);
    }
}

fn block_size(text: &OsString) -> Result<u64, Exit> {
    text.to_str()
        .and_then(size::parse)
        .filter(|size| *size > 0)
        .ok_or_else(|| {
            SPEC.usage_error(format_args!(
                "invalid --block-size argument {}",
                quote::always(text)
            ))
        })
}

fn read(path: &OsString) -> Result<Vec<u8>, Exit> {
    cli::input::read_file(path).map_err(|why| {
        complain(
            "du",
            format_args!("cannot open {} for reading: {why}", quote::always(path)),
        );
        Exit(1)
    })
}

pub fn run(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let environment = ["DU_BLOCK_SIZE", "BLOCK_SIZE", "BLOCKSIZE"]
        .iter()
        .find_map(|name| std::env::var(name).ok());
    let default = if std::env::var_os("POSIXLY_CORRECT").is_some() {
        512
    } else {
        1024
    };
    let mut du = Du {
        all: false,
        apparent: false,
        inodes: false,
        unit: environment
            .and_then(|text| size::parse(&text))
            .filter(|size| *size > 0)
            .unwrap_or(default),
        human: None,
        depth: usize::MAX,
        dereference: false,
        dereference_args: false,
        count_links: false,
        one_file_system: false,
        separate: false,
        exclude: Vec::new(),
        threshold: 0,
        time: false,
        end: b'\n',
        seen: HashSet::new(),
        status: 0,
        out: Output::stdout(),
    };
    let (mut total, mut summarize, mut depth_given) = (false, false, false);
    let mut names = parsed.operands;
    for (id, value) in parsed.options {
        let text = value.clone().unwrap_or_default();
        match id {
            Id::All => du.all = true,
            Id::Apparent => du.apparent = true,
            Id::BlockSize => (du.unit, du.human) = (block_size(&text)?, None),
            Id::Bytes => (du.apparent, du.unit, du.human) = (true, 1, None),
            Id::Total => total = true,
            Id::Depth => {
                du.depth = text.to_str().and_then(|text| text.parse().ok()).ok_or_else(|| {
                    SPEC.usage_error(format_args!("invalid maximum depth {}", quote::always(&text)))
                })?;
                depth_given = true;
            }
            Id::Human => du.human = Some(1024),
            Id::Si => du.human = Some(1000),
            Id::Unit(unit) => (du.unit, du.human) = (unit, None),
            Id::Dereference => du.dereference = true,
            Id::DereferenceArgs => du.dereference_args = true,
            Id::CountLinks => du.count_links = true,
            Id::Summarize => summarize = true,
            Id::OneFileSystem => du.one_file_system = true,
            Id::Separate => du.separate = true,
            Id::Exclude => du.exclude.push(text.as_encoded_bytes().to_vec()),
            Id::ExcludeFrom => {
                let lines = read(&text)?;
                du.exclude.extend(
                    lines
                        .split(|b| *b == b'\n')
                        .filter(|line| !line.is_empty())
                        .map(<[u8]>::to_vec),
                );
            }
            Id::Null => du.end = 0,
            Id::Threshold => {
                let number = text.to_str().and_then(|text| match text.strip_prefix('-') {
                    Some(text) => size::parse(text).map(|size| -(size as i64)),
                    None => size::parse(text).map(|size| size as i64),
                });
                du.threshold = number.ok_or_else(|| {
                    SPEC.usage_error(format_args!(
                        "invalid --threshold argument {}",
                        quote::always(&text)
                    ))
                })?;
            }
            Id::Time => du.time = true,
            Id::FilesFrom => {
                if let Some(extra) = names.first() {
                    return Err(SPEC.extra_operand(extra));
                }
                let list = read(&text)?;
                names.extend(
                    list.split(|b| *b == 0)
                        .filter(|name| !name.is_empty())
                        .map(|name| os(name).to_owned()),
                );
            }
            Id::Inodes => (du.inodes, du.unit) = (true, 1),
        }
    }
    if summarize && du.all {
        return Err(SPEC.usage_error("cannot both summarize and show all entries"));
    }
    if summarize {
        if depth_given && du.depth != 0 {
            return Err(SPEC.usage_error(format_args!(
                "warning: summarizing conflicts with --max-depth={}",
                du.depth
            )));
        }
        du.depth = 0;
    }
    if names.is_empty() {
        names.push(OsString::from("."));
    }
    let mut sum = Sum::default();
    for name in &names {
        sum.add(du.walk(Path::new(name), 0, None));
    }
    if total {
        du.show(sum, b"total");
    }
    Ok(du.out.finish("du", du.status, 1))
}

impl Du {
    fn fail(&mut self, what: &str, path: &Path, why: impl std::fmt::Display) {
        self.out.send();
        complain(
            "du",
            format_args!("{what} {}: {why}", quote::always(path.as_os_str())),
        );
        self.status = 1;
    }

    fn is_excluded(&self, path: &Path) -> bool {
        let whole = path.as_os_str().as_encoded_bytes();
        let name = path
            .file_name()
            .map(|name| name.as_encoded_bytes())
            .unwrap_or(whole);
        self.exclude
            .iter()
            .any(|wanted| pattern::matches(wanted, name) || pattern::matches(wanted, whole))
    }

    /// Counts a file and what is in it, and shows it where it is to be shown.
    fn walk(&mut self, path: &Path, depth: usize, device: Option<u64>) -> Sum {
        if self.is_excluded(path) {
            return Sum::default();
        }
        let follow = self.dereference || depth == 0 && self.dereference_args;
        let stat = match if follow { sys::stat(path) } else { sys::lstat(path) } {
            Ok(stat) => stat,
            Err(why) => {
                self.fail("cannot access", path, why);
                return Sum::default();
            }
        };
        if device.is_some_and(|device| device != stat.dev) {
            return Sum::default();
        }
        // A file with several names is counted once; so is a directory that links lead to again.
        let is_shared = stat.nlink > 1 || self.dereference;
        if (is_shared && !self.count_links || stat.is_dir()) && !self.seen.insert((stat.dev, stat.ino)) {
            return Sum::default();
        }
        let own = Sum {
            size: match (self.inodes, self.apparent) {
                (true, _) => 1,
                // As GNU's since 9.?: only what has contents counts.
                (_, true)
                    if stat.is_file() || stat.is_dir() || stat.file_type() == sys::FileType::Symlink =>
                {
                    stat.size
                }
                (_, true) => 0,
                _ => stat.blocks * 512,
            },
            newest_ns: stat.mtime_ns,
        };
        let (mut whole, mut shown) = (own, own);
        if stat.is_dir() {
            let device = self.one_file_system.then_some(stat.dev);
            for child in self.children(path) {
                let is_directory = self.separate && sys::lstat(&child).is_ok_and(|stat| stat.is_dir());
                let sum = self.walk(&child, depth + 1, device);
                whole.add(sum);
                if !is_directory {
                    shown.add(sum);
                }
            }
        }
        let is_shown = depth <= self.depth && (stat.is_dir() || self.all || depth == 0);
        let passes = match self.threshold {
            limit if limit < 0 => shown.size <= limit.unsigned_abs(),
            limit => shown.size >= limit as u64,
        };
        if is_shown && passes {
            self.show(shown, path.as_os_str().as_encoded_bytes());
        }
        whole
    }

    fn children(&mut self, path: &Path) -> Vec<PathBuf> {
        let listed = std::fs::read_dir(path).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
        match listed {
            Ok(entries) => entries
                .into_iter()
                .map(|entry| path.join(entry.file_name()))
                .collect(),
            Err(error) => {
                self.fail("cannot read directory", path, cli::reason(&error));
                Vec::new()
            }
        }
    }

    fn show(&mut self, sum: Sum, name: &[u8]) {
        let shown = match self.human {
            Some(base) => size::human(sum.size, base),
            None => sum.size.div_ceil(self.unit).to_string(),
        };
        self.out.put(shown.as_bytes());
        self.out.put(b"\t");
        if self.time {
            self.out
                .put(time::format("%Y-%m-%d %H:%M", sum.newest_ns).as_bytes());
            self.out.put(b"\t");
        }
        self.out.put(name);
        self.out.put(&[self.end]);
    }
}
