//! sed against a table: each row's output, messages and status are what GNU sed 4.9 gave (LC_ALL=C.UTF-8).

use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

struct Case {
    stdin: &'static str,
    arguments: &'static [&'static str],
    stdout: &'static str,
    stderr: &'static str,
    status: i32,
}

const fn case(
    stdin: &'static str,
    arguments: &'static [&'static str],
    stdout: &'static str,
    stderr: &'static str,
    status: i32,
) -> Case {
    Case {
        stdin,
        arguments,
        stdout,
        stderr,
        status,
    }
}

#[rustfmt::skip]
const CASES: &[Case] = &[
    case("a\nb\n", &["k"], "", "sed: -e expression #1, char 1: unknown command: `k'\n", 1),
    case("a\nb\n", &["s/a/b"], "", "sed: -e expression #1, char 5: unterminated `s' command\n", 1),
    case("a\nb\n", &["s/a/b/q"], "", "sed: -e expression #1, char 7: unknown option to `s'\n", 1),
    case("a\nb\n", &["y/abc/d/"], "", "sed: -e expression #1, char 8: strings for `y' command are different lengths\n", 1),
    case("a\nb\n", &["b foo"], "", "sed: can't find label for jump to `foo'\n", 4),
    case("a\nb\n", &["{p"], "", "sed: -e expression #1, char 0: unmatched `{'\n", 1),
    case("a\nb\n", &["p}"], "", "sed: -e expression #1, char 2: unexpected `}'\n", 1),
    case("a\nb\n", &["3,p"], "", "sed: -e expression #1, char 3: unexpected `,'\n", 1),
    case("a\nb\n", &["a"], "", "sed: -e expression #1, char 1: expected \\ after `a', `c' or `i'\n", 1),
    case("a\nb\n", &[":"], "", "sed: -e expression #1, char 1: \":\" lacks a label\n", 1),
    case("a\nb\n", &["s/\\(/x/"], "", "sed: -e expression #1, char 7: Unmatched ( or \\(\n", 1),
    case("a\nb\n", &["s/a/\\1/"], "", "sed: -e expression #1, char 7: invalid reference \\1 on `s' command's RHS\n", 1),
    case("a\nb\n", &["y/a/b"], "", "sed: -e expression #1, char 5: unterminated `y' command\n", 1),
    case("a\nb\n", &["s/a/b/gg"], "", "sed: -e expression #1, char 8: multiple `g' options to `s' command\n", 1),
    case("a\nb\n", &["s/a/b/0"], "", "sed: -e expression #1, char 7: number option to `s' command may not be zero\n", 1),
    case("a\nb\n", &["r"], "", "sed: -e expression #1, char 1: missing filename in r/R/w/W commands\n", 1),
    case("a\nb\n", &["/a"], "", "sed: -e expression #1, char 2: unterminated address regex\n", 1),
    case("a\nb\n", &["d x"], "", "sed: -e expression #1, char 3: extra characters after command\n", 1),
    case("a\nb\n", &["0p"], "", "sed: -e expression #1, char 2: invalid usage of line address 0\n", 1),
    case("a\nb\n", &["0,3p"], "", "sed: -e expression #1, char 4: invalid usage of line address 0\n", 1),
    case("a\nb\n", &["=x"], "", "sed: -e expression #1, char 2: extra characters after command\n", 1),
    case("a\nb\n", &["1~0p"], "a\na\nb\n", "", 0),
    case("1\nx\n", &["1{/x/!b};s/$/!/"], "1\nx!\n", "", 0),
    case("1\n2\n3\n4\n5\n", &["-n", "2b;2,/4/p"], "3\n4\n", "", 0),
    case("1\n2\n3\n4\n5\n", &["-n", "2b;2,3p"], "3\n", "", 0),
    case("1\n2\n3\n4\n5\n", &["-n", "2b;2,2p"], "", "", 0),
    case("1\n2\n3\n4\n5\n", &["-n", "1,2b;2,+1p"], "3\n4\n", "", 0),
    case("1\n2\n3\n4\n5\n", &["-n", "2,/2/p"], "2\n3\n4\n5\n", "", 0),
    case("1\n2\n3\n4\n5\n", &["-n", "2b;2,3c\\\nx"], "x\n", "", 0),
    case("1\nx\n", &["-n", "1{ba};p;:a"], "x\n", "", 0),
    case("1\nx\n", &["b a};:a"], "", "sed: -e expression #1, char 4: unexpected `}'\n", 1),
    case("a\nb\n", &["}"], "", "sed: -e expression #1, char 1: unexpected `}'\n", 1),
    case("a\nb\n", &["!!p"], "", "sed: -e expression #1, char 2: multiple `!'s\n", 1),
    case("a\nb\n", &["p p"], "", "sed: -e expression #1, char 3: extra characters after command\n", 1),
    case("a\nb\n", &["s/x/y/w"], "", "sed: -e expression #1, char 7: missing filename in r/R/w/W commands\n", 1),
    case("a\nb\n", &["l 5;l"], "a$\na$\na\nb$\nb$\nb\n", "", 0),
    case("a\nb\n", &["-f", "nonexist"], "", "sed: couldn't open file nonexist: No such file or directory\n", 4),
    case("a\nb\n", &["p", "nonexist"], "", "sed: can't read nonexist: No such file or directory\n", 2),
    case("a\nb\nc\nd\ne\n", &["-n", "2p"], "b\n", "", 0),
    case("a\nb\nc\nd\ne\n", &["-n", "$p"], "e\n", "", 0),
    case("a\nb\nc\nd\ne\n", &["-n", "2,4p"], "b\nc\nd\n", "", 0),
    case("a\nb\nc\nd\ne\n", &["-n", "4,2p"], "d\n", "", 0),
    case("a\nb\nc\nd\ne\n", &["-n", "/b/,/d/p"], "b\nc\nd\n", "", 0),
    case("a\nb\nc\nd\ne\n", &["-n", "/b/,+1p"], "b\nc\n", "", 0),
    case("a\nb\nc\nd\ne\n", &["-n", "2,~2p;3,~2p"], "b\nc\nc\nd\nd\n", "", 0),
    case("a\nb\nc\nd\ne\n", &["-n", "1~2p"], "a\nc\ne\n", "", 0),
    case("a\nb\nc\nd\ne\n", &["-n", "0~2p"], "b\nd\n", "", 0),
    case("a\nb\nc\nd\ne\n", &["-n", "2!p"], "a\nc\nd\ne\n", "", 0),
    case("a\nb\nc\nd\ne\n", &["-n", "0,/a/p"], "a\n", "", 0),
    case("a\nb\nc\nd\ne\n", &["-n", "1,/a/p"], "a\nb\nc\nd\ne\n", "", 0),
    case("a\nb\nc\nd\ne\n", &["/b/d"], "a\nc\nd\ne\n", "", 0),
    case("a\nb\nc\nd\ne\n", &["2q"], "a\nb\n", "", 0),
    case("a\nb\nc\nd\ne\n", &["2q5"], "a\nb\n", "", 5),
    case("a\nb\nc\nd\ne\n", &["2Q7"], "a\n", "", 7),
    case("a\nb\nc\nd\ne\n", &["-n", "$="], "5\n", "", 0),
    case("a\nb\nc\nd\ne\n", &["2,3c\\\nchanged"], "a\nchanged\nd\ne\n", "", 0),
    case("a\nb\nc\nd\ne\n", &["2!c changed"], "changed\nb\nchanged\nchanged\nchanged\n", "", 0),
    case("a\nb\nc\n", &["$!{$!c\\\nx\n}"], "x\nx\nc\n", "", 0),
    case("a\nb\nc\n", &["2i\\\n  ins\\\ntwo"], "a\n  ins\ntwo\nb\nc\n", "", 0),
    case("a\nb\nc\n", &["2a   app", "-e", "$a end"], "", "sed: can't read 2a   app: No such file or directory\n", 2),
    case("a\nb\nc\n", &["2a\\  lead"], "a\nb\n  lead\nc\n", "", 0),
    case("a\nb\nc\n", &["-e", "a\\", "-e", "text"], "a\ntext\nb\ntext\nc\ntext\n", "", 0),
    case("a\nb\nc\n", &["1i\\foo\\tbar"], "foo\tbar\na\nb\nc\n", "", 0),
    case("a\nb\nc\n", &["/b/{s//X/;p}"], "a\nX\nX\nc\n", "", 0),
    case("a\nb\nc\nd\n", &["N;P;D"], "a\nb\nc\nd\n", "", 0),
    case("a\nb\nc\n", &["N;s/\\n/-/"], "a-b\nc\n", "", 0),
    case("a\nb\nc\n", &["-n", "N;N;s/\\n/,/gp"], "a,b,c\n", "", 0),
    case("a\nb\nc\n", &["n;d"], "a\nc\n", "", 0),
    case("a\nb\nc\n", &["$!N;$!D"], "b\nc\n", "", 0),
    case("a\nb\nc\n", &["1!G;h;$!d"], "c\nb\na\n", "", 0),
    case("a\nb\nc\n", &["-n", "H;${x;s/\\n/,/g;s/^,//;p}"], "a,b,c\n", "", 0),
    case("a\nb\nc\n", &["x;p;x"], "\na\n\nb\n\nc\n", "", 0),
    case("a\nb\nc\n", &[":a;N;$!ba;s/\\n/+/g"], "a+b+c\n", "", 0),
    case("a\nb\nc\n", &["ta;s/b/X/;ta;s/$/!/;:a"], "a!\nX\nc!\n", "", 0),
    case("a\nb\nc\n", &["Ta;s/./Y/;:a"], "a\nb\nc\n", "", 0),
    case("hello world\n", &["s/o/0/2"], "hello w0rld\n", "", 0),
    case("hello world\n", &["s/o/0/g"], "hell0 w0rld\n", "", 0),
    case("hello world foo\n", &["s/o/0/2g"], "hello w0rld f00\n", "", 0),
    case("hello world\n", &["s/\\(hello\\) \\(world\\)/\\2 \\1/"], "world hello\n", "", 0),
    case("hello world\n", &["-E", "s/(hello) (world)/\\2 \\1/"], "world hello\n", "", 0),
    case("hello world\n", &["-r", "s/(l+)/[\\1]/g"], "he[ll]o wor[l]d\n", "", 0),
    case("hello world\n", &["s/l*/x/g"], "xhxexox xwxoxrxdx\n", "", 0),
    case("hello\n", &["s/x*/-/g"], "-h-e-l-l-o-\n", "", 0),
    case("baaac\n", &["s/a*/x/g"], "xbxcx\n", "", 0),
    case("hello world\n", &["s/\\w\\+/\\u&/g"], "Hello World\n", "", 0),
    case("hello world\n", &["s/\\w\\+/\\U&/2"], "hello WORLD\n", "", 0),
    case("hello World\n", &["s/\\(.\\)\\(.*\\)/\\U\\1\\L\\2\\E!/"], "Hello world!\n", "", 0),
    case("foo bar\n", &["s/\\(foo\\) \\(bar\\)/\\U\\1\\E-\\u\\2/"], "FOO-Bar\n", "", 0),
    case("HELLO\n", &["s/hello/x/i"], "x\n", "", 0),
    case("HELLO\n", &["/hello/Id"], "", "", 0),
    case("a\nb\n", &["N;s/^b/X/M"], "a\nX\n", "", 0),
    case("a\nb\n", &["N;s/a$/X/M;s/\\`X/Y/M"], "Y\nb\n", "", 0),
    case("abc\n", &["y/abc/xyz/"], "xyz\n", "", 0),
    case("a/b\n", &["y/\\//|/;s,|,\\,,"], "a,b\n", "", 0),
    case("äbc\n", &["y/äb/öx/"], "öxc\n", "", 0),
    case("a.b\n", &["s/\\./\\n/;s/$/\\t|/"], "a\nb\t|\n", "", 0),
    case("a b\n", &["s/ /\\\n/"], "a\nb\n", "", 0),
    case("path/to\n", &["s|/|\\\\|g"], "path\\to\n", "", 0),
    case("path/to\n", &["s#/#\\#&#g"], "path#/to\n", "", 0),
    case("a&b\n", &["s/&/\\&amp;/"], "a&amp;b\n", "", 0),
    case("aab\n", &["s/\\(a\\)\\1/X/"], "Xb\n", "", 0),
    case("abcabc\n", &["-E", "s/(abc)\\1/<\\1>/"], "<abc>\n", "", 0),
    case("xyzzy\n", &["-E", "s/(.)\\1/[&]/"], "xy[zz]y\n", "", 0),
    case("one two one\n", &["-E", "s/(\\w+) .* \\1/same/"], "same\n", "", 0),
    case("tab\there\u{1}\n", &["-n", "l"], "tab\\there\\001$\n", "", 0),
    case("äö long line \n", &["-n", "l 10"], "\\303\\244\\\n\\303\\266 \\\nlong line\\\n $\n", "", 0),
    case("a long line that is certainly more than seventy characters wide, so that it wraps around once\n", &["-n", "l"], "a long line that is certainly more than seventy characters wide, so t\\\nhat it wraps around once$\n", "", 0),
    case("a\nb\n", &["-n", "/a/w out.txt", "-e", "$r out.txt"], "", "sed: can't read /a/w out.txt: No such file or directory\n", 2),
    case("a\nb\n", &["r f1"], "a\nhi\nthere\nb\nhi\nthere\n", "", 0),
    case("a\nb\n", &["r nonexist"], "a\nb\n", "", 0),
    case("a\nb\nc\n", &["R f1"], "a\nhi\nb\nthere\nc\n", "", 0),
    case("a\nb\n", &["w /dev/stdout"], "a\na\nb\nb\n", "", 0),
    case("a\nb\n", &["1e echo hi"], "hi\na\nb\n", "", 0),
    case("echo x\n", &["e"], "x\n", "", 0),
    case("echo x\n", &["s/x/y/e"], "y\n", "", 0),
    case("a\nb\n", &["F"], "-\na\n-\nb\n", "", 0),
    case("a\nb", &["p"], "a\na\nb\nb", "", 0),
    case("a\nb", &["$a x"], "a\nb\nx\n", "", 0),
    case("a\nb", &["-n", "p;p"], "a\na\nb\nb", "", 0),
    case("a", &["-s", "p", "f1", "-"], "hi\nhi\nthere\nthere\na\na", "", 0),
    case("a\nb\n", &["-s", "-n", "$p", "f1", "-"], "there\nb\n", "", 0),
    case("a\nb\n", &["-n", "$p", "f1", "-"], "b\n", "", 0),
    case("a\nb\n", &["=", "f1"], "1\nhi\n2\nthere\n", "", 0),
    case("a\u{0}b\u{0}", &["-z", "s/^/x/"], "xa\u{0}xb\u{0}", "", 0),
    case("a\u{0}b\u{0}", &["-z", "-n", "2p"], "b\u{0}", "", 0),
    case("a\nb\n", &["--posix", "p"], "a\na\nb\nb\n", "", 0),
    case("a\nb\n", &["-n", "-f", "script.sed"], "a\nX\n", "", 0),
    case("a\nb\n", &["--expression=p", "--quiet"], "a\nb\n", "", 0),
    case("a\nb\n", &["#n\np"], "a\nb\n", "", 0),
    case("a\nb\n", &["p # comment\n# another\ns/a/z/;# third"], "a\nz\nb\nb\n", "", 0),
    case("a\nb\n", &["/a/ { s/a/1/ ; p }"], "1\n1\nb\n", "", 0),
    case("a\nb\n", &["/a/!{s/b/2/}"], "a\n2\n", "", 0),
    case("a\nb\n", &["{p;p}"], "a\na\na\nb\nb\nb\n", "", 0),
    case("a\nb\n", &["{;p;};p"], "a\na\na\nb\nb\nb\n", "", 0),
    case("a\nb\n", &["s/a/x/;s/b/y/;ta;d;:a"], "x\ny\n", "", 0),
    case("a\nb\n", &["z"], "\n\n", "", 0),
    case("a b\n", &["s/\\s/_/;s/\\S/X/"], "X_b\n", "", 0),
    case("foo.bar\n", &["s/[.]/-/;s/[^a-z-]//g"], "foo-bar\n", "", 0),
    case("a]b\n", &["s/[]]/X/"], "aXb\n", "", 0),
    case("a/b\n", &["s/[/]/X/"], "aXb\n", "", 0),
    case("a\nb\n", &["s/[\\n]/X/;N;s/[\\n]/X/"], "aXb\n", "", 0),
    case("(a)\n", &["s/(a)/x/"], "x\n", "", 0),
    case("(a)\n", &["-E", "s/\\(a\\)/x/"], "x\n", "", 0),
    case("a+b\n", &["s/a+b/x/"], "x\n", "", 0),
    case("aab\n", &["-E", "s/a+b/x/"], "x\n", "", 0),
    case("aab\n", &["s/a\\{2\\}/x/"], "xb\n", "", 0),
    case("aab\n", &["-E", "s/a{2}/x/"], "xb\n", "", 0),
    case("ab\n", &["s/a\\|b/x/g"], "xx\n", "", 0),
    case("ab\n", &["-E", "s/a|b/x/g"], "xx\n", "", 0),
    case("foobar\n", &["s/\\bfoo/x/;s/\\Bar/y/"], "xby\n", "", 0),
    case("foo bar\n", &["s/\\<./X/g;s/.\\>/Y/g"], "XoY XaY\n", "", 0),
    case("a*b\n", &["s/*/x/"], "axb\n", "", 0),
    case("a^b$\n", &["s/a^b$/x/;s/\\^/c/"], "acb$\n", "", 0),
    case("abc\n", &["-E", "s/()/x/2"], "axbc\n", "", 0),
    case("abc\n", &["s/b/[&\\&]/"], "a[b&]c\n", "", 0),
    case("abc\n", &["s/\\(b\\)\\|x/<\\1>/"], "a<b>c\n", "", 0),
    case("abcd\n", &["-E", "s/(a|ab)(c|bcd)/[\\1][\\2]/"], "[a][bcd]\n", "", 0),
    case("aaa bbb\n", &["s/a/x/3;s/b/y/2g"], "aax byy\n", "", 0),
    case("1\n2\n3\n4\n5\n6\n", &["-n", "2{n;n;p}"], "4\n", "", 0),
    case("1\n2\n3\n4\n5\n6\n", &["2,4{/3/d}"], "1\n2\n4\n5\n6\n", "", 0),
    case("1\n2\n3\n4\n5\n6\n", &["/2/,/4/{//!d}"], "1\n2\n4\n5\n6\n", "", 0),
    case("1\n2\n3\n4\n5\n6\n", &["-n", "/2/,/4/{/2/n;/4/!p}"], "3\n", "", 0),
    case("1\n2\n3\n4\n5\n6\n", &["2,4!d;3q"], "2\n3\n", "", 0),
    case("1\n2\n3\n4\n5\n6\n", &["$!N;s/\\n/ /"], "1 2\n3 4\n5 6\n", "", 0),
    case("1\n2\n3\n4\n5\n6\n", &["-n", "2,3!p;2,/5/w /dev/stdout"], "1\n2\n3\n4\n4\n5\n5\n6\n", "", 0),
    case("1\n2\n3\n", &["2{h;d};${G}"], "1\n3\n2\n", "", 0),
    case("1\n2\n3\n", &["-e", "1{", "-e", "p", "-e", "}"], "1\n1\n2\n3\n", "", 0),
    case("1\n2\n3\n", &["1d;n;d"], "2\n", "", 0),
    case("1\n2\n3\n", &["2r f1\n2a x"], "1\n2\nhi\nthere\nx\n3\n", "", 0),
    case("1\n2\n3\n", &["2r f1", "-e", "N"], "", "sed: can't read 2r f1: No such file or directory\n", 2),
    case("1\n2\n3\n", &["y/123/\\n\\\\x/"], "\n\n\\\nx\n", "", 0),
    case("1\n2\n3\n", &["a\\"], "1\n2\n3\n", "", 0),
    case("1\n", &["a foo\\\nbar"], "1\nfoo\nbar\n", "", 0),
    case("1\n", &["a foo\\nbar\\\\baz"], "1\nfoo\nbar\\baz\n", "", 0),
    case("1\n", &["i\\\ttabbed"], "\ttabbed\n1\n", "", 0),
    case("1\n", &["s/1/\\x26\\o101\\d065\\x41/"], "&AAA\n", "", 0),
    case("1\n", &["v 4.2"], "1\n", "", 0),
    case("1\n", &["q 3"], "1\n", "", 3),
    case("1\n", &["1,2q"], "", "sed: -e expression #1, char 4: command only uses one address\n", 1),
    case("1\n", &["s/1/a\\\nb/;P;D"], "a\nb\n", "", 0),
    case("x=1;y=2\n", &["s/;/\\n/g;s/=/: /g"], "x: 1\ny: 2\n", "", 0),
    case("  trim  \n", &["s/^[ \\t]*//;s/[ \\t]*$//"], "trim\n", "", 0),
    case("CamelCaseString\n", &["s/\\([A-Z]\\)/_\\l\\1/g;s/^_//"], "camel_case_string\n", "", 0),
    case("a,b,c\n", &["s/,/\\n/2;s/,/;/"], "a;b\nc\n", "", 0),
    case("\n\na\n\n\nb\n", &["/^$/N;/\\n$/D"], "\na\n\nb\n", "", 0),
    case("a\nb\nc\n", &["-n", "2{p;q}"], "b\n", "", 0),
    case("a\n", &["s/a/b/;s//c/"], "b\n", "", 0),
    case("b\n", &["s/a/b/;s//c/"], "b\n", "", 0),
    case("b\n", &["//p"], "", "sed: -e expression #1, char 0: no previous regular expression\n", 1),
    case("/usr/bin:/bin\n", &["s,/usr,,;s:/bin:X:2"], "/bin:X\n", "", 0),
    case("a|b\n", &["s|a\\|b|x|"], "x\n", "", 0),
    case("a.b axb\n", &["s.a\\.b.X.g"], "X X\n", "", 0),
    case("foo\n", &["s/o/\\n/;s/\\n/N/"], "fNo\n", "", 0),
    case("a\r\n", &["s/\\r$//"], "a\n", "", 0),
    case("a\nb\n", &["-n", "x;G;l;$!d"], "\\na$\na\\nb$\n", "", 0),
    case("a\nb\nc\nd\n", &["2,3{=;d}"], "a\n2\n3\nd\n", "", 0),
    case("a b c\n", &["s/ /\\n/g;s/\\n/,/2"], "a\nb,c\n", "", 0),
    case("k\n", &["/k/s/k/v/w out2", "-e", "r out2"], "", "sed: can't read /k/s/k/v/w out2: No such file or directory\n", 2),
    case("x\n", &["-i", "p"], "", "sed: no input files\n", 4),
    case("a\n", &["p;", "-"], "a\na\n", "", 0),
    case("a\n", &["5,2!s/a/b/"], "b\n", "", 0),
    case("a\nb\n", &["1!{p"], "", "sed: -e expression #1, char 0: unmatched `{'\n", 1),
    case("a\nb\n", &["s/a/b/ ; s/b/c/"], "c\nc\n", "", 0),
    case("a\nb\n", &["s/a/b/ p"], "b\nb\nb\n", "", 0),
    case("a\nb\n", &["1,$p;1,2d"], "a\nb\n", "", 0),
    case("a\nb\n", &["2,$!d;$p"], "b\nb\n", "", 0),
    case("a\nb\n", &["1p;;2p"], "a\na\nb\nb\n", "", 0),
    case("a\nb\n", &["b;p"], "a\nb\n", "", 0),
    case("a\nb\n", &["bx;p;:x;s/a/q/"], "q\nb\n", "", 0),
    case("a\nb\n", &["b x;p;: x\ns/a/q/"], "q\nb\n", "", 0),
    case("a\nb\n", &["-E", "s/(a)|(b)/[\\1\\2]/"], "[a]\n[b]\n", "", 0),
    case("a\nb\n", &["-E", "s/a{1,/x/"], "", "sed: -e expression #1, char 9: Unmatched \\{\n", 1),
    case("a\nb\n", &["s/a\\{1/x/"], "", "sed: -e expression #1, char 9: Unmatched \\{\n", 1),
    case("a\nb\n", &["-E", "s/(a/x/"], "", "sed: -e expression #1, char 7: Unmatched ( or \\(\n", 1),
    case("a\nb\n", &["-E", "s/a)/x/"], "", "sed: -e expression #1, char 7: Unmatched ) or \\)\n", 1),
    case("a\nb\n", &["s/[a/x/"], "", "sed: -e expression #1, char 7: unterminated `s' command\n", 1),
    case("a\nb\n", &["s/[[:foo:]]/x/"], "", "sed: -e expression #1, char 14: Invalid character class name\n", 1),
    case("a\nb\n", &["s/a/b/e"], "\nb\n", "sh: 1: b: not found\n", 0),
];

/// A fresh folder.
fn fixture(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(&root).unwrap();
    root
}

fn run(root: &Path, name: &str, arguments: &[&str], stdin: &[u8]) -> (Vec<u8>, String, i32) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sed"))
        .arg0(name)
        .args(arguments)
        .current_dir(root)
        .env_clear()
        .env("LC_ALL", "C.UTF-8")
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let input = stdin.to_vec();
    // A program may end without reading its input.
    let writer = std::thread::spawn(move || drop(pipe.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.stdout, stderr, output.status.code().unwrap())
}

#[test]
fn output_messages_and_status_are_gnu_s() {
    for case in CASES {
        let root = fixture("cases");
        fs::write(root.join("f1"), "hi\nthere\n").unwrap();
        fs::write(root.join("script.sed"), "/a/p\ns/b/X/p\n").unwrap();
        let (stdout, stderr, status) = run(&root, "sed", case.arguments, case.stdin.as_bytes());
        assert_eq!(
            (String::from_utf8_lossy(&stdout).as_ref(), stderr.as_str(), status),
            (case.stdout, case.stderr, case.status),
            "{:?}",
            case.arguments
        );
    }
}

#[test]
fn files_are_edited_in_place() {
    use std::os::unix::fs::PermissionsExt;
    let root = fixture("in-place");
    fs::write(root.join("a"), "one\ntwo").unwrap();
    fs::set_permissions(root.join("a"), fs::Permissions::from_mode(0o640)).unwrap();
    fs::write(root.join("b"), "three\none\n").unwrap();
    let (stdout, stderr, status) = run(&root, "sed", &["-i.bak", "1s/o/0/;$a end", "a", "b"], b"");
    assert_eq!((stdout.as_slice(), stderr.as_str(), status), (&b""[..], "", 0));
    let read = |name: &str| fs::read_to_string(root.join(name)).unwrap();
    assert_eq!(read("a"), "0ne\ntwo\nend\n");
    assert_eq!(read("b"), "three\none\nend\n");
    assert_eq!(read("a.bak"), "one\ntwo");
    assert_eq!(
        fs::metadata(root.join("a")).unwrap().permissions().mode() & 0o777,
        0o640
    );
    assert_eq!(run(&root, "sed", &["-n", "-i", "-e", "2q;p", "b"], b"").2, 0);
    assert_eq!(read("b"), "three\nend\n");
    let (_, stderr, status) = run(&root, "sed", &["-i", "p", "nosuch"], b"");
    assert_eq!(
        (stderr.as_str(), status),
        ("sed: can't read nosuch: No such file or directory\n", 2)
    );
    let left: Vec<_> = fs::read_dir(&root).unwrap().collect();
    assert_eq!(left.len(), 4);
}

#[test]
fn bytes_that_are_no_text_and_nul_are_kept() {
    let root = fixture("bytes");
    let (stdout, _, _) = run(&root, "sed", &["s/b/X/"], b"a\0b\xff\n\xfe\n");
    assert_eq!(stdout, b"a\0X\xff\n\xfe\n");
}

#[test]
fn a_line_of_many_megabytes_is_one_line() {
    let root = fixture("long");
    let mut text = vec![b'x'; 20 << 20];
    text.extend_from_slice(b"end\n");
    let (stdout, _, status) = run(&root, "sed", &["s/end$/END/"], &text);
    assert_eq!((stdout.len(), status), (text.len(), 0));
    assert!(stdout.ends_with(b"xEND\n"));
}

#[test]
fn a_full_device_is_noticed() {
    let root = fixture("full");
    let (_, stderr, status) = run(&root, "sed", &["w /dev/full"], b"x\n");
    assert_eq!(
        (stderr.as_str(), status),
        ("sed: couldn't flush /dev/full: No space left on device\n", 4)
    );
}
