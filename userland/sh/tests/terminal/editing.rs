//! Keys on a terminal: what the shell then runs.

use super::{Terminal, home};

#[test]
fn a_paste_waits_for_enter() {
    let mut t = Terminal::start(&home("paste"), &[]);
    t.send("\x1b[200~echo one\recho two\n\x1b[201~");
    t.wait_for("two");
    assert_eq!(t.run("echo three"), "one\ntwo\nthree\n");
    // It is one entry, and is edited whole.
    assert_eq!(t.run("\x1b[A"), "one\ntwo\nthree\n");
    t.send("exit\r");
    assert_eq!(t.end(), 0);
}

#[test]
fn a_search_runs_what_it_finds() {
    let mut t = Terminal::start(&home("search"), &[]);
    t.run("echo first");
    t.run("echo second");
    assert_eq!(t.run("\x12fir"), "first\n");
    // Escape ends the search and leaves the line to be edited.
    assert_eq!(t.run("\x12sec\x1b[F more"), "second more\n");
    t.send("exit\r");
    t.end();
}

#[test]
fn vi_mode_is_a_mode() {
    let mut t = Terminal::start(&home("vi"), &[]);
    t.run("set -o vi");
    assert_eq!(t.run("[[ -o vi && ! -o emacs ]] && echo vi"), "vi\n");
    t.send("echo one two\x1b");
    // Alone, an Escape is one after a moment; told apart from a sequence by what follows.
    t.send("bcwTWO");
    assert_eq!(t.run(""), "one TWO\n");
    t.run("set -o emacs");
    assert_eq!(t.run("echo b\x01\x06\x06\x06\x06\x06a"), "ab\n");
    t.send("exit\r");
    t.end();
}

#[test]
fn keys_can_be_bound() {
    let home = home("bind");
    std::fs::write(
        home.join(".inputrc"),
        "\"\\C-xa\": \"echo bound\"\n$include ~/more\n$if bash\n\"\\C-xb\": kill-whole-line\n$endif\n",
    )
    .expect("a file");
    std::fs::write(home.join("more"), "\"\\C-xc\": \"echo included\"\n").expect("a file");
    let mut t = Terminal::start(&home, &[]);
    assert_eq!(t.run("\x18c"), "included\n");
    assert_eq!(t.run("\x18a"), "bound\n");
    assert_eq!(t.run("nosuch\x18becho rest"), "rest\n");
    assert_eq!(
        t.run("bind -q kill-whole-line"),
        "kill-whole-line can be invoked via \"\\C-xb\".\n"
    );
    assert_eq!(
        t.run("bind -p | grep beginning-of-line"),
        "\"\\C-a\": beginning-of-line\n\"\\eOH\": beginning-of-line\n\"\\e[1~\": beginning-of-line\n\"\\e[7~\": beginning-of-line\n\"\\e[H\": beginning-of-line\n"
    );
    assert_eq!(t.run("bind nosuch"), "sh: bind: `nosuch': unknown key name\n");
    assert_eq!(
        t.run("bind '\"\\C-t\": nosuch'"),
        "sh: bind: `nosuch': unknown function name\n"
    );
    t.run("bind -x '\"\\C-t\": READLINE_LINE=\"echo [$READLINE_LINE]\"; READLINE_POINT=6'");
    assert_eq!(t.run("b\x14a"), "[ab]\n");
    assert_eq!(
        t.run("bind -X"),
        "\"\\C-t\": \"READLINE_LINE=\"echo [$READLINE_LINE]\"; READLINE_POINT=6\"\n"
    );
    t.run("bind -r '\\C-t'; bind -m vi-insert '\"\\C-t\": \"x\"'");
    assert_eq!(t.run("bind -s -m vi-insert"), "\"\\C-t\": \"x\"\n");
    assert_eq!(
        t.run("bind 'set completion-ignore-case on'; bind -v | grep ignore-case"),
        "set completion-ignore-case on\n"
    );
    t.send("exit\r");
    t.end();
}

/// What the file gets wrong is told before the first prompt.
#[test]
fn an_inputrc_with_faults_is_read_to_its_end() {
    let home = home("faults");
    std::fs::write(home.join("keys"), "set nosuch on\n\"\\C-xa\": \"echo fine\"\n").expect("a file");
    let mut t = Terminal::start(&home, &[]);
    assert_eq!(
        t.run("bind -f keys"),
        "sh: keys: line 1: nosuch: unknown variable name\n"
    );
    assert_eq!(t.run("\x18a"), "fine\n");
    t.send("exit\r");
    t.end();
}

#[test]
fn an_editor_edits_the_line() {
    let home = home("edit");
    let mut t = Terminal::start(&home, &[]);
    t.run("ed() { echo 'echo edited' >>\"$1\"; }; EDITOR=ed");
    t.send("echo first\x18\x05");
    assert_eq!(t.output(), "first\nedited\n");
    t.run("EDITOR=false");
    assert_eq!(t.run("echo on\x18\x05 still"), "on still\n");
    t.send("exit\r");
    t.end();
}

#[test]
fn a_resize_redraws_the_line() {
    let mut t = Terminal::start(&home("resize"), &[]);
    t.send("echo a long line of words");
    t.wait_for("words");
    t.resize(10, 12);
    // The whole line again, at once.
    t.wait_for("\x1b[J");
    t.wait_for("ready> ");
    assert_eq!(t.run(""), "a long line of words\n");
    assert_eq!(t.run("echo $LINES $COLUMNS"), "10 12\n");
    t.send("exit\r");
    t.end();
}

#[test]
fn nothing_is_coloured_where_nobody_wants_it() {
    for (environment, setting) in [("NO_COLOR=1", ":"), ("X=", "shopt -u highlighting suggestions")] {
        let mut t = Terminal::start(&home("plain"), &[environment]);
        t.run(setting);
        t.send("echo 'plain'\r");
        let echo = t.wait_for("\x1b[?2004l");
        assert!(!echo.contains("m"), "{environment}: {echo:?}");
        t.wait_for("\x1b[?2004h");
        t.send("exit\r");
        t.end();
    }
    let mut t = Terminal::start(&home("coloured"), &[]);
    t.send("nosuch 'plain'\r");
    let echo = t.wait_for("\x1b[?2004l");
    assert!(
        echo.contains("\x1b[;31m") && echo.contains("\x1b[;33m"),
        "{echo:?}"
    );
    t.send("exit\r");
    t.end();
}

#[test]
fn trapped_signals_leave_the_line_alone() {
    let mut t = Terminal::start(&home("trap"), &[]);
    t.run("trap 'echo caught' USR1; (sleep 0.2; kill -USR1 $$) & disown");
    t.send("echo ty");
    t.wait_for("caught");
    assert_eq!(t.run("ped"), "typed\n");
    t.send("\x03");
    t.wait_for("^C");
    t.wait_for("\x1b[?2004h");
    assert_eq!(t.run("echo $?"), "130\n");
    t.send("exit\r");
    t.end();
}
