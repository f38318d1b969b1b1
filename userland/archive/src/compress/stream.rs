//! One stream: from a source to a descriptor, compressed or decompressed.

use std::ffi::OsStr;
use std::io::{self, BufRead, Read, Write};

use cli::Writer;
use sys::{Errno, Fd};

use super::{Action, Job};
use crate::codec::{self, Format, GzipHeader, Source};

fn buffered(fd: Fd) -> io::BufWriter<Writer> {
    io::BufWriter::with_capacity(64 * 1024, Writer(fd))
}

/// Why a file was not done.
pub(super) enum Failure {
    Read(io::Error),
    Write(Errno),
    /// The data is no such format, or is broken.
    Data(io::Error),
    NotInFormat,
}

/// What a stream became.
pub(super) struct Done {
    pub compressed: u64,
    pub plain: u64,
    pub garbage: bool,
}

fn write(error: io::Error) -> Failure {
    Failure::Write(Errno::from_io(&error))
}

impl Job {
    /// Does one stream; `None` when it failed, which has been said.
    pub(super) fn stream(
        &mut self,
        name: &OsStr,
        source: Source,
        output: Fd,
        header: &GzipHeader,
    ) -> Option<Done> {
        let result = match self.action {
            Action::Compress => self.compress(source, output, header),
            _ => self.decompress(source, output),
        };
        let shown = name.display().to_string();
        match result {
            Ok(done) => {
                if done.garbage {
                    self.warn(format_args!(
                        "{shown}: decompression OK, trailing garbage ignored"
                    ));
                }
                if self.action == Action::Test && self.verbose {
                    let _ = sys::write_all(Fd::STDERR, format!("{shown}:\t OK\n").as_bytes());
                }
                Some(done)
            }
            Err(failure) => {
                self.explain(&shown, failure);
                None
            }
        }
    }

    fn compress(&self, mut source: Source, output: Fd, header: &GzipHeader) -> Result<Done, Failure> {
        let mut encoder =
            codec::encoder(self.format, self.level, header, Box::new(buffered(output))).map_err(write)?;
        let mut plain = 0;
        loop {
            let piece = source.fill_buf().map_err(Failure::Read)?;
            let n = piece.len();
            if n == 0 {
                break;
            }
            encoder.write_all(piece).map_err(write)?;
            plain += n as u64;
            source.consume(n);
        }
        let mut sink = encoder.finish().map_err(write)?;
        sink.flush().map_err(write)?;
        let compressed = sys::fstat(output).map_or(0, |stat| stat.size);
        Ok(Done {
            compressed,
            plain,
            garbage: false,
        })
    }

    fn decompress(&self, mut source: Source, output: Fd) -> Result<Done, Failure> {
        let start = source.fill_buf().map_err(Failure::Read)?.to_vec();
        if start.is_empty() && self.format != Format::Gzip {
            return Err(Failure::Data(io::ErrorKind::UnexpectedEof.into()));
        }
        let format = match Format::of_magic(&start) {
            Some(Format::Lzma) if !matches!(self.tool.format, Format::Xz | Format::Lzma) => None,
            Some(format @ (Format::Xz | Format::Lzma))
                if matches!(self.tool.format, Format::Xz | Format::Lzma) =>
            {
                Some(format)
            }
            Some(format) if format == self.tool.format => Some(format),
            // zstd's own reads what gzip wrote, too.
            Some(Format::Gzip) if self.tool.format == Format::Zstd => Some(Format::Gzip),
            _ => None,
        };
        let mut sink = buffered(output);
        let mut plain = 0;
        let mut garbage = false;
        match format {
            Some(format) => {
                let mut decoder = codec::decoder(format, source);
                let mut piece = vec![0; 64 * 1024];
                loop {
                    match decoder.read(&mut piece) {
                        Ok(0) => break,
                        Ok(_) if self.action == Action::Test => {}
                        Ok(n) => {
                            sink.write_all(&piece[..n]).map_err(write)?;
                            plain += n as u64;
                        }
                        Err(error) if codec::is_trailing_garbage(&error) => {
                            garbage = true;
                            break;
                        }
                        Err(error) if error.raw_os_error().is_some() => return Err(Failure::Read(error)),
                        Err(error) => return Err(Failure::Data(error)),
                    }
                }
            }
            None if start.is_empty() => return Err(Failure::Data(io::ErrorKind::UnexpectedEof.into())),
            // `zcat -f` passes on what is not compressed.
            None if self.force && self.stdout => {
                plain = io::copy(&mut source, &mut sink).map_err(write)?;
            }
            None => return Err(Failure::NotInFormat),
        }
        sink.flush().map_err(write)?;
        Ok(Done {
            compressed: 0,
            plain,
            garbage,
        })
    }
}
