//! Keymaps: what sequences of bytes do, and the maps that an editor starts with.

use std::collections::BTreeMap;

use crate::Bytes;
use crate::function::Function::{self, *};

/// What a sequence does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    Function(Function),
    /// Keys to be taken as if typed.
    Macro(Bytes),
    /// A command for the shell (`bind -x`).
    Command(Bytes),
}

/// What is known of a sequence so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Action(Action),
    /// It does something, but a longer one begins with it.
    Perhaps(Action),
    Prefix,
    Nothing,
}

#[derive(Clone, Debug, Default)]
pub struct Keymap {
    map: BTreeMap<Bytes, Action>,
}

impl Keymap {
    pub fn bind(&mut self, keys: &[u8], action: Action) {
        self.map.insert(keys.to_vec(), action);
    }

    pub fn unbind(&mut self, keys: &[u8]) -> Option<Action> {
        self.map.remove(keys)
    }

    pub fn unbind_function(&mut self, f: Function) {
        self.map.retain(|_, a| *a != Action::Function(f));
    }

    pub fn lookup(&self, keys: &[u8]) -> Found {
        let mut from = self.map.range(keys.to_vec()..);
        match from.next() {
            Some((k, a)) if k == keys => match from.next() {
                Some((longer, _)) if longer.starts_with(keys) => Found::Perhaps(a.clone()),
                _ => Found::Action(a.clone()),
            },
            Some((k, _)) if k.starts_with(keys) => Found::Prefix,
            _ => Found::Nothing,
        }
    }

    /// All sequences in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Bytes, &Action)> {
        self.map.iter()
    }

    fn of(tables: &[&[(&str, Function)]]) -> Keymap {
        let mut m = Keymap::default();
        for (keys, f) in tables.iter().copied().flatten() {
            m.bind(&crate::keys::parse(keys.as_bytes()), Action::Function(*f));
        }
        m
    }

    pub fn emacs() -> Keymap {
        Keymap::of(&[CURSOR, EMACS])
    }

    pub fn vi_insert() -> Keymap {
        Keymap::of(&[CURSOR, VI_INSERT])
    }

    pub fn vi_command() -> Keymap {
        Keymap::of(&[CURSOR, VI_COMMAND])
    }
}

/// What terminals send for keys with a name, in all maps.
const CURSOR: &[(&str, Function)] = &[
    ("\\e[A", PreviousHistory),
    ("\\eOA", PreviousHistory),
    ("\\e[B", NextHistory),
    ("\\eOB", NextHistory),
    ("\\e[C", ForwardChar),
    ("\\eOC", ForwardChar),
    ("\\e[D", BackwardChar),
    ("\\eOD", BackwardChar),
    ("\\e[H", BeginningOfLine),
    ("\\eOH", BeginningOfLine),
    ("\\e[1~", BeginningOfLine),
    ("\\e[7~", BeginningOfLine),
    ("\\e[F", EndOfLine),
    ("\\eOF", EndOfLine),
    ("\\e[4~", EndOfLine),
    ("\\e[8~", EndOfLine),
    ("\\e[3~", DeleteChar),
    ("\\e[5~", HistorySearchBackward),
    ("\\e[6~", HistorySearchForward),
    ("\\e[1;3C", ForwardWord),
    ("\\e[1;5C", ForwardWord),
    ("\\e[1;3D", BackwardWord),
    ("\\e[1;5D", BackwardWord),
    ("\\e[3;5~", KillWord),
    ("\\e[200~", BracketedPasteBegin),
    ("\\C-j", AcceptLine),
    ("\\C-m", AcceptLine),
    ("\\C-h", BackwardDeleteChar),
    ("\\C-?", BackwardDeleteChar),
    ("\\C-r", ReverseSearchHistory),
    ("\\C-s", ForwardSearchHistory),
    ("\\C-t", TransposeChars),
    ("\\C-u", UnixLineDiscard),
    ("\\C-v", QuotedInsert),
    ("\\C-y", Yank),
    ("\\C-l", ClearScreen),
];

const EMACS: &[(&str, Function)] = &[
    ("\\C-g", Abort),
    ("\\C-x\\C-g", Abort),
    ("\\e\\C-g", Abort),
    ("\\C-a", BeginningOfLine),
    ("\\C-b", BackwardChar),
    ("\\C-d", DeleteChar),
    ("\\C-e", EndOfLine),
    ("\\C-f", ForwardChar),
    ("\\C-i", Complete),
    ("\\C-k", KillLine),
    ("\\C-n", NextHistory),
    ("\\C-o", OperateAndGetNext),
    ("\\C-p", PreviousHistory),
    ("\\C-q", QuotedInsert),
    ("\\C-w", UnixWordRubout),
    ("\\C-@", SetMark),
    ("\\e ", SetMark),
    ("\\C-]", CharacterSearch),
    ("\\e\\C-]", CharacterSearchBackward),
    ("\\C-_", Undo),
    ("\\C-x!", PossibleCommandCompletions),
    ("\\C-x$", PossibleVariableCompletions),
    ("\\C-x/", PossibleFilenameCompletions),
    ("\\C-x~", PossibleUsernameCompletions),
    ("\\C-x\\C-u", Undo),
    ("\\C-x\\C-e", EditAndExecuteCommand),
    ("\\C-x\\C-r", ReReadInitFile),
    ("\\C-x\\C-x", ExchangePointAndMark),
    ("\\C-x\\C-?", BackwardKillLine),
    ("\\C-x(", StartKbdMacro),
    ("\\C-x)", EndKbdMacro),
    ("\\C-xe", CallLastKbdMacro),
    ("\\e\\C-h", BackwardKillWord),
    ("\\e\\C-?", BackwardKillWord),
    ("\\e\\C-b", ShellBackwardWord),
    ("\\e\\C-d", ShellKillWord),
    ("\\e\\C-f", ShellForwardWord),
    ("\\e\\C-l", ClearDisplay),
    ("\\e\\C-r", RevertLine),
    ("\\e\\C-y", YankNthArg),
    ("\\e#", InsertComment),
    ("\\e&", TildeExpand),
    ("\\e*", InsertCompletions),
    ("\\e-", DigitArgument),
    ("\\e0", DigitArgument),
    ("\\e1", DigitArgument),
    ("\\e2", DigitArgument),
    ("\\e3", DigitArgument),
    ("\\e4", DigitArgument),
    ("\\e5", DigitArgument),
    ("\\e6", DigitArgument),
    ("\\e7", DigitArgument),
    ("\\e8", DigitArgument),
    ("\\e9", DigitArgument),
    ("\\e.", YankLastArg),
    ("\\e_", YankLastArg),
    ("\\e/", CompleteFilename),
    ("\\e!", CompleteCommand),
    ("\\e$", CompleteVariable),
    ("\\e~", CompleteUsername),
    ("\\e<", BeginningOfHistory),
    ("\\e>", EndOfHistory),
    ("\\e=", PossibleCompletions),
    ("\\e?", PossibleCompletions),
    ("\\e\\\\", DeleteHorizontalSpace),
    ("\\e^", HistoryExpandLine),
    ("\\eb", BackwardWord),
    ("\\ec", CapitalizeWord),
    ("\\ed", KillWord),
    ("\\ef", ForwardWord),
    ("\\el", DowncaseWord),
    ("\\en", NonIncrementalForwardSearchHistory),
    ("\\ep", NonIncrementalReverseSearchHistory),
    ("\\er", RevertLine),
    ("\\et", TransposeWords),
    ("\\eu", UpcaseWord),
    ("\\ey", YankPop),
    ("\\e[2~", QuotedInsert),
];

const VI_INSERT: &[(&str, Function)] = &[
    ("\\e", ViMovementMode),
    ("\\C-d", ViEofMaybe),
    ("\\C-i", Complete),
    ("\\C-n", MenuComplete),
    ("\\C-p", MenuCompleteBackward),
    ("\\C-w", ViUnixWordRubout),
    ("\\C-_", ViUndo),
    ("\\e[2~", OverwriteMode),
];

const VI_COMMAND: &[(&str, Function)] = &[
    ("\\C-g", Abort),
    ("\\C-d", ViEofMaybe),
    ("\\C-h", BackwardChar),
    ("\\C-?", BackwardChar),
    ("\\C-k", KillLine),
    ("\\C-n", NextHistory),
    ("\\C-p", PreviousHistory),
    ("\\C-w", ViUnixWordRubout),
    ("\\C-_", ViUndo),
    (" ", ForwardChar),
    ("#", InsertComment),
    ("$", EndOfLine),
    ("%", ViMatch),
    ("+", NextHistory),
    (",", ViCharSearch),
    ("-", PreviousHistory),
    (".", ViRedo),
    ("/", ViSearch),
    ("0", BeginningOfLine),
    ("1", ViArgDigit),
    ("2", ViArgDigit),
    ("3", ViArgDigit),
    ("4", ViArgDigit),
    ("5", ViArgDigit),
    ("6", ViArgDigit),
    ("7", ViArgDigit),
    ("8", ViArgDigit),
    ("9", ViArgDigit),
    (";", ViCharSearch),
    ("?", ViSearch),
    ("A", ViAppendEol),
    ("B", ViPrevWord),
    ("C", ViChangeTo),
    ("D", ViDeleteTo),
    ("E", ViEndWord),
    ("F", ViCharSearch),
    ("G", ViFetchHistory),
    ("I", ViInsertBeg),
    ("N", ViSearchAgain),
    ("P", ViPut),
    ("R", ViReplace),
    ("S", ViSubst),
    ("T", ViCharSearch),
    ("U", RevertLine),
    ("W", ViNextWord),
    ("X", ViRubout),
    ("Y", ViYankTo),
    ("^", ViFirstPrint),
    ("_", ViYankArg),
    ("`", ViGotoMark),
    ("a", ViAppendMode),
    ("b", ViPrevWord),
    ("c", ViChangeTo),
    ("d", ViDeleteTo),
    ("e", ViEndWord),
    ("f", ViCharSearch),
    ("h", BackwardChar),
    ("i", ViInsertionMode),
    ("j", NextHistory),
    ("k", PreviousHistory),
    ("l", ForwardChar),
    ("m", ViSetMark),
    ("n", ViSearchAgain),
    ("p", ViPut),
    ("r", ViChangeChar),
    ("s", ViSubst),
    ("t", ViCharSearch),
    ("u", ViUndo),
    ("v", ViEditAndExecuteCommand),
    ("w", ViNextWord),
    ("x", ViDelete),
    ("y", ViYankTo),
    ("|", ViColumn),
    ("~", ViChangeCase),
];
