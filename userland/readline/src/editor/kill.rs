//! The kill ring.

use super::Editor;
use crate::Bytes;
use crate::buffer::Change;
use crate::function::Function as F;

/// How many kills are kept.
const RING: usize = 60;

fn kills(f: Option<F>) -> bool {
    matches!(
        f,
        Some(
            F::KillLine
                | F::BackwardKillLine
                | F::UnixLineDiscard
                | F::KillWholeLine
                | F::KillWord
                | F::BackwardKillWord
                | F::ShellKillWord
                | F::ShellBackwardKillWord
                | F::UnixWordRubout
                | F::UnixFilenameRubout
                | F::KillRegion
                | F::CopyForwardWord
                | F::CopyBackwardWord
        )
    )
}

impl Editor {
    /// Keeps what was killed: with the kill just before as one, or as the ring's newest.
    pub(super) fn remember_kill(&mut self, text: Bytes, forward: bool) {
        match self.kills.last_mut() {
            Some(last) if kills(self.last) => {
                if forward {
                    last.extend_from_slice(&text);
                } else {
                    last.splice(0..0, text);
                }
            }
            _ => self.push_kill(text),
        }
    }

    pub(super) fn push_kill(&mut self, text: Bytes) {
        self.kills.push(text);
        if self.kills.len() > RING {
            self.kills.remove(0);
        }
    }

    fn kill(&mut self, from: usize, to: usize) {
        if from == to {
            return;
        }
        self.buffer.remember(Change::Other);
        let forward = self.buffer.point == from.min(to);
        let text = self.buffer.delete(from, to);
        self.remember_kill(text, forward);
    }

    pub(super) fn kill_function(&mut self, f: F) {
        let n = self.count();
        let b = &self.buffer;
        let (point, end) = (b.point, b.text.len());
        match f {
            F::KillLine if n < 0 => self.kill(b.row_start(point), point),
            F::KillLine => {
                let to = b.row_end(point);
                // At a row's end, the newline goes.
                self.kill(point, if to == point && to < end { to + 1 } else { to });
            }
            F::BackwardKillLine | F::UnixLineDiscard => {
                let from = b.row_start(point);
                self.kill(
                    if from == point {
                        from.saturating_sub(1)
                    } else {
                        from
                    },
                    point,
                );
            }
            F::KillWholeLine => self.kill(0, end),
            F::KillWord => self.kill(point, self.words(n)),
            F::BackwardKillWord => self.kill(point, self.words(-n)),
            F::ShellKillWord => self.kill(point, b.shell_word_forward(point)),
            F::ShellBackwardKillWord => self.kill(point, b.shell_word_backward(point)),
            F::UnixWordRubout | F::ViUnixWordRubout => {
                let from = b.back_over(|c| !c.is_ascii_whitespace());
                self.kill(from, point);
            }
            F::UnixFilenameRubout => {
                let from = b.back_over(|c| !c.is_ascii_whitespace() && c != b'/');
                self.kill(from, point);
            }
            F::DeleteHorizontalSpace => {
                let blank = |c: &u8| matches!(c, b' ' | b'\t');
                let before = b.text[..point].iter().rev().take_while(|c| blank(c)).count();
                let after = b.text[point..].iter().take_while(|c| blank(c)).count();
                self.buffer.remember(Change::Other);
                self.buffer.delete(point - before, point + after);
            }
            F::KillRegion => self.kill(b.mark.min(end), point),
            F::CopyRegionAsKill => {
                let (from, to) = (b.mark.min(point), b.mark.max(point).min(end));
                let text = b.text[from..to].to_vec();
                self.push_kill(text);
            }
            F::CopyForwardWord | F::CopyBackwardWord => {
                let forward = f == F::CopyForwardWord;
                let to = self.words(if forward { n } else { -n });
                let text = self.buffer.text[point.min(to)..point.max(to)].to_vec();
                self.remember_kill(text, forward);
            }
            F::Yank => match self.kills.last().cloned() {
                Some(text) => {
                    self.buffer.remember(Change::Other);
                    self.buffer.mark = point;
                    self.buffer.insert(&text);
                    self.yank = (self.kills.len() - 1, point, self.buffer.point);
                }
                None => self.bell(),
            },
            F::YankPop => {
                if !matches!(self.last, Some(F::Yank | F::YankPop)) || self.kills.is_empty() {
                    return self.bell();
                }
                let (at, from, to) = self.yank;
                let at = at.checked_sub(1).unwrap_or(self.kills.len() - 1);
                self.buffer.remember(Change::Other);
                self.buffer.delete(from, to);
                self.buffer.point = from;
                let text = self.kills[at].clone();
                self.buffer.insert(&text);
                self.yank = (at, from, self.buffer.point);
            }
            _ => {}
        }
    }
}
