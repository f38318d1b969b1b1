//! The editor: takes keys one byte at a time, and says when the line is done.

mod change;
mod complete;
mod edit;
mod host;
mod kill;
mod recall;
mod search;
mod vi;
mod view;

pub use host::{Host, Settings, Step};

use std::collections::{BTreeMap, VecDeque};

use crate::Bytes;
use crate::bindings::Map;
use crate::buffer::{Buffer, Change};
use crate::complete::Completions;
use crate::function::Function;
use crate::keymap::{Action, Found};
use crate::screen::Screen;

/// What the next bytes are for.
#[derive(Clone, Debug)]
enum Mode {
    Keys,
    /// `\C-v`: the next byte is text.
    Quoted,
    /// A paste, up to its end mark.
    Paste(Bytes),
    /// The next character is looked for: forward?
    Find(bool),
    /// The next character completes a vi command.
    Vi(vi::Wants),
    Search(search::Search),
    /// All of many completions, or not?
    Ask(Completions),
}

/// The end of a paste, as terminals mark it.
const PASTE_END: &[u8] = b"\x1b[201~";

pub struct Editor {
    pub buffer: Buffer,
    pub screen: Screen,
    settings: Settings,
    map: Map,
    mode: Mode,
    /// The sequence that was begun.
    keys: Bytes,
    /// Bytes to take before those that come.
    queue: VecDeque<u8>,
    /// A character in the making, for modes that want one.
    character: Bytes,
    /// The count before a command.
    argument: Option<i64>,
    /// The count is being typed.
    counting: bool,
    overwrite: bool,
    last: Option<Function>,
    kills: Vec<Bytes>,
    /// Where in the kill ring `yank` and `yank-pop` stand, and what they inserted.
    yank: (usize, usize, usize),
    recording: Option<Bytes>,
    recorded: Bytes,
    /// Which entry of the history is shown; its length is the new line.
    at: usize,
    /// Lines that were left changed, the new one among them.
    edited: BTreeMap<usize, Bytes>,
    /// The entry that the next line is to begin with (`operate-and-get-next`).
    get_next: Option<usize>,
    recall: recall::Memory,
    search: search::Memory,
    vi: vi::State,
    menu: complete::Menu,
    view: view::State,
}

impl Default for Editor {
    fn default() -> Editor {
        Editor {
            buffer: Buffer::default(),
            screen: Screen::default(),
            settings: Settings::default(),
            map: Map::Emacs,
            mode: Mode::Keys,
            keys: Vec::new(),
            queue: VecDeque::new(),
            character: Vec::new(),
            argument: None,
            counting: false,
            overwrite: false,
            last: None,
            kills: Vec::new(),
            yank: (0, 0, 0),
            recording: None,
            recorded: Vec::new(),
            at: 0,
            edited: BTreeMap::new(),
            get_next: None,
            recall: recall::Memory::default(),
            search: search::Memory::default(),
            vi: vi::State::default(),
            menu: complete::Menu::default(),
            view: view::State::default(),
        }
    }
}

impl Editor {
    /// Begins a line. `prompt` is its last row, with bytes 1 and 2 around what takes no columns.
    pub fn start(&mut self, host: &dyn Host, settings: Settings, prompt: &[u8], initial: Bytes) {
        self.settings = settings;
        self.view = view::State::new(prompt);
        self.screen = Screen::default();
        self.buffer = Buffer::new(initial);
        self.map = if settings.vi { Map::ViInsert } else { Map::Emacs };
        self.mode = Mode::Keys;
        self.keys.clear();
        self.character.clear();
        (self.argument, self.counting, self.overwrite, self.last) = (None, false, false, None);
        self.edited.clear();
        self.at = host.history().len();
        self.menu = complete::Menu::default();
        self.vi.start_line();
        if let Some(next) = self.get_next.take().and_then(|n| host.history().position(n)) {
            self.show_entry(host, next);
        }
        if settings.vi {
            self.buffer.begin_group();
        }
    }

    /// Takes a byte from the keyboard.
    pub fn key(&mut self, byte: u8, host: &mut dyn Host) -> Step {
        self.queue.push_back(byte);
        self.resume(host)
    }

    /// Takes what macros have left to be taken.
    pub fn resume(&mut self, host: &mut dyn Host) -> Step {
        while let Some(b) = self.queue.pop_front() {
            let step = self.take(b, host);
            if step != Step::Go {
                return step;
            }
        }
        Step::Go
    }

    /// Is a sequence begun that a pause ends?
    pub fn waits(&self) -> bool {
        !self.keys.is_empty()
    }

    /// The keys have paused: what was begun is all.
    pub fn pause(&mut self, host: &mut dyn Host) -> Step {
        let keys = std::mem::take(&mut self.keys);
        if let Found::Action(a) | Found::Perhaps(a) = host.bindings().map(self.map).lookup(&keys) {
            let step = self.act(a, &keys, host);
            if step != Step::Go {
                return step;
            }
            return self.resume(host);
        }
        // In emacs' map a lone Escape is half a key, for as long as the other half takes.
        if self.map == Map::Emacs && !self.search.escaped {
            self.keys = keys;
        }
        self.search.escaped = false;
        Step::Go
    }

    /// Does [`Editor::pause`] make a difference now?
    pub fn pause_matters(&self, host: &dyn Host) -> bool {
        self.waits()
            && (self.map != Map::Emacs
                || self.search.escaped
                || matches!(
                    host.bindings().map(self.map).lookup(&self.keys),
                    Found::Perhaps(_)
                ))
    }

    /// The count before this command; 1 without.
    fn count(&self) -> i64 {
        self.argument.unwrap_or(1)
    }

    fn bell(&mut self) {
        self.view.bell = true;
    }

    fn take(&mut self, b: u8, host: &mut dyn Host) -> Step {
        // The terminal's interrupt key, whatever is going on.
        if b == 3 && !matches!(self.mode, Mode::Quoted | Mode::Paste(_) | Mode::Ask(_)) {
            self.keys.clear();
            return Step::Interrupt;
        }
        match &mut self.mode {
            Mode::Keys => self.take_key(b, host),
            Mode::Quoted => {
                self.mode = Mode::Keys;
                self.buffer.remember(Change::Other);
                self.buffer.insert(&[b]);
                Step::Go
            }
            Mode::Paste(text) => {
                text.push(b);
                if text.ends_with(PASTE_END) {
                    let mut text = std::mem::take(text);
                    text.truncate(text.len() - PASTE_END.len());
                    self.mode = Mode::Keys;
                    self.paste(&text);
                }
                Step::Go
            }
            Mode::Search(_) => self.search_key(b, host),
            Mode::Ask(_) => {
                self.answer(b);
                Step::Go
            }
            Mode::Find(_) | Mode::Vi(_) => self.take_character(b),
        }
    }

    /// For the modes that want a character rather than a byte.
    fn take_character(&mut self, b: u8) -> Step {
        self.character.push(b);
        let want = match self.character[0] {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => 1,
        };
        if self.character.len() < want {
            return Step::Go;
        }
        let c = std::mem::take(&mut self.character);
        match std::mem::replace(&mut self.mode, Mode::Keys) {
            Mode::Find(forward) => {
                self.find_character(&c, forward);
                self.argument = None;
                Step::Go
            }
            Mode::Vi(wants) => self.vi_character(wants, &c),
            _ => Step::Go,
        }
    }

    fn take_key(&mut self, b: u8, host: &mut dyn Host) -> Step {
        self.keys.push(b);
        self.vi_note(b);
        if let Some(r) = &mut self.recording {
            r.push(b);
        }
        let found = host.bindings().map(self.map).lookup(&self.keys);
        match found {
            Found::Action(a) => {
                let keys = std::mem::take(&mut self.keys);
                self.act(a, &keys, host)
            }
            Found::Perhaps(_) | Found::Prefix => Step::Go,
            Found::Nothing => self.unbound(host),
        }
    }

    /// No sequence begins so: a shorter one does, or the byte is text, or a key that nobody knows.
    fn unbound(&mut self, host: &mut dyn Host) -> Step {
        let keys = std::mem::take(&mut self.keys);
        let map = host.bindings().map(self.map);
        for n in (1..keys.len()).rev() {
            // A terminal's key is one, even if it begins like two.
            let sequence = keys.len() > 2 || (keys.len() == 2 && matches!(keys[1], b'[' | b'O'));
            if keys[0] == 0x1b && sequence {
                break;
            }
            if let Found::Action(a) | Found::Perhaps(a) = map.lookup(&keys[..n]) {
                // What is behind it is none of it, and will be noted again.
                keys[n..].iter().for_each(|_| self.vi_forget());
                let step = self.act(a, &keys[..n], host);
                keys[n..].iter().rev().for_each(|b| self.queue.push_front(*b));
                return step;
            }
        }
        if keys.len() == 1 {
            let c = keys[0];
            if self.map != Map::ViCommand && (c >= 0x20 && c != 0x7f) {
                return self.act(Action::Function(Function::SelfInsert), &keys, host);
            }
        }
        if keys.starts_with(b"\x1b[") || keys.starts_with(b"\x1bO") {
            // A control sequence is taken to its end, known or not.
            let parameters = &keys[2..];
            if parameters.last().is_none_or(|c| !(0x40..=0x7e).contains(c)) && keys.len() < 32 {
                self.keys = keys;
            }
            return Step::Go;
        }
        if let [0x1b, upper @ b'A'..=b'Z'] = keys[..] {
            // Meta with a capital is Meta with its small letter.
            let lower = [0x1b, upper.to_ascii_lowercase()];
            if let Found::Action(a) | Found::Perhaps(a) = host.bindings().map(self.map).lookup(&lower) {
                return self.act(a, &lower, host);
            }
        }
        if keys == b"\x1b\x1b" {
            // A key whose sequence begins with an Escape, behind one that led to nothing.
            self.keys = b"\x1b".to_vec();
            return Step::Go;
        }
        self.argument = None;
        self.vi_cancel();
        self.bell();
        Step::Go
    }

    fn act(&mut self, action: Action, keys: &[u8], host: &mut dyn Host) -> Step {
        match action {
            Action::Macro(text) => {
                for b in text.iter().rev() {
                    self.queue.push_front(*b);
                }
                // A macro that calls itself has no end.
                if self.queue.len() > 1 << 16 {
                    self.queue.clear();
                    self.bell();
                }
                Step::Go
            }
            Action::Command(c) => Step::Command(c),
            Action::Function(f) => self.call(f, keys, host),
        }
    }

    /// Calls a function as if keys had.
    fn call(&mut self, f: Function, keys: &[u8], host: &mut dyn Host) -> Step {
        let operator = self.vi.operator.is_some();
        let from = self.buffer.point;
        self.vi_multiply(f);
        let step = self.perform(f, keys, host);
        if self.map == Map::ViCommand || operator {
            self.vi_after(f, from, operator);
        }
        if !self.counting && !matches!(self.mode, Mode::Find(_) | Mode::Vi(_)) {
            self.argument = None;
        }
        let counting = std::mem::take(&mut self.counting);
        if f != Function::SelfInsert {
            self.buffer.pause();
        }
        self.last = Some(if counting { Function::DigitArgument } else { f });
        step
    }

    /// The line is done.
    fn accept(&mut self) -> Step {
        self.finish_undo();
        Step::Accept(std::mem::take(&mut self.buffer.text))
    }

    fn finish_undo(&mut self) {
        self.buffer.end_group();
    }

    /// Another line in this one's place, as a `bind -x` command has left it.
    pub fn set_line(&mut self, text: Bytes, point: usize) {
        self.buffer.remember(Change::Other);
        self.buffer.text = text;
        self.buffer.point = point.min(self.buffer.text.len());
    }

    fn paste(&mut self, text: &[u8]) {
        self.buffer.remember(Change::Other);
        // Terminals send a newline as Enter sends it.
        let text: Bytes = text
            .iter()
            .map(|c| if *c == b'\r' { b'\n' } else { *c })
            .collect();
        self.buffer.insert(&text);
    }

    /// Does the keyboard still owe the end of a paste?
    pub fn is_pasting(&self) -> bool {
        matches!(self.mode, Mode::Paste(_))
    }
}
