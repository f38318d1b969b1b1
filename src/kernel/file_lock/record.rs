//! [`Records`]: the byte-range locks of one file, as fcntl(2)'s F_SETLK leaves them. Pure.
//!
//! Invariants: the ranges of one holder never overlap, and two of one kind never touch: they are one.

use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::process::Pid;

/// Who holds a lock.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Holder {
    /// A process (F_SETLK).
    Process(Pid),
    /// An open file description (flock, F_OFD_SETLK), by its address.
    Description(usize),
}

/// How a lock excludes others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LockKind {
    /// LOCK_SH, F_RDLCK: with others of its kind.
    Shared,
    /// LOCK_EX, F_WRLCK: nobody else.
    Exclusive,
}

impl LockKind {
    /// Whether both can be held by different holders.
    pub fn agrees_with(self, other: LockKind) -> bool {
        self == LockKind::Shared && other == LockKind::Shared
    }
}

/// Bytes from `start` to `end`, both included. `end` is `i64::MAX` for "to the end of the file, however long it gets".
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ByteRange {
    /// The first.
    pub start: u64,
    /// The last.
    pub end: u64,
}

impl ByteRange {
    /// What "to the end of the file" means.
    pub const LAST: u64 = i64::MAX as u64;

    fn overlaps(self, other: ByteRange) -> bool {
        self.start <= other.end && other.start <= self.end
    }

    /// Overlaps, or is next to.
    fn touches(self, other: ByteRange) -> bool {
        self.start <= other.end.saturating_add(1) && other.start <= self.end.saturating_add(1)
    }

    /// What is left of it before `hole`, and after it.
    fn without(self, hole: ByteRange) -> [Option<ByteRange>; 2] {
        let before = (self.start < hole.start).then(|| ByteRange {
            start: self.start,
            end: hole.start - 1,
        });
        let after = (self.end > hole.end).then(|| ByteRange {
            start: hole.end + 1,
            end: self.end,
        });
        [before, after]
    }
}

/// A lock on a range.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Record {
    /// Whose.
    pub holder: Holder,
    /// Of which kind.
    pub kind: LockKind,
    /// On what.
    pub range: ByteRange,
}

/// All locks on ranges of one file.
#[derive(Default)]
pub struct Records {
    list: Vec<Record>,
}

impl Records {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The locks that keep `wish` from being granted.
    pub fn blockers(&self, wish: Record) -> impl Iterator<Item = &Record> {
        self.list.iter().filter(move |held| {
            held.holder != wish.holder && held.range.overlaps(wish.range) && !held.kind.agrees_with(wish.kind)
        })
    }

    /// The first of them in the file (F_GETLK).
    pub fn first_blocker(&self, wish: Record) -> Option<Record> {
        self.blockers(wish).min_by_key(|held| held.range.start).copied()
    }

    /// Gives `holder` a lock of `kind` on `range`, or takes what it has there (`None`); what it had before is replaced, split or
    /// joined. Whether others agree is the caller's to ask. ENOLCK, with nothing changed.
    pub fn set(&mut self, holder: Holder, range: ByteRange, kind: Option<LockKind>) -> Result<()> {
        // A hole in one range makes two of it, and there is the new one.
        self.list
            .try_reserve(2)
            .map_err(|_| Error::new(Errno::ENOLCK, "out of memory for locks"))?;
        let mut joined = range;
        let mut cut_off = None;
        self.list.retain_mut(|held| {
            if held.holder != holder {
                return true;
            }
            if kind == Some(held.kind) && held.range.touches(range) {
                joined.start = joined.start.min(held.range.start);
                joined.end = joined.end.max(held.range.end);
                return false;
            }
            if !held.range.overlaps(range) {
                return true;
            }
            let [before, after] = held.range.without(range);
            if before.is_some() {
                cut_off = after.map(|range| Record { range, ..*held });
            }
            match before.or(after) {
                Some(left) => held.range = left,
                None => return false,
            }
            true
        });
        self.list.extend(cut_off);
        self.list.extend(kind.map(|kind| Record {
            holder,
            kind,
            range: joined,
        }));
        Ok(())
    }

    /// Takes all that `holder` has; answers whether that was anything.
    pub fn release(&mut self, holder: Holder) -> bool {
        let before = self.list.len();
        self.list.retain(|held| held.holder != holder);
        self.list.len() < before
    }
}

#[cfg(all(test, not(feature = "shuttle")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BYTES: u64 = 24;

    fn holder(number: u32) -> Holder {
        Holder::Process(Pid(number))
    }

    fn ranges(records: &Records, of: u32) -> Vec<(u64, u64, LockKind)> {
        let mut all: Vec<_> = records
            .list
            .iter()
            .filter(|held| held.holder == holder(of))
            .map(|held| (held.range.start, held.range.end, held.kind))
            .collect();
        all.sort_by_key(|each| each.0);
        all
    }

    fn range(start: u64, end: u64) -> ByteRange {
        ByteRange { start, end }
    }

    #[test]
    fn a_hole_splits_and_a_neighbour_joins() {
        use LockKind::{Exclusive, Shared};
        let mut records = Records::default();
        records.set(holder(1), range(0, 99), Some(Exclusive)).unwrap();
        records.set(holder(1), range(10, 19), None).unwrap();
        assert_eq!(ranges(&records, 1), [(0, 9, Exclusive), (20, 99, Exclusive)]);
        records.set(holder(1), range(30, 39), Some(Shared)).unwrap();
        assert_eq!(
            ranges(&records, 1),
            [
                (0, 9, Exclusive),
                (20, 29, Exclusive),
                (30, 39, Shared),
                (40, 99, Exclusive)
            ]
        );
        records.set(holder(1), range(10, 39), Some(Exclusive)).unwrap();
        assert_eq!(ranges(&records, 1), [(0, 99, Exclusive)]);
        records
            .set(holder(1), range(100, ByteRange::LAST), Some(Exclusive))
            .unwrap();
        assert_eq!(ranges(&records, 1), [(0, ByteRange::LAST, Exclusive)]);
        assert!(records.release(holder(1)) && !records.release(holder(1)));
    }

    fn kind() -> impl Strategy<Value = Option<LockKind>> {
        prop_oneof![
            Just(None),
            Just(Some(LockKind::Shared)),
            Just(Some(LockKind::Exclusive))
        ]
    }

    proptest! {
        /// Against the simplest model: which kind each holder has on each byte.
        #[test]
        fn ranges_are_what_a_table_of_bytes_says(
            steps in prop::collection::vec((0..3u32, 0..BYTES, 0..BYTES, kind()), 1..60)
        ) {
            let mut records = Records::default();
            let mut model = [[None; BYTES as usize]; 3];
            for (who, a, b, kind) in steps {
                let range = range(a.min(b), a.max(b));
                if let Some(kind) = kind {
                    let blocked = model.iter().enumerate().any(|(other, bytes)| {
                        other != who as usize
                            && bytes[range.start as usize..=range.end as usize]
                                .iter()
                                .flatten()
                                .any(|held: &LockKind| !held.agrees_with(kind))
                    });
                    let wish = Record { holder: holder(who), kind, range };
                    prop_assert_eq!(records.first_blocker(wish).is_some(), blocked);
                    if blocked {
                        continue;
                    }
                }
                records.set(holder(who), range, kind).unwrap();
                model[who as usize][range.start as usize..=range.end as usize].fill(kind);
                for (who, bytes) in model.iter().enumerate() {
                    let mut expected: Vec<(u64, u64, LockKind)> = Vec::new();
                    for (at, kind) in bytes.iter().enumerate() {
                        let at = at as u64;
                        match (expected.last_mut(), kind) {
                            (Some(last), Some(kind)) if last.1 + 1 == at && last.2 == *kind => last.1 = at,
                            (_, Some(kind)) => expected.push((at, at, *kind)),
                            (_, None) => {}
                        }
                    }
                    prop_assert_eq!(ranges(&records, who as u32), expected);
                }
            }
        }
    }
}
