//! The list of commands and its file.

use readline::history::{Control, Entry, History, format, parse, truncated};

fn add(h: &mut History, lines: &[&str], control: &str) {
    for l in lines {
        h.add(l.as_bytes().to_vec(), None, Control::parse(control.as_bytes()));
    }
}

fn lines(h: &History) -> Vec<&str> {
    h.entries()
        .iter()
        .map(|e| std::str::from_utf8(&e.line).unwrap())
        .collect()
}

#[test]
fn histcontrol_decides_what_is_kept() {
    for (control, given, want) in [
        ("", &["a", "a", " b", "a"][..], &["a", "a", " b", "a"][..]),
        ("ignorespace", &["a", " b"], &["a"]),
        ("ignoredups", &["a", "a", "b", "a"], &["a", "b", "a"]),
        ("ignoreboth", &["a", "a", " b"], &["a"]),
        ("erasedups", &["a", "b", "a", "c", "a"], &["b", "c", "a"]),
        ("x:ignorespace:erasedups", &["a", " b", "c", "a"], &["c", "a"]),
    ] {
        let mut h = History::default();
        add(&mut h, given, control);
        assert_eq!(lines(&h), want, "{control}");
    }
}

#[test]
fn numbers_stay_when_old_entries_go() {
    let mut h = History::default();
    add(&mut h, &["a", "b", "c"], "");
    h.stifle(2);
    assert_eq!(
        (lines(&h), h.number(0), h.position(3)),
        (vec!["b", "c"], 2, Some(1))
    );
    assert_eq!(h.position(1), None);
}

#[test]
fn what_the_file_has_not_seen_is_known() {
    let mut h = History::default();
    add(&mut h, &["a", "b"], "");
    h.mark_written();
    add(&mut h, &["c", "d"], "");
    h.remove(0);
    assert_eq!(h.unwritten().len(), 2);
    h.remove(1);
    assert_eq!(h.unwritten()[0].line, b"d");
    add(&mut h, &["d", "d"], "erasedups");
    assert_eq!(h.unwritten().len(), 1);
    h.stifle(0);
    assert_eq!(h.unwritten().len(), 0);
}

#[test]
fn files_read_back_what_was_written() {
    let e = |line: &str, time| Entry {
        line: line.as_bytes().to_vec(),
        time,
        written: false,
    };
    for (entries, times, text) in [
        (vec![e("a", Some(5)), e("b c", None)], false, "a\nb c\n"),
        (vec![e("a", Some(5)), e("b", Some(6))], true, "#5\na\n#6\nb\n"),
        (
            vec![e("for x in 1\ndo :\n\ndone", Some(5)), e("b", Some(6))],
            false,
            "#5\nfor x in 1\ndo :\n\ndone\n#6\nb\n",
        ),
    ] {
        let written = format(&entries, times);
        assert_eq!(String::from_utf8(written.clone()).unwrap(), text);
        let read: Vec<_> = parse(&written).into_iter().map(|e| e.line).collect();
        let want: Vec<_> = entries.into_iter().map(|e| e.line).collect();
        assert_eq!(read, want);
    }
    // Lines from before there were times; bytes that are no text; a last line without an end.
    let read = parse(b"old\n\n\xff\xfe\n#7\nnew\nsecond\n#8\nlast");
    let want: Vec<&[u8]> = vec![b"old", b"\xff\xfe", b"new\nsecond", b"last"];
    assert_eq!(read.iter().map(|e| &e.line[..]).collect::<Vec<_>>(), want);
}

#[test]
fn files_are_cut_by_entries() {
    assert_eq!(truncated(b"a\nb\nc\n", 2), Some(b"b\nc\n".to_vec()));
    assert_eq!(truncated(b"a\nb\n", 2), None);
    assert_eq!(truncated(b"#1\na\nb\n#2\nc\n", 1), Some(b"#2\nc\n".to_vec()));
    assert_eq!(truncated(b"a\n", 0), Some(Vec::new()));
}
