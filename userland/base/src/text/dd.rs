//! dd(1): copies blocks, and converts them on the way.

use std::ffi::OsString;
use std::time::Instant;

use cli::{Exit, Outcome, complain, quote};
use sys::{Errno, Fd, Mode, OpenFlags};

const HELP: &str = "Usage: dd [OPERAND]...
Copy a file, converting and formatting according to the operands.

  bs=BYTES        read and write up to BYTES bytes at a time (default: 512)
  cbs=BYTES       (not supported)
  conv=CONVS      convert the file as per the comma separated list: lcase ucase swab notrunc noerror sync fsync
                  fdatasync excl nocreat
  count=N         copy only N input blocks
  ibs=BYTES       read up to BYTES bytes at a time (default: 512)
  if=FILE         read from FILE instead of stdin
  iflag=FLAGS     fullblock count_bytes skip_bytes
  obs=BYTES       write BYTES bytes at a time (default: 512)
  of=FILE         write to FILE instead of stdout
  oflag=FLAGS     append seek_bytes
  seek=N          skip N obs-sized blocks at start of output
  skip=N          skip N ibs-sized blocks at start of input
  status=LEVEL    none, noxfer or progress
";

#[derive(Default)]
struct Dd {
    input: Option<String>,
    output: Option<String>,
    ibs: usize,
    obs: usize,
    /// bs was given: blocks are written as they were read.
    direct: bool,
    count: Option<u64>,
    skip: u64,
    seek: u64,
    lowercase: bool,
    uppercase: bool,
    swab: bool,
    no_truncate: bool,
    no_error: bool,
    sync: bool,
    exclusive: bool,
    no_create: bool,
    append: bool,
    full_block: bool,
    count_bytes: bool,
    skip_bytes: bool,
    seek_bytes: bool,
    quiet: bool,
    no_transfer: bool,
    totals: Totals,
}

/// Whole and partial blocks.
#[derive(Default)]
struct Totals {
    read: (u64, u64),
    written: (u64, u64),
    bytes: u64,
}

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let mut dd = Dd {
        ibs: 512,
        obs: 512,
        ..Dd::default()
    };
    for argument in &arguments {
        let text = argument.to_string_lossy();
        if text == "--help" {
            print!("{HELP}");
            return Ok(0);
        }
        dd.operand(&text).map_err(|why| {
            complain(name, format_args!("{why}\nTry 'dd --help' for more information."));
            Exit(1)
        })?;
    }
    match dd.copy() {
        Ok(()) => Ok(0),
        Err(why) => {
            complain(name, why);
            Ok(1)
        }
    }
}

impl Dd {
    fn operand(&mut self, text: &str) -> Result<(), String> {
        let unknown = || format!("unrecognized operand {}", quote::always(text.as_ref()));
        let (name, value) = text.split_once('=').ok_or_else(unknown)?;
        let number =
            || parse_bytes(value).ok_or_else(|| format!("invalid number: {}", quote::always(value.as_ref())));
        let size = || {
            number().and_then(|n| match usize::try_from(n) {
                Ok(n) if (1..=1 << 30).contains(&n) => Ok(n),
                _ => Err(format!("invalid number: {}", quote::always(value.as_ref()))),
            })
        };
        match name {
            "if" => self.input = Some(value.to_owned()),
            "of" => self.output = Some(value.to_owned()),
            "bs" => (self.ibs, self.obs, self.direct) = (size()?, size()?, true),
            "ibs" => self.ibs = size()?,
            "obs" => self.obs = size()?,
            "count" => {
                self.count_bytes |= value.ends_with('B');
                self.count = Some(number()?);
            }
            "skip" | "iseek" => {
                self.skip_bytes |= value.ends_with('B');
                self.skip = number()?;
            }
            "seek" | "oseek" => {
                self.seek_bytes |= value.ends_with('B');
                self.seek = number()?;
            }
            "conv" | "iflag" | "oflag" => return value.split(',').try_for_each(|word| self.flag(name, word)),
            "status" => match value {
                "none" => self.quiet = true,
                "noxfer" => self.no_transfer = true,
                "progress" => {}
                _ => return Err(format!("invalid status level: {}", quote::always(value.as_ref()))),
            },
            _ => return Err(unknown()),
        }
        Ok(())
    }

    fn flag(&mut self, list: &str, word: &str) -> Result<(), String> {
        match (list, word) {
            ("conv", "lcase") => self.lowercase = true,
            ("conv", "ucase") => self.uppercase = true,
            ("conv", "swab") => self.swab = true,
            ("conv", "notrunc") => self.no_truncate = true,
            ("conv", "noerror") => self.no_error = true,
            ("conv", "sync") => self.sync = true,
            ("conv", "excl") => self.exclusive = true,
            ("conv", "nocreat") => self.no_create = true,
            // Files are in memory: what is written is there.
            ("conv", "fsync" | "fdatasync" | "sparse") => {}
            ("iflag", "fullblock") => self.full_block = true,
            ("iflag", "count_bytes") => self.count_bytes = true,
            ("iflag", "skip_bytes") => self.skip_bytes = true,
            ("oflag", "append") => self.append = true,
            ("oflag", "seek_bytes") => self.seek_bytes = true,
            (
                "iflag" | "oflag",
                "sync" | "dsync" | "direct" | "noatime" | "nocache" | "nonblock" | "binary",
            ) => {}
            _ => {
                let what = if list == "conv" {
                    "conversion"
                } else {
                    "input or output flag"
                };
                return Err(format!("invalid {what}: {}", quote::always(word.as_ref())));
            }
        }
        Ok(())
    }

    fn copy(&mut self) -> Result<(), String> {
        let failed = |what: &str, path: &Option<String>, default: &str, why: Errno| {
            let path = path.as_deref().unwrap_or(default);
            format!("{what} {}: {why}", quote::always(path.as_ref()))
        };
        let input = match &self.input {
            None => Fd::STDIN,
            Some(path) => sys::open(&**path, OpenFlags::RDONLY | OpenFlags::CLOEXEC, Mode::empty())
                .map_err(|why| failed("failed to open", &self.input, "", why))?,
        };
        let output = match &self.output {
            None => Fd::STDOUT,
            Some(path) => sys::open(&**path, self.output_flags(), Mode::RW_ALL)
                .map_err(|why| failed("failed to open", &self.output, "", why))?,
        };
        let skip = if self.skip_bytes {
            self.skip
        } else {
            self.skip.saturating_mul(self.ibs as u64)
        };
        self.skip_input(input, skip)
            .map_err(|why| failed("error reading", &self.input, "standard input", why))?;
        let seek = if self.seek_bytes {
            self.seek
        } else {
            self.seek.saturating_mul(self.obs as u64)
        };
        self.seek_output(output, seek)
            .map_err(|why| failed("cannot seek", &self.output, "standard output", why))?;
        let start = Instant::now();
        let copied = self.blocks(input, output);
        if !self.quiet {
            self.report(start.elapsed().as_secs_f64());
        }
        copied.map_err(|(reading, why)| match reading {
            true => failed("error reading", &self.input, "standard input", why),
            false => failed("error writing", &self.output, "standard output", why),
        })?;
        if self.output.is_some() {
            sys::close(output).map_err(|why| failed("closing output file", &self.output, "", why))?;
        }
        Ok(())
    }

    fn output_flags(&self) -> OpenFlags {
        let mut flags = OpenFlags::WRONLY | OpenFlags::CLOEXEC;
        flags.set(OpenFlags::CREAT, !self.no_create);
        flags.set(OpenFlags::EXCL, self.exclusive);
        flags.set(OpenFlags::APPEND, self.append);
        // With seek, what is before it stays; it is cut there below.
        flags.set(OpenFlags::TRUNC, !self.no_truncate && self.seek == 0);
        flags
    }

    fn skip_input(&mut self, input: Fd, mut left: u64) -> sys::Result<()> {
        let mut piece = vec![0; 64 * 1024];
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(usize::MAX).min(piece.len());
            match super::read(input, &mut piece[..most])? {
                0 => return Ok(()),
                n => left -= n as u64,
            }
        }
        Ok(())
    }

    fn seek_output(&self, output: Fd, to: u64) -> sys::Result<()> {
        if to == 0 {
            return Ok(());
        }
        use std::io::{Seek, SeekFrom};
        // Borrowed: the descriptor stays open for the writing.
        let mut file = std::mem::ManuallyDrop::new(std::fs::File::from(output.into_owned()));
        if !self.no_truncate && self.output.is_some() {
            file.set_len(to).map_err(|error| Errno::from_io(&error))?;
        }
        file.seek(SeekFrom::Start(to))
            .map_err(|error| Errno::from_io(&error))?;
        Ok(())
    }

    /// The error's bool says whether it was reading that failed.
    fn blocks(&mut self, input: Fd, output: Fd) -> Result<(), (bool, Errno)> {
        let mut block = vec![0; self.ibs];
        let mut pending: Vec<u8> = Vec::new();
        let mut blocks_left = if self.count_bytes {
            u64::MAX
        } else {
            self.count.unwrap_or(u64::MAX)
        };
        let mut bytes_left = if self.count_bytes {
            self.count.unwrap_or(u64::MAX)
        } else {
            u64::MAX
        };
        while blocks_left > 0 && bytes_left > 0 {
            let most = usize::try_from(bytes_left).unwrap_or(usize::MAX).min(self.ibs);
            let n = match self.read_block(input, &mut block[..most]) {
                Ok(0) => break,
                Ok(n) => n,
                Err(_) if self.no_error => 0,
                Err(why) => return Err((true, why)),
            };
            blocks_left -= 1;
            bytes_left -= n as u64;
            let counter = if n == self.ibs {
                &mut self.totals.read.0
            } else {
                &mut self.totals.read.1
            };
            *counter += 1;
            let end = if self.sync { self.ibs } else { n };
            block[n..end].fill(0);
            self.convert(&mut block[..end]);
            if self.direct {
                self.write(output, &block[..end])?;
            } else {
                pending.extend_from_slice(&block[..end]);
                while pending.len() >= self.obs {
                    let rest = pending.split_off(self.obs);
                    self.write(output, &pending)?;
                    pending = rest;
                }
            }
        }
        if pending.is_empty() {
            Ok(())
        } else {
            self.write(output, &pending)
        }
    }

    fn read_block(&self, input: Fd, block: &mut [u8]) -> sys::Result<usize> {
        let mut filled = super::read(input, block)?;
        while self.full_block && filled > 0 && filled < block.len() {
            match super::read(input, &mut block[filled..])? {
                0 => break,
                n => filled += n,
            }
        }
        Ok(filled)
    }

    fn convert(&self, block: &mut [u8]) {
        if self.lowercase {
            block.make_ascii_lowercase();
        }
        if self.uppercase {
            block.make_ascii_uppercase();
        }
        if self.swab {
            block.chunks_exact_mut(2).for_each(|pair| pair.swap(0, 1));
        }
    }

    fn write(&mut self, output: Fd, block: &[u8]) -> Result<(), (bool, Errno)> {
        sys::write_all(output, block).map_err(|why| (false, why))?;
        let counter = if block.len() == self.obs {
            &mut self.totals.written.0
        } else {
            &mut self.totals.written.1
        };
        *counter += 1;
        self.totals.bytes += block.len() as u64;
        Ok(())
    }

    fn report(&self, seconds: f64) {
        let t = &self.totals;
        let mut text = format!(
            "{}+{} records in\n{}+{} records out\n",
            t.read.0, t.read.1, t.written.0, t.written.1
        );
        if !self.no_transfer {
            let rate = t.bytes as f64 / seconds.max(1e-9);
            text += &format!("{} bytes", t.bytes);
            if t.bytes >= 1000 {
                text += &format!(" ({}", decimal(t.bytes as f64));
                if t.bytes >= 1024 {
                    text += &format!(", {}", binary(t.bytes as f64));
                }
                text += ")";
            }
            text += &format!(" copied, {seconds:.6} s, {}/s\n", decimal(rate));
        }
        let _ = sys::write_all(Fd::STDERR, text.as_bytes());
    }
}

fn scaled(mut value: f64, base: f64, units: [&str; 6]) -> String {
    let mut unit = 0;
    while value >= base && unit + 1 < units.len() {
        value /= base;
        unit += 1;
    }
    if value < 10.0 && unit > 0 {
        format!("{value:.1} {}", units[unit])
    } else {
        format!("{value:.0} {}", units[unit])
    }
}

fn decimal(value: f64) -> String {
    scaled(value, 1000.0, ["B", "kB", "MB", "GB", "TB", "PB"])
}

fn binary(value: f64) -> String {
    scaled(value, 1024.0, ["B", "KiB", "MiB", "GiB", "TiB", "PiB"])
}

/// A number with dd's multipliers, and products such as `2x512`.
fn parse_bytes(text: &str) -> Option<u64> {
    text.split('x')
        .try_fold(1u64, |product, factor| product.checked_mul(parse_factor(factor)?))
}

fn parse_factor(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..end].parse().ok()?;
    let unit: u64 = match &text[end..] {
        "" | "c" | "B" => 1,
        "w" => 2,
        "b" => 512,
        "kB" | "KB" => 1000,
        "k" | "K" | "KiB" => 1 << 10,
        "MB" => 1_000_000,
        "M" | "MiB" => 1 << 20,
        "GB" => 1_000_000_000,
        "G" | "GiB" => 1 << 30,
        _ => return None,
    };
    number.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_multipliers_and_products() {
        for (text, number) in [
            ("512", Some(512)),
            ("2k", Some(2048)),
            ("1MB", Some(1_000_000)),
            ("2x3b", Some(3072)),
            ("1M", Some(1 << 20)),
            ("x", None),
            ("1q", None),
            ("", None),
        ] {
            assert_eq!(parse_bytes(text), number, "{text}");
        }
    }
}
