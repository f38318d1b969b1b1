//! [`FileLocks`]: flock(2)'s locks on whole files and fcntl(2)'s locks on ranges of them, all of one kernel.
//!
//! Locks belong to files, not to names or descriptors, so they are kept by device and inode number, in one table behind one
//! lock: they are few and seldom changed, and a circle of waiters is looked for across files. Both sorts ignore each other,
//! as on Linux. A lock is advisory: read(2) and write(2) ask for none.
//!
//! Who waits holds a [`Waiting`], which keeps the file's queue in its place and says to the search for circles who waits
//! for what. <https://pubs.opengroup.org/onlinepubs/9799919799/functions/fcntl.html>

mod record;
#[cfg(all(test, not(feature = "shuttle")))]
mod tests;

pub use record::{ByteRange, Holder, LockKind, Record};

use super::error::{Attempt, Block, Errno, Error, Result};
use super::process::Pid;
use super::sync::{Mutex, Rank, WaitQueue};
use hashbrown::{HashMap, HashSet};
use record::Records;
use std::sync::Arc;

/// A file, whatever its names: `st_dev` and `st_ino`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FileId {
    /// The file system.
    pub dev: u64,
    /// The file in it.
    pub ino: u64,
}

/// How many ranges may be locked in a kernel: ENOLCK beyond.
const MOST_RECORDS: usize = 4_096;

/// All locks on files of a kernel.
pub struct FileLocks {
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    /// Only files with a lock or a waiter.
    files: HashMap<FileId, LockedFile>,
    /// The ranges of all files together.
    records: usize,
    /// What the processes that wait for a range wish.
    wishes: HashMap<Pid, (FileId, Record)>,
    /// To be woken once the table's lock is released.
    due: Vec<Arc<WaitQueue>>,
}

#[derive(Default)]
struct LockedFile {
    /// flock's: the open file description, by its address.
    flocks: Vec<(usize, LockKind)>,
    records: Records,
    /// Woken when a lock is given up.
    queue: Arc<WaitQueue>,
    waiting: u32,
}

impl Default for FileLocks {
    fn default() -> Self {
        FileLocks {
            table: Mutex::new(Rank::FileLocks, Table::default()),
        }
    }
}

impl FileLocks {
    /// One try of flock(2). Another kind than the one held is no step but two, as on Linux: the old lock is given up first, and
    /// stays so if the new one can't be had. ENOLCK.
    pub fn try_flock(&self, file: FileId, description: usize, kind: LockKind) -> Attempt<()> {
        self.with(|table| {
            let entry = table.entry(file)?;
            let own = entry.flocks.iter().position(|held| held.0 == description);
            if own.is_some_and(|at| entry.flocks[at].1 == kind) {
                return Ok(());
            }
            let given_up = own.map(|at| entry.flocks.swap_remove(at)).is_some();
            let free = entry.flocks.iter().all(|held| held.1.agrees_with(kind));
            let outcome = if free {
                entry.add_flock(description, kind).map_err(Block::from)
            } else {
                Err(Block::WouldBlock)
            };
            table.settle(file, given_up);
            outcome
        })
    }

    /// LOCK_UN.
    pub fn unlock_flock(&self, file: FileId, description: usize) {
        self.with(|table| {
            let Some(entry) = table.files.get_mut(&file) else {
                return;
            };
            let before = entry.flocks.len();
            entry.flocks.retain(|held| held.0 != description);
            let given_up = entry.flocks.len() < before;
            table.settle(file, given_up);
        });
    }

    /// F_GETLK: the first lock that keeps `wish` from being granted.
    pub fn blocker(&self, file: FileId, wish: Record) -> Option<Record> {
        self.table.lock().files.get(&file)?.records.first_blocker(wish)
    }

    /// F_SETLK: grants `wish`, or would block. ENOLCK.
    pub fn try_record(&self, file: FileId, wish: Record) -> Attempt<()> {
        self.with(|table| table.grant(file, wish))
    }

    /// F_UNLCK. ENOLCK, as a hole can make two locks of one.
    pub fn unlock_record(&self, file: FileId, holder: Holder, range: ByteRange) -> Result<()> {
        self.with(|table| table.change(file, holder, range, None))
    }

    /// A process has closed a descriptor of the file.
    pub fn release_process_on(&self, file: FileId, pid: Pid) {
        self.with(|table| table.release(file, Holder::Process(pid)));
    }

    /// A process has ended.
    pub fn release_process(&self, pid: Pid) {
        self.with(|table| {
            let files: Vec<FileId> = table.files.keys().copied().collect();
            for file in files {
                table.release(file, Holder::Process(pid));
            }
        });
    }

    /// An open file description is gone.
    pub fn release_description(&self, file: FileId, description: usize) {
        self.unlock_flock(file, description);
        self.with(|table| table.release(file, Holder::Description(description)));
    }

    fn with<R>(&self, work: impl FnOnce(&mut Table) -> R) -> R {
        let mut table = self.table.lock();
        let outcome = work(&mut table);
        let due = core::mem::take(&mut table.due);
        drop(table);
        due.iter().for_each(|queue| queue.wake_all());
        outcome
    }

    /// How many wait for a lock on `file`, for tests.
    #[cfg(all(test, not(feature = "shuttle")))]
    pub fn waiting(&self, file: FileId) -> u32 {
        self.table
            .lock()
            .files
            .get(&file)
            .map_or(0, |entry| entry.waiting)
    }

    /// Whether no file is locked or waited for.
    pub fn is_empty(&self) -> bool {
        self.table.lock().files.is_empty()
    }

    /// Begins to wait for a lock on `file`. ENOLCK.
    pub fn wait_for(self: &Arc<Self>, file: FileId) -> Result<Waiting> {
        let mut table = self.table.lock();
        let entry = table.entry(file)?;
        entry.waiting += 1;
        let queue = entry.queue.clone();
        drop(table);
        Ok(Waiting {
            locks: self.clone(),
            file,
            queue,
            wisher: None,
        })
    }
}

impl Table {
    /// The file's row, made if need be: [`Table::settle`] follows.
    fn entry(&mut self, file: FileId) -> Result<&mut LockedFile> {
        let room = self.files.try_reserve(1);
        room.map_err(|_| Error::new(Errno::ENOLCK, "out of memory for locks"))?;
        Ok(self.files.entry(file).or_default())
    }

    /// After a change: notes to wake those who wait for what was given up, and drops a row that says nothing.
    fn settle(&mut self, file: FileId, given_up: bool) {
        let Some(entry) = self.files.get(&file) else {
            return;
        };
        if given_up && entry.waiting > 0 {
            self.due.push(entry.queue.clone());
        }
        if entry.flocks.is_empty() && entry.records.is_empty() && entry.waiting == 0 {
            self.files.remove(&file);
        }
    }

    fn grant(&mut self, file: FileId, wish: Record) -> Attempt<()> {
        let blocked = |entry: &LockedFile| entry.records.first_blocker(wish).is_some();
        if self.files.get(&file).is_some_and(blocked) {
            return Err(Block::WouldBlock);
        }
        Ok(self.change(file, wish.holder, wish.range, Some(wish.kind))?)
    }

    fn change(
        &mut self,
        file: FileId,
        holder: Holder,
        range: ByteRange,
        kind: Option<LockKind>,
    ) -> Result<()> {
        if kind.is_some() && self.records >= MOST_RECORDS {
            return Err(Error::new(Errno::ENOLCK, "too many ranges are locked"));
        }
        let entry = self.entry(file)?;
        let before = entry.records.len();
        let outcome = entry.records.set(holder, range, kind);
        let after = entry.records.len();
        self.records = self.records - before + after;
        // A shared lock where an exclusive one was gives something up, too.
        self.settle(file, kind != Some(LockKind::Exclusive));
        outcome
    }

    fn release(&mut self, file: FileId, holder: Holder) {
        let Some(entry) = self.files.get_mut(&file) else {
            return;
        };
        let before = entry.records.len();
        let given_up = entry.records.release(holder);
        self.records -= before - entry.records.len();
        self.settle(file, given_up);
    }

    /// Whether a process that waits for `wish` would wait for itself, over any number of others.
    fn makes_circle(&self, pid: Pid, file: FileId, wish: Record) -> bool {
        let mut seen = HashSet::new();
        let mut pending = vec![(file, wish)];
        while let Some((file, wish)) = pending.pop() {
            let Some(entry) = self.files.get(&file) else {
                continue;
            };
            for blocker in entry.records.blockers(wish) {
                let Holder::Process(other) = blocker.holder else {
                    continue;
                };
                if other == pid {
                    return true;
                }
                if seen.insert(other) {
                    pending.extend(self.wishes.get(&other));
                }
            }
        }
        false
    }
}

impl LockedFile {
    fn add_flock(&mut self, description: usize, kind: LockKind) -> Result<()> {
        let room = self.flocks.try_reserve(1);
        room.map_err(|_| Error::new(Errno::ENOLCK, "out of memory for locks"))?;
        self.flocks.push((description, kind));
        Ok(())
    }
}

/// Somebody who waits for a lock on a file, until dropped.
pub struct Waiting {
    locks: Arc<FileLocks>,
    file: FileId,
    queue: Arc<WaitQueue>,
    /// The process whose wish stands in the table.
    wisher: Option<Pid>,
}

impl Waiting {
    /// Woken when a lock on the file is given up.
    pub fn queue(&self) -> Arc<WaitQueue> {
        self.queue.clone()
    }

    /// One try of F_SETLKW. EDEADLK if all would wait for each other; ENOLCK. Waits for open file descriptions are no part of
    /// circles, as on Linux.
    pub fn try_record(&mut self, wish: Record) -> Attempt<()> {
        let (file, wisher) = (self.file, &mut self.wisher);
        self.locks
            .with(|table| match (table.grant(file, wish), wish.holder) {
                (Err(Block::WouldBlock), Holder::Process(pid)) => {
                    if table.makes_circle(pid, file, wish) {
                        return Err(Error::new(Errno::EDEADLK, "the holders wait for the caller").into());
                    }
                    table.wishes.insert(pid, (file, wish));
                    *wisher = Some(pid);
                    Err(Block::WouldBlock)
                }
                (outcome, _) => outcome,
            })
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut table = self.locks.table.lock();
        if let Some(pid) = self.wisher {
            table.wishes.remove(&pid);
        }
        if let Some(entry) = table.files.get_mut(&self.file) {
            entry.waiting -= 1;
        }
        table.settle(self.file, false);
    }
}
