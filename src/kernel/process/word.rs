//! The kill word: where a process's thread is, and who owns its death.
//!
//! One word, changed only by compare-and-swap. Its state is GUEST (runs guest code and may be terminated at any
//! instruction), KERNEL (may hold kernel locks: nobody terminates it) or DOOMED. A killer that moves GUEST to DOOMED owns the
//! death and reaps the process; one that finds KERNEL sets KILL and wakes the process, which dies on its way out.
//! ATTENTION asks it to look at its signals on the way out.

use crate::kernel::sync::platform::{AtomicU32, Ordering};

const GUEST: u32 = 0;
const KERNEL: u32 = 1;
const DOOMED: u32 = 2;
const STATE: u32 = 3;
const KILL: u32 = 4;
const ATTENTION: u32 = 8;

/// The word. A new process is in KERNEL, as worker start-up is kernel code.
pub struct KillWord(AtomicU32);

/// What [`KillWord::kill`] found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Killed {
    /// It ran guest code and is doomed now: the caller must finish the process.
    Ours,
    /// It is in the kernel and will die on its way out: the caller must wake it.
    OnItsWayOut,
    /// Somebody else owns the death.
    Already,
}

/// What leaving the kernel came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Left {
    /// In guest code now.
    Guest,
    /// Still in the kernel: look at the signals first.
    Attention,
    /// Still in the kernel: die.
    Kill,
}

impl Default for KillWord {
    fn default() -> Self {
        KillWord(AtomicU32::new(KERNEL))
    }
}

impl KillWord {
    /// GUEST to KERNEL. False when it is doomed: the caller must touch nothing more.
    #[inline]
    #[must_use]
    pub fn enter(&self) -> bool {
        match self
            .0
            .compare_exchange(GUEST, KERNEL, Ordering::SeqCst, Ordering::SeqCst)
        {
            Ok(_) => true,
            Err(_) => self.enter_slow(),
        }
    }

    #[cold]
    fn enter_slow(&self) -> bool {
        self.update(|word| (word & STATE == GUEST).then_some(word & !STATE | KERNEL))
            .is_ok()
    }

    /// KERNEL to GUEST, unless a bit asks for something first.
    #[inline]
    pub fn leave(&self) -> Left {
        match self
            .0
            .compare_exchange(KERNEL, GUEST, Ordering::SeqCst, Ordering::SeqCst)
        {
            Ok(_) => Left::Guest,
            Err(word) if word & KILL != 0 => Left::Kill,
            Err(_) => Left::Attention,
        }
    }

    /// Asks for death.
    pub fn kill(&self) -> Killed {
        let outcome = self.update(|word| match word & STATE {
            GUEST => Some(word & !STATE | DOOMED),
            KERNEL => Some(word | KILL),
            _ => None,
        });
        match outcome {
            Ok(word) if word & STATE == GUEST => Killed::Ours,
            Ok(_) => Killed::OnItsWayOut,
            Err(_) => Killed::Already,
        }
    }

    /// The process's own thread takes its death, from KERNEL. It enters no more.
    pub fn doom_self(&self) {
        let _was = self.update(|word| Some(word & !STATE | DOOMED));
    }

    /// Asks for a look at the signals. Whoever calls it also wakes the process.
    pub fn call_attention(&self) {
        self.0.fetch_or(ATTENTION, Ordering::SeqCst);
    }

    /// The look has been taken.
    pub fn clear_attention(&self) {
        self.0.fetch_and(!ATTENTION, Ordering::SeqCst);
    }

    /// Whether a wait should end: killed, or a look at the signals is due.
    pub fn is_called(&self) -> bool {
        self.0.load(Ordering::SeqCst) & (KILL | ATTENTION) != 0
    }

    /// Whether it must die on its way out.
    pub fn is_killed(&self) -> bool {
        self.0.load(Ordering::SeqCst) & KILL != 0
    }

    /// Whether its death is owned by somebody.
    pub fn is_doomed(&self) -> bool {
        self.0.load(Ordering::SeqCst) & STATE == DOOMED
    }

    fn update(&self, change: impl Fn(u32) -> Option<u32>) -> Result<u32, u32> {
        let mut word = self.0.load(Ordering::SeqCst);
        loop {
            let Some(next) = change(word) else {
                return Err(word);
            };
            match self
                .0
                .compare_exchange(word, next, Ordering::SeqCst, Ordering::SeqCst)
            {
                Ok(_) => return Ok(word),
                Err(now) => word = now,
            }
        }
    }
}

#[cfg(all(test, not(feature = "shuttle")))]
mod tests {
    use super::*;

    #[test]
    fn a_killer_that_finds_guest_code_owns_the_death() {
        let word = KillWord::default();
        assert_eq!(word.leave(), Left::Guest);
        assert_eq!(word.kill(), Killed::Ours);
        assert_eq!(word.kill(), Killed::Already);
        assert!(!word.enter());
    }

    #[test]
    fn a_killer_that_finds_the_kernel_leaves_the_death_to_the_process() {
        let word = KillWord::default();
        assert_eq!(word.kill(), Killed::OnItsWayOut);
        assert_eq!(word.leave(), Left::Kill);
        word.doom_self();
        assert_eq!(word.kill(), Killed::Already);
    }

    #[test]
    fn attention_is_seen_on_the_way_out_and_survives_entering() {
        let word = KillWord::default();
        assert_eq!(word.leave(), Left::Guest);
        word.call_attention();
        assert!(word.enter());
        assert_eq!(word.leave(), Left::Attention);
        word.clear_attention();
        assert_eq!(word.leave(), Left::Guest);
    }
}
