//! The small commands against a table: each row's output and status are what GNU's (coreutils 9.1, findutils 4.9,
//! util-linux 2.38) gave for the same files, with LC_ALL=C.UTF-8. Messages on standard error are not compared.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime};

struct Case {
    arguments: &'static [&'static str],
    stdout: &'static str,
    status: i32,
}

const fn case(arguments: &'static [&'static str], stdout: &'static str, status: i32) -> Case {
    Case {
        arguments,
        stdout,
        status,
    }
}

#[rustfmt::skip]
const CASES: &[Case] = &[
    case(&["ls"], "a.c\na10\na9\nback~\nbroken\ndlink\nfile1\nfile10\nfile11\nfile12\nfile13\nfile14\nfile15\nfile16\nfile17\nfile18\nfile19\nfile2\nfile20\nfile21\nfile22\nfile23\nfile3\nfile4\nfile5\nfile6\nfile7\nfile8\nfile9\nit's\nlnk\nnew\nline\nsp ace\nsub\nü\n", 0),
    case(&["ls", "-a"], ".\n..\n.dot\n.hid\na.c\na10\na9\nback~\nbroken\ndlink\nfile1\nfile10\nfile11\nfile12\nfile13\nfile14\nfile15\nfile16\nfile17\nfile18\nfile19\nfile2\nfile20\nfile21\nfile22\nfile23\nfile3\nfile4\nfile5\nfile6\nfile7\nfile8\nfile9\nit's\nlnk\nnew\nline\nsp ace\nsub\nü\n", 0),
    case(&["ls", "-A"], ".dot\n.hid\na.c\na10\na9\nback~\nbroken\ndlink\nfile1\nfile10\nfile11\nfile12\nfile13\nfile14\nfile15\nfile16\nfile17\nfile18\nfile19\nfile2\nfile20\nfile21\nfile22\nfile23\nfile3\nfile4\nfile5\nfile6\nfile7\nfile8\nfile9\nit's\nlnk\nnew\nline\nsp ace\nsub\nü\n", 0),
    case(&["ls", "-C"], "a.c    broken  file11  file15  file19  file22  file5  file9    sp ace\na10    dlink   file12  file16  file2   file23  file6  it's     sub\na9     file1   file13  file17  file20  file3   file7  lnk      ü\nback~  file10  file14  file18  file21  file4   file8  new\nline\n", 0),
    case(&["ls", "-x"], "a.c\ta10\t a9\t back~\t broken  dlink\t file1\t file10  file11  file12\nfile13\tfile14\t file15  file16  file17  file18  file19  file2\t file20  file21\nfile22\tfile23\t file3\t file4\t file5\t file6\t file7\t file8\t file9\t it's\nlnk\tnew\nline  sp ace  sub\t ü\n", 0),
    case(&["ls", "-C", "-w", "40"], "a.c\tfile10\tfile17\tfile23\tfile9\na10\tfile11\tfile18\tfile3\tit's\na9\tfile12\tfile19\tfile4\tlnk\nback~\tfile13\tfile2\tfile5\tnew\nline\nbroken\tfile14\tfile20\tfile6\tsp ace\ndlink\tfile15\tfile21\tfile7\tsub\nfile1\tfile16\tfile22\tfile8\tü\n", 0),
    case(&["ls", "-m"], "a.c, a10, a9, back~, broken, dlink, file1, file10, file11, file12, file13,\nfile14, file15, file16, file17, file18, file19, file2, file20, file21, file22,\nfile23, file3, file4, file5, file6, file7, file8, file9, it's, lnk, new\nline,\nsp ace, sub, ü\n", 0),
    case(&["ls", "-m", "-w", "50"], "a.c, a10, a9, back~, broken, dlink, file1, file10,\nfile11, file12, file13, file14, file15, file16,\nfile17, file18, file19, file2, file20, file21,\nfile22, file23, file3, file4, file5, file6, file7,\nfile8, file9, it's, lnk, new\nline, sp ace, sub, ü\n", 0),
    case(&["ls", "-lgo", "file1", "file10", "file6", "sub/deep/z"], "-rw-r--r-- 1  317 Jan  1  2020 file1\n-rw-r--r-- 1 3170 Jan  1  2020 file10\n-rwsr-xr-x 1 1902 Jan  1  2020 file6\n-rw-r--r-- 1    2 Jan  1  2020 sub/deep/z\n", 0),
    case(&["ls", "-lgoh", "file1", "file10"], "-rw-r--r-- 1  317 Jan  1  2020 file1\n-rw-r--r-- 1 3.1K Jan  1  2020 file10\n", 0),
    case(&["ls", "-lgo", "--si", "file10", "file23"], "-rw-r--r-- 1 3.2k Jan  1  2020 file10\n-rw-r--r-- 1 7.3k Jan  1  2020 file23\n", 0),
    case(&["ls", "-goF", "file1", "file3", "file6"], "-rw-r--r-- 1  317 Jan  1  2020 file1\n-rwxr-xr-x 1  951 Jan  1  2020 file3*\n-rwsr-xr-x 1 1902 Jan  1  2020 file6*\n", 0),
    case(&["ls", "-goL", "lnk"], "-rw-r--r-- 1 317 Jan  1  2020 lnk\n", 0),
    case(&["ls", "-S"], "file23\nfile22\nfile21\nfile20\nfile19\nfile18\nfile17\nfile16\nfile15\nfile14\nfile13\nsp ace\nsub\nfile12\nfile11\nfile10\nfile9\nfile8\nfile7\nfile6\nfile5\nfile4\nfile3\nfile2\nfile1\nbroken\nlnk\ndlink\nit's\nnew\nline\nü\na.c\na10\na9\nback~\n", 0),
    case(&["ls", "-t"], "broken\ndlink\nlnk\nfile5\na.c\na10\na9\nback~\nfile1\nfile10\nfile11\nfile12\nfile13\nfile14\nfile15\nfile16\nfile17\nfile18\nfile19\nfile2\nfile20\nfile21\nfile22\nfile23\nfile3\nfile4\nfile6\nfile7\nfile8\nfile9\nit's\nnew\nline\nsp ace\nsub\nü\n", 0),
    case(&["ls", "-tr"], "ü\nsub\nsp ace\nnew\nline\nit's\nfile9\nfile8\nfile7\nfile6\nfile4\nfile3\nfile23\nfile22\nfile21\nfile20\nfile2\nfile19\nfile18\nfile17\nfile16\nfile15\nfile14\nfile13\nfile12\nfile11\nfile10\nfile1\nback~\na9\na10\na.c\nfile5\nlnk\ndlink\nbroken\n", 0),
    case(&["ls", "-X"], "a10\na9\nback~\nbroken\ndlink\nfile1\nfile10\nfile11\nfile12\nfile13\nfile14\nfile15\nfile16\nfile17\nfile18\nfile19\nfile2\nfile20\nfile21\nfile22\nfile23\nfile3\nfile4\nfile5\nfile6\nfile7\nfile8\nfile9\nit's\nlnk\nnew\nline\nsp ace\nsub\nü\na.c\n", 0),
    case(&["ls", "-v"], "a.c\na9\na10\nback~\nbroken\ndlink\nfile1\nfile2\nfile3\nfile4\nfile5\nfile6\nfile7\nfile8\nfile9\nfile10\nfile11\nfile12\nfile13\nfile14\nfile15\nfile16\nfile17\nfile18\nfile19\nfile20\nfile21\nfile22\nfile23\nit's\nlnk\nnew\nline\nsp ace\nsub\nü\n", 0),
    case(&["ls", "-r"], "ü\nsub\nsp ace\nnew\nline\nlnk\nit's\nfile9\nfile8\nfile7\nfile6\nfile5\nfile4\nfile3\nfile23\nfile22\nfile21\nfile20\nfile2\nfile19\nfile18\nfile17\nfile16\nfile15\nfile14\nfile13\nfile12\nfile11\nfile10\nfile1\ndlink\nbroken\nback~\na9\na10\na.c\n", 0),
    case(&["ls", "-R"], ".:\na.c\na10\na9\nback~\nbroken\ndlink\nfile1\nfile10\nfile11\nfile12\nfile13\nfile14\nfile15\nfile16\nfile17\nfile18\nfile19\nfile2\nfile20\nfile21\nfile22\nfile23\nfile3\nfile4\nfile5\nfile6\nfile7\nfile8\nfile9\nit's\nlnk\nnew\nline\nsp ace\nsub\nü\n\n./sp ace:\n\n./sub:\na\nb\ndeep\n\n./sub/deep:\nz\n", 0),
    case(&["ls", "-d"], ".\n", 0),
    case(&["ls", "-d", "sub", "file1"], "file1\nsub\n", 0),
    case(&["ls", "sub", "file1", "dlink"], "file1\n\ndlink:\na\nb\ndeep\n\nsub:\na\nb\ndeep\n", 0),
    case(&["ls", "-d", "dlink"], "dlink\n", 0),
    case(&["ls", "-F"], "a.c\na10\na9\nback~\nbroken@\ndlink@\nfile1\nfile10\nfile11\nfile12\nfile13\nfile14\nfile15\nfile16\nfile17\nfile18\nfile19\nfile2\nfile20\nfile21\nfile22\nfile23\nfile3*\nfile4\nfile5\nfile6*\nfile7\nfile8\nfile9\nit's\nlnk@\nnew\nline\nsp ace/\nsub/\nü\n", 0),
    case(&["ls", "-p"], "a.c\na10\na9\nback~\nbroken\ndlink\nfile1\nfile10\nfile11\nfile12\nfile13\nfile14\nfile15\nfile16\nfile17\nfile18\nfile19\nfile2\nfile20\nfile21\nfile22\nfile23\nfile3\nfile4\nfile5\nfile6\nfile7\nfile8\nfile9\nit's\nlnk\nnew\nline\nsp ace/\nsub/\nü\n", 0),
    case(&["ls", "--file-type"], "a.c\na10\na9\nback~\nbroken@\ndlink@\nfile1\nfile10\nfile11\nfile12\nfile13\nfile14\nfile15\nfile16\nfile17\nfile18\nfile19\nfile2\nfile20\nfile21\nfile22\nfile23\nfile3\nfile4\nfile5\nfile6\nfile7\nfile8\nfile9\nit's\nlnk@\nnew\nline\nsp ace/\nsub/\nü\n", 0),
    case(&["ls", "--color=always"], "a.c\na10\na9\nback~\n\u{1b}[0m\u{1b}[01;36mbroken\u{1b}[0m\n\u{1b}[01;36mdlink\u{1b}[0m\nfile1\nfile10\nfile11\nfile12\nfile13\nfile14\nfile15\nfile16\nfile17\nfile18\nfile19\nfile2\nfile20\nfile21\nfile22\nfile23\n\u{1b}[01;32mfile3\u{1b}[0m\nfile4\nfile5\n\u{1b}[37;41mfile6\u{1b}[0m\nfile7\nfile8\nfile9\nit's\n\u{1b}[01;36mlnk\u{1b}[0m\nnew\nline\n\u{1b}[30;42msp ace\u{1b}[0m\n\u{1b}[01;34msub\u{1b}[0m\nü\n", 0),
    case(&["ls", "-C", "--color=always"], "a.c    \u{1b}[0m\u{1b}[01;36mbroken\u{1b}[0m  file11  file15  file19  file22  file5  file9    \u{1b}[30;42msp ace\u{1b}[0m\na10    \u{1b}[01;36mdlink\u{1b}[0m   file12  file16  file2   file23  \u{1b}[37;41mfile6\u{1b}[0m  it's     \u{1b}[01;34msub\u{1b}[0m\na9     file1   file13  file17  file20  \u{1b}[01;32mfile3\u{1b}[0m   file7  \u{1b}[01;36mlnk\u{1b}[0m      ü\nback~  file10  file14  file18  file21  file4   file8  new\nline\n", 0),
    case(&["ls", "-R", "--color=always", "sub"], "sub:\na\nb\n\u{1b}[0m\u{1b}[01;34mdeep\u{1b}[0m\n\nsub/deep:\nz\n", 0),
    case(&["ls", "-b"], "a.c\na10\na9\nback~\nbroken\ndlink\nfile1\nfile10\nfile11\nfile12\nfile13\nfile14\nfile15\nfile16\nfile17\nfile18\nfile19\nfile2\nfile20\nfile21\nfile22\nfile23\nfile3\nfile4\nfile5\nfile6\nfile7\nfile8\nfile9\nit's\nlnk\nnew\\nline\nsp\\ ace\nsub\nü\n", 0),
    case(&["ls", "-q"], "a.c\na10\na9\nback~\nbroken\ndlink\nfile1\nfile10\nfile11\nfile12\nfile13\nfile14\nfile15\nfile16\nfile17\nfile18\nfile19\nfile2\nfile20\nfile21\nfile22\nfile23\nfile3\nfile4\nfile5\nfile6\nfile7\nfile8\nfile9\nit's\nlnk\nnew?line\nsp ace\nsub\nü\n", 0),
    case(&["ls", "-Q"], "\"a.c\"\n\"a10\"\n\"a9\"\n\"back~\"\n\"broken\"\n\"dlink\"\n\"file1\"\n\"file10\"\n\"file11\"\n\"file12\"\n\"file13\"\n\"file14\"\n\"file15\"\n\"file16\"\n\"file17\"\n\"file18\"\n\"file19\"\n\"file2\"\n\"file20\"\n\"file21\"\n\"file22\"\n\"file23\"\n\"file3\"\n\"file4\"\n\"file5\"\n\"file6\"\n\"file7\"\n\"file8\"\n\"file9\"\n\"it's\"\n\"lnk\"\n\"new\\nline\"\n\"sp ace\"\n\"sub\"\n\"ü\"\n", 0),
    case(&["ls", "-N"], "a.c\na10\na9\nback~\nbroken\ndlink\nfile1\nfile10\nfile11\nfile12\nfile13\nfile14\nfile15\nfile16\nfile17\nfile18\nfile19\nfile2\nfile20\nfile21\nfile22\nfile23\nfile3\nfile4\nfile5\nfile6\nfile7\nfile8\nfile9\nit's\nlnk\nnew\nline\nsp ace\nsub\nü\n", 0),
    case(&["ls", "--quoting-style=shell-escape"], "a.c\na10\na9\nback~\nbroken\ndlink\nfile1\nfile10\nfile11\nfile12\nfile13\nfile14\nfile15\nfile16\nfile17\nfile18\nfile19\nfile2\nfile20\nfile21\nfile22\nfile23\nfile3\nfile4\nfile5\nfile6\nfile7\nfile8\nfile9\n\"it's\"\nlnk\n'new'$'\\n''line'\n'sp ace'\nsub\nü\n", 0),
    case(&["ls", "-C", "--quoting-style=shell-escape"], " a.c\t  dlink    file13   file18   file22   file6   lnk\n a10\t  file1    file14   file19   file23   file7  'new'$'\\n''line'\n a9\t  file10   file15   file2    file3    file8  'sp ace'\n back~\t  file11   file16   file20   file4    file9   sub\n broken   file12   file17   file21   file5   \"it's\"   ü\n", 0),
    case(&["ls", "-B"], "a.c\na10\na9\nbroken\ndlink\nfile1\nfile10\nfile11\nfile12\nfile13\nfile14\nfile15\nfile16\nfile17\nfile18\nfile19\nfile2\nfile20\nfile21\nfile22\nfile23\nfile3\nfile4\nfile5\nfile6\nfile7\nfile8\nfile9\nit's\nlnk\nnew\nline\nsp ace\nsub\nü\n", 0),
    case(&["ls", "-I", "file*"], "a.c\na10\na9\nback~\nbroken\ndlink\nit's\nlnk\nnew\nline\nsp ace\nsub\nü\n", 0),
    case(&["ls", "--hide=file*"], "a.c\na10\na9\nback~\nbroken\ndlink\nit's\nlnk\nnew\nline\nsp ace\nsub\nü\n", 0),
    case(&["ls", "-a", "--hide=file*"], ".\n..\n.dot\n.hid\na.c\na10\na9\nback~\nbroken\ndlink\nfile1\nfile10\nfile11\nfile12\nfile13\nfile14\nfile15\nfile16\nfile17\nfile18\nfile19\nfile2\nfile20\nfile21\nfile22\nfile23\nfile3\nfile4\nfile5\nfile6\nfile7\nfile8\nfile9\nit's\nlnk\nnew\nline\nsp ace\nsub\nü\n", 0),
    case(&["ls", "nosuch"], "", 2),
    case(&["ls", "nosuch", "file1"], "file1\n", 2),
    case(&["ls", "--group-directories-first"], "dlink\nsp ace\nsub\na.c\na10\na9\nback~\nbroken\nfile1\nfile10\nfile11\nfile12\nfile13\nfile14\nfile15\nfile16\nfile17\nfile18\nfile19\nfile2\nfile20\nfile21\nfile22\nfile23\nfile3\nfile4\nfile5\nfile6\nfile7\nfile8\nfile9\nit's\nlnk\nnew\nline\nü\n", 0),
    case(&["ls", "--full-time", "-go", "file5"], "-rw-r--r-- 1 1585 2020-01-01 00:01:00.000000000 +0000 file5\n", 0),
    case(&["ls", "-go", "--time-style=long-iso", "file5"], "-rw-r--r-- 1 1585 2020-01-01 00:01 file5\n", 0),
    case(&["ls", "-go", "--time-style=+%Y-%m-%d", "file5"], "-rw-r--r-- 1 1585 2020-01-01 file5\n", 0),
    case(&["ls", "-go", "--time-style=iso", "file5"], "-rw-r--r-- 1 1585 2020-01-01  file5\n", 0),
    case(&["ls", "-1a"], ".\n..\n.dot\n.hid\na.c\na10\na9\nback~\nbroken\ndlink\nfile1\nfile10\nfile11\nfile12\nfile13\nfile14\nfile15\nfile16\nfile17\nfile18\nfile19\nfile2\nfile20\nfile21\nfile22\nfile23\nfile3\nfile4\nfile5\nfile6\nfile7\nfile8\nfile9\nit's\nlnk\nnew\nline\nsp ace\nsub\nü\n", 0),
    case(&["ls", "-1go", "file1"], "-rw-r--r-- 1 317 Jan  1  2020 file1\n", 0),
    case(&["ls", "--sort=size"], "file23\nfile22\nfile21\nfile20\nfile19\nfile18\nfile17\nfile16\nfile15\nfile14\nfile13\nsp ace\nsub\nfile12\nfile11\nfile10\nfile9\nfile8\nfile7\nfile6\nfile5\nfile4\nfile3\nfile2\nfile1\nbroken\nlnk\ndlink\nit's\nnew\nline\nü\na.c\na10\na9\nback~\n", 0),
    case(&["ls", "--zzz"], "", 2),
    case(&["ls", "-w", "0", "-C"], "a.c  a10  a9  back~  broken  dlink  file1  file10  file11  file12  file13  file14  file15  file16  file17  file18  file19  file2  file20  file21  file22  file23  file3  file4  file5  file6  file7  file8  file9  it's  lnk  new\nline  sp ace  sub  ü\n", 0),
    case(&["ls", "-w", "1", "-C"], "a.c\na10\na9\nback~\nbroken\ndlink\nfile1\nfile10\nfile11\nfile12\nfile13\nfile14\nfile15\nfile16\nfile17\nfile18\nfile19\nfile2\nfile20\nfile21\nfile22\nfile23\nfile3\nfile4\nfile5\nfile6\nfile7\nfile8\nfile9\nit's\nlnk\nnew\nline\nsp ace\nsub\nü\n", 0),
    case(&["ls", "--color=never", "-C"], "a.c    broken  file11  file15  file19  file22  file5  file9    sp ace\na10    dlink   file12  file16  file2   file23  file6  it's     sub\na9     file1   file13  file17  file20  file3   file7  lnk      ü\nback~  file10  file14  file18  file21  file4   file8  new\nline\n", 0),
    case(&["ls", "-CT0"], "a.c    broken  file11  file15  file19  file22  file5  file9    sp ace\na10    dlink   file12  file16  file2   file23  file6  it's     sub\na9     file1   file13  file17  file20  file3   file7  lnk      ü\nback~  file10  file14  file18  file21  file4   file8  new\nline\n", 0),
    case(&["dir"], "a.c    broken  file11  file15  file19  file22  file5  file9\t sp\\ ace\na10    dlink   file12  file16  file2   file23  file6  it's\t sub\na9     file1   file13  file17  file20  file3   file7  lnk\t ü\nback~  file10  file14  file18  file21  file4   file8  new\\nline\n", 0),
    case(&["ls", "--format=commas"], "a.c, a10, a9, back~, broken, dlink, file1, file10, file11, file12, file13,\nfile14, file15, file16, file17, file18, file19, file2, file20, file21, file22,\nfile23, file3, file4, file5, file6, file7, file8, file9, it's, lnk, new\nline,\nsp ace, sub, ü\n", 0),
    case(&["ls", "--indicator-style=slash"], "a.c\na10\na9\nback~\nbroken\ndlink\nfile1\nfile10\nfile11\nfile12\nfile13\nfile14\nfile15\nfile16\nfile17\nfile18\nfile19\nfile2\nfile20\nfile21\nfile22\nfile23\nfile3\nfile4\nfile5\nfile6\nfile7\nfile8\nfile9\nit's\nlnk\nnew\nline\nsp ace/\nsub/\nü\n", 0),
    case(&["find", "sub", "-name", "a"], "sub/a\n", 0),
    case(&["find", ".", "-name", "file21", "-o", "-name", "file22", "-size", "+20"], "./file21\n", 0),
    case(&["find", ".", "-iname", "FILE2"], "./file2\n", 0),
    case(&["find", "file1", "-perm", "644"], "file1\n", 0),
    case(&["find", "file3", "file1", "-perm", "-100"], "file3\n", 0),
    case(&["find", "file6", "file1", "-perm", "/7000"], "file6\n", 0),
    case(&["find", "sub/a", "-empty"], "sub/a\n", 0),
    case(&["find", ".", "-newer", "file4", "-type", "f"], "./file5\n", 0),
    case(&["find", "file1", "-mtime", "+100"], "file1\n", 0),
    case(&["find", "nosuch"], "", 1),
    case(&["find", ".", "-zzz"], "", 1),
    case(&["find", ".", "-name"], "", 1),
    case(&["find", "sub/", "-name", "deep"], "sub/deep\n", 0),
    case(&["find", "sub/deep", "-printf", "%p|%f|%h|%d|%y|%m\\n"], "sub/deep|deep|sub|0|d|755\nsub/deep/z|z|sub/deep|1|f|644\n", 0),
    case(&["find", "sub/deep", "-exec", "echo", "got", "{}", ";"], "got sub/deep\ngot sub/deep/z\n", 0),
    case(&["find", ".", "-maxdepth", "0"], ".\n", 0),
    case(&["find", "lnk", "-type", "l"], "lnk\n", 0),
    case(&["find", "-L", "lnk", "-type", "f"], "lnk\n", 0),
    case(&["find", "sub", "-name", "b", "-prune"], "sub/b\n", 0),
    case(&["find", ".", "-not", "-path", "./*"], ".\n", 0),
    case(&["find", "file1", "file2", "(", "-name", "file1", "-o", "-false", ")", "-print"], "file1\n", 0),
    case(&["find", "file1", "-size", "-1k"], "", 0),
    case(&["find", "file1", "-size", "1"], "file1\n", 0),
    case(&["find", "file1", "-size", "317c"], "file1\n", 0),
    case(&["find", "file1", "-quit"], "", 0),
    case(&["stat", "-c", "%a %A %h %s %F %n %N", "file1", "lnk"], "644 -rw-r--r-- 1 317 regular file file1 'file1'\n777 lrwxrwxrwx 1 5 symbolic link lnk 'lnk' -> 'file1'\n", 0),
    case(&["stat", "-c", "%y", "file5"], "2020-01-01 00:01:00.000000000 +0000\n", 0),
    case(&["stat", "-c", "%Y", "file5"], "1577836860\n", 0),
    case(&["stat", "nosuch"], "", 1),
    case(&["stat", "-c", "%q", "file1"], "?\n", 0),
    case(&["stat", "--printf", "%s\\t%n\\n", "file1", "file2"], "317\tfile1\n634\tfile2\n", 0),
    case(&["stat"], "", 1),
    case(&["stat", "-L", "-c", "%F", "lnk"], "regular file\n", 0),
    case(&["chmod", "zzz", "file1"], "", 1),
    case(&["chmod", "600", "nosuch"], "", 1),
    case(&["chmod", "755"], "", 1),
    case(&["chmod"], "", 1),
    case(&["env", "-i", "A=1", "B=2"], "A=1\nB=2\n", 0),
    case(&["env", "-i", "A=1", "B=2", "A=3"], "A=3\nB=2\n", 0),
    case(&["env", "nosuchcmd"], "", 127),
    case(&["env", "/tmp"], "", 126),
    case(&["env", "-i"], "", 0),
    case(&["env", "-S", "echo a  b", "c"], "a b c\n", 0),
    case(&["env", "--zzz"], "", 125),
    case(&["test", "-f", "file1"], "", 0),
    case(&["test", "-d", "file1"], "", 1),
    case(&["test", "1", "-eq", "2"], "", 1),
    case(&["[", "a", "=", "a", "]"], "", 0),
    case(&["[", "a", "=", "a"], "", 2),
    case(&["test", "a", "-zz", "b"], "", 2),
    case(&["test", "-x", "file3"], "", 0),
    case(&["test", "-x", "file1"], "", 1),
    case(&["test", "-s", "a9"], "", 1),
    case(&["test", "-L", "lnk"], "", 0),
    case(&["test", "-u", "file6"], "", 0),
    case(&["test", "-k", "sp ace"], "", 0),
    case(&["test", "file5", "-nt", "file1"], "", 0),
    case(&["test", "file5", "-ot", "file1"], "", 1),
    case(&["test", "file1", "-ef", "lnk"], "", 0),
    case(&["test", "!", "-e", "nosuch"], "", 0),
    case(&["test", "(", "a", "=", "b", "-o", "c", "=", "c", ")", "-a", "d", "=", "d"], "", 0),
    case(&["timeout", "5", "true"], "", 0),
    case(&["timeout", "5", "sh", "-c", "exit 7"], "", 7),
    case(&["timeout", "0.1", "sleep", "5"], "", 124),
    case(&["timeout", "-s", "KILL", "0.1", "sleep", "5"], "", 137),
    case(&["timeout", "--preserve-status", "0.1", "sleep", "5"], "", 143),
    case(&["timeout", "1"], "", 125),
    case(&["timeout", "x", "true"], "", 125),
    case(&["timeout", "1", "nosuchcmd"], "", 127),
    case(&["timeout", "-s", "ZZ", "1", "true"], "", 125),
    case(&["sleep", "0.01"], "", 0),
    case(&["sleep", "0.01s", "0.0001m"], "", 0),
    case(&["sleep", "x"], "", 1),
    case(&["sleep"], "", 1),
    case(&["mkdir", "sub"], "", 1),
    case(&["mkdir", "-p", "file1/x"], "", 1),
    case(&["mkdir", "-p", "sub/deep"], "", 0),
    case(&["mkdir", "nosuch/x"], "", 1),
    case(&["mkdir"], "", 1),
    case(&["mkfifo", "file1"], "", 1),
    case(&["mktemp", "xX"], "", 1),
    case(&["mktemp", "a/XXXX.c"], "", 1),
    case(&["kill", "-l", "9"], "KILL\n", 0),
    case(&["kill", "-l", "TERM"], "15\n", 0),
    case(&["setsid", "true"], "", 0),
    case(&["setsid", "-w", "sh", "-c", "exit 4"], "", 4),
    case(&["setsid", "nosuchcmd"], "", 127),
    case(&["nohup", "echo", "hi"], "hi\n", 0),
    case(&["nohup"], "", 125),
    case(&["tty"], "not a tty\n", 1),
    case(&["tty", "-s"], "", 1),
    case(&["uname", "-x"], "", 1),
    case(&["stty"], "", 1),
    case(&["chown", "nosuchuser", "file1"], "", 1),
    case(&["chown"], "", 1),
    case(&["xargs", "-r", "echo", "hi"], "", 0),
    case(&["xargs", "echo", "hi"], "hi\n", 0),
];

/// 2020-01-01, and a minute later for `file5`.
fn set_times(root: &Path, paths: &[&str]) {
    let base = SystemTime::UNIX_EPOCH + Duration::from_secs(1_577_836_800);
    for path in paths {
        let time = if *path == "file5" {
            base + Duration::from_secs(60)
        } else {
            base
        };
        fs::File::open(root.join(path))
            .unwrap()
            .set_modified(time)
            .unwrap();
    }
}

/// A fresh folder with the files that the table is about.
fn fixture(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(root.join("sub/deep")).unwrap();
    fs::create_dir_all(root.join("sp ace")).unwrap();
    let numbered: Vec<String> = (1..24).map(|i| format!("file{i}")).collect();
    for (i, path) in numbered.iter().enumerate() {
        fs::write(root.join(path), vec![0; (i + 1) * 317]).unwrap();
    }
    let others = [
        (".hid", ""),
        (".dot", ""),
        ("sub/a", ""),
        ("sub/b", ""),
        ("sub/deep/z", "z\n"),
        ("it's", "x\n"),
        ("new\nline", "x\n"),
        ("ü", "x\n"),
        ("back~", ""),
        ("a10", ""),
        ("a9", ""),
        ("a.c", ""),
    ];
    for (path, content) in others {
        fs::write(root.join(path), content).unwrap();
    }
    let files: Vec<&str> = numbered
        .iter()
        .map(String::as_str)
        .chain(others.map(|(path, _)| path))
        .collect();
    for path in &files {
        set_mode(&root, path, 0o644);
    }
    for (path, mode) in [
        ("sub", 0o755),
        ("sub/deep", 0o755),
        ("sp ace", 0o1777),
        ("file3", 0o755),
        ("file6", 0o4755),
    ] {
        set_mode(&root, path, mode);
    }
    for (target, link) in [("file1", "lnk"), ("nosuch", "broken"), ("sub", "dlink")] {
        symlink(target, root.join(link)).unwrap();
    }
    set_times(&root, &files);
    set_times(&root, &["sub/deep", "sub", "sp ace"]);
    root
}

fn set_mode(root: &Path, path: &str, mode: u32) {
    fs::set_permissions(root.join(path), fs::Permissions::from_mode(mode)).unwrap();
}

fn command(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_base"));
    command
        .arg0(arguments[0])
        .args(&arguments[1..])
        .current_dir(root)
        .env_clear()
        .env("PATH", "/usr/bin:/bin");
    command
}

fn run(root: &Path, arguments: &[&str], stdin: &[u8]) -> Output {
    let mut child = command(root, arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that doesn't read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    child.wait_with_output().unwrap()
}

fn text(root: &Path, arguments: &[&str], stdin: &str) -> (String, i32) {
    let output = run(root, arguments, stdin.as_bytes());
    (
        String::from_utf8(output.stdout).unwrap(),
        output.status.code().unwrap_or(-1),
    )
}

fn mode_of(path: PathBuf) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn output_and_status_are_gnu_s() {
    let root = fixture("cases");
    for case in CASES {
        let expected = (case.stdout.to_owned(), case.status);
        assert_eq!(text(&root, case.arguments, ""), expected, "{:?}", case.arguments);
    }
}

#[test]
fn find_goes_through_whole_trees() {
    let root = fixture("find");
    for (arguments, expected) in [
        (
            &["find", "sub"][..],
            &["sub", "sub/a", "sub/b", "sub/deep", "sub/deep/z"][..],
        ),
        (&["find", "sub", "-type", "d"], &["sub", "sub/deep"]),
        (
            &["find", "sub", "-mindepth", "1", "-maxdepth", "1"],
            &["sub/a", "sub/b", "sub/deep"],
        ),
        (&["find", "-L", "dlink", "-name", "z"], &["dlink/deep/z"]),
        (
            &[
                "find", "sub", "-name", "deep", "-prune", "-o", "-type", "f", "-print",
            ],
            &["sub/a", "sub/b"],
        ),
        (
            &["find", ".", "-name", "*.c", "-o", "-name", "back*"],
            &["./a.c", "./back~"],
        ),
        (
            &["find", "sub", "!", "-empty"],
            &["sub", "sub/deep", "sub/deep/z"],
        ),
    ] {
        let (out, status) = text(&root, arguments, "");
        let mut found: Vec<&str> = out.lines().collect();
        found.sort_unstable();
        assert_eq!((found.as_slice(), status), (expected, 0), "{arguments:?}");
    }
    assert_eq!(text(&root, &["find", "sub", "-delete"], ""), (String::new(), 0));
    assert!(!root.join("sub").exists());
}

#[test]
fn chmod_changes_modes_and_says_so() {
    let root = fixture("chmod");
    for (arguments, mode) in [
        (&["chmod", "640", "file1"][..], 0o640),
        (&["chmod", "u+x,g=", "file1"], 0o700),
        (&["chmod", "-x", "file1"], 0o600),
        (&["chmod", "--reference=file6", "file1"], 0o4755),
    ] {
        assert_eq!(text(&root, arguments, ""), (String::new(), 0), "{arguments:?}");
        assert_eq!(mode_of(root.join("file1")), mode, "{arguments:?}");
    }
    let said = "mode of 'file1' changed from 4755 (rwsr-xr-x) to 0600 (rw-------)\n";
    assert_eq!(
        text(&root, &["chmod", "-v", "600", "file1"], ""),
        (said.into(), 0)
    );
    assert_eq!(text(&root, &["chmod", "-R", "u-w", "sub/deep"], "").1, 0);
    assert_eq!(mode_of(root.join("sub/deep/z")), 0o444);
}

#[test]
fn what_is_made_has_its_mode() {
    let root = fixture("made");
    for (arguments, path, mode) in [
        (&["mkdir", "-m", "700", "m1"][..], "m1", 0o700),
        (&["mkdir", "-p", "-m", "711", "p/q"], "p/q", 0o711),
        (&["mkfifo", "-m", "600", "ff"], "ff", 0o600),
    ] {
        assert_eq!(text(&root, arguments, ""), (String::new(), 0), "{arguments:?}");
        assert_eq!(mode_of(root.join(path)), mode, "{arguments:?}");
    }
    let (file, _) = text(&root, &["mktemp", "-p", ".", "xXXXX.c"], "");
    assert!(
        file.starts_with("./x") && file.ends_with(".c\n") && file.len() == 10,
        "{file}"
    );
    assert_eq!(mode_of(root.join(file.trim())), 0o600);
    let (directory, _) = text(&root, &["mktemp", "-d", "./dXXXXXX"], "");
    assert_eq!(mode_of(root.join(directory.trim())), 0o700);
}

#[test]
fn xargs_builds_command_lines() {
    let root = fixture("xargs");
    for (arguments, stdin, expected) in [
        (&["xargs"][..], "a b\nc d\n", "a b c d\n"),
        (&["xargs", "-n", "1", "echo", "x"], "a b\nc", "x a\nx b\nx c\n"),
        (&["xargs", "-L", "1", "echo", "x"], "a b\nc d\n", "x a b\nx c d\n"),
        (
            &["xargs", "-I{}", "echo", "<{}>", "{}{}"],
            "a b\nc\n",
            "<a b> a ba b\n<c> cc\n",
        ),
        (&["xargs", "-0", "-n1", "echo"], "a\0b c\0", "a\nb c\n"),
        (&["xargs", "-d,", "-n1", "echo"], "a,b,c", "a\nb\nc\n"),
        (&["xargs", "-n1", "echo"], "it\\'s \"q r\"", "it's\nq r\n"),
        (&["xargs", "-s", "12", "echo"], "aa bb cc", "aa bb\ncc\n"),
    ] {
        assert_eq!(
            text(&root, arguments, stdin),
            (expected.to_owned(), 0),
            "{arguments:?}"
        );
    }
    for (arguments, status) in [
        (&["xargs", "sh", "-c", "exit 3"][..], 123),
        (&["xargs", "sh", "-c", "exit 255"], 124),
        (&["xargs", "nosuchcmd"], 127),
    ] {
        assert_eq!(text(&root, arguments, "x").1, status, "{arguments:?}");
    }
}

#[test]
fn cat_passes_bytes_on_and_shows_them() {
    let root = fixture("cat");
    fs::write(root.join("text"), b"a\tb\n\n\n\xc3\x01\x7f\nend").unwrap();
    for (arguments, expected) in [
        (&["cat", "text"][..], &b"a\tb\n\n\n\xc3\x01\x7f\nend"[..]),
        (&["cat", "-A", "text"], b"a^Ib$\n$\n$\nM-C^A^?$\nend"),
        (
            &["cat", "-ns", "text"],
            b"     1\ta\tb\n     2\t\n     3\t\xc3\x01\x7f\n     4\tend",
        ),
        (
            &["cat", "-b", "text"],
            b"     1\ta\tb\n\n\n     2\t\xc3\x01\x7f\n     3\tend",
        ),
        (&["cat", "text", "-", "a9"], b"a\tb\n\n\n\xc3\x01\x7f\nendin"),
    ] {
        let output = run(&root, arguments, b"in");
        assert_eq!(
            (output.stdout.as_slice(), output.status.code()),
            (expected, Some(0)),
            "{arguments:?}"
        );
    }
    assert_eq!(text(&root, &["cat", "nosuch", "a9"], ""), (String::new(), 1));
}

#[test]
fn names_are_bytes_in_what_stat_prints_and_cat_complains_of() {
    use std::os::unix::ffi::OsStrExt;
    let root = fixture("bytes");
    let name = std::ffi::OsStr::from_bytes(b"a\\t\xff");
    fs::write(root.join(name), b"x").unwrap();
    let mut stat = command(&root, &["stat", "--printf", "%n\\t%s|%6n|%.2n\\n"]);
    let output = stat.arg(name).output().unwrap();
    assert_eq!(output.stdout, b"a\\t\xff\t1|  a\\t\xff|a\\\n");
    let missing = std::ffi::OsStr::from_bytes(b"no\xff");
    let output = command(&root, &["cat"]).arg(missing).output().unwrap();
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "cat: 'no'$'\\377': No such file or directory\n"
    );
}

#[test]
fn timeout_kills_what_ignores_the_first_signal() {
    let root = fixture("timeout");
    let stubborn = "trap '' TERM; while :; do sleep 0.05; done";
    assert_eq!(
        text(&root, &["timeout", "-k", "0.2", "0.2", "sh", "-c", stubborn], "").1,
        137
    );
}

#[test]
fn kill_sends_the_named_signal() {
    let root = fixture("kill");
    for (arguments, signal) in [
        (&["kill"][..], 15),
        (&["kill", "-9"], 9),
        (&["kill", "-s", "INT"], 2),
        (&["kill", "-HUP"], 1),
    ] {
        let mut victim = command(&root, &["sleep", "60"]).spawn().unwrap();
        let pid = victim.id().to_string();
        let all: Vec<&str> = arguments.iter().copied().chain([pid.as_str()]).collect();
        assert_eq!(text(&root, &all, "").1, 0);
        let status = victim.wait().unwrap();
        assert_eq!(
            std::os::unix::process::ExitStatusExt::signal(&status),
            Some(signal),
            "{arguments:?}"
        );
    }
    assert_eq!(text(&root, &["kill", "zzz"], "").1, 1);
}
