//! What each tool says in its own words.

use std::io;
use std::path::Path;

use sys::{Errno, Fd};

use super::Job;
use super::stream::{Done, Failure};
use crate::codec::Format;

impl Job {
    pub(super) fn cannot_open(&mut self, shown: &str, why: Errno) {
        match self.tool.format {
            Format::Bzip2 => self.fail(format_args!("Can't open input file {shown}: {why}.")),
            Format::Zstd => self.fail(format_args!("can't stat {shown} : {why} -- ignored ")),
            _ => self.fail(format_args!("{shown}: {why}")),
        }
    }

    pub(super) fn is_directory(&mut self, shown: &str) {
        match self.tool.format {
            Format::Bzip2 => self.fail(format_args!("Input file {shown} is a directory.")),
            Format::Zstd => self.fail(format_args!("{shown} is a directory -- ignored ")),
            Format::Gzip => self.warn(format_args!("{shown} is a directory -- ignored")),
            _ => self.warn(format_args!("{shown}: Is a directory, skipping")),
        }
    }

    pub(super) fn report(&self, path: &Path, target: &Path, done: &Done) {
        let saved = match done.plain {
            0 => 0.0,
            plain => 100.0 - 100.0 * done.compressed as f64 / plain as f64,
        };
        let doing = if self.keep { "created" } else { "replaced with" };
        let line = format!(
            "{}:\t{saved:5.1}% -- {doing} {}\n",
            path.display(),
            target.display()
        );
        let _ = sys::write_all(Fd::STDERR, line.as_bytes());
    }

    pub(super) fn explain(&mut self, shown: &str, failure: Failure) {
        match failure {
            Failure::Write(Errno::EPIPE) => self.status = 128 + sys::Signal::PIPE.0,
            Failure::Write(why) => self.fail(format_args!("{shown}: write error: {why}")),
            Failure::Read(error) => self.fail(format_args!("{shown}: {}", cli::reason(&error))),
            Failure::NotInFormat => match self.tool.format {
                Format::Gzip => self.fail(format_args!("{shown}: not in gzip format")),
                Format::Bzip2 => {
                    self.fail(format_args!("{shown} is not a bzip2 file."));
                    self.status = 2;
                }
                Format::Zstd => self.fail(format_args!("{shown}: unsupported format ")),
                _ => self.fail(format_args!("{shown}: File format not recognized")),
            },
            Failure::Data(error) => {
                let cut_off = error.kind() == io::ErrorKind::UnexpectedEof;
                match (self.tool.format, cut_off) {
                    (Format::Gzip, true) => self.fail(format_args!("{shown}: unexpected end of file")),
                    (Format::Gzip, false) => {
                        self.fail(format_args!("{shown}: invalid compressed data--{error}"))
                    }
                    (Format::Bzip2, cut_off) => {
                        let what = if cut_off {
                            "file ends unexpectedly"
                        } else {
                            "data integrity (CRC) error in data"
                        };
                        self.fail(format_args!("{shown}: {what}"));
                        self.status = 2;
                    }
                    (Format::Zstd, true) => {
                        self.fail(format_args!("{shown} : Read error (39) : premature end "))
                    }
                    (Format::Zstd, false) => {
                        self.fail(format_args!("{shown} : Decoding error (36) : {error} "))
                    }
                    (_, true) => self.fail(format_args!("{shown}: Unexpected end of input")),
                    (_, false) => self.fail(format_args!("{shown}: Compressed data is corrupt")),
                }
            }
        }
    }
}
