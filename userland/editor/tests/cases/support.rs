//! Editors on keys from a text, files in memory and a screen that nobody sees.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use editing::core::Buffer;
use editing::host::{Contents, FileError, Gone, Host, Key, Ran, Run, Stamp, Write, typed};
use editing::screen::{Frame, Screen};
use editing::vi::Vi;

use crate::emulator::Emulator;

/// What an editor's outside is here, for the test to look at.
pub struct World {
    pub keys: VecDeque<Key>,
    pub files: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Counts writes, so that each makes a new stamp.
    pub clock: i64,
    pub stamps: BTreeMap<Vec<u8>, i64>,
    pub size: (usize, usize),
    pub next_size: Option<(usize, usize)>,
    pub screen: Screen,
    /// What the last frame was sent as.
    pub sent: Vec<u8>,
    /// The terminal, where a test looks at it; each frame is then compared with what drawing it anew would show.
    pub emulator: Option<Emulator>,
    pub printed: Vec<u8>,
    pub suspended: usize,
    pub shown: Vec<Vec<u8>>,
    /// No command may be run.
    pub restricted: bool,
    /// Why nothing can be written.
    pub full: Option<String>,
}

impl Default for World {
    fn default() -> World {
        World {
            keys: VecDeque::new(),
            files: BTreeMap::new(),
            clock: 0,
            stamps: BTreeMap::new(),
            size: (24, 80),
            next_size: None,
            screen: Screen::default(),
            sent: Vec::new(),
            emulator: None,
            printed: Vec::new(),
            suspended: 0,
            shown: Vec::new(),
            restricted: false,
            full: None,
        }
    }
}

#[derive(Clone, Default)]
pub struct Fake(pub Rc<RefCell<World>>);

impl World {
    fn stamp(&self, name: &[u8]) -> Option<Stamp> {
        let size = self.files.get(name)?.len() as u64;
        Some(Stamp {
            size,
            mtime_ns: self.stamps.get(name).copied().unwrap_or(0),
            ..Stamp::default()
        })
    }
}

impl Host for Fake {
    fn size(&self) -> (usize, usize) {
        self.0.borrow().size
    }

    fn is_typed(&mut self) -> bool {
        false
    }

    fn paint(&mut self, frame: Frame) {
        let world = &mut *self.0.borrow_mut();
        let whole = world
            .emulator
            .is_some()
            .then(|| Screen::default().draw(frame.clone()));
        let bytes = world.screen.draw(frame);
        let (rows, columns) = world.size;
        if let (Some(emulator), Some(whole)) = (&mut world.emulator, whole) {
            let mut other = Emulator::new(rows, columns);
            other.feed(&whole);
            emulator.feed(&bytes);
            assert_eq!(emulator.text(), other.text());
            assert_eq!(emulator.cursor, other.cursor);
        }
        world.sent = bytes;
    }

    fn beep(&mut self) {}

    fn key(&mut self) -> Result<Key, Gone> {
        let mut world = self.0.borrow_mut();
        let key = world.keys.pop_front().ok_or(Gone::End)?;
        // The size changes with the key that says so.
        if key == Key::Redraw
            && let Some(size) = world.next_size.take()
        {
            world.size = size;
            world.emulator = Some(Emulator::new(size.0, size.1));
        }
        Ok(key)
    }

    fn read(&mut self, name: &[u8]) -> Result<Contents, FileError> {
        let world = self.0.borrow();
        if name.ends_with(b"/") {
            return Err(FileError::Directory);
        }
        let text = world.files.get(name).ok_or(FileError::NotFound)?.clone();
        Ok(Contents {
            text,
            stamp: world.stamp(name),
            read_only: name.starts_with(b"ro"),
        })
    }

    fn stamp(&mut self, name: &[u8]) -> Option<Stamp> {
        self.0.borrow().stamp(name)
    }

    fn exists(&mut self, name: &[u8]) -> bool {
        name.ends_with(b"/") || self.0.borrow().files.contains_key(name)
    }

    fn write(&mut self, name: &[u8], text: &[u8], how: Write) -> Result<Option<Stamp>, FileError> {
        let world = &mut *self.0.borrow_mut();
        if name.ends_with(b"/") {
            return Err(FileError::Directory);
        }
        if let Some(why) = &world.full {
            return Err(FileError::Unwritten(why.clone()));
        }
        let file = world.files.entry(name.to_vec()).or_default();
        if how != Write::Append {
            file.clear();
        }
        file.extend_from_slice(text);
        world.clock += 1;
        world.stamps.insert(name.to_vec(), world.clock);
        Ok(world.stamp(name))
    }

    fn run(&mut self, command: &[u8], how: Run) -> Result<Ran, String> {
        use std::io::Write;
        use std::process::{Command, Stdio};
        if self.0.borrow().restricted {
            return Err("restricted".into());
        }
        let Run::Filter(input) = how else {
            self.0.borrow_mut().shown.push(command.to_vec());
            return Ok(Ran::default());
        };
        let mut child = Command::new("/bin/sh")
            .arg("-c")
            .arg(String::from_utf8_lossy(command).into_owned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| e.to_string())?;
        // A command need not read all of it.
        let _ = child.stdin.take().map(|mut pipe| pipe.write_all(input));
        let output = child.wait_with_output().map_err(|e| e.to_string())?;
        Ok(Ran {
            output: output.stdout,
            status: output.status.code().unwrap_or(1),
        })
    }

    fn suspend(&mut self) {
        self.0.borrow_mut().suspended += 1;
    }

    fn change_directory(&mut self, _name: &[u8]) -> Result<(), String> {
        Ok(())
    }

    fn directory(&mut self) -> Vec<u8> {
        b"/".to_vec()
    }

    fn print(&mut self, text: &[u8]) {
        self.0.borrow_mut().printed.extend_from_slice(text);
    }
}

/// vi at work.
pub struct Session {
    pub world: Fake,
    pub vi: Vi,
}

impl Session {
    /// vi with this text, which has no file.
    pub fn vi(text: &str) -> Session {
        let world = Fake::default();
        let mut vi = Vi::new(Box::new(world.clone()));
        vi.buffer = Buffer::new(text.as_bytes().to_vec());
        Session { world, vi }
    }

    /// vi with the file `file`.
    pub fn file(text: &[u8]) -> Session {
        let mut session = Session::vi("");
        session
            .world
            .0
            .borrow_mut()
            .files
            .insert(b"file".to_vec(), text.to_vec());
        assert_eq!(session.vi.edit(b"file"), Ok(()));
        session
    }

    /// Types keys; answers the status if the editor has ended.
    pub fn keys(&mut self, keys: &str) -> Option<i32> {
        self.world.0.borrow_mut().keys.extend(typed(keys.as_bytes()));
        match self.vi.run() {
            editing::vi::Stop::Quit(status) => Some(status),
            _ => None,
        }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.vi.buffer.text()).into_owned()
    }

    pub fn line(&self) -> usize {
        self.vi.cursor.line + 1
    }

    pub fn col(&self) -> usize {
        self.vi.cursor.col + 1
    }

    pub fn message(&self) -> &str {
        self.vi.message.as_ref().map_or("", |(text, _)| text)
    }

    pub fn written(&self, name: &str) -> Option<Vec<u8>> {
        self.world.0.borrow().files.get(name.as_bytes()).cloned()
    }
}

/// Keys as a terminal sends them, arrows and their like as sequences.
pub fn keys_of(text: &str) -> Vec<Key> {
    const NAMED: [(&str, Key); 8] = [
        ("\x1b[A", Key::Up),
        ("\x1b[B", Key::Down),
        ("\x1b[C", Key::Right),
        ("\x1b[D", Key::Left),
        ("\x1b[H", Key::Home),
        ("\x1b[F", Key::End),
        ("\x1b[3~", Key::Delete),
        ("\x1b[6~", Key::PageDown),
    ];
    let mut keys = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some((sequence, key)) = NAMED.iter().find(|(sequence, _)| rest.starts_with(sequence)) {
            keys.push(key.clone());
            rest = &rest[sequence.len()..];
        } else {
            let len = rest.chars().next().map_or(1, char::len_utf8);
            keys.extend(typed(&rest.as_bytes()[..len]));
            rest = &rest[len..];
        }
    }
    keys
}
