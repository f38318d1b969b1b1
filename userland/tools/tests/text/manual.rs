//! man, apropos and whatis. What commands say of themselves comes from the commands, which are found on a PATH of ours.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::folder;

fn manual(root: &Path, arguments: &[&str]) -> (String, String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_tools"))
        .arg0(arguments[0])
        .args(&arguments[1..])
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", root.display()))
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        text(output.stdout),
        text(output.stderr),
        output.status.code().unwrap(),
    )
}

#[test]
fn pages_have_what_commands_say_of_themselves() {
    let root = folder("manual");
    for name in ["tree", "less", "column", "man"] {
        symlink(env!("CARGO_BIN_EXE_tools"), root.join(name)).unwrap();
    }
    let (page, _, status) = manual(&root, &["man", "column"]);
    assert_eq!(status, 0);
    let start = "COLUMN(1)                        User Commands                         COLUMN(1)\n\nNAME\n       column - columnate lists\n\n\
                 SYNOPSIS\n       column [options] [<file>...]\n\nDESCRIPTION\n       Columnate lists.\n";
    assert!(page.starts_with(start), "{page}");
    assert!(
        page.contains("\n         -t, --table                 create a table\n"),
        "{page}"
    );
    assert!(
        page.contains("\nDIFFERENCES\n       This column is like that of util-linux.\n"),
        "{page}"
    );
    assert_eq!(manual(&root, &["man", "1", "column"]).0, page);
    assert_eq!(manual(&root, &["man", "column(1)"]).0, page);
    assert_eq!(manual(&root, &["man", "-P", "cat", "column"]).0, page);
    let wide = manual(&root, &["man", "-P", "wc -l", "column", "tree"]).0;
    assert_eq!(wide.lines().count(), 2, "{wide}");
}

#[test]
fn the_index_is_searched() {
    let root = folder("manual-index");
    fs::create_dir_all(&root).unwrap();
    let tac = "tac (1)              - concatenate and print files in reverse\n";
    for (arguments, out, err, status) in [
        (&["whatis", "tac"][..], tac, "", 0),
        (&["man", "-f", "tac"], tac, "", 0),
        (&["apropos", "in reverse"], tac, "", 0),
        (&["man", "-k", "IN REVERSE"], tac, "", 0),
        (&["apropos", "-a", "concat", "rever"], tac, "", 0),
        (&["whatis", "-w", "ta[c-d]"], tac, "", 0),
        (
            &["whatis", "tac", "nosuch"],
            tac,
            "nosuch: nothing appropriate.\n",
            0,
        ),
        (&["whatis", "nosuch"], "", "nosuch: nothing appropriate.\n", 16),
        (
            &["whatis", "-s", "3", "tac"],
            "",
            "tac: nothing appropriate.\n",
            16,
        ),
        (&["whatis"], "", "whatis: what?\n", 1),
        (
            &["man", "nosuch-command"],
            "",
            "No manual entry for nosuch-command\n",
            16,
        ),
        (
            &["man", "3", "tac"],
            "",
            "No manual entry for tac in section 3\n",
            16,
        ),
        (
            &["man"],
            "",
            "What manual page do you want?\nFor example, try 'man man'.\n",
            1,
        ),
    ] {
        let got = manual(&root, arguments);
        assert_eq!(got, (out.into(), err.into(), status), "{arguments:?}");
    }
}
