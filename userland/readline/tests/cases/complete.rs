//! Completion: what goes into the line, and what is listed.

use readline::complete::{Completions, comp_words, table};
use readline::editor::{Editor, Settings};

use crate::support::{Program, Screen, press, shown, type_keys};

fn files(start: usize, typed: &str, quote: Option<u8>, words: &[&str]) -> Completions {
    Completions {
        start,
        typed: typed.as_bytes().to_vec(),
        quote,
        words: words.iter().map(|w| w.as_bytes().to_vec()).collect(),
        filenames: true,
        ..Completions::default()
    }
}

fn run(line: &str, found: Completions) -> String {
    let mut p = Program {
        completions: found,
        ..Program::default()
    };
    let mut e = Editor::default();
    type_keys(&mut p, &mut e, Settings::default(), &format!("{line}\t"));
    shown(&e)
}

#[test]
fn names_are_completed_and_quoted() {
    for (line, found, want) in [
        ("cat fi", files(4, "fi", None, &["file"]), "cat file |"),
        ("cat fi", files(4, "fi", None, &["file1", "file2"]), "cat file|"),
        ("cat fi", files(4, "fi", None, &[]), "cat fi|"),
        ("cd d", files(3, "d", None, &["dir/"]), "cd dir/|"),
        ("cat a", files(4, "a", None, &["a b"]), "cat a\\ b |"),
        (
            "cat a",
            files(4, "a", None, &["a$b'c(d)&e*"]),
            "cat a\\$b\\'c\\(d\\)\\&e\\* |",
        ),
        (
            "cat 'a",
            files(4, "a", Some(b'\''), &["a b'c"]),
            "cat 'a b'\\''c' |",
        ),
        (
            "cat \"a",
            files(4, "a", Some(b'"'), &["a b$c"]),
            "cat \"a b\\$c\" |",
        ),
        (
            "cat \"a",
            files(4, "a", Some(b'"'), &["a b!c"]),
            "cat a\\ b\\!c |",
        ),
        (
            "cat a",
            files(4, "a", None, &["a=b@c:d,e^f"]),
            "cat a\\=b\\@c:d,e^f |",
        ),
        ("cat \"d", files(4, "d", Some(b'"'), &["d d/"]), "cat \"d d/|"),
        // The directory stays as it was typed.
        (
            "cat ~/f",
            files(4, "/home/f", None, &["/home/f g"]),
            "cat ~/f\\ g |",
        ),
        ("cat $H/f", files(4, "/h/f", None, &["/h/foo"]), "cat $H/foo |"),
        (
            "cat 'a b'/f",
            files(4, "a b/f", None, &["a b/fo o"]),
            "cat 'a b'/fo\\ o |",
        ),
        ("cat ~", files(4, "~", None, &["~x"]), "cat \\~x |"),
        ("cat #", files(4, "#", None, &["#x"]), "cat \\#x |"),
    ] {
        assert_eq!(run(line, found), want, "{line}");
    }
}

#[test]
fn other_words_go_in_as_they_are() {
    let words = |words: &[&str], nospace| Completions {
        filenames: false,
        nospace,
        ..files(4, "a", None, words)
    };
    assert_eq!(run("cmd a", words(&["a b"], false)), "cmd a b |");
    assert_eq!(run("cmd a", words(&["ab="], true)), "cmd ab=|");
    // A space that is there already is enough.
    let mut p = Program {
        completions: words(&["abc"], false),
        ..Program::default()
    };
    let mut e = Editor::default();
    type_keys(&mut p, &mut e, Settings::default(), "cmd a x\x02\x02\t");
    assert_eq!(shown(&e), "cmd abc| x");
}

#[test]
fn case_can_be_ignored() {
    let mut p = Program {
        completions: files(4, "re", None, &["README"]),
        ..Program::default()
    };
    p.bindings.set("completion-ignore-case", "on").unwrap();
    let mut e = Editor::default();
    type_keys(&mut p, &mut e, Settings::default(), "cat re\t");
    assert_eq!(shown(&e), "cat README |");
}

fn session(found: Completions, keys: &[&str]) -> Vec<String> {
    let mut p = Program {
        completions: found,
        ..Program::default()
    };
    let mut e = Editor::default();
    let mut screen = Screen::new(24, 20);
    type_keys(&mut p, &mut e, Settings::default(), "");
    screen.write(&e.draw(&mut p, 24, 20));
    for k in keys {
        press(&mut p, &mut e, k);
        screen.write(&e.draw(&mut p, 24, 20));
    }
    screen.text()
}

#[test]
fn the_second_tab_lists() {
    let found = files(4, "d/", None, &["d/aa", "d/b/", "d/ccc"]);
    assert_eq!(session(found.clone(), &["cat d/\t"]), ["$ cat d/"]);
    assert_eq!(
        session(found, &["cat d/\t", "\t"]),
        ["$ cat d/", "aa   b/   ccc", "$ cat d/"]
    );
}

#[test]
fn many_are_shown_only_if_wanted() {
    let words: Vec<String> = (0..101).map(|i| format!("w{i:03}")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let found = files(4, "w", None, &words);
    let rows = session(found.clone(), &["cat w", "\t", "\t"]);
    assert_eq!(rows, ["$ cat w", "Display all 101 poss", "ibilities? (y or n)"]);
    let rows = session(found.clone(), &["cat w", "\t", "\t", "n", "x"]);
    assert_eq!(rows.last().map(String::as_str), Some("$ cat wx"));
    let rows = session(found, &["cat w", "\t", "\t", "y"]);
    assert!(rows.iter().any(|r| r.starts_with("w033")), "{rows:?}");
}

#[test]
fn a_menu_goes_round() {
    let mut p = Program {
        completions: files(4, "f", None, &["fa", "fb"]),
        ..Program::default()
    };
    p.bindings.line(b"TAB: menu-complete").unwrap();
    for (tabs, want) in [(1, "cat fa|"), (2, "cat fb|"), (3, "cat f|"), (4, "cat fa|")] {
        let mut e = Editor::default();
        type_keys(
            &mut p,
            &mut e,
            Settings::default(),
            &format!("cat f{}", "\t".repeat(tabs)),
        );
        assert_eq!(shown(&e), want);
    }
}

#[test]
fn columns_go_down_first() {
    let labels: Vec<Vec<u8>> = ["a", "bb", "ccc", "日本", "e"]
        .iter()
        .map(|s| s.as_bytes().to_vec())
        .collect();
    let text = |across| String::from_utf8(table(&labels, 20, across)).unwrap();
    assert_eq!(text(false), "a     ccc   e\r\nbb    日本\r\n");
    assert_eq!(text(true), "a     bb    ccc\r\n日本  e\r\n");
}

/// As bash sets COMP_WORDS and COMP_CWORD.
#[test]
fn words_are_split_at_the_break_characters() {
    const BREAKS: &[u8] = b" \t\n\"'@><=;|&(:";
    for (line, point, words, at) in [
        ("cmd a b", 7, &["cmd", "a", "b"][..], 2),
        ("cmd a ", 6, &["cmd", "a", ""], 2),
        ("cmd --x=y", 9, &["cmd", "--x", "=", "y"], 3),
        ("cmd --x=", 8, &["cmd", "--x", "=", ""], 3),
        ("cmd a:b", 7, &["cmd", "a", ":", "b"], 3),
        ("cmd 'a b", 8, &["cmd", "'a b"], 1),
        ("cmd a\\ b c", 10, &["cmd", "a\\ b", "c"], 2),
        ("cmd a b", 5, &["cmd", "a", "b"], 1),
        ("cmd  b", 4, &["cmd", "", "b"], 1),
    ] {
        let (got, i) = comp_words(line.as_bytes(), 0, point, BREAKS);
        let got: Vec<String> = got.into_iter().map(|w| String::from_utf8(w).unwrap()).collect();
        assert_eq!(
            (got.iter().map(String::as_str).collect::<Vec<_>>(), i),
            (words.to_vec(), at),
            "{line} {point}"
        );
    }
}
