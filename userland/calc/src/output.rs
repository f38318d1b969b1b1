//! Standard output whose long lines are broken with a backslash.

use cli::Output;

pub struct Lines {
    out: Output,
    column: usize,
    /// How long a line may be, its newline counted; 0 for no limit.
    limit: usize,
}

impl Lines {
    /// `variable` of the environment may give the length of lines.
    pub fn new(variable: &str) -> Lines {
        const DEFAULT: usize = 70;
        let given = std::env::var(variable).ok().and_then(|value| value.parse().ok());
        // Lines of one or two characters can't be broken.
        let limit = given.filter(|limit| *limit == 0 || *limit > 2).unwrap_or(DEFAULT);
        Lines {
            out: Output::stdout(),
            column: 0,
            limit,
        }
    }

    pub fn put(&mut self, text: &[u8]) {
        for b in text {
            if *b == b'\n' {
                self.column = 0;
            } else {
                self.column += 1;
                if self.limit > 0 && self.column == self.limit - 1 {
                    self.out.put(b"\\\n");
                    self.column = 1;
                }
            }
            self.out.put(&[*b]);
        }
    }

    /// Without breaking it.
    pub fn raw(&mut self, text: &[u8]) {
        self.out.put(text);
        if text.ends_with(b"\n") {
            self.column = 0;
        }
    }

    pub fn send(&mut self) {
        self.out.send();
    }

    pub fn is_closed(&self) -> bool {
        self.out.is_closed()
    }

    pub fn finish(self, name: &str, status: i32) -> i32 {
        self.out.finish(name, status, 1)
    }
}
