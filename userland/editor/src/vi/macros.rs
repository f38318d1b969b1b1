//! Macros: `q` and `@`.

use super::{Register, Result, Stop, Vi, fail};
use crate::host::{Key, typed};

impl Vi {
    /// `q`: begins, and ends, the recording of a macro.
    pub(super) fn record(&mut self) -> Result {
        if let Some((name, mut keys)) = self.macro_keys.take() {
            keys.pop();
            let mut text = Vec::new();
            for key in keys {
                match key {
                    Key::Byte(b) => text.push(b),
                    Key::Paste(paste) => text.extend_from_slice(&paste),
                    _ => {}
                }
            }
            self.registers.put(
                name,
                Register {
                    text,
                    linewise: false,
                },
            );
            return Ok(());
        }
        match self.key()? {
            Key::Byte(name) if name.is_ascii_alphanumeric() || name == b'"' => {
                self.macro_keys = Some((name, Vec::new()));
                self.say(format!("recording @{}", char::from(name)));
                Ok(())
            }
            _ => Err(Stop::Beep),
        }
    }

    /// `@`: a register's text as if typed.
    pub(super) fn play(&mut self, count: usize) -> Result {
        let Key::Byte(mut name) = self.key()? else {
            return Err(Stop::Beep);
        };
        if name == b'@' {
            name = self.last_macro.ok_or(Stop::Beep)?;
        }
        if name == b':' {
            let command = self.ex.last_command.clone();
            return self.execute(&command);
        }
        let Some(register) = self.register(Some(name)) else {
            return Err(Stop::Beep);
        };
        self.last_macro = Some(name);
        if register.text.len().saturating_mul(count) > 1 << 24 {
            return fail("E169: Command too recursive");
        }
        self.feed(typed(&register.text.repeat(count)))
    }
}
