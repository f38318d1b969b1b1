//! grep against a table: each row's output and status are what GNU grep 3.8 gave for the same files (LC_ALL=C.UTF-8).
//! Messages on standard error are grep's own business and not compared.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

struct Case {
    arguments: &'static [&'static str],
    stdin: Option<&'static str>,
    stdout: &'static str,
    status: i32,
}

const fn case(
    arguments: &'static [&'static str],
    stdin: Option<&'static str>,
    stdout: &'static str,
    status: i32,
) -> Case {
    Case {
        arguments,
        stdin,
        stdout,
        status,
    }
}

#[rustfmt::skip]
const CASES: &[Case] = &[
    case(&["grep", "foo", "t"], None, "foo bar\nfoobar\nbar foo\n", 0),
    case(&["grep", "-i", "hello", "t"], None, "Hello World\nhello again\n", 0),
    case(&["grep", "-v", "foo", "t"], None, "Hello World\nhello again\n\nlast no newline\n", 0),
    case(&["grep", "-c", "foo", "t"], None, "3\n", 0),
    case(&["grep", "-cv", "foo", "t"], None, "4\n", 0),
    case(&["grep", "-n", "foo", "t"], None, "2:foo bar\n4:foobar\n6:bar foo\n", 0),
    case(&["grep", "-nb", "foo", "t"], None, "2:12:foo bar\n4:32:foobar\n6:40:bar foo\n", 0),
    case(&["grep", "-o", "fo*", "t"], None, "foo\nfoo\nfoo\n", 0),
    case(&["grep", "-on", "o", "t"], None, "1:o\n1:o\n2:o\n2:o\n3:o\n4:o\n4:o\n6:o\n6:o\n7:o\n", 0),
    case(&["grep", "-ob", "o", "t"], None, "4:o\n7:o\n13:o\n14:o\n24:o\n33:o\n34:o\n45:o\n46:o\n54:o\n", 0),
    case(&["grep", "-w", "foo", "t"], None, "foo bar\nbar foo\n", 0),
    case(&["grep", "-x", "foo bar", "t"], None, "foo bar\n", 0),
    case(&["grep", "-l", "foo", "t", "b", "n"], None, "t\nb\n", 0),
    case(&["grep", "-L", "foo", "t", "b", "n"], None, "n\n", 0),
    case(&["grep", "-H", "foo", "t"], None, "t:foo bar\nt:foobar\nt:bar foo\n", 0),
    case(&["grep", "-h", "foo", "t", "u"], None, "foo bar\nfoobar\nbar foo\nünï foo\n", 0),
    case(&["grep", "foo", "t", "u"], None, "t:foo bar\nt:foobar\nt:bar foo\nu:ünï foo\n", 0),
    case(&["grep", "-q", "foo", "t"], None, "", 0),
    case(&["grep", "-q", "nope", "t"], None, "", 1),
    case(&["grep", "nope", "t"], None, "", 1),
    case(&["grep", "foo", "nosuch"], None, "", 2),
    case(&["grep", "-s", "foo", "nosuch"], None, "", 2),
    case(&["grep", "-q", "foo", "t", "nosuch"], None, "", 0),
    case(&["grep", "-q", "foo", "nosuch", "t"], None, "", 0),
    case(&["grep", "foo", "nosuch", "t"], None, "t:foo bar\nt:foobar\nt:bar foo\n", 2),
    case(&["grep", "-e", "foo", "-e", "hello", "t"], None, "foo bar\nhello again\nfoobar\nbar foo\n", 0),
    case(&["grep", "-f", "pats", "t"], None, "foo bar\nhello again\nfoobar\nbar foo\n", 0),
    case(&["grep", "-f", "empty", "t"], None, "", 1),
    case(&["grep", "-vf", "empty", "t"], None, "Hello World\nfoo bar\nhello again\nfoobar\n\nbar foo\nlast no newline\n", 0),
    case(&["grep", "-F", "o b", "t"], None, "foo bar\n", 0),
    case(&["grep", "-F", ".", "t"], None, "", 1),
    case(&["grep", "", "t"], None, "Hello World\nfoo bar\nhello again\nfoobar\n\nbar foo\nlast no newline\n", 0),
    case(&["grep", "-c", "", "t"], None, "7\n", 0),
    case(&["grep", "-m", "2", "foo", "t"], None, "foo bar\nfoobar\n", 0),
    case(&["grep", "-m1", "-A1", "foo", "t"], None, "foo bar\nhello again\n", 0),
    case(&["grep", "-m", "0", "foo", "t"], None, "", 1),
    case(&["grep", "-A", "1", "hello", "t"], None, "hello again\nfoobar\n", 0),
    case(&["grep", "-B", "1", "hello", "t"], None, "foo bar\nhello again\n", 0),
    case(&["grep", "-C", "1", "bar", "t"], None, "Hello World\nfoo bar\nhello again\nfoobar\n\nbar foo\nlast no newline\n", 0),
    case(&["grep", "-1", "again", "t"], None, "foo bar\nhello again\nfoobar\n", 0),
    case(&["grep", "-C2", "-n", "50", "n"], None, "48-48\n49-49\n50:50\n51-51\n52-52\n--\n148-148\n149-149\n150:150\n151-151\n152-152\n", 0),
    case(&["grep", "-c", "7", "n"], None, "38\n", 0),
    case(&["grep", "-A1", "foo", "t", "u"], None, "t:foo bar\nt-hello again\nt:foobar\nt-\nt:bar foo\nt-last no newline\n--\nu:ünï foo\n", 0),
    case(&["grep", "-A1", "foo", "t", "t"], None, "t:foo bar\nt-hello again\nt:foobar\nt-\nt:bar foo\nt-last no newline\n--\nt:foo bar\nt-hello again\nt:foobar\nt-\nt:bar foo\nt-last no newline\n", 0),
    case(&["grep", "-vn", "-A1", "o", "t"], None, "5:\n6-bar foo\n", 0),
    case(&["grep", "-vn", "-B2", "1", "n"], None, "1-1\n2:2\n3:3\n4:4\n5:5\n6:6\n7:7\n8:8\n9:9\n--\n18-18\n19-19\n20:20\n21-21\n22:22\n23:23\n24:24\n25:25\n26:26\n27:27\n28:28\n29:29\n30:30\n31-31\n32:32\n33:33\n34:34\n35:35\n36:36\n37:37\n38:38\n39:39\n40:40\n41-41\n42:42\n43:43\n44:44\n45:45\n46:46\n47:47\n48:48\n49:49\n50:50\n51-51\n52:52\n53:53\n54:54\n55:55\n56:56\n57:57\n58:58\n59:59\n60:60\n61-61\n62:62\n63:63\n64:64\n65:65\n66:66\n67:67\n68:68\n69:69\n70:70\n71-71\n72:72\n73:73\n74:74\n75:75\n76:76\n77:77\n78:78\n79:79\n80:80\n81-81\n82:82\n83:83\n84:84\n85:85\n86:86\n87:87\n88:88\n89:89\n90:90\n91-91\n92:92\n93:93\n94:94\n95:95\n96:96\n97:97\n98:98\n99:99\n--\n198-198\n199-199\n200:200\n", 0),
    case(&["grep", "--color=always", "foo", "t"], None, "\u{1b}[01;31m\u{1b}[Kfoo\u{1b}[m\u{1b}[K bar\n\u{1b}[01;31m\u{1b}[Kfoo\u{1b}[m\u{1b}[Kbar\nbar \u{1b}[01;31m\u{1b}[Kfoo\u{1b}[m\u{1b}[K\n", 0),
    case(&["grep", "--color=always", "-n", "foo", "t", "u"], None, "\u{1b}[35m\u{1b}[Kt\u{1b}[m\u{1b}[K\u{1b}[36m\u{1b}[K:\u{1b}[m\u{1b}[K\u{1b}[32m\u{1b}[K2\u{1b}[m\u{1b}[K\u{1b}[36m\u{1b}[K:\u{1b}[m\u{1b}[K\u{1b}[01;31m\u{1b}[Kfoo\u{1b}[m\u{1b}[K bar\n\u{1b}[35m\u{1b}[Kt\u{1b}[m\u{1b}[K\u{1b}[36m\u{1b}[K:\u{1b}[m\u{1b}[K\u{1b}[32m\u{1b}[K4\u{1b}[m\u{1b}[K\u{1b}[36m\u{1b}[K:\u{1b}[m\u{1b}[K\u{1b}[01;31m\u{1b}[Kfoo\u{1b}[m\u{1b}[Kbar\n\u{1b}[35m\u{1b}[Kt\u{1b}[m\u{1b}[K\u{1b}[36m\u{1b}[K:\u{1b}[m\u{1b}[K\u{1b}[32m\u{1b}[K6\u{1b}[m\u{1b}[K\u{1b}[36m\u{1b}[K:\u{1b}[m\u{1b}[Kbar \u{1b}[01;31m\u{1b}[Kfoo\u{1b}[m\u{1b}[K\n\u{1b}[35m\u{1b}[Ku\u{1b}[m\u{1b}[K\u{1b}[36m\u{1b}[K:\u{1b}[m\u{1b}[K\u{1b}[32m\u{1b}[K3\u{1b}[m\u{1b}[K\u{1b}[36m\u{1b}[K:\u{1b}[m\u{1b}[Künï \u{1b}[01;31m\u{1b}[Kfoo\u{1b}[m\u{1b}[K\n", 0),
    case(&["grep", "--color=always", "-v", "foo", "t"], None, "Hello World\nhello again\n\nlast no newline\n", 0),
    case(&["grep", "--color=always", "-A1", "-n", "again", "t"], None, "\u{1b}[32m\u{1b}[K3\u{1b}[m\u{1b}[K\u{1b}[36m\u{1b}[K:\u{1b}[m\u{1b}[Khello \u{1b}[01;31m\u{1b}[Kagain\u{1b}[m\u{1b}[K\n\u{1b}[32m\u{1b}[K4\u{1b}[m\u{1b}[K\u{1b}[36m\u{1b}[K-\u{1b}[m\u{1b}[Kfoobar\n", 0),
    case(&["grep", "--color=always", "-v", "-A1", "o", "t"], None, "\nbar f\u{1b}[01;31m\u{1b}[Ko\u{1b}[m\u{1b}[K\u{1b}[01;31m\u{1b}[Ko\u{1b}[m\u{1b}[K\n", 0),
    case(&["grep", "--color=always", "-o", "foo", "t"], None, "\u{1b}[01;31m\u{1b}[Kfoo\u{1b}[m\u{1b}[K\n\u{1b}[01;31m\u{1b}[Kfoo\u{1b}[m\u{1b}[K\n\u{1b}[01;31m\u{1b}[Kfoo\u{1b}[m\u{1b}[K\n", 0),
    case(&["grep", "--color=always", "-i", "HELLO", "t"], None, "\u{1b}[01;31m\u{1b}[KHello\u{1b}[m\u{1b}[K World\n\u{1b}[01;31m\u{1b}[Khello\u{1b}[m\u{1b}[K again\n", 0),
    case(&["grep", "--color=always", "-c", "foo", "t", "u"], None, "\u{1b}[35m\u{1b}[Kt\u{1b}[m\u{1b}[K\u{1b}[36m\u{1b}[K:\u{1b}[m\u{1b}[K3\n\u{1b}[35m\u{1b}[Ku\u{1b}[m\u{1b}[K\u{1b}[36m\u{1b}[K:\u{1b}[m\u{1b}[K1\n", 0),
    case(&["grep", "--color=always", "-l", "foo", "t"], None, "\u{1b}[35m\u{1b}[Kt\u{1b}[m\u{1b}[K\n", 0),
    case(&["grep", "foo", "b"], None, "", 0),
    case(&["grep", "-a", "foo", "b"], None, "foo\n", 0),
    case(&["grep", "-I", "foo", "b"], None, "", 1),
    case(&["grep", "-c", "foo", "b"], None, "1\n", 0),
    case(&["grep", "-o", "foo", "b"], None, "", 0),
    case(&["grep", "-l", "foo", "b"], None, "b\n", 0),
    case(&["grep", "-zc", ".", "z"], None, "3\n", 0),
    case(&["grep", "-E", "a{1", "t"], None, "", 1),
    case(&["grep", "-E", "(", "t"], None, "", 2),
    case(&["grep", "\\(", "t"], None, "", 2),
    case(&["grep", "[[:foo:]]", "t"], None, "", 2),
    case(&["grep", "-E", "a**", "u"], None, "aXb\nabXab\nünï foo\n", 0),
    case(&["grep", "a\\{1,2\\}", "u"], None, "aXb\nabXab\n", 0),
    case(&["grep", "-E", "o{2}", "t"], None, "foo bar\nfoobar\nbar foo\n", 0),
    case(&["grep", "[[:upper:]]", "t"], None, "Hello World\n", 0),
    case(&["grep", "[^a-z ]", "t"], None, "Hello World\n", 0),
    case(&["grep", "-o", "[[:alpha:]]*", "u"], None, "aXb\nabXab\nünï\nfoo\n", 0),
    case(&["grep", "ü", "u"], None, "ünï foo\n", 0),
    case(&["grep", "-i", "Ü", "u"], None, "ünï foo\n", 0),
    case(&["grep", "-w", "n", "u"], None, "", 1),
    case(&["grep", "-wo", "foo", "t"], None, "foo\nfoo\n", 0),
    case(&["grep", "-xF", "foobar", "t"], None, "foobar\n", 0),
    case(&["grep", "-nH", "--label=lab", "foo", "-"], Some("t"), "lab:2:foo bar\nlab:4:foobar\nlab:6:bar foo\n", 0),
    case(&["grep", "foo"], Some("t"), "foo bar\nfoobar\nbar foo\n", 0),
    case(&["grep", "-H", "foo"], Some("t"), "(standard input):foo bar\n(standard input):foobar\n(standard input):bar foo\n", 0),
    case(&["grep", "-T", "-n", "foo", "t"], None, " 2:\tfoo bar\n 4:\tfoobar\n 6:\tbar foo\n", 0),
    case(&["grep", "-y", "HELLO", "t"], None, "Hello World\nhello again\n", 0),
    case(&["grep", "\\<foo\\>", "t"], None, "foo bar\nbar foo\n", 0),
    case(&["grep", "foo\\b", "t"], None, "foo bar\nbar foo\n", 0),
    case(&["grep", "\\bfoo", "t"], None, "foo bar\nfoobar\nbar foo\n", 0),
    case(&["grep", "-nP", "o\\s", "t"], None, "1:Hello World\n2:foo bar\n3:hello again\n7:last no newline\n", 0),
    case(&["grep", "--max-count=1", "foo", "t"], None, "foo bar\n", 0),
    case(&["grep", "-m1", "foo", "t", "u"], None, "t:foo bar\nu:ünï foo\n", 0),
    case(&["grep", "--no-group-separator", "-A1", "foo", "t"], None, "foo bar\nhello again\nfoobar\n\nbar foo\nlast no newline\n", 0),
    case(&["grep", "--group-separator=XX", "-A0", "foo", "t"], None, "foo bar\nXX\nfoobar\nXX\nbar foo\n", 0),
    case(&["grep", "-e", "foo", "-v", "t"], None, "Hello World\nhello again\n\nlast no newline\n", 0),
    case(&["grep", "--", "-v", "t"], None, "", 1),
    case(&["grep", "-e", "-v", "t"], None, "", 1),
    case(&["grep", "-A", "x", "foo", "t"], None, "", 2),
    case(&["grep", "foo*\\?", "t"], None, "foo bar\nfoobar\nbar foo\n", 0),
    case(&["grep", "\\w\\+ \\w\\+", "t"], None, "Hello World\nfoo bar\nhello again\nbar foo\nlast no newline\n", 0),
    case(&["grep", "-v", "", "t"], None, "", 1),
    case(&["grep", "-vc", "nope", "t"], None, "7\n", 0),
    case(&["grep", "-on", "^", "t"], None, "", 0),
    case(&["grep", "-b", "foo", "t"], None, "12:foo bar\n32:foobar\n40:bar foo\n", 0),
    case(&["grep", "-ob", "bar", "t"], None, "16:bar\n35:bar\n40:bar\n", 0),
    case(&["grep", "-L", "nope", "t"], None, "t\n", 1),
    case(&["grep", "-L", "foo", "t"], None, "", 0),
    case(&["grep", "-lv", "foo", "t"], None, "t\n", 0),
    case(&["grep", "-lc", "foo", "t"], None, "t\n", 0),
    case(&["grep", "-A1", "-m2", "-n", "1", "n"], None, "1:1\n2-2\n--\n10:10\n11-11\n", 0),
    case(&["grep", "-hn", "199", "n"], None, "199:199\n", 0),
    case(&["grep", "\\(o\\)\\1", "t"], None, "foo bar\nfoobar\nbar foo\n", 0),
    case(&["grep", "-E", "(o)\\1", "t"], None, "foo bar\nfoobar\nbar foo\n", 0),
    case(&["grep", "-c", "\\(.\\)\\1", "n"], None, "29\n", 0),
    case(&["grep", "-x", "\\([ab]*\\)\\1", "r"], None, "abab\n", 0),
    case(&["grep", "-xE", "(a|ab)(ab|b)*\\2", "r"], None, "", 1),
    case(&["grep", "-w", "\\(ab\\)\\1", "r"], None, "abab\nabab abab\n", 0),
    case(&["grep", "-o", "\\(.\\)\\1", "r"], None, "bb\naa\nbb\nüü\n", 0),
    case(&["grep", "-wo", "\\(.*\\) \\1", "r"], None, "abab abab\nno no\nthe the\n", 0),
    case(&["grep", "-E", "-o", "(\\w+) \\1", "r"], None, "abab abab\nno no\nthe the\nü ü\n", 0),
    case(&["grep", "-i", "\\(ab\\)\\1", "r"], None, "abab\nxabab\nabab abab\nAbaB\n", 0),
    case(&["grep", "-ve", "\\(.\\)\\1", "-e", "Xa", "u"], None, "aXb\n", 0),
    case(&["grep", "-nE", "(.)(.)\\2\\1", "r"], None, "2:abba\n", 0),
    case(&["grep", "-e", "\\(a\\)\\1", "-e", "yes", "r"], None, "aabb\nno no yes\n", 0),
    case(&["grep", "--color=always", "\\(.\\)\\1", "r"], None, "a\u{1b}[01;31m\u{1b}[Kbb\u{1b}[m\u{1b}[Ka\n\u{1b}[01;31m\u{1b}[Kaa\u{1b}[m\u{1b}[K\u{1b}[01;31m\u{1b}[Kbb\u{1b}[m\u{1b}[K\n\u{1b}[01;31m\u{1b}[Küü\u{1b}[m\u{1b}[K ü\n", 0),
    case(&["grep", "\\(a\\)\\2", "r"], None, "", 2),
    case(&["grep", "-E", "a\\1", "r"], None, "", 2),
    case(&["grep", "-F", "\\(o\\)\\1", "t"], None, "", 1),
    case(&["grep", "-wE", "(the|then) \\1", "r"], None, "the the\n", 0),
    case(&["grep", "-zc", "\\(o\\)\\1", "z"], None, "1\n", 0),
    case(&["grep", "-xv", "\\(.*\\)\\1", "r"], None, "abba\nxabab\nabab abab\naabb\nno no yes\nthe the\nthen the\nüü ü\nAbaB\n", 0),
    case(&["grep", "-E", "^(.+)\\1$", "r"], None, "abab\n", 0),
    case(&["grep", "\\(ü\\)\\1", "r"], None, "üü ü\n", 0),
    case(&["grep", "-B1", "-n", "\\(l\\)\\1o ag", "t"], None, "2-foo bar\n3:hello again\n", 0),
];

/// A fresh folder with the files that the table is about.
fn fixture(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(root.join("sub/deep")).unwrap();
    let text = "Hello World\nfoo bar\nhello again\nfoobar\n\nbar foo\nlast no newline";
    let numbers: String = (1..=200).map(|n| format!("{n}\n")).collect();
    for (path, content) in [
        ("n", numbers.as_str()),
        ("t", text),
        ("b", "bin\0ary\nfoo\n"),
        ("sub/x.c", text),
        ("sub/y.h", text),
        ("sub/deep/z.c", text),
        ("sub/deep/q.txt", "foo\n"),
        ("pats", "foo\nhello\n"),
        ("z", "a\0b\0foo\0"),
        ("empty", ""),
        ("u", "aXb\nabXab\nünï foo\n"),
        (
            "r",
            "abab\nabba\nxabab\nabab abab\naabb\nno no yes\nthe the\nthen the\nüü ü\nAbaB\n",
        ),
    ] {
        fs::write(root.join(path), content).unwrap();
    }
    root
}

fn grep(root: &Path, arguments: &[&str], stdin: Stdio) -> (String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_grep"))
        .arg0(arguments[0])
        .args(&arguments[1..])
        .current_dir(root)
        .env_clear()
        .stdin(stdin)
        .output()
        .unwrap();
    (
        String::from_utf8(output.stdout).unwrap(),
        output.status.code().unwrap(),
    )
}

#[test]
fn output_and_status_are_gnu_s() {
    let root = fixture("cases");
    for case in CASES {
        let stdin = case.stdin.map_or(Stdio::null(), |path| {
            fs::File::open(root.join(path)).unwrap().into()
        });
        let expected = (case.stdout.to_owned(), case.status);
        assert_eq!(
            grep(&root, case.arguments, stdin),
            expected,
            "{:?}",
            case.arguments
        );
    }
}

#[test]
fn recursion_finds_files_below_and_honours_globs() {
    let root = fixture("recursion");
    for (arguments, expected) in [
        (
            &["grep", "-rl", "foo", "sub"][..],
            &["sub/deep/q.txt", "sub/deep/z.c", "sub/x.c", "sub/y.h"][..],
        ),
        (
            &["grep", "-rl", "foo", "sub", "--include=*.c"],
            &["sub/deep/z.c", "sub/x.c"],
        ),
        (
            &["grep", "-rl", "foo", "sub", "--exclude=*.c"],
            &["sub/deep/q.txt", "sub/y.h"],
        ),
        (
            &["grep", "-rl", "foo", "sub", "--exclude-dir=deep"],
            &["sub/x.c", "sub/y.h"],
        ),
        (&["rgrep", "-lx", "foo", "sub"], &["sub/deep/q.txt"]),
        (&["grep", "-rlx", "foo", "--exclude-dir=sub"], &["b", "pats"]),
    ] {
        let (out, status) = grep(&root, arguments, Stdio::null());
        let mut found: Vec<&str> = out.lines().collect();
        found.sort_unstable();
        assert_eq!((found.as_slice(), status), (expected, 0), "{arguments:?}");
    }
}

#[test]
fn lines_longer_than_the_buffer_are_found_whole() {
    let root = fixture("long");
    let long = "x".repeat(300_000) + "needle" + &"y".repeat(300_000);
    fs::write(root.join("long"), format!("short\n{long}\nafter\n")).unwrap();
    assert_eq!(
        grep(&root, &["grep", "-A1", "needle", "long"], Stdio::null()),
        (format!("{long}\nafter\n"), 0)
    );
    assert_eq!(
        grep(&root, &["grep", "-B1", "-n", "after", "long"], Stdio::null()),
        (format!("2-{long}\n3:after\n"), 0)
    );
}

#[test]
fn bytes_that_are_no_text_are_kept() {
    let root = fixture("bytes");
    fs::write(root.join("bytes"), b"a\xffb\nplain\n").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_grep"))
        .args(["a.*b\\|a", "bytes"])
        .current_dir(&root)
        .output()
        .unwrap();
    assert_eq!(output.stdout, b"a\xffb\nplain\n");
}
