//! yq: YAML in, YAML or JSON out. What is expected is YAML 1.2's core schema, in mikefarah's yq's layout.

use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

fn yq(root: &Path, arguments: &[&str], stdin: &str) -> (String, i32) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_jq"))
        .arg0("yq")
        .args(arguments)
        .current_dir(root)
        .env("NAME", "value")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // A wrong command line is not read on.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = child.wait_with_output().unwrap();
    (
        String::from_utf8(output.stdout).unwrap(),
        output.status.code().unwrap(),
    )
}

const DOCUMENT: &str = "# comment\na: 1\nlist:\n  - x\n  - n: 2\n    m: [1, 2]\n  - - deep\n    - er\ntext: |\n  one\n  two\nempty: {}\n\
                        quoted: \"12\"\nbase: &b {k: v}\nmerged:\n  <<: *b\n  own: true\nnone: ~\n";

#[test]
fn documents_are_read_and_written() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("yq");
    fs::create_dir_all(&root).unwrap();
    let whole = "a: 1\nlist:\n  - x\n  - n: 2\n    m:\n      - 1\n      - 2\n  - - deep\n    - er\ntext: |\n  one\n  two\nempty: {}\n\
                 quoted: \"12\"\nbase:\n  k: v\nmerged:\n  own: true\n  k: v\nnone: null\n";
    for (arguments, stdin, expected, status) in [
        (&["."][..], DOCUMENT, whole, 0),
        (&["."], whole, whole, 0),
        (&[".list[1].m[0]"], DOCUMENT, "1\n", 0),
        (&[".text"], DOCUMENT, "one\ntwo\n", 0),
        (&[".merged.k"], DOCUMENT, "v\n", 0),
        (
            &["-o", "json", "-I", "0", ".list"],
            DOCUMENT,
            "[\"x\",{\"n\":2,\"m\":[1,2]},[\"deep\",\"er\"]]\n",
            0,
        ),
        (&["-o=json", ".base"], DOCUMENT, "{\n  \"k\": \"v\"\n}\n", 0),
        (
            &["."],
            "{\"j\": [1, null, true]}",
            "j:\n  - 1\n  - null\n  - true\n",
            0,
        ),
        (&[".a"], "a: 1\n---\na: 2\n", "1\n---\n2\n", 0),
        (&["-N", ".a"], "a: 1\n---\na: 2\n", "1\n2\n", 0),
        (&["ea", "map(.a) | add"], "a: 1\n---\na: 2\n", "3\n", 0),
        (
            &[
                "-n",
                "{\"x\": $ENV.NAME, \"y\": [\"true\", \"a: b\", \"- c\", \"\", \"no\"]}",
            ],
            "",
            "x: value\ny:\n  - \"true\"\n  - \"a: b\"\n  - \"- c\"\n  - \"\"\n  - no\n",
            0,
        ),
        (
            &["[.[] | .]"],
            "[0x10, 0o17, 1e3, .5, .inf, -.inf, 1.10, +3]",
            "- 16\n- 15\n- 1000\n- 0.5\n- .inf\n- -.inf\n- 1.1\n- 3\n",
            0,
        ),
        (&["-e", ".nosuch"], "a: 1\n", "null\n", 1),
        (&[".a["], "a: 1\n", "", 3),
        (&["."], "a: [1\n", "", 1),
        (&["."], "a: *nope\n", "", 1),
        (&["-o", "toml", "."], "a: 1\n", "", 1),
        (&[".", "nosuch.yml"], "", "", 1),
    ] {
        assert_eq!(
            yq(&root, arguments, stdin),
            (expected.into(), status),
            "{arguments:?} {stdin}"
        );
    }
    let deep = "[".repeat(5000);
    assert_eq!(yq(&root, &["."], &deep), (String::new(), 1));
}

#[test]
fn files_are_changed_in_place() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("yq-place");
    fs::create_dir_all(&root).unwrap();
    fs::write(root.join("f.yml"), "a: 1\nb: x\n").unwrap();
    assert_eq!(
        yq(&root, &["-i", ".a = 2 | .c.d = [1]", "f.yml"], ""),
        (String::new(), 0)
    );
    assert_eq!(
        fs::read_to_string(root.join("f.yml")).unwrap(),
        "a: 2\nb: x\nc:\n  d:\n    - 1\n"
    );
    assert_eq!(yq(&root, &["f.yml"], "").0, "a: 2\nb: x\nc:\n  d:\n    - 1\n");
    // What fails leaves the file as it was.
    assert_eq!(yq(&root, &["-i", ".b.c", "f.yml"], "").1, 1);
    assert_eq!(
        fs::read_to_string(root.join("f.yml")).unwrap(),
        "a: 2\nb: x\nc:\n  d:\n    - 1\n"
    );
    assert_eq!(fs::read_dir(&root).unwrap().count(), 1);
    assert_eq!(yq(&root, &["-i", "."], "a: 1").1, 1);
}
