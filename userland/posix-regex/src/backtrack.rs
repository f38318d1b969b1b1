//! A backtracking matcher, for what automata can't do: back-references, and the groups of a match whose length is
//! known. It tries one start at a time.

use regex_syntax::hir::Look;

use crate::Span;
use crate::parse::{Node, Set};

enum Inst {
    Bytes(Vec<u8>),
    Set(Set),
    Look(Look),
    Save(usize),
    BackReference(usize),
    /// Goes on at the first, and at the second if that fails.
    Split(usize, usize),
    Jump(usize),
    /// Keeps where a round of a repetition starts.
    RoundStart(usize),
    /// Fails where the round has matched nothing: another one would not either.
    RoundEnd(usize),
    Match,
}

pub struct Program {
    insts: Vec<Inst>,
    groups: usize,
    rounds: usize,
    has_alternatives: bool,
    ignore_case: bool,
}

/// A repetition `{n,m}` is written out; a program longer than this is refused.
const MAX_INSTS: usize = 1 << 20;

/// How many more steps are spent on finding a longer match than the one that there is.
const EFFORT: usize = 1 << 20;

/// More than this is not remembered, in bits: 32 MiB.
const MAX_DEAD_ENDS: usize = 1 << 28;

/// Which branches have been gone at which places of a text.
pub struct DeadEnds {
    rows: usize,
    bits: Vec<u64>,
}

impl DeadEnds {
    /// Whether this is the first time.
    fn is_new(&mut self, pc: usize, at: usize) -> bool {
        let bit = pc * self.rows + at;
        let Some(word) = self.bits.get_mut(bit / 64) else {
            return true;
        };
        let mask = 1 << (bit % 64);
        let new = *word & mask == 0;
        *word |= mask;
        new
    }
}

/// See [`Program::prefix`].
pub enum Prefix {
    Bytes(Vec<u8>),
    Start,
    Unknown,
}

enum Undo {
    Branch { pc: usize, at: usize },
    Slot { slot: usize, old: Option<usize> },
    Round { round: usize, old: usize },
}

impl Program {
    pub fn new(node: &Node, groups: usize, ignore_case: bool) -> Result<Program, String> {
        let mut program = Program {
            insts: Vec::new(),
            groups,
            rounds: 0,
            has_alternatives: crate::needs_longest(node),
            ignore_case,
        };
        program.compile(node)?;
        program.insts.push(Inst::Match);
        Ok(program)
    }

    fn push(&mut self, inst: Inst) -> Result<usize, String> {
        if self.insts.len() >= MAX_INSTS {
            return Err("Regular expression too big".into());
        }
        self.insts.push(inst);
        Ok(self.insts.len() - 1)
    }

    fn compile(&mut self, node: &Node) -> Result<(), String> {
        match node {
            Node::Empty => {}
            Node::Literal(bytes) => drop(self.push(Inst::Bytes(bytes.clone()))?),
            Node::Set(set) => drop(self.push(Inst::Set(set.clone()))?),
            Node::Look(look) => drop(self.push(Inst::Look(*look))?),
            Node::BackReference(group) => drop(self.push(Inst::BackReference(*group))?),
            Node::Group(number, node) => {
                self.push(Inst::Save(2 * number))?;
                self.compile(node)?;
                self.push(Inst::Save(2 * number + 1))?;
            }
            Node::Concat(nodes) => {
                for node in nodes {
                    self.compile(node)?;
                }
            }
            Node::Alternation(nodes) => self.alternation(nodes)?,
            Node::Repeat { min, max, node } => {
                for _ in 0..*min {
                    self.compile(node)?;
                }
                match max {
                    None => self.star(node)?,
                    Some(max) => self.optional(node, max - min)?,
                }
            }
        }
        Ok(())
    }

    fn alternation(&mut self, nodes: &[Node]) -> Result<(), String> {
        let mut jumps = Vec::new();
        for (at, node) in nodes.iter().enumerate() {
            if at + 1 == nodes.len() {
                self.compile(node)?;
                break;
            }
            let split = self.push(Inst::Split(0, 0))?;
            self.compile(node)?;
            jumps.push(self.push(Inst::Jump(0))?);
            self.insts[split] = Inst::Split(split + 1, self.insts.len());
        }
        let end = self.insts.len();
        for jump in jumps {
            self.insts[jump] = Inst::Jump(end);
        }
        Ok(())
    }

    fn star(&mut self, node: &Node) -> Result<(), String> {
        let round = self.rounds;
        self.rounds += 1;
        let split = self.push(Inst::Split(0, 0))?;
        self.push(Inst::RoundStart(round))?;
        self.compile(node)?;
        self.push(Inst::RoundEnd(round))?;
        self.push(Inst::Jump(split))?;
        self.insts[split] = Inst::Split(split + 1, self.insts.len());
        Ok(())
    }

    fn optional(&mut self, node: &Node, times: u32) -> Result<(), String> {
        let mut splits = Vec::new();
        for _ in 0..times {
            splits.push(self.push(Inst::Split(0, 0))?);
            self.compile(node)?;
        }
        let end = self.insts.len();
        for split in splits {
            self.insts[split] = Inst::Split(split + 1, end);
        }
        Ok(())
    }

    /// What every match begins with, as far as that is known: some bytes, or a line's begin.
    pub fn prefix(&self) -> Prefix {
        let mut prefix = Vec::new();
        for inst in &self.insts {
            match inst {
                Inst::Save(_) => {}
                Inst::Bytes(bytes) => prefix.extend_from_slice(bytes),
                Inst::Look(Look::Start) if prefix.is_empty() => return Prefix::Start,
                _ => break,
            }
        }
        if prefix.is_empty() {
            Prefix::Unknown
        } else {
            Prefix::Bytes(prefix)
        }
    }

    /// Whether there is more than one way through a text.
    pub fn has_branches(&self) -> bool {
        self.insts.iter().any(|inst| matches!(inst, Inst::Split(..)))
    }

    pub fn has_back_reference(&self) -> bool {
        self.insts
            .iter()
            .any(|inst| matches!(inst, Inst::BackReference(_)))
    }

    /// A memory of where no match was found, for [`Program::run_with`].
    pub fn dead_ends(&self, text: &[u8]) -> DeadEnds {
        let bits = self.insts.len().saturating_mul(text.len() + 1);
        DeadEnds {
            rows: text.len() + 1,
            bits: vec![
                0;
                if bits <= MAX_DEAD_ENDS {
                    bits.div_ceil(64)
                } else {
                    0
                }
            ],
        }
    }

    /// The longest match from `start`, or the one that ends at `end`.
    pub fn run(&self, text: &[u8], start: usize, end: Option<usize>) -> Option<Vec<Span>> {
        self.run_with(text, start, end, None)
    }

    /// The same; what failed before is not tried again, from whatever start. That is wrong with back-references, and
    /// after a match.
    pub fn run_with(
        &self,
        text: &[u8],
        start: usize,
        end: Option<usize>,
        dead_ends: Option<&mut DeadEnds>,
    ) -> Option<Vec<Span>> {
        let mut machine = Machine {
            dead_ends,
            text,
            ignore_case: self.ignore_case,
            slots: vec![None; 2 * (self.groups + 1)],
            rounds: vec![usize::MAX; self.rounds],
            undo: vec![Undo::Branch { pc: 0, at: start }],
        };
        machine.slots[0] = Some(start);
        let mut best: Option<Vec<Option<usize>>> = None;
        let mut effort = EFFORT;
        while let Some((pc, at)) = machine.backtrack() {
            let Some(stop) = machine.forward(&self.insts, pc, at) else {
                if best.is_some() {
                    effort -= 1;
                    if effort == 0 {
                        break;
                    }
                }
                continue;
            };
            if end.is_some_and(|end| end != stop) {
                continue;
            }
            let longer = best
                .as_ref()
                .is_none_or(|best| best[1].is_some_and(|old| old < stop));
            if longer {
                machine.slots[1] = Some(stop);
                best = Some(machine.slots.clone());
            }
            if end.is_some() || !self.has_alternatives || stop == text.len() {
                break;
            }
        }
        best.map(|slots| slots.chunks(2).map(|pair| Some(pair[0]?..pair[1]?)).collect())
    }
}

struct Machine<'t> {
    dead_ends: Option<&'t mut DeadEnds>,
    text: &'t [u8],
    ignore_case: bool,
    slots: Vec<Option<usize>>,
    rounds: Vec<usize>,
    undo: Vec<Undo>,
}

impl Machine<'_> {
    /// Takes back what happened since the last branch that is still open, and answers where it goes on.
    fn backtrack(&mut self) -> Option<(usize, usize)> {
        loop {
            match self.undo.pop()? {
                Undo::Branch { pc, at } => return Some((pc, at)),
                Undo::Slot { slot, old } => self.slots[slot] = old,
                Undo::Round { round, old } => self.rounds[round] = old,
            }
        }
    }

    /// Runs until a match, whose end it answers, or a failure.
    fn forward(&mut self, insts: &[Inst], mut pc: usize, mut at: usize) -> Option<usize> {
        loop {
            match &insts[pc] {
                Inst::Match => return Some(at),
                Inst::Bytes(bytes) => {
                    self.text[at..].starts_with(bytes).then_some(())?;
                    at += bytes.len();
                }
                Inst::Set(set) => at += member_len(set, &self.text[at..])?,
                Inst::Look(look) => holds(*look, self.text, at).then_some(())?,
                Inst::Save(slot) => {
                    let old = self.slots[*slot].replace(at);
                    self.undo.push(Undo::Slot { slot: *slot, old });
                }
                Inst::BackReference(group) => {
                    let (start, end) = (self.slots[2 * group]?, self.slots[2 * group + 1]?);
                    at += repeated_len(&self.text[at..], &self.text[start..end], self.ignore_case)?;
                }
                Inst::Split(first, second) => {
                    if let Some(ends) = &mut self.dead_ends {
                        ends.is_new(pc, at).then_some(())?;
                    }
                    self.undo.push(Undo::Branch { pc: *second, at });
                    pc = *first;
                    continue;
                }
                Inst::Jump(to) => {
                    pc = *to;
                    continue;
                }
                Inst::RoundStart(round) => {
                    let old = std::mem::replace(&mut self.rounds[*round], at);
                    self.undo.push(Undo::Round { round: *round, old });
                }
                Inst::RoundEnd(round) => (self.rounds[*round] != at).then_some(())?,
            }
            pc += 1;
        }
    }
}

/// The length of what repeats `wanted` at the start of `text`.
fn repeated_len(text: &[u8], wanted: &[u8], ignore_case: bool) -> Option<usize> {
    if text.starts_with(wanted) {
        return Some(wanted.len());
    }
    if !ignore_case {
        return None;
    }
    let (mut at, mut rest) = (0, wanted);
    while let Some(&b) = rest.first() {
        match (first_char(rest), first_char(&text[at..])) {
            (Some(c), Some(d)) => {
                c.to_lowercase().eq(d.to_lowercase()).then_some(())?;
                (at, rest) = (at + d.len_utf8(), &rest[c.len_utf8()..]);
            }
            _ => {
                (text.get(at) == Some(&b)).then_some(())?;
                (at, rest) = (at + 1, &rest[1..]);
            }
        }
    }
    Some(at)
}

fn first_char(text: &[u8]) -> Option<char> {
    text[..text.len().min(4)]
        .utf8_chunks()
        .next()?
        .valid()
        .chars()
        .next()
}

/// The length of the character at the start of `text`, if it is in the set.
fn member_len(set: &Set, text: &[u8]) -> Option<usize> {
    match set {
        Set::Bytes(bytes) => {
            let b = *text.first()?;
            bytes
                .iter()
                .any(|range| range.start() <= b && b <= range.end())
                .then_some(1)
        }
        Set::Chars(chars) => {
            let c = first_char(text)?;
            chars
                .iter()
                .any(|range| range.start() <= c && c <= range.end())
                .then_some(c.len_utf8())
        }
    }
}

fn holds(look: Look, text: &[u8], at: usize) -> bool {
    use regex_automata::util::look::LookMatcher;
    let matcher = LookMatcher::new();
    match look {
        Look::Start => matcher.is_start(text, at),
        Look::End => matcher.is_end(text, at),
        Look::StartLF => matcher.is_start_lf(text, at),
        Look::EndLF => matcher.is_end_lf(text, at),
        Look::WordAscii => matcher.is_word_ascii(text, at),
        Look::WordAsciiNegate => matcher.is_word_ascii_negate(text, at),
        Look::WordStartAscii => matcher.is_word_start_ascii(text, at),
        Look::WordEndAscii => matcher.is_word_end_ascii(text, at),
        Look::WordUnicode => matcher.is_word_unicode(text, at).unwrap_or(false),
        Look::WordUnicodeNegate => matcher.is_word_unicode_negate(text, at).unwrap_or(false),
        Look::WordStartUnicode => matcher.is_word_start_unicode(text, at).unwrap_or(false),
        Look::WordEndUnicode => matcher.is_word_end_unicode(text, at).unwrap_or(false),
        _ => false,
    }
}
