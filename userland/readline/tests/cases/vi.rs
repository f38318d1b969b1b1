//! vi keys.

use readline::editor::{Editor, Settings, Step};

use crate::support::{Program, shown, type_keys};

const VI: Settings = Settings {
    vi: true,
    highlighting: false,
    suggestions: false,
    plain: false,
};

fn run(keys: &str) -> String {
    let mut e = Editor::default();
    let mut p = Program::with_history(&["echo one", "ls -l /tmp", "echo two three"]);
    type_keys(&mut p, &mut e, VI, keys);
    shown(&e)
}

#[test]
fn command_mode_edits() {
    // An Escape is told from a sequence by what comes behind it.
    for (keys, want) in [
        ("abc\x1b", "ab|c"),
        ("abc\x1bhx", "a|c"),
        ("abc\x1b0x", "|bc"),
        ("abc\x1b0iX\x1b", "|Xabc"),
        ("abc\x1b0aX\x1b", "a|Xbc"),
        ("abc\x1bIX\x1b", "|Xabc"),
        ("abc\x1b0AX\x1b", "abc|X"),
        ("one two three\x1b0wX", "one|two three"),
        ("one two three\x1b0dw", "|two three"),
        ("one two three\x1b0d2w", "|three"),
        ("one two three\x1b02dw", "|three"),
        ("one two three four\x1b02d2w", "|"),
        ("one two three\x1bdb", "one two |e"),
        ("one two three\x1b0de", "| two three"),
        ("one two three\x1b0wd$", "one| "),
        ("one two three\x1b0wD", "one| "),
        ("one two three\x1bd0", "|e"),
        ("one two three\x1bdd", "|"),
        ("one two three\x1b0cwX\x1b", "|X two three"),
        ("one two three\x1b0wcwX\x1b", "one |X three"),
        ("one two three\x1b0wCX\x1b", "one |X"),
        ("one two three\x1bccX\x1b", "|X"),
        ("one two three\x1bSX\x1b", "|X"),
        ("one two\x1b0sX\x1b", "|Xne two"),
        ("one two\x1b03x", "| two"),
        ("one two\x1b3X", "one|o"),
        ("one two\x1b0rX", "|Xne two"),
        ("one two\x1b03rX", "XX|X two"),
        ("one\x1b0RXY\x1b", "X|Ye"),
        ("one two\x1b0dwP", "one| two"),
        ("one two\x1b0dwp", "tone| wo"),
        ("one two\x1b0ywP", "one| one two"),
        ("ab\x1bYp", "ab|b"),
        ("one two\x1b0~~", "ON|e two"),
        ("one two\x1b03~", "ONE| two"),
        ("one(two)x\x1bh%", "one|(two)x"),
        ("one(two)x\x1b0%", "one(two|)x"),
        ("one(two)x\x1b0d%", "|x"),
        // Motions to characters.
        ("abcabc\x1b0fc", "ab|cabc"),
        ("abcabc\x1b02fc", "abcab|c"),
        ("abcabc\x1b0fc;", "abcab|c"),
        ("abcabc\x1b0fc;,", "ab|cabc"),
        ("abcabc\x1b0tc", "a|bcabc"),
        ("abcabc\x1b0tc;", "a|bcabc"),
        ("abcabc\x1bFa", "abc|abc"),
        ("abcabc\x1bTa", "abca|bc"),
        ("abcabc\x1b0dfc", "|abc"),
        ("abcabc\x1b0dtc", "|cabc"),
        ("abcabc\x1bdFb", "abca|c"),
        ("grün ü\x1b0fü", "gr|ün ü"),
        // Words.
        ("a-b c\x1b0w", "a|-b c"),
        ("a-b c\x1b0W", "a-b |c"),
        ("a-b c\x1bB", "|a-b c"),
        ("a-b c\x1b0E", "a-|b c"),
        ("  a b\x1b^", "  |a b"),
        ("abcdef\x1b3|", "ab|cdef"),
        ("ab cd\x1b0e", "a|b cd"),
        ("abcdef\x1b0l2l", "abc|def"),
        ("abcdefghijkl\x1b010l", "abcdefghij|kl"),
        // Undo and again.
        ("one two\x1bxu", "one tw|o"),
        ("one\x1ba two\x1bu", "on|e"),
        ("one two three\x1b0dw.", "|three"),
        ("one two three\x1b0x2.", "| two three"),
        ("a\x1baX\x1b.", "aX|X"),
        ("one two three\x1b0cwX\x1bw.", "X |X three"),
        ("one two three\x1b0ma$d`a", "|e"),
        ("one\x1bdzx", "o|n"),
        // History.
        ("\x1bk", "|echo two three"),
        ("\x1bkk", "|ls -l /tmp"),
        ("typed\x1bkj", "type|d"),
        ("\x1b/ls\r", "|ls -l /tmp"),
        ("\x1b/echo\rn", "|echo one"),
        ("\x1b/echo\rnN", "|echo two three"),
        ("\x1b2G", "|ls -l /tmp"),
        ("x\x1b_", "x three|"),
    ] {
        assert_eq!(run(keys), want, "{keys:?}");
    }
}

#[test]
fn lines_end() {
    for (keys, want) in [
        ("ls\x1b\r", Step::Accept(b"ls".to_vec())),
        ("ls\r", Step::Accept(b"ls".to_vec())),
        ("\x04", Step::End),
        ("ls\x1b\x03", Step::Interrupt),
        ("ls\x1bv", Step::Program(b"ls".to_vec())),
        ("ls\x1b#", Step::Accept(b"#ls".to_vec())),
        ("a\x1b[A\r", Step::Accept(b"echo two three".to_vec())),
    ] {
        let mut e = Editor::default();
        let mut p = Program::with_history(&["echo two three"]);
        assert_eq!(type_keys(&mut p, &mut e, VI, keys), want, "{keys:?}");
    }
}
