//! Notation of keys, and what inputrc may say.

use readline::bindings::{Bindings, inputrc};
use readline::editor::{Editor, Settings, Step};
use readline::function::Function;
use readline::keys;

use crate::support::{Program, shown, type_keys};

#[test]
fn sequences_are_read_and_shown() {
    for (text, bytes, back) in [
        ("\\C-a", &b"\x01"[..], "\\C-a"),
        ("\\C-x\\C-e", b"\x18\x05", "\\C-x\\C-e"),
        ("\\M-f", b"\x1bf", "\\ef"),
        ("\\e[A", b"\x1b[A", "\\e[A"),
        ("\\C-?", b"\x7f", "\\C-?"),
        ("\\M-\\C-h", b"\x1b\x08", "\\e\\C-h"),
        ("\\t\\x41\\101", b"\tAA", "\\C-iAA"),
        ("\\\"\\\\", b"\"\\", "\\\"\\\\"),
        ("\\C-_", b"\x1f", "\\C-_"),
    ] {
        assert_eq!(keys::parse(text.as_bytes()), bytes, "{text}");
        assert_eq!(keys::show(bytes), back);
    }
    for (name, bytes) in [
        ("Control-a", &b"\x01"[..]),
        ("C-Meta-x", b"\x1b\x18"),
        ("Rubout", b"\x7f"),
        ("TAB", b"\t"),
    ] {
        assert_eq!(keys::named(name).as_deref(), Some(bytes), "{name}");
    }
    assert_eq!(keys::named("nosuch"), None);
}

#[test]
fn every_function_has_one_name() {
    assert!(Function::ALL.is_sorted_by(|a, b| a.name() < b.name()));
    for f in Function::ALL {
        assert_eq!(Function::parse(f.name()), Some(*f));
    }
}

#[test]
fn inputrc_changes_keys_and_variables() {
    let text = b"# mine\nset completion-ignore-case On\nset show-all-if-ambiguous on\n\"\\C-xq\": kill-whole-line\n\
        \"\\C-xm\": \"macro \\C-a\"\nControl-o: \"> out\"\n$if mode=vi\nset bell-style none\n$else\nset comment-begin //\n$endif\n\
        $if Bash\n\"\\C-g\": undo\n$endif\n$include other\nset editing-mode vi\n";
    let mut b = Bindings::default();
    let mut problems = Vec::new();
    let mut include = |name: &[u8]| (name == b"other").then(|| b"set bell-style visible\n".to_vec());
    inputrc(&mut b, text, "xterm", &mut include, &mut problems);
    assert_eq!(problems, Vec::<String>::new());
    for (name, value) in [
        ("completion-ignore-case", "on"),
        ("show-all-if-ambiguous", "on"),
        ("comment-begin", "//"),
        ("bell-style", "visible"),
        ("editing-mode", "vi"),
    ] {
        assert_eq!(b.value(name), value, "{name}");
    }
    let mut p = Program {
        bindings: b,
        ..Program::default()
    };
    for (keys, want) in [
        ("abc\x18q", "|"),
        ("x\x18m", "|xmacro "),
        ("ls \x0f", "ls > out|"),
        ("abc\x07", "|"),
    ] {
        let mut e = Editor::default();
        type_keys(&mut p, &mut e, Settings::default(), keys);
        assert_eq!(shown(&e), want, "{keys:?}");
    }
}

#[test]
fn what_inputrc_does_not_know_is_told() {
    for (line, want) in [
        ("set nosuch on", "line 1: nosuch: unknown variable name"),
        (
            "\"\\C-a\": nosuch-function",
            "line 1: `nosuch-function': unknown function name",
        ),
        ("\"\\C-a: undo", "line 1: \"\\C-a: undo: no closing `\"'"),
        ("Hyper-a: undo", "line 1: `Hyper-a': unknown key name"),
        (
            "\"\\C-a\" undo",
            "line 1: \"\\C-a\" undo: missing colon separator",
        ),
        ("set editing-mode ed", "line 1: ed: unknown editing mode"),
        ("set keymap nosuch", "line 1: nosuch: invalid keymap name"),
        ("$else", "line 1: $else found without matching $if"),
        ("$if mode=vi", "missing $endif"),
        ("$what", "line 1: what: unknown parser directive"),
        ("$include nosuch", "line 1: nosuch: cannot read"),
    ] {
        let mut problems = Vec::new();
        inputrc(
            &mut Bindings::default(),
            line.as_bytes(),
            "xterm",
            &mut |_| None,
            &mut problems,
        );
        assert_eq!(problems, [want], "{line}");
    }
}

#[test]
fn commands_of_the_shell_can_be_bound() {
    let mut p = Program::default();
    p.bindings
        .emacs
        .bind(b"\x18c", readline::keymap::Action::Command(b"date".to_vec()));
    let mut e = Editor::default();
    let step = type_keys(&mut p, &mut e, Settings::default(), "ab\x18c");
    assert_eq!(step, Step::Command(b"date".to_vec()));
    e.set_line(b"changed".to_vec(), 2);
    assert_eq!(shown(&e), "ch|anged");
}
