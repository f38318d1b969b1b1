//! The main input: the files and assignments of ARGV, record by record.

use sys::{Errno, Fd};

use crate::ast::special;
use crate::input::Reader;
use crate::interp::{Interp, Result, Stop, fatal};
use crate::value::{Str, Value};

#[derive(Default)]
pub struct MainInput {
    reader: Option<Reader>,
    /// The next of ARGV, and whether one of them was a file.
    next: usize,
    any: bool,
    done: bool,
    spare: Vec<u8>,
    /// What messages call the program: `cmd. line`, or its file.
    pub source_name: String,
}

impl Interp<'_> {
    /// Reads the next record into `$0`; false when there is none left.
    pub fn next_main_record(&mut self) -> Result<bool> {
        loop {
            if self.main.reader.is_none() && !self.open_next()? {
                return Ok(false);
            }
            let Some(reader) = &mut self.main.reader else {
                return Ok(false);
            };
            // Into a spare buffer: at the end, the last record stays.
            match reader.record(&self.settings.separator, &mut self.main.spare, &mut self.rt) {
                Ok(true) => {
                    std::mem::swap(self.record.begin(&self.settings.splitter), &mut self.main.spare);
                    self.nr += 1.0;
                    self.fnr += 1.0;
                    return Ok(true);
                }
                Ok(false) => self.end_file()?,
                Err(error) => {
                    let name = self.text_of(&self.globals[special::FILENAME].clone());
                    let name = String::from_utf8_lossy(&name).into_owned();
                    return fatal(format!("error reading input file `{name}': {error}"));
                }
            }
        }
    }

    /// The same into a variable: answers the text.
    pub fn next_main_text(&mut self) -> Result<Option<Vec<u8>>> {
        loop {
            if self.main.reader.is_none() && !self.open_next()? {
                return Ok(None);
            }
            let Some(reader) = &mut self.main.reader else {
                return Ok(None);
            };
            let mut text = Vec::new();
            match reader.record(&self.settings.separator, &mut text, &mut self.rt) {
                Ok(true) => {
                    self.nr += 1.0;
                    self.fnr += 1.0;
                    return Ok(Some(text));
                }
                Ok(false) => self.end_file()?,
                Err(error) => return fatal(format!("error reading input: {error}")),
            }
        }
    }

    pub fn skip_file(&mut self) -> Result<()> {
        if self.main.reader.is_some() {
            self.end_file()?;
        }
        Ok(())
    }

    fn end_file(&mut self) -> Result<()> {
        self.main.reader = None;
        let program = self.program;
        for block in &program.end_file {
            self.exec(block)?;
        }
        Ok(())
    }

    /// Opens what ARGV names next, assigning on the way; standard input if it names no file at all.
    fn open_next(&mut self) -> Result<bool> {
        if self.main.done {
            return Ok(false);
        }
        loop {
            let count = self.globals[special::ARGC].num();
            self.main.next += 1;
            if self.main.next as f64 >= count {
                self.main.done = true;
                if self.main.any {
                    return Ok(false);
                }
                self.main.any = true;
                return self.start_file(b"-", Ok(Reader::new(Fd::STDIN, false)));
            }
            let Value::Array(argv) = self.globals[special::ARGV].clone() else {
                return Ok(false);
            };
            let key = self.main.next.to_string();
            let argument = argv.borrow().get(key.as_bytes()).cloned();
            let argument = argument.map(|value| self.text_of(&value)).unwrap_or_default();
            if argument.is_empty() {
                continue;
            }
            if let Some((name, value)) = assignment(&argument) {
                self.assign_by_name(name, value)?;
                continue;
            }
            self.main.any = true;
            self.globals[special::ARGIND] = Value::Num(self.main.next as f64);
            if self.start_file(&argument, crate::streams::open_reader(&argument))? {
                return Ok(true);
            }
        }
    }

    /// Runs BEGINFILE; false where the file is skipped.
    fn start_file(&mut self, name: &[u8], opened: std::result::Result<Reader, Errno>) -> Result<bool> {
        self.globals[special::FILENAME] = Value::Input(Str::from(name));
        self.fnr = 0.0;
        let error = match opened {
            Ok(reader) => {
                self.main.reader = Some(reader);
                None
            }
            Err(error) => Some(error),
        };
        let message = error.map_or(Str::new(), |error| Str::from(error.message().as_bytes()));
        self.globals[special::ERRNO] = Value::Str(message);
        let program = self.program;
        for block in &program.begin_file {
            match self.exec(block) {
                Ok(_) => {}
                Err(Stop::NextFile) => {
                    self.main.reader = None;
                    return Ok(false);
                }
                Err(stop) => return Err(stop),
            }
        }
        let Some(error) = error else {
            return Ok(true);
        };
        let name = String::from_utf8_lossy(name).into_owned();
        if error == Errno::EISDIR {
            self.complain(
                "warning",
                &format!("command line argument `{name}' is a directory: skipped"),
            );
        } else {
            return fatal(format!("cannot open file `{name}' for reading: {error}"));
        }
        Ok(false)
    }
}

/// `name=value` of a command line.
pub fn assignment(argument: &[u8]) -> Option<(&[u8], &[u8])> {
    let equals = argument.iter().position(|b| *b == b'=')?;
    let name = &argument[..equals];
    let is_name = name
        .first()
        .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
        && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
    is_name.then(|| (name, &argument[equals + 1..]))
}
