//! Files: what is read and written, and what is refused so that nothing is lost.

use editing::core::pattern::Pattern;
use editing::host::typed;
use editing::nano::{End, Nano, Options};

use crate::support::{Fake, Session, keys_of};

/// Keys on a file: what it has then, and what the last row says.
#[test]
fn files_are_written_byte_for_byte() {
    for (text, keys, want, message) in [
        (
            &b"one\n"[..],
            "ddihi\x1b:w\r",
            &b"hi\n"[..],
            "\"file\" 1L, 3B written",
        ),
        (b"one", "x:w\r", b"ne", "\"file\" [noeol] 1L, 2B written"),
        (b"one", "ox\x1b:w\r", b"one\nx", "\"file\" [noeol] 2L, 5B written"),
        (
            b"one\r\ntwo\r\n",
            "xjx:w\r",
            b"ne\r\nwo\r\n",
            "\"file\" [dos] 2L, 8B written",
        ),
        (
            b"one\r\ntwo\n",
            "jx:w\r",
            b"one\r\nwo\n",
            "\"file\" 2L, 8B written",
        ),
        (
            b"a\r\nb\r\n",
            ":set ff=unix\r:w\r",
            b"a\nb\n",
            "\"file\" 2L, 4B written",
        ),
        (
            b"a\xff\x00b\n",
            "yyp:w\r",
            b"a\xff\x00b\na\xff\x00b\n",
            "\"file\" 2L, 10B written",
        ),
        (b"\xff\xfe\n", "lx~:w\r", b"\xff\n", "\"file\" 1L, 2B written"),
        (b"", ":w\r", b"", "\"file\" 0L, 0B written"),
        (b"", "ihi\x1b:w\r", b"hi\n", "\"file\" 1L, 3B written"),
        (b"x\n", "dd:w\r", b"", "\"file\" 0L, 0B written"),
        (b"x", "dd:w\r", b"", "\"file\" [noeol] 0L, 0B written"),
        (b"\n\n", "Ax\x1b:w\r", b"x\n\n", "\"file\" 2L, 3B written"),
        (
            b"1\n2\n3\n",
            ":2,3w! file\r",
            b"2\n3\n",
            "\"file\" 2L, 4B written",
        ),
        (
            b"1\n2\n3\n",
            ":2,3w >>file\r",
            b"1\n2\n3\n2\n3\n",
            "\"file\" 2L, 4B appended",
        ),
        (b"1\n2", ":1w! file\r", b"1\n", "\"file\" 1L, 2B written"),
        (b"1\n2\n", ":2,1w\r", b"1\n2\n", "E493: Backwards range given"),
        (
            b"1\n2\n",
            ":1w\r",
            b"1\n2\n",
            "E140: Use ! to write partial buffer",
        ),
        (b"1\n2\n", ":%w\r", b"1\n2\n", "\"file\" 2L, 4B written"),
        (
            b"1\n",
            ":set noeol\r:w\r",
            b"1",
            "\"file\" [noeol] 1L, 1B written",
        ),
    ] {
        let mut session = Session::file(text);
        session.keys(keys);
        let got = session.written("file").expect("the file");
        assert_eq!(got, want, "{text:?} {keys:?}");
        assert_eq!(session.message(), message, "{text:?} {keys:?}");
    }
}

/// The status with which the editor ends, if it does, and what it says if not.
#[test]
fn nothing_is_lost_by_leaving() {
    for (keys, status, message) in [
        (":q\r", Some(0), ""),
        (
            "x:q\r",
            None,
            "E37: No write since last change (add ! to override)",
        ),
        ("x:q!\r", Some(0), ""),
        ("x:wq\r", Some(0), ""),
        ("x:x\r", Some(0), ""),
        (":x\r", Some(0), ""),
        ("xZZ", Some(0), ""),
        ("xZQ", Some(0), ""),
        ("xu:q\r", Some(0), ""),
        (
            "x:w\ru:q\r",
            None,
            "E37: No write since last change (add ! to override)",
        ),
        ("x:w\ru\x12:q\r", Some(0), ""),
        (
            "x:e\r",
            None,
            "E37: No write since last change (add ! to override)",
        ),
        (
            "x:e other\r",
            None,
            "E37: No write since last change (add ! to override)",
        ),
        (
            "x:w other\r:q\r",
            None,
            "E37: No write since last change (add ! to override)",
        ),
        ("x:e!\r:q\r", Some(0), ""),
        (":e dir/\r", None, "\"dir/\" is a directory"),
        (
            ":e dir/\rix\x1b:w\r",
            None,
            "E13: File exists (add ! to override)",
        ),
        (":e dir/\rix\x1b:w!\r", None, "E502: \"dir/\" is a directory"),
        (":w taken\r", None, "E13: File exists (add ! to override)"),
        (":f taken\r:w\r", None, "E13: File exists (add ! to override)"),
        (
            ":e ro\rx:w\r",
            None,
            "E45: 'readonly' option is set (add ! to override)",
        ),
        (":e ro\rx:w!\r", None, "\"ro\" 1L, 5B written"),
        (":w! taken\r", None, "\"taken\" 1L, 5B written"),
        (":e new\r", None, "\"new\" [New]"),
        (":e new\rix\x1b:w\r", None, "\"new\" [New] 1L, 2B written"),
        (":e nosuch\r:e #\r", None, "\"file\" 1L, 5B"),
        (":e new\r\x1e", None, "\"file\" 1L, 5B"),
        (":w\r:e %\r", None, "\"file\" 1L, 5B"),
        (":n\r", None, "E163: There is only one file to edit"),
        (":r nosuch\r", None, "E484: Can't open file nosuch"),
        (":nosuch\r", None, "E492: Not an editor command: nosuch"),
        (":99d\r", None, "E16: Invalid range"),
        (":d x y\r", None, ""),
        (":s/nosuch/x/\r", None, "E486: Pattern not found: nosuch"),
        (
            ":s/\\(x/y/\r",
            None,
            "E383: Invalid search string: \\(x (Unmatched ( or \\()",
        ),
        (":set nosuch\r", None, "E518: Unknown option: nosuch"),
        (":set ts=0\r", None, "E487: Argument must be positive: ts=0"),
        (":set ts\r", None, "  tabstop=8"),
        (":set ai?\r", None, "noautoindent"),
        (":!exit 3\r", None, ""),
        (":%!exit 3\r", None, "shell returned 3"),
        (":2!cat\r", None, "E16: Invalid range"),
        ("\x16", None, "Visual block mode is not supported"),
        ("i\x0e\x1b", None, "Completion is not supported"),
        (
            ":k1\r",
            None,
            "E191: Argument must be a letter or forward/backward quote",
        ),
        ("'z", None, "E20: Mark not set"),
        ("\"zp", None, "E353: Nothing in register z"),
        (":pwd\r", None, "/"),
        (":=\r", None, "1"),
        (":p\r", None, "text"),
        ("\x07", None, "\"file\" line 1 of 1 --100%-- col 1"),
        (":vi\r", None, ""),
    ] {
        let mut session = Session::file(b"text\n");
        let files = [("taken", "taken\n"), ("ro", "text2\n")];
        for (name, text) in files {
            session
                .world
                .0
                .borrow_mut()
                .files
                .insert(name.into(), text.into());
        }
        session.vi.message = None;
        assert_eq!(session.keys(keys), status, "{keys:?} {:?}", session.message());
        if status.is_none() {
            assert_eq!(session.message(), message, "{keys:?}");
        }
    }
}

#[test]
fn a_file_that_others_change_is_not_overwritten() {
    let mut session = Session::file(b"mine\n");
    session
        .world
        .0
        .borrow_mut()
        .files
        .insert(b"file".to_vec(), b"theirs, longer\n".to_vec());
    session.keys("x:w\r");
    assert_eq!(
        session.message(),
        "WARNING: The file has been changed since reading it!!! (add ! to override)"
    );
    assert_eq!(session.written("file").as_deref(), Some(&b"theirs, longer\n"[..]));
    assert_eq!(session.keys(":q\r"), None);
    assert_eq!(session.keys(":wq!\r"), Some(0));
    assert_eq!(session.written("file").as_deref(), Some(&b"ine\n"[..]));
}

#[test]
fn a_write_that_fails_leaves_the_text_modified() {
    let mut session = Session::file(b"text\n");
    session.world.0.borrow_mut().full = Some("No space left on device".into());
    for keys in ["x:w\r", ":wq\r", "ZZ", ":x\r"] {
        assert_eq!(session.keys(keys), None, "{keys:?}");
        assert_eq!(
            session.message(),
            "E514: Write error: \"file\" No space left on device"
        );
    }
    assert_eq!(session.keys(":q\r"), None);
    session.world.0.borrow_mut().full = None;
    assert_eq!(session.keys(":wq\r"), Some(0));
    assert_eq!(session.written("file").as_deref(), Some(&b"ext\n"[..]));
}

#[test]
fn a_text_is_kept_where_the_editor_dies() {
    let mut session = Session::file(b"text\n");
    assert_eq!(session.vi.rescue(), None);
    // In the middle of typing.
    session.keys("Onew");
    session
        .world
        .0
        .borrow_mut()
        .files
        .insert(b"file.save".to_vec(), b"older\n".to_vec());
    assert_eq!(session.vi.rescue(), Some(Ok(b"file.save.1".to_vec())));
    assert_eq!(
        session.written("file.save.1").as_deref(),
        Some(&b"new\ntext\n"[..])
    );
    assert_eq!(session.written("file").as_deref(), Some(&b"text\n"[..]));
    session.world.0.borrow_mut().full = Some("Read-only file system".into());
    assert_eq!(session.vi.rescue(), Some(Err("Read-only file system".into())));
}

#[test]
fn several_files_are_edited_one_after_another() {
    let mut session = Session::file(b"one\n");
    session
        .world
        .0
        .borrow_mut()
        .files
        .insert(b"two".to_vec(), b"2\n".to_vec());
    session.vi.arguments = vec![b"file".to_vec(), b"two".to_vec()];
    assert_eq!(session.keys(":q\r"), None);
    assert_eq!(session.message(), "E173: 1 more file to edit");
    session.keys("x:n\r");
    assert_eq!(
        session.message(),
        "E37: No write since last change (add ! to override)"
    );
    session.keys(":w\r:n\r");
    assert_eq!(session.text(), "2\n");
    session.keys(":n\r");
    assert_eq!(session.message(), "E165: Cannot go beyond last file");
    session.keys(":prev\r");
    assert_eq!(session.text(), "ne\n");
    session.keys(":args\r");
    assert_eq!(session.message(), "[file] two");
    session.keys(":n\r");
    assert_eq!(session.keys(":q\r"), Some(0));
}

/// A file of megabytes is read, searched, changed and undone in moments, long lines included.
#[test]
fn large_files_are_no_trouble() {
    let mut text = Vec::new();
    for n in 0..100_000 {
        text.extend_from_slice(format!("line {n} with words and {}\n", n * 7).as_bytes());
    }
    text.extend(std::iter::repeat_n(b'x', 1 << 20));
    text.push(b'\n');
    let mut session = Session::file(&text);
    session
        .keys("G$r!gg/line 99999 \rddu:%s/words/WORDS/\ruGoend\x1b:g/7 with/d\ru50000Goinserted\x1bu\x12u");
    session.keys(":w\r");
    let got = session.written("file").expect("the file");
    let at = text.len() - 2;
    text[at] = b'!';
    text.extend_from_slice(b"end\n");
    assert!(got == text, "{} {}", got.len(), text.len());
}

/// Nested repetitions do not take for ever.
#[test]
fn patterns_take_time_in_proportion() {
    let line = "a".repeat(2000);
    for pattern in ["\\(a*\\)*b", "\\(a\\|aa\\)*$b", "\\(a*a*a*a*\\)*c"] {
        let pattern = Pattern::new(pattern.as_bytes(), Default::default(), b"").expect("a pattern");
        assert_eq!(pattern.find(line.as_bytes(), 0), None);
    }
}

fn nano(text: &[u8], options: Options, keys: &str) -> (Fake, Nano, End) {
    let world = Fake::default();
    world.0.borrow_mut().files.insert(b"file".to_vec(), text.to_vec());
    world
        .0
        .borrow_mut()
        .files
        .insert(b"other".to_vec(), b"1\n2\n".to_vec());
    let mut nano = Nano::new(Box::new(world.clone()), options);
    nano.open(b"file");
    world.0.borrow_mut().keys.extend(keys_of(keys));
    let end = nano.run();
    (world, nano, end)
}

#[test]
fn nano_writes_what_it_is_told_to() {
    for (text, keys, want, message) in [
        (&b"one"[..], "\x05X\x0f\r", &b"oneX"[..], "Wrote 1 line"),
        (b"", "hi\x0f\r", b"hi\n", "Wrote 1 line"),
        (b"a\r\n", "\x05b\rc\x13", b"ab\r\nc\r\n", "Wrote 2 lines"),
        (
            b"a\xff\x00\n",
            "\x1b6\x15\x13",
            b"a\xff\x00\na\xff\x00\n",
            "Wrote 2 lines",
        ),
        (b"x\n", "y\x0f\x03", b"x\n", "Cancelled"),
        (b"x\n", "y\x18\x03", b"x\n", "Cancelled"),
        (b"x\n", "\x0f\x15other\rn\x03", b"x\n", "Cancelled"),
        (b"x\n", "\x12other\r\x13", b"1\n2\nx\n", "Wrote 3 lines"),
        (b"x\n", "\x12nosuch\r", b"x\n", "File \"nosuch\" not found"),
        (b"x\n", "\x12dir/\r", b"x\n", "\"dir/\" is a directory"),
        (b"x\n", "\x17nosuch\r", b"x\n", "\"nosuch\" not found"),
        (b"x\n", "\x17x\r", b"x\n", "This is the only occurrence"),
        (b"x y\n", "\x05\x17x\r", b"x y\n", "Search Wrapped"),
        (
            b"x\n",
            "\x17[\x1br\r",
            b"x\n",
            "Bad regex \"[\": Unmatched [, [^, [:, [., or [=",
        ),
        (
            b"ab12\n",
            "\x1c\x1br([a-z])([0-9])\r\\2\\1\ra\x13",
            b"a1b2\n",
            "Wrote 1 line",
        ),
        (b"xX\n", "\x1cx\rz\ra\x13", b"zz\n", "Wrote 1 line"),
        (b"xX\n", "\x1c\x1bcX\rz\ra\x13", b"xz\n", "Wrote 1 line"),
        (
            b"x\n",
            "\x03",
            b"x\n",
            "line 1/2 (50%), col 1/2 (50%), char 0/2 (0%)",
        ),
        (
            b"a b\nc\n",
            "\x1bd",
            b"a b\nc\n",
            "2 lines, 3 words, 6 characters",
        ),
        (b"x\n", "\x1bu", b"x\n", "Nothing to undo"),
        (b"x\n", "\x15", b"x\n", "Cutbuffer is empty"),
        (b"x\n", "\x1f\x08abc\r", b"x\n", "Invalid line or column number"),
    ] {
        let (world, nano, end) = nano(text, Options::default(), keys);
        let file = world.0.borrow().files[&b"file"[..]].clone();
        assert_eq!(file, want, "{text:?} {keys:?} {}", nano.message);
        assert_eq!(nano.message, message, "{text:?} {keys:?}");
        assert_ne!(end, End::Quit, "{keys:?}");
    }
}

#[test]
fn nano_s_options_do_what_they_say() {
    let default = Options::default;
    for (options, keys, want) in [
        (
            Options {
                view: true,
                ..default()
            },
            "x\x0b\x08\x0d\x18",
            &b"\tone\ntwo\n"[..],
        ),
        (
            Options {
                autoindent: true,
                ..default()
            },
            "\x05\rx\x13",
            b"\tone\n\tx\ntwo\n",
        ),
        (
            Options {
                spaces: true,
                tabsize: 4,
                ..default()
            },
            "a\t\x13",
            b"a   \tone\ntwo\n",
        ),
        (
            Options {
                save_on_exit: true,
                ..default()
            },
            "x\x18",
            b"x\tone\ntwo\n",
        ),
        (
            Options {
                no_newlines: true,
                ..default()
            },
            "\x1b/x\x13",
            b"\tone\ntwo\nx",
        ),
    ] {
        let (world, nano, _) = nano(b"\tone\ntwo\n", options, keys);
        let file = world.0.borrow().files[&b"file"[..]].clone();
        assert_eq!(file, want, "{keys:?} {}", nano.message);
    }
}

#[test]
fn nano_asks_before_it_overwrites() {
    let (world, mut nano, _) = nano(b"mine\n", Options::default(), "x");
    world
        .0
        .borrow_mut()
        .files
        .insert(b"file".to_vec(), b"theirs, longer\n".to_vec());
    world.0.borrow_mut().keys.extend(typed(b"\x13n"));
    nano.run();
    assert_eq!(world.0.borrow().files[&b"file"[..]], b"theirs, longer\n");
    world.0.borrow_mut().full = Some("No space left on device".into());
    world.0.borrow_mut().keys.extend(typed(b"\x13y"));
    nano.run();
    assert_eq!(nano.message, "Error writing file: No space left on device");
    assert!(nano.buffer.is_modified());
    world.0.borrow_mut().full = None;
    assert_eq!(nano.rescue(), Some(Ok(b"file.save".to_vec())));
    world.0.borrow_mut().keys.extend(typed(b"\x18y\ry"));
    assert_eq!(nano.run(), End::Quit);
    assert_eq!(world.0.borrow().files[&b"file"[..]], b"xmine\n");
}
