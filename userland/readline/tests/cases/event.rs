//! History expansion. What a row expects is what bash 5.2 answered.

use readline::event::{Expander, Expansion};
use readline::history::{Control, History};

fn list() -> History {
    let mut h = History::default();
    for line in [
        "echo aa ba \"c d\" gamma",
        "cat /usr/foo/bar.tar.gz",
        "run 2>/dev/null <in >>out | sort -u && (x;y)",
        "ls",
        "echo one two gamma it's",
    ] {
        h.add(line.as_bytes().to_vec(), None, Control::default());
    }
    h
}

const ROWS: &[(&str, &str)] = &[
    ("!!", "echo one two gamma it's"),
    ("!$", "it's"),
    ("!^", "one"),
    ("!*", "one two gamma it's"),
    ("!:0", "echo"),
    ("!:1", "one"),
    ("!:1-2", "one two"),
    ("!:1-", "one two gamma"),
    ("!:-2", "echo one two"),
    ("!:2*", "two gamma it's"),
    ("!!:$:h", "it's"),
    ("!cat:$:t", "bar.tar.gz"),
    ("!cat:$:r", "/usr/foo/bar.tar"),
    ("!cat:$:e", ".gz"),
    ("!cat:$:t:r", "bar.tar"),
    ("!-2", "ls"),
    ("!1:0", "echo"),
    ("!ec:s/a/X/", "echo one two gXmma it's"),
    ("!ec:gs/a/X/", "echo one two gXmmX it's"),
    ("!ec:Gs/a/X/", "echo one two gXmma it's"),
    ("!?bar?", "cat /usr/foo/bar.tar.gz"),
    ("!?bar?:%", "/usr/foo/bar.tar.gz"),
    ("!%", ""),
    ("x!!y", "xecho one two gamma it'sy"),
    ("'!!'", "'!!'"),
    ("\"!!\"", "\"echo one two gamma it's\""),
    ("\"a !\"", "\"a !\""),
    ("a\\!b", "a\\!b"),
    ("!=", "!="),
    ("! x", "! x"),
    ("[!a]", "[!a]"),
    ("${!x}", "${!x}"),
    ("$!", "$!"),
    ("^gamma^delta", "echo one two delta it's"),
    ("^gamma^delta^ more", "echo one two delta it's more"),
    ("!!:q", "'echo one two gamma it'\\''s'"),
    ("!!:x", "'echo' 'one' 'two' 'gamma' 'it'\\''s'"),
    ("!e:q", "'echo one two gamma it'\\''s'"),
    ("echo !#", "echo echo "),
    ("!ec:1 !cat:0", "one cat"),
    ("!!*", "one two gamma it's"),
    ("!!^", "one"),
    ("!!$", "it's"),
    ("!ec-", "echo one two gamma"),
    ("echo !ec-x", "echo echo one two gammax"),
    ("!?bar", "cat /usr/foo/bar.tar.gz"),
    ("\"!ec\"", "\"echo one two gamma it's\""),
    ("!r:2-3", "/dev/null <"),
    ("!r*", "2> /dev/null < in >> out | sort -u && ( x ; y )"),
    ("a;!ec:0|x", "a;echo|x"),
    ("!!:p", "echo one two gamma it's"),
    ("!!:s/a", "echo one two gmma it's"),
    ("$(!!)", "$(echo one two gamma it's)"),
    ("!!:1-$", "one two gamma it's"),
    ("!!:^-$", "one two gamma it's"),
    ("!!:^-2", "one two"), // These depend on an interactive shell.
    ("ls # !!", "ls # !!"),
    ("!ls;x", "ls;x"),
    ("!ls|x", "ls|x"),
    ("(!ls)", "(ls)"),
];

#[test]
fn lines_expand_as_in_bash() {
    for (line, want) in ROWS {
        let got = match Expander::default().expand(&list(), line.as_bytes(), None) {
            Ok(Expansion::Unchanged) => (*line).to_owned(),
            Ok(Expansion::Changed(text) | Expansion::Print(text)) => String::from_utf8(text).unwrap(),
            Err(e) => e.to_string(),
        };
        assert_eq!(&got, want, "{line}");
    }
}

#[test]
fn what_is_not_there_is_named() {
    for (line, want) in [
        ("echo !zzz x", "!zzz: event not found"),
        ("echo !99", "!99: event not found"),
        ("!-99:1", "!-99: event not found"),
        ("!?zz? y", "!?zz?: event not found"),
        ("\"!zz\" x", "!zz: event not found"),
        ("a !\"b\"", "!\"b\": event not found"),
        ("!!:9 x", ":9: bad word specifier"),
        ("!ec:5-1 x", ":5-1: bad word specifier"),
        ("!ec:7-", ":7-: bad word specifier"),
        ("!ls:1*", ":1*: bad word specifier"),
        ("!#:0", ":0: bad word specifier"),
        ("!!:z x", "z: unrecognized history modifier"),
        ("!!: x", " : unrecognized history modifier"),
        ("!!:", ": unrecognized history modifier"),
        ("x !ec:s/nope/x/ y", ":s/nope/x/: substitution failed"),
        ("!ec:gs/nope/x/ z", ":gs/nope/x/: substitution failed"),
        ("^nope^x", ":s^nope^x: substitution failed"),
        ("!ec:& x", ":&: no previous substitution"),
    ] {
        let e = Expander::default()
            .expand(&list(), line.as_bytes(), None)
            .unwrap_err();
        assert_eq!(e.to_string(), want, "{line}");
    }
}

#[test]
fn print_says_that_nothing_is_to_run() {
    let got = Expander::default().expand(&list(), b"!cat:p", None);
    assert_eq!(got, Ok(Expansion::Print(b"cat /usr/foo/bar.tar.gz".to_vec())));
}

/// The last `:s` and the last `!?text?` stay for later lines; a quote from the line before holds.
#[test]
fn an_expander_remembers() {
    let mut e = Expander::default();
    let text = |x: Result<Expansion, _>| match x {
        Ok(Expansion::Changed(t)) => String::from_utf8(t).unwrap(),
        other => format!("{other:?}"),
    };
    assert_eq!(
        text(e.expand(&list(), b"!ec:s/one/1/", None)),
        "echo 1 two gamma it's"
    );
    assert_eq!(text(e.expand(&list(), b"!!:&", None)), "echo 1 two gamma it's");
    assert_eq!(
        text(e.expand(&list(), b"!?bar?", None)),
        "cat /usr/foo/bar.tar.gz"
    );
    assert_eq!(
        text(e.expand(&list(), b"echo !%", None)),
        "echo /usr/foo/bar.tar.gz"
    );
    assert_eq!(
        e.expand(&list(), b"it!!s' done", Some(b'\'')),
        Ok(Expansion::Unchanged)
    );
}
