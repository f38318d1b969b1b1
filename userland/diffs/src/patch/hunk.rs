//! What a patch says, whatever format it was in.

/// What a line of a hunk does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Common,
    Deleted,
    Added,
}

impl Kind {
    fn reversed(self) -> Kind {
        match self {
            Kind::Common => Kind::Common,
            Kind::Deleted => Kind::Added,
            Kind::Added => Kind::Deleted,
        }
    }
}

/// Lines that become others, with what is around them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Hunk {
    /// The first line in the old file and in the new, counted from 1; that before it when there are none.
    pub start: [usize; 2],
    /// Each line with its newline, if it has one.
    pub lines: Vec<(Kind, Vec<u8>)>,
    /// What stood after `@@ … @@` or the stars.
    pub title: Vec<u8>,
}

impl Hunk {
    /// The lines of the old file.
    pub fn old_lines(&self) -> impl Iterator<Item = &[u8]> {
        let lines = self.lines.iter().filter(|(kind, _)| *kind != Kind::Added);
        lines.map(|(_, line)| line.as_slice())
    }

    /// The lines of the new file.
    pub fn new_lines(&self) -> impl Iterator<Item = &[u8]> {
        let lines = self.lines.iter().filter(|(kind, _)| *kind != Kind::Deleted);
        lines.map(|(_, line)| line.as_slice())
    }

    /// Lines of context before the first change and after the last.
    pub fn context(&self) -> (usize, usize) {
        let is_common = |line: &&(Kind, Vec<u8>)| line.0 == Kind::Common;
        let before = self.lines.iter().take_while(is_common).count();
        let after = self.lines.iter().rev().take_while(is_common).count();
        (before, after)
    }

    /// Where its old lines are expected, counted from 0.
    pub fn expected(&self) -> usize {
        if self.old_lines().next().is_none() {
            self.start[0]
        } else {
            self.start[0].saturating_sub(1)
        }
    }

    pub fn reverse(&mut self) {
        self.start.reverse();
        for (kind, _) in &mut self.lines {
            *kind = kind.reversed();
        }
        // Deleted lines come before those that take their place.
        let mut from = 0;
        while from < self.lines.len() {
            let run = self.lines[from..]
                .iter()
                .take_while(|(kind, _)| *kind != Kind::Common)
                .count();
            self.lines[from..from + run].sort_by_key(|(kind, _)| *kind == Kind::Added);
            from += run.max(1);
        }
    }
}

/// How a patch was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    Unified,
    Context,
    Normal,
    Ed,
}

/// What is to happen to one file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FilePatch {
    pub format: Format,
    /// The names in the header, where they are said: old, new, and that of an `Index:` line.
    pub names: [Option<Vec<u8>>; 3],
    /// What the header says after the names: mostly when the files were changed.
    pub stamps: [Vec<u8>; 2],
    /// Which of old and new do not exist, says the header.
    pub absent: [bool; 2],
    /// Modes of git's header: old and new.
    pub modes: [Option<u32>; 2],
    /// Git's rename or copy: the file gets a new name; a copy leaves the old one.
    pub moved: Option<Move>,
    pub hunks: Vec<Hunk>,
    /// The commands of an ed script.
    pub script: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Move {
    Rename,
    Copy,
}

impl FilePatch {
    pub fn new(format: Format) -> FilePatch {
        FilePatch {
            format,
            names: [None, None, None],
            stamps: [Vec::new(), Vec::new()],
            absent: [false; 2],
            modes: [None; 2],
            moved: None,
            hunks: Vec::new(),
            script: Vec::new(),
        }
    }

    pub fn reverse(&mut self) {
        self.names.swap(0, 1);
        self.stamps.reverse();
        self.absent.reverse();
        self.modes.reverse();
        for hunk in &mut self.hunks {
            hunk.reverse();
        }
    }
}
