//! stat(1), and how modes are written.

use std::ffi::{OsStr, OsString};

use cli::{Opt, Order, Outcome, Output, Spec, complain, names::Names, quote, time};
use sys::{FileType, Stat, StatFs};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Dereference,
    FileSystem,
    Format,
    Printf,
    Terse,
}

const SPEC: Spec<Id> = Spec {
    name: "stat",
    usage: &["[OPTION]... FILE..."],
    about: "Display file or file system status.",
    options: &[
        Opt::flag(Id::Dereference, "L", "dereference", "follow links"),
        Opt::flag(
            Id::FileSystem,
            "f",
            "file-system",
            "display file system status instead of file status",
        ),
        Opt::value(
            Id::Format,
            "c",
            "format",
            "FORMAT",
            "use the specified FORMAT instead of the default;\noutput a newline after each use of FORMAT",
        ),
        Opt::value(
            Id::Printf,
            "",
            "printf",
            "FORMAT",
            "like --format, but interpret backslash escapes,\nand do not output a mandatory trailing newline",
        ),
        Opt::flag(Id::Terse, "t", "terse", "print the information in terse form"),
    ],
    order: Order::Permute,
    failure: 1,
};

const TERSE: &str = "%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o";
const FS_DEFAULT: &str = "  File: \"%n\"\n    ID: %i Namelen: %l     Type: %T\nBlock size: %s       Fundamental block size: %S\nBlocks: Total: %b Free: %f Available: %a\nInodes: Total: %c Free: %d";
const FS_TERSE: &str = "%n %i %l %t %s %S %b %f %a %c %d";

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let chosen = |id| parsed.options.iter().any(|(option, _)| *option == id);
    if parsed.operands.is_empty() {
        return Err(SPEC.missing_operand(None));
    }
    let format = parsed.options.iter().rev().find_map(|(id, value)| match id {
        Id::Format => Some((
            value.clone().unwrap_or_default().to_string_lossy().into_owned(),
            false,
        )),
        Id::Printf => Some((
            value.clone().unwrap_or_default().to_string_lossy().into_owned(),
            true,
        )),
        _ => None,
    });
    let printf = format.as_ref().is_some_and(|(_, printf)| *printf);
    let mut out = Output::stdout();
    let mut status = 0;
    for operand in &parsed.operands {
        let text = if chosen(Id::FileSystem) {
            let default = if chosen(Id::Terse) { FS_TERSE } else { FS_DEFAULT };
            file_system(operand, format.as_ref().map_or(default, |(f, _)| f), printf)
        } else {
            let default = if chosen(Id::Terse) { Some(TERSE) } else { None };
            file(
                operand,
                chosen(Id::Dereference),
                format.as_ref().map(|(f, _)| &f[..]).or(default),
                printf,
            )
        };
        match text {
            Ok(text) if printf => out.put(&text),
            Ok(text) => out.line(&text),
            Err(why) => {
                let what = if chosen(Id::FileSystem) {
                    "cannot read file system information for"
                } else {
                    "cannot statx"
                };
                complain(name, format_args!("{what} {}: {why}", quote::always(operand)));
                status = 1;
            }
        }
    }
    Ok(out.finish(name, status, 1))
}

fn file(path: &OsStr, follow: bool, format: Option<&str>, printf: bool) -> sys::Result<Vec<u8>> {
    // `-` is standard input.
    let stat = match path.to_str() {
        Some("-") => sys::fstat(sys::Fd::STDIN),
        _ if follow => sys::stat(path),
        _ => sys::lstat(path),
    }?;
    match format {
        Some(format) => Ok(expand(format, printf, path, |directive| {
            file_directive(directive, path, &stat)
        })),
        None => {
            let device = matches!(stat.file_type(), FileType::CharDevice | FileType::BlockDevice);
            let name = if stat.file_type() == FileType::Symlink {
                "%N"
            } else {
                "%n"
            };
            let kind = if device { "\tDevice type: %t,%T" } else { "" };
            let format = format!(
                "  File: {name}\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\nDevice: %Hd,%Ld\tInode: %-11i Links: %h{kind}\nAccess: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\nAccess: %x\nModify: %y\nChange: %z\n Birth: %w"
            );
            Ok(expand(&format, false, path, |directive| {
                file_directive(directive, path, &stat)
            }))
        }
    }
}

fn file_system(path: &OsStr, format: &str, printf: bool) -> sys::Result<Vec<u8>> {
    let fs = sys::statfs(path)?;
    Ok(expand(format, printf, path, |directive| {
        fs_directive(directive, &fs)
    }))
}

/// Replaces `%[flags][width][.precision]X`, where `value` knows what X (with an `H` or `L` before it) stands for, but for `n`,
/// which is `path`, byte for byte. What stands between has its escapes replaced for `--printf`.
fn expand(format: &str, printf: bool, path: &OsStr, value: impl Fn(&str) -> Option<String>) -> Vec<u8> {
    let literal = |text: &str| if printf { unescape(text) } else { text.into() };
    let mut out = Vec::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        out.extend(literal(&rest[..at]));
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            out.push(b'%');
            rest = after;
            continue;
        }
        let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let flags = &rest[..rest.find(|c| !"-0#+ '".contains(c)).unwrap_or(rest.len())];
        rest = &rest[flags.len()..];
        let width: usize = rest[..digits(rest)].parse().unwrap_or(0);
        rest = &rest[digits(rest)..];
        let precision = rest.strip_prefix('.').map(|text| &text[..digits(text)]);
        rest = &rest[precision.map_or(0, |p| p.len() + 1)..];
        let len = if rest.starts_with(['H', 'L']) && rest.len() > 1 {
            2
        } else {
            rest.chars().next().map_or(0, char::len_utf8)
        };
        let directive = &rest[..len];
        rest = &rest[len..];
        // As GNU's: what is unknown shows as a question mark.
        let mut text = match directive {
            "n" => path.as_encoded_bytes().to_vec(),
            _ => value(directive).unwrap_or_else(|| "?".to_owned()).into_bytes(),
        };
        if let Some(precision) = precision.and_then(|p| p.parse::<usize>().ok())
            && matches!(directive, "A" | "n" | "F" | "U" | "G")
        {
            text.truncate(precision);
        }
        let fill = |with| std::iter::repeat_n(with, width.saturating_sub(text.len()));
        if flags.contains('-') {
            out.extend_from_slice(&text);
            out.extend(fill(b' '));
        } else {
            out.extend(fill(if flags.contains('0') { b'0' } else { b' ' }));
            out.extend_from_slice(&text);
        }
    }
    out.extend(literal(rest));
    out
}

fn file_directive(directive: &str, path: &OsStr, stat: &Stat) -> Option<String> {
    let seconds = |ns: i64| ns.div_euclid(1_000_000_000).to_string();
    let human = |ns: i64| time::format("%F %T.%N %z", ns);
    Some(match directive {
        "a" => format!("{:o}", stat.mode & 0o7777),
        "A" => mode_string(stat.mode),
        "b" => stat.blocks.to_string(),
        "B" => "512".to_owned(),
        "d" => stat.dev.to_string(),
        "D" => format!("{:x}", stat.dev),
        "Hd" => major(stat.dev).to_string(),
        "Ld" => minor(stat.dev).to_string(),
        "f" => format!("{:x}", stat.mode),
        "F" => kind(stat).to_owned(),
        "g" => stat.gid.to_string(),
        "G" => Names::groups().name(stat.gid).unwrap_or("UNKNOWN").to_owned(),
        "h" => stat.nlink.to_string(),
        "i" => stat.ino.to_string(),
        "m" => "/".to_owned(),
        "N" => match std::fs::read_link(path) {
            Ok(target) if stat.file_type() == FileType::Symlink => {
                format!("{} -> {}", quote::always(path), quote::always(target.as_os_str()))
            }
            _ => quote::always(path),
        },
        "o" => stat.blksize.to_string(),
        "r" => stat.rdev.to_string(),
        "R" => format!("{:x}", stat.rdev),
        "s" => stat.size.to_string(),
        "t" => format!("{:x}", major(stat.rdev)),
        "T" => format!("{:x}", minor(stat.rdev)),
        "Hr" => major(stat.rdev).to_string(),
        "Lr" => minor(stat.rdev).to_string(),
        "u" => stat.uid.to_string(),
        "U" => Names::users().name(stat.uid).unwrap_or("UNKNOWN").to_owned(),
        // Nobody records when a file was made.
        "w" => "-".to_owned(),
        "W" => "0".to_owned(),
        "x" => human(stat.atime_ns),
        "X" => seconds(stat.atime_ns),
        "y" => human(stat.mtime_ns),
        "Y" => seconds(stat.mtime_ns),
        "z" => human(stat.ctime_ns),
        "Z" => seconds(stat.ctime_ns),
        _ => return None,
    })
}

fn fs_directive(directive: &str, fs: &StatFs) -> Option<String> {
    Some(match directive {
        "a" => fs.bavail.to_string(),
        "b" => fs.blocks.to_string(),
        "c" => fs.files.to_string(),
        "d" => fs.ffree.to_string(),
        "f" => fs.bfree.to_string(),
        "i" => "0".to_owned(),
        "l" => fs.namelen.to_string(),
        "s" | "S" => fs.bsize.to_string(),
        "t" => format!("{:x}", fs.kind),
        "T" => match fs.kind {
            0x0102_1994 => "tmpfs".to_owned(),
            0x9fa0 => "proc".to_owned(),
            0x1cd1 => "devpts".to_owned(),
            0x794c_7630 => "overlayfs".to_owned(),
            other => format!("UNKNOWN (0x{other:x})"),
        },
        _ => return None,
    })
}

/// Linux's encoding of device numbers.
pub fn major(dev: u64) -> u64 {
    (dev >> 8 & 0xfff) | (dev >> 32 & 0xffff_f000)
}

pub fn minor(dev: u64) -> u64 {
    (dev & 0xff) | (dev >> 12 & 0xffff_ff00)
}

fn kind(stat: &Stat) -> &'static str {
    match stat.file_type() {
        FileType::Directory => "directory",
        FileType::Symlink => "symbolic link",
        FileType::Fifo => "fifo",
        FileType::Socket => "socket",
        FileType::CharDevice => "character special file",
        FileType::BlockDevice => "block special file",
        FileType::Regular if stat.size == 0 => "regular empty file",
        FileType::Regular => "regular file",
        FileType::Unknown => "weird file",
    }
}

pub use cli::mode::{mode_string, type_letter};

/// The escapes of --printf.
fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut bytes = text.bytes().peekable();
    while let Some(b) = bytes.next() {
        if b != b'\\' {
            out.push(b);
            continue;
        }
        match bytes.next() {
            Some(b'n') => out.push(b'\n'),
            Some(b't') => out.push(b'\t'),
            Some(b'r') => out.push(b'\r'),
            Some(b'a') => out.push(7),
            Some(b'b') => out.push(8),
            Some(b'e') => out.push(0x1b),
            Some(b'f') => out.push(0x0c),
            Some(b'v') => out.push(0x0b),
            Some(first @ b'0'..=b'7') => {
                let mut value = u32::from(first - b'0');
                for _ in 0..2 {
                    match bytes.peek() {
                        Some(digit @ b'0'..=b'7') => value = value * 8 + u32::from(digit - b'0'),
                        _ => break,
                    }
                    bytes.next();
                }
                out.push(value as u8);
            }
            Some(other) => out.push(other),
            None => out.push(b'\\'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_show_type_permissions_and_special_bits() {
        for (mode, text) in [
            (0o100644, "-rw-r--r--"),
            (0o040755, "drwxr-xr-x"),
            (0o041777, "drwxrwxrwt"),
            (0o104755, "-rwsr-xr-x"),
            (0o102644, "-rw-r-Sr--"),
            (0o120777, "lrwxrwxrwx"),
            (0o010600, "prw-------"),
            (0o020620, "crw--w----"),
        ] {
            assert_eq!(mode_string(mode), text);
        }
    }

    #[test]
    fn directives_take_flags_width_and_precision() {
        let value = |directive: &str| match directive {
            "a" => Some("644".to_owned()),
            "A" => Some("-rw-r--r--".to_owned()),
            "Hd" => Some("8".to_owned()),
            _ => None,
        };
        let text = |format| String::from_utf8(expand(format, false, OsStr::new("name"), value)).unwrap();
        assert_eq!(text("%a|%5a|%-5a|%05a|%%"), "644|  644|644  |00644|%");
        assert_eq!(text("%4.3A|%Hd|%q"), " -rw|8|?");
    }

    #[test]
    fn printf_escapes_are_c_s() {
        assert_eq!(unescape("a\\tb\\n\\101\\\\"), b"a\tb\nA\\");
    }
}
