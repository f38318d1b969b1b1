//! Looking names up and listing them: two directories as one.

use super::node::Node;
use super::table::{lower_ino, number_of_lower};
use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::fs::{DirEntry, FileType, Inode, InodeRef};
use crate::kernel::process::Process;
use hashbrown::HashSet;
use std::sync::Arc;

/// ENOENT as `None`.
pub fn optional<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.errno == Errno::ENOENT => Ok(None),
        Err(error) => Err(error),
    }
}

impl Node {
    /// What stands at `name` in the upper layer.
    pub(super) fn upper_at(&self, name: &[u8]) -> Result<Option<InodeRef>> {
        match self.layers()?.0 {
            Some(upper) => optional(upper.lookup(name, None)),
            None => Ok(None),
        }
    }

    /// What stands at `name` in the lower layer, unless it is whited out.
    pub(super) fn lower_at(&self, name: &[u8], process: Option<&Process>) -> Result<Option<InodeRef>> {
        match self.layers()?.1 {
            Some(lower) if !self.is_whiteout(name) => optional(lower.lookup(name, process)),
            _ => Ok(None),
        }
    }

    pub(super) fn is_whiteout(&self, name: &[u8]) -> bool {
        self.state().whiteouts.contains(name)
    }

    /// The file `name`. ENOENT, ENOTDIR.
    pub(super) fn look(&self, name: &[u8], process: Option<&Process>) -> Result<Arc<Node>> {
        if self.is_reserved(name) {
            return Err(Errno::ENOENT.into());
        }
        loop {
            let renames = self.shared.table().renames();
            let upper = match self.layers()?.0 {
                Some(upper) => optional(upper.lookup(name, process))?,
                None => None,
            };
            let known = upper
                .as_ref()
                .and_then(|upper| self.shared.table().of_upper(upper));
            if let Some(known) = known {
                return Ok(known);
            }
            let lower = match &upper {
                Some(upper) if upper.file_type() != FileType::Directory => None,
                // A directory of both, unless something else was there below.
                Some(_) => self
                    .lower_at(name, process)?
                    .filter(|lower| lower.file_type() == FileType::Directory),
                None => Some(self.lower_at(name, process)?.ok_or(Errno::ENOENT)?),
            };
            if let Some(node) = self.child(name, upper, lower, renames)? {
                return Ok(node);
            }
        }
    }

    /// The node of what was found at `name`, when `renames` directories had been moved. `None` when one was moved since.
    fn child(
        &self,
        name: &[u8],
        upper: Option<InodeRef>,
        lower: Option<InodeRef>,
        renames: u64,
    ) -> Result<Option<Arc<Node>>> {
        let me = self.me()?;
        let shown = upper.as_ref().or(lower.as_ref()).cloned().ok_or(Errno::ENOENT)?;
        let mut table = self.shared.table();
        if table.renames() != renames {
            return Ok(None);
        }
        let number = match (&upper, &lower) {
            (_, Some(lower)) => lower_ino(&**lower),
            (Some(upper), None) => table.number_of_upper(upper.ino()),
            (None, None) => return Err(Errno::ENOENT.into()),
        };
        if let Some(node) = table.get(number, &shown) {
            drop(table);
            node.found_at(&me, name);
            return Ok(Some(node));
        }
        let merged = upper.clone().filter(|_| lower.is_some());
        let node = Node::make(&self.shared, number, lower, upper, Some((me, name.into())));
        match &merged {
            // It was in the upper layer before there was an overlay.
            Some(upper) => table.pin_copy(&node, upper),
            None => table.insert(&node),
        }
        drop(table);
        if merged.is_some() {
            self.state().lost += 1;
        }
        Ok(Some(node))
    }

    /// Remembers a name by which it can be copied up.
    fn found_at(&self, parent: &Arc<Node>, name: &[u8]) {
        let mut state = self.state();
        if self.file_type() == FileType::Directory || state.upper.is_some() {
            return;
        }
        let same =
            |(there, as_name): &(Arc<Node>, Box<[u8]>)| Arc::ptr_eq(there, parent) && **as_name == *name;
        if state.at.as_ref().is_some_and(same) {
            return;
        }
        let old = state.at.replace((parent.clone(), name.into()));
        drop(state);
        drop(old);
    }

    /// The node of a file that was just made in the upper layer.
    pub(super) fn made(&self, name: &[u8], upper: InodeRef) -> Result<Arc<Node>> {
        let me = self.me()?;
        let mut table = self.shared.table();
        if let Some(known) = table.of_upper(&upper) {
            return Ok(known);
        }
        let number = table.number_of_upper(upper.ino());
        let node = Node::make(&self.shared, number, None, Some(upper), Some((me, name.into())));
        table.insert(&node);
        Ok(node)
    }

    /// The lower part's name is seen no more. Answers whether it was until now. ENOMEM.
    pub(super) fn white_out(&self, name: &[u8]) -> Result<bool> {
        let me = self.me()?;
        let mut state = self.state();
        let short = Error::new(Errno::ENOMEM, "out of memory for a whiteout");
        state.whiteouts.try_reserve(1).map_err(|_| short)?;
        let is_new = state.whiteouts.insert(name.into());
        drop(state);
        self.shared.table().pin(&me);
        Ok(is_new)
    }

    /// It is seen again.
    pub(super) fn uncover(&self, name: &[u8]) {
        self.state().whiteouts.remove(name);
    }

    /// ENOTEMPTY.
    pub(super) fn require_empty(&self) -> Result<()> {
        let mut empty = true;
        self.list(LAST_DOT, None, &mut |_| {
            empty = false;
            false
        })?;
        if empty {
            Ok(())
        } else {
            Err(Errno::ENOTEMPTY.into())
        }
    }

    /// Tells the entries after `cookie`. Those of the lower layer come first, under even cookies, wherever they are by now; then those that
    /// the upper layer alone has, under odd ones.
    pub(super) fn list(
        &self,
        cookie: u64,
        process: Option<&Process>,
        each: &mut dyn FnMut(DirEntry) -> bool,
    ) -> Result<()> {
        let (upper, lower) = self.layers()?;
        if self.state().removed {
            return Ok(());
        }
        let parent = self.parent()?.ino();
        let dots: [(u64, &[u8], u64); 2] = [(2, b".", self.ino()), (LAST_DOT, b"..", parent)];
        for (own, name, ino) in dots.into_iter().filter(|(own, ..)| *own > cookie) {
            if !each(DirEntry {
                name: name.into(),
                ino,
                file_type: FileType::Directory,
                next_cookie: own,
            }) {
                return Ok(());
            }
        }
        if let Some(lower) = &lower
            && cookie.is_multiple_of(2)
        {
            let from = if cookie < LAST_DOT { 0 } else { cookie / 2 };
            if !self.list_lower(lower, upper.as_ref(), from, process, each)? {
                return Ok(());
            }
        }
        match &upper {
            Some(upper) => {
                let from = if cookie.is_multiple_of(2) { 0 } else { cookie / 2 };
                self.list_upper(upper, lower.as_ref(), from, process, each)
            }
            None => Ok(()),
        }
    }

    /// Answers whether all were told.
    fn list_lower(
        &self,
        lower: &InodeRef,
        upper: Option<&InodeRef>,
        from: u64,
        process: Option<&Process>,
        each: &mut dyn FnMut(DirEntry) -> bool,
    ) -> Result<bool> {
        let mut all = true;
        lower.read_dir(from, process, &mut |mut entry| {
            if is_dot(&entry) || self.is_reserved(&entry.name) || self.is_whiteout(&entry.name) {
                return true;
            }
            entry.ino = number_of_lower(entry.ino);
            if let Some(Ok(over)) = upper.map(|upper| upper.lookup(&entry.name, None)) {
                let numbers = self.shared.table();
                (entry.ino, entry.file_type) = (numbers.number_of_upper(over.ino()), over.file_type());
            }
            entry.next_cookie *= 2;
            all = each(entry);
            all
        })?;
        Ok(all)
    }

    fn list_upper(
        &self,
        upper: &InodeRef,
        lower: Option<&InodeRef>,
        from: u64,
        process: Option<&Process>,
        each: &mut dyn FnMut(DirEntry) -> bool,
    ) -> Result<()> {
        // One question to the page for all names, not one for each.
        let asked = match lower {
            Some(lower) if self.shared.lower_asks => Some(names_in(lower, process)?),
            _ => None,
        };
        let told_before = |name: &[u8]| {
            if self.is_whiteout(name) {
                return false;
            }
            match &asked {
                Some(names) => names.contains(name),
                None => lower.is_some_and(|lower| lower.lookup(name, process).is_ok()),
            }
        };
        upper.read_dir(from, process, &mut |mut entry| {
            if is_dot(&entry) || self.is_reserved(&entry.name) || told_before(&entry.name) {
                return true;
            }
            entry.ino = self.shared.table().number_of_upper(entry.ino);
            entry.next_cookie = entry.next_cookie * 2 + 1;
            each(entry)
        })
    }
}

/// The cookie of `..`.
const LAST_DOT: u64 = 4;

fn is_dot(entry: &DirEntry) -> bool {
    matches!(&*entry.name, b"." | b"..")
}

fn names_in(directory: &InodeRef, process: Option<&Process>) -> Result<HashSet<Box<[u8]>>> {
    let mut names = HashSet::new();
    let mut short = false;
    directory.read_dir(0, process, &mut |entry| {
        short = names.try_reserve(1).is_err();
        !short && {
            names.insert(entry.name);
            true
        }
    })?;
    if short {
        Err(Errno::ENOMEM.into())
    } else {
        Ok(names)
    }
}
