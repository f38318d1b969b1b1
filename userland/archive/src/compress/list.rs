//! gzip -l.

use std::io;
use std::path::Path;

use sys::{Fd, Stat};

use super::Job;
use super::stream::Failure;
use crate::codec::{self, Source};

impl Job {
    /// gzip -l.
    pub(super) fn list(&mut self, path: &Path, source: Source, stat: &Stat) {
        let mut decoder = codec::decoder(self.format, source);
        let plain = match io::copy(&mut decoder, &mut io::sink()) {
            Ok(plain) => plain,
            Err(error) => {
                let shown = path.display().to_string();
                return self.explain(&shown, Failure::Data(error));
            }
        };
        let mut text = String::new();
        if !self.listed {
            text += "         compressed        uncompressed  ratio uncompressed_name\n";
            self.listed = true;
        }
        let bytes = path.as_os_str().as_encoded_bytes();
        let stem = bytes.strip_suffix(self.suffix().as_slice()).unwrap_or(bytes);
        // The header and the trailer are not counted as compressed data.
        let overhead = 18
            + path
                .file_name()
                .map_or(0, |name| name.len().saturating_sub(self.suffix().len()) + 1);
        let data = stat.size.saturating_sub(overhead as u64);
        let ratio = match plain {
            0 => 0.0,
            plain => 100.0 - 100.0 * data as f64 / plain as f64,
        };
        text += &format!(
            "{:>19} {plain:>19} {ratio:5.1}% {}\n",
            stat.size,
            String::from_utf8_lossy(stem)
        );
        if let Err(why) = sys::write_all(Fd::STDOUT, text.as_bytes()) {
            self.fail(format_args!("write error: {why}"));
        }
    }
}
