//! Packs: many objects in one file, some as differences from others, and the index beside it.
//! <https://git-scm.com/docs/pack-format>

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::rc::Rc;

use cli::os;
use flate2::bufread::ZlibDecoder;

use crate::failure::Result;
use crate::object::Kind;
use crate::oid::Oid;
use crate::{fatal, msg};

/// Bytes of bases that are kept for the next difference from them.
const CACHE_LIMIT: usize = 8 << 20;

/// A pack and its index, which is held in memory.
pub struct Pack {
    path: Vec<u8>,
    index: Vec<u8>,
    version: u32,
    count: usize,
    file: RefCell<Option<BufReader<File>>>,
    cache: RefCell<Cache>,
}

#[derive(Default)]
struct Cache {
    objects: HashMap<u64, (Kind, Rc<[u8]>)>,
    size: usize,
}

/// How an entry of a pack begins.
enum Entry {
    Whole(Kind),
    OffsetDelta(u64),
    RefDelta(Oid),
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..at + 4)
        .map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]))
}

impl Pack {
    /// Opens the pack whose index is at `index_path` (`….idx`).
    pub fn open(index_path: &[u8]) -> Result<Pack> {
        let index = std::fs::read(os(index_path))
            .map_err(|error| crate::failure::os_error("cannot open pack index", index_path, &error))?;
        let stem = index_path.strip_suffix(b".idx").unwrap_or(index_path);
        let version = if index.starts_with(b"\xfftOc") {
            be32(&index, 4).unwrap_or(0)
        } else {
            1
        };
        let table = if version == 1 { 0 } else { 8 };
        let count = be32(&index, table + 255 * 4).unwrap_or(0) as usize;
        let least = table + 1024 + count * if version == 1 { 24 } else { 28 } + 40;
        if !(1..=2).contains(&version) || index.len() < least {
            return fatal!("index file ", index_path, " is corrupt or of an unknown version");
        }
        Ok(Pack {
            path: [stem, b".pack"].concat(),
            index,
            version,
            count,
            file: RefCell::default(),
            cache: RefCell::default(),
        })
    }

    pub fn len(&self) -> usize {
        self.count
    }

    fn table(&self) -> usize {
        if self.version == 1 { 0 } else { 8 }
    }

    /// The `at`-th id, in their order.
    pub fn oid(&self, at: usize) -> Oid {
        let start = match self.version {
            1 => 1024 + at * 24 + 4,
            _ => self.table() + 1024 + at * 20,
        };
        Oid::from_bytes(&self.index[start..start + 20]).unwrap_or_default()
    }

    fn offset(&self, at: usize) -> u64 {
        if self.version == 1 {
            return be32(&self.index, 1024 + at * 24).unwrap_or(0).into();
        }
        let offsets = 8 + 1024 + self.count * 24;
        let small = be32(&self.index, offsets + at * 4).unwrap_or(0);
        if small & 0x8000_0000 == 0 {
            return small.into();
        }
        let large = offsets + self.count * 4 + (small & 0x7fff_ffff) as usize * 8;
        let half = |at| u64::from(be32(&self.index, at).unwrap_or(0));
        half(large) << 32 | half(large + 4)
    }

    /// The first place whose id is at least `oid`.
    pub fn lower_bound(&self, oid: &Oid) -> usize {
        let fanout = |byte: usize| be32(&self.index, self.table() + byte * 4).unwrap_or(0) as usize;
        let first = usize::from(oid.0[0]);
        let mut low = if first == 0 { 0 } else { fanout(first - 1) };
        let mut high = fanout(first).min(self.count);
        while low < high {
            let middle = (low + high) / 2;
            if self.oid(middle) < *oid {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    fn find(&self, oid: &Oid) -> Option<u64> {
        let at = self.lower_bound(oid);
        (at < self.count && self.oid(at) == *oid).then(|| self.offset(at))
    }

    pub fn has(&self, oid: &Oid) -> bool {
        self.find(oid).is_some()
    }

    pub fn read(&self, oid: &Oid) -> Result<Option<(Kind, Rc<[u8]>)>> {
        match self.find(oid) {
            Some(offset) => self.read_at(offset).map(Some),
            None => Ok(None),
        }
    }

    fn corrupt<T>(&self, offset: u64) -> Result<T> {
        fatal!(
            "packfile ",
            self.path,
            " is corrupt at offset ",
            offset.to_string()
        )
    }

    /// The object at an offset: down the chain of differences to a whole object, and up again.
    fn read_at(&self, offset: u64) -> Result<(Kind, Rc<[u8]>)> {
        let mut deltas = Vec::new();
        let mut at = offset;
        let (kind, mut data) = loop {
            if let Some(found) = self.cache.borrow().objects.get(&at) {
                break found.clone();
            }
            if deltas.len() > 10_000 {
                return self.corrupt(offset);
            }
            let (entry, content) = self.entry(at)?;
            match entry {
                Entry::Whole(kind) => {
                    let data: Rc<[u8]> = content.into();
                    self.remember(at, kind, &data);
                    break (kind, data);
                }
                Entry::OffsetDelta(base) => {
                    deltas.push((at, content));
                    at = base;
                }
                Entry::RefDelta(base) => match self.find(&base) {
                    Some(base) => {
                        deltas.push((at, content));
                        at = base;
                    }
                    None => return self.corrupt(offset),
                },
            }
        };
        while let Some((at, delta)) = deltas.pop() {
            let Some(result) = apply_delta(&data, &delta) else {
                return self.corrupt(at);
            };
            data = result.into();
            self.remember(at, kind, &data);
        }
        Ok((kind, data))
    }

    fn remember(&self, at: u64, kind: Kind, data: &Rc<[u8]>) {
        let mut cache = self.cache.borrow_mut();
        if cache.size + data.len() > CACHE_LIMIT {
            *cache = Cache::default();
        }
        if data.len() < CACHE_LIMIT {
            cache.size += data.len();
            cache.objects.insert(at, (kind, data.clone()));
        }
    }

    fn entry(&self, offset: u64) -> Result<(Entry, Vec<u8>)> {
        let mut slot = self.file.borrow_mut();
        if slot.is_none() {
            let file = File::open(os(&self.path))
                .map_err(|error| crate::failure::os_error("cannot open packfile", &self.path, &error))?;
            *slot = Some(BufReader::with_capacity(32 * 1024, file));
        }
        let Some(file) = slot.as_mut() else {
            return self.corrupt(offset);
        };
        match read_entry(file, offset) {
            Ok(Some(entry)) => Ok(entry),
            _ => Err(crate::failure::Failure::Fatal(msg![
                "packfile ",
                self.path,
                " is corrupt at offset ",
                offset.to_string()
            ])),
        }
    }
}

fn read_entry(file: &mut BufReader<File>, offset: u64) -> std::io::Result<Option<(Entry, Vec<u8>)>> {
    let here = file.stream_position()?;
    // A step inside the buffer keeps it.
    file.seek_relative(offset as i64 - here as i64)
        .or_else(|_| file.seek(SeekFrom::Start(offset)).map(drop))?;
    let mut byte = [0];
    let mut next = |file: &mut BufReader<File>| file.read_exact(&mut byte).map(|()| byte[0]);
    let first = next(file)?;
    let mut size = u64::from(first & 15);
    let (mut shift, mut b) = (4, first);
    while b & 0x80 != 0 && shift < 60 {
        b = next(file)?;
        size |= u64::from(b & 0x7f) << shift;
        shift += 7;
    }
    let entry = match first >> 4 & 7 {
        1 => Entry::Whole(Kind::Commit),
        2 => Entry::Whole(Kind::Tree),
        3 => Entry::Whole(Kind::Blob),
        4 => Entry::Whole(Kind::Tag),
        6 => {
            let mut b = next(file)?;
            let mut back = u64::from(b & 0x7f);
            while b & 0x80 != 0 {
                b = next(file)?;
                back = (back + 1) << 7 | u64::from(b & 0x7f);
            }
            match offset.checked_sub(back) {
                Some(base) if back > 0 => Entry::OffsetDelta(base),
                _ => return Ok(None),
            }
        }
        7 => {
            let mut oid = [0; 20];
            file.read_exact(&mut oid)?;
            Entry::RefDelta(Oid(oid))
        }
        _ => return Ok(None),
    };
    let mut content = Vec::new();
    ZlibDecoder::new(file).take(size + 1).read_to_end(&mut content)?;
    Ok((content.len() as u64 == size).then_some((entry, content)))
}

/// What a delta makes of its base; `None` where it is corrupt.
fn apply_delta(base: &[u8], delta: &[u8]) -> Option<Vec<u8>> {
    let mut rest = delta.iter().copied();
    let mut size = || {
        let (mut value, mut shift) = (0u64, 0);
        loop {
            let b = rest.next()?;
            value |= u64::from(b & 0x7f) << shift;
            shift += 7;
            if b & 0x80 == 0 {
                return Some(value as usize);
            } else if shift > 56 {
                return None;
            }
        }
    };
    let (base_size, size) = (size()?, size()?);
    if base_size != base.len() {
        return None;
    }
    let mut out = Vec::new();
    while let Some(op) = rest.next() {
        if op & 0x80 != 0 {
            let mut number = |bits: u8, count: u32| {
                let mut value = 0usize;
                for at in 0..count {
                    if bits >> at & 1 != 0 {
                        value |= usize::from(rest.next()?) << (8 * at);
                    }
                }
                Some(value)
            };
            let from = number(op & 15, 4)?;
            let length = match number(op >> 4 & 7, 3)? {
                0 => 0x10000,
                length => length,
            };
            out.extend_from_slice(base.get(from..from.checked_add(length)?)?);
        } else if op != 0 {
            for _ in 0..op {
                out.push(rest.next()?);
            }
        } else {
            return None;
        }
    }
    (out.len() == size).then_some(out)
}
