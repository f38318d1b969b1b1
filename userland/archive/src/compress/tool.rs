//! How gzip, bzip2, xz and zstd differ: names, suffixes, options, words.

use cli::{Opt, Order, Spec};

use crate::codec::Format;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Id {
    Stdout,
    Decompress,
    Compress,
    Force,
    Keep,
    Remove,
    List,
    NoName,
    Name,
    Output,
    Quiet,
    Recursive,
    Suffix,
    Test,
    Verbose,
    Level(u32),
    Format,
    /// What changes nothing here: threads, memory limits.
    Ignored,
}

/// One of the four families.
pub struct Tool {
    pub spec: Spec<Id>,
    pub format: Format,
    pub level: u32,
    /// What compression appends; the first of `decompressed`.
    pub suffix: &'static str,
    /// Suffixes that decompression knows, and what it puts in their place.
    pub decompressed: &'static [(&'static str, &'static str)],
    /// Whether the file stays when it was compressed.
    pub keeps: bool,
}

macro_rules! levels {
    () => {
        [
            Opt::flag(Id::Level(1), "1", "fast", "compress faster"),
            Opt::flag(Id::Level(2), "2", "", ""),
            Opt::flag(Id::Level(3), "3", "", ""),
            Opt::flag(Id::Level(4), "4", "", ""),
            Opt::flag(Id::Level(5), "5", "", ""),
            Opt::flag(Id::Level(6), "6", "", ""),
            Opt::flag(Id::Level(7), "7", "", ""),
            Opt::flag(Id::Level(8), "8", "", ""),
            Opt::flag(Id::Level(9), "9", "best", "compress better"),
            Opt::flag(
                Id::Stdout,
                "c",
                "stdout",
                "write on standard output, keep original files",
            ),
            Opt::flag(Id::Stdout, "", "to-stdout", ""),
            Opt::flag(Id::Decompress, "d", "decompress", "decompress"),
            Opt::flag(Id::Decompress, "", "uncompress", ""),
            Opt::flag(
                Id::Force,
                "f",
                "force",
                "force overwrite of output file and compress links",
            ),
            Opt::flag(Id::Keep, "k", "keep", "keep (don't delete) input files"),
            Opt::flag(Id::Quiet, "q", "quiet", "suppress all warnings"),
            Opt::flag(Id::Test, "t", "test", "test compressed file integrity"),
            Opt::flag(Id::Verbose, "v", "verbose", "verbose mode"),
        ]
    };
}

/// The common options and a tool's own, as one table.
const fn table<const N: usize, const M: usize>(common: [Opt<Id>; 18], own: [Opt<Id>; N]) -> [Opt<Id>; M] {
    assert!(N + 18 == M);
    let mut all = [const { Opt::flag(Id::Ignored, "", "", "") }; M];
    let mut at = 0;
    while at < M {
        let from = if at < 18 { &common[at] } else { &own[at - 18] };
        all[at] = Opt {
            id: from.id,
            shorts: from.shorts,
            long: from.long,
            takes: from.takes,
            help: from.help,
        };
        at += 1;
    }
    all
}

const fn spec(name: &'static str, about: &'static str, options: &'static [Opt<Id>]) -> Spec<Id> {
    Spec {
        name,
        usage: &["[OPTION]... [FILE]..."],
        about,
        options,
        order: Order::Permute,
        failure: 1,
    }
}

static GZIP_OPTIONS: [Opt<Id>; 26] = table(
    levels!(),
    [
        Opt::flag(Id::List, "l", "list", "list compressed file contents"),
        Opt::flag(
            Id::NoName,
            "n",
            "no-name",
            "do not save or restore the original name and timestamp",
        ),
        Opt::flag(
            Id::Name,
            "N",
            "name",
            "save or restore the original name and timestamp",
        ),
        Opt::flag(
            Id::Recursive,
            "r",
            "recursive",
            "operate recursively on directories",
        ),
        Opt::value(
            Id::Suffix,
            "S",
            "suffix",
            "SUF",
            "use suffix SUF on compressed files",
        ),
        Opt::flag(Id::Ignored, "", "rsyncable", ""),
        Opt::flag(Id::Ignored, "", "synchronous", ""),
        Opt::flag(Id::Ignored, "a", "ascii", ""),
    ],
);

static BZIP2_OPTIONS: [Opt<Id>; 20] = table(
    levels!(),
    [
        Opt::flag(Id::Compress, "z", "compress", "force compression"),
        Opt::flag(Id::Ignored, "s", "small", "accepted: use less memory"),
    ],
);

static XZ_OPTIONS: [Opt<Id>; 28] = table(
    levels!(),
    [
        Opt::flag(Id::Level(0), "0", "", ""),
        Opt::flag(Id::Compress, "z", "compress", "force compression"),
        Opt::flag(Id::Ignored, "e", "extreme", "accepted: try harder"),
        Opt::value(Id::Format, "F", "format", "FORMAT", "'auto', 'xz' or 'lzma'"),
        Opt::value(
            Id::Suffix,
            "S",
            "suffix",
            "SUF",
            "use suffix SUF on compressed files",
        ),
        Opt::value(Id::Ignored, "T", "threads", "NUM", "accepted: there is one"),
        Opt::value(Id::Ignored, "M", "memlimit", "LIMIT", ""),
        Opt::flag(Id::Ignored, "Q", "no-warn", ""),
        Opt::flag(Id::Ignored, "", "no-adjust", ""),
        Opt::value(Id::Ignored, "C", "check", "CHECK", ""),
    ],
);

static ZSTD_OPTIONS: [Opt<Id>; 25] = table(
    levels!(),
    [
        Opt::flag(Id::Compress, "z", "compress", "force compression"),
        Opt::value(Id::Output, "o", "", "FILE", "store the result in FILE"),
        Opt::flag(Id::Remove, "", "rm", "remove source file(s) after success"),
        Opt::flag(Id::Recursive, "r", "", "operate recursively on directories"),
        Opt::value(Id::Ignored, "T", "threads", "NUM", "accepted: there is one"),
        Opt::flag(Id::Ignored, "", "no-progress", ""),
        Opt::flag(Id::Ignored, "", "ultra", ""),
    ],
);

pub static GZIP: Tool = Tool {
    spec: spec(
        "gzip",
        "Compress or uncompress FILEs (by default, compress FILES in-place).",
        &GZIP_OPTIONS,
    ),
    format: Format::Gzip,
    level: 6,
    suffix: ".gz",
    decompressed: &[
        (".gz", ""),
        ("-gz", ""),
        (".tgz", ".tar"),
        (".taz", ".tar"),
        (".z", ""),
        ("-z", ""),
        ("_z", ""),
    ],
    keeps: false,
};

pub static BZIP2: Tool = Tool {
    spec: spec(
        "bzip2",
        "Compress or decompress FILEs in the .bz2 format.",
        &BZIP2_OPTIONS,
    ),
    format: Format::Bzip2,
    level: 9,
    suffix: ".bz2",
    decompressed: &[(".bz2", ""), (".bz", ""), (".tbz2", ".tar"), (".tbz", ".tar")],
    keeps: false,
};

pub static XZ: Tool = Tool {
    spec: spec(
        "xz",
        "Compress or decompress FILEs in the .xz format.",
        &XZ_OPTIONS,
    ),
    format: Format::Xz,
    level: 6,
    suffix: ".xz",
    decompressed: &[(".xz", ""), (".lzma", ""), (".txz", ".tar"), (".tlz", ".tar")],
    keeps: false,
};

pub static LZMA: Tool = Tool {
    spec: spec(
        "xz",
        "Compress or decompress FILEs in the .lzma format.",
        &XZ_OPTIONS,
    ),
    format: Format::Lzma,
    level: 6,
    suffix: ".lzma",
    decompressed: &[(".lzma", ""), (".xz", ""), (".txz", ".tar"), (".tlz", ".tar")],
    keeps: false,
};

pub static ZSTD: Tool = Tool {
    spec: spec(
        "zstd",
        "Compress or decompress FILEs in the .zst format.",
        &ZSTD_OPTIONS,
    ),
    format: Format::Zstd,
    level: 3,
    suffix: ".zst",
    decompressed: &[(".zst", ""), (".zstd", ""), (".tzst", ".tar")],
    keeps: true,
};
