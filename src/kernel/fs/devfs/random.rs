//! `/dev/random` and `/dev/urandom`: a ChaCha12 generator, seeded from the platform's.
//!
//! Asking the platform costs a call into JavaScript each time, and at most 64 KiB each; the generator gives hundreds of MiB a second.

use super::memory::swallow;
use super::meta::{Meta, answered_by_meta};
use crate::kernel::error::Attempt;
use crate::kernel::fs::{Inode, WritePosition};
use crate::kernel::io::{Sink, Source};
use crate::kernel::sync::platform::fill_random;
use crate::kernel::sync::{Mutex, Rank};
use chacha20::ChaCha12Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use std::sync::Arc;

/// Bytes from one seed.
const RESEED_AFTER: usize = 16 << 20;
/// Bytes made at a time, on the stack.
const PIECE: usize = 1_024;
/// What one call gives at most.
const MAX_READ: usize = 65_536;

/// The generator behind both names.
pub struct Generator {
    rng: ChaCha12Rng,
    left: usize,
}

impl Generator {
    /// A newly seeded one.
    pub fn shared() -> Arc<Mutex<Generator>> {
        Arc::new(Mutex::new(
            Rank::Inode,
            Generator {
                rng: Self::seeded(),
                left: RESEED_AFTER,
            },
        ))
    }

    fn seeded() -> ChaCha12Rng {
        let mut seed = [0; 32];
        fill_random(&mut seed);
        ChaCha12Rng::from_seed(seed)
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        if self.left < bytes.len() {
            self.rng = Self::seeded();
            self.left = RESEED_AFTER;
        }
        self.left -= bytes.len();
        self.rng.fill_bytes(bytes);
    }
}

/// One of the two names.
pub struct RandomDevice {
    pub meta: Meta,
    pub generator: Arc<Mutex<Generator>>,
}

impl Inode for RandomDevice {
    answered_by_meta!();

    fn try_read_at(&self, _offset: u64, into: &mut dyn Sink) -> Attempt<usize> {
        let wanted = into.room().min(MAX_READ);
        let mut piece = [0; PIECE];
        let mut done = 0;
        while done < wanted {
            let count = PIECE.min(wanted - done);
            self.generator.lock().fill(&mut piece[..count]);
            into.put(&piece[..count])?;
            done += count;
        }
        Ok(done)
    }

    fn try_write_at(&self, position: WritePosition, from: &mut dyn Source) -> Attempt<(usize, u64)> {
        swallow(position, from)
    }
}
