//! ELF files: programs, libraries, objects, cores.

use super::{Content, Kind};

/// How many headers are looked at.
const MAX_HEADERS: u64 = 4096;

const PT_DYNAMIC: u32 = 2;
const PT_INTERP: u32 = 3;
const PT_NOTE: u32 = 4;
const SHT_SYMTAB: u32 = 2;
const NT_GNU_ABI_TAG: u32 = 1;
const NT_GNU_BUILD_ID: u32 = 3;
const DT_FLAGS_1: u64 = 0x6fff_fffb;
const DF_1_PIE: u64 = 0x0800_0000;

struct Elf<'c> {
    content: &'c Content,
    wide: bool,
    big: bool,
}

impl Elf<'_> {
    /// The number of `size` bytes at `at`.
    fn number(&self, bytes: &[u8], at: usize, size: usize) -> u64 {
        let Some(field) = bytes.get(at..at + size) else {
            return 0;
        };
        let add = |number: u64, b: &u8| number << 8 | u64::from(*b);
        if self.big {
            field.iter().fold(0, add)
        } else {
            field.iter().rev().fold(0, add)
        }
    }

    /// A number of the file's word size, at one place in 32-bit files and another in 64-bit ones.
    fn word(&self, bytes: &[u8], narrow: usize, wide: usize) -> u64 {
        if self.wide {
            self.number(bytes, wide, 8)
        } else {
            self.number(bytes, narrow, 4)
        }
    }

    fn segments(&self) -> Vec<Segment> {
        let head = &self.content.head;
        let start = self.word(head, 28, 32);
        let (size, count) = if self.wide { (54, 56) } else { (42, 44) };
        let (size, count) = (self.number(head, size, 2), self.number(head, count, 2));
        (0..count.min(MAX_HEADERS))
            .map(|n| {
                let header = self.content.at(start.saturating_add(n * size), size as usize);
                Segment {
                    kind: self.number(&header, 0, 4) as u32,
                    offset: self.word(&header, 4, 8),
                    size: self.word(&header, 16, 32),
                }
            })
            .collect()
    }

    /// The types and names of the sections.
    fn sections(&self) -> Vec<(u32, String)> {
        let head = &self.content.head;
        let start = self.word(head, 32, 40);
        let at = if self.wide { 58 } else { 46 };
        let size = self.number(head, at, 2);
        let (count, names) = (self.number(head, at + 2, 2), self.number(head, at + 4, 2));
        let header = |n: u64| self.content.at(start.saturating_add(n * size), size as usize);
        let names = header(names);
        let names = self.content.at(
            self.word(&names, 16, 24),
            usize::try_from(self.word(&names, 20, 32)).unwrap_or(0),
        );
        (0..count.min(MAX_HEADERS))
            .map(|n| {
                let header = header(n);
                let name = names
                    .get(self.number(&header, 0, 4) as usize..)
                    .unwrap_or_default();
                let name = &name[..name.iter().position(|b| *b == 0).unwrap_or(0)];
                (
                    self.number(&header, 4, 4) as u32,
                    String::from_utf8_lossy(name).into_owned(),
                )
            })
            .collect()
    }

    fn notes(&self, segment: &Segment, out: &mut Notes) {
        let bytes = self
            .content
            .at(segment.offset, usize::try_from(segment.size).unwrap_or(0));
        let mut at = 0;
        while at + 12 <= bytes.len() {
            let (name, size) = (
                self.number(&bytes, at, 4) as usize,
                self.number(&bytes, at + 4, 4) as usize,
            );
            let kind = self.number(&bytes, at + 8, 4) as u32;
            let start = at + 12 + name.next_multiple_of(4);
            let Some(content) = bytes.get(start..start.saturating_add(size)) else {
                return;
            };
            if bytes.get(at + 12..at + 16) == Some(b"GNU\0") {
                match kind {
                    NT_GNU_BUILD_ID => {
                        out.build_id = content.iter().map(|b| format!("{b:02x}")).collect();
                    }
                    NT_GNU_ABI_TAG if size >= 16 => {
                        let part = |n| self.number(content, n, 4);
                        let system = if part(0) == 0 { "GNU/Linux" } else { "GNU/Hurd" };
                        out.system = format!(", for {system} {}.{}.{}", part(4), part(8), part(12));
                    }
                    _ => {}
                }
            }
            at = start + size.next_multiple_of(4);
        }
    }

    fn is_pie(&self, dynamic: &Segment) -> bool {
        let bytes = self
            .content
            .at(dynamic.offset, usize::try_from(dynamic.size).unwrap_or(0));
        let entry = if self.wide { 16 } else { 8 };
        bytes
            .chunks_exact(entry)
            .any(|pair| self.word(pair, 0, 0) == DT_FLAGS_1 && self.word(pair, 4, 8) & DF_1_PIE != 0)
    }
}

struct Segment {
    kind: u32,
    offset: u64,
    size: u64,
}

#[derive(Default)]
struct Notes {
    build_id: String,
    system: String,
}

fn machine(number: u64) -> String {
    match number {
        2 => "SPARC".into(),
        3 => "Intel 80386".into(),
        8 => "MIPS".into(),
        20 => "PowerPC or cisco 4500".into(),
        21 => "64-bit PowerPC or cisco 7500".into(),
        22 => "IBM S/390".into(),
        40 => "ARM".into(),
        62 => "x86-64".into(),
        183 => "ARM aarch64".into(),
        243 => "UCB RISC-V".into(),
        247 => "eBPF".into(),
        258 => "LoongArch".into(),
        other => format!("*unknown arch 0x{other:x}*"),
    }
}

/// `None` for other files.
pub fn identify(content: &Content) -> Option<Kind> {
    let head = &content.head;
    if !head.starts_with(b"\x7fELF") || head.len() < 52 {
        return None;
    }
    let elf = Elf {
        content,
        wide: head[4] == 2,
        big: head[5] == 2,
    };
    let segments = elf.segments();
    let find = |kind| segments.iter().find(|segment| segment.kind == kind);
    let dynamic = find(PT_DYNAMIC);
    let interpreter = find(PT_INTERP);
    let (kind, mime) = match elf.number(head, 16, 2) {
        1 => ("relocatable", "application/x-object"),
        2 => ("executable", "application/x-executable"),
        3 if dynamic.is_some_and(|dynamic| elf.is_pie(dynamic)) => {
            ("pie executable", "application/x-pie-executable")
        }
        3 => ("shared object", "application/x-sharedlib"),
        4 => ("core file", "application/x-coredump"),
        _ => ("unknown type", "application/octet-stream"),
    };
    let system = match head[7] {
        0 => "SYSV",
        3 => "GNU/Linux",
        9 => "FreeBSD",
        _ => "unknown",
    };
    let mut out = format!(
        "ELF {}-bit {} {kind}, {}, version {} ({system})",
        if elf.wide { 64 } else { 32 },
        if elf.big { "MSB" } else { "LSB" },
        machine(elf.number(head, 18, 2)),
        elf.number(head, 20, 4),
    );
    if !segments.is_empty() && kind != "core file" {
        let linked = match (dynamic.is_some(), interpreter.is_some(), kind) {
            (true, false, "pie executable") => "static-pie linked",
            (true, ..) => "dynamically linked",
            _ => "statically linked",
        };
        out.push_str(&format!(", {linked}"));
    }
    if let Some(interpreter) = interpreter {
        let path = content.at(interpreter.offset, usize::try_from(interpreter.size).unwrap_or(0));
        let path = String::from_utf8_lossy(&path).trim_end_matches('\0').to_owned();
        out.push_str(&format!(", interpreter {path}"));
    }
    let mut notes = Notes::default();
    segments
        .iter()
        .filter(|segment| segment.kind == PT_NOTE)
        .for_each(|segment| elf.notes(segment, &mut notes));
    if !notes.build_id.is_empty() {
        out.push_str(&format!(", BuildID[sha1]={}", notes.build_id));
    }
    out.push_str(&notes.system);
    let sections = elf.sections();
    if sections.iter().any(|(_, name)| name == ".debug_info") {
        out.push_str(", with debug_info");
    }
    if kind != "core file" {
        let stripped = !sections.iter().any(|(kind, _)| *kind == SHT_SYMTAB);
        out.push_str(if stripped { ", stripped" } else { ", not stripped" });
    }
    Some(Kind::binary(out, mime))
}
