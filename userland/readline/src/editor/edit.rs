//! What functions do to the line.

use super::{Editor, Host, Mode, Step, search, vi};
use crate::bindings::Map;
use crate::buffer::Change;
use crate::complete::Source;
use crate::function::Function as F;
use crate::text;

impl Editor {
    /// Moves over characters, back for counts below 0.
    fn characters(&mut self, n: i64) {
        for _ in 0..n.unsigned_abs() {
            let to = if n > 0 {
                self.buffer.next(self.buffer.point)
            } else {
                self.buffer.previous(self.buffer.point)
            };
            if to == self.buffer.point {
                self.bell();
                return;
            }
            self.buffer.point = to;
        }
    }

    /// Where `n` words from here are, back for counts below 0.
    pub(super) fn words(&self, n: i64) -> usize {
        let mut at = self.buffer.point;
        for _ in 0..n.unsigned_abs() {
            at = if n > 0 {
                self.buffer.word_forward(at)
            } else {
                self.buffer.word_backward(at)
            };
        }
        at
    }

    fn insert(&mut self, what: &[u8]) {
        self.buffer.remember(Change::Typing);
        for _ in 0..self.count().clamp(0, 1 << 16) {
            let begins = what[0] & 0xc0 != 0x80;
            if self.overwrite && begins && !self.buffer.at_end() {
                let end = self.buffer.next(self.buffer.point);
                self.buffer.delete(self.buffer.point, end);
            }
            self.buffer.insert(what);
        }
    }

    fn delete_characters(&mut self, n: i64) {
        let from = self.buffer.point;
        let mut to = from;
        for _ in 0..n.unsigned_abs() {
            to = if n > 0 {
                self.buffer.next(to)
            } else {
                self.buffer.previous(to)
            };
        }
        if from == to {
            return self.bell();
        }
        self.buffer.remember(Change::Other);
        if self.argument.is_some() {
            let gone = self.buffer.delete(from, to);
            self.remember_kill(gone, n > 0);
        } else {
            self.buffer.delete(from, to);
        }
    }

    pub(super) fn find_character(&mut self, c: &[u8], forward: bool) {
        let forward = forward == (self.count() > 0);
        for _ in 0..self.count().unsigned_abs() {
            let t = &self.buffer.text;
            let found = if forward {
                let from = self.buffer.next(self.buffer.point);
                t[from..].windows(c.len()).position(|w| w == c).map(|i| from + i)
            } else {
                t[..self.buffer.point].windows(c.len()).rposition(|w| w == c)
            };
            match found {
                Some(at) => self.buffer.point = at,
                None => return self.bell(),
            }
        }
    }

    fn insert_comment(&mut self, host: &dyn Host) -> Step {
        let comment = host.bindings().value("comment-begin").as_bytes();
        self.buffer.remember(Change::Other);
        if self.argument.is_some() && self.buffer.text.starts_with(comment) {
            self.buffer.delete(0, comment.len());
        } else {
            self.buffer.point = 0;
            self.buffer.insert(comment);
        }
        self.accept()
    }

    /// Up or down a row of a line with several; false at the first or last.
    fn rows(&mut self, down: bool) -> bool {
        let b = &mut self.buffer;
        let start = b.row_start(b.point);
        let column = text::columns(&b.text[start..b.point]);
        let target = if down {
            let end = b.row_end(b.point);
            if end == b.text.len() {
                return false;
            }
            end + 1
        } else {
            if start == 0 {
                return false;
            }
            b.row_start(start - 1)
        };
        let mut at = target;
        let end = b.row_end(target);
        while at < end && text::columns(&b.text[target..at]) < column {
            at = b.next(at);
        }
        b.point = at;
        true
    }

    fn digit(&mut self, keys: &[u8]) {
        self.counting = true;
        let Some(&c) = keys.last() else { return };
        if c == b'-' {
            self.argument = Some(-self.count());
            return;
        }
        let digit = i64::from(c.wrapping_sub(b'0'));
        self.argument = Some(match self.argument {
            // A lone minus counts as -1 until a digit comes.
            Some(-1) if self.last == Some(F::DigitArgument) && keys.len() > 1 => -digit,
            Some(n) if n < 0 => n.saturating_mul(10).saturating_sub(digit),
            Some(n) => n.saturating_mul(10).saturating_add(digit),
            None => digit,
        });
        // Digits without Meta go on with the count.
        self.argument = self.argument.map(|n| n.clamp(-99_999, 99_999));
    }

    pub(super) fn perform(&mut self, f: F, keys: &[u8], host: &mut dyn Host) -> Step {
        let n = self.count();
        let vi = self.map == Map::ViCommand;
        match f {
            F::SelfInsert => {
                if let (Some(c), true, true) = (keys.first(), self.argument.is_some(), self.map == Map::Emacs)
                    && c.is_ascii_digit()
                    && self.last == Some(F::DigitArgument)
                {
                    self.digit(&[0x1b, *c]);
                    return Step::Go;
                }
                self.insert(keys);
            }
            F::TabInsert => self.insert(b"\t"),
            F::MagicSpace => {
                if let Some(line) = host.expand_history(&self.buffer.text) {
                    self.set_line(line, usize::MAX);
                }
                self.insert(b" ");
            }
            F::DigitArgument | F::ViArgDigit => self.digit(keys),
            F::UniversalArgument => {
                self.argument = Some(n.saturating_mul(4));
                self.counting = true;
            }
            F::AcceptLine => return self.accept(),
            F::OperateAndGetNext => {
                self.get_next = (self.at < host.history().len()).then(|| host.history().number(self.at + 1));
                return self.accept();
            }
            F::Abort => {
                self.argument = None;
                self.vi_cancel();
                self.bell();
            }
            F::DeleteChar
                if self.buffer.text.is_empty() && keys == b"\x04" && self.last != Some(F::DeleteChar) =>
            {
                return Step::End;
            }
            F::ViEofMaybe => {
                return if self.buffer.text.is_empty() {
                    Step::End
                } else {
                    self.accept()
                };
            }
            F::DeleteChar => self.delete_characters(n),
            F::BackwardDeleteChar => self.delete_characters(-n),
            F::ForwardBackwardDeleteChar => {
                let at_end = self.buffer.at_end();
                self.delete_characters(if at_end { -n } else { n });
            }
            F::ForwardChar | F::EndOfLine | F::ForwardWord if self.take_suggestion(f, host) => {}
            F::ForwardChar => self.characters(n),
            F::BackwardChar => self.characters(-n),
            F::ForwardWord => self.buffer.point = self.words(n),
            F::BackwardWord => self.buffer.point = self.words(-n),
            F::ShellForwardWord => self.buffer.point = self.buffer.shell_word_forward(self.buffer.point),
            F::ShellBackwardWord => self.buffer.point = self.buffer.shell_word_backward(self.buffer.point),
            F::BeginningOfLine if vi && keys == b"0" && self.argument.is_some() => self.digit(keys),
            F::BeginningOfLine => self.buffer.point = self.buffer.row_start(self.buffer.point),
            F::EndOfLine => self.buffer.point = self.buffer.row_end(self.buffer.point),
            F::PreviousScreenLine => drop(self.rows(false)),
            F::NextScreenLine => drop(self.rows(true)),
            F::PreviousHistory if !vi && self.argument.is_none() && self.rows(false) => {}
            F::NextHistory if !vi && self.argument.is_none() && self.rows(true) => {}
            F::PreviousHistory => self.go(host, -n),
            F::NextHistory => self.go(host, n),
            F::BeginningOfHistory => self.show_entry(host, 0),
            F::EndOfHistory => self.show_entry(host, host.history().len()),
            F::FetchHistory | F::ViFetchHistory => self.fetch(host),
            F::TransposeChars => self.transpose_characters(),
            F::TransposeWords => self.transpose_words(),
            F::UpcaseWord | F::DowncaseWord | F::CapitalizeWord => self.change_case(f),
            F::OverwriteMode => self.overwrite = self.argument.map_or(!self.overwrite, |n| n > 0),
            F::QuotedInsert => self.mode = Mode::Quoted,
            F::BracketedPasteBegin => self.mode = Mode::Paste(Vec::new()),
            F::CharacterSearch => self.mode = Mode::Find(true),
            F::CharacterSearchBackward => self.mode = Mode::Find(false),
            F::Undo => {
                for _ in 0..n.max(1) {
                    if !self.buffer.undo() {
                        self.bell();
                        break;
                    }
                }
            }
            F::RevertLine => self.buffer.revert(),
            F::SetMark => self.buffer.mark = self.argument.map_or(self.buffer.point, |n| n.max(0) as usize),
            F::ExchangePointAndMark => {
                let b = &mut self.buffer;
                (b.point, b.mark) = (b.mark.min(b.text.len()), b.point);
            }
            F::InsertComment => return self.insert_comment(host),
            F::TildeExpand => self.tilde_expand(host),
            F::HistoryExpandLine => match host.expand_history(&self.buffer.text) {
                Some(line) => self.set_line(line, usize::MAX),
                None => self.bell(),
            },
            F::ClearScreen | F::ClearDisplay => self.view.clear = true,
            F::RedrawCurrentLine => self.screen.forget(),
            F::ReReadInitFile => host.read_init_file(),
            F::EmacsEditingMode | F::ViEditingMode => {
                host.set_editing_mode(f == F::ViEditingMode);
                self.settings.vi = f == F::ViEditingMode;
                self.map = if self.settings.vi {
                    Map::ViInsert
                } else {
                    Map::Emacs
                };
            }
            F::EditAndExecuteCommand | F::ViEditAndExecuteCommand => {
                return Step::Program(self.buffer.text.clone());
            }
            F::StartKbdMacro => self.recording = Some(Vec::new()),
            F::EndKbdMacro => {
                if let Some(mut keys_so_far) = self.recording.take() {
                    keys_so_far.truncate(keys_so_far.len().saturating_sub(keys.len()));
                    self.recorded = keys_so_far;
                }
            }
            F::CallLastKbdMacro => {
                // What is played back is not recorded again.
                if self.recording.is_some() {
                    self.bell();
                } else {
                    let text = self.recorded.clone();
                    text.iter().rev().for_each(|b| self.queue.push_front(*b));
                }
            }
            F::DoLowercaseVersion => {}
            F::ReverseSearchHistory => self.begin_search(search::Kind::Incremental, true, host),
            F::ForwardSearchHistory => self.begin_search(search::Kind::Incremental, false, host),
            F::NonIncrementalReverseSearchHistory => self.begin_search(search::Kind::Whole, true, host),
            F::NonIncrementalForwardSearchHistory => self.begin_search(search::Kind::Whole, false, host),
            F::ViSearch => self.begin_search(search::Kind::Vi, keys == b"/", host),
            F::ViSearchAgain => self.search_again(keys == b"n", host),
            F::HistorySearchBackward | F::HistorySubstringSearchBackward => self.search_entry(f, true, host),
            F::HistorySearchForward | F::HistorySubstringSearchForward => self.search_entry(f, false, host),
            F::Complete
            | F::PossibleCompletions
            | F::InsertCompletions
            | F::MenuComplete
            | F::MenuCompleteBackward => self.complete(f, Source::Default, host),
            F::PossibleFilenameCompletions => self.complete(F::PossibleCompletions, Source::Files, host),
            F::PossibleCommandCompletions => self.complete(F::PossibleCompletions, Source::Commands, host),
            F::PossibleVariableCompletions => self.complete(F::PossibleCompletions, Source::Variables, host),
            F::PossibleUsernameCompletions => self.complete(F::PossibleCompletions, Source::Users, host),
            F::CompleteFilename => self.complete(F::Complete, Source::Files, host),
            F::CompleteCommand => self.complete(F::Complete, Source::Commands, host),
            F::CompleteVariable => self.complete(F::Complete, Source::Variables, host),
            F::CompleteUsername => self.complete(F::Complete, Source::Users, host),
            F::YankLastArg | F::InsertLastArgument | F::YankNthArg | F::ViYankArg => {
                self.yank_argument(f, host)
            }
            F::KillLine
            | F::BackwardKillLine
            | F::UnixLineDiscard
            | F::KillWholeLine
            | F::KillWord
            | F::BackwardKillWord
            | F::ShellKillWord
            | F::ShellBackwardKillWord
            | F::UnixWordRubout
            | F::ViUnixWordRubout
            | F::UnixFilenameRubout
            | F::DeleteHorizontalSpace
            | F::KillRegion
            | F::CopyRegionAsKill
            | F::CopyForwardWord
            | F::CopyBackwardWord
            | F::Yank
            | F::YankPop => self.kill_function(f),
            F::ViMovementMode
            | F::ViInsertionMode
            | F::ViAppendMode
            | F::ViAppendEol
            | F::ViInsertBeg
            | F::ViChangeCase
            | F::ViChangeChar
            | F::ViChangeTo
            | F::ViCharSearch
            | F::ViColumn
            | F::ViDelete
            | F::ViDeleteTo
            | F::ViEndWord
            | F::ViFirstPrint
            | F::ViGotoMark
            | F::ViMatch
            | F::ViNextWord
            | F::ViPrevWord
            | F::ViPut
            | F::ViRedo
            | F::ViReplace
            | F::ViRubout
            | F::ViSetMark
            | F::ViSubst
            | F::ViUndo
            | F::ViYankTo => vi::perform(self, f, keys),
        }
        Step::Go
    }
}
