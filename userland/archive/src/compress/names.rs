//! Names of outputs: suffixes that come and go.

use std::path::{Path, PathBuf};

use cli::{complain, os};
use sys::Fd;

use super::{Action, Job};
use crate::codec::Format;

impl Job {
    pub(super) fn suffix(&self) -> Vec<u8> {
        match (&self.suffix, self.format) {
            (Some(suffix), _) => suffix.clone(),
            (None, Format::Lzma) => b".lzma".to_vec(),
            (None, _) => self.tool.suffix.as_bytes().to_vec(),
        }
    }

    /// The name of the output; `None` for standard output, or when there is none. An error is what to say of it.
    pub(super) fn target(&self, path: &Path) -> Result<Option<PathBuf>, String> {
        if self.stdout || matches!(self.action, Action::Test | Action::List) {
            return Ok(None);
        }
        if let Some(output) = &self.output {
            return Ok((output != "-").then(|| PathBuf::from(output)));
        }
        let bytes = path.as_os_str().as_encoded_bytes();
        let shown = path.display();
        let suffix = self.suffix();
        if self.action == Action::Compress {
            let has = self.suffix.is_none()
                && self.tool.decompressed.iter().any(|(known, _)| {
                    bytes.ends_with(known.as_bytes()) && !known.ends_with('z') | (known.len() > 2)
                })
                || bytes.ends_with(&suffix);
            let has = has && self.tool.format != Format::Zstd;
            if has && !self.force {
                let suffix = String::from_utf8_lossy(&suffix).into_owned();
                return Err(match self.tool.format {
                    Format::Bzip2 => format!("Input file {shown} already has {suffix} suffix."),
                    Format::Gzip => format!("{shown} already has {suffix} suffix -- unchanged"),
                    _ => format!("{shown}: File already has '{suffix}' suffix, skipping"),
                });
            }
            return Ok(Some(PathBuf::from(os(&[bytes, &suffix].concat()))));
        }
        let own = [(String::from_utf8_lossy(&suffix).into_owned(), String::new())];
        let known = self
            .tool
            .decompressed
            .iter()
            .map(|(from, to)| ((*from).to_owned(), (*to).to_owned()));
        for (from, to) in own.into_iter().chain(known) {
            if let Some(stem) = bytes.strip_suffix(from.as_bytes())
                && !stem.is_empty()
                && !stem.ends_with(b"/")
            {
                return Ok(Some(PathBuf::from(os(&[stem, to.as_bytes()].concat()))));
            }
        }
        match self.tool.format {
            Format::Bzip2 => {
                let target = [bytes, b".out"].concat();
                complain(
                    self.name(),
                    format_args!("Can't guess original name for {shown} -- using {shown}.out"),
                );
                Ok(Some(PathBuf::from(os(&target))))
            }
            Format::Gzip => Err(format!("{shown}: unknown suffix -- ignored")),
            Format::Zstd => Err(format!(
                "{shown}: unknown suffix (.zst expected). Can't derive the output file name. Specify it with -o dstFileName. Ignoring."
            )),
            _ => Err(format!("{shown}: Filename has an unknown suffix, skipping")),
        }
    }
}

/// The name in a gzip file's header, without directories. The descriptor stays where it is.
pub(super) fn stored_name(fd: Fd) -> Option<Vec<u8>> {
    let mut start = vec![0; 1024];
    let n = sys::read(fd, &mut start).ok()?;
    sys::lseek(fd, 0, sys::Whence::Set).ok()?;
    let decoder = flate2::bufread::GzDecoder::new(&start[..n]);
    let name = decoder.header()?.filename()?;
    let base = name.rsplit(|b| *b == b'/').next()?;
    (!base.is_empty()).then(|| base.to_vec())
}
