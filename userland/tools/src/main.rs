//! Cobnut's commands about processes, files and text that coreutils lacks, as one multi-call guest, chosen by the base
//! name of `argv[0]`.

mod file;
mod magic;
mod manual;
mod process;
mod screen;
mod terminal;
mod text;
mod unavailable;

use cli::Command;

macro_rules! commands {
    ($($name:literal: $run:path,)*) => {
        &[$(Command { name: $name, run: $run },)*]
    };
}

const COMMANDS: &[Command] = commands! {
    "apropos": manual::apropos,
    "cal": text::words::cal,
    "chroot": unavailable::chroot,
    "column": text::column::column,
    "curl": unavailable::curl,
    "df": file::df::run,
    "du": file::du::run,
    "envsubst": text::words::envsubst,
    "file": magic::run,
    "free": process::memory::free,
    "hd": text::dump::hexdump,
    "hexdump": text::dump::hexdump,
    "hostid": process::memory::hostid,
    "install": file::install::run,
    "killall": process::pgrep::killall,
    "less": text::pager::less,
    "look": text::look::look,
    "lsof": process::lsof::run,
    "man": manual::man,
    "mknod": file::install::mknod,
    "more": text::pager::more,
    "nice": process::memory::nice,
    "pgrep": process::pgrep::pgrep,
    "pkill": process::pgrep::pkill,
    "ps": process::ps::run,
    "reset": screen::tput::reset,
    "rev": text::strings::rev,
    "stdbuf": unavailable::stdbuf,
    "strings": text::strings::strings,
    "sync": process::memory::sync,
    "top": process::top::run,
    "tput": screen::tput::tput,
    "tree": file::tree::run,
    "uptime": process::memory::uptime,
    "users": process::memory::users,
    "vmstat": process::memory::vmstat,
    "watch": process::watch::run,
    "wget": unavailable::wget,
    "whatis": manual::whatis,
    "whereis": file::which::whereis,
    "which": file::which::which,
    "who": process::memory::who,
    "xxd": text::dump::xxd,
};

fn main() {
    cli::run("tools", COMMANDS)
}
