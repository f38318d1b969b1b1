//! The Tab key on a terminal.

use super::{Terminal, home};

fn start(name: &str) -> Terminal {
    let home = home(name);
    for f in ["some file", "alpha", "alps", "it's", "$x", "#h"] {
        std::fs::write(home.join(f), "").expect("a file");
    }
    for d in ["dir/sub dir/deep", "dir/two"] {
        std::fs::create_dir_all(home.join(d)).expect("a folder");
    }
    std::fs::write(home.join("dir/sub dir/file"), "").expect("a file");
    let mut t = Terminal::start(&home, &["BIG=1", "BIGGER=2"]);
    t.run("p() { printf '<%s>' \"$@\"; echo; }");
    t
}

#[test]
fn words_are_completed_by_their_place() {
    let mut t = start("place");
    for (keys, want) in [
        ("p so\t", "<some file>\n"),
        ("p it\t", "<it's>\n"),
        ("p \\$\t", "<$x>\n"),
        ("p al\th\t", "<alpha>\n"),
        ("p alph\t", "<alpha>\n"),
        ("p 'so\t", "<some file>\n"),
        ("p \"so\t", "<some file>\n"),
        ("p d\ts\tf\t", "<dir/sub dir/file>\n"),
        ("p \"d\ts\tf\t", "<dir/sub dir/file>\n"),
        ("p x=al\ts\t", "<x=alps>\n"),
        ("p BI >a\tx; p $BIGG\t", "<2>\n"),
        ("p ${BIGG\t", "<2>\n"),
        ("p \"$BIGG\t\"", "<2>\n"),
        ("p ~/d\t", "<HOME/dir/>\n"),
        ("p $HOME/al\ts", "<HOME/alps>\n"),
        ("prin\tf\t 'x\\n'", "x\n"),
        ("p 1; prin\tf\t 'x\\n'", "<1>\nx\n"),
        ("p $(prin\tf\t x)", "<x>\n"),
    ] {
        let home = t.home.to_string_lossy().into_owned();
        assert_eq!(t.run(keys).replace(&home, "HOME"), want, "{keys:?}");
    }
    t.send("exit\r");
    t.end();
}

#[test]
fn specifications_say_what_comes() {
    let mut t = start("spec");
    t.run("complete -W 'start stop status' svc; svc() { p \"$@\"; }");
    assert_eq!(t.run("svc sto\t"), "<stop>\n");
    t.run("complete -o nospace -S = -W 'key' kv; kv() { p \"$@\"; }");
    assert_eq!(t.run("kv k\tv"), "<key=v>\n");
    t.run("complete -d onlyd; onlyd() { p \"$@\"; }");
    assert_eq!(t.run("onlyd d\tt\t"), "<dir/two/>\n");
    t.run("_f() { COMPREPLY=(\"$1-$2-$3-$COMP_CWORD-${#COMP_WORDS[@]}-$COMP_LINE-$COMP_POINT\"); }");
    t.run("complete -o filenames -F _f fn; fn() { p \"$@\"; }");
    assert_eq!(t.run("fn a b\t"), "<a><fn-b-a-2-3-fn a b-6>\n");
    t.run("_g() { compopt -o nospace; COMPREPLY=(glued); }; complete -F _g gl; gl() { p \"$@\"; }");
    assert_eq!(t.run("gl g\tx"), "<gluedx>\n");
    t.run("complete -o default -F _none dflt; _none() { :; }; dflt() { p \"$@\"; }");
    assert_eq!(t.run("dflt so\t"), "<some file>\n");
    t.run("complete -C 'echo from-command; :' cc; cc() { p \"$@\"; }");
    assert_eq!(t.run("cc \t"), "<from-command>\n");
    // A default that loads what is missing.
    t.run("_load() { complete -W loaded \"$1\"; return 124; }; complete -D -F _load; late() { p \"$@\"; }");
    assert_eq!(t.run("late l\t"), "<loaded>\n");
    assert_eq!(
        t.run("complete -p svc; complete -r svc; complete -p svc"),
        "complete -W 'start stop status' svc\nsh: complete: svc: no completion specification\n"
    );
    t.send("exit\r");
    t.end();
}

#[test]
fn a_second_tab_shows_what_there_is() {
    let mut t = start("list");
    t.send("p al\t\t");
    t.wait_for("\nalpha  alps\r");
    t.wait_for("ready> ");
    t.run("");
    t.send("p al\x18/");
    t.wait_for("\nalpha  alps\r");
    t.wait_for("ready> ");
    t.run("");
    t.run("complete -W '{1..150}' many");
    t.send("many \t\t");
    t.wait_for("Display all 150 possibilities? (y or n)");
    t.send("n");
    t.wait_for("ready> ");
    assert_eq!(t.run("\x15echo on"), "on\n");
    t.send("exit\r");
    t.end();
}
