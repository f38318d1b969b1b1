//! The commands about processes and files, on processes and files that the test makes. Listings and statuses are those
//! of procps-ng 4.0, psmisc 23.6, coreutils 9.1 and tree 2.1.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

fn folder(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(&root).unwrap();
    root
}

fn run(root: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tools"))
        .arg0(arguments[0])
        .args(&arguments[1..])
        .current_dir(root)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn text(root: &Path, arguments: &[&str]) -> (String, i32) {
    let output = run(root, arguments);
    (
        String::from_utf8(output.stdout).unwrap(),
        output.status.code().unwrap_or(-1),
    )
}

/// A process of a name that nothing else on the machine has, asleep.
fn sleeper(name: &str) -> Child {
    let path = folder(&format!("bin-{name}")).join(name);
    fs::copy("/bin/sleep", &path).unwrap();
    Command::new(path).arg("1000").spawn().unwrap()
}

#[test]
fn processes_are_found_by_name_parent_and_command_line() {
    let here = folder("pgrep");
    let mut child = sleeper("cobnut-found");
    let pid = child.id().to_string();
    let own = std::process::id().to_string();
    for arguments in [
        &["pgrep", "-x", "cobnut-found"][..],
        &["pgrep", "^cobnut-f"],
        &["pgrep", "-f", "cobnut-found 100[0]"],
        &["pgrep", "-P", &own, "cobnut-found"],
        &["pgrep", "-n", "cobnut-found"],
        &["pgrep", "-i", "COBNUT-FOUND"],
    ] {
        assert_eq!(text(&here, arguments), (format!("{pid}\n"), 0), "{arguments:?}");
    }
    assert_eq!(
        text(&here, &["pgrep", "-c", "-x", "cobnut-found"]),
        ("1\n".into(), 0)
    );
    assert_eq!(
        text(&here, &["pgrep", "-l", "cobnut-found"]),
        (format!("{pid} cobnut-found\n"), 0)
    );
    assert_eq!(text(&here, &["pgrep", "-x", "cobnut"]), (String::new(), 1));
    assert_eq!(text(&here, &["pgrep"]).1, 2);
    let columns = ["ps", "-o", "pid=,ppid=,comm=,args=", "-p", &pid];
    let (line, status) = text(&here, &columns);
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(
        (&words[..3], status),
        (&[pid.as_str(), &own, "cobnut-found"][..], 0)
    );
    assert!(line.ends_with("cobnut-found 1000\n"), "{line}");
    assert!(text(&here, &["ps", "aux"]).0.contains("cobnut-found 1000\n"));
    assert!(text(&here, &["ps", "-ef"]).0.contains("cobnut-found 1000\n"));
    assert!(
        text(&here, &["top", "-b", "-n", "1", "-p", &pid])
            .0
            .ends_with(" cobnut-found\n")
    );
    assert!(text(&here, &["lsof", "-p", &pid]).0.contains(" cwd "));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(text(&here, &["ps", "-p", &pid]).1, 1);
}

#[test]
fn processes_are_signalled_by_name() {
    let here = folder("pkill");
    for (name, arguments, signal) in [
        ("cobnut-kill-a", &["pkill", "-x", "cobnut-kill-a"][..], 15),
        (
            "cobnut-kill-b",
            &["pkill", "-INT", "-f", "cobnut-kill-b 100[0]"],
            2,
        ),
        ("cobnut-kill-c", &["killall", "cobnut-kill-c"], 15),
        ("cobnut-kill-d", &["killall", "-9", "cobnut-kill-d"], 9),
        ("cobnut-kill-e", &["pkill", "--signal", "HUP", "cobnut-kill-e"], 1),
        // Longer than what the kernel keeps of a name.
        (
            "cobnut-kill-with-a-long-name",
            &["killall", "cobnut-kill-with-a-long-name"],
            15,
        ),
    ] {
        let mut child = sleeper(name);
        assert_eq!(run(&here, arguments).status.code(), Some(0), "{arguments:?}");
        assert_eq!(child.wait().unwrap().signal(), Some(signal), "{arguments:?}");
    }
    assert_eq!(text(&here, &["pkill", "cobnut-nobody"]).1, 1);
    assert_eq!(text(&here, &["killall", "cobnut-nobody"]).1, 1);
}

#[test]
fn ps_refuses_what_it_does_not_know() {
    let here = folder("ps");
    for arguments in [
        &["ps", "-o", "nosuch"][..],
        &["ps", "--nosuch"],
        &["ps", "-p", "x"],
        &["ps", "--sort", "y"],
    ] {
        assert_eq!(text(&here, arguments), (String::new(), 1), "{arguments:?}");
    }
}

#[test]
fn the_machine_is_described() {
    let here = folder("machine");
    let (free, _) = text(&here, &["free"]);
    let lines: Vec<&str> = free.lines().collect();
    let header = "               total        used        free      shared  buff/cache   available";
    assert_eq!((lines.len(), lines[0]), (3, header));
    assert!(
        lines[1].starts_with("Mem:   ") && lines[2].starts_with("Swap:  "),
        "{free}"
    );
    assert!(text(&here, &["uptime"]).0.contains("load average: "));
    assert!(text(&here, &["uptime", "-p"]).0.starts_with("up "));
    assert_eq!(text(&here, &["vmstat"]).0.lines().count(), 3);
    assert_eq!(text(&here, &["nice"]), ("0\n".into(), 0));
    assert_eq!(text(&here, &["nice", "-n", "0", "sh", "-c", "exit 7"]).1, 7);
    assert_eq!(text(&here, &["nice", "nosuch-command"]).1, 127);
    assert_eq!(text(&here, &["sync", "nosuch"]).1, 1);
}

/// A tree for du, tree and which.
fn tree(name: &str) -> PathBuf {
    let root = folder(name);
    fs::create_dir_all(root.join("d/e")).unwrap();
    fs::write(root.join("d/a"), vec![b'x'; 5000]).unwrap();
    fs::write(root.join("d/e/b"), vec![b'x'; 100]).unwrap();
    fs::write(root.join("d/.hidden"), "").unwrap();
    fs::hard_link(root.join("d/a"), root.join("d/e/again")).unwrap();
    symlink("a", root.join("d/link")).unwrap();
    fs::set_permissions(root.join("d/e/b"), fs::Permissions::from_mode(0o755)).unwrap();
    root
}

#[test]
fn du_counts_every_file_once() {
    let root = tree("du");
    let size = |path: &str| fs::symlink_metadata(root.join(path)).unwrap().len();
    let directories = size("d") + size("d/e");
    let once = directories + size("d/link") + 5000 + 100;
    assert_eq!(text(&root, &["du", "-sb", "d"]), (format!("{once}\td\n"), 0));
    assert_eq!(
        text(&root, &["du", "-sbl", "d"]),
        (format!("{}\td\n", once + 5000), 0)
    );
    let without = directories + size("d/link") + 100;
    assert_eq!(
        text(&root, &["du", "-sb", "--exclude=a*", "d"]),
        (format!("{without}\td\n"), 0)
    );
    assert_eq!(text(&root, &["du", "-b", "d/e/b"]), ("100\td/e/b\n".into(), 0));
    let (all, _) = text(&root, &["du", "-ab", "d"]);
    assert_eq!(all.lines().count(), 6, "{all}");
    assert!(all.ends_with("\td\n"));
    let (depth, _) = text(&root, &["du", "-b", "-d0", "-c", "d"]);
    assert_eq!(depth, format!("{once}\td\n{once}\ttotal\n"));
    assert_eq!(text(&root, &["du", "nosuch"]), (String::new(), 1));
    assert_eq!(text(&root, &["du", "-sa", "d"]).1, 1);
}

#[test]
fn df_tells_of_the_file_system_of_a_file() {
    let root = folder("df");
    let (shown, status) = text(&root, &["df", "-P", "."]);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!((lines.len(), status), (2, 0), "{shown}");
    assert!(lines[0].starts_with("Filesystem") && lines[0].ends_with("Capacity Mounted on"));
    assert_eq!(text(&root, &["df", "nosuch"]), (String::new(), 1));
}

#[test]
fn trees_are_drawn() {
    let root = tree("tree");
    let drawn = "d\n├── a\n├── e\n│\u{a0}\u{a0} ├── again\n│\u{a0}\u{a0} └── b\n└── link -> a\n\n2 directories, 4 files\n";
    assert_eq!(text(&root, &["tree", "d"]), (drawn.into(), 0));
    assert_eq!(
        text(&root, &["tree", "-d", "--noreport", "d"]),
        ("d\n└── e\n".into(), 0)
    );
    assert_eq!(
        text(&root, &["tree", "-aifF", "-I", "e|link", "--noreport", "d"]),
        ("d\nd/.hidden\nd/a\n".into(), 0)
    );
    let json = "[\n  {\"type\":\"directory\",\"name\":\"d/e\",\"contents\":[\n    {\"type\":\"file\",\"name\":\"again\"},\n    \
                {\"type\":\"file\",\"name\":\"b\"}\n  ]}\n,\n  {\"type\":\"report\",\"directories\":1,\"files\":2}\n]\n";
    assert_eq!(text(&root, &["tree", "-J", "d/e"]), (json.into(), 0));
    assert_eq!(text(&root, &["tree", "nosuch"]).1, 2);
}

#[test]
fn commands_are_located_and_files_installed() {
    let root = tree("install");
    assert_eq!(text(&root, &["which", "./d/e/b"]), ("./d/e/b\n".into(), 0));
    assert_eq!(
        text(&root, &["which", "nosuch-command", "./d/e/b"]),
        ("./d/e/b\n".into(), 1)
    );
    assert!(text(&root, &["whereis", "sh"]).0.starts_with("sh: /"));
    let said = "'d/a' -> 'x/y/z'\n";
    assert_eq!(
        text(&root, &["install", "-vDm", "640", "d/a", "x/y/z"]),
        (said.into(), 0)
    );
    let mode = |path: &str| fs::metadata(root.join(path)).unwrap().permissions().mode() & 0o7777;
    assert_eq!(
        (mode("x/y/z"), fs::read(root.join("x/y/z")).unwrap().len()),
        (0o640, 5000)
    );
    assert_eq!(text(&root, &["install", "-d", "-m", "700", "p/q"]).1, 0);
    assert_eq!(mode("p/q"), 0o700);
    assert_eq!(text(&root, &["install", "-b", "d/e/b", "x/y/z"]).1, 0);
    assert_eq!(fs::read(root.join("x/y/z~")).unwrap().len(), 5000);
    assert_eq!(mode("x/y/z"), 0o755);
    for arguments in [
        &["install"][..],
        &["install", "d/a"],
        &["install", "nosuch", "x"],
        &["install", "d", "x"],
        &["install", "d/a", "d/a"],
        &["install", "d/a", "d/e/b", "nosuch"],
    ] {
        assert_eq!(text(&root, arguments), (String::new(), 1), "{arguments:?}");
    }
    assert_eq!(text(&root, &["mknod", "-m", "600", "fifo", "p"]).1, 0);
    assert_eq!(mode("fifo"), 0o600);
    assert_eq!(text(&root, &["mknod", "x1", "q"]).1, 1);
}

#[test]
fn what_the_kernel_lacks_is_told() {
    let here = folder("lacks");
    for (arguments, status) in [
        (&["curl", "https://example.com/"][..], 6),
        (&["curl"], 2),
        (&["wget", "-q", "http://example.com/"], 4),
        (&["chroot", "/", "sh"], 125),
        (&["stdbuf", "-oL", "cat"], 125),
    ] {
        let output = run(&here, arguments);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}");
        assert!(
            output.stdout.is_empty() && !output.stderr.is_empty(),
            "{arguments:?}"
        );
    }
}

#[test]
fn bytes_are_dumped_as_the_originals_do() {
    let root = folder("dump");
    let bytes = [b"hello, world\n\x00\xff 12345".as_slice(), &[0; 64], b"end"].concat();
    fs::write(root.join("f"), &bytes).unwrap();
    let canonical = "00000000  68 65 6c 6c 6f 2c 20 77  6f 72 6c 64 0a 00 ff 20  |hello, world... |\n\
                     00000010  31 32 33 34 35 00 00 00  00 00 00 00 00 00 00 00  |12345...........|\n\
                     00000020  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n*\n\
                     00000050  00 00 00 00 00 65 6e 64                           |.....end|\n00000058\n";
    assert_eq!(text(&root, &["hexdump", "-C", "f"]), (canonical.into(), 0));
    assert_eq!(text(&root, &["hd", "f"]), (canonical.into(), 0));
    let words = "0000000 6568 6c6c 2c6f 0020                    \n0000007\n";
    assert_eq!(text(&root, &["hexdump", "-n", "7", "f"]), (words.into(), 0));
    let xxd = "00000000: 6865 6c6c 6f2c 2077 6f72 6c64 0a00 ff20  hello, world... \n00000010: 3132 3334                                1234\n";
    assert_eq!(text(&root, &["xxd", "-l", "20", "f"]), (xxd.into(), 0));
    assert_eq!(
        text(&root, &["xxd", "-p", "-l", "5", "f"]),
        ("68656c6c6f\n".into(), 0)
    );
    let include = "unsigned char f[] = {\n  0x68, 0x65\n};\nunsigned int f_len = 2;\n";
    assert_eq!(text(&root, &["xxd", "-i", "-l", "2", "f"]), (include.into(), 0));
    for options in [&["xxd", "f", "dumped"][..], &["xxd", "-p", "f", "dumped"]] {
        assert_eq!(text(&root, options).1, 0);
        let back = [
            &["xxd", "-r"],
            &options[1..options.len() - 2],
            &["dumped", "back"],
        ]
        .concat();
        let _ = fs::remove_file(root.join("back"));
        assert_eq!(text(&root, &back).1, 0);
        assert_eq!(fs::read(root.join("back")).unwrap(), bytes, "{options:?}");
    }
    assert_eq!(
        text(&root, &["strings", "-n3", "-t", "d", "f"]),
        ("      0 hello, world\n     15  12345\n     85 end\n".into(), 0)
    );
    fs::write(root.join("r"), "abcü\n\nxy").unwrap();
    assert_eq!(text(&root, &["rev", "r"]), ("ücba\n\nyx".into(), 0));
    for command in ["less", "more"] {
        assert_eq!(
            text(&root, &[command, "r"]),
            ("abcü\n\nxy".into(), 0),
            "{command} is cat for a pipe"
        );
        assert_eq!(text(&root, &[command, "nosuch"]), (String::new(), 1));
    }
}

#[test]
fn variables_are_substituted_and_months_shown() {
    let root = folder("words");
    let mut child = Command::new(env!("CARGO_BIN_EXE_tools"))
        .arg0("envsubst")
        .arg("$A $C")
        .env_clear()
        .env("A", "1")
        .env("B", "2")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"${A}x$B-$C. $\xff\n").unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, b"1x$B-. $\xff\n");
    assert_eq!(text(&root, &["envsubst", "-v", "$A ${B}"]), ("A\nB\n".into(), 0));
    let may = "      May 2024\nSu Mo Tu We Th Fr Sa\n          1  2  3  4\n 5  6  7  8  9 10 11\n12 13 14 15 16 17 18\n19 20 21 22 23 24 25\n26 27 28 29 30 31\n\n";
    assert_eq!(text(&root, &["cal", "5", "2024"]), (may.into(), 0));
    assert_eq!(text(&root, &["cal", "2024"]).0.lines().count(), 37);
    assert_eq!(text(&root, &["cal", "13", "2024"]).1, 1);
}
