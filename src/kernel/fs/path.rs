//! From a path to a file: POSIX "Pathname Resolution".
//!
//! The walk is a loop over the caller's own bytes: it allocates nothing and clones one `Arc` for each component, until it meets a
//! symbolic link; then the link's target and what was left become the new path. It never recurses. It holds no lock between
//! components; each directory locks itself for its own lookup. [`Walk::find`] is the one place where a component is
//! looked up. Where only the file at the end counts ([`file`]), a process's cache is asked first ([`super::path_cache`]).
//!
//! <https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap04.html#tag_04_16>

use super::access::AccessMode;
use super::generation;
use super::inode::{FileType, InodeRef};
use super::mount::{Place, Vfs};
use super::path_cache::{PathCache, Question, Start};
use super::{NAME_MAX, PATH_MAX, SYMLOOP_MAX};
use crate::kernel::Kernel;
use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::file::{Location, OpenFile};
use crate::kernel::permission::{FileOps, Permissions, Request};
use crate::kernel::process::{Current, Process};
use crate::kernel::sync::{Owner, Private};
use core::ops::Range;
use std::borrow::Cow;
use std::sync::Arc;

/// On whose behalf a call is made: a process, or the page.
#[derive(Clone, Copy)]
pub struct Caller<'a> {
    /// The tree of files.
    pub vfs: &'a Vfs,
    /// The process; `None` for the page, which is root at `/` with umask 022.
    pub process: Option<&'a Process>,
    /// What has to be allowed; `None` for the kernel's own doings.
    permissions: Option<&'a Permissions>,
    /// The proof that this is the process's own thread; `None` elsewhere.
    owner: Option<&'a Owner>,
}

impl<'a> Caller<'a> {
    /// The page, as far as it acts for the kernel itself (mounting, making the first directories): it may do all.
    pub fn page(vfs: &'a Vfs) -> Self {
        Caller {
            vfs,
            process: None,
            permissions: None,
            owner: None,
        }
    }

    /// The page as a user of the kernel: what the kernel's permissions deny is denied to it too.
    pub fn user(kernel: &'a Kernel) -> Self {
        Caller {
            vfs: &kernel.vfs,
            process: None,
            permissions: Some(kernel.permissions()),
            owner: None,
        }
    }

    /// The same caller as the kernel's hand: nothing is asked.
    pub fn unchecked(self) -> Self {
        Caller {
            permissions: None,
            ..self
        }
    }

    /// Its current directory.
    pub fn cwd(&self) -> Place {
        self.process.map_or_else(|| self.vfs.root().clone(), Process::cwd)
    }

    /// The cache of its paths, on its own thread. Where what may be done is decided by path, each call has to find out the path anew.
    #[inline]
    fn paths(&self) -> Option<(&'a Private<PathCache>, &'a Owner)> {
        match self.permissions {
            Some(permissions) if !permissions.allows_all_files() => None,
            _ => Some((&self.process?.paths, self.owner?)),
        }
    }

    /// The question to the cache that a walk along `path` answers. `None` where the answer can't be kept.
    #[inline]
    fn question<'p>(&self, base: Base<'_>, path: &'p [u8], follow: Follow) -> Option<Question<'p>> {
        // Before the walk: what changes during it is not in its answer for certain.
        let settled = generation::settled()?;
        let start = match base {
            _ if path.first() == Some(&b'/') => Start::Root,
            Base::Root => Start::Root,
            Base::Cwd => Start::Cwd(self.process?.cwd_changes()),
            Base::Dir(file) => {
                let inode = file.inode().ok()?;
                Start::Directory(inode.dev(), inode.ino())
            }
        };
        Question::new(settled, start, path, follow, (self.uid(), self.gid()))
    }

    /// Its file mode creation mask.
    pub fn umask(&self) -> u32 {
        self.process.map_or(0o022, Process::umask)
    }

    /// Its user.
    pub fn uid(&self) -> u32 {
        self.process.map_or(0, Process::uid)
    }

    /// Its group.
    pub fn gid(&self) -> u32 {
        self.process.map_or(0, Process::gid)
    }

    /// EACCES unless the mode bits of `inode` grant `wanted`.
    #[inline]
    pub fn require_mode(&self, inode: &InodeRef, wanted: AccessMode) -> Result<()> {
        // Root may do all but execute what nobody may, which is `exec`'s to see.
        match self.uid() {
            0 => Ok(()),
            uid => AccessMode::granted(&inode.stat(), uid, self.gid()).require(wanted),
        }
    }

    /// EACCES unless names may be made and removed in `directory`.
    pub fn require_changeable(&self, directory: &InodeRef) -> Result<()> {
        self.require_mode(directory, AccessMode::W_OK | AccessMode::X_OK)
    }

    /// EPERM if `directory` is sticky and neither it nor `victim` is the caller's.
    pub fn require_not_sticky(&self, directory: &InodeRef, victim: &InodeRef) -> Result<()> {
        const S_ISVTX: u32 = 0o1000;
        let uid = self.uid();
        if uid == 0 {
            return Ok(());
        }
        let stat = directory.stat();
        if stat.mode & S_ISVTX != 0 && stat.uid != uid && victim.stat().uid != uid {
            return Err(Error::new(
                Errno::EPERM,
                "the directory is sticky and the file somebody else's",
            ));
        }
        Ok(())
    }

    /// EPERM unless `inode` is the caller's.
    pub fn require_owner(&self, inode: &InodeRef) -> Result<()> {
        match self.uid() {
            0 => Ok(()),
            uid if inode.stat().uid == uid => Ok(()),
            _ => Err(Error::new(Errno::EPERM, "the file is somebody else's")),
        }
    }

    /// Asks for `ops` on `rest`, a name or a path in `parent`; `inode` is what is there now.
    #[inline]
    fn permit(&self, ops: FileOps, parent: &Place, rest: &[u8], inode: Option<&InodeRef>) -> Result<()> {
        match self.permissions {
            Some(permissions) if !permissions.allows_all_files() => {
                if let Some(file) = inode.and_then(|inode| inode.stands_for()) {
                    return self.permit_open(ops, file);
                }
                let mut path = self.vfs.path_of(parent)?;
                if path.len() > 1 {
                    path.push(b'/');
                }
                path.extend_from_slice(rest);
                self.permit_path(permissions, ops, path, inode)
            }
            _ => Ok(()),
        }
    }

    /// Asks for `ops` on a directory.
    #[inline]
    pub fn permit_directory(&self, ops: FileOps, place: &Place) -> Result<()> {
        match self.permissions {
            Some(permissions) if !permissions.allows_all_files() => {
                self.permit_path(permissions, ops, self.vfs.path_of(place)?, Some(&place.inode))
            }
            _ => Ok(()),
        }
    }

    /// Asks for `ops` on an open file, which may have been moved since it was opened. What is in no file system may be done.
    pub fn permit_open(&self, ops: FileOps, file: &OpenFile) -> Result<()> {
        match (self.permissions, file.path(self.vfs)) {
            (Some(permissions), Some(path)) if !permissions.allows_all_files() => {
                self.permit_path(permissions, ops, path, file.inode().ok())
            }
            _ => Ok(()),
        }
    }

    #[cold]
    fn permit_path(
        &self,
        permissions: &Permissions,
        ops: FileOps,
        path: Vec<u8>,
        inode: Option<&InodeRef>,
    ) -> Result<()> {
        for op in ops.each() {
            let request = Request::File {
                op,
                path: path.clone(),
            };
            permissions.require(request, inode.map(|inode| (inode.dev(), inode.ino())))?;
        }
        Ok(())
    }
}

impl<'a> From<&'a Process> for Caller<'a> {
    fn from(process: &'a Process) -> Self {
        Caller {
            vfs: &process.kernel().vfs,
            process: Some(process),
            permissions: Some(process.kernel().permissions()),
            owner: None,
        }
    }
}

impl<'a> From<&'a Arc<Process>> for Caller<'a> {
    fn from(process: &'a Arc<Process>) -> Self {
        Caller::from(&**process)
    }
}

impl<'a> From<&'a Current> for Caller<'a> {
    fn from(current: &'a Current) -> Self {
        Caller {
            owner: Some(current.owner()),
            ..Caller::from(&**current)
        }
    }
}

/// Where a relative path starts.
#[derive(Clone, Copy)]
pub enum Base<'a> {
    /// At `/` (WASI's preopened directory).
    Root,
    /// At the caller's current directory.
    Cwd,
    /// At an open directory; ENOTDIR if it is something else.
    Dir(&'a OpenFile),
}

/// What to do with a symbolic link at the end of the path. A path that ends in a slash always follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Follow {
    /// The file that it leads to.
    Yes,
    /// The link itself.
    No,
}

/// How a path ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Last<'p> {
    /// With a name.
    Name(Cow<'p, [u8]>),
    /// With `.`.
    Dot,
    /// With `..`.
    DotDot,
    /// It is slashes only.
    Root,
}

/// A path whose last component was not looked up: the directory, and the name in it.
pub struct Entry<'p> {
    /// The directory; for a path that ends in `.` or `..`, the one before that.
    pub parent: Place,
    /// The last component.
    pub last: Last<'p>,
    /// Whether a slash follows it: it must be a directory.
    pub slash: bool,
}

impl Entry<'_> {
    /// The name; for `.`, `..` and `/` the error `otherwise`.
    pub fn name(&self, otherwise: Errno) -> Result<&[u8]> {
        match &self.last {
            Last::Name(name) => Ok(name),
            _ => Err(Error::new(otherwise, "the path ends in . or .. or is the root")),
        }
    }

    /// The file of that name, not followed, not crossed into what is mounted on it. ENOENT.
    pub fn find(&self, caller: &Caller<'_>, name: &[u8]) -> Result<InodeRef> {
        find(caller, &self.parent, name)
    }

    /// EBUSY if something is mounted on `inode`, a child of the directory.
    pub fn check_not_covered(&self, caller: &Caller<'_>, inode: &InodeRef) -> Result<()> {
        match caller.vfs.cover(&self.parent.mount, inode) {
            Some(_) => Err(Error::new(Errno::EBUSY, "a file system is mounted on it")),
            None => Ok(()),
        }
    }
}

/// What a path leads to.
pub enum Target<'p> {
    /// A file (a directory if the path ended in a slash), and the name by which it was found if it is none.
    Found(Place, Option<Location>),
    /// A name that is not there, in a directory that is.
    Missing(Entry<'p>),
}

/// The existing file at `path`, on which the caller may do `ops`; where in the tree it stands is not told. Errors as [`existing`].
#[inline]
pub fn file(
    caller: &Caller<'_>,
    base: Base<'_>,
    path: &[u8],
    follow: Follow,
    ops: FileOps,
) -> Result<InodeRef> {
    let Some((paths, owner)) = caller.paths() else {
        return Ok(existing(caller, base, path, follow, ops)?.inode);
    };
    let Some(question) = caller.question(base, path, follow) else {
        return Ok(existing(caller, base, path, follow, ops)?.inode);
    };
    if let Some(file) = paths.with(owner, |paths| paths.get(&question)) {
        return Ok(file);
    }
    let found = resolve(Walk::begin(*caller, base, path, ops)?, follow, Locate::No)?;
    let Target::Found(place, _) = found.target else {
        return Err(Errno::ENOENT.into());
    };
    if found.keeps {
        paths.with(owner, |paths| paths.put(&question, &place.inode));
    }
    Ok(place.inode)
}

/// The existing file at `path`, on which the caller may do `ops`. ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG, EACCES.
pub fn existing(
    caller: &Caller<'_>,
    base: Base<'_>,
    path: &[u8],
    follow: Follow,
    ops: FileOps,
) -> Result<Place> {
    match resolve(Walk::begin(*caller, base, path, ops)?, follow, Locate::No)?.target {
        Target::Found(place, _) => Ok(place),
        Target::Missing(_) => Err(Errno::ENOENT.into()),
    }
}

/// What `path` leads to, or where it would stand; on which the caller may do `ops`.
pub fn target<'p>(
    caller: &Caller<'_>,
    base: Base<'_>,
    path: &'p [u8],
    follow: Follow,
    ops: FileOps,
) -> Result<Target<'p>> {
    Ok(resolve(Walk::begin(*caller, base, path, ops)?, follow, Locate::Yes)?.target)
}

/// Whether the name of what is found is to be told: that takes memory.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Locate {
    Yes,
    No,
}

/// The end of a walk.
struct Found<'p> {
    target: Target<'p>,
    /// Whether all file systems on the way [keep their names](super::FileSystem::keeps_names).
    keeps: bool,
}

fn resolve<'p>(mut walk: Walk<'_, 'p>, follow: Follow, locate: Locate) -> Result<Found<'p>> {
    let (caller, ops) = (walk.caller, walk.ops);
    loop {
        let Some(part) = walk.advance()? else {
            return walk.found_directory();
        };
        match walk.trail.name(&part) {
            b"." => return walk.found_directory(),
            b".." => {
                walk.up()?;
                return walk.found_directory();
            }
            _ => {}
        }
        let inode = match walk.find(&part) {
            Ok(inode) => inode,
            Err(Error {
                errno: Errno::ENOENT, ..
            }) => {
                caller.permit(ops, &walk.at, walk.trail.name(&part), None)?;
                let last = Last::Name(walk.trail.into_name(&part));
                let entry = Entry {
                    parent: walk.at,
                    last,
                    slash: part.slash,
                };
                return Ok(Found {
                    target: Target::Missing(entry),
                    keeps: false,
                });
            }
            Err(error) => return Err(error),
        };
        let file_type = inode.file_type();
        if file_type == FileType::Symlink && (follow == Follow::Yes || part.slash) {
            match walk.follow(&inode)? {
                Followed::Path => continue,
                Followed::Directory => return walk.found_directory(),
                Followed::File(_) if part.slash => return Err(Errno::ENOTDIR.into()),
                Followed::File(inode) => return walk.found_elsewhere(inode),
            }
        }
        caller.permit(ops, &walk.at, walk.trail.name(&part), Some(&inode))?;
        if part.slash && file_type != FileType::Directory {
            return Err(Errno::ENOTDIR.into());
        }
        let location = (locate == Locate::Yes && file_type != FileType::Directory).then(|| {
            let elsewhere = inode.stands_for().and_then(|file| file.location().cloned());
            elsewhere.unwrap_or_else(|| Location {
                parent: walk.at.clone(),
                name: walk.trail.name(&part).into(),
            })
        });
        walk.enter(inode, file_type)?;
        return Ok(walk.found(location));
    }
}

/// The directory and the name that `path` ends in, with which the caller may do `ops`. ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG, EACCES.
pub fn entry<'p>(caller: &Caller<'_>, base: Base<'_>, path: &'p [u8], ops: FileOps) -> Result<Entry<'p>> {
    let mut walk = Walk::begin(*caller, base, path, ops)?;
    let Some(part) = walk.advance()? else {
        return Ok(Entry {
            parent: walk.at,
            last: Last::Root,
            slash: true,
        });
    };
    let last = match walk.trail.name(&part) {
        b"." => Last::Dot,
        b".." => Last::DotDot,
        name if name.len() > NAME_MAX => return Err(Errno::ENAMETOOLONG.into()),
        name => {
            let asks = caller
                .permissions
                .is_some_and(|permissions| permissions.policy().fs.asks());
            let inode = if asks {
                find(caller, &walk.at, name).ok()
            } else {
                None
            };
            caller.permit(ops, &walk.at, name, inode.as_ref())?;
            Last::Name(walk.trail.into_name(&part))
        }
    };
    Ok(Entry {
        parent: walk.at,
        last,
        slash: part.slash,
    })
}

/// What is left of the path: the caller's bytes, or those that a symbolic link put in their place.
struct Trail<'p> {
    text: Cow<'p, [u8]>,
    /// Where the next component starts; not at a slash.
    next: usize,
}

/// One component.
struct Part {
    range: Range<usize>,
    slash: bool,
    last: bool,
}

fn skip_slashes(text: &[u8], from: usize) -> usize {
    text[from..]
        .iter()
        .position(|&byte| byte != b'/')
        .map_or(text.len(), |at| from + at)
}

impl<'p> Trail<'p> {
    fn new(text: Cow<'p, [u8]>) -> Self {
        let next = skip_slashes(&text, 0);
        Trail { text, next }
    }

    fn next(&mut self) -> Option<Part> {
        let (text, start) = (&*self.text, self.next);
        if start == text.len() {
            return None;
        }
        let end = text[start..]
            .iter()
            .position(|&byte| byte == b'/')
            .map_or(text.len(), |at| start + at);
        self.next = skip_slashes(text, end);
        Some(Part {
            range: start..end,
            slash: self.next > end,
            last: self.next == text.len(),
        })
    }

    fn name(&self, part: &Part) -> &[u8] {
        &self.text[part.range.clone()]
    }

    fn into_name(self, part: &Part) -> Cow<'p, [u8]> {
        match self.text {
            Cow::Borrowed(text) => Cow::Borrowed(&text[part.range.clone()]),
            Cow::Owned(text) => Cow::Owned(text[part.range.clone()].to_vec()),
        }
    }
}

/// A walk under way.
struct Walk<'a, 'p> {
    caller: Caller<'a>,
    /// A directory, always.
    at: Place,
    trail: Trail<'p>,
    links: u32,
    /// What is to be done at the end.
    ops: FileOps,
    /// Whether all file systems so far keep their names.
    keeps: bool,
}

/// Where a symbolic link led.
enum Followed {
    /// Its target is now in front of the path.
    Path,
    /// To a directory, where the walk is now.
    Directory,
    /// To a file that is no directory.
    File(InodeRef),
}

fn find(caller: &Caller<'_>, at: &Place, name: &[u8]) -> Result<InodeRef> {
    if name.len() > NAME_MAX {
        return Err(Errno::ENAMETOOLONG.into());
    }
    caller.require_mode(&at.inode, AccessMode::X_OK)?;
    at.inode.lookup(name, caller.process)
}

impl<'a, 'p> Walk<'a, 'p> {
    fn begin(caller: Caller<'a>, base: Base<'_>, path: &'p [u8], ops: FileOps) -> Result<Self> {
        if path.is_empty() {
            return Err(Error::new(Errno::ENOENT, "the path is empty"));
        }
        if path.len() >= PATH_MAX {
            return Err(Errno::ENAMETOOLONG.into());
        }
        let at = match base {
            _ if path[0] == b'/' => caller.vfs.root().clone(),
            Base::Root => caller.vfs.root().clone(),
            Base::Cwd => caller.cwd(),
            Base::Dir(file) => caller.vfs.place_of_directory(file)?,
        };
        Ok(Walk {
            caller,
            keeps: at.mount.keeps_names(),
            at,
            trail: Trail::new(Cow::Borrowed(path)),
            links: 0,
            ops,
        })
    }

    /// The directory where the walk is, as its end.
    fn found_directory(self) -> Result<Found<'p>> {
        self.caller.permit_directory(self.ops, &self.at)?;
        Ok(self.found(None))
    }

    /// Where the walk is, as its end.
    #[inline]
    fn found(self, location: Option<Location>) -> Found<'p> {
        Found {
            keeps: self.keeps,
            target: Target::Found(self.at, location),
        }
    }

    /// Goes to a file of another mount.
    fn go(&mut self, place: Place) {
        self.keeps &= place.mount.keeps_names();
        self.at = place;
    }

    /// Walks to the directory of the last component, and answers that component; `None` when the path is slashes only.
    fn advance(&mut self) -> Result<Option<Part>> {
        loop {
            let Some(part) = self.trail.next() else {
                return Ok(None);
            };
            if part.last {
                return Ok(Some(part));
            }
            self.step(&part)?;
        }
    }

    /// Goes through a component that others follow.
    fn step(&mut self, part: &Part) -> Result<()> {
        match self.trail.name(part) {
            b"." => return Ok(()),
            b".." => return self.up(),
            _ => {}
        }
        let inode = self.find(part).map_err(|error| self.stopped(part, error))?;
        match inode.file_type() {
            FileType::Directory => self.enter(inode, FileType::Directory),
            FileType::Symlink => match self.follow(&inode)? {
                Followed::Path | Followed::Directory => Ok(()),
                Followed::File(_) => Err(self.stopped(part, Errno::ENOTDIR.into())),
            },
            _ => Err(self.stopped(part, Errno::ENOTDIR.into())),
        }
    }

    /// What to say of a path that ends before its last component: not even that, to a caller who may not look there.
    #[cold]
    fn stopped(&self, part: &Part, error: Error) -> Error {
        let rest = self.trail.text[part.range.start..].trim_ascii_end();
        self.caller
            .permit(self.ops, &self.at, rest, None)
            .err()
            .unwrap_or(error)
    }

    /// Looks a component up.
    #[inline]
    fn find(&self, part: &Part) -> Result<InodeRef> {
        find(&self.caller, &self.at, self.trail.name(part))
    }

    /// Goes to `inode`, found in this directory, or to the root of what is mounted on it.
    #[inline]
    fn enter(&mut self, inode: InodeRef, file_type: FileType) -> Result<()> {
        if file_type == FileType::Directory {
            if inode.dev() != self.at.mount.dev() {
                // A directory of elsewhere, by `/dev/fd` or `/proc`.
                self.at.mount = self.caller.vfs.mount_of(inode.dev())?;
            }
            if let Some(mount) = self.caller.vfs.cover(&self.at.mount, &inode) {
                self.go(Place {
                    inode: mount.root().clone(),
                    mount,
                });
                return Ok(());
            }
        }
        self.at.inode = inode;
        Ok(())
    }

    /// Goes to `..`, out of the mount where this is its root. The root's is the root.
    fn up(&mut self) -> Result<()> {
        while self.at.is_mount_root() {
            match self.at.mount.covers().cloned() {
                Some(covered) => self.go(covered),
                None => return Ok(()),
            }
        }
        let parent = self.at.inode.parent()?;
        self.enter(parent, FileType::Directory)
    }

    /// The end of a walk at what a link led to without a path.
    #[cold]
    fn found_elsewhere(mut self, inode: InodeRef) -> Result<Found<'p>> {
        // It stands for an open file: no name of this directory is asked for.
        self.caller.permit(self.ops, &self.at, b"", Some(&inode))?;
        let location = inode.stands_for().and_then(|file| file.location().cloned());
        if let Ok(mount) = self.caller.vfs.mount_of(inode.dev()) {
            self.at.mount = mount;
        }
        self.at.inode = inode;
        Ok(self.found(location))
    }

    /// Puts a symbolic link's target in front of what is left of the path, or goes where it leads without one. ELOOP, ENOENT if
    /// it is empty.
    #[cold]
    fn follow(&mut self, link: &InodeRef) -> Result<Followed> {
        self.links += 1;
        if self.links > SYMLOOP_MAX {
            return Err(Errno::ELOOP.into());
        }
        match link.destination(self.caller.process)? {
            Some(directory) if directory.file_type() == FileType::Directory => {
                self.enter(directory, FileType::Directory)?;
                return Ok(Followed::Directory);
            }
            Some(file) => return Ok(Followed::File(file)),
            None => {}
        }
        let target = link.readlink()?;
        if target.is_empty() {
            return Err(Errno::ENOENT.into());
        }
        if target[0] == b'/' {
            self.go(self.caller.vfs.root().clone());
        }
        let rest = &self.trail.text[self.trail.next..];
        let ended_in_slash = self.trail.text.last() == Some(&b'/');
        let mut text = Vec::new();
        text.try_reserve_exact(target.len() + 1 + rest.len())
            .map_err(|_| Errno::ENOMEM)?;
        text.extend_from_slice(&target);
        if !rest.is_empty() || ended_in_slash {
            text.push(b'/');
        }
        text.extend_from_slice(rest);
        self.trail = Trail::new(Cow::Owned(text));
        Ok(Followed::Path)
    }
}
