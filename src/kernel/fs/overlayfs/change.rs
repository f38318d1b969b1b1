//! Making and removing names: create, link, unlink, rmdir.

use super::directory::optional;
use super::node::Node;
use super::shared::Changing;
use crate::kernel::clock;
use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::fs::{FileType, Inode, InodeRef, NAME_MAX, NewNode, SetAttr};
use std::sync::Arc;

/// In which layers a name stands, and is seen or would be but for the other.
pub struct Standing {
    pub upper: bool,
    pub lower: bool,
}

impl Node {
    /// Whether `name` can be given to a file here. ENAMETOOLONG, EINVAL, EPERM for the one name that is the overlay's own.
    pub(super) fn check_new_name(&self, name: &[u8]) -> Result<()> {
        if name.len() > NAME_MAX {
            return Err(Errno::ENAMETOOLONG.into());
        }
        if matches!(name, b"" | b"." | b"..") || name.iter().any(|byte| matches!(byte, 0 | b'/')) {
            return Err(Error::new(Errno::EINVAL, "not a file name"));
        }
        if self.is_reserved(name) {
            return Err(Error::new(Errno::EPERM, "the name is the overlay's own"));
        }
        Ok(())
    }

    fn require_absent(&self, name: &[u8]) -> Result<()> {
        match optional(self.look(name, None))? {
            Some(_) => Err(Errno::EEXIST.into()),
            None => Ok(()),
        }
    }

    /// Makes `name`. EEXIST, EROFS, ENOENT, ENOSPC.
    pub(super) fn create_child(&self, name: &[u8], node: NewNode) -> Result<Arc<Node>> {
        self.check_new_name(name)?;
        let changing = self.shared.change();
        self.require_absent(name)?;
        let upper = self.upper_directory(&changing)?.create(name, node)?;
        self.made(name, upper)
    }

    /// link(2). EPERM, EEXIST, EROFS, ENOENT if the target has no name left, ENOSPC.
    pub(super) fn link_child(&self, name: &[u8], target: &Node) -> Result<()> {
        self.check_new_name(name)?;
        if target.file_type() == FileType::Directory {
            return Err(Error::new(Errno::EPERM, "a directory can't be linked"));
        }
        self.require_absent(name)?;
        self.shared.writable()?;
        let staged = target.stage(u64::MAX, None)?;
        let changing = self.shared.change();
        self.require_absent(name)?;
        if target.nlink() == 0 {
            return Err(Error::new(Errno::ENOENT, "the file has no name left"));
        }
        let directory = self.upper_directory(&changing)?;
        let upper = target.install(staged, &changing)?;
        directory.link(name, &upper)
    }

    /// The upper directory whose times will say that a name went: `None` where there is no room to copy it up. A full upper layer must
    /// not keep anybody from removing files.
    pub(super) fn directory_to_touch(&self, changing: &Changing<'_>) -> Result<Option<InodeRef>> {
        match self.upper_directory(changing) {
            Ok(directory) => Ok(Some(directory)),
            Err(error) if error.errno == Errno::ENOSPC => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// unlink(2). ENOENT, EISDIR, EROFS.
    pub(super) fn unlink_child(&self, name: &[u8]) -> Result<()> {
        let changing = self.shared.change();
        let node = self.look(name, None)?;
        if node.file_type() == FileType::Directory {
            return Err(Errno::EISDIR.into());
        }
        self.shared.writable()?;
        let standing = self.standing(name)?;
        self.take_away(name, &standing, &changing, |directory| directory.unlink(name))?;
        node.lost_name(standing.upper)
    }

    /// Asks both layers, before anything is done.
    pub(super) fn standing(&self, name: &[u8]) -> Result<Standing> {
        Ok(Standing {
            upper: self.upper_at(name)?.is_some(),
            lower: self.lower_at(name, None)?.is_some(),
        })
    }

    /// Takes `name` away in both layers; `remove` does it in the upper one.
    fn take_away(
        &self,
        name: &[u8],
        standing: &Standing,
        changing: &Changing<'_>,
        remove: impl FnOnce(&InodeRef) -> Result<()>,
    ) -> Result<()> {
        let directory = self.directory_to_touch(changing)?;
        let covered = standing.lower && self.white_out(name)?;
        let removed = match (standing.upper, &directory) {
            (true, Some(directory)) => remove(directory),
            (false, Some(directory)) => directory.set_attr(SetAttr {
                mtime_ns: Some(clock::realtime_ns()),
                ..SetAttr::default()
            }),
            _ => Ok(()),
        };
        if removed.is_err() && covered {
            self.uncover(name);
        }
        removed
    }

    /// A file that is no directory has lost a name: one of the upper layer, or one of the lower.
    pub(super) fn lost_name(&self, is_upper: bool) -> Result<()> {
        if !is_upper {
            self.state().lost += 1;
            self.drop_index()?;
        }
        if self.nlink() == 0 {
            self.forget();
        } else if self.state().lower.is_some() {
            // How many it has lost is known nowhere else.
            let me = self.me()?;
            self.shared.table().pin(&me);
        }
        Ok(())
    }

    /// rmdir(2). ENOENT, ENOTDIR, ENOTEMPTY, EROFS.
    pub(super) fn remove_directory(&self, name: &[u8]) -> Result<()> {
        let changing = self.shared.change();
        let node = self.look(name, None)?;
        if node.file_type() != FileType::Directory {
            return Err(Errno::ENOTDIR.into());
        }
        node.require_empty()?;
        self.shared.writable()?;
        let standing = self.standing(name)?;
        node.state().removed = true;
        match self.take_away(name, &standing, &changing, |directory| directory.rmdir(name)) {
            Ok(()) => {
                self.state().lost += u32::from(!standing.upper);
                node.forget();
                Ok(())
            }
            Err(error) => {
                node.state().removed = false;
                Err(error)
            }
        }
    }
}
