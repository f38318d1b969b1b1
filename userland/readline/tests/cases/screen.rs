//! What is drawn, on a terminal that is looked at.

use readline::editor::{Editor, Settings, Step};
use readline::event::Expander;
use readline::history::Control;

use crate::support::{Program, Screen};

const COLOURS: Settings = Settings {
    vi: false,
    highlighting: true,
    suggestions: true,
    plain: false,
};

struct Session {
    program: Program,
    editor: Editor,
    screen: Screen,
    written: Vec<u8>,
}

impl Session {
    fn new(settings: Settings, rows: usize, columns: usize, prompt: &str) -> Session {
        let mut s = Session {
            program: Program::with_history(&["echo one", "ls -l /tmp"]),
            editor: Editor::default(),
            screen: Screen::new(rows, columns),
            written: Vec::new(),
        };
        s.editor
            .start(&s.program, settings, prompt.as_bytes(), Vec::new());
        s.draw();
        s
    }

    fn draw(&mut self) {
        self.written = self
            .editor
            .draw(&mut self.program, self.screen.rows, self.screen.columns);
        self.screen.write(&self.written);
    }

    /// Draws after each key, as a terminal sees it.
    fn keys(&mut self, keys: &str) {
        let mut pasting = false;
        for b in keys.bytes() {
            self.editor.key(b, &mut self.program);
            let half = self.editor.waits() || std::str::from_utf8(&self.editor.buffer.text).is_err();
            pasting = self.editor.is_pasting();
            if !pasting && !half {
                self.draw();
            }
        }
        assert!(!pasting);
    }
}

#[test]
fn the_screen_shows_the_line_and_the_cursor() {
    let paste = |s: &str| format!("\x1b[200~{s}\x1b[201~");
    for (columns, keys, rows, at) in [
        (10, "abc".to_owned(), vec!["$ abc"], (0, 5)),
        (10, "abc\x02\x02".into(), vec!["$ abc"], (0, 3)),
        (10, "abc\x01X".into(), vec!["$ Xabc"], (0, 3)),
        (10, "abc\x15".into(), vec!["$"], (0, 2)),
        // Wraps.
        (10, "abcdefgh".into(), vec!["$ abcdefgh"], (1, 0)),
        (10, "abcdefghi".into(), vec!["$ abcdefgh", "i"], (1, 1)),
        (10, "abcdefghi\x7f".into(), vec!["$ abcdefgh"], (1, 0)),
        (10, "abcdefghi\x01".into(), vec!["$ abcdefgh", "i"], (0, 2)),
        (10, "abcdefghi\x01\x0b".into(), vec!["$"], (0, 2)),
        (
            10,
            "abcdefghijkl\x01X".into(),
            vec!["$ Xabcdefg", "hijkl"],
            (0, 3),
        ),
        // Wide and combining characters.
        (10, "日本".into(), vec!["$ 日本"], (0, 6)),
        (10, "日本\x02".into(), vec!["$ 日本"], (0, 4)),
        (9, "日本語日".into(), vec!["$ 日本語", "日"], (1, 2)),
        (9, "日本語日\x01x".into(), vec!["$ x日本語", "日"], (0, 3)),
        (9, "x日本語日\x01\x04".into(), vec!["$ 日本語", "日"], (0, 2)),
        (10, "e\u{301}a".into(), vec!["$ ea"], (0, 4)),
        // Control characters are seen.
        (10, "a\x16\x01b".into(), vec!["$ a^Ab"], (0, 6)),
        // Rows.
        (10, paste("ab\ncd"), vec!["$ ab", "cd"], (1, 2)),
        (10, paste("ab\ncd") + "\x1b[A", vec!["$ ab", "cd"], (0, 4)),
        (
            10,
            paste("ab\ncd\nef") + "\x1b[A\x0b",
            vec!["$ ab", "cdef"],
            (1, 2),
        ),
        (10, paste("abcdefgh\nx"), vec!["$ abcdefgh", "", "x"], (2, 1)),
        (10, paste("ab\ncd") + "\x01\x7f", vec!["$ abcd"], (0, 4)),
        (10, paste("abcdefghij\nxyz") + "\x1b<", vec!["$ echo one"], (1, 0)),
        // Clearing.
        (10, "abc\x0c".into(), vec!["$ abc"], (0, 5)),
        // A search shows what it looks for.
        (
            40,
            "\x12ls".into(),
            vec!["(reverse-i-search)`ls': ls -l /tmp"],
            (0, 24),
        ),
        (40, "\x12q".into(), vec!["(failed reverse-i-search)`q':"], (0, 30)),
        (40, "\x12ls\x05".into(), vec!["$ ls -l /tmp"], (0, 12)),
        (40, "\x12ls\x07x".into(), vec!["$ x"], (0, 3)),
    ] {
        let mut s = Session::new(Settings::default(), 8, columns, "$ ");
        s.keys(&keys);
        assert_eq!(
            (s.screen.text(), s.screen.at),
            (rows.iter().map(|r| (*r).to_owned()).collect(), at),
            "{keys:?}"
        );
    }
}

/// Typing at the end writes the character and nothing else.
#[test]
fn a_key_writes_little() {
    let mut s = Session::new(Settings::default(), 8, 80, "$ ");
    s.keys("abc");
    assert_eq!(s.written, b"c");
    s.keys("\x02");
    assert_eq!(s.written, b"\x08");
    s.keys("\x01X");
    assert_eq!(s.written, b"Xabc\x08\x08\x08");
    let mut s = Session::new(COLOURS, 8, 80, "$ ");
    s.keys("ech");
    assert_eq!(
        String::from_utf8_lossy(&s.written),
        "\x1b[;31mh\x1b[;90mo one\x1b[m\x1b[5D"
    );
    s.keys("o");
    assert_eq!(
        String::from_utf8_lossy(&s.written),
        "\x08\x08\x08\x1b[;32mecho\x1b[;90m one\x1b[m\x08\x08\x08\x08"
    );
}

#[test]
fn colours_and_suggestions_can_be_without() {
    let seen = |settings, keys: &str| {
        let mut s = Session::new(settings, 8, 80, "$ ");
        let mut all = Vec::new();
        for b in keys.bytes() {
            s.editor.key(b, &mut s.program);
            s.draw();
            all.extend_from_slice(&s.written);
        }
        (
            String::from_utf8_lossy(&all).into_owned(),
            s.screen.text().join("\n"),
        )
    };
    let (bytes, screen) = seen(Settings::default(), "ls 'a' # b");
    assert!(!bytes.contains('\x1b'), "{bytes:?}");
    assert_eq!(screen, "$ ls 'a' # b");
    let (bytes, screen) = seen(COLOURS, "ls");
    assert!(bytes.contains("\x1b[;90m"), "{bytes:?}");
    assert_eq!(screen, "$ ls -l /tmp");
    let dim = Settings {
        highlighting: false,
        plain: true,
        ..COLOURS
    };
    let (bytes, screen) = seen(dim, "ls");
    assert!(bytes.contains("\x1b[;2m") && !bytes.contains("90m"), "{bytes:?}");
    assert_eq!(screen, "$ ls -l /tmp");
    let (bytes, _) = seen(COLOURS, "nosuch \"s\" $v # c");
    for code in ["31m", "33m", "36m", "90m"] {
        assert!(bytes.contains(code), "{code} in {bytes:?}");
    }
}

/// The suggestion is gone from the line that is done.
#[test]
fn a_line_that_is_done_stays_as_it_was_typed() {
    let mut s = Session::new(COLOURS, 8, 40, "$ ");
    s.keys("ec");
    assert_eq!(s.screen.text(), ["$ echo one"]);
    let bytes = s.editor.leave(&mut s.program, b"ec", b"", 8, 40);
    s.screen.write(&bytes);
    assert_eq!((s.screen.text(), s.screen.at), (vec!["$ ec".to_owned()], (1, 0)));
}

/// A line that is higher than the screen shows the rows around the cursor.
#[test]
fn a_line_may_be_higher_than_the_screen() {
    let mut s = Session::new(Settings::default(), 4, 10, "$ ");
    let lines: Vec<String> = (1..=20).map(|i| format!("line {i}")).collect();
    s.keys(&format!("\x1b[200~{}\x1b[201~", lines.join("\n")));
    assert_eq!(s.screen.text(), ["line 17", "line 18", "line 19", "line 20"]);
    assert_eq!(s.screen.at, (3, 7));
    for _ in 0..10 {
        s.keys("\x1b[A");
    }
    assert!(
        s.screen.text()[s.screen.at.0].starts_with("line 10"),
        "{:?} {:?}",
        s.screen.text(),
        s.screen.at
    );
    for _ in 0..9 {
        s.keys("\x1b[A");
    }
    assert_eq!(s.screen.text()[0], "$ line 1");
    assert_eq!(s.screen.at, (0, 8));
    s.keys("X");
    assert_eq!(s.screen.text()[0], "$ line 1X");
}

/// Whatever is typed, the screen is what a drawing from nothing would show.
#[test]
fn drawing_what_changed_is_drawing_all() {
    let keys = [
        "a",
        "b",
        "日",
        " ",
        "\x02",
        "\x06",
        "\x01",
        "\x05",
        "\x7f",
        "\x0b",
        "\x19",
        "\x17",
        "\x10",
        "\x0e",
        "\x14",
        "\x1f",
        "\x1b[200~x\ny\x1b[201~",
        "echo ",
        "'q'",
        "\x1bb",
        "\x1bf",
        "\x1b[A",
        "\x1b[B",
        "\x12",
        "\x07",
    ];
    let mut seed = 12345u32;
    for round in 0..80 {
        let mut s = Session::new(COLOURS, 30, 11, "$ ");
        let mut typed = String::new();
        for _ in 0..40 {
            seed = seed.wrapping_mul(1_103_515_245).wrapping_add(12345);
            let k = keys[(seed >> 16) as usize % keys.len()];
            typed.push_str(k);
            s.keys(k);
            let (rows, at) = (s.screen.text(), s.screen.at);
            let mut fresh = Screen::new(30, 11);
            s.editor.screen.forget();
            let bytes = s.editor.draw(&mut s.program, 30, 11);
            fresh.write(&bytes);
            assert_eq!((rows, at), (fresh.text(), fresh.at), "{round}: {typed:?}");
        }
    }
}

/// A prompt's colours take no columns, marked or not.
#[test]
fn prompts_are_measured() {
    for (prompt, want) in [
        ("$ ", 2),
        ("\x1b[1;32muser\x1b[0m$ ", 6),
        ("\x01\x1b]0;title\x07\x02$ ", 2),
        ("\x1b]0;title\x07$ ", 2),
        ("日$ ", 4),
    ] {
        assert_eq!(
            readline::screen::prompt_width(prompt.as_bytes()),
            want,
            "{prompt:?}"
        );
    }
    let mut s = Session::new(Settings::default(), 8, 10, "0123456789");
    assert_eq!(
        (s.screen.text(), s.screen.at),
        (vec!["0123456789".to_owned()], (1, 0))
    );
    s.keys("ab");
    assert_eq!(
        (s.screen.text(), s.screen.at),
        (vec!["0123456789".to_owned(), "ab".into()], (1, 2))
    );
}

#[test]
fn the_prompt_may_show_the_mode() {
    let mut s = Session::new(Settings::default(), 8, 20, "$ ");
    for (name, value) in [
        ("show-mode-in-prompt", "on"),
        ("vi-cmd-mode-string", "\\1\\e[1m\\2N\\1\\e[m\\2"),
    ] {
        s.program.bindings.set(name, value).unwrap();
    }
    let vi = Settings {
        vi: true,
        ..Settings::default()
    };
    s.editor.start(&s.program, vi, b"$ ", Vec::new());
    s.screen = Screen::new(8, 20);
    s.keys("ab");
    assert_eq!(
        (s.screen.text(), s.screen.at),
        (vec!["(ins)$ ab".to_owned()], (0, 9))
    );
    s.keys("\x1b");
    s.editor.pause(&mut s.program);
    s.draw();
    assert_eq!((s.screen.text(), s.screen.at), (vec!["N$ ab".to_owned()], (0, 4)));
}

/// The terminal wraps rows anew when it becomes wider or narrower; the line is drawn where it was.
#[test]
fn a_resized_terminal_is_drawn_over() {
    let mut s = Session::new(Settings::default(), 8, 10, "$ ");
    s.keys("abcdefghijkl");
    // As a terminal of 20 columns shows the same row.
    let mut wide = Screen::new(8, 20);
    wide.write(b"$ abcdefghijkl");
    let bytes = s.editor.draw(&mut s.program, 8, 20);
    wide.write(&bytes);
    assert_eq!(
        (wide.text(), wide.at),
        (vec!["$ abcdefghijkl".to_owned()], (0, 14))
    );
}

/// Whatever bytes come, nothing breaks: keys, quotes, expansion and drawing on terminals of any size.
#[test]
fn any_bytes_are_endured() {
    let likely = b"\x1b[A\x1bOB;~2\x12\x13\x07\x16\x19\x17 '\"`$(){}[]<>|&!^#*?\\\n\r\t\xc3\xa9\xe6\x97\xa5\xffdcywbe0$fx.pu/";
    let mut seed = 99u32;
    for round in 0..120 {
        let settings = Settings {
            vi: round % 2 == 0,
            ..COLOURS
        };
        let mut program = Program::with_history(&["echo one", "a\nb", "\u{e9}t\u{e9} 'x"]);
        let mut editor = Editor::default();
        editor.start(&program, settings, b"\x01\x1b[m\x02$ ", Vec::new());
        for _ in 0..200 {
            seed = seed.wrapping_mul(1_103_515_245).wrapping_add(12345);
            let n = (seed >> 16) as usize;
            let byte = if n.is_multiple_of(5) {
                (n / 5) as u8
            } else {
                likely[n % likely.len()]
            };
            match editor.key(byte, &mut program) {
                Step::Go => {}
                Step::Command(_) | Step::Program(_) => editor.set_line(vec![byte; 3], 2),
                Step::Accept(text) => {
                    let _ = Expander::default().expand(&program.history, &text, None);
                    program.history.add(text, None, Control::default());
                    editor.start(&program, settings, b"", Vec::new());
                }
                Step::Interrupt | Step::End => editor.start(&program, settings, b"> ", Vec::new()),
            }
            if n.is_multiple_of(7) {
                editor.pause(&mut program);
            }
            assert!(editor.buffer.point <= editor.buffer.text.len());
            editor.draw(&mut program, 1 + n % 5, 2 + n % 13);
        }
    }
}
