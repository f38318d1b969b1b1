//! vi's functions, by name.

use super::{Operator, Wants};
use crate::bindings::Map;
use crate::buffer::Change;
use crate::editor::{Editor, Mode};
use crate::function::Function as F;

/// vi's functions.
pub fn perform(e: &mut Editor, f: F, keys: &[u8]) {
    let key = keys.last().copied().unwrap_or(0);
    let big = key.is_ascii_uppercase();
    let n = e.count().max(1);
    match f {
        F::ViMovementMode => {
            if e.map == Map::ViCommand {
                e.vi_cancel();
                return;
            }
            e.map = Map::ViCommand;
            e.overwrite = false;
            e.buffer.end_group();
            let start = e.buffer.row_start(e.buffer.point);
            if e.buffer.point > start {
                e.buffer.point = e.buffer.previous(e.buffer.point);
            }
        }
        F::ViInsertionMode => e.insert_mode(),
        F::ViAppendMode => {
            e.insert_mode();
            e.buffer.point = e.buffer.next(e.buffer.point);
        }
        F::ViAppendEol => {
            e.insert_mode();
            e.buffer.point = e.buffer.text.len();
        }
        F::ViInsertBeg => {
            e.insert_mode();
            e.buffer.point = 0;
        }
        F::ViReplace => {
            e.insert_mode();
            e.overwrite = true;
        }
        F::ViNextWord | F::ViPrevWord | F::ViEndWord => {
            for _ in 0..n {
                let at = e.buffer.point;
                e.buffer.point = match f {
                    F::ViNextWord => e.buffer.vi_next_word(at, big),
                    F::ViPrevWord => e.buffer.vi_previous_word(at, big),
                    _ => e.buffer.vi_end_word(at, big),
                };
            }
        }
        F::ViFirstPrint => {
            let t = &e.buffer.text;
            e.buffer.point = t.iter().position(|c| !c.is_ascii_whitespace()).unwrap_or(0);
        }
        F::ViColumn => {
            let mut at = 0;
            for _ in 1..n {
                at = e.buffer.next(at);
            }
            e.buffer.point = at;
        }
        F::ViMatch => e.match_bracket(),
        F::ViCharSearch => match (key, e.vi.find.clone()) {
            (b';', Some((k, c))) => e.find(k, &c),
            (b',', Some((k, c))) => e.find(
                if k.is_ascii_lowercase() {
                    k.to_ascii_uppercase()
                } else {
                    k.to_ascii_lowercase()
                },
                &c,
            ),
            (b';' | b',', None) => e.bell(),
            _ => e.mode = Mode::Vi(Wants::Find(key)),
        },
        F::ViChangeChar => e.mode = Mode::Vi(Wants::Replacement),
        F::ViSetMark => e.mode = Mode::Vi(Wants::SetMark),
        F::ViGotoMark => e.mode = Mode::Vi(Wants::GoToMark),
        F::ViDelete => {
            let from = e.buffer.point;
            let mut to = from;
            for _ in 0..n {
                to = e.buffer.next(to);
            }
            if from == to {
                return e.bell();
            }
            e.take_range(b'd', from, to);
        }
        F::ViRubout => {
            let to = e.buffer.point;
            let mut from = to;
            for _ in 0..n {
                from = e.buffer.previous(from);
            }
            if from == to {
                return e.bell();
            }
            e.take_range(b'd', from, to);
        }
        F::ViSubst if big => e.take_range(b'c', 0, e.buffer.text.len()),
        F::ViSubst => {
            let from = e.buffer.point;
            let mut to = from;
            for _ in 0..n {
                to = e.buffer.next(to);
            }
            e.take_range(b'c', from, to);
        }
        F::ViDeleteTo | F::ViChangeTo | F::ViYankTo => {
            let end = e.buffer.text.len();
            let lower = key.to_ascii_lowercase();
            match e.vi.operator.take() {
                // `dd`, `cc`, `yy`
                Some(op) if op.key == key => {
                    let point = e.buffer.point;
                    e.take_range(key, 0, end);
                    if key == b'y' {
                        e.buffer.point = point;
                    }
                }
                Some(_) => e.bell(),
                None if big => {
                    e.take_range(lower, e.buffer.point, end);
                }
                None => {
                    e.vi.operator = Some(Operator {
                        key,
                        count: e.argument,
                    });
                }
            }
        }
        F::ViPut => {
            let Some(text) = e.kills.last().cloned() else {
                return e.bell();
            };
            e.vi.is_change = true;
            e.buffer.remember(Change::Other);
            if key == b'p' {
                e.buffer.point = e.buffer.next(e.buffer.point);
            }
            e.buffer.insert(&text.repeat(n as usize));
            e.buffer.point = e.buffer.previous(e.buffer.point);
        }
        F::ViChangeCase => {
            e.vi.is_change = true;
            e.buffer.remember(Change::Other);
            for _ in 0..n {
                let from = e.buffer.point;
                let to = e.buffer.next(from);
                if from == to {
                    break;
                }
                let old = e.buffer.delete(from, to);
                e.buffer.point = from;
                let new = match std::str::from_utf8(&old) {
                    Ok(s) if s.chars().any(char::is_lowercase) => s.to_uppercase().into_bytes(),
                    Ok(s) => s.to_lowercase().into_bytes(),
                    Err(_) => old,
                };
                e.buffer.insert(&new);
            }
        }
        F::ViUndo => {
            if !e.buffer.undo() {
                e.bell();
            }
        }
        F::ViRedo => {
            if e.vi.change.is_empty() {
                return e.bell();
            }
            let mut change = e.vi.change.clone();
            if let Some(n) = e.argument.take() {
                // A new count takes the old one's place.
                let digits = change
                    .iter()
                    .take_while(|c| c.is_ascii_digit() && **c != b'0')
                    .count();
                change.splice(0..digits, n.to_string().into_bytes());
            }
            e.vi.repeats = true;
            change.iter().rev().for_each(|b| e.queue.push_front(*b));
        }
        _ => {}
    }
}
