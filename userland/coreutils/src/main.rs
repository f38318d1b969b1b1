//! uutils' coreutils as one multi-call guest: the program is chosen by the base name of `argv[0]`, or, when that is
//! `coreutils` itself, by the first argument (`coreutils wc FILE`).
//!
//! Only utilities that are right with what WASI gives them are listed. What needs modes, owners, processes or terminals
//! lives in `userland/base`; `userland/commands.toml` says which module serves which name.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::process::exit;

use uucore::locale::{self, LocalizationError};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The exit status of a multi-call program that is asked for what it doesn't have.
const EXIT_NO_SUCH_UTILITY: i32 = 127;

type Arguments = std::vec::IntoIter<OsString>;

struct Utility {
    name: &'static str,
    main: fn(Arguments) -> i32,
}

/// One row per utility, sorted by name; each crate's entry point is `uumain`.
macro_rules! utilities {
    ($($name:literal => $krate:ident,)*) => {
        &[$(Utility { name: $name, main: $krate::uumain }),*]
    };
}

const UTILITIES: &[Utility] = utilities! {
    "arch" => uu_arch,
    "b2sum" => uu_b2sum,
    "base32" => uu_base32,
    "base64" => uu_base64,
    "basename" => uu_basename,
    "basenc" => uu_basenc,
    "cksum" => uu_cksum,
    "comm" => uu_comm,
    "csplit" => uu_csplit,
    "cut" => uu_cut,
    "date" => uu_date,
    "dircolors" => uu_dircolors,
    "dirname" => uu_dirname,
    "expand" => uu_expand,
    "expr" => uu_expr,
    "factor" => uu_factor,
    "fmt" => uu_fmt,
    "fold" => uu_fold,
    "join" => uu_join,
    "link" => uu_link,
    "ln" => uu_ln,
    "md5sum" => uu_md5sum,
    "mv" => uu_mv,
    "nl" => uu_nl,
    "nproc" => uu_nproc,
    "numfmt" => uu_numfmt,
    "od" => uu_od,
    "paste" => uu_paste,
    "pathchk" => uu_pathchk,
    "pr" => uu_pr,
    "printenv" => uu_printenv,
    "printf" => uu_printf,
    "ptx" => uu_ptx,
    "pwd" => uu_pwd,
    "readlink" => uu_readlink,
    "realpath" => uu_realpath,
    "rm" => uu_rm,
    "rmdir" => uu_rmdir,
    "seq" => uu_seq,
    "sha1sum" => uu_sha1sum,
    "sha224sum" => uu_sha224sum,
    "sha256sum" => uu_sha256sum,
    "sha384sum" => uu_sha384sum,
    "sha512sum" => uu_sha512sum,
    "shred" => uu_shred,
    "shuf" => uu_shuf,
    "sort" => uu_sort,
    "split" => uu_split,
    "sum" => uu_sum,
    "tee" => uu_tee,
    "touch" => uu_touch,
    "tr" => uu_tr,
    "truncate" => uu_truncate,
    "tsort" => uu_tsort,
    "unexpand" => uu_unexpand,
    "uniq" => uu_uniq,
    "unlink" => uu_unlink,
    "yes" => uu_yes,
};

fn find(name: &str) -> Option<&'static Utility> {
    UTILITIES
        .binary_search_by(|utility| utility.name.cmp(name))
        .ok()
        .map(|i| &UTILITIES[i])
}

fn base_name(argument: &OsString) -> String {
    Path::new(argument)
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// Runs one utility to its exit status. `arguments` starts with the name that messages use.
fn run(utility: &Utility, arguments: Vec<OsString>) -> i32 {
    uucore::panic::mute_sigpipe_panic();
    if let Err(error) = locale::setup_localization(utility.name) {
        report_locale(&error);
        return 99;
    }
    let status = (utility.main)(arguments.into_iter());
    match io::stdout().flush() {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!(
                "{}: write error: {}",
                utility.name,
                uucore::error::strip_errno(&error)
            );
            status.max(1)
        }
        _ => status,
    }
}

fn report_locale(error: &LocalizationError) {
    match error {
        LocalizationError::ParseResource { error, snippet } => {
            eprintln!("coreutils: cannot parse messages at {snippet}: {error}");
        }
        other => eprintln!("coreutils: cannot load messages: {other}"),
    }
}

fn list() -> i32 {
    let names = UTILITIES
        .iter()
        .map(|utility| utility.name)
        .collect::<Vec<_>>()
        .join("\n");
    match writeln!(io::stdout(), "{names}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("coreutils: {}", uucore::error::strip_errno(&error));
            1
        }
        _ => 0,
    }
}

fn usage() -> i32 {
    println!(
        "coreutils {VERSION} (uutils coreutils 0.12 for Cobnut)\n\nUsage: coreutils UTILITY [ARGUMENT]...\n       coreutils --list"
    );
    0
}

/// `coreutils UTILITY …`: uutils is told, so that its usage lines show both words.
fn run_by_first_argument(mut arguments: Vec<OsString>) -> i32 {
    if arguments.len() < 2 {
        usage();
        return 1;
    }
    arguments.remove(0);
    let name = base_name(&arguments[0]);
    match (name.as_str(), find(&name)) {
        (_, Some(utility)) => {
            uucore::set_utility_is_second_arg();
            run(utility, arguments)
        }
        ("--list", None) => list(),
        ("--help" | "-h" | "--version" | "-V", None) => usage(),
        _ => {
            eprintln!("coreutils: unknown program '{name}'");
            EXIT_NO_SUCH_UTILITY
        }
    }
}

fn main() {
    sys::init();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let name = arguments.first().map(base_name).unwrap_or_default();
    let status = match find(&name) {
        Some(utility) => run(utility, arguments),
        None => run_by_first_argument(arguments),
    };
    exit(status);
}

// The search for a name needs the table sorted.
const _: () = {
    let mut at = 1;
    while at < UTILITIES.len() {
        let (before, after) = (UTILITIES[at - 1].name, UTILITIES[at].name);
        assert!(
            is_less(before.as_bytes(), after.as_bytes()),
            "UTILITIES is not sorted"
        );
        at += 1;
    }
};

const fn is_less(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() {
        if a[at] != b[at] {
            return a[at] < b[at];
        }
        at += 1;
    }
    a.len() < b.len()
}
