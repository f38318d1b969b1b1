//! The lock, the wait queue and the kill word under shuttle, which tries many interleavings: mutual exclusion, no lost wake-up
//! (it would be a deadlock), one owner for every death, and no answer from before a change that was seen.

use super::wait::block_until;
use super::{Mutex, Rank, Waiter};
use crate::kernel::error::Block;
use crate::kernel::fs::generation::Generation;
use crate::kernel::io::VecSink;
use crate::kernel::pipe::Pipe;
use crate::kernel::process::KillWord;
use crate::kernel::process::word::{Killed, Left};
use shuttle::sync::atomic::{AtomicU32, Ordering};
use shuttle::thread;
use std::sync::Arc;

const SCHEDULES: usize = 2_000;

#[test]
fn the_lock_excludes_and_always_wakes() {
    shuttle::check_random(
        || {
            let counter = Arc::new(Mutex::new(Rank::Pipe, 0));
            let threads: Vec<_> = (0..3)
                .map(|_| {
                    let counter = counter.clone();
                    thread::spawn(move || {
                        for _ in 0..2 {
                            let seen = *counter.lock();
                            thread::yield_now();
                            let mut held = counter.lock();
                            *held = (*held).max(seen) + 1;
                        }
                    })
                })
                .collect();
            threads.into_iter().for_each(|thread| thread.join().unwrap());
            assert_eq!(*counter.lock(), 6);
        },
        SCHEDULES,
    );
}

#[test]
fn a_pipe_never_loses_a_wake_up() {
    shuttle::check_random(
        || {
            let (reader, writer) = Pipe::pair();
            let writing = thread::spawn(move || {
                let waiter = Waiter::new();
                for byte in 0..3u8 {
                    let bytes = [byte];
                    block_until(
                        &waiter,
                        &[writer.queue()],
                        None,
                        || false,
                        || writer.try_write(&mut &bytes[..]),
                    )
                    .unwrap();
                }
            });
            let waiter = Waiter::new();
            let mut got = Vec::new();
            loop {
                let mut sink = VecSink::new(2);
                let count = block_until(
                    &waiter,
                    &[reader.queue()],
                    None,
                    || false,
                    || reader.try_read(&mut sink),
                )
                .unwrap();
                if count == 0 {
                    break;
                }
                got.extend(sink.bytes);
            }
            assert_eq!(got, [0, 1, 2]);
            writing.join().unwrap();
        },
        SCHEDULES,
    );
}

#[test]
fn a_sleeper_always_hears_of_its_kill() {
    shuttle::check_random(
        || {
            let (word, waiter) = (Arc::new(KillWord::default()), Waiter::new());
            let killer = {
                let (word, waiter) = (word.clone(), waiter.clone());
                thread::spawn(move || {
                    if word.kill() == Killed::OnItsWayOut {
                        waiter.wake();
                    }
                })
            };
            let outcome =
                block_until::<()>(&waiter, &[], None, || word.is_called(), || Err(Block::WouldBlock));
            assert!(outcome.is_err());
            assert_eq!(word.leave(), Left::Kill);
            killer.join().unwrap();
        },
        SCHEDULES,
    );
}

#[test]
fn every_death_has_one_owner() {
    shuttle::check_random(
        || {
            let (word, owners) = (Arc::new(KillWord::default()), Arc::new(AtomicU32::new(0)));
            let killers: Vec<_> = (0..2)
                .map(|_| {
                    let (word, owners) = (word.clone(), owners.clone());
                    thread::spawn(move || {
                        if word.kill() == Killed::Ours {
                            owners.fetch_add(1, Ordering::SeqCst);
                        }
                    })
                })
                .collect();
            // The process makes two calls, then exits.
            let mut inside = true;
            for _ in 0..2 {
                inside = match word.leave() {
                    Left::Guest => word.enter(),
                    Left::Kill | Left::Attention => true,
                };
                if !inside {
                    break;
                }
            }
            if inside {
                word.doom_self();
                owners.fetch_add(1, Ordering::SeqCst);
            }
            killers.into_iter().for_each(|thread| thread.join().unwrap());
            assert_eq!(owners.load(Ordering::SeqCst), 1);
        },
        SCHEDULES,
    );
}

#[test]
fn nobody_is_told_what_was_before_a_change_that_others_have_seen() {
    shuttle::check_random(
        || {
            let generation = Arc::new(Generation::new());
            // What a name stands for, under its directory's lock; and the latest that anybody has told of it.
            let (name, told) = (
                Arc::new(Mutex::new(Rank::Directory, 0)),
                Arc::new(AtomicU32::new(0)),
            );
            let changer = {
                let (generation, name) = (generation.clone(), name.clone());
                thread::spawn(move || {
                    for _ in 0..2 {
                        let _changing = generation.change();
                        *name.lock() += 1;
                    }
                })
            };
            let walker = {
                let (name, told) = (name.clone(), told.clone());
                thread::spawn(move || {
                    for _ in 0..2 {
                        let seen = *name.lock();
                        told.fetch_max(seen, Ordering::SeqCst);
                    }
                })
            };
            let mut kept = None;
            for _ in 0..4 {
                let least = told.load(Ordering::SeqCst);
                let settled = generation.settled();
                let seen = match (kept, settled) {
                    (Some((state, seen)), Some(settled)) if state == settled => seen,
                    _ => *name.lock(),
                };
                assert!(seen >= least);
                kept = settled.map(|settled| (settled, seen));
            }
            changer.join().unwrap();
            walker.join().unwrap();
        },
        SCHEDULES,
    );
}
