//! Archives and compressed files: what other people's tools wrote is read, and what we write comes back. Statuses and
//! listings are those of gzip 1.12, bzip2 1.0.8, xz 5.4, zstd 1.5, GNU tar 1.34 and Info-ZIP 3.0 and 6.0.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, UNIX_EPOCH};

const PLAIN: &[u8] = b"hello\nhello\n";

/// [`PLAIN`] as the originals compress it.
#[rustfmt::skip]
const COMPRESSED: &[(&str, &[u8])] = &[
    ("gzip", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\xe7\xca\x00\x93\x00\x77\x0c\xc7\x2f\x0c\x00\x00\x00"),
    ("bzip2", b"\x42\x5a\x68\x39\x31\x41\x59\x26\x53\x59\xa0\xc7\x37\xaa\x00\x00\x02\xc1\x00\x00\x10\x02\x44\xa0\x00\x20\xaa\x19\x06\x68\x2a\x39\x14\xf1\x77\x24\x53\x85\x09\x0a\x0c\x73\x7a\xa0"),
    ("xz", b"\xfd\x37\x7a\x58\x5a\x00\x00\x04\xe6\xd6\xb4\x46\x02\x00\x21\x01\x16\x00\x00\x00\x74\x2f\xe5\xa3\x01\x00\x0b\x68\x65\x6c\x6c\x6f\x0a\x68\x65\x6c\x6c\x6f\x0a\x00\x40\xfa\x3b\x7f\x95\xa8\xb7\x8e\x00\x01\x24\x0c\xa6\x18\xd8\xd8\x1f\xb6\xf3\x7d\x01\x00\x00\x00\x00\x04\x59\x5a"),
    ("lzma", b"\x5d\x00\x00\x80\x00\xff\xff\xff\xff\xff\xff\xff\xff\x00\x34\x19\x49\xee\x8d\xdd\x43\xf1\x0c\xa2\xb7\xff\xfe\xdf\xd0\x00"),
    ("zstd", b"\x28\xb5\x2f\xfd\x04\x58\x61\x00\x00\x68\x65\x6c\x6c\x6f\x0a\x68\x65\x6c\x6c\x6f\x0a\x5c\x89\xe5\xf3"),
];

/// Name, suffix, and what undoes it to standard output.
const TOOLS: &[(&str, &str, &str)] = &[
    ("gzip", ".gz", "zcat"),
    ("bzip2", ".bz2", "bzcat"),
    ("xz", ".xz", "xzcat"),
    ("lzma", ".lzma", "lzcat"),
    ("zstd", ".zst", "zstdcat"),
];

fn folder(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(&root).unwrap();
    root
}

fn run(root: &Path, arguments: &[&str], stdin: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_archive"))
        .arg0(arguments[0])
        .args(&arguments[1..])
        .current_dir(root)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let stdin = stdin.to_vec();
    // A command that doesn't read its input may be gone already.
    let feeder = std::thread::spawn(move || drop(pipe.write_all(&stdin)));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    output
}

fn status(root: &Path, arguments: &[&str]) -> i32 {
    run(root, arguments, b"").status.code().unwrap_or(-1)
}

#[track_caller]
fn ok(root: &Path, arguments: &[&str], stdin: &[u8]) -> Vec<u8> {
    let output = run(root, arguments, stdin);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
    output.stdout
}

fn text(root: &Path, arguments: &[&str]) -> String {
    String::from_utf8(run(root, arguments, b"").stdout).unwrap()
}

/// Bytes that compress a little, over several buffers and blocks.
fn long() -> Vec<u8> {
    let mut state = 1_u32;
    (0..300_000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 28) as u8
        })
        .collect()
}

#[test]
fn what_the_originals_wrote_is_read() {
    let root = folder("originals");
    for (name, bytes) in COMPRESSED {
        assert_eq!(ok(&root, &[name, "-dc"], bytes), PLAIN, "{name}");
        assert_eq!(ok(&root, &[name, "-t"], bytes), b"", "{name}");
        if *name != "lzma" {
            let twice = [*bytes, *bytes].concat();
            assert_eq!(
                ok(&root, &[name, "-dc"], &twice),
                [PLAIN, PLAIN].concat(),
                "{name}: two members"
            );
        }
        let cut = &bytes[..bytes.len() - 3];
        assert_ne!(
            run(&root, &[name, "-dc"], cut).status.code(),
            Some(0),
            "{name}: cut off"
        );
        assert_ne!(
            run(&root, &[name, "-dc"], b"no such format").status.code(),
            Some(0),
            "{name}: no format"
        );
    }
    let garbage = [COMPRESSED[0].1, b"garbage"].concat();
    let output = run(&root, &["gzip", "-dc"], &garbage);
    assert_eq!((output.stdout.as_slice(), output.status.code()), (PLAIN, Some(2)));
    let mut broken = COMPRESSED[0].1.to_vec();
    let crc = broken.len() - 8;
    broken[crc] ^= 1;
    assert_eq!(run(&root, &["gzip", "-t"], &broken).status.code(), Some(1));
}

#[test]
fn what_is_compressed_comes_back_with_its_mode_and_time() {
    let root = folder("round");
    for (name, suffix, cat) in TOOLS {
        for (content, levels) in [
            (&b""[..], &["-1", "-9"][..]),
            (PLAIN, &["-1", "-9"]),
            (&long(), &["-3"]),
        ] {
            for level in levels {
                let path = root.join("f");
                fs::write(&path, content).unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
                let time = UNIX_EPOCH + Duration::from_secs(1_577_836_860);
                File::options()
                    .write(true)
                    .open(&path)
                    .unwrap()
                    .set_modified(time)
                    .unwrap();
                let packed = format!("f{suffix}");
                ok(&root, &[name, level, "f"], b"");
                assert_eq!(path.exists(), *name == "zstd", "only zstd keeps");
                assert!(ok(&root, &[cat, &packed], b"") == content, "{name} {level}");
                let _ = fs::remove_file(&path);
                ok(&root, &[name, "-d", &packed], b"");
                let _ = fs::remove_file(root.join(&packed));
                assert!(fs::read(&path).unwrap() == content, "{name} {level}");
                let stat = fs::metadata(&path).unwrap();
                assert_eq!(
                    (stat.mode() & 0o777, stat.mtime()),
                    (0o640, 1_577_836_860),
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn nothing_is_overwritten_or_lost_unasked() {
    let root = folder("refusals");
    for (name, suffix, _) in TOOLS {
        let packed = format!("f{suffix}");
        fs::write(root.join("f"), PLAIN).unwrap();
        fs::write(root.join(&packed), b"mine").unwrap();
        assert_ne!(status(&root, &[name, "f"]), 0, "{name}");
        assert_eq!(fs::read(root.join(&packed)).unwrap(), b"mine", "{name}");
        assert_ne!(status(&root, &[name, "-df", &packed]), 0, "{name}: broken input");
        assert_eq!(fs::read(root.join(&packed)).unwrap(), b"mine", "{name}");
        fs::write(root.join("f"), PLAIN).unwrap();
        ok(&root, &[name, "-kf", "f"], b"");
        assert_eq!(ok(&root, &[name, "-dc", &packed], b""), PLAIN, "{name}");
    }
    fs::create_dir(root.join("d")).unwrap();
    for (arguments, expected) in [
        (&["gzip", "nosuch"][..], 1),
        (&["gzip", "d"], 2),
        (&["gunzip", "d/x.gz"], 1),
        (&["gzip", "f.gz"], 2),
        (&["gunzip", "f"], 0),
        (&["bzip2", "nosuch"], 1),
        (&["xz", "-d", "f"], 2),
        (&["xz", "f.xz"], 2),
        (&["zstd", "nosuch"], 1),
        (&["gzip", "--zzz"], 1),
    ] {
        if arguments == ["gunzip", "f"] {
            fs::remove_file(root.join("f")).unwrap();
        }
        assert_eq!(status(&root, arguments), expected, "{arguments:?}");
    }
}

#[test]
fn broken_input_leaves_no_half_output() {
    let root = folder("half");
    let good = ok(&root, &["zstd", "-c"], &long());
    let broken = &good[..good.len() / 2];
    let output = run(&root, &["zstd", "-d", "-o", "out"], broken);
    assert_eq!(output.status.code(), Some(1));
    assert!(!root.join("out").exists());
    fs::write(root.join("half.zst"), broken).unwrap();
    assert_eq!(status(&root, &["zstd", "-d", "half.zst"]), 1);
    assert!(!root.join("half").exists() && root.join("half.zst").exists());
}

/// A tree with what archives must keep.
fn tree(name: &str) -> PathBuf {
    let root = folder(name);
    let long_name = "n".repeat(150);
    fs::create_dir_all(root.join("t/sub").join("d".repeat(120))).unwrap();
    for (path, content) in [
        ("t/a".to_owned(), PLAIN.to_vec()),
        ("t/big".to_owned(), long()),
        ("t/new\nline".to_owned(), Vec::new()),
        (format!("t/{long_name}"), b"long\n".to_vec()),
        (format!("t/sub/{}/f", "d".repeat(120)), b"deep\n".to_vec()),
    ] {
        fs::write(root.join(path), content).unwrap();
    }
    symlink("a", root.join("t/link")).unwrap();
    symlink("/nowhere/else", root.join("t/out")).unwrap();
    fs::hard_link(root.join("t/a"), root.join("t/hard")).unwrap();
    fs::set_permissions(root.join("t/a"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(root.join("t/sub"), fs::Permissions::from_mode(0o555)).unwrap();
    let time = UNIX_EPOCH + Duration::from_secs(1_577_836_860);
    for path in ["t/a", "t/sub"] {
        File::open(root.join(path)).unwrap().set_modified(time).unwrap();
    }
    root
}

/// Everything under a folder: path, mode, link target or content, and the time where `times`.
fn contents(root: &Path, times: bool) -> Vec<(String, u32, Vec<u8>, i64)> {
    let mut found = Vec::new();
    let mut todo = vec![root.to_owned()];
    while let Some(path) = todo.pop() {
        let stat = fs::symlink_metadata(&path).unwrap();
        let content = if stat.is_symlink() {
            fs::read_link(&path)
                .unwrap()
                .into_os_string()
                .into_encoded_bytes()
        } else if stat.is_dir() {
            todo.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            Vec::new()
        } else {
            fs::read(&path).unwrap()
        };
        let name = path.strip_prefix(root).unwrap().display().to_string();
        let mode = if stat.is_symlink() {
            0
        } else {
            stat.mode() & 0o7777
        };
        let mtime = if times && !stat.is_symlink() {
            stat.mtime()
        } else {
            0
        };
        found.push((name, mode, content, mtime));
    }
    found.sort();
    found
}

#[test]
fn tar_keeps_trees_whole_in_every_dialect_and_compression() {
    let root = tree("tar");
    for options in [
        &["-c"][..],
        &["-c", "-z"],
        &["-c", "-j"],
        &["-c", "-J"],
        &["-c", "--zstd"],
        &["-c", "--format=pax"],
        &["-c", "-z", "--format=pax"],
    ] {
        let archive = ok(&root, &[&["tar"], options, &["t"]].concat(), b"");
        let out = root.join("out");
        fs::create_dir(&out).unwrap();
        ok(&out, &["tar", "-xpf", "-"], &archive);
        assert!(
            contents(&root.join("t"), true) == contents(&out.join("t"), true),
            "{options:?}"
        );
        let (a, hard) = (
            fs::metadata(out.join("t/a")).unwrap(),
            fs::metadata(out.join("t/hard")).unwrap(),
        );
        assert_eq!(a.ino(), hard.ino(), "{options:?}");
        fs::set_permissions(out.join("t/sub"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::remove_dir_all(&out).unwrap();
    }
    fs::set_permissions(root.join("t/sub"), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn tar_lists_as_gnu_s() {
    let root = folder("list");
    fs::create_dir_all(root.join("d/e")).unwrap();
    fs::write(root.join("d/f"), PLAIN).unwrap();
    symlink("f", root.join("d/l")).unwrap();
    let how = [
        "tar",
        "-cf",
        "a.tar",
        "--sort=name",
        "--owner=me:7",
        "--group=us:8",
        "--mtime=@1577836860",
        "d",
    ];
    fs::set_permissions(root.join("d/f"), fs::Permissions::from_mode(0o640)).unwrap();
    fs::set_permissions(root.join("d"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(root.join("d/e"), fs::Permissions::from_mode(0o700)).unwrap();
    ok(&root, &how, b"");
    assert_eq!(text(&root, &["tar", "tf", "a.tar"]), "d/\nd/e/\nd/f\nd/l\n");
    let listed = "drwxr-xr-x me/us             0 2020-01-01 00:01 d/\n\
                  drwx------ me/us             0 2020-01-01 00:01 d/e/\n\
                  -rw-r----- me/us            12 2020-01-01 00:01 d/f\n\
                  lrwxrwxrwx me/us             0 2020-01-01 00:01 d/l -> f\n";
    assert_eq!(text(&root, &["tar", "-tvf", "a.tar"]), listed);
    let numbers = "-rw-r----- 7/8              12 2020-01-01 00:01 d/f\n";
    assert_eq!(
        text(&root, &["tar", "-tvf", "a.tar", "--numeric-owner", "d/f"]),
        numbers
    );
    assert_eq!(fs::metadata(root.join("a.tar")).unwrap().len(), 10_240);
    assert_eq!(ok(&root, &["tar", "-xOf", "a.tar", "d/f"], b""), PLAIN);
    assert_eq!(
        text(&root, &["tar", "-tf", "a.tar", "--exclude=e", "--exclude=*l"]),
        "d/\nd/f\n"
    );
    fs::write(root.join("g"), b"new").unwrap();
    ok(&root, &["tar", "-rf", "a.tar", "g"], b"");
    ok(&root, &["tar", "-uf", "a.tar", "g"], b"");
    assert_eq!(text(&root, &["tar", "tf", "a.tar"]), "d/\nd/e/\nd/f\nd/l\ng\n");
    fs::create_dir(root.join("x")).unwrap();
    ok(
        &root,
        &["tar", "-x", "-f", "a.tar", "-C", "x", "--strip-components=1"],
        b"",
    );
    assert_eq!(fs::read(root.join("x/f")).unwrap(), PLAIN);
    assert!(!root.join("x/g").exists(), "it has no second component");
    ok(
        &root,
        &["tar", "-cf", "b.tar", "-C", "d", "f", "-C", "../x", "e"],
        b"",
    );
    assert_eq!(text(&root, &["tar", "tf", "b.tar"]), "f\ne/\n");
}

#[test]
fn tar_s_failures_are_told() {
    let root = folder("fail");
    fs::write(root.join("f"), PLAIN).unwrap();
    ok(&root, &["tar", "cf", "a.tar", "f"], b"");
    let whole = fs::read(root.join("a.tar")).unwrap();
    fs::write(root.join("cut.tar"), &whole[..600]).unwrap();
    for arguments in [
        &["tar", "cf", "x.tar"][..],
        &["tar", "cf", "x.tar", "nosuch"],
        &["tar", "xf", "nosuch.tar"],
        &["tar", "xf", "a.tar", "nosuch"],
        &["tar", "tf", "f"],
        &["tar", "tf", "cut.tar"],
        &["tar", "f", "a.tar"],
        &["tar", "ctf", "a.tar"],
        &["tar", "-xkf", "a.tar"],
    ] {
        assert_eq!(status(&root, arguments), 2, "{arguments:?}");
    }
    assert_eq!(fs::read(root.join("f")).unwrap(), PLAIN);
}

#[test]
fn members_can_not_be_written_outside() {
    let root = folder("outside");
    fs::create_dir_all(root.join("in")).unwrap();
    fs::write(root.join("f"), b"x").unwrap();
    symlink(&root, root.join("l")).unwrap();
    ok(&root, &["tar", "-cPf", "e.tar", "l", "../outside/f"], b"");
    assert_eq!(
        status(&root.join("in"), &["tar", "xf", "../e.tar"]),
        2,
        "a name with .."
    );
    // Then a member through the link that the archive makes.
    fs::create_dir_all(root.join("fake/l")).unwrap();
    fs::write(root.join("fake/l/evil"), b"x").unwrap();
    ok(&root, &["tar", "-cPf", "e.tar", "l", "-C", "fake", "l/evil"], b"");
    assert_eq!(status(&root.join("in"), &["tar", "xf", "../e.tar"]), 2);
    assert!(!root.join("evil").exists());
}

#[test]
fn zip_archives_keep_trees() {
    let root = tree("zip");
    ok(&root, &["zip", "-qry", "a", "t"], b"");
    fs::create_dir(root.join("out")).unwrap();
    let said = ok(&root, &["unzip", "-q", "a.zip", "-d", "out"], b"");
    assert!(said.is_empty(), "{said:?}");
    assert!(contents(&root.join("t"), true) == contents(&root.join("out/t"), true));
    for sub in ["t/sub", "out/t/sub"] {
        fs::set_permissions(root.join(sub), fs::Permissions::from_mode(0o755)).unwrap();
    }
    assert_eq!(ok(&root, &["unzip", "-p", "a", "t/a"], b""), PLAIN);
    ok(&root, &["unzip", "-tq", "a"], b"");
    assert_eq!(text(&root, &["zip", "-d", "a", "t/big"]), "deleting: t/big\n");
    fs::write(root.join("t/a"), b"new\n").unwrap();
    assert_eq!(text(&root, &["zip", "a", "t/a"]), "updating: t/a (deflated 0%)\n");
    assert_eq!(ok(&root, &["unzip", "-p", "a", "t/a"], b""), b"new\n");
    assert_eq!(fs::read(root.join("out/t/a")).unwrap(), PLAIN);
    assert_eq!(status(&root, &["unzip", "-n", "a.zip", "t/a", "-d", "out"]), 0);
    assert_eq!(fs::read(root.join("out/t/a")).unwrap(), PLAIN);
    assert_eq!(status(&root, &["unzip", "-oq", "a.zip", "-d", "out", "t/a"]), 0);
    assert_eq!(fs::read(root.join("out/t/a")).unwrap(), b"new\n");
    let from_pipe = ok(&root, &["zip", "-q", "-", "t/a"], b"");
    fs::write(root.join("p.zip"), from_pipe).unwrap();
    assert_eq!(ok(&root, &["unzip", "-p", "p.zip"], b""), b"new\n");
    for (arguments, expected) in [
        (&["unzip", "nosuch"][..], 9),
        (&["unzip", "-l", "a", "nosuch"], 11),
        (&["zip", "b", "nosuch"], 12),
        (&["zip", "-d", "a", "nosuch"], 12),
        (&["unzip", "-tq", "t/a"], 9),
    ] {
        assert_eq!(status(&root, arguments), expected, "{arguments:?}");
    }
}

#[test]
fn zip_archives_list_as_info_zip_s() {
    let root = folder("ziplist");
    fs::create_dir(root.join("d")).unwrap();
    fs::write(root.join("d/f"), b"hello\n".repeat(100)).unwrap();
    fs::write(root.join("e"), b"").unwrap();
    for path in ["d", "d/f", "e"] {
        let mode = if path == "d" { 0o755 } else { 0o644 };
        fs::set_permissions(root.join(path), fs::Permissions::from_mode(mode)).unwrap();
        let time = UNIX_EPOCH + Duration::from_secs(1_577_836_860);
        File::open(root.join(path)).unwrap().set_modified(time).unwrap();
    }
    let said = "  adding: d/ (stored 0%)\n  adding: d/f (deflated 96%)\n  adding: e (stored 0%)\n";
    assert_eq!(text(&root, &["zip", "-r", "a", "d", "e"]), said);
    let listed = "Archive:  a.zip\n  Length      Date    Time    Name\n---------  ---------- -----   ----\n\
                  \u{20}       0  2020-01-01 00:01   d/\n      600  2020-01-01 00:01   d/f\n        0  2020-01-01 00:01   e\n\
                  ---------                     -------\n      600                     3 files\n";
    assert_eq!(text(&root, &["unzip", "-l", "a.zip"]), listed);
    assert_eq!(text(&root, &["zipinfo", "-1", "a"]), "d/\nd/f\ne\n");
    assert!(text(&root, &["zipinfo", "a"]).contains("\ndrwxr-xr-x  "));
}
