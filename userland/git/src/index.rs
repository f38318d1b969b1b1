//! The index (versions 2 to 4; written as 2, or 3 where flags need it).
//! <https://git-scm.com/docs/index-format>

use cli::os;

use crate::failure::{Result, os_error};
use crate::lock::LockFile;
use crate::object::mode;
use crate::oid::{Oid, sha1};
use crate::{fatal, msg};

/// What a file looked like when its content was known; times are nanoseconds since 1970.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct FileStat {
    pub ctime: i64,
    pub mtime: i64,
    pub dev: u32,
    pub ino: u32,
    pub uid: u32,
    pub gid: u32,
    pub size: u32,
}

impl FileStat {
    pub fn of(stat: &sys::Stat) -> FileStat {
        FileStat {
            ctime: stat.ctime_ns,
            mtime: stat.mtime_ns,
            dev: stat.dev as u32,
            ino: stat.ino as u32,
            uid: stat.uid,
            gid: stat.gid,
            size: stat.size as u32,
        }
    }
}

/// A path with a mode and a content. Stage 0 is ordinary; 1, 2 and 3 are a conflict's base, ours and theirs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    pub path: Vec<u8>,
    pub mode: u32,
    pub oid: Oid,
    pub stage: u8,
    pub stat: FileStat,
    pub assume_valid: bool,
    pub skip_worktree: bool,
    pub intent_to_add: bool,
}

impl Entry {
    pub fn new(path: &[u8], mode: u32, oid: Oid, stage: u8) -> Entry {
        Entry {
            path: path.to_vec(),
            mode,
            oid,
            stage,
            stat: FileStat::default(),
            assume_valid: false,
            skip_worktree: false,
            intent_to_add: false,
        }
    }
}

/// The entries, by path and stage.
#[derive(Clone, Debug, Default)]
pub struct Index {
    pub entries: Vec<Entry>,
    /// When the file that was read was written; entries as young as that are not to be trusted.
    pub written: i64,
}

/// One after another from a slice.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]))
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2).map(|b| u16::from_be_bytes([b[0], b[1]]))
    }

    fn time(&mut self) -> Option<i64> {
        Some(i64::from(self.u32()?) * 1_000_000_000 + i64::from(self.u32()?))
    }

    fn until_nul(&mut self) -> Option<&'a [u8]> {
        let end = self.0.iter().position(|b| *b == 0)?;
        let text = self.take(end)?;
        self.take(1)?;
        Some(text)
    }
}

impl Index {
    /// Reads the index at `path`; there are no entries where there is no file.
    pub fn read(path: &[u8]) -> Result<Index> {
        let data = match std::fs::read(os(path)) {
            Ok(data) => data,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Index::default()),
            Err(error) => return Err(os_error("unable to open index file", path, &error)),
        };
        let written = sys::stat(path).map_or(0, |stat| stat.mtime_ns);
        if data.len() < 32 || !data.starts_with(b"DIRC") {
            return fatal!("index file corrupt");
        }
        let (content, checksum) = data.split_at(data.len() - 20);
        // index.skipHash leaves it zero.
        if checksum != [0; 20] && sha1(&[content])? != checksum {
            return fatal!("index file corrupt");
        }
        let mut reader = Reader(&content[4..]);
        let version = reader.u32().unwrap_or(0);
        if !(2..=4).contains(&version) {
            return fatal!("bad index version ", version.to_string());
        }
        let count = reader.u32().unwrap_or(0);
        let mut entries: Vec<Entry> = Vec::new();
        for _ in 0..count {
            match read_entry(&mut reader, version, entries.last()) {
                Some(entry) => entries.push(entry),
                None => return fatal!("index file corrupt"),
            }
        }
        while reader.0.len() >= 8 {
            let (Some(name), Some(size)) = (reader.take(4), reader.u32()) else {
                break;
            };
            if !name[0].is_ascii_uppercase() {
                return fatal!("index uses ", name, " extension, which we do not understand");
            }
            reader.take(size as usize);
        }
        Ok(Index { entries, written })
    }

    /// Writes the index under a lock that was taken before it was read.
    pub fn write(&self, lock: LockFile) -> Result<()> {
        let extended = self
            .entries
            .iter()
            .any(|entry| entry.skip_worktree || entry.intent_to_add);
        let version: u32 = if extended { 3 } else { 2 };
        let mut data = b"DIRC".to_vec();
        data.extend_from_slice(&version.to_be_bytes());
        data.extend_from_slice(&(self.entries.len() as u32).to_be_bytes());
        for entry in &self.entries {
            write_entry(&mut data, entry);
        }
        let checksum = sha1(&[&data])?;
        data.extend_from_slice(&checksum);
        lock.commit(&data)
    }

    /// Where the path with the stage is, or would be.
    pub fn search(&self, path: &[u8], stage: u8) -> std::result::Result<usize, usize> {
        self.entries
            .binary_search_by(|entry| (&entry.path[..], entry.stage).cmp(&(path, stage)))
    }

    /// The ordinary entry of a path.
    pub fn get(&self, path: &[u8]) -> Option<&Entry> {
        self.search(path, 0).ok().map(|at| &self.entries[at])
    }

    /// All stages of a path.
    pub fn stages(&self, path: &[u8]) -> &[Entry] {
        let start = self.search(path, 0).unwrap_or_else(|at| at);
        let count = self.entries[start..]
            .iter()
            .take_while(|entry| entry.path == path)
            .count();
        &self.entries[start..start + count]
    }

    pub fn has(&self, path: &[u8]) -> bool {
        !self.stages(path).is_empty()
    }

    /// Whether a path below the folder is there.
    pub fn has_below(&self, folder: &[u8]) -> bool {
        let prefix = [folder, b"/"].concat();
        let at = self.search(&prefix, 0).unwrap_or_else(|at| at);
        self.entries
            .get(at)
            .is_some_and(|entry| entry.path.starts_with(&prefix))
    }

    /// Takes a path away, with all its stages.
    pub fn remove(&mut self, path: &[u8]) {
        let start = self.search(path, 0).unwrap_or_else(|at| at);
        let count = self.stages(path).len();
        self.entries.drain(start..start + count);
    }

    /// Puts an entry in. An ordinary one replaces all stages of its path, and what is in its way: a file a folder, or
    /// the other way round.
    pub fn add(&mut self, entry: Entry) {
        if entry.stage == 0 {
            self.remove(&entry.path);
            let below = [&entry.path[..], b"/"].concat();
            let at = self.search(&below, 0).unwrap_or_else(|at| at);
            let count = self.entries[at..]
                .iter()
                .take_while(|other| other.path.starts_with(&below))
                .count();
            self.entries.drain(at..at + count);
            for slash in (0..entry.path.len()).filter(|at| entry.path[*at] == b'/') {
                let path = entry.path[..slash].to_vec();
                self.remove(&path);
            }
        }
        match self.search(&entry.path, entry.stage) {
            Ok(at) => self.entries[at] = entry,
            Err(at) => self.entries.insert(at, entry),
        }
    }

    /// The paths in conflict, in order.
    pub fn unmerged(&self) -> Vec<Vec<u8>> {
        let mut paths: Vec<Vec<u8>> = Vec::new();
        for entry in self.entries.iter().filter(|entry| entry.stage != 0) {
            if paths.last() != Some(&entry.path) {
                paths.push(entry.path.clone());
            }
        }
        paths
    }
}

fn read_entry(reader: &mut Reader<'_>, version: u32, before: Option<&Entry>) -> Option<Entry> {
    let start = reader.0.len();
    let ctime = reader.time()?;
    let mtime = reader.time()?;
    let (dev, ino, mode) = (reader.u32()?, reader.u32()?, reader.u32()?);
    let (uid, gid, size) = (reader.u32()?, reader.u32()?, reader.u32()?);
    let oid = Oid::from_bytes(reader.take(20)?)?;
    let flags = reader.u16()?;
    let more = if flags & 0x4000 != 0 { reader.u16()? } else { 0 };
    let path = if version == 4 {
        let mut b = *reader.take(1)?.first()?;
        let mut strip = usize::from(b & 0x7f);
        while b & 0x80 != 0 {
            b = *reader.take(1)?.first()?;
            strip = (strip + 1) << 7 | usize::from(b & 0x7f);
        }
        let before = before.map_or(&[][..], |entry| &entry.path);
        [
            before.get(..before.len().checked_sub(strip)?)?,
            reader.until_nul()?,
        ]
        .concat()
    } else {
        let path = reader.until_nul()?.to_vec();
        // One NUL is read; entries are padded to multiples of eight.
        let used = start - reader.0.len();
        reader.take((8 - used % 8) % 8)?;
        path
    };
    Some(Entry {
        path,
        mode,
        oid,
        stage: (flags >> 12 & 3) as u8,
        stat: FileStat {
            ctime,
            mtime,
            dev,
            ino,
            uid,
            gid,
            size,
        },
        assume_valid: flags & 0x8000 != 0,
        skip_worktree: more & 0x4000 != 0,
        intent_to_add: more & 0x2000 != 0,
    })
}

fn write_entry(data: &mut Vec<u8>, entry: &Entry) {
    let start = data.len();
    for time in [entry.stat.ctime, entry.stat.mtime] {
        data.extend_from_slice(&(time.div_euclid(1_000_000_000) as u32).to_be_bytes());
        data.extend_from_slice(&(time.rem_euclid(1_000_000_000) as u32).to_be_bytes());
    }
    let stat = &entry.stat;
    for word in [stat.dev, stat.ino, entry.mode, stat.uid, stat.gid, stat.size] {
        data.extend_from_slice(&word.to_be_bytes());
    }
    data.extend_from_slice(&entry.oid.0);
    let more = u16::from(entry.skip_worktree) << 14 | u16::from(entry.intent_to_add) << 13;
    let flags = u16::from(entry.assume_valid) << 15
        | u16::from(more != 0) << 14
        | u16::from(entry.stage) << 12
        | entry.path.len().min(0xfff) as u16;
    data.extend_from_slice(&flags.to_be_bytes());
    if more != 0 {
        data.extend_from_slice(&more.to_be_bytes());
    }
    data.extend_from_slice(&entry.path);
    let padding = 8 - (data.len() - start) % 8;
    data.resize(data.len() + padding, 0);
}

/// The mode of an index entry for a file.
pub fn mode_of(stat: &sys::Stat) -> u32 {
    match stat.file_type() {
        sys::FileType::Symlink => mode::SYMLINK,
        sys::FileType::Directory => mode::GITLINK,
        _ if stat.mode & 0o100 != 0 => mode::EXECUTABLE,
        _ => mode::FILE,
    }
}

/// Whether two paths can't both be files: one is above the other.
pub fn clash(a: &[u8], b: &[u8]) -> bool {
    a.starts_with(&msg![b, "/"]) || b.starts_with(&msg![a, "/"])
}
