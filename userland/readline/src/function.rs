//! readline's functions that keys can be bound to, by name.

macro_rules! functions {
    ($($variant:ident $name:literal),* $(,)?) => {
        /// What a key can do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Function { $($variant),* }

        impl Function {
            /// All of them, in order of name.
            pub const ALL: &[Function] = &[$(Function::$variant),*];

            pub fn name(self) -> &'static str {
                match self { $(Function::$variant => $name),* }
            }

            pub fn parse(name: &str) -> Option<Function> {
                match name { $($name => Some(Function::$variant),)* _ => None }
            }
        }
    };
}

functions! {
    Abort "abort", AcceptLine "accept-line", BackwardChar "backward-char",
    BackwardDeleteChar "backward-delete-char", BackwardKillLine "backward-kill-line",
    BackwardKillWord "backward-kill-word", BackwardWord "backward-word",
    BeginningOfHistory "beginning-of-history", BeginningOfLine "beginning-of-line",
    BracketedPasteBegin "bracketed-paste-begin", CallLastKbdMacro "call-last-kbd-macro",
    CapitalizeWord "capitalize-word", CharacterSearch "character-search",
    CharacterSearchBackward "character-search-backward", ClearDisplay "clear-display", ClearScreen "clear-screen",
    Complete "complete", CompleteCommand "complete-command", CompleteFilename "complete-filename",
    CompleteUsername "complete-username", CompleteVariable "complete-variable",
    CopyBackwardWord "copy-backward-word", CopyForwardWord "copy-forward-word",
    CopyRegionAsKill "copy-region-as-kill", DeleteChar "delete-char", DeleteHorizontalSpace "delete-horizontal-space",
    DigitArgument "digit-argument", DoLowercaseVersion "do-lowercase-version", DowncaseWord "downcase-word",
    EditAndExecuteCommand "edit-and-execute-command", EmacsEditingMode "emacs-editing-mode",
    EndKbdMacro "end-kbd-macro", EndOfHistory "end-of-history", EndOfLine "end-of-line",
    ExchangePointAndMark "exchange-point-and-mark", FetchHistory "fetch-history",
    ForwardBackwardDeleteChar "forward-backward-delete-char", ForwardChar "forward-char",
    ForwardSearchHistory "forward-search-history", ForwardWord "forward-word",
    HistoryExpandLine "history-expand-line", HistorySearchBackward "history-search-backward",
    HistorySearchForward "history-search-forward", HistorySubstringSearchBackward "history-substring-search-backward",
    HistorySubstringSearchForward "history-substring-search-forward", InsertComment "insert-comment",
    InsertCompletions "insert-completions", InsertLastArgument "insert-last-argument", KillLine "kill-line",
    KillRegion "kill-region", KillWholeLine "kill-whole-line", KillWord "kill-word", MagicSpace "magic-space",
    MenuComplete "menu-complete", MenuCompleteBackward "menu-complete-backward", NextHistory "next-history",
    NextScreenLine "next-screen-line",
    NonIncrementalForwardSearchHistory "non-incremental-forward-search-history",
    NonIncrementalReverseSearchHistory "non-incremental-reverse-search-history",
    OperateAndGetNext "operate-and-get-next", OverwriteMode "overwrite-mode",
    PossibleCommandCompletions "possible-command-completions",
    PossibleCompletions "possible-completions", PossibleFilenameCompletions "possible-filename-completions",
    PossibleUsernameCompletions "possible-username-completions",
    PossibleVariableCompletions "possible-variable-completions", PreviousHistory "previous-history",
    PreviousScreenLine "previous-screen-line", QuotedInsert "quoted-insert", ReReadInitFile "re-read-init-file",
    RedrawCurrentLine "redraw-current-line", ReverseSearchHistory "reverse-search-history",
    RevertLine "revert-line", SelfInsert "self-insert", SetMark "set-mark",
    ShellBackwardKillWord "shell-backward-kill-word", ShellBackwardWord "shell-backward-word",
    ShellForwardWord "shell-forward-word", ShellKillWord "shell-kill-word", StartKbdMacro "start-kbd-macro",
    TabInsert "tab-insert", TildeExpand "tilde-expand", TransposeChars "transpose-chars",
    TransposeWords "transpose-words", Undo "undo", UniversalArgument "universal-argument",
    UnixFilenameRubout "unix-filename-rubout", UnixLineDiscard "unix-line-discard",
    UnixWordRubout "unix-word-rubout", UpcaseWord "upcase-word", ViAppendEol "vi-append-eol",
    ViAppendMode "vi-append-mode", ViArgDigit "vi-arg-digit", ViChangeCase "vi-change-case",
    ViChangeChar "vi-change-char", ViChangeTo "vi-change-to", ViCharSearch "vi-char-search", ViColumn "vi-column",
    ViDelete "vi-delete", ViDeleteTo "vi-delete-to", ViEditAndExecuteCommand "vi-edit-and-execute-command",
    ViEditingMode "vi-editing-mode", ViEndWord "vi-end-word", ViEofMaybe "vi-eof-maybe",
    ViFetchHistory "vi-fetch-history", ViFirstPrint "vi-first-print", ViGotoMark "vi-goto-mark",
    ViInsertBeg "vi-insert-beg", ViInsertionMode "vi-insertion-mode", ViMatch "vi-match",
    ViMovementMode "vi-movement-mode", ViNextWord "vi-next-word", ViPrevWord "vi-prev-word", ViPut "vi-put",
    ViRedo "vi-redo", ViReplace "vi-replace", ViRubout "vi-rubout", ViSearch "vi-search",
    ViSearchAgain "vi-search-again", ViSetMark "vi-set-mark", ViSubst "vi-subst", ViUndo "vi-undo",
    ViUnixWordRubout "vi-unix-word-rubout", ViYankArg "vi-yank-arg", ViYankTo "vi-yank-to", Yank "yank",
    YankLastArg "yank-last-arg", YankNthArg "yank-nth-arg", YankPop "yank-pop",
}
