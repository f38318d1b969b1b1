//! Commands about text and terminals against a table: output and status are those of util-linux 2.38 and ncurses 6.4
//! (LC_ALL=C.UTF-8, TERM=xterm-256color). Messages on standard error are not compared, but that there are some where
//! the status says that something is wrong.

mod files;
mod manual;

use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

struct Case {
    arguments: &'static [&'static str],
    stdin: &'static str,
    stdout: &'static str,
    status: i32,
}

const fn case(
    arguments: &'static [&'static str],
    stdin: &'static str,
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
    case(&["column", "-t"], "a b  c\n\nlong word x y\n1\n", "a     b     c  \nlong  word  x  y\n1              \n", 0),
    case(&["column", "-t", "-s,"], "a,b,,c\n,x\n", "a  b    c\n   x    \n", 0),
    case(&["column", "-t", "-s,", "-o", "|"], "a,b,,c\n,x\n", "a|b||c\n |x||\n", 0),
    case(&["column", "-t", "-s,", "-N", "X,Y"], "a,b,,c\n,x\n", "X  Y    \na  b    c\n   x    \n", 0),
    case(&["column", "-t", "-N", "A,B,C,D", "-R", "2,A"], "a b  c\n\nlong word x y\n1\n", "   A     B  C  D\n   a     b  c  \nlong  word  x  y\n   1           \n", 0),
    case(&["column", "-J", "-N", "A,B"], "a b  c\n\nlong word x y\n1\n", "", 1),
    case(&["column", "-t", "-H", "2", "-N", "a,b,c,d"], "a b  c\n\nlong word x y\n1\n", "a     c  d\na     c  \nlong  x  y\n1        \n", 0),
    case(&["column", "-t", "-O", "c,a", "-N", "a,b,c,d"], "a b  c\n\nlong word x y\n1\n", "c  a     b     d\nc  a     b     \nx  long  word  y\n   1           \n", 0),
    case(&["column", "-t", "-l", "2"], "a b  c\n\nlong word x y\n1\n", "a     b  c\nlong  word x y\n1     \n", 0),
    case(&["column", "-t", "-L"], "a b  c\n\nlong word x y\n1\n", "a     b     c  \n               \nlong  word  x  y\n1              \n", 0),
    case(&["column", "-c", "40"], "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n21\n22\n23\n24\n25\n26\n27\n28\n29\n30\n", "1\t7\t13\t19\t25\n2\t8\t14\t20\t26\n3\t9\t15\t21\t27\n4\t10\t16\t22\t28\n5\t11\t17\t23\t29\n6\t12\t18\t24\t30\n", 0),
    case(&["column", "-x", "-c", "40"], "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n21\n22\n23\n24\n25\n26\n27\n28\n29\n30\n", "1\t2\t3\t4\t5\n6\t7\t8\t9\t10\n11\t12\t13\t14\t15\n16\t17\t18\t19\t20\n21\t22\t23\t24\t25\n26\t27\t28\t29\t30\n", 0),
    case(&["column"], "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n21\n22\n23\n24\n25\n26\n27\n28\n29\n30\n", "1\t4\t7\t10\t13\t16\t19\t22\t25\t28\n2\t5\t8\t11\t14\t17\t20\t23\t26\t29\n3\t6\t9\t12\t15\t18\t21\t24\t27\t30\n", 0),
    case(&["column", "-c", "3"], "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n21\n22\n23\n24\n25\n26\n27\n28\n29\n30\n", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n21\n22\n23\n24\n25\n26\n27\n28\n29\n30\n", 0),
    case(&["column", "-t", "-d", "-N", "a,b"], "a b  c\n\nlong word x y\n1\n", "a     b     c  \nlong  word  x  y\n1              \n", 0),
    case(&["column", "-t", "-R", "0"], "a b  c\n\nlong word x y\n1\n", "   a     b  c  \nlong  word  x  y\n   1           \n", 0),
    case(&["column", "-t", "-R", "9"], "a b  c\n\nlong word x y\n1\n", "a     b     c  \nlong  word  x  y\n1              \n", 0),
    case(&["column", "-J", "-t"], "a b  c\n\nlong word x y\n1\n", "", 1),
    case(&["column", "-t"], " a\tü\tb\nlonger\tx\n", "a       ü  b\nlonger  x  \n", 0),
    case(&["column", "-t", "-s:", "-N", "n,m", "-H", "-"], "a:b\n", "n  m\na  b\n", 0),
    case(&["column", "-J", "-N", "n,m,k"], "1 \"x\\y\" é\n", "{\n   \"table\": [\n      {\n         \"n\": \"1\",\n         \"m\": \"\\\"x\\\\y\\\"\",\n         \"k\": \"é\"\n      }\n   ]\n}\n", 0),
    case(&["column", "-J", "-N", "A,b", "-n", "x y"], "1 2\n3\n", "{\n   \"x y\": [\n      {\n         \"a\": \"1\",\n         \"b\": \"2\"\n      },{\n         \"a\": \"3\",\n         \"b\": null\n      }\n   ]\n}\n", 0),
    case(&["column", "-J", "-N", "a,b", "-H", "a"], "1 2\n3\n", "{\n   \"table\": [\n      {\n         \"b\": \"2\"\n      },{\n         \"b\": null\n      }\n   ]\n}\n", 0),
    case(&["column"], "  a \n\tb c\n", "  a \t\tb c\n", 0),
    case(&["column", "-t", "-N", "a,b", "-O", "b,nosuch"], "1 2\n", "", 1),
    case(&["column", "-t"], "", "", 0),
    case(&["column", "-t", "-N", "a"], "", "", 0),
    case(&["column", "-t", "-s", ",", "-l", "1", "-N", "q"], "a,b\n", "q\na,b\n", 0),
    case(&["column", "-c", "x"], "a\n", "", 1),
    case(&["column", "-t", "-s", ": "], "a:b c\n", "a  b  c\n", 0),
    case(&["column", "-t", "-R", "1,2"], "10 20\n3 4\n", "10  20\n 3   4\n", 0),
    case(&["column", "-t", "-o", ""], "a b\n", "ab\n", 0),
    case(&["column", "-t"], "中文 b\nx y\n", "中文  b\nx     y\n", 0),
    case(&["column", "nosuch"], "", "", 1),
    case(&["column", "w", "nosuch"], "", "apple\tApricot\tbanana\tbat\n", 1),
    case(&["column", "-N", "a"], "", "", 1),
    case(&["column", "-s ", "-t"], "  lead a\nb  c\n", "     lead  a\nb    c     \n", 0),
    case(&["column"], "üüü\nx\nlong\n", "üüü\tx\tlong\n", 0),
    case(&["column", "-c", "30"], "a\nbbbbbbbb\nc\nd\ne\n", "a\nbbbbbbbb\nc\nd\ne\n", 0),
    case(&["column", "-x", "-c", "30"], "a\nbbbbbbbb\nc\nd\ne\n", "a\nbbbbbbbb\nc\nd\ne\n", 0),
    case(&["column", "-Z"], "", "", 1),
    case(&["look", "ba", "w"], "", "banana\nbat\n", 0),
    case(&["look", "-f", "ap", "w"], "", "apple\nApricot\n", 0),
    case(&["look", "-d", "b", "w"], "", "banana\nbat\n", 0),
    case(&["look", "zz", "w"], "", "", 1),
    case(&["look", "-t", "a", "bat", "w"], "", "banana\nbat\n", 0),
    case(&["look", "a", "nosuch"], "", "", 1),
    case(&["look"], "", "", 1),
    case(&["look", "a", "w"], "", "apple\n", 0),
    case(&["look", "banana", "w"], "", "banana\n", 0),
    case(&["look", "bananas", "w"], "", "", 1),
    case(&["look", "'A", "w"], "", "", 1),
    case(&["tput", "cup", "3", "4"], "", "\u{1b}[4;5H", 0),
    case(&["tput", "setaf", "1"], "", "\u{1b}[31m", 0),
    case(&["tput", "setaf", "9"], "", "\u{1b}[91m", 0),
    case(&["tput", "setab", "200"], "", "\u{1b}[48;5;200m", 0),
    case(&["tput", "sgr0"], "", "\u{1b}(B\u{1b}[m", 0),
    case(&["tput", "cols"], "", "80\n", 0),
    case(&["tput", "lines"], "", "24\n", 0),
    case(&["tput", "colors"], "", "256\n", 0),
    case(&["tput", "clear"], "", "\u{1b}[H\u{1b}[2J\u{1b}[3J", 0),
    case(&["tput", "-x", "clear"], "", "\u{1b}[H\u{1b}[2J", 0),
    case(&["tput", "bold"], "", "\u{1b}[1m", 0),
    case(&["tput", "longname"], "", "xterm with 256 colors", 0),
    case(&["tput", "sgr", "0", "1", "0"], "", "\u{1b}(B\u{1b}[0;4m", 0),
    case(&["tput", "nosuch"], "", "", 4),
    case(&["tput", "cup"], "", "\u{1b}[%i%p1%d;%p2%dH", 0),
    case(&["tput", "kcuu1"], "", "\u{1b}OA", 0),
    case(&["tput", "am"], "", "", 0),
    case(&["tput", "hpa", "3"], "", "\u{1b}[4G", 0),
    case(&["tput", "el"], "", "\u{1b}[K", 0),
    case(&["tput", "ed"], "", "\u{1b}[J", 0),
    case(&["tput", "smcup"], "", "\u{1b}[?1049h\u{1b}[22;0;0t", 0),
    case(&["tput", "rmcup"], "", "\u{1b}[?1049l\u{1b}[23;0;0t", 0),
    case(&["tput", "civis"], "", "\u{1b}[?25l", 0),
    case(&["tput", "cnorm"], "", "\u{1b}[?12l\u{1b}[?25h", 0),
    case(&["tput", "rev"], "", "\u{1b}[7m", 0),
    case(&["tput", "smul"], "", "\u{1b}[4m", 0),
    case(&["tput", "-T", "vt100", "bold"], "", "\u{1b}[1m", 0),
    case(&["tput", "-T", "vt100", "setaf", "1"], "", "", 1),
    case(&["tput", "-T", "dumb", "bold"], "", "", 1),
    case(&["tput", "-T", "xterm", "setaf", "3"], "", "\u{1b}[33m", 0),
    case(&["tput", "-T", "xterm", "colors"], "", "8\n", 0),
    case(&["tput", "-T", "dumb", "colors"], "", "-1\n", 0),
    case(&["tput", "-T", "nosuch", "bold"], "", "", 3),
    case(&["tput", "md"], "", "", 4),
    case(&["tput", "AF", "3"], "", "", 4),
    case(&["tput", "cm", "1", "2"], "", "", 4),
    case(&["tput", "Co"], "", "", 4),
    case(&["tput", "-Z"], "", "", 2),
    case(&["tput", "bce"], "", "", 0),
    case(&["tput", "-T", "vt100", "bce"], "", "", 1),
    case(&["tput", "-T", "vt100", "cup", "1", "1"], "", "\u{1b}[2;2H", 0),
    case(&["tput", "setaf", "x"], "", "\u{1b}[30m", 0),
    case(&["tput", "-S"], "cup 1 2\nbold\n\nam\n", "\u{1b}[2;3H\u{1b}[1m", 0),
    case(&["tput", "-S"], "bold\nnosuch\n", "\u{1b}[1m", 4),
];

fn folder(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(&root).unwrap();
    root
}

fn run(root: &Path, arguments: &[&str], stdin: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tools"))
        .arg0(arguments[0])
        .args(&arguments[1..])
        .current_dir(root)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("LC_ALL", "C.UTF-8")
        .env("TERM", "xterm-256color")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read it may be gone already.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    child.wait_with_output().unwrap()
}

#[test]
fn output_and_status_are_the_originals() {
    let root = folder("text-cases");
    fs::write(root.join("w"), "apple\nApricot\nbanana\nbat\n").unwrap();
    let mut failures = Vec::new();
    for case in CASES {
        let output = run(&root, case.arguments, case.stdin.as_bytes());
        let got = (
            String::from_utf8_lossy(&output.stdout).into_owned(),
            output.status.code(),
        );
        if got != (case.stdout.to_owned(), Some(case.status)) {
            failures.push(format!("{:?}: {got:?}, not {:?}", case.arguments, case.stdout));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
