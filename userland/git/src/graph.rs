//! `log --graph`: the lines of history beside the commits. The states and their layout are those of git's graph.c, so that
//! the pictures are the same; lines are not coloured.

use crate::oid::Oid;

/// What the next line is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// The commit is done: only lines that go on.
    Padding,
    /// Making room for a merge of three or more.
    PreCommit,
    Commit,
    /// Where a merge's lines part.
    PostMerge,
    /// Lines move to the left.
    Collapsing,
}

/// The picture of one commit after the other, drawn line by line.
pub struct Graph {
    commit: Oid,
    parents: Vec<Oid>,
    state: State,
    previous: State,
    commit_index: usize,
    previous_index: usize,
    /// Whether a merge's first line goes to the left (0) or not (1).
    layout: isize,
    edges_added: isize,
    previous_edges: isize,
    expansion: usize,
    width: usize,
    columns: Vec<Oid>,
    new_columns: Vec<Oid>,
    /// For each place on the screen, the column that its line goes to.
    mapping: Vec<Option<usize>>,
    old_mapping: Vec<Option<usize>>,
}

impl Graph {
    pub fn new() -> Graph {
        Graph {
            commit: Oid::ZERO,
            parents: Vec::new(),
            state: State::Padding,
            previous: State::Padding,
            commit_index: 0,
            previous_index: 0,
            layout: -1,
            edges_added: 0,
            previous_edges: 0,
            expansion: 0,
            width: 0,
            columns: Vec::new(),
            new_columns: Vec::new(),
            mapping: Vec::new(),
            old_mapping: Vec::new(),
        }
    }

    /// Goes on to a commit with the parents that have lines.
    pub fn update(&mut self, commit: Oid, parents: Vec<Oid>) {
        self.commit = commit;
        self.parents = parents;
        self.previous_index = self.commit_index;
        self.update_columns();
        self.expansion = 0;
        self.state = if self.needs_room() {
            State::PreCommit
        } else {
            State::Commit
        };
    }

    pub fn is_finished(&self) -> bool {
        self.state == State::Padding
    }

    /// How many lines make room for a merge of many.
    fn expansion_rows(&self) -> usize {
        // The lines to the right of it move by as many columns as the merge adds.
        ((self.parents.len() as isize + self.layout - 3).max(0) * 2) as usize
    }

    fn needs_room(&self) -> bool {
        self.parents.len() >= 3
            && self.commit_index + 1 < self.columns.len()
            && self.expansion < self.expansion_rows()
    }

    fn update_columns(&mut self) {
        std::mem::swap(&mut self.columns, &mut self.new_columns);
        self.new_columns.clear();
        self.mapping = vec![None; 2 * (self.columns.len() + self.parents.len()) + 2];
        self.width = 0;
        self.previous_edges = self.edges_added;
        self.edges_added = 0;
        let mut seen = false;
        for at in 0..=self.columns.len() {
            let column = match self.columns.get(at) {
                Some(column) => *column,
                None if seen => break,
                None => self.commit,
            };
            if column != self.commit {
                self.insert(column, None);
                continue;
            }
            seen = true;
            self.commit_index = at;
            self.layout = -1;
            for parent in self.parents.clone() {
                self.insert(parent, Some(at));
            }
            if self.parents.is_empty() {
                self.width += 2;
            }
        }
        while self.mapping.len() > 1 && self.mapping.last() == Some(&None) {
            self.mapping.pop();
        }
    }

    fn column_of(&self, commit: &Oid) -> Option<usize> {
        self.new_columns.iter().position(|column| column == commit)
    }

    fn insert(&mut self, commit: Oid, index: Option<usize>) {
        let column = self.column_of(&commit).unwrap_or_else(|| {
            self.new_columns.push(commit);
            self.new_columns.len() - 1
        });
        let place = match index {
            Some(index) if self.parents.len() > 1 && self.layout == -1 => {
                // The first parent of a merge: does its line go to the left?
                let distance = index as isize - column as isize;
                let shift = if distance > 1 { 2 * distance - 3 } else { 1 };
                self.layout = if distance > 0 { 0 } else { 1 };
                self.edges_added = self.parents.len() as isize + self.layout - 2;
                let place = self.width as isize + (self.layout - 1) * shift;
                self.width += 2 * self.layout as usize;
                place as usize
            }
            _ if self.edges_added > 0 && self.width >= 2 && self.mapping[self.width - 2] == Some(column) => {
                self.edges_added = -1;
                self.width - 2
            }
            _ => {
                self.width += 2;
                self.width - 2
            }
        };
        self.mapping[place] = Some(column);
    }

    fn is_settled(&self) -> bool {
        self.mapping
            .iter()
            .enumerate()
            .all(|(at, target)| target.is_none_or(|target| target == at / 2))
    }

    fn go_to(&mut self, state: State) {
        self.previous = self.state;
        self.state = state;
    }

    fn settle(&mut self) {
        let next = if self.is_settled() {
            State::Padding
        } else {
            State::Collapsing
        };
        self.go_to(next);
    }

    /// The next line, and whether it is the commit's own.
    pub fn next_line(&mut self) -> (String, bool) {
        let is_commit = self.state == State::Commit;
        let mut line = match self.state {
            State::Padding => "| ".repeat(self.new_columns.len()),
            State::PreCommit => self.pre_commit(),
            State::Commit => self.commit_line(),
            State::PostMerge => self.post_merge(),
            State::Collapsing => self.collapsing(),
        };
        while line.len() < self.width {
            line.push(' ');
        }
        (line, is_commit)
    }

    /// A line between commits.
    pub fn padding_line(&mut self) -> String {
        if self.state != State::Commit {
            return self.next_line().0;
        }
        let mut line = "| ".repeat(self.columns.len());
        while line.len() < self.width {
            line.push(' ');
        }
        self.previous = State::Padding;
        line
    }

    /// The columns, and at last the commit where it has none yet.
    fn rows(&self) -> Vec<Oid> {
        let known = self.columns.contains(&self.commit);
        self.columns
            .iter()
            .copied()
            .chain((!known).then_some(self.commit))
            .collect()
    }

    fn pre_commit(&mut self) -> String {
        let mut line = String::new();
        let mut seen = false;
        for (at, column) in self.columns.iter().enumerate() {
            if *column == self.commit {
                seen = true;
                line.push('|');
                line.push_str(&" ".repeat(self.expansion));
            } else if seen && self.expansion == 0 {
                let leans = self.previous == State::PostMerge && self.previous_index < at;
                line.push(if leans { '\\' } else { '|' });
            } else if seen {
                line.push('\\');
            } else {
                line.push('|');
            }
            line.push(' ');
        }
        self.expansion += 1;
        if !self.needs_room() {
            self.go_to(State::Commit);
        }
        line
    }

    fn commit_line(&mut self) -> String {
        let mut line = String::new();
        let mut seen = false;
        for (at, column) in self.rows().into_iter().enumerate() {
            if column == self.commit {
                seen = true;
                line.push('*');
                // The dashes of a merge of three or more.
                let dashes = (self.parents.len() as isize + self.layout - 3).max(0) as usize;
                for dash in 0..dashes {
                    line.push('-');
                    line.push(if dash + 1 == dashes { '.' } else { '-' });
                }
            } else if seen && self.edges_added > 1 {
                line.push('\\');
            } else if seen && self.edges_added == 1 {
                let leans =
                    self.previous == State::PostMerge && self.previous_edges > 0 && self.previous_index < at;
                line.push(if leans { '\\' } else { '|' });
            } else if self.previous == State::Collapsing
                && self.old_mapping.get(2 * at + 1) == Some(&Some(at))
                && self
                    .mapping
                    .get(2 * at)
                    .is_some_and(|target| target.is_none_or(|target| target < at))
            {
                line.push('/');
            } else {
                line.push('|');
            }
            line.push(' ');
        }
        if self.parents.len() > 1 {
            self.go_to(State::PostMerge);
        } else {
            self.settle();
        }
        line
    }

    fn post_merge(&mut self) -> String {
        const CHARS: [char; 3] = ['/', '|', '\\'];
        let mut line = String::new();
        let (mut seen, mut parent_seen) = (false, false);
        for (at, column) in self.rows().into_iter().enumerate() {
            if column == self.commit {
                seen = true;
                let mut shape = self.layout.max(0) as usize;
                for number in 0..self.parents.len() {
                    line.push(CHARS[shape]);
                    if shape < 2 {
                        shape += 1;
                    } else if self.edges_added > 0 || number + 1 < self.parents.len() {
                        line.push(' ');
                    }
                }
                if self.edges_added == 0 {
                    line.push(' ');
                }
            } else if seen {
                line.push_str(if self.edges_added > 0 { "\\ " } else { "| " });
            } else {
                line.push('|');
                if self.layout != 0 || at + 1 != self.commit_index {
                    line.push(if parent_seen { '_' } else { ' ' });
                }
            }
            parent_seen |= Some(&column) == self.parents.first();
        }
        self.settle();
        line
    }

    fn collapsing(&mut self) -> String {
        std::mem::swap(&mut self.mapping, &mut self.old_mapping);
        let size = self.old_mapping.len();
        self.mapping = vec![None; size];
        let mut edge: Option<(usize, usize)> = None;
        for at in 0..size {
            let Some(target) = self.old_mapping[at] else {
                continue;
            };
            if target * 2 == at {
                self.mapping[at] = Some(target);
                continue;
            }
            let left = self.mapping[at - 1];
            if left == Some(target) {
                continue;
            }
            let (place, moving) = if left.is_none() {
                (at - 1, at)
            } else {
                (at - 2, at - 1)
            };
            self.mapping[place] = Some(target);
            if edge.is_none() {
                edge = Some((moving, target));
                for segment in (target * 2 + 3..at.saturating_sub(2)).step_by(2) {
                    self.mapping[segment] = Some(target);
                }
            }
        }
        self.old_mapping.clone_from(&self.mapping);
        if self.mapping.last() == Some(&None) {
            self.mapping.pop();
        }
        let mut line = String::new();
        let mut horizontal = false;
        for at in 0..self.mapping.len() {
            match self.mapping[at] {
                None => line.push(' '),
                Some(target) if target * 2 == at => line.push('|'),
                Some(target) if edge.is_some_and(|(moving, edge)| edge == target && at + 1 != moving) => {
                    // Only the first segment goes on to the next line.
                    if at != target * 2 + 3 {
                        self.mapping[at] = None;
                    }
                    horizontal = true;
                    line.push('_');
                }
                Some(_) => {
                    if horizontal && edge.is_some_and(|(moving, _)| at < moving) {
                        self.mapping[at] = None;
                    }
                    line.push('/');
                }
            }
        }
        self.settle();
        line
    }
}
