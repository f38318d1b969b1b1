//! Copying a file of the lower layer to the upper one.
//!
//! A copy is made in [`super::shared::WORK`] and moved to its place when it is complete, so that nobody ever sees a part of it; one that fails is
//! removed. Data is copied in slices and without a lock; only the last step takes the turn to change names.

use super::node::{Named, Node};
use super::shared::{Changing, Shared, times};
use crate::kernel::error::{Block, Errno, Error, Result};
use crate::kernel::fs::{FileType, Inode, InodeRef, NewNode, Stat, WritePosition};
use crate::kernel::io::VecSink;
use crate::kernel::process::Process;
use crate::kernel::question;
use std::sync::Arc;

/// Kernel code can't be terminated: so much is copied between looks at KILL.
const SLICE: usize = 65_536;
/// From the page, where each slice is a question.
const SLICE_OF_PAGE: usize = 1 << 20;

/// A copy that has no place yet. Dropped, it is gone; but while the page is being asked it is kept for the call's next run.
pub struct Staged(Option<Box<Copy>>);

struct Copy {
    shared: Arc<Shared>,
    /// The number of the node that it is a copy of.
    of: u64,
    work: InodeRef,
    name: Box<[u8]>,
    inode: InodeRef,
    /// How far it is complete.
    offset: u64,
    kept: bool,
}

impl Copy {
    fn new(shared: &Arc<Shared>, of: u64, stat: &Stat, target: Option<Box<[u8]>>) -> Result<Copy> {
        let work = shared.work()?;
        loop {
            let name = shared.copy_name();
            let node = NewNode {
                file_type: stat.file_type,
                mode: stat.mode,
                uid: stat.uid,
                gid: stat.gid,
                target: target.clone(),
            };
            match work.create(&name, node) {
                // Left by an overlay that was here before.
                Err(error) if error.errno == Errno::EEXIST => continue,
                inode => {
                    return Ok(Copy {
                        shared: shared.clone(),
                        of,
                        work,
                        name,
                        inode: inode?,
                        offset: 0,
                        kept: false,
                    });
                }
            }
        }
    }

    /// Copies data up to `limit`.
    fn fill(&mut self, lower: &InodeRef, limit: u64, process: Option<&Process>) -> Result<()> {
        let slice = if self.shared.lower_asks {
            SLICE_OF_PAGE
        } else {
            SLICE
        };
        while self.offset < limit {
            if process.is_some_and(|process| process.word().is_killed()) {
                return Err(Errno::EINTR.into());
            }
            let mark = question::mark();
            let wanted = usize::try_from(limit - self.offset).map_or(slice, |left| left.min(slice));
            let mut piece = VecSink::new(wanted);
            let count = lower.try_read_at(self.offset, &mut piece).map_err(failed)?;
            if count == 0 {
                break;
            }
            // Holes stay holes.
            if piece.bytes.iter().any(|&byte| byte != 0) {
                self.write(&piece.bytes)?;
            }
            self.offset += count as u64;
            // What was answered is in the copy now, and will not be asked again.
            question::settle_since(mark);
        }
        if self.inode.stat().size < self.offset {
            self.inode.truncate(self.offset)?;
        }
        Ok(())
    }

    fn write(&self, mut bytes: &[u8]) -> Result<()> {
        let mut at = self.offset;
        while !bytes.is_empty() {
            let (count, after) = self
                .inode
                .try_write_at(WritePosition::At(at), &mut bytes)
                .map_err(failed)?;
            if count == 0 {
                return Err(Error::new(Errno::EIO, "the upper layer takes nothing"));
            }
            at = after;
        }
        Ok(())
    }
}

impl Staged {
    /// One that is complete, or not begun.
    fn holding(copy: Box<Copy>) -> Self {
        Staged(Some(copy))
    }

    fn copy(&mut self) -> Result<&mut Copy> {
        // It is there until it is dropped.
        Ok(self.0.as_deref_mut().ok_or(Errno::EIO)?)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if let Some(copy) = self.0.take().filter(|_| question::is_asking()) {
            question::keep(copy);
        }
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        if !self.kept {
            // It has no name that anybody knows; if it can't be removed it stays hidden.
            let _gone = match self.inode.file_type() {
                FileType::Directory => self.work.rmdir(&self.name),
                _ => self.work.unlink(&self.name),
            };
        }
    }
}

fn failed(block: Block) -> Error {
    match block {
        Block::Failed(error) => error,
        Block::WouldBlock => Errno::EIO.into(),
    }
}

impl Node {
    /// The upper layer's file, copied up if need be, its data up to `limit`. EROFS, ENOSPC, EINTR when `process` is to die.
    pub(super) fn copied(&self, limit: u64, process: Option<&Process>) -> Result<InodeRef> {
        if let Some(upper) = self.upper() {
            return Ok(upper);
        }
        self.shared.writable()?;
        if self.file_type() == FileType::Directory {
            return self.upper_directory(&self.shared.change());
        }
        let staged = self.stage(limit, process)?;
        let changing = self.shared.change();
        self.install(staged, &changing)
    }

    /// A copy of a file that is no directory; `None` when it is in the upper layer already. What an asking call has copied is kept for
    /// its next run.
    pub(super) fn stage(&self, limit: u64, process: Option<&Process>) -> Result<Option<Staged>> {
        let state = self.state();
        let lower = match (&state.upper, &state.lower) {
            (None, Some(lower)) => lower.clone(),
            _ => return Ok(None),
        };
        drop(state);
        let mine = |copy: &Copy| copy.of == self.ino() && Arc::ptr_eq(&copy.shared, &self.shared);
        let stat = lower.stat();
        let copy = match question::take_kept(mine) {
            Some(copy) => copy,
            None => {
                let target = match stat.file_type {
                    FileType::Symlink => Some(lower.readlink()?),
                    _ => None,
                };
                Box::new(Copy::new(&self.shared, self.ino(), &stat, target)?)
            }
        };
        let mut staged = Staged::holding(copy);
        let copy = staged.copy()?;
        if stat.file_type == FileType::Regular {
            copy.fill(&lower, limit, process)?;
        }
        copy.inode.set_attr(times(stat.atime_ns, stat.mtime_ns))?;
        Ok(Some(staged))
    }

    /// Puts a copy in its place: where the file was found last, if that still is its name.
    pub(super) fn install(&self, staged: Option<Staged>, changing: &Changing<'_>) -> Result<InodeRef> {
        if let Some(upper) = self.upper() {
            return Ok(upper);
        }
        // Only files of the lower layer alone are staged.
        let mut staged = staged.ok_or(Errno::EIO)?;
        let copy = staged.copy()?;
        let upper = copy.inode.clone();
        let me = self.me()?;
        let place = self.lower_place()?;
        let directory = match &place {
            Some((parent, _)) => Some(parent.upper_directory(changing)?),
            None => None,
        };
        let state = self.state();
        let (lower, lost) = (state.lower.clone(), state.lost);
        drop(state);
        let links = lower.map_or(0, |lower| lower.stat().nlink);
        // A copy of a file with other names stays in WORK too, where those find it.
        let indexed = links > 1 && links > lost;
        // The node is the copy's before the copy can be found.
        self.shared.table().pin_copy(&me, &upper);
        let mut state = self.state();
        state.upper = Some(upper.clone());
        state.index = indexed.then(|| copy.name.clone());
        drop(state);
        let installed = match (&place, &directory) {
            (Some((_, name)), Some(directory)) => keeping_times(directory, || match indexed {
                true => directory.link(name, &upper),
                false => copy.work.rename(&copy.name, directory, name),
            }),
            _ => Ok(()),
        };
        if let Err(error) = installed {
            let mut state = self.state();
            (state.upper, state.index) = (None, None);
            drop(state);
            self.shared.table().unlink_copy(&upper);
            return Err(error);
        }
        copy.kept = indexed || place.is_some();
        if place.is_some() {
            self.state().lost += 1;
        } else if !indexed {
            // Nothing leads to it but who has it open.
            self.forget();
        }
        self.drop_index()?;
        Ok(upper)
    }

    /// Where a file that was not copied up yet has a name: where it was found last, if nothing has changed there since.
    fn lower_place(&self) -> Result<Option<Named>> {
        let state = self.state();
        let Some((parent, name)) = state.at.clone() else {
            return Ok(None);
        };
        drop(state);
        let gone = parent.state().removed || parent.is_whiteout(&name) || parent.upper_at(&name)?.is_some();
        Ok((!gone).then_some((parent, name)))
    }

    /// Gives a file that was copied up under another name its name `name` in `parent` in the upper layer too.
    pub(super) fn take_up_name(&self, parent: &Node, name: &[u8], changing: &Changing<'_>) -> Result<()> {
        if parent.upper_at(name)?.is_some() {
            return Ok(());
        }
        let upper = self.upper().ok_or(Errno::EIO)?;
        let directory = parent.upper_directory(changing)?;
        keeping_times(&directory, || directory.link(name, &upper))?;
        self.state().lost += 1;
        self.drop_index()
    }

    /// The copy needs no name in WORK when none of the lower layer's names is left.
    pub(super) fn drop_index(&self) -> Result<()> {
        let state = self.state();
        let (lower, lost) = (state.lower.clone(), state.lost);
        let index = state.index.clone();
        drop(state);
        let left = lower.is_some_and(|lower| lower.stat().nlink > lost);
        if let Some(index) = index.filter(|_| !left) {
            self.shared.work()?.unlink(&index)?;
            self.state().index = None;
        }
        Ok(())
    }

    /// The directory in the upper layer, copied up with all above it if need be. ENOENT when it was removed.
    pub(super) fn upper_directory(&self, changing: &Changing<'_>) -> Result<InodeRef> {
        self.shared.writable()?;
        let mut missing = Vec::new();
        let mut at = self.me()?;
        let mut upper = loop {
            let state = at.state();
            if state.removed {
                return Err(Error::new(Errno::ENOENT, "the directory was removed"));
            }
            if let Some(upper) = &state.upper {
                break upper.clone();
            }
            let (parent, name) = state.at.clone().ok_or(Errno::EIO)?;
            drop(state);
            missing.push((at, name));
            at = parent;
        };
        while let Some((node, name)) = missing.pop() {
            upper = node.copy_up_directory(&at, &upper, &name, changing)?;
            at = node;
        }
        Ok(upper)
    }

    fn copy_up_directory(
        self: &Arc<Self>,
        parent: &Node,
        directory: &InodeRef,
        name: &[u8],
        _changing: &Changing<'_>,
    ) -> Result<InodeRef> {
        let lower = self.layers()?.1.ok_or(Errno::EIO)?;
        let stat = lower.stat();
        let mut copy = Copy::new(&self.shared, self.ino(), &stat, None)?;
        let upper = copy.inode.clone();
        upper.set_attr(times(stat.atime_ns, stat.mtime_ns))?;
        self.shared.table().pin_copy(self, &upper);
        self.state().upper = Some(upper.clone());
        let moved = keeping_times(directory, || copy.work.rename(&copy.name, directory, name));
        if let Err(error) = moved {
            self.state().upper = None;
            self.shared.table().unlink_copy(&upper);
            return Err(error);
        }
        copy.kept = true;
        parent.state().lost += 1;
        Ok(upper)
    }
}

/// A directory's times don't show that something was copied into it.
fn keeping_times(directory: &InodeRef, change: impl FnOnce() -> Result<()>) -> Result<()> {
    let before = directory.stat();
    change()?;
    directory.set_attr(times(before.atime_ns, before.mtime_ns))
}
