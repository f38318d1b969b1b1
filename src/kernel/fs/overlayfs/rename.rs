//! rename(2) within an overlay.
//!
//! The source is copied up and moved in the upper layer, in one step. Its old name is whited out before that, when the upper one still stands over
//! it, and what stood at the new name below is whited out after, when the upper one does: so the new name is there at every moment.

use super::directory::optional;
use super::node::Node;
use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::fs::{FileType, Inode};
use std::sync::Arc;

impl Node {
    /// Whether it is `other` or below it. Only while nobody else changes names.
    fn is_within(&self, other: &Node) -> Result<bool> {
        let mut at = self.me()?;
        loop {
            if core::ptr::eq(&*at, other) {
                return Ok(true);
            }
            let above = at.state().at.as_ref().map(|(parent, _)| parent.clone());
            match above {
                Some(parent) => at = parent,
                None => return Ok(false),
            }
        }
    }

    /// Renames `name` to `new_name` in `to`, replacing what is there. ENOENT, EINVAL, EISDIR, ENOTDIR, ENOTEMPTY, EROFS, ENOSPC.
    pub(super) fn rename_child(&self, name: &[u8], to: &Node, new_name: &[u8]) -> Result<()> {
        to.check_new_name(new_name)?;
        self.shared.writable()?;
        loop {
            let source = self.look(name, None)?;
            let staged = match source.file_type() {
                FileType::Directory => None,
                _ => source.stage(u64::MAX, None)?,
            };
            let changing = self.shared.change();
            if !Arc::ptr_eq(&source, &self.look(name, None)?) {
                // It was exchanged while it was being copied.
                continue;
            }
            let target = optional(to.look(new_name, None))?;
            if target.as_ref().is_some_and(|target| Arc::ptr_eq(target, &source)) {
                return Ok(());
            }
            self.check_rename(&source, to, target.as_deref())?;
            let (old, new) = (self.standing(name)?, to.standing(new_name)?);
            // From here on the lower layer is not asked.
            let (from_directory, to_directory) =
                (self.upper_directory(&changing)?, to.upper_directory(&changing)?);
            match source.file_type() {
                FileType::Directory => drop(source.upper_directory(&changing)?),
                _ => {
                    source.install(staged, &changing)?;
                    source.take_up_name(self, name, &changing)?;
                }
            }
            to.reserve_whiteout()?;
            let covered = old.lower && self.white_out(name)?;
            let replaced_directory = target
                .as_ref()
                .filter(|target| target.file_type() == FileType::Directory);
            if let Some(directory) = replaced_directory {
                directory.state().removed = true;
            }
            if let Err(error) = from_directory.rename(name, &to_directory, new_name) {
                if covered {
                    self.uncover(name);
                }
                if let Some(directory) = replaced_directory {
                    directory.state().removed = false;
                }
                return Err(error);
            }
            if new.lower {
                to.white_out(new_name)?;
            }
            if let Some(directory) = replaced_directory {
                to.state().lost += u32::from(!new.upper);
                directory.forget();
            } else if let Some(file) = &target {
                file.lost_name(new.upper)?;
            }
            return source.moved_to(to, new_name);
        }
    }

    fn check_rename(&self, source: &Node, to: &Node, target: Option<&Node>) -> Result<()> {
        let is_directory = source.file_type() == FileType::Directory;
        if is_directory && to.is_within(source)? {
            return Err(Error::new(
                Errno::EINVAL,
                "a directory can't be moved into itself",
            ));
        }
        let Some(target) = target else { return Ok(()) };
        match (is_directory, target.file_type() == FileType::Directory) {
            // As on Linux also when no directory is moved.
            (_, true) if self.is_within(target)? => Err(Errno::ENOTEMPTY.into()),
            (true, false) => Err(Errno::ENOTDIR.into()),
            (false, true) => Err(Errno::EISDIR.into()),
            (true, true) => target.require_empty(),
            (false, false) => Ok(()),
        }
    }

    /// Room for one whiteout. ENOMEM.
    fn reserve_whiteout(&self) -> Result<()> {
        let short = Error::new(Errno::ENOMEM, "out of memory for a whiteout");
        self.state().whiteouts.try_reserve(1).map_err(|_| short)
    }

    fn moved_to(&self, to: &Node, name: &[u8]) -> Result<()> {
        let to = to.me()?;
        let mut table = self.shared.table();
        table.count_rename();
        // Lock order: the table -> a node's state.
        let old = self.state().at.replace((to, name.into()));
        drop(table);
        drop(old);
        Ok(())
    }
}
