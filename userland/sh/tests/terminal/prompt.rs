//! Prompts.

use super::{Terminal, home};

#[test]
fn prompts_are_made_of_escapes() {
    let home = home("prompt");
    std::fs::create_dir_all(home.join("a/b/c")).expect("folders");
    let mut t = Terminal::start(&home, &["HOSTNAME=box.example.org", "PROMPT_DIRTRIM=2"]);
    // `${x@P}` expands as a prompt does.
    t.run("e() { local x=$1; printf '%s\\n' \"${x@P}\"; }; cd a/b/c");
    for (escape, want) in [
        ("\\h", "box"),
        ("\\H", "box.example.org"),
        ("\\w", "~/.../b/c"),
        ("\\W", "c"),
        ("\\s", "sh"),
        ("\\v", "5.2"),
        ("\\V", "5.2.37"),
        ("\\j", "0"),
        ("\\101\\x", "A\\x"),
        ("$((1+2))", "3"),
        ("\\\\", "\\"),
        ("[\\D{}]", "[CLOCK]"),
        ("\\t", "CLOCK"),
        ("\\A", "CLOCK"),
    ] {
        let got = t.run(&format!("e '{escape}'"));
        let clock = got.contains(':') && got.bytes().filter(u8::is_ascii_digit).count() >= 4;
        let got = if want.contains("CLOCK") && clock {
            want.to_owned()
        } else {
            got.trim_end().to_owned()
        };
        assert_eq!(got, want, "{escape}");
    }
    let tty = t.run("e '\\l'");
    assert!(tty.trim().parse::<u32>().is_ok(), "the terminal's name: {tty:?}");
    t.send("exit\r");
    t.end();
}

#[test]
fn commands_run_before_a_prompt_and_ps0_before_a_command() {
    let mut t = Terminal::start(&home("command"), &[]);
    t.run("PROMPT_COMMAND=('echo one $?' 'echo two'); false");
    assert_eq!(t.run("(exit 3)"), "one 3\ntwo\n");
    assert_eq!(t.run("echo $?"), "3\none 0\ntwo\n");
    t.run("unset PROMPT_COMMAND; PS0='[\\#]\\n'; n=0");
    let first = t.run("echo on");
    assert!(first.starts_with('[') && first.ends_with("]\non\n"), "{first:?}");
    t.run("PS0=");
    t.run("PS4='+\\s$((1+1))> '; set -x");
    assert_eq!(t.run("true"), "+sh2> true\n");
    t.send("exit\r");
    t.end();
}
