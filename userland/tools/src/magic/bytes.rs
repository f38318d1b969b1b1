//! Binary formats, by the bytes at their beginning.

use super::{Kind, details, text};

/// What more a header tells; it gets the file's beginning.
type Details = fn(&[u8]) -> String;

struct Magic {
    offset: usize,
    bytes: &'static [u8],
    name: &'static str,
    mime: &'static str,
    details: Option<Details>,
}

const fn magic(offset: usize, bytes: &'static [u8], name: &'static str, mime: &'static str) -> Magic {
    Magic {
        offset,
        bytes,
        name,
        mime,
        details: None,
    }
}

const fn with(bytes: &'static [u8], name: &'static str, mime: &'static str, details: Details) -> Magic {
    Magic {
        offset: 0,
        bytes,
        name,
        mime,
        details: Some(details),
    }
}

/// The first that matches counts.
#[rustfmt::skip]
const MAGICS: &[Magic] = &[
    with(b"\x89PNG\r\n\x1a\n", "PNG image data", "image/png", details::png),
    with(b"GIF8", "GIF image data", "image/gif", details::gif),
    with(b"\xff\xd8\xff", "JPEG image data", "image/jpeg", details::jpeg),
    with(b"BM", "PC bitmap", "image/bmp", details::bmp),
    with(b"II*\0", "TIFF image data, little-endian", "image/tiff", details::tiff),
    with(b"MM\0*", "TIFF image data, big-endian", "image/tiff", details::tiff),
    with(b"8BPS", "Adobe Photoshop Image", "image/vnd.adobe.photoshop", details::psd),
    magic(0, b"AT&TFORM", "DjVu image or single page document", "image/vnd.djvu"),
    magic(4, b"ftypavif", "ISO Media, AVIF Image", "image/avif"),
    magic(4, b"ftypheic", "ISO Media, HEIF Image HEVC Main or Main Still Picture Profile", "image/heic"),
    magic(4, b"ftypisom", "ISO Media, MP4 Base Media v1 [ISO 14496-12:2003]", "video/mp4"),
    magic(4, b"ftypmp42", "ISO Media, MP4 v2 [ISO 14496-14]", "video/mp4"),
    magic(4, b"ftypM4A ", "ISO Media, Apple iTunes ALAC/AAC-LC (.M4A) Audio", "audio/x-m4a"),
    magic(4, b"ftypqt  ", "ISO Media, Apple QuickTime movie, Apple QuickTime (.MOV/QT)", "video/quicktime"),
    magic(4, b"ftyp", "ISO Media", "video/mp4"),
    with(b"OggS", "Ogg data", "audio/ogg", details::ogg),
    magic(0, b"fLaC", "FLAC audio bitstream data", "audio/flac"),
    with(b"ID3", "Audio file with ID3 version 2", "audio/mpeg", details::id3),
    with(b"MThd", "Standard MIDI data", "audio/midi", details::midi),
    with(b"\x1f\x8b", "gzip compressed data", "application/gzip", details::gzip),
    with(b"BZh", "bzip2 compressed data", "application/x-bzip2", details::bzip2),
    with(b"\xfd7zXZ\0", "XZ compressed data", "application/x-xz", details::xz),
    with(b"\x28\xb5\x2f\xfd", "Zstandard compressed data (v0.8+)", "application/zstd", details::zstd),
    with(b"\x1f\x9d", "compress'd data", "application/x-compress", details::compress),
    magic(0, b"\x04\x22\x4d\x18", "LZ4 compressed data (v1.4+)", "application/x-lz4"),
    with(b"\x5d\0\0", "LZMA compressed data", "application/x-lzma", details::lzma),
    magic(0, b"\xff\xfb", "MPEG ADTS, layer III, v1", "audio/mpeg"),
    with(b"7z\xbc\xaf\x27\x1c", "7-zip archive data", "application/x-7z-compressed", details::seven_zip),
    magic(0, b"Rar!\x1a\x07\x01\0", "RAR archive data, v5", "application/x-rar"),
    magic(0, b"Rar!\x1a\x07\0", "RAR archive data", "application/x-rar"),
    magic(0, b"PK\x05\x06", "Zip archive data (empty)", "application/zip"),
    magic(0, b"!<arch>\ndebian-binary", "Debian binary package (format 2.0)", "application/vnd.debian.binary-package"),
    magic(0, b"!<arch>\n", "current ar archive", "application/x-archive"),
    magic(257, b"ustar  \0", "POSIX tar archive (GNU)", "application/x-tar"),
    magic(257, b"ustar\0", "POSIX tar archive", "application/x-tar"),
    magic(0, b"070701", "ASCII cpio archive (SVR4 with no CRC)", "application/x-cpio"),
    magic(0, b"070702", "ASCII cpio archive (SVR4 with CRC)", "application/x-cpio"),
    magic(0, b"070707", "ASCII cpio archive (pre-SVR4 or odc)", "application/x-cpio"),
    with(b"SQLite format 3\0", "SQLite 3.x database", "application/vnd.sqlite3", details::sqlite),
    with(b"\0asm", "WebAssembly (wasm) binary module", "application/wasm", details::wasm),
    with(b"\xca\xfe\xba\xbe", "compiled Java class data", "application/x-java-applet", details::java_class),
    magic(0, b"\xcf\xfa\xed\xfe\x07\0\0\x01", "Mach-O 64-bit x86_64 executable", "application/x-mach-binary"),
    magic(0, b"\xcf\xfa\xed\xfe\x0c\0\0\x01", "Mach-O 64-bit arm64 executable", "application/x-mach-binary"),
    magic(0, b"MZ", "MS-DOS executable", "application/x-dosexec"),
    with(b"%PDF-", "PDF document", "application/pdf", details::pdf),
    magic(0, b"wOFF", "Web Open Font Format", "font/woff"),
    magic(0, b"wOF2", "Web Open Font Format (Version 2)", "font/woff2"),
    magic(0, b"OTTO", "OpenType font data", "application/vnd.ms-opentype"),
    magic(0, b"\x1a\x45\xdf\xa3", "Matroska data", "video/x-matroska"),
    with(b"PACK", "Git pack", "application/x-git", details::git_pack),
    with(b"DIRC", "Git index", "application/octet-stream", details::git_index),
    magic(0, b"\x00\x01\x00\x00\x00", "TrueType Font data", "font/sfnt"),
    magic(0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Composite Document File V2 Document", "application/x-ole-storage"),
];

/// `None` for bytes that no signature is of.
pub fn identify(head: &[u8]) -> Option<Kind> {
    let kind = |name: String, mime| Kind {
        description: name.into(),
        mime,
        charset: text::charset(head),
    };
    if head.starts_with(b"PK\x03\x04") {
        let (name, mime) = details::zip(head);
        return Some(kind(name, mime));
    }
    if let Some(name) = details::portable_executable(head) {
        return Some(kind(name, "application/vnd.microsoft.portable-executable"));
    }
    if head.starts_with(b"RIFF") {
        let (name, mime) = details::riff(head);
        return Some(kind(name, mime));
    }
    if let Some((name, mime)) = details::netpbm(head) {
        return Some(kind(name, mime));
    }
    if head.starts_with(b"\x1a\x45\xdf\xa3") && head[..head.len().min(64)].windows(4).any(|w| w == b"webm") {
        return Some(kind("WebM".into(), "video/webm"));
    }
    // Two letters are little to go by: their headers have to make sense.
    let found = MAGICS.iter().find(|magic| {
        let at = head
            .get(magic.offset..)
            .is_some_and(|rest| rest.starts_with(magic.bytes));
        at && (magic.bytes != b"BM" || details::is_bmp(head))
            && (magic.bytes != b"BZh" || details::is_bzip2(head))
    })?;
    let more = found.details.map_or(String::new(), |details| details(head));
    Some(kind(format!("{}{more}", found.name), found.mime))
}
