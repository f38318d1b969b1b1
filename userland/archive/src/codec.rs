//! The compressed formats as streams. All of them go through crates in Rust: flate2 on miniz_oxide, bzip2 on
//! libbz2-rs-sys, lzma-rust2, ruzstd.

use std::io::{self, BufRead, BufReader, Read, Write};

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::{GzBuilder, write::GzEncoder};
use lzma_rust2::{LzmaOptions, LzmaReader, LzmaWriter, XzOptions, XzReader, XzWriter};
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

/// A compressed format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    Gzip,
    Bzip2,
    Xz,
    Lzma,
    Zstd,
}

impl Format {
    /// From the first bytes of a file.
    pub fn of_magic(start: &[u8]) -> Option<Format> {
        match start {
            [0x1f, 0x8b, ..] => Some(Format::Gzip),
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Some(Format::Bzip2),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Format::Xz),
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Format::Zstd),
            // It has no magic; these are the properties and dictionaries that xz writes.
            [0x5d, 0, 0, _, 0..=0x10, ..] => Some(Format::Lzma),
            _ => None,
        }
    }

    /// From the end of a file's name, as tar's -a goes by it.
    pub fn of_name(name: &[u8]) -> Option<Format> {
        let suffixes: [(&[u8], Format); 13] = [
            (b".gz", Format::Gzip),
            (b".tgz", Format::Gzip),
            (b".taz", Format::Gzip),
            (b".bz2", Format::Bzip2),
            (b".tbz", Format::Bzip2),
            (b".tbz2", Format::Bzip2),
            (b".tz2", Format::Bzip2),
            (b".xz", Format::Xz),
            (b".txz", Format::Xz),
            (b".lzma", Format::Lzma),
            (b".tlz", Format::Lzma),
            (b".zst", Format::Zstd),
            (b".tzst", Format::Zstd),
        ];
        suffixes
            .iter()
            .find(|(suffix, _)| name.ends_with(suffix))
            .map(|(_, format)| *format)
    }
}

/// Where compressed bytes come from.
pub type Source = BufReader<Box<dyn Read>>;

pub fn source(input: Box<dyn Read>) -> Source {
    BufReader::with_capacity(64 * 1024, input)
}

/// The format of what comes next, without taking it.
pub fn sniff(source: &mut Source) -> io::Result<Option<Format>> {
    Ok(Format::of_magic(source.fill_buf()?))
}

/// What follows the last member, which is no member: not to be lost in silence.
pub const TRAILING_GARBAGE: &str = "trailing garbage ignored";

/// Whether an error only says that something follows the compressed data.
pub fn is_trailing_garbage(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Other && error.to_string() == TRAILING_GARBAGE
}

/// Decompresses all members, one after another.
pub fn decoder(format: Format, source: Source) -> Box<dyn Read> {
    match format {
        Format::Gzip => Box::new(Members::new(source, gzip_member)),
        Format::Bzip2 => Box::new(Members::new(source, bzip2_member)),
        Format::Zstd => Box::new(Members::new(source, zstd_member)),
        Format::Xz => Box::new(XzReader::new(source, true)),
        Format::Lzma => Box::new(Lazy::Waiting(Some(source))),
    }
}

/// A member's decoder, which gives the source back at its end.
trait Member: Read {
    fn into_source(self: Box<Self>) -> Source;
}

impl Member for GzDecoder<Source> {
    fn into_source(self: Box<Self>) -> Source {
        self.into_inner()
    }
}

impl Member for bzip2::bufread::BzDecoder<Source> {
    fn into_source(self: Box<Self>) -> Source {
        self.into_inner()
    }
}

/// One Zstandard frame.
struct ZstdFrame {
    decoder: FrameDecoder,
    source: Source,
}

impl Read for ZstdFrame {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
            let blocks = BlockDecodingStrategy::UptoBlocks(1);
            self.decoder
                .decode_blocks(&mut self.source, blocks)
                .map_err(|error| zstd_error(&error))?;
        }
        let n = self.decoder.read(buffer)?;
        let said = self.decoder.get_checksum_from_data();
        if n == 0 && !buffer.is_empty() && said.is_some() && said != self.decoder.get_calculated_checksum() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "Restored data doesn't match checksum",
            ));
        }
        Ok(n)
    }
}

impl Member for ZstdFrame {
    fn into_source(self: Box<Self>) -> Source {
        self.source
    }
}

/// The crate's error; that the data ends early is somewhere inside of it.
fn zstd_error(error: &FrameDecoderError) -> io::Error {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(current) = cause {
        if let Some(io) = current.downcast_ref::<io::Error>() {
            return io::Error::from(io.kind());
        }
        cause = current.source();
    }
    io::Error::new(io::ErrorKind::InvalidData, error.to_string())
}

/// What a format's member is begun with. `None` where what follows is no member; the source is in the hands of the
/// decoder then, and nobody needs it.
type Begin = fn(Source) -> io::Result<Option<Box<dyn Member>>>;

fn gzip_member(source: Source) -> io::Result<Option<Box<dyn Member>>> {
    let is_member = source.buffer().starts_with(&[0x1f]);
    Ok(is_member.then(|| Box::new(GzDecoder::new(source)) as Box<dyn Member>))
}

fn bzip2_member(source: Source) -> io::Result<Option<Box<dyn Member>>> {
    let is_member = source.buffer().starts_with(b"B");
    Ok(is_member.then(|| Box::new(bzip2::bufread::BzDecoder::new(source)) as Box<dyn Member>))
}

fn zstd_member(mut source: Source) -> io::Result<Option<Box<dyn Member>>> {
    // What real archives are made with (--long=27, --ultra) needs no more.
    const MOST_WINDOW: u64 = 128 << 20;
    let mut decoder = FrameDecoder::new();
    decoder.set_max_window_size(MOST_WINDOW);
    loop {
        match decoder.init(&mut source) {
            Ok(()) => return Ok(Some(Box::new(ZstdFrame { decoder, source }))),
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length, ..
            })) => {
                let skipped = io::copy(&mut (&mut source).take(length.into()), &mut io::sink())?;
                if skipped < length.into() {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                if source.fill_buf()?.is_empty() {
                    // An empty stream: nothing but skippable frames.
                    return Ok(None);
                }
            }
            Err(error) => return Err(zstd_error(&error)),
        }
    }
}

/// Members one after another.
struct Members {
    begin: Begin,
    state: State,
    /// How many there have been.
    count: usize,
}

enum State {
    Between(Source),
    Within(Box<dyn Member>),
    Done,
}

impl Members {
    fn new(source: Source, begin: Begin) -> Members {
        Members {
            begin,
            state: State::Between(source),
            count: 0,
        }
    }
}

impl Read for Members {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match std::mem::replace(&mut self.state, State::Done) {
                State::Done => return Ok(0),
                State::Between(mut source) => {
                    let next = source.fill_buf()?;
                    if next.is_empty() && self.count > 0 {
                        return Ok(0);
                    }
                    if next.is_empty() {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                    // Tapes and block devices pad with zeros.
                    if self.count > 0 && next.iter().all(|b| *b == 0) {
                        let all = next.len();
                        source.consume(all);
                        self.state = State::Between(source);
                        continue;
                    }
                    match (self.begin)(source) {
                        Ok(Some(member)) => self.state = State::Within(member),
                        Ok(None) if self.count > 0 => return Err(io::Error::other(TRAILING_GARBAGE)),
                        Ok(None) => return Err(io::ErrorKind::InvalidData.into()),
                        Err(_) if self.count > 0 => return Err(io::Error::other(TRAILING_GARBAGE)),
                        Err(error) => return Err(error),
                    }
                }
                State::Within(mut member) => match member.read(buffer)? {
                    0 if !buffer.is_empty() => {
                        self.count += 1;
                        self.state = State::Between(member.into_source());
                    }
                    n => {
                        self.state = State::Within(member);
                        return Ok(n);
                    }
                },
            }
        }
    }
}

/// LZMA's reader reads the header when it is made; this one makes it when first read.
enum Lazy {
    Waiting(Option<Source>),
    Begun(Box<LzmaReader<Source>>),
}

impl Read for Lazy {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Lazy::Waiting(source) = self {
            let Some(source) = source.take() else { return Ok(0) };
            *self = Lazy::Begun(Box::new(LzmaReader::new_mem_limit(source, u32::MAX, None)?));
        }
        match self {
            Lazy::Waiting(_) => Ok(0),
            Lazy::Begun(reader) => reader.read(buffer),
        }
    }
}

/// A stream that must be ended.
pub trait Encoder: Write {
    /// Writes what is left; answers the sink.
    fn finish(self: Box<Self>) -> io::Result<Box<dyn Write>>;
}

/// What a gzip header says besides.
#[derive(Clone, Debug, Default)]
pub struct GzipHeader {
    pub name: Option<Vec<u8>>,
    /// Seconds since 1970, 0 when unknown.
    pub mtime: u32,
}

/// Compresses at `level` (1 to 9; 0 for xz too).
///
/// # Errors
/// What the sink said to the header.
pub fn encoder(
    format: Format,
    level: u32,
    header: &GzipHeader,
    sink: Box<dyn Write>,
) -> io::Result<Box<dyn Encoder>> {
    Ok(match format {
        Format::Gzip => {
            let mut builder = GzBuilder::new().mtime(header.mtime).operating_system(3);
            if let Some(name) = &header.name {
                builder = builder.filename(name.as_slice());
            }
            Box::new(builder.write(sink, Compression::new(level)))
        }
        Format::Bzip2 => Box::new(bzip2::write::BzEncoder::new(
            sink,
            bzip2::Compression::new(level.clamp(1, 9)),
        )),
        Format::Xz => Box::new(XzWriter::new(sink, XzOptions::with_preset(level))?),
        Format::Lzma => Box::new(LzmaWriter::new_use_header(
            sink,
            &LzmaOptions::with_preset(level),
            None,
        )?),
        Format::Zstd => Box::new(ZstdEncoder {
            buffer: Vec::new(),
            any: false,
            sink,
        }),
    })
}

impl Encoder for GzEncoder<Box<dyn Write>> {
    fn finish(self: Box<Self>) -> io::Result<Box<dyn Write>> {
        (*self).finish()
    }
}

impl Encoder for bzip2::write::BzEncoder<Box<dyn Write>> {
    fn finish(self: Box<Self>) -> io::Result<Box<dyn Write>> {
        (*self).finish()
    }
}

impl Encoder for XzWriter<Box<dyn Write>> {
    fn finish(self: Box<Self>) -> io::Result<Box<dyn Write>> {
        (*self).finish()
    }
}

impl Encoder for LzmaWriter<Box<dyn Write>> {
    fn finish(self: Box<Self>) -> io::Result<Box<dyn Write>> {
        (*self).finish()
    }
}

/// Zstandard as frames of some megabytes each: the crate compresses from a reader, and stops the program when its sink
/// fails, so it gets memory on both sides.
struct ZstdEncoder {
    buffer: Vec<u8>,
    any: bool,
    sink: Box<dyn Write>,
}

const FRAME: usize = 8 << 20;

impl ZstdEncoder {
    fn send(&mut self) -> io::Result<()> {
        let frame = compress_to_vec(self.buffer.as_slice(), CompressionLevel::Fastest);
        self.buffer.clear();
        self.any = true;
        self.sink.write_all(&frame)
    }
}

impl Write for ZstdEncoder {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = bytes.len().min(FRAME - self.buffer.len());
        self.buffer.extend_from_slice(&bytes[..n]);
        if self.buffer.len() == FRAME {
            self.send()?;
        }
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Encoder for ZstdEncoder {
    fn finish(mut self: Box<Self>) -> io::Result<Box<dyn Write>> {
        if !self.buffer.is_empty() || !self.any {
            self.send()?;
        }
        Ok(self.sink)
    }
}
