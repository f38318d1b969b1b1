//! Files for the page: what `VirtualFileSystem` and the kernel's convenience methods share. Nothing here waits.

use super::error::{JsResult, about};
use super::exec::bytes_of;
use crate::kernel::error::{Attempt, Block};
use crate::kernel::file::{OpenFile, OpenFlags};
use crate::kernel::fs::{DirEntry, FileType, Stat, Vfs};
use crate::kernel::io::{Sink, Source};
use crate::kernel::permission::DENIED;
use crate::kernel::syscall::path::{self, AccessMode, Base, Caller, Follow, SetTime};
use crate::kernel::{Errno, Error, Kernel, Result};
use js_sys::{Array, Object, Reflect, Uint8Array};
use std::sync::Arc;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/web/api.js")]
extern "C" {
    #[wasm_bindgen(js_name = makeStat)]
    fn make_stat(mode: u32, size: f64, times: Vec<f64>, ids: Vec<f64>) -> JsValue;
}

/// A tree of files, as the page uses it. Relative paths start at the root.
#[derive(Clone, Copy)]
pub struct Files<'a> {
    caller: Caller<'a>,
}

/// How much is read or written at once.
const PIECE: usize = 1 << 20;

/// A tree's files that are read whole: what has no end is refused.
fn is_finite(stat: &Stat) -> bool {
    stat.file_type == FileType::Regular || stat.rdev == NULL_DEVICE
}

/// `/dev/null`, Linux's 1:3.
const NULL_DEVICE: u64 = 0x103;

fn at_once<T>(attempt: Attempt<T>) -> Result<T> {
    attempt.map_err(|block| match block {
        Block::Failed(error) => error,
        Block::WouldBlock => Error::new(Errno::EAGAIN, "the page can't wait for it here"),
    })
}

impl<'a> Files<'a> {
    /// All of `vfs`.
    pub fn all(vfs: &'a Vfs) -> Self {
        Files {
            caller: Caller::page(vfs),
        }
    }

    /// A kernel's files, as far as its permissions go.
    pub fn of(kernel: &'a Kernel) -> Self {
        Files {
            caller: Caller::user(kernel),
        }
    }

    fn caller(self) -> Caller<'a> {
        self.caller
    }

    fn open(self, path: &str, flags: OpenFlags) -> Result<Arc<OpenFile>> {
        path::open_file(self.caller(), Base::Root, path.as_bytes(), flags, 0o666)
    }

    /// The whole content.
    pub fn read(self, path: &str) -> JsResult<Uint8Array> {
        let read = || {
            let file = self.open(path, OpenFlags::O_NONBLOCK)?;
            let stat = file.stat();
            match stat.file_type {
                FileType::Directory => return Err(Errno::EISDIR.into()),
                _ if !is_finite(&stat) => return Err(Error::new(Errno::EINVAL, "it has no end")),
                _ => {}
            }
            read_range(&file, 0, stat.size)
        };
        read().map_err(|error| about(error, path))
    }

    /// At most `length` bytes at `offset`.
    pub fn pread(self, path: &str, offset: f64, length: f64) -> JsResult<Uint8Array> {
        let read = || {
            let file = self.open(path, OpenFlags::O_NONBLOCK)?;
            let size = file.stat().size;
            let offset = offset.max(0.0) as u64;
            read_range(
                &file,
                offset,
                (length.max(0.0) as u64).min(size.saturating_sub(offset)),
            )
        };
        read().map_err(|error| about(error, path))
    }

    /// Replaces the content, making the file if need be.
    pub fn write(self, path: &str, content: &JsValue) -> JsResult<()> {
        let bytes = bytes_of(content)?;
        let flags = OpenFlags::O_WRONLY | OpenFlags::O_CREAT | OpenFlags::O_TRUNC | OpenFlags::O_NONBLOCK;
        let write = || write_range(&*self.open(path, flags)?, 0, bytes.clone());
        write().map_err(|error| about(error, path))
    }

    /// Writes at `offset` into a file that is there.
    pub fn pwrite(self, path: &str, offset: f64, data: &JsValue) -> JsResult<()> {
        let bytes = bytes_of(data)?;
        let flags = OpenFlags::O_WRONLY | OpenFlags::O_NONBLOCK;
        let write = || write_range(&*self.open(path, flags)?, offset.max(0.0) as u64, bytes.clone());
        write().map_err(|error| about(error, path))
    }

    fn entries(self, path: &str) -> JsResult<Vec<DirEntry>> {
        let list = || {
            let file = self.open(path, OpenFlags::O_DIRECTORY)?;
            let mut entries = Vec::new();
            path::read_dir(self.caller(), &file, 0, |entry| {
                if &*entry.name != b"." && &*entry.name != b".." {
                    entries.push(entry);
                }
                true
            })?;
            Ok(entries)
        };
        let mut entries = list().map_err(|error: Error| about(error, path))?;
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    /// The names in a directory, sorted, without `.` and `..`.
    pub fn read_dir(self, path: &str) -> JsResult<Array> {
        Ok(self
            .entries(path)?
            .iter()
            .map(|entry| JsValue::from(text(&entry.name)))
            .collect())
    }

    /// The same, with what each is.
    pub fn read_dir_with_types(self, path: &str) -> JsResult<Array> {
        let described = |entry: &DirEntry| {
            let object = Object::new();
            let set = |name: &str, value: JsValue| {
                let _is_set = Reflect::set(&object, &name.into(), &value);
            };
            set("name", text(&entry.name).into());
            set("isDirectory", (entry.file_type == FileType::Directory).into());
            set("isSymbolicLink", (entry.file_type == FileType::Symlink).into());
            JsValue::from(object)
        };
        Ok(self.entries(path)?.iter().map(described).collect())
    }

    /// mkdir(2); with `recursive` also its parents, and it may be there already.
    pub fn mkdir(self, path: &str, recursive: bool) -> JsResult<()> {
        let made = if recursive {
            self.make_path(path)
        } else {
            self.make_directory(path)
        };
        made.map_err(|error| about(error, path))
    }

    /// A `VirtualFileSystem`'s createDir: mkdir(2), which permissions know by a name of its own.
    pub fn create_dir(self, path: &str) -> JsResult<()> {
        path::create_dir(self.caller(), Base::Root, path.as_bytes(), 0o777)
            .map_err(|error| about(error, path))
    }

    fn make_directory(self, path: &str) -> Result<()> {
        path::mkdir(self.caller(), Base::Root, path.as_bytes(), 0o777)
    }

    /// mkdir -p.
    pub fn make_path(self, path: &str) -> Result<()> {
        let mut ends: Vec<usize> = path
            .match_indices('/')
            .map(|(at, _)| at)
            .filter(|&at| at > 0)
            .collect();
        ends.push(path.len());
        for end in ends {
            match self.make_directory(&path[..end]) {
                Err(error) if error.errno == Errno::EEXIST => {}
                other => other?,
            }
        }
        match self.stat_of(path, Follow::Yes)?.file_type {
            FileType::Directory => Ok(()),
            _ => Err(Errno::EEXIST.into()),
        }
    }

    fn stat_of(self, path: &str, follow: Follow) -> Result<Stat> {
        path::stat(self.caller(), Base::Root, path.as_bytes(), follow)
    }

    /// stat(2), lstat(2).
    pub fn stat(self, path: &str, follow: Follow) -> JsResult<JsValue> {
        self.stat_of(path, follow)
            .map(|stat| stat_object(&stat))
            .map_err(|error| about(error, path))
    }

    /// Whether something is there. EACCES when that is nobody's business.
    pub fn exists(self, path: &str) -> JsResult<bool> {
        let found = path::access(
            self.caller(),
            Base::Root,
            path.as_bytes(),
            AccessMode::empty(),
            Follow::Yes,
        );
        match found {
            Err(denied) if denied == DENIED => Err(about(denied, path)),
            found => Ok(found.is_ok()),
        }
    }

    /// The path without links, `.` and `..`.
    pub fn realpath(self, path: &str) -> JsResult<String> {
        self.resolve(path).map_err(|error| about(error, path))
    }

    fn resolve(self, path: &str) -> Result<String> {
        path::realpath(self.caller(), Base::Root, path.as_bytes()).map(|real| text(&real))
    }

    /// unlink(2).
    pub fn unlink(self, path: &str) -> JsResult<()> {
        self.about(path, |caller, path| path::unlink(caller, Base::Root, path))
    }

    /// rmdir(2).
    pub fn rmdir(self, path: &str) -> JsResult<()> {
        self.about(path, |caller, path| path::rmdir(caller, Base::Root, path))
    }

    /// rename(2).
    pub fn rename(self, old: &str, new: &str) -> JsResult<()> {
        self.about(old, |caller, old| {
            path::rename(caller, Base::Root, old, Base::Root, new.as_bytes())
        })
    }

    /// symlink(2).
    pub fn symlink(self, target: &str, link: &str) -> JsResult<()> {
        self.about(link, |caller, link| {
            path::symlink(caller, target.as_bytes(), Base::Root, link)
        })
    }

    /// readlink(2).
    pub fn readlink(self, path: &str) -> JsResult<String> {
        self.about(path, |caller, path| {
            path::readlink(caller, Base::Root, path).map(|target| text(&target))
        })
    }

    /// link(2).
    pub fn link(self, old: &str, new: &str) -> JsResult<()> {
        self.about(old, |caller, old| {
            path::link(caller, Base::Root, old, Follow::No, Base::Root, new.as_bytes())
        })
    }

    /// chmod(2).
    pub fn chmod(self, path: &str, mode: u32) -> JsResult<()> {
        self.about(path, |caller, path| {
            path::chmod(caller, Base::Root, path, mode, Follow::Yes)
        })
    }

    /// chown(2).
    pub fn chown(self, path: &str, uid: u32, gid: u32) -> JsResult<()> {
        self.about(path, |caller, path| {
            path::chown(caller, Base::Root, path, Some(uid), Some(gid), Follow::Yes)
        })
    }

    /// utimes(2), in ms.
    pub fn utimes(self, path: &str, atime_ms: f64, mtime_ms: f64) -> JsResult<()> {
        let time = |ms: f64| SetTime::At((ms.max(0.0) * 1e6) as u64);
        self.about(path, |caller, path| {
            path::utimens(
                caller,
                Base::Root,
                path,
                time(atime_ms),
                time(mtime_ms),
                Follow::Yes,
            )
        })
    }

    /// truncate(2).
    pub fn truncate(self, path: &str, length: f64) -> JsResult<()> {
        self.about(path, |caller, path| {
            path::truncate(caller, Base::Root, path, length.max(0.0) as u64)
        })
    }

    fn about<T>(self, path: &str, call: impl FnOnce(Caller<'a>, &[u8]) -> Result<T>) -> JsResult<T> {
        call(self.caller(), path.as_bytes()).map_err(|error| about(error, path))
    }
}

/// Names are bytes; those that are no UTF-8 show as they best can.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Fills an array of the page's.
struct Filling {
    bytes: Uint8Array,
    at: u32,
    until: u32,
}

impl Sink for Filling {
    fn room(&self) -> usize {
        (self.until - self.at) as usize
    }
    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        let end = self.at + bytes.len() as u32;
        self.bytes.subarray(self.at, end).copy_from(bytes);
        self.at = end;
        Ok(())
    }
}

impl Source for Filling {
    fn remaining(&self) -> usize {
        (self.until - self.at) as usize
    }
    fn take(&mut self, into: &mut [u8]) -> Result<()> {
        let end = self.at + into.len() as u32;
        self.bytes.subarray(self.at, end).copy_to(into);
        self.at = end;
        Ok(())
    }
}

fn read_range(file: &OpenFile, offset: u64, length: u64) -> Result<Uint8Array> {
    let length = u32::try_from(length).map_err(|_| Errno::EFBIG)?;
    let mut filling = Filling {
        bytes: Uint8Array::new_with_length(length),
        at: 0,
        until: 0,
    };
    while filling.at < length {
        filling.until = length.min(filling.at + PIECE as u32);
        if at_once(file.try_pread(offset + u64::from(filling.at), &mut filling))? == 0 {
            return Ok(filling.bytes.slice(0, filling.at));
        }
    }
    Ok(filling.bytes)
}

fn write_range(file: &OpenFile, offset: u64, bytes: Uint8Array) -> Result<()> {
    let length = bytes.length();
    let mut filling = Filling {
        bytes,
        at: 0,
        until: 0,
    };
    while filling.at < length {
        filling.until = length.min(filling.at + PIECE as u32);
        at_once(file.try_pwrite(offset + u64::from(filling.at), &mut filling))?;
    }
    Ok(())
}

/// A `VirtualStat`.
pub fn stat_object(stat: &Stat) -> JsValue {
    let ms = |ns: u64| ns as f64 / 1e6;
    let times = vec![
        ms(stat.atime_ns),
        ms(stat.mtime_ns),
        ms(stat.ctime_ns),
        ms(stat.birthtime_ns),
    ];
    let ids = vec![
        stat.ino as f64,
        f64::from(stat.nlink),
        f64::from(stat.uid),
        f64::from(stat.gid),
        stat.blocks as f64,
        stat.dev as f64,
        stat.rdev as f64,
    ];
    make_stat(
        stat.file_type.mode_bits() | stat.mode,
        stat.size as f64,
        times,
        ids,
    )
}
