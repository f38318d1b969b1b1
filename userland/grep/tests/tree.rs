//! rg, fd and locate on a tree with ignore files. What rg and fd print is what ripgrep 13 (with `--sort path`) and fd 8.6 (its lines
//! sorted) printed for the same tree.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[rustfmt::skip]
const CASES: &[(&str, &[&str], &str, i32)] = &[
    ("rg", &["foo"], "README.md:# foo\nkeep.log:foo\nsrc/deep/a.txt:foo bar\nsrc/deep/a.txt:foo foo\n", 0),
    ("rg", &["-n", "foo"], "README.md:1:# foo\nkeep.log:1:foo\nsrc/deep/a.txt:2:foo bar\nsrc/deep/a.txt:4:foo foo\n", 0),
    ("rg", &["-i", "hello"], "src/deep/a.txt:hello there\nsrc/deep/a.txt:HELLO\nsrc/main.rs:    println!(\"Hello\");\n", 0),
    ("rg", &["-S", "hello"], "src/deep/a.txt:hello there\nsrc/deep/a.txt:HELLO\nsrc/main.rs:    println!(\"Hello\");\n", 0),
    ("rg", &["-S", "Hello"], "src/main.rs:    println!(\"Hello\");\n", 0),
    ("rg", &["-l", "foo"], "README.md\nkeep.log\nsrc/deep/a.txt\n", 0),
    ("rg", &["-c", "foo"], "README.md:1\nkeep.log:1\nsrc/deep/a.txt:2\n", 0),
    ("rg", &["-w", "foo"], "README.md:# foo\nkeep.log:foo\nsrc/deep/a.txt:foo bar\nsrc/deep/a.txt:foo foo\n", 0),
    ("rg", &["-v", "foo", "src"], "src/deep/a.txt:hello there\nsrc/deep/a.txt:HELLO\nsrc/main.rs:fn main() {\nsrc/main.rs:    println!(\"Hello\");\nsrc/main.rs:}\n", 0),
    ("rg", &["foo", "src/deep/a.txt"], "foo bar\nfoo foo\n", 0),
    ("rg", &["-o", "fo."], "README.md:foo\nkeep.log:foo\nsrc/deep/a.txt:foo\nsrc/deep/a.txt:foo\nsrc/deep/a.txt:foo\n", 0),
    ("rg", &["-u", "foo"], "README.md:# foo\nkeep.log:foo\nsrc/deep/a.txt:foo bar\nsrc/deep/a.txt:foo foo\nsrc/x.md:foo\ntarget/t.txt:foo\nx.log:foo\n", 0),
    ("rg", &["-uu", "foo"], ".hidden:foo\nREADME.md:# foo\nkeep.log:foo\nsrc/deep/a.txt:foo bar\nsrc/deep/a.txt:foo foo\nsrc/x.md:foo\ntarget/t.txt:foo\nx.log:foo\n", 0),
    ("rg", &["--hidden", "foo"], ".hidden:foo\nREADME.md:# foo\nkeep.log:foo\nsrc/deep/a.txt:foo bar\nsrc/deep/a.txt:foo foo\n", 0),
    ("rg", &["--files"], "README.md\nbin.dat\nempty.txt\nkeep.log\nsrc/deep/a.txt\nsrc/main.rs\n", 0),
    ("rg", &["--files", "--hidden"], ".gitignore\n.hidden\nREADME.md\nbin.dat\nempty.txt\nkeep.log\nsrc/.ignore\nsrc/deep/a.txt\nsrc/main.rs\n", 0),
    ("rg", &["-g", "*.txt", "foo"], "src/deep/a.txt:foo bar\nsrc/deep/a.txt:foo foo\n", 0),
    ("rg", &["-g", "!*.txt", "foo"], "README.md:# foo\nkeep.log:foo\n", 0),
    ("rg", &["-t", "rust", "Hello"], "src/main.rs:    println!(\"Hello\");\n", 0),
    ("rg", &["-t", "md", "foo"], "README.md:# foo\n", 0),
    ("rg", &["-T", "txt", "foo"], "README.md:# foo\nkeep.log:foo\n", 0),
    ("rg", &["-A1", "foo", "src/deep/a.txt"], "foo bar\nHELLO\nfoo foo\n", 0),
    ("rg", &["-B1", "-n", "HELLO"], "src/deep/a.txt-2-foo bar\nsrc/deep/a.txt:3:HELLO\n", 0),
    ("rg", &["-C1", "foo", "src"], "src/deep/a.txt-hello there\nsrc/deep/a.txt:foo bar\nsrc/deep/a.txt-HELLO\nsrc/deep/a.txt:foo foo\n", 0),
    ("rg", &["-r", "X$1", "(f)oo", "src"], "src/deep/a.txt:Xf bar\nsrc/deep/a.txt:Xf Xf\n", 0),
    ("rg", &["-or", "$1", "f(o+)"], "README.md:oo\nkeep.log:oo\nsrc/deep/a.txt:oo\nsrc/deep/a.txt:oo\nsrc/deep/a.txt:oo\n", 0),
    ("rg", &["nosuch"], "", 1),
    ("rg", &["foo", "nosuchdir"], "", 2),
    ("rg", &["-F", "println!("], "src/main.rs:    println!(\"Hello\");\n", 0),
    ("rg", &["-q", "foo"], "", 0),
    ("rg", &["("], "", 2),
    ("rg", &["-m1", "foo"], "README.md:# foo\nkeep.log:foo\nsrc/deep/a.txt:foo bar\n", 0),
    ("rg", &["-I", "foo"], "# foo\nfoo\nfoo bar\nfoo foo\n", 0),
    ("rg", &["-H", "foo", "src/deep/a.txt"], "src/deep/a.txt:foo bar\nsrc/deep/a.txt:foo foo\n", 0),
    ("rg", &["--no-ignore", "foo"], "README.md:# foo\nkeep.log:foo\nsrc/deep/a.txt:foo bar\nsrc/deep/a.txt:foo foo\nsrc/x.md:foo\ntarget/t.txt:foo\nx.log:foo\n", 0),
    ("rg", &["-e", "foo", "-e", "HELLO"], "README.md:# foo\nkeep.log:foo\nsrc/deep/a.txt:foo bar\nsrc/deep/a.txt:HELLO\nsrc/deep/a.txt:foo foo\n", 0),
    ("rg", &["-g", "src/**", "foo"], "src/deep/a.txt:foo bar\nsrc/deep/a.txt:foo foo\nsrc/x.md:foo\n", 0),
    ("rg", &["-0l", "foo"], "README.md\0keep.log\0src/deep/a.txt\0", 0),
    ("rg", &["--heading", "-n", "foo"], "README.md\n1:# foo\n\nkeep.log\n1:foo\n\nsrc/deep/a.txt\n2:foo bar\n4:foo foo\n", 0),
    ("rg", &["-L", "main"], "link:fn main() {\nsrc/main.rs:fn main() {\n", 0),
    ("rg", &["foo", "src", "README.md"], "src/deep/a.txt:foo bar\nsrc/deep/a.txt:foo foo\nREADME.md:# foo\n", 0),
    ("rg", &["-b", "foo", "src"], "src/deep/a.txt:12:foo bar\nsrc/deep/a.txt:26:foo foo\n", 0),
    ("rg", &["-N", "foo"], "README.md:# foo\nkeep.log:foo\nsrc/deep/a.txt:foo bar\nsrc/deep/a.txt:foo foo\n", 0),
    ("rg", &["-g", "*.{md,txt}", "foo"], "README.md:# foo\nsrc/deep/a.txt:foo bar\nsrc/deep/a.txt:foo foo\nsrc/x.md:foo\n", 0),
    ("fd", &[], "README.md\nbin.dat\nempty.txt\nkeep.log\nlink\nsrc/\nsrc/deep/\nsrc/deep/a.txt\nsrc/main.rs\n", 0),
    ("fd", &["main"], "src/main.rs\n", 0),
    ("fd", &["-H"], ".git/\n.gitignore\n.hidden\nREADME.md\nbin.dat\nempty.txt\nkeep.log\nlink\nsrc/\nsrc/.ignore\nsrc/deep/\nsrc/deep/a.txt\nsrc/main.rs\n", 0),
    ("fd", &["-u"], ".git/\n.gitignore\n.hidden\nREADME.md\nbin.dat\nempty.txt\nkeep.log\nlink\nsrc/\nsrc/.ignore\nsrc/deep/\nsrc/deep/a.txt\nsrc/main.rs\nsrc/x.md\ntarget/\ntarget/t.txt\nx.log\n", 0),
    ("fd", &["-I"], "README.md\nbin.dat\nempty.txt\nkeep.log\nlink\nsrc/\nsrc/deep/\nsrc/deep/a.txt\nsrc/main.rs\nsrc/x.md\ntarget/\ntarget/t.txt\nx.log\n", 0),
    ("fd", &["-e", "txt"], "empty.txt\nsrc/deep/a.txt\n", 0),
    ("fd", &["-e", "rs", "-e", "md"], "README.md\nsrc/main.rs\n", 0),
    ("fd", &["-t", "f"], "README.md\nbin.dat\nempty.txt\nkeep.log\nsrc/deep/a.txt\nsrc/main.rs\n", 0),
    ("fd", &["-t", "d"], "src/\nsrc/deep/\n", 0),
    ("fd", &["-t", "l"], "link\n", 0),
    ("fd", &["-t", "x"], "src/main.rs\n", 0),
    ("fd", &["-t", "e"], "empty.txt\n", 0),
    ("fd", &["-g", "*.txt"], "empty.txt\nsrc/deep/a.txt\n", 0),
    ("fd", &["-F", "."], "README.md\nbin.dat\nempty.txt\nkeep.log\nsrc/deep/a.txt\nsrc/main.rs\n", 0),
    ("fd", &["^s"], "src/\n", 0),
    ("fd", &["-d", "1"], "README.md\nbin.dat\nempty.txt\nkeep.log\nlink\nsrc/\n", 0),
    ("fd", &["--min-depth", "2"], "src/deep/\nsrc/deep/a.txt\nsrc/main.rs\n", 0),
    ("fd", &["A"], "README.md\n", 0),
    ("fd", &["a", "src"], "src/deep/a.txt\nsrc/main.rs\n", 0),
    ("fd", &[".", "src"], "src/deep/\nsrc/deep/a.txt\nsrc/main.rs\n", 0),
    ("fd", &["-E", "src"], "README.md\nbin.dat\nempty.txt\nkeep.log\nlink\n", 0),
    ("fd", &["-E", "*.txt"], "README.md\nbin.dat\nkeep.log\nlink\nsrc/\nsrc/deep/\nsrc/main.rs\n", 0),
    ("fd", &["-p", "deep/"], "src/deep/a.txt\n", 0),
    ("fd", &["-S", "+5b"], "README.md\nbin.dat\nlink\nsrc/deep/a.txt\nsrc/main.rs\n", 0),
    ("fd", &["-S", "-5b"], "empty.txt\nkeep.log\n", 0),
    ("fd", &["-e", "txt", "-x", "echo", "{/}", "{//}", "{.}", "{/.}", "p{}q"], "empty.txt . empty empty p./empty.txtq\na.txt ./src/deep src/deep/a a p./src/deep/a.txtq\n", 0),
    ("fd", &["nosuch"], "", 0),
    ("fd", &["-q", "main"], "", 0),
    ("fd", &["-q", "nosuch"], "", 1),
    ("fd", &["-1", "main"], "src/main.rs\n", 0),
    ("fd", &["("], "", 1),
    ("fd", &["-s", "readme"], "", 0),
    ("fd", &["readme"], "README.md\n", 0),
    ("fd", &["-L", "main"], "src/main.rs\n", 0),
    ("fd", &["-0", "main"], "./src/main.rs\0", 0),
    ("fd", &["-t", "file", "-t", "directory"], "README.md\nbin.dat\nempty.txt\nkeep.log\nsrc/\nsrc/deep/\nsrc/deep/a.txt\nsrc/main.rs\n", 0),
    ("fd", &["--exact-depth", "2"], "src/deep/\nsrc/main.rs\n", 0),
    ("fd", &["-g", "MAIN*"], "", 0),
    ("fd", &["main", "-x", "false"], "", 1),
];

fn tree(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&root);
    for folder in [".git", "src/deep", "target"] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    for (path, content) in [
        ("src/main.rs", "fn main() {\n    println!(\"Hello\");\n}\n"),
        ("src/deep/a.txt", "hello there\nfoo bar\nHELLO\nfoo foo\n"),
        (".gitignore", "target/\n*.log\n!keep.log\n"),
        ("x.log", "foo\n"),
        ("keep.log", "foo\n"),
        ("target/t.txt", "foo\n"),
        (".hidden", "foo\n"),
        ("bin.dat", "a\0foo\n"),
        ("README.md", "# foo\n"),
        ("src/.ignore", "x.md\n"),
        ("src/x.md", "foo\n"),
        ("empty.txt", ""),
    ] {
        fs::write(root.join(path), content).unwrap();
    }
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(root.join("src/main.rs"), executable).unwrap();
    symlink("src/main.rs", root.join("link")).unwrap();
    root
}

fn run(root: &Path, name: &str, arguments: &[&str]) -> (String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_grep"))
        .arg0(name)
        .args(arguments)
        .current_dir(root)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (
        String::from_utf8(output.stdout).unwrap(),
        output.status.code().unwrap(),
    )
}

#[test]
fn rg_and_fd_print_what_the_originals_do() {
    let root = tree("tree");
    let mut failures = Vec::new();
    for (name, arguments, expected, status) in CASES {
        let (mut out, got) = run(&root, name, arguments);
        if *name == "fd" && !arguments.contains(&"-x") {
            let mut lines: Vec<&str> = out.split_inclusive('\n').collect();
            lines.sort_unstable();
            out = lines.concat();
        }
        if (out.as_str(), got) != (*expected, *status) {
            failures.push(format!(
                "{name} {arguments:?}: {out:?} {got}, not {expected:?} {status}"
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn locate_finds_what_updatedb_has_seen() {
    let root = tree("locate");
    let root = fs::canonicalize(root).unwrap();
    let at = root.display();
    assert_eq!(run(&root, "locate", &["-d", "db", "x"]), (String::new(), 1));
    let update = [
        "-o",
        "db",
        "-U",
        root.to_str().unwrap(),
        "-e",
        &format!("{at}/target"),
    ];
    assert_eq!(run(&root, "updatedb", &update), (String::new(), 0));
    for (arguments, expected, status) in [
        (&["main.rs"][..], format!("{at}/src/main.rs\n"), 0),
        (&["-i", "MAIN.RS"], format!("{at}/src/main.rs\n"), 0),
        (&["*deep/a*"], format!("{at}/src/deep/a.txt\n"), 0),
        (&["-b", "src"], format!("{at}/src\n"), 0),
        (&["-c", "-b", "*.log"], "2\n".into(), 0),
        (&["-l", "1", ".log"], format!("{at}/keep.log\n"), 0),
        (&["-r", "de\\{2\\}p$"], format!("{at}/src/deep\n"), 0),
        (&["-A", "src", "x.md"], format!("{at}/src/x.md\n"), 0),
        (&["t.txt"], String::new(), 1),
        (&["nosuch"], String::new(), 1),
    ] {
        let arguments = [&["-d", "db"], arguments].concat();
        assert_eq!(
            run(&root, "locate", &arguments),
            (expected, status),
            "{arguments:?}"
        );
    }
    fs::remove_file(root.join("src/main.rs")).unwrap();
    assert_eq!(
        run(&root, "locate", &["-d", "db", "-e", "main.rs"]),
        (String::new(), 1)
    );
}
