//! A terminal as far as the editors use one.

use readline::text;

pub struct Emulator {
    pub rows: Vec<Vec<String>>,
    columns: usize,
    pub cursor: (usize, usize),
}

impl Emulator {
    pub fn new(rows: usize, columns: usize) -> Emulator {
        Emulator {
            rows: vec![vec![" ".to_owned(); columns]; rows],
            columns,
            cursor: (0, 0),
        }
    }

    pub fn feed(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at..].starts_with(b"\x1b[") {
                let end = at
                    + 2
                    + bytes[at + 2..]
                        .iter()
                        .position(u8::is_ascii_alphabetic)
                        .expect("a whole sequence");
                let parameters = std::str::from_utf8(&bytes[at + 2..end]).expect("ASCII");
                self.sequence(bytes[end], parameters);
                at = end + 1;
                continue;
            }
            assert!(bytes[at] >= b' ', "a control character: {:?}", &bytes[at..]);
            let (c, len) = text::decode(&bytes[at..]);
            let c = c.expect("UTF-8");
            self.put(c, text::width(c));
            at += len;
        }
    }

    fn sequence(&mut self, what: u8, parameters: &str) {
        let (row, column) = self.cursor;
        match what {
            b'H' => {
                let (row, column) = parameters.split_once(';').expect("a place");
                self.cursor = (
                    row.parse::<usize>().expect("a row") - 1,
                    column.parse::<usize>().expect("a column") - 1,
                );
                assert!(
                    self.cursor.0 < self.rows.len() && self.cursor.1 < self.columns,
                    "{parameters}"
                );
            }
            b'J' => self
                .rows
                .iter_mut()
                .flatten()
                .for_each(|cell| *cell = " ".to_owned()),
            b'K' => self.rows[row][column..]
                .iter_mut()
                .for_each(|cell| *cell = " ".to_owned()),
            b'm' => {}
            _ => panic!("unexpected sequence {parameters}{}", char::from(what)),
        }
    }

    fn put(&mut self, c: char, width: usize) {
        let (row, column) = self.cursor;
        if width == 0 {
            let before = self.rows[row][..column]
                .iter_mut()
                .rev()
                .find(|cell| !cell.is_empty());
            before.expect("something to combine with").push(c);
            return;
        }
        assert!(
            column + width <= self.columns,
            "{c} at {:?} is beyond the edge",
            self.cursor
        );
        self.rows[row][column] = c.to_string();
        if width == 2 {
            self.rows[row][column + 1] = String::new();
        }
        self.cursor.1 += width;
    }

    /// The rows without the blanks at their ends.
    pub fn text(&self) -> Vec<String> {
        self.rows
            .iter()
            .map(|row| row.concat().trim_end().to_owned())
            .collect()
    }
}
