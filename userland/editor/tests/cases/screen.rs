//! What is seen, and what is sent to make it seen.

use editing::host::Key;
use editing::nano::{Nano, Options};

use crate::emulator::Emulator;
use crate::support::{Fake, Session, keys_of};

fn session(text: &[u8], size: (usize, usize)) -> Session {
    let session = Session::file(text);
    session.world.look(size);
    session
}

impl Fake {
    fn look(&self, size: (usize, usize)) {
        let mut world = self.0.borrow_mut();
        world.size = size;
        world.emulator = Some(Emulator::new(size.0, size.1));
    }

    fn rows(&self) -> Vec<String> {
        self.0.borrow().emulator.as_ref().expect("an emulator").text()
    }

    fn cursor(&self) -> (usize, usize) {
        self.0.borrow().emulator.as_ref().expect("an emulator").cursor
    }
}

#[test]
fn all_kinds_of_bytes_are_drawn() {
    let long = "0123456789".repeat(5);
    for (text, keys, rows, cursor) in [
        ("a\tb\n".as_bytes(), "", &["a       b", "~"][..], (0, 0)),
        (b"a\tb\n", "l", &["a       b"], (0, 7)),
        (b"a\x01b\x7f\x1b\n", "ll", &["a^Ab^?^["], (0, 3)),
        (b"\xff\xc3(\xe4\n", "l", &["\\xFF\\xC3(\\xE4"], (0, 4)),
        ("中文e\u{301}x\n".as_bytes(), "lll", &["中文e\u{301}x"], (0, 5)),
        ("\u{85}x\n".as_bytes(), "$", &["<85>x"], (0, 4)),
        (
            long.as_bytes(),
            "$",
            &["01234567890123456789", "01234567890123456789", "0123456789", "~"],
            (2, 9),
        ),
        (long.as_bytes(), ":set nowrap\r$", &["90123456789"], (0, 10)),
        (
            "a文".repeat(10).as_bytes(),
            "",
            &["a文a文a文a文a文a文a", "文a文a文a文"],
            (0, 0),
        ),
        (b"x\n", ":set nu\r", &["  1 x", "~"], (0, 4)),
        (b"a\tb\n\n", ":set list\rl", &["a^Ib$", "$", "~"], (0, 1)),
        (b"", "", &["", "~"], (0, 0)),
        (b"x", "", &["x", "~", "~", "~", "\"file\" [noeol] 1L,"], (0, 0)),
        (
            b"x\r\n",
            "",
            &["x", "~", "~", "~", "\"file\" [dos] 1L, 3B"],
            (0, 0),
        ),
        (b"x\n", "i", &["x", "~", "~", "~", "-- INSERT --"], (0, 0)),
        (b"x\n", "A", &["x"], (0, 1)),
        (b"x\n", "vj", &["x", "~", "~", "~", "-- VISUAL --"], (0, 0)),
        (b"x\n", ":s/x", &["x", "~", "~", "~", ":s/x"], (4, 4)),
        (
            b"x\n",
            "/abcdefghijklmnopqrstuvwxyz",
            &["x", "~", "~", "~", "hijklmnopqrstuvwxyz"],
            (4, 19),
        ),
        (b"1\n2\n3\n4\n5\n6\n", "G", &["3", "4", "5", "6"], (3, 0)),
        (b"1\n2\n3\n4\n5\n6\n", "Ggg", &["1", "2", "3", "4"], (0, 0)),
        (b"1\n2\n3\n4\n5\n6\n", "\x05", &["2", "3", "4", "5"], (0, 0)),
        (b"1\n2\n3\n4\n5\n6\n", "3Gz\r", &["3", "4", "5", "6"], (0, 0)),
        (b"1\n2\n3\n4\n5\n6\n7\n8\n", "\x06", &["3", "4", "5", "6"], (0, 0)),
        (b"1\n2\n3\n4\n5\n6\n7\n8\n", "\x04", &["3", "4", "5", "6"], (0, 0)),
    ] {
        let mut session = session(text, (5, 20));
        session.keys(keys);
        let (got, place) = (session.world.rows(), session.world.cursor());
        assert_eq!(&got[..rows.len()], rows, "{text:?} {keys:?}");
        assert_eq!(place, cursor, "{text:?} {keys:?}");
    }
}

/// A line that is taller than the screen is seen where the cursor is.
#[test]
fn a_line_taller_than_the_screen_scrolls() {
    let mut session = session("x".repeat(395).as_bytes(), (5, 20));
    session.keys("$");
    assert_eq!(session.world.cursor(), (3, 14));
    assert_eq!(
        session.world.rows()[..4],
        ["x".repeat(20), "x".repeat(20), "x".repeat(20), "x".repeat(15)]
    );
    session.keys("0");
    assert_eq!(session.world.cursor(), (0, 0));
    session.keys("200lryk");
    let row = session.world.cursor().0;
    assert_eq!(session.world.rows()[row], format!("y{}", "x".repeat(19)));
}

#[test]
fn only_what_changes_is_sent() {
    let mut session = session(b"one two\nthree\n", (24, 80));
    for (keys, sent) in [
        ("lh", None),
        ("l", Some("\x1b[24;70H2\x1b[1;2H")),
        ("rX", Some("\x1b[1;2HX\x1b[24;60H \x1b[1;2H")),
        ("x", Some("\x1b[1;2He two\x1b[K\x1b[1;2H")),
        ("aZ\x1b", None),
        ("J", None),
    ] {
        session.keys(keys);
        let got = String::from_utf8_lossy(&session.world.0.borrow().sent).into_owned();
        if let Some(sent) = sent {
            assert_eq!(got, sent, "{keys:?}");
        }
        assert!(got.len() < 200 || keys.is_empty(), "{keys:?} {got:?}");
    }
}

/// Whatever is typed, on whatever screen: what is sent shows what drawing all anew would show, and never goes beyond
/// the edges (both of which the host looks at with each frame).
#[test]
fn what_is_sent_shows_what_there_is() {
    let text = "one two three\n\tfour\x01 five 中文中文中文中文中文\n\n".to_owned()
        + &"long e\u{301} 中 ".repeat(30)
        + "\nlast\n";
    let text = [text.as_bytes(), b"\xff\xfe bytes\n", &b"line\n".repeat(40)].concat();
    for size in [(24, 80), (5, 20), (2, 5), (10, 33), (1, 1)] {
        for set in [
            "",
            ":set nowrap\r",
            ":set nu\r",
            ":set list hls\r/e\r",
            ":set nu nowrap ts=3\r",
        ] {
            let mut vi = session(&text, size);
            for keys in [
                set,
                "jjj$",
                "0",
                "G",
                "gg",
                "jlllllllll",
                "x",
                "ddu",
                "}}",
                "5J",
                "u",
                "vjj",
                "\x1b",
                "iabc\rdef",
                "\x1b",
                "\x06\x06\x02",
                "\x04\x04\x15",
                ":set nu\r",
                "/line\r",
                "nN",
                "A long enough line to wrap around on small screens 中文中文",
                "\x1bzt",
                "z.",
                "3Gz\r\x05\x05\x19",
                ":reg\r",
                " ",
            ] {
                vi.keys(keys);
            }
        }
    }
}

#[test]
fn a_resize_draws_all_anew() {
    let mut session = session(&b"line\n".repeat(50), (24, 80));
    session.keys("30G");
    session.world.0.borrow_mut().next_size = Some((5, 20));
    session.world.0.borrow_mut().keys.push_back(Key::Redraw);
    session.keys("");
    assert_eq!(session.world.rows()[..4], ["line", "line", "line", "line"]);
    assert!(session.world.cursor().0 < 4);
}

#[test]
fn long_answers_are_read_page_by_page() {
    let mut session = session(&b"line\n".repeat(50), (5, 20));
    session.keys(":1,6nu\r");
    assert_eq!(
        session.world.rows(),
        ["  1 line", "  2 line", "  3 line", "  4 line", "-- More --"]
    );
    session.keys(":1,6nu\r ");
    assert_eq!(session.world.rows()[..2], ["  5 line", "  6 line"]);
    session.keys(":1,6nu\r :2\r");
    assert_eq!(session.vi.cursor.line, 1);
}

fn nano(text: &[u8], size: (usize, usize)) -> (Fake, Nano) {
    let world = Fake::default();
    world.look(size);
    world.0.borrow_mut().files.insert(b"file".to_vec(), text.to_vec());
    let mut nano = Nano::new(Box::new(world.clone()), Options::default());
    nano.open(b"file");
    (world, nano)
}

#[test]
fn nano_shows_title_status_and_keys() {
    let (world, mut nano) = nano(b"one\ntwo\n", (10, 60));
    nano.run();
    let rows = world.rows();
    assert_eq!(rows[0], "  nano (Cobnut)             file");
    assert_eq!(rows[1..4], ["one", "two", ""]);
    assert_eq!(rows[7].trim(), "[ Read 2 lines ]");
    assert_eq!(
        rows[8],
        "^G Help     ^O Write Ou ^W Where Is ^K Cut      ^C Location"
    );
    assert_eq!(
        rows[9],
        "^X Exit     ^R Read Fil ^\\ Replace  ^U Paste    ^_ Go To Li"
    );
    world.0.borrow_mut().keys.extend(keys_of("x"));
    nano.run();
    assert!(world.rows()[0].ends_with("Modified"), "{:?}", world.rows()[0]);
    assert_eq!(world.rows()[7], "");
    world.0.borrow_mut().keys.extend(keys_of("\x0f"));
    nano.run();
    assert_eq!(world.rows()[7], "File Name to Write: file");
    assert_eq!(world.cursor(), (7, 24));
    world.0.borrow_mut().keys.extend(keys_of("\x03\x18"));
    nano.run();
    assert_eq!(world.rows()[7], "Save modified buffer?");
    assert_eq!(
        world.rows()[8].split_whitespace().collect::<Vec<_>>(),
        ["Y", "Yes"]
    );
}

#[test]
fn nano_s_screen_is_right_on_small_terminals() {
    let text = [
        &b"line\twith tab\n"[..],
        "中文中文中文中文中文中文\n".as_bytes(),
        b"\xff\x01\n",
        &b"x\n".repeat(30),
    ]
    .concat();
    for size in [(24, 80), (5, 20), (3, 10), (1, 2), (8, 40)] {
        let (world, mut nano) = nano(&text, size);
        for keys in [
            "",
            "\x05",
            "\x0e\x05",
            "\x16",
            "\x19",
            "\x1b/",
            "abc",
            "\x0b\x15",
            "\x1ba\x10\x10",
            "\x17x\r",
            "\x1b$",
            "\x1bn",
            "\x07\x18",
            "\x0f",
            "\x03",
            "\x1c",
            "x\ry\r",
            "y",
            "\x03",
            "\x1bc",
            "\x18",
            "\x03",
        ] {
            world.0.borrow_mut().keys.extend(keys_of(keys));
            nano.run();
            nano.host.beep();
        }
    }
}
