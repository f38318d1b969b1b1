//! Where keys come from: the user, macros, repeated commands.

use std::collections::VecDeque;

use super::{Mode, Result, Stop, Vi, fail};
use crate::Bytes;
use crate::host::Key;

impl Vi {
    /// The next key: of a macro, or from the user, who sees first what the last one did.
    ///
    /// # Errors
    /// There is none.
    pub fn key(&mut self) -> Result<Key> {
        let key = self.next_key()?;
        self.recorded.push(key.clone());
        Ok(key)
    }

    fn next_key(&mut self) -> Result<Key> {
        // The first level is macros' of the user's typing; those above it are closed.
        while let Some(keys) = self.pending.last_mut() {
            if let Some(key) = keys.pop_front() {
                return Ok(key);
            }
            if self.pending.len() > 1 || self.repeating {
                return Err(Stop::Exhausted);
            }
            self.pending.pop();
        }
        loop {
            if !self.host.is_typed() {
                self.draw();
            }
            match self.host.key() {
                Ok(Key::Redraw) => {}
                Ok(key) => {
                    if let Some((_, keys)) = &mut self.macro_keys {
                        keys.push(key.clone());
                    }
                    return Ok(key);
                }
                Err(gone) => return Err(Stop::Gone(gone)),
            }
        }
    }

    /// Puts keys before all others, as a macro's.
    pub(super) fn feed(&mut self, keys: impl DoubleEndedIterator<Item = Key>) -> Result {
        if self.pending.is_empty() {
            self.pending.push(VecDeque::new());
        }
        if let Some(level) = self.pending.last_mut() {
            if level.len() > 1 << 20 {
                level.clear();
                return fail("E169: Command too recursive");
            }
            for key in keys.rev() {
                level.push_front(key);
            }
        }
        Ok(())
    }

    /// Runs commands from these keys and no others.
    pub fn with_keys(&mut self, keys: Vec<Key>, mut run: impl FnMut(&mut Vi) -> Result) -> Result {
        if self.pending.len() > 100 {
            return fail("E169: Command too recursive");
        }
        if self.pending.is_empty() {
            self.pending.push(VecDeque::new());
        }
        self.pending.push(keys.into());
        let depth = self.pending.len();
        let outcome = loop {
            if self.pending.last().is_none_or(VecDeque::is_empty) {
                break Ok(());
            }
            match run(self) {
                Ok(()) => {}
                // The commands' end is the command's.
                Err(Stop::Exhausted) => break Ok(()),
                Err(stop) => break Err(stop),
            }
        };
        self.pending.truncate(depth - 1);
        if depth == 2 && self.pending[0].is_empty() {
            self.pending.clear();
        }
        outcome
    }

    /// A command begins that is undone by itself; those within another command are undone with it.
    pub(super) fn begin(&mut self) {
        if self.pending.len() < 2 {
            self.buffer.begin(self.cursor);
        }
    }

    /// Commands of normal mode, as `:normal` runs them; one that is not complete is given up, typed text is kept.
    ///
    /// # Errors
    /// The first that fails ends them.
    pub fn normal(&mut self, keys: Vec<Key>) -> Result {
        self.with_keys(keys, |vi| {
            let outcome = vi.command();
            vi.mode = match vi.mode {
                Mode::Insert | Mode::Replace => Mode::Normal,
                mode => mode,
            };
            vi.clamp();
            outcome
        })?;
        self.mode = Mode::Normal;
        self.clamp();
        Ok(())
    }

    /// A character that a command takes, of several bytes perhaps.
    ///
    /// # Errors
    /// A key that is none, an Escape among them.
    pub(super) fn character(&mut self) -> Result<Bytes> {
        let Key::Byte(first) = self.key()? else {
            return Err(Stop::Beep);
        };
        match first {
            0x1b => Err(Stop::Beep),
            0x16 => match self.key()? {
                Key::Byte(b) => self.rest_of(b),
                _ => Err(Stop::Beep),
            },
            first => self.rest_of(first),
        }
    }

    /// The bytes that belong to a character's first.
    pub(super) fn rest_of(&mut self, first: u8) -> Result<Bytes> {
        let len = match first {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => 1,
        };
        let mut bytes = vec![first];
        while bytes.len() < len {
            match self.key()? {
                Key::Byte(b) => bytes.push(b),
                _ => return Err(Stop::Beep),
            }
        }
        Ok(bytes)
    }

    /// `^V`: the next key as it is, or a number.
    pub(super) fn literal(&mut self) -> Result<Bytes> {
        let key = self.key()?;
        let Key::Byte(first) = key else {
            return Err(Stop::Beep);
        };
        let (radix, most, mut digits) = match first {
            b'x' | b'X' => (16, 2, String::new()),
            b'u' => (16, 4, String::new()),
            b'U' => (16, 8, String::new()),
            b'o' | b'O' => (8, 3, String::new()),
            b'0'..=b'9' => (10, 3, char::from(first).to_string()),
            b'\r' => return Ok(vec![b'\r']),
            first => return self.rest_of(first),
        };
        while digits.len() < most {
            let key = self.key()?;
            match key {
                Key::Byte(b) if char::from(b).is_digit(radix) => digits.push(b.into()),
                other => {
                    // It is no digit: it is what comes next.
                    self.recorded.pop();
                    self.feed(std::iter::once(other))?;
                    break;
                }
            }
        }
        let value = u32::from_str_radix(&digits, radix).unwrap_or(0);
        if matches!(first, b'u' | b'U') {
            let c = char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER);
            return Ok(c.to_string().into_bytes());
        }
        Ok(vec![value as u8])
    }
}
