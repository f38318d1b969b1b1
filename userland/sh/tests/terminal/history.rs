//! History over sessions.

use super::{Terminal, home};

fn file(home: &std::path::Path) -> String {
    std::fs::read_to_string(home.join(".bash_history")).unwrap_or_else(|e| format!("{e}"))
}

#[test]
fn the_next_session_has_what_this_one_entered() {
    let home = home("next");
    let mut t = Terminal::start(&home, &[]);
    assert_eq!(t.run("echo one"), "one\n");
    assert_eq!(t.run("echo two"), "two\n");
    t.send("exit 3\r");
    assert_eq!(t.end(), 3);
    assert_eq!(file(&home), "echo one\necho two\nexit 3\n");

    let mut t = Terminal::start(
        &home,
        &["HISTCONTROL=ignorespace:ignoredups", "HISTIGNORE=ls*:pwd"],
    );
    // The line that was expanded is shown.
    assert_eq!(t.run("!1"), "echo one\none\n");
    assert_eq!(t.run(" echo hidden"), "hidden\n");
    assert_eq!(t.run("ls -d /"), "/\n");
    t.send("\u{4}");
    assert_eq!(t.end(), 0);
    assert_eq!(file(&home), "echo one\necho two\nexit 3\necho one\n");
}

#[test]
fn a_terminal_that_goes_away_saves_it() {
    let home = home("gone");
    let mut t = Terminal::start(&home, &[]);
    t.run("echo kept");
    assert_eq!(t.hang_up(), 129);
    assert_eq!(file(&home), "echo kept\n");

    // Also while a command runs.
    let mut t = Terminal::start(&home, &[]);
    t.send("echo started; sleep 1000\r");
    t.wait_for("started\r\n");
    assert_eq!(t.hang_up(), 129);
    assert_eq!(file(&home), "echo kept\necho started; sleep 1000\n");
}

#[test]
fn files_that_fail_are_named_and_the_session_goes_on() {
    let home = home("fails");
    let mut t = Terminal::start(&home, &["HISTFILE=/"]);
    assert_eq!(t.run("echo on"), "on\n");
    t.send("exit\r");
    t.wait_for("sh: history: /: Is a directory");
    assert_eq!(t.end(), 0);

    let mut t = Terminal::start(&home, &["HISTFILE=/dev/full"]);
    assert_eq!(t.run("echo on"), "on\n");
    assert_eq!(
        t.run("history -a"),
        "sh: history: /dev/full: No space left on device\n"
    );
    // Nothing was lost.
    assert_eq!(t.run("history 2"), "    2  history -a\n    3  history 2\n");
    t.send("exit\r");
    assert_eq!(t.end(), 0);
}

#[test]
fn a_command_of_several_lines_is_one_entry() {
    let home = home("lines");
    let mut t = Terminal::start(&home, &["PS2=more> "]);
    t.run("for i in 1 2");
    t.run("do echo $i");
    assert_eq!(t.run("done"), "1\n2\n");
    t.run("echo 'a");
    assert_eq!(t.run("b'"), "a\nb\n");
    assert_eq!(
        t.run("history"),
        "    1  for i in 1 2; do echo $i; done\n    2  echo 'a\nb'\n    3  history\n"
    );
    t.send("exit\r");
    assert_eq!(t.end(), 0);
    let mut t = Terminal::start(&home, &[]);
    assert_eq!(t.run("!2"), "echo 'a\nb'\na\nb\n");
    t.send("exit\r");
    t.end();
}

#[test]
fn expansion_can_be_looked_at_or_switched_off() {
    let home = home("bang");
    let mut t = Terminal::start(&home, &[]);
    t.run("echo first");
    assert_eq!(t.run("!nosuch"), "sh: !nosuch: event not found\n");
    assert_eq!(t.run("echo '!!' \"!!:1\""), "echo '!!' \"first\"\n!! first\n");
    assert_eq!(
        t.run("^echo^printf '%s.\\n'^:p"),
        "printf '%s.\\n' '!!' \"first\"\n"
    );
    assert_eq!(t.run("!!"), "printf '%s.\\n' '!!' \"first\"\n!!.\nfirst.\n");
    t.run("set +H");
    assert_eq!(t.run("echo \"!!\""), "!!\n");
    t.run("set -H; shopt -s histverify");
    t.run("!e:0 verified");
    assert_eq!(t.run(" edited"), "verified edited\n");
    t.send("exit\r");
    t.end();
}

#[test]
fn the_builtin_changes_list_and_file() {
    let home = home("builtin");
    std::fs::write(home.join("other"), "from afar\n").expect("a file");
    let mut t = Terminal::start(&home, &["HISTSIZE=4"]);
    t.run("history -s stored line");
    assert_eq!(t.run("history"), "    1  stored line\n    2  history\n");
    assert_eq!(t.run("history -d 1; history -p '!!:0'"), "history\n");
    t.run("history -r other; history -w copy");
    assert_eq!(
        t.run("cat copy"),
        "history\nhistory -r other; history -w copy\nfrom afar\n"
    );
    assert_eq!(
        t.run("history"),
        "    2  history -r other; history -w copy\n    3  from afar\n    4  cat copy\n    5  history\n"
    );
    assert_eq!(
        t.run("history -ra"),
        "sh: history: cannot use more than one of -anrw\n"
    );
    t.run("history -c");
    assert_eq!(t.run("history"), "    1  history\n");
    t.send("exit\r");
    t.end();
}
