//! Registers: `"a` to `"z`, the numbered ones, the small one, the unnamed one.

use crate::Bytes;

/// A text that was deleted or yanked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Register {
    /// Newlines between the lines; whole lines end with one.
    pub text: Bytes,
    pub linewise: bool,
}

#[derive(Debug, Default)]
pub struct Registers {
    /// By name, in order.
    kept: Vec<(u8, Register)>,
    /// Which the unnamed one is.
    last: u8,
}

impl Registers {
    /// What a register has; `"` or nothing is the last one that was used.
    pub fn get(&self, name: Option<u8>) -> Option<&Register> {
        let name = match name {
            None | Some(b'"') => self.last,
            Some(name) => name.to_ascii_lowercase(),
        };
        self.find(name).ok().map(|at| &self.kept[at].1)
    }

    /// Where a register is, or would be.
    fn find(&self, name: u8) -> Result<usize, usize> {
        self.kept.binary_search_by_key(&name, |(n, _)| *n)
    }

    fn set(&mut self, name: u8, register: Register) {
        match self.find(name) {
            Ok(at) => self.kept[at].1 = register,
            Err(at) => self.kept.insert(at, (name, register)),
        }
    }

    pub fn is_name(name: u8) -> bool {
        name.is_ascii_alphanumeric() || matches!(name, b'"' | b'-' | b'_' | b'*' | b'+')
    }

    /// A capital letter appends to its register.
    pub fn put(&mut self, name: u8, register: Register) {
        let lower = name.to_ascii_lowercase();
        if name.is_ascii_uppercase()
            && let Ok(at) = self.find(lower)
        {
            let old = &mut self.kept[at].1;
            if register.linewise && !old.linewise {
                old.text.push(b'\n');
                old.linewise = true;
            }
            old.text.extend_from_slice(&register.text);
            if old.linewise && !old.text.ends_with(b"\n") {
                old.text.push(b'\n');
            }
        } else {
            self.set(lower, register);
        }
    }

    pub fn yank(&mut self, name: Option<u8>, register: Register) {
        match name {
            Some(b'_') => {}
            Some(name) if name != b'"' => {
                self.put(name, register);
                self.last = name.to_ascii_lowercase();
            }
            _ => {
                self.set(b'0', register);
                self.last = b'0';
            }
        }
    }

    /// Whole lines, and what goes over lines, moves the numbered ones on; the rest is the small one's.
    pub fn delete(&mut self, name: Option<u8>, register: Register, big: bool) {
        match name {
            Some(b'_') => return,
            Some(name) if name != b'"' => {
                self.put(name, register.clone());
                self.last = name.to_ascii_lowercase();
                if !big {
                    return;
                }
            }
            _ => {}
        }
        let named = name.is_some_and(|n| n != b'"');
        if big || register.linewise || register.text.contains(&b'\n') {
            for n in (b'1'..b'9').rev() {
                if let Ok(at) = self.find(n) {
                    let (_, register) = self.kept.remove(at);
                    self.set(n + 1, register);
                }
            }
            self.set(b'1', register);
            if !named {
                self.last = b'1';
            }
        } else if !named {
            self.set(b'-', register);
            self.last = b'-';
        }
    }

    /// All of them by name.
    pub fn iter(&self) -> impl Iterator<Item = (u8, &Register)> {
        let unnamed = self.get(None).map(|r| (b'"', r));
        unnamed.into_iter().chain(self.kept.iter().map(|(n, r)| (*n, r)))
    }
}
