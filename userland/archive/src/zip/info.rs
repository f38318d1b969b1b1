//! zipinfo(1).

use std::ffi::OsString;
use std::path::Path;

use cli::{Opt, Order, Outcome, Output, Spec, complain, time};

use super::{NO_ARCHIVE, NO_MATCH, TROUBLE, is_wanted, mtime_ns, one_line, open, saved};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    NamesOnly,
    Header,
    Totals,
    Ignored,
}

const SPEC: Spec<Id> = Spec {
    name: "zipinfo",
    usage: &["[-options] file[.zip] [list]"],
    about: "List detailed information about a ZIP archive.",
    options: &[
        Opt::flag(Id::NamesOnly, "12", "", "filenames ONLY, one per line"),
        Opt::flag(Id::Header, "h", "", "print header line"),
        Opt::flag(Id::Totals, "t", "", "print totals for listed files or for all"),
        Opt::flag(Id::Ignored, "sml", "", ""),
    ],
    order: Order::Permute,
    failure: 10,
};

/// The type and permissions of a mode, as ls shows them.
fn permissions(mode: u32) -> String {
    let kind = match sys::FileType::from_mode(mode) {
        sys::FileType::Directory => 'd',
        sys::FileType::Symlink => 'l',
        _ => '-',
    };
    let bits = (0..9).rev().map(|bit| match (mode >> bit & 1, bit % 3) {
        (0, _) => '-',
        (_, 2) => 'r',
        (_, 1) => 'w',
        _ => 'x',
    });
    std::iter::once(kind).chain(bits).collect()
}

pub fn run(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let chosen = |id| parsed.options.iter().any(|(option, _)| *option == id);
    let Some((name, wanted)) = parsed.operands.split_first() else {
        return Err(SPEC.usage_error("missing archive"));
    };
    let (path, mut archive) = match open(Path::new(name)) {
        Ok(found) => found,
        Err(why) => {
            complain("zipinfo", format_args!(" {why}"));
            return Ok(NO_ARCHIVE);
        }
    };
    let wanted: Vec<Vec<u8>> = wanted
        .iter()
        .map(|name| name.as_encoded_bytes().to_vec())
        .collect();
    let names_only = chosen(Id::NamesOnly);
    let whole = !names_only && wanted.is_empty() || chosen(Id::Header);
    let mut out = Output::stdout();
    if whole {
        let size = sys::stat(&path).map_or(0, |stat| stat.size);
        let count = archive.len();
        let text = format!(
            "Archive:  {}\nZip file size: {size} bytes, number of entries: {count}\n",
            path.display()
        );
        out.put(text.as_bytes());
    }
    let names: Vec<Vec<u8>> = archive.file_names_raw().map(<[u8]>::to_vec).collect();
    let (mut count, mut total, mut packed) = (0_usize, 0, 0);
    for (at, name) in names.iter().enumerate() {
        if !is_wanted(name, &wanted, &[]) {
            continue;
        }
        count += 1;
        if names_only {
            out.line(&one_line(name));
            continue;
        }
        let Ok(file) = archive.by_index_raw(at) else {
            continue;
        };
        let (major, minor) = file.version_made_by();
        let method = if file.compression() == zip::CompressionMethod::Stored {
            "stor"
        } else {
            "defN"
        };
        let extra = if file.extra_data().is_some_and(|extra| !extra.is_empty()) {
            'x'
        } else {
            '-'
        };
        let when = time::format("%y-%b-%d %H:%M", mtime_ns(&file).unwrap_or(0));
        let mode = file.unix_mode().unwrap_or(0o100_644);
        let line = format!(
            "{}  {major}.{minor} unx {:8} b{extra} {method} {when} ",
            permissions(mode),
            file.size()
        );
        total += file.size();
        packed += file.compressed_size();
        out.put(line.as_bytes());
        out.line(&one_line(name));
    }
    if whole || chosen(Id::Totals) {
        let s = if count == 1 { "" } else { "s" };
        let ratio = saved(total, packed);
        let line =
            format!("{count} file{s}, {total} bytes uncompressed, {packed} bytes compressed:  {ratio:.1}%");
        out.line(line.as_bytes());
    }
    let status = if count == 0 && !wanted.is_empty() {
        NO_MATCH
    } else {
        0
    };
    Ok(out.finish("zipinfo", status, TROUBLE))
}
