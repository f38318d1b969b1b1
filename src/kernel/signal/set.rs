//! A set of signals: bit `number - 1`.

use super::Signal;

/// A set of signals.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SignalSet(u64);

impl SignalSet {
    /// No signal.
    pub const EMPTY: SignalSet = SignalSet(0);

    /// From the guest's form; bits that stand for no signal are dropped.
    pub const fn from_bits(bits: u64) -> Self {
        SignalSet(bits & 0x7fff_ffff)
    }

    /// The guest's form.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The set of one signal.
    pub const fn of(signal: Signal) -> Self {
        SignalSet(1 << (signal.number() - 1))
    }

    /// Whether `signal` is in it.
    pub const fn contains(self, signal: Signal) -> bool {
        self.0 & SignalSet::of(signal).0 != 0
    }

    /// Both together.
    #[must_use]
    pub const fn union(self, other: SignalSet) -> Self {
        SignalSet(self.0 | other.0)
    }

    /// Those that are not in `other`.
    #[must_use]
    pub const fn without(self, other: SignalSet) -> Self {
        SignalSet(self.0 & !other.0)
    }

    /// Adds `signal`.
    pub fn insert(&mut self, signal: Signal) {
        self.0 |= SignalSet::of(signal).0;
    }

    /// Removes `signal`.
    pub fn remove(&mut self, signal: Signal) {
        self.0 &= !SignalSet::of(signal).0;
    }

    /// Whether none is in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// In ascending order.
    pub fn iter(self) -> impl Iterator<Item = Signal> {
        (1..=31)
            .filter_map(|number| Signal::try_from(number).ok())
            .filter(move |&signal| self.contains(signal))
    }
}
