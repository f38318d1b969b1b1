//! Variables and fields, with what the special ones do when they are read or written.

use std::rc::Rc;

use crate::ast::{Expr, Lvalue, Slot, special};
use crate::eval::store;
use crate::input::Separator;
use crate::interp::{Interp, Result, fatal};
use crate::record::Splitter;
use crate::value::{Str, Value};

impl<'p> Interp<'p> {
    pub fn name_of(&self, slot: Slot) -> Str {
        match slot {
            Slot::Global(at) => self.program.globals[at].clone(),
            Slot::Local(_) => Str::from(&b"parameter"[..]),
        }
    }

    #[inline(never)]
    pub fn variable(&mut self, slot: Slot) -> Result<Value> {
        if let Slot::Global(at) = slot
            && at < special::READ_HOOKED
        {
            return Ok(match at {
                special::NF => Value::Num(self.record.nf() as f64),
                special::NR => Value::Num(self.nr),
                special::FNR => Value::Num(self.fnr),
                _ => Value::Str(Str::from(self.rt.as_slice())),
            });
        }
        match self.slot(slot) {
            Value::Array(_) => fatal(format!(
                "attempt to use array `{}' in a scalar context",
                String::from_utf8_lossy(&self.name_of(slot))
            )),
            value => Ok(value.clone()),
        }
    }

    #[inline(never)]
    pub fn assign(&mut self, target: &'p Lvalue, value: Value) -> Result<()> {
        match target {
            Lvalue::Var(slot) => self.set(*slot, value),
            Lvalue::Field(index) => {
                let n = self.field_index(index)?;
                self.set_field(n, value);
                Ok(())
            }
            Lvalue::Elem(array, subscripts) => {
                let array = self.array(array)?;
                let key = self.key(subscripts)?;
                if matches!(array.borrow().get(key.as_slice()), Some(Value::Array(_))) {
                    return fatal("attempt to use array in a scalar context");
                }
                store(&array, &key, value);
                self.scratch.push(key);
                Ok(())
            }
        }
    }

    pub fn set(&mut self, slot: Slot, value: Value) -> Result<()> {
        if matches!(self.slot(slot), Value::Array(_)) {
            return fatal(format!(
                "attempt to use array `{}' in a scalar context",
                String::from_utf8_lossy(&self.name_of(slot))
            ));
        }
        *self.slot_mut(slot) = value;
        match slot {
            Slot::Global(at) if at < special::HOOKED => self.changed(at),
            _ => Ok(()),
        }
    }

    /// `name=value` of the command line, with a string's escapes.
    pub fn assign_by_name(&mut self, name: &[u8], value: &[u8]) -> Result<()> {
        let mut text = Vec::new();
        let mut rest = value;
        while let Some(b) = rest.first() {
            if *b == b'\\' {
                let len = crate::lexer::push_escape(&mut text, rest);
                rest = &rest[len.min(rest.len())..];
            } else {
                text.push(*b);
                rest = &rest[1..];
            }
        }
        let is_function = self.program.functions.iter().any(|f| f.name.as_slice() == name);
        if is_function {
            let name = String::from_utf8_lossy(name).into_owned();
            return fatal(format!("cannot use function name `{name}' as variable name"));
        }
        match self
            .program
            .globals
            .iter()
            .position(|global| global.as_slice() == name)
        {
            Some(at) => self.set(Slot::Global(at), Value::Input(Str::from(text))),
            // The program does not know the name, so nothing can see the value.
            None => Ok(()),
        }
    }

    /// A special variable has a new value.
    #[inline(never)]
    fn changed(&mut self, at: usize) -> Result<()> {
        let value = self.globals[at].clone();
        let text = self.text_of(&value);
        match at {
            special::NF => {
                let n = value.num();
                if n < 0.0 {
                    return fatal("NF set to negative value");
                }
                self.record.set_nf(n as usize);
            }
            special::NR => self.nr = value.num().trunc(),
            special::FNR => self.fnr = value.num().trunc(),
            special::RT => self.rt = text.to_vec(),
            special::OFS => {
                // What has been assigned so far is put together by the old one.
                self.record.text(&self.settings.ofs, &self.settings.convfmt);
                self.settings.ofs = text;
            }
            special::ORS => self.settings.ors = text,
            special::SUBSEP => self.settings.subsep = text,
            special::CONVFMT => self.settings.convfmt = text,
            special::OFMT => self.settings.ofmt = text,
            special::IGNORECASE => {
                self.settings.ignore_case = value.truth();
                let separator = self.text_of(&self.globals[special::FS].clone());
                self.settings.splitter = self.splitter(&separator, true)?;
                self.set_rs()?;
            }
            special::FS => self.settings.splitter = self.splitter(&text, true)?,
            special::RS => {
                self.set_rs()?;
                let separator = self.text_of(&self.globals[special::FS].clone());
                self.settings.splitter = self.splitter(&separator, true)?;
            }
            special::FIELDWIDTHS => self.settings.splitter = Rc::new(Splitter::Widths(widths(&text)?)),
            special::FPAT => self.settings.splitter = Rc::new(Splitter::Pattern(self.dynamic(&text)?)),
            _ => {}
        }
        Ok(())
    }

    fn set_rs(&mut self) -> Result<()> {
        let text = self.text_of(&self.globals[special::RS].clone());
        self.settings.separator = match text.as_slice() {
            [] => Separator::Paragraph,
            [b] if !(self.settings.ignore_case && b.is_ascii_alphabetic()) => Separator::Byte(*b),
            _ => Separator::Regex(self.dynamic(&text)?),
        };
        Ok(())
    }

    /// How FS, or split's separator, cuts. In paragraph mode (`for_record`) a newline does so, too.
    pub fn splitter(&mut self, fs: &[u8], for_record: bool) -> Result<Rc<Splitter>> {
        let paragraphs = for_record && matches!(self.settings.separator, Separator::Paragraph);
        Ok(Rc::new(match fs {
            b" " => Splitter::Blanks,
            [] => Splitter::Chars,
            [b] if !(self.settings.ignore_case && b.is_ascii_alphabetic()) => {
                if paragraphs && *b != b'\n' {
                    Splitter::ByteOrNewline(*b)
                } else {
                    Splitter::Byte(*b)
                }
            }
            _ if paragraphs => Splitter::Regex(self.dynamic(&[b"(", fs, b")|\n"].concat())?),
            _ => Splitter::Regex(self.dynamic(fs)?),
        }))
    }

    pub fn field_index(&mut self, index: &'p Expr) -> Result<usize> {
        let n = match index {
            Expr::Num(n) => *n,
            _ => self.number(index)?,
        };
        // NaN is as wrong as a negative number.
        if (0.0..1e9).contains(&n) {
            Ok(n as usize)
        } else if n < 0.0 {
            fatal(format!("attempt to access field {}", n.trunc()))
        } else {
            fatal(format!("attempt to access field {n}, which is too large"))
        }
    }

    pub fn field_value(&mut self, index: &'p Expr) -> Result<Value> {
        let n = self.field_index(index)?;
        Ok(self.field_at(n))
    }

    pub fn field_at(&mut self, n: usize) -> Value {
        if n == 0 {
            let settings = &self.settings;
            Value::Input(Str::from(self.record.text(&settings.ofs, &settings.convfmt)))
        } else {
            self.record.field(n)
        }
    }

    /// `$0`.
    pub fn record_text(&mut self) -> Str {
        let settings = &self.settings;
        Str::from(self.record.text(&settings.ofs, &settings.convfmt))
    }

    pub fn set_field(&mut self, n: usize, value: Value) {
        if n > 0 {
            self.record.set_field(n, value);
            return;
        }
        let text = self.text_of(&value);
        let buffer = self.record.begin(&self.settings.splitter);
        buffer.clear();
        buffer.extend_from_slice(&text);
    }
}

/// FIELDWIDTHS: `width`, `skip:width`, and at the end `*` for the rest.
fn widths(text: &[u8]) -> Result<Vec<(usize, usize)>> {
    let text = String::from_utf8_lossy(text);
    text.split_ascii_whitespace()
        .map(|word| {
            let (skip, width) = word.split_once(':').unwrap_or(("0", word));
            let width = if width == "*" {
                Ok(usize::MAX)
            } else {
                width.parse()
            };
            match (skip.parse(), width) {
                (Ok(skip), Ok(width)) => Ok((skip, width)),
                _ => fatal(format!("invalid FIELDWIDTHS value, near `{word}'")),
            }
        })
        .collect()
}
