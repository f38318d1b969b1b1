//! What the headers of binary formats tell besides the format. Each function gets the file's beginning, and answers what
//! follows the format's name; a header that is cut short tells nothing.

use cli::time;

pub fn le16(head: &[u8], at: usize) -> u16 {
    head.get(at..at + 2)
        .map_or(0, |b| u16::from_le_bytes([b[0], b[1]]))
}

pub fn be16(head: &[u8], at: usize) -> u16 {
    le16(head, at).swap_bytes()
}

pub fn le32(head: &[u8], at: usize) -> u32 {
    head.get(at..at + 4)
        .map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}

pub fn be32(head: &[u8], at: usize) -> u32 {
    le32(head, at).swap_bytes()
}

fn byte(head: &[u8], at: usize) -> u8 {
    head.get(at).copied().unwrap_or(0)
}

pub fn png(head: &[u8]) -> String {
    if head.get(12..16) != Some(b"IHDR") || head.len() < 29 {
        return String::new();
    }
    let color = match byte(head, 25) {
        0 => " grayscale",
        2 => "/color RGB",
        3 => " colormap",
        4 => " gray+alpha",
        6 => "/color RGBA",
        _ => "",
    };
    let interlaced = if byte(head, 28) == 0 {
        "non-interlaced"
    } else {
        "interlaced"
    };
    format!(
        ", {} x {}, {}-bit{color}, {interlaced}",
        be32(head, 16),
        be32(head, 20),
        byte(head, 24)
    )
}

pub fn gif(head: &[u8]) -> String {
    let version = String::from_utf8_lossy(head.get(3..6).unwrap_or_default()).into_owned();
    format!(", version {version}, {} x {}", le16(head, 6), le16(head, 8))
}

pub fn jpeg(head: &[u8]) -> String {
    let mut out = String::new();
    if head.get(6..11) == Some(b"JFIF\0") {
        let unit = match byte(head, 13) {
            0 => "aspect ratio",
            1 => "resolution (DPI)",
            _ => "resolution (DPCM)",
        };
        out = format!(
            ", JFIF standard {}.{:02}, {unit}, density {}x{}, segment length {}",
            byte(head, 11),
            byte(head, 12),
            be16(head, 14),
            be16(head, 16),
            be16(head, 4)
        );
    } else if head.get(6..10) == Some(b"Exif") {
        out.push_str(", Exif standard");
    }
    if let Some(frame) = jpeg_frame(head) {
        let what = match frame[1] {
            0xc0 => "baseline",
            0xc1 => "extended sequential",
            _ => "progressive",
        };
        out.push_str(&format!(
            ", {what}, precision {}, {}x{}, components {}",
            byte(frame, 4),
            be16(frame, 7),
            be16(frame, 5),
            byte(frame, 9)
        ));
    }
    out
}

/// The segment that has the size.
fn jpeg_frame(head: &[u8]) -> Option<&[u8]> {
    let mut rest = head.get(2..)?;
    while rest.len() >= 10 && rest[0] == 0xff {
        if matches!(rest[1], 0xc0..=0xc2) {
            return Some(rest);
        }
        rest = rest.get(2 + usize::from(be16(rest, 2))..)?;
    }
    None
}

/// The sizes of the headers that bitmaps of the various versions have.
pub fn is_bmp(head: &[u8]) -> bool {
    matches!(le32(head, 14), 12 | 40 | 64 | 108 | 124 | 128)
}

pub fn bmp(head: &[u8]) -> String {
    let version = match le32(head, 14) {
        12 => return format!(", OS/2 1.x format, {} x {}", le16(head, 18), le16(head, 20)),
        64 => "OS/2 2.x format",
        108 => "Windows 95/NT4 and newer format",
        124 => "Windows 98/2000 and newer format",
        _ => "Windows 3.x format",
    };
    let mut out = format!(
        ", {version}, {} x {} x {}",
        le32(head, 18),
        le32(head, 22) as i32,
        le16(head, 28)
    );
    if le32(head, 34) > 0 {
        out.push_str(&format!(", image size {}", le32(head, 34)));
    }
    out + &format!(", cbSize {}, bits offset {}", le32(head, 2), le32(head, 10))
}

pub fn tiff(head: &[u8]) -> String {
    let little = head[0] == b'I';
    let at = if little { le32(head, 4) } else { be32(head, 4) } as usize;
    if at + 2 > head.len() {
        return String::new();
    }
    let entries = if little { le16(head, at) } else { be16(head, at) };
    format!(", direntries={entries}")
}

pub fn psd(head: &[u8]) -> String {
    let mode = match be16(head, 24) {
        0 => "bitmap",
        1 => "grayscale",
        2 => "indexed",
        3 => "RGB",
        4 => "CMYK",
        9 => "Lab",
        _ => "multichannel",
    };
    format!(
        ", {} x {}, {mode}, {}x {}-bit channel{}",
        be32(head, 18),
        be32(head, 14),
        be16(head, 12),
        be16(head, 22),
        if be16(head, 12) == 1 { "" } else { "s" }
    )
}

pub fn ogg(head: &[u8]) -> String {
    let codec = match head.get(28..36) {
        Some(id) if id.starts_with(b"\x01vorbis") => ", Vorbis audio",
        Some(b"OpusHead") => ", Opus audio",
        Some(id) if id.starts_with(b"\x7fFLAC") => ", FLAC audio",
        Some(id) if id.starts_with(b"\x80theora") => ", Theora video",
        _ => "",
    };
    codec.into()
}

pub fn id3(head: &[u8]) -> String {
    format!(".{}.{}", byte(head, 3), byte(head, 4))
}

pub fn midi(head: &[u8]) -> String {
    format!(
        " (format {}) using {} track{} at 1/{}",
        be16(head, 8),
        be16(head, 10),
        if be16(head, 10) == 1 { "" } else { "s" },
        be16(head, 12)
    )
}

pub fn gzip(head: &[u8]) -> String {
    let flags = byte(head, 3);
    let mut out = String::new();
    if flags & 8 != 0 && flags & 4 == 0 {
        let name = head.get(10..).unwrap_or_default();
        let name = &name[..name.iter().position(|b| *b == 0).unwrap_or(name.len())];
        out.push_str(&format!(", was \"{}\"", String::from_utf8_lossy(name)));
    }
    if le32(head, 4) > 0 {
        let when = i64::from(le32(head, 4)) * 1_000_000_000;
        out.push_str(&format!(
            ", last modified: {}",
            time::format("%a %b %e %H:%M:%S %Y", when)
        ));
    }
    match byte(head, 8) {
        2 => out.push_str(", max compression"),
        4 => out.push_str(", max speed"),
        _ => {}
    }
    let system = match byte(head, 9) {
        0 => ", from FAT filesystem (MS-DOS, OS/2, NT)",
        3 => ", from Unix",
        11 => ", from NTFS filesystem (NT)",
        _ => "",
    };
    out.push_str(system);
    if head.len() < super::HEAD && head.len() >= 18 {
        let size = le32(head, head.len() - 4);
        out.push_str(&format!(", original size modulo 2^32 {size}"));
    }
    out
}

pub fn is_bzip2(head: &[u8]) -> bool {
    byte(head, 3).is_ascii_digit()
}

pub fn bzip2(head: &[u8]) -> String {
    format!(", block size = {}00k", char::from(byte(head, 3)))
}

pub fn xz(head: &[u8]) -> String {
    let check = match byte(head, 7) & 0xf {
        0 => "NONE",
        1 => "CRC32",
        4 => "CRC64",
        10 => "SHA-256",
        _ => return String::new(),
    };
    format!(", checksum {check}")
}

pub fn zstd(head: &[u8]) -> String {
    let size = match byte(head, 4) & 3 {
        0 => return ", Dictionary ID: None".into(),
        3 => 4,
        size => size.into(),
    };
    // The window's descriptor stands before it, unless the frame is one segment.
    let at = if byte(head, 4) & 0x20 == 0 { 6 } else { 5 };
    let id = (0..size)
        .rev()
        .fold(0u32, |id, n| id << 8 | u32::from(byte(head, at + n)));
    format!(", Dictionary ID: {id}")
}

/// The size after the properties is unknown where all its bits are set.
pub fn lzma(head: &[u8]) -> String {
    match head.get(5..13) {
        Some(size) if size.iter().all(|b| *b == 0xff) => ", streamed".into(),
        Some(size) if size[5..] == [0; 3] => {
            let size = size.iter().rev().fold(0u64, |size, b| size << 8 | u64::from(*b));
            format!(", non-streamed, size {size}")
        }
        _ => String::new(),
    }
}

pub fn compress(head: &[u8]) -> String {
    format!(" {} bits", byte(head, 2) & 0x1f)
}

pub fn seven_zip(head: &[u8]) -> String {
    format!(", version {}.{}", byte(head, 6), byte(head, 7))
}

pub fn sqlite(head: &[u8]) -> String {
    let encoding = match be32(head, 56) {
        1 => ", UTF-8",
        2 => ", UTF-16 little endian",
        3 => ", UTF-16 big endian",
        _ => "",
    };
    let mut out = format!(
        ", last written using SQLite version {}, file counter {}, database pages {}",
        be32(head, 96),
        be32(head, 24),
        be32(head, 28)
    );
    if be32(head, 40) > 0 {
        out.push_str(&format!(", cookie 0x{:x}", be32(head, 40)));
    }
    out + &format!(
        ", schema {}{encoding}, version-valid-for {}",
        be32(head, 44),
        be32(head, 92)
    )
}

pub fn wasm(head: &[u8]) -> String {
    let version = le32(head, 4);
    let name = if version == 1 { " (MVP)" } else { "" };
    format!(" version 0x{version:x}{name}")
}

pub fn java_class(head: &[u8]) -> String {
    let (minor, major) = (be16(head, 4), be16(head, 6));
    let java = match major {
        45 => " (Java 1.1)".into(),
        46..=52 => format!(" (Java 1.{})", major - 44),
        53.. => format!(" (Java SE {})", major - 44),
        _ => String::new(),
    };
    format!(", version {major}.{minor}{java}")
}

/// A program for Windows, behind the header of one for DOS.
pub fn portable_executable(head: &[u8]) -> Option<String> {
    let at = le32(head, 60) as usize;
    if !head.starts_with(b"MZ") || head.get(at..at.checked_add(4)?) != Some(b"PE\0\0") {
        return None;
    }
    let machine = match le16(head, at + 4) {
        0x14c => "Intel 80386",
        0x8664 => "x86-64",
        0xaa64 => "Aarch64",
        _ => "unknown processor",
    };
    let plus = if le16(head, at + 24) == 0x20b {
        "PE32+"
    } else {
        "PE32"
    };
    let dll = if le16(head, at + 22) & 0x2000 == 0 {
        ""
    } else {
        " (DLL)"
    };
    let subsystem = match le16(head, at + 24 + 68) {
        1 => " (native)",
        2 => " (GUI)",
        3 => " (console)",
        _ => "",
    };
    Some(format!(
        "{plus} executable{dll}{subsystem} {machine}, for MS Windows"
    ))
}

pub fn pdf(head: &[u8]) -> String {
    let version: String = head[5..].iter().take(3).map(|b| char::from(*b)).collect();
    format!(", version {version}")
}

pub fn git_pack(head: &[u8]) -> String {
    format!(", version {}, {} objects", be32(head, 4), be32(head, 8))
}

pub fn git_index(head: &[u8]) -> String {
    format!(", version {}, {} entries", be32(head, 4), be32(head, 8))
}

/// A zip archive by what its first members are.
pub fn zip(head: &[u8]) -> (String, &'static str) {
    let length = usize::from(le16(head, 26));
    let name = head.get(30..30 + length).unwrap_or_default();
    let content = head
        .get(30 + length + usize::from(le16(head, 28))..)
        .unwrap_or_default();
    let starts = |prefix: &[u8]| name.starts_with(prefix);
    if name == b"mimetype" {
        for (mime, what) in [
            ("application/vnd.oasis.opendocument.text", "OpenDocument Text"),
            (
                "application/vnd.oasis.opendocument.spreadsheet",
                "OpenDocument Spreadsheet",
            ),
            (
                "application/vnd.oasis.opendocument.presentation",
                "OpenDocument Presentation",
            ),
            ("application/epub+zip", "EPUB document"),
        ] {
            if content.starts_with(mime.as_bytes()) {
                return (what.into(), mime);
            }
        }
    }
    let has = |part: &[u8]| head.windows(part.len()).any(|window| window == part);
    if starts(b"[Content_Types].xml") || starts(b"_rels/.rels") || starts(b"docProps") {
        for (part, what, mime) in [
            (
                &b"word/"[..],
                "Microsoft Word 2007+",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ),
            (
                b"xl/",
                "Microsoft Excel 2007+",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ),
            (
                b"ppt/",
                "Microsoft PowerPoint 2007+",
                "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            ),
        ] {
            if has(part) {
                return (what.into(), mime);
            }
        }
        return ("Microsoft OOXML".into(), "application/octet-stream");
    }
    let version = le16(head, 4) & 0xff;
    let method = match le16(head, 8) {
        0 => "store",
        8 => "deflate",
        9 => "deflate64",
        12 => "bzip2",
        14 => "lzma",
        93 => "zstd",
        _ => "unknown",
    };
    (
        format!(
            "Zip archive data, at least v{}.{} to extract, compression method={method}",
            version / 10,
            version % 10
        ),
        "application/zip",
    )
}

pub fn riff(head: &[u8]) -> (String, &'static str) {
    let base = "RIFF (little-endian) data";
    match head.get(8..12) {
        Some(b"WEBP") => (format!("{base}, Web/P image"), "image/webp"),
        Some(b"AVI ") => (format!("{base}, AVI"), "video/x-msvideo"),
        Some(b"WAVE") => {
            let mut out = format!("{base}, WAVE audio");
            if head.get(12..16) == Some(b"fmt ") {
                if le16(head, 20) == 1 {
                    out.push_str(", Microsoft PCM");
                }
                if le16(head, 34) > 0 {
                    out.push_str(&format!(", {} bit", le16(head, 34)));
                }
                let channels = match le16(head, 22) {
                    1 => "mono".into(),
                    2 => "stereo".into(),
                    n => format!("{n} channels"),
                };
                out.push_str(&format!(", {channels} {} Hz", le32(head, 24)));
            }
            (out, "audio/x-wav")
        }
        _ => (base.into(), "application/octet-stream"),
    }
}

/// `P1` to `P6` and a size.
pub fn netpbm(head: &[u8]) -> Option<(String, &'static str)> {
    let (what, mime) = match head.get(..2)? {
        b"P1" | b"P4" => ("bitmap", "image/x-portable-bitmap"),
        b"P2" | b"P5" => ("greymap", "image/x-portable-graymap"),
        b"P3" | b"P6" => ("pixmap", "image/x-portable-pixmap"),
        _ => return None,
    };
    let start = String::from_utf8_lossy(&head[2..head.len().min(512)]).into_owned();
    let words = start
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace);
    let sizes: Vec<u32> = words.take(2).map_while(|word| word.parse().ok()).collect();
    let [width, height] = sizes[..] else {
        return None;
    };
    if !head[2].is_ascii_whitespace() {
        return None;
    }
    Some(match head[1] {
        b'4'..=b'6' => (
            format!("Netpbm image data, size = {width} x {height}, rawbits, {what}"),
            mime,
        ),
        _ => (
            format!("Netpbm image data, size = {width} x {height}, {what}, ASCII text"),
            mime,
        ),
    })
}
