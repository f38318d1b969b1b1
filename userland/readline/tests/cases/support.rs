//! A program around the editor, and a terminal to look at.

use readline::bindings::Bindings;
use readline::complete::{Completions, Request};
use readline::editor::{Editor, Host, Settings, Step};
use readline::event::{Expander, Expansion};
use readline::history::{Control, History};

#[derive(Default)]
pub struct Program {
    pub history: History,
    pub bindings: Bindings,
    pub completions: Completions,
    /// How often completions were asked for.
    pub asked: usize,
}

impl Program {
    pub fn with_history(lines: &[&str]) -> Program {
        let mut p = Program::default();
        for l in lines {
            p.history.add(l.as_bytes().to_vec(), None, Control::default());
        }
        p
    }
}

impl Host for Program {
    fn history(&self) -> &History {
        &self.history
    }
    fn bindings(&self) -> &Bindings {
        &self.bindings
    }
    fn bindings_mut(&mut self) -> &mut Bindings {
        &mut self.bindings
    }
    fn complete(&mut self, _: &Request) -> Completions {
        self.asked += 1;
        self.completions.clone()
    }
    fn is_command(&mut self, name: &[u8]) -> bool {
        matches!(name, b"echo" | b"ls")
    }
    fn expand_history(&mut self, line: &[u8]) -> Option<Vec<u8>> {
        match Expander::default().expand(&self.history, line, None) {
            Ok(Expansion::Changed(t)) => Some(t),
            _ => None,
        }
    }
    fn expand_tilde(&mut self, word: &[u8]) -> Option<Vec<u8>> {
        Some([b"/home", word.strip_prefix(b"~")?].concat())
    }
    fn read_init_file(&mut self) {}
    fn set_editing_mode(&mut self, _: bool) {}
}

/// Types keys on a new line; what the last of them led to.
pub fn type_keys(program: &mut Program, editor: &mut Editor, settings: Settings, keys: &str) -> Step {
    editor.start(program, settings, b"$ ", Vec::new());
    press(program, editor, keys)
}

pub fn press(program: &mut Program, editor: &mut Editor, keys: &str) -> Step {
    let mut last = Step::Go;
    for b in keys.bytes() {
        last = editor.key(b, program);
    }
    if editor.pause_matters(program) {
        last = editor.pause(program);
    }
    last
}

/// The line with a bar where the cursor is.
pub fn shown(editor: &Editor) -> String {
    let (a, b) = editor.buffer.text.split_at(editor.buffer.point);
    format!("{}|{}", String::from_utf8_lossy(a), String::from_utf8_lossy(b))
}

/// As much of a terminal as the editor writes to.
pub struct Screen {
    pub rows: usize,
    pub columns: usize,
    cells: Vec<Vec<char>>,
    pub at: (usize, usize),
    /// The last column is full, and the next character goes to the next row.
    full: bool,
    pub bells: usize,
}

impl Screen {
    pub fn new(rows: usize, columns: usize) -> Screen {
        Screen {
            rows,
            columns,
            cells: vec![vec![' '; columns]; rows],
            at: (0, 0),
            full: false,
            bells: 0,
        }
    }

    fn down(&mut self) {
        if self.at.0 + 1 == self.rows {
            self.cells.remove(0);
            self.cells.push(vec![' '; self.columns]);
        } else {
            self.at.0 += 1;
        }
    }

    pub fn write(&mut self, bytes: &[u8]) {
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        let mut it = text.chars().peekable();
        while let Some(c) = it.next() {
            match c {
                '\x1b' => {
                    assert_eq!(it.next(), Some('['), "a control sequence");
                    let mut parameters = String::new();
                    let last = loop {
                        match it.next() {
                            Some(c @ ('0'..='9' | ';' | '?')) => parameters.push(c),
                            Some(c) => break c,
                            None => panic!("half a sequence"),
                        }
                    };
                    self.control(&parameters, last);
                }
                '\r' => (self.at.1, self.full) = (0, false),
                '\n' => {
                    self.full = false;
                    self.down();
                }
                '\x08' => {
                    self.full = false;
                    self.at.1 = self.at.1.saturating_sub(1);
                }
                '\x07' => self.bells += 1,
                c => self.put(c),
            }
        }
    }

    fn control(&mut self, parameters: &str, last: char) {
        let n: usize = parameters.parse().unwrap_or(1);
        match last {
            'A' => self.at.0 = self.at.0.checked_sub(n).expect("a row above"),
            'B' => {
                self.at.0 += n;
                assert!(self.at.0 < self.rows, "a row below");
            }
            'C' => self.at.1 = (self.at.1 + n).min(self.columns - 1),
            'D' => self.at.1 = self.at.1.saturating_sub(n),
            'H' => self.at = (0, 0),
            'J' if parameters == "2" => self.cells = vec![vec![' '; self.columns]; self.rows],
            'J' => {
                let (r, c) = self.at;
                self.cells[r][c..].fill(' ');
                self.cells[r + 1..].iter_mut().for_each(|r| r.fill(' '));
            }
            'K' => {
                let (r, c) = self.at;
                self.cells[r][c..].fill(' ');
            }
            'm' => return,
            other => panic!("no such sequence: {parameters}{other}"),
        }
        self.full = false;
    }

    fn put(&mut self, c: char) {
        let width = readline::text::width(c);
        if width == 0 {
            return;
        }
        if self.full || self.at.1 + width > self.columns {
            self.full = false;
            self.at.1 = 0;
            self.down();
        }
        let (row, column) = self.at;
        self.cells[row][column] = c;
        if width == 2 {
            self.cells[row][column + 1] = '\0';
        }
        if column + width == self.columns {
            self.full = true;
            self.at.1 = self.columns - 1;
        } else {
            self.at.1 += width;
        }
    }

    /// The rows down to the last that is not empty, without trailing blanks.
    pub fn text(&self) -> Vec<String> {
        let row = |r: &Vec<char>| {
            r.iter()
                .filter(|c| **c != '\0')
                .collect::<String>()
                .trim_end()
                .to_owned()
        };
        let mut rows: Vec<String> = self.cells.iter().map(row).collect();
        while rows.last().is_some_and(String::is_empty) {
            rows.pop();
        }
        rows
    }
}
