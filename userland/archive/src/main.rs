//! Cobnut's archives and compressed files as one multi-call guest, chosen by the base name of `argv[0]`.

mod codec;
mod compress;
mod tar;
mod zip;

use cli::Command;

macro_rules! commands {
    ($($name:literal: $run:path,)*) => {
        &[$(Command { name: $name, run: $run },)*]
    };
}

const COMMANDS: &[Command] = commands! {
    "bunzip2": compress::bunzip2,
    "bzcat": compress::bzcat,
    "bzip2": compress::bzip2,
    "gunzip": compress::gunzip,
    "gzip": compress::gzip,
    "lzcat": compress::lzcat,
    "lzma": compress::lzma,
    "tar": tar::run,
    "unlzma": compress::unlzma,
    "unxz": compress::unxz,
    "unzstd": compress::unzstd,
    "unzip": zip::unzip::run,
    "xz": compress::xz,
    "xzcat": compress::xzcat,
    "zcat": compress::zcat,
    "zip": zip::write::run,
    "zipinfo": zip::info::run,
    "zstd": compress::zstd,
    "zstdcat": compress::zstdcat,
};

fn main() {
    cli::run("archive", COMMANDS)
}
