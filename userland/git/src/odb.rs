//! The object database: loose objects, packs, and those of alternates.

use std::cell::OnceCell;
use std::io::{Read, Write};
use std::rc::Rc;

use cli::os;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use crate::failure::{Result, os_error};
use crate::fatal;
use crate::object::{Commit, Kind, Tag, TreeEntry, parse_tree};
use crate::oid::{Oid, hash_object};
use crate::pack::Pack;

pub struct Odb {
    /// `objects` folders: our own, then alternates.
    folders: Vec<Vec<u8>>,
    packs: OnceCell<Vec<Pack>>,
}

/// An object's content.
pub type Data = Rc<[u8]>;

/// The empty tree is known without being stored, as in git.
const EMPTY_TREE: &[u8] = b"4b825dc642cb6eb9a060e54bf8d69288fbee4904";

impl Odb {
    pub fn open(objects: Vec<u8>) -> Odb {
        let mut folders = vec![objects];
        let mut at = 0;
        while at < folders.len() && folders.len() < 32 {
            let list =
                std::fs::read(os(&[&folders[at], &b"/info/alternates"[..]].concat())).unwrap_or_default();
            for line in list
                .split(|b| *b == b'\n')
                .filter(|line| !line.is_empty() && line[0] != b'#')
            {
                let path = if line[0] == b'/' {
                    line.to_vec()
                } else {
                    [&folders[at], &b"/"[..], line].concat()
                };
                if !folders.contains(&path) {
                    folders.push(path);
                }
            }
            at += 1;
        }
        Odb {
            folders,
            packs: OnceCell::new(),
        }
    }

    /// Our own `objects` folder.
    pub fn folder(&self) -> &[u8] {
        &self.folders[0]
    }

    fn packs(&self) -> &[Pack] {
        self.packs.get_or_init(|| {
            let mut packs = Vec::new();
            for folder in &self.folders {
                let folder = [folder, &b"/pack"[..]].concat();
                for entry in std::fs::read_dir(os(&folder)).into_iter().flatten().flatten() {
                    let name = entry.file_name();
                    let name = name.as_encoded_bytes();
                    if name.ends_with(b".idx") {
                        match Pack::open(&[&folder, &b"/"[..], name].concat()) {
                            Ok(pack) => packs.push(pack),
                            Err(failure) => drop(failure.tell()),
                        }
                    }
                }
            }
            packs
        })
    }

    fn loose_path(folder: &[u8], oid: &Oid) -> Vec<u8> {
        let hex = oid.hex();
        [folder, b"/", &hex.as_bytes()[..2], b"/", &hex.as_bytes()[2..]].concat()
    }

    pub fn has(&self, oid: &Oid) -> bool {
        let loose =
            |folder: &Vec<u8>| sys::access(Self::loose_path(folder, oid), sys::Access::empty()).is_ok();
        self.folders.iter().any(loose) || self.packs().iter().any(|pack| pack.has(oid))
    }

    /// The object, if it is there.
    ///
    /// # Errors
    /// It is there, and corrupt or unreadable.
    pub fn find(&self, oid: &Oid) -> Result<Option<(Kind, Data)>> {
        for folder in &self.folders {
            let path = Self::loose_path(folder, oid);
            match std::fs::read(os(&path)) {
                Ok(packed) => return self.loose(oid, &path, &packed).map(Some),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(os_error("unable to open loose object", &path, &error)),
            }
        }
        for pack in self.packs() {
            if let Some(found) = pack.read(oid)? {
                return Ok(Some(found));
            }
        }
        Ok((oid.hex().as_bytes() == EMPTY_TREE).then(|| (Kind::Tree, Rc::from([]))))
    }

    fn loose(&self, oid: &Oid, path: &[u8], packed: &[u8]) -> Result<(Kind, Data)> {
        let mut content = Vec::new();
        let whole = ZlibDecoder::new(packed).read_to_end(&mut content).is_ok();
        let parsed = content.iter().position(|b| *b == 0).and_then(|end| {
            let mut words = content[..end].split(|b| *b == b' ');
            let kind = Kind::from_name(words.next()?)?;
            let size: usize = std::str::from_utf8(words.next()?).ok()?.parse().ok()?;
            (content.len() - end - 1 == size).then_some((kind, end + 1))
        });
        match parsed {
            Some((kind, start)) if whole && hash_object(kind, &content[start..])? == *oid => {
                Ok((kind, content[start..].into()))
            }
            _ => fatal!("loose object ", oid.hex(), " (stored in ", path, ") is corrupt"),
        }
    }

    pub fn read(&self, oid: &Oid) -> Result<(Kind, Data)> {
        match self.find(oid)? {
            Some(found) => Ok(found),
            None => fatal!("unable to read ", oid.hex()),
        }
    }

    fn read_kind(&self, oid: &Oid, kind: Kind) -> Result<Data> {
        match self.find(oid)? {
            Some((found, data)) if found == kind => Ok(data),
            Some(_) => fatal!("object ", oid.hex(), " is not a ", kind.name()),
            None => fatal!("unable to read ", kind.name(), " (", oid.hex(), ")"),
        }
    }

    pub fn blob(&self, oid: &Oid) -> Result<Data> {
        self.read_kind(oid, Kind::Blob)
    }

    pub fn tree(&self, oid: &Oid) -> Result<Vec<TreeEntry>> {
        parse_tree(&self.read_kind(oid, Kind::Tree)?)
    }

    pub fn commit(&self, oid: &Oid) -> Result<Commit> {
        Commit::parse(&self.read_kind(oid, Kind::Commit)?)
    }

    /// Through tags to what they are about.
    pub fn peel(&self, oid: &Oid) -> Result<(Oid, Kind)> {
        let mut at = *oid;
        loop {
            let (kind, data) = self.read(&at)?;
            if kind != Kind::Tag {
                return Ok((at, kind));
            }
            at = Tag::parse(&data)?.target;
        }
    }

    /// Stores an object unless it is there: written beside, then renamed, so that no reader sees a part.
    pub fn write(&self, kind: Kind, data: &[u8]) -> Result<Oid> {
        let oid = hash_object(kind, data)?;
        if self.has(&oid) {
            return Ok(oid);
        }
        let path = Self::loose_path(self.folder(), &oid);
        let folder = &path[..path.len() - 39];
        let temporary = [folder, format!("/tmp_obj_{}", sys::getpid().0).as_bytes()].concat();
        let store = || -> std::io::Result<()> {
            std::fs::create_dir_all(os(folder))?;
            let file = std::fs::File::create(os(&temporary))?;
            let mut encoder = ZlibEncoder::new(file, Compression::fast());
            write!(encoder, "{} {}\0", kind.name(), data.len())?;
            encoder.write_all(data)?;
            encoder.finish()?;
            sys::chmod(&temporary, sys::Mode::new(0o444))?;
            std::fs::rename(os(&temporary), os(&path))
        };
        store().map_err(|error| {
            let _ = std::fs::remove_file(os(&temporary));
            os_error("unable to write loose object file", &path, &error)
        })?;
        Ok(oid)
    }

    /// All ids that begin with the hexadecimal digits, each once, in order.
    pub fn with_prefix(&self, prefix: &[u8]) -> Vec<Oid> {
        let mut found = Vec::new();
        let mut low = prefix.to_ascii_lowercase();
        low.resize(40, b'0');
        let Some(low) = Oid::from_hex(&low) else {
            return found;
        };
        let matches = |oid: &Oid| oid.hex().as_bytes().starts_with(&prefix.to_ascii_lowercase());
        for folder in &self.folders {
            let first = &low.hex()[..2];
            let inside = [folder, &b"/"[..], first.as_bytes()].concat();
            for entry in std::fs::read_dir(os(&inside)).into_iter().flatten().flatten() {
                let hex = [first.as_bytes(), entry.file_name().as_encoded_bytes()].concat();
                found.extend(Oid::from_hex(&hex).filter(matches));
            }
        }
        for pack in self.packs() {
            let from = pack.lower_bound(&low);
            found.extend((from..pack.len()).map(|at| pack.oid(at)).take_while(matches));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// How many objects there are at most; it decides how long abbreviations are.
    pub fn estimate(&self) -> usize {
        let packed: usize = self.packs().iter().map(Pack::len).sum();
        // git looks at one of the 256 folders, too.
        let sample = [self.folder(), b"/17"].concat();
        packed + std::fs::read_dir(os(&sample)).into_iter().flatten().count() * 256
    }
}
