//! emacs keys.

use readline::editor::{Editor, Settings, Step};

use crate::support::{Program, press, shown, type_keys};

const HISTORY: &[&str] = &["echo one", "ls -l /tmp", "echo two three"];

fn run(keys: &str) -> String {
    let mut e = Editor::default();
    type_keys(
        &mut Program::with_history(HISTORY),
        &mut e,
        Settings::default(),
        keys,
    );
    shown(&e)
}

#[test]
fn keys_change_the_line() {
    for (keys, want) in [
        ("abc", "abc|"),
        ("abc\x02\x02X", "aX|bc"),
        ("abc\x01X\x05Y", "XabcY|"),
        ("abc\x1b[D\x1b[DX\x1b[C", "aXb|c"),
        ("abc\x1bOHX\x1b[FY", "XabcY|"),
        ("grün\x02\x02\x08", "g|ün"),
        ("e\u{301}x\x02\x02Y", "Y|e\u{301}x"),
        ("abc\x7f", "ab|"),
        ("abc\x01\x04", "|bc"),
        ("abc\x01\x1b[3~", "|bc"),
        ("one two\x1bbX", "one X|two"),
        ("one two\x01\x1bfX", "oneX| two"),
        ("one two\x1b[1;5DX", "one X|two"),
        // Kill and yank.
        ("one two\x1bb\x0b\x01\x19", "two|one "),
        ("one two\x15x\x19", "xone two|"),
        ("one two\x17\x19\x19", "one twotwo|"),
        ("one two three\x17\x17\x19", "one two three|"),
        ("one-two\x1b\x7fX", "one-X|"),
        ("one two\x01\x1bdX", "X| two"),
        ("a\x15b\x15\x19\x1by", "a|"),
        ("a\x15b\x15\x19\x1by\x1by", "b|"),
        ("a   b\x02\x1b\\", "a|b"),
        ("one two\x01\x00\x05\x18\x18X", "X|one two"),
        // Case and transposition.
        ("one two\x1bb\x1bu", "one TWO|"),
        ("ONE TWO\x01\x1bl", "one| TWO"),
        ("one two\x01\x1bc\x1bc", "One Two|"),
        ("ÄRGER\x01\x1bl", "ärger|"),
        ("abc\x14", "acb|"),
        ("abc\x02\x14", "acb|"),
        ("one two\x1bt", "two one|"),
        // Counts.
        ("\x1b3x", "xxx|"),
        ("\x1b12x", "xxxxxxxxxxxx|"),
        ("abcdef\x1b3\x02X", "abcX|def"),
        ("abc\x1b-\x06X", "abX|c"),
        ("one two three\x1b2\x1b\x7f", "one |"),
        // Undo.
        ("abc def\x17\x1f", "abc def|"),
        ("abc\x1f", "|"),
        ("abc\x0b\x02x\x1f\x1f", "|"),
        ("abc\x17x\x1br", "|"),
        // Characters as they are.
        ("a\x16\x03b", "a\x03b|"),
        ("abcabc\x1d\x03", "abcabc|"),
        ("abcabc\x01\x1dcX", "abX|cabc"),
        ("abcabc\x1b\x1dbX", "abcaX|bc"),
        // Words of the shell.
        ("echo 'a b' c\x1b\x02\x1b\x02X", "echo X|'a b' c"),
        ("x ~/y\x1b&", "x /home/y|"),
        ("!!x\x08\x1b^", "echo two three|"),
        // Unknown keys do nothing.
        ("a\x1b[99~\x1b[1;9Zb\x1bzc", "abc|"),
        // A macro of the user's.
        ("a\x18(b\x18)\x18e", "abb|"),
    ] {
        assert_eq!(run(keys), want, "{keys:?}");
    }
}

#[test]
fn history_comes_and_goes() {
    for (keys, want) in [
        ("\x10", "echo two three|"),
        ("\x1b[A\x1b[A", "ls -l /tmp|"),
        ("typed\x10\x10\x0e\x0e", "typed|"),
        ("typed\x10 more\x10\x0e", "echo two three more|"),
        ("typed\x1b<\x1b>", "typed|"),
        ("\x1b<", "echo one|"),
        ("x \x1b.", "x three|"),
        ("x \x1b.\x1b.", "x /tmp|"),
        ("x \x1b.\x1b.\x1b.", "x one|"),
        ("x \x1b1\x1b.", "x two|"),
        ("x \x1b\x19", "x two|"),
        ("ec\x1b[5~", "ec|ho two three"),
        ("ec\x1b[5~\x1b[5~", "ec|ho one"),
        ("ec\x1b[5~\x1b[6~", "ec|"),
        ("\x1bpls\r", "|ls -l /tmp"),
    ] {
        assert_eq!(run(keys), want, "{keys:?}");
    }
}

#[test]
fn searches_find_as_one_types() {
    for (keys, want) in [
        ("\x12ec", "|echo two three"),
        ("\x12ec\x12", "|echo one"),
        ("\x12tmp", "ls -l /|tmp"),
        ("\x12ec\x12\x13", "|echo two three"),
        ("kept\x12ec\x07", "kept|"),
        ("\x12ec\x1b", "|echo two three"),
        ("\x12ec\x1b[C", "e|cho two three"),
        ("\x12ec\x05!", "echo two three!|"),
        ("\x12ec\x1b\x1b[F!", "echo two three!|"),
        ("\x12one\x7f\x7f\x7fls", "|ls -l /tmp"),
        ("\x12tw\x1b[A", "ls -l /tmp|"),
        ("\x12ü\x7fls", "|ls -l /tmp"),
        ("\x12ls\x1b\x12\x12", "|ls -l /tmp"),
        ("x\x12nosuch", "echo o|ne"),
        ("x\x12qqq", "x|"),
    ] {
        assert_eq!(run(keys), want, "{keys:?}");
    }
}

#[test]
fn lines_end() {
    for (keys, want) in [
        ("ls\r", Step::Accept(b"ls".to_vec())),
        ("ls\n", Step::Accept(b"ls".to_vec())),
        ("\x12tw\r", Step::Accept(b"echo two three".to_vec())),
        ("ls\x1b#", Step::Accept(b"#ls".to_vec())),
        ("ls\x03", Step::Interrupt),
        ("\x12ls\x03", Step::Interrupt),
        ("\x04", Step::End),
        ("ls\x18\x05", Step::Program(b"ls".to_vec())),
        // Pasted newlines are text.
        ("\x1b[200~a\rb\nc\x03\x1b[201~", Step::Go),
        ("\x1b[200~a\rb\n\x1b[201~c\r", Step::Accept(b"a\nb\nc".to_vec())),
    ] {
        let mut e = Editor::default();
        let got = type_keys(
            &mut Program::with_history(HISTORY),
            &mut e,
            Settings::default(),
            keys,
        );
        assert_eq!(got, want, "{keys:?}");
    }
}

#[test]
fn rows_of_a_line_are_walked_before_the_history() {
    for (keys, want) in [
        ("\x1b[200~one\ntwo\x1b[201~\x1b[A\x1b[A", "echo two three|"),
        ("\x1b[200~one\ntwo\x1b[201~\x1b[AX", "oneX|\ntwo"),
        ("\x1b[200~one\ntwo\x1b[201~\x01X", "one\nX|two"),
        ("\x1b[200~one\ntwo\x1b[201~\x1b[A\x01\x1b[BX", "one\nX|two"),
        ("\x1b[200~one\ntwo\x1b[201~\x1b[A\x0b", "one|two"),
    ] {
        assert_eq!(run(keys), want, "{keys:?}");
    }
}

#[test]
fn operate_and_get_next_goes_on_from_there() {
    let mut p = Program::with_history(HISTORY);
    let mut e = Editor::default();
    let step = type_keys(&mut p, &mut e, Settings::default(), "\x1b<\x0f");
    assert_eq!(step, Step::Accept(b"echo one".to_vec()));
    p.history.add(b"echo one".to_vec(), None, Default::default());
    type_keys(&mut p, &mut e, Settings::default(), "");
    assert_eq!(shown(&e), "ls -l /tmp|");
}

#[test]
fn suggestions_are_taken_at_the_end() {
    let settings = Settings {
        suggestions: true,
        ..Settings::default()
    };
    for (keys, want) in [
        ("ec\x1b[C", "echo two three|"),
        ("ec\x05", "echo two three|"),
        ("ec\x1b[F", "echo two three|"),
        ("ec\x1bf", "echo|"),
        ("ec\x02\x06", "ec|"),
        ("nosuch\x05", "nosuch|"),
        ("ls -l /tmp\x05", "ls -l /tmp|"),
    ] {
        let mut e = Editor::default();
        type_keys(&mut Program::with_history(HISTORY), &mut e, settings, keys);
        assert_eq!(shown(&e), want, "{keys:?}");
    }
}

#[test]
fn a_new_line_starts_empty_and_the_kills_stay() {
    let mut p = Program::with_history(HISTORY);
    let mut e = Editor::default();
    type_keys(&mut p, &mut e, Settings::default(), "kill\x15x\r");
    type_keys(&mut p, &mut e, Settings::default(), "");
    assert_eq!(shown(&e), "|");
    press(&mut p, &mut e, "\x19");
    assert_eq!(shown(&e), "kill|");
}
