//! awk against a table: each row's output, messages and status are what gawk 5.2.1 gave (LC_ALL=C.UTF-8).

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
    case("", &["BEGIN{print (}"], "", "awk: cmd. line:1: BEGIN{print (}\nawk: cmd. line:1:              ^ syntax error\n", 1),
    case("", &["BEGIN{f(1)}"], "", "awk: cmd. line:1: fatal: function `f' not defined\n", 2),
    case("", &["BEGIN { getline x < \"nonex\"; print ERRNO; print -0, 2**53, 1e300, -1e-300 \"\", log(-1), \"a\" > \"/nonexistent/x\" }"], "No such file or directory\n", "awk: cmd. line:1: warning: log: received negative argument -1\nawk: cmd. line:1: fatal: cannot redirect to `/nonexistent/x': No such file or directory\n", 2),
    case("", &["BEGIN{print \"\\.x\"; print substr(\"hello\",0,2), substr(\"hello\",-1), substr(\"hello\",2.5,2)}"], ".x\nhe hello el\n", "awk: cmd. line:1: warning: escape sequence `\\.' treated as plain `.'\n", 0),
    case("", &["BEGIN{x[\"a\"]=1; x=2}"], "", "awk: cmd. line:1: fatal: attempt to use array `x' in a scalar context\n", 2),
    case("", &["BEGIN{print 1 \" \" -1; print index(\"abc\",\"\"); printf \"%%c%%c|%%5.2s|%%d\\\\n\", 228, \"xyz\", \"abc\", \"0x1f\"}"], "1-1\n1\n%c%c|%5.2s|%d\\n", "", 0),
    case("", &["BEGIN{printf \"%z\\n\"}"], "%z\n", "", 0),
    case("", &["BEGIN{printf \"%d %d\\n\",1}"], "", "awk: cmd. line:1: fatal: not enough arguments to satisfy format string\n\t`%d %d\n'\n\t    ^ ran out for this one\n", 2),
    case("", &["BEGIN{\"date +%%Y\" | getline; print length($0); print length()}"], "2\n2\n", "", 0),
    case("hi\n", &["{print FILENAME,$0} END{print \"end\"}", "f1", "/nonexist"], "f1 hi\n", "awk: cmd. line:1: fatal: cannot open file `/nonexist' for reading: No such file or directory\n", 2),
    case("hi\n", &["{print FILENAME,$0} END{print \"end\"}", "/tmp", "f1"], "f1 hi\nend\n", "awk: warning: command line argument `/tmp' is a directory: skipped\n", 0),
    case("", &["BEGIN{printf \"%d %s %c|%5d|%-5d|%05d|%+d|%x|%o|%e|%g|%i|%.3s|%c|%c\\n\", \"3.9x\", 3.0, 65, 42,42,42,42,255,8,1234.5,0.00001,7,\"abcdef\",\"\", 256; printf \"%s %s\\n\", 1e6, 1234567.5; print 1e6, 1234567.5, 0.1+0.2, 100000 * 100000, 1e-5; print 3 % 2, -3 % 2, 2^10, 2**3; print substr(\"äöü\",2,1), length(\"äöü\"), toupper(\"äöü\"), index(\"äöü\",\"ü\"); print -0; x; print x+0, x \"\", !x; print 1==1.0, \"a\"<\"b\", \"10\"<\"9\", 10<9; print length(); printf \"%5%|%%\\n\"}"], "3 3 A|   42|42   |00042|+42|ff|10|1.234500e+03|1e-05|7|abc|\u{0}|Ā\n1000000 1.23457e+06\n1000000 1.23457e+06 0.3 10000000000 1e-05\n1 -1 1024 8\nö 3 ÄÖÜ 3\n0\n0  1\n1 1 1 0\n0\n%|%\n", "", 0),
    case("a:b c\n", &["-F:", "-v", "x=a\\tb", "{print x, $2; $3=\"z\"; print; print NF; NF=1; print; $0=\"q r:s\"; print $1; $5=1; print}"], "a\tb b c\na b c z\n3\na\nq r\nq r s   1\n", "", 0),
    case("10 9\n", &["{print ($1>$2), ($1>\"9\"), ($1==10.0); $1=1; print $1==1}"], "1 0 1\n1\n", "", 0),
    case("", &["BEGIN { n=split(\"a1b22c\",a,/[0-9]+/,sp); print n,a[1],a[3],sp[1],sp[2]; print gensub(/(a)(b)?/,\"[\\\\1\\\\2\\\\0&]\",\"g\",\"abaca\"); s=\"aaa\"; print gsub(/x*/,\"-\",s), s; t=\"hello\"; gsub(/l/,\"[&\\\\&\\\\\\\\&]\",t); print t; print match(\"foobar\",/o+/,m), RSTART,RLENGTH,m[0],m[0,\"start\"]; print strtonum(\"0x1F\"), strtonum(\"017\"), and(12,10), or(12,10), xor(12,10), lshift(1,4), rshift(16,2), compl(0); print substr(\"hello\",2), substr(\"hello\",10) \"|\"; print mktime(\"2024 02 29 12 00 00\"), strftime(\"%Y-%m-%d %H:%M:%S\",0,1); a[\"x\"];a[\"y\"]; print length(a); delete a; print length(a); print toupper(substr(\"abc\",1,1)) ; print typeof(a), typeof(1), typeof(\"x\"), typeof(z), isarray(a); }"], "3 a c 1 22\n[ababab][aaa]c[aaa]\n4 -a-a-a-\nhe[l&\\l][l&\\l]o\n2 2 2 oo 2\n31 15 8 14 6 16 4 9007199254740991\nello |\n1709208000 1970-01-01 00:00:00\n5\n0\nA\narray number string untyped 1\n", "", 0),
    case("", &["BEGIN { a[\"b\"]=2;a[\"a\"]=3;a[\"c\"]=1; PROCINFO[\"sorted_in\"]=\"@val_num_asc\"; for(k in a) printf k \" \"; PROCINFO[\"sorted_in\"]=\"@ind_str_desc\"; for(k in a) printf k \" \"; n=asort(a,b); for(i=1;i<=n;i++) printf b[i] \" \"; n=asorti(a,c); for(i=1;i<=n;i++) printf c[i] \" \"; print \"\"; print substr(\"x\",0), srand(5), srand(); printf \"%s\\n\"; }"], "c b a c b a 1 2 3 a b c \nx 1 5\n", "awk: cmd. line:1: fatal: not enough arguments to satisfy format string\n\t`%s\n'\n\t ^ ran out for this one\n", 2),
    case("", &["BEGIN { print index(\"foo\", /o/) }"], "", "awk: cmd. line:1: fatal: index: regexp constant as second argument is not allowed\n", 2),
    case("l1\nl2\nl3\n", &["BEGIN{getline; print \"got \" $0; getline x; print x, NR} {print NR, $0}"], "got l1\nl2 2\n3 l3\n", "", 0),
    case("", &["function f(n){return n<2?n:f(n-1)+f(n-2)} BEGIN{print f(20)}"], "6765\n", "", 0),
    case("\n\na b\nc\n\n\n\nd e\n", &["BEGIN{RS=\"\"}{print NR\": \"$1\"|\"$2\"|\"NF; for(i=1;i<=NF;i++)printf \"%s,\",$i; print \"\"}"], "1: a|b|3\na,b,c,\n2: d|e|2\nd,e,\n", "", 0),
    case("a:b\nc:d\n\ne\n\n", &["BEGIN{RS=\"\";FS=\":\"}{print NF; for(i=1;i<=NF;i++)printf \"%s,\",$i; print \"[\" RT \"]\"}"], "4\na,b,c,d,[\n\n]\n1\ne,[\n\n]\n", "", 0),
    case("a1b2c", &["BEGIN{RS=\"[0-9]\"}{print $0,RT}"], "a 1\nb 2\nc \n", "", 0),
    case("a;b;c\n", &["BEGIN{RS=\";\"}{print NR \":\" $0}"], "1:a\n2:b\n3:c\n\n", "", 0),
    case("a b\nc d\ne f\n", &["/a/,/c/{print \"r\",$0} NR==3,0{print \"s\", $0}"], "r a b\nr c d\ns e f\n", "", 0),
    case("5 apples\n3 pears\n", &["{s+=$1; n[$2]=$1} END{print s, n[\"pears\"], (\"x\" in n), length(n)}"], "8 3 0 2\n", "", 0),
    case("1 2 3\n", &["{ $2=\"\"; print; print NF; $7=\"x\"; print; print NF }"], "1  3\n3\n1  3    x\n7\n", "", 0),
    case("1 2 3\n", &["{ NF=5; print $0 \"|\"; NF=2; print; $0=\"a b\"; print NF, $2 }"], "1 2 3  |\n1 2\n2 b\n", "", 0),
    case("", &["BEGIN{print length(\"x\" 1.0), 1e3, 0x10, 011, 1e, .5}"], "2 1000 16 9 1 0.5\n", "", 0),
    case("", &["BEGIN{print toupper(\"straße\"), tolower(\"ÀÉ\")}"], "STRAßE àé\n", "", 0),
    case("abc\n", &["BEGIN{FS=\"\"}{print NF,$2}"], "3 b\n", "", 0),
    case("a\tb c\td\n", &["-F\\t", "{print $2}"], "b c\n", "", 0),
    case("a|b|c\n", &["-F|", "{print $2}"], "b\n", "", 0),
    case("a.b.c\n", &["-F.", "{print $2; print NF}"], "b\n3\n", "", 0),
    case("aXXbXc\n", &["-FX+", "{print $2, NF}"], "b 3\n", "", 0),
    case("atb\n", &["-Ft", "{print $2}"], "b\n", "", 0),
    case("", &["BEGIN{while((\"echo a; echo b\" | getline x)>0) print \"got\", x; print close(\"echo a; echo b\")}"], "got a\ngot b\n0\n", "", 0),
    case("", &["BEGIN{print \"b\\na\" | \"sort\"; close(\"sort\"); print \"done\"}"], "a\nb\ndone\n", "", 0),
    case("", &["BEGIN{exit 3} END{print \"end\"}"], "end\n", "", 3),
    case("x\n", &["{exit} END{print \"end\"; exit 4}"], "end\n", "", 4),
    case("", &["function g(a,k){a[k]=1} function h(b){g(b,\"q\")} BEGIN{h(arr); for(k in arr) print k; print length(arr)}"], "q\n1\n", "", 0),
    case("", &["BEGIN{a[1,2]=3; for(k in a){split(k,p,SUBSEP); print p[1],p[2]}; if((1,2) in a) print \"yes\"; delete a[1,2]; print length(a)}"], "1 2\nyes\n0\n", "", 0),
    case("", &["BEGIN{a[1][2]=3; a[1][3]=4; for(k in a[1]) s+=a[1][k]; print s, isarray(a[1]), length(a[1])}"], "7 1 2\n", "", 0),
    case("", &["BEGIN{switch(\"abc\"){case /b/: print \"re\"; case \"x\": print \"fall\"; break; default: print \"def\"} switch(3){case 1: print 1; break; case 3: print \"three\"}}"], "re\nfall\nthree\n", "", 0),
    case("", &["BEGIN{do{i++; if(i==2)continue; if(i>4)break; print i}while(1); for(;;){if(j++>2)break}; print j; while(k<3)k++; print k}"], "1\n3\n4\n4\n3\n", "", 0),
    case("foo bar\n", &["{print match($0,/o+/), RSTART, RLENGTH; print match($0,\"z\"), RSTART, RLENGTH; sub(/o+/,\"[&]\"); print; print gsub(\"[ao]\",\"<&>\"), $0}"], "2 2 2\n0 0 -1\nf[oo] bar\n3 f[<o><o>] b<a>r\n", "", 0),
    case("a b c\n", &["{$1=$1; print; OFS=\"-\"; $1=$1; print; print $1,$2}"], "a b c\na-b-c\na-b\n", "", 0),
    case("a b c\n", &["{$2=\"x\"; OFS=\"-\"; print}"], "a x c\n", "", 0),
    case("A b\na B\n", &["BEGIN{IGNORECASE=1} /a b/{n++} $1==\"a\"{m++} END{print n,m; print toupper(\"x\") ~ \"x\", index(\"ABC\",\"b\")}"], "2 2\n1 2\n", "", 0),
    case("aabbcc\n", &["BEGIN{FIELDWIDTHS=\"2 1 *\"}{print $1\"|\"$2\"|\"$3\"|\"NF}"], "aa|b|bcc|3\n", "", 0),
    case("a,\"b,c\",d\n", &["BEGIN{FPAT=\"([^,]+)|(\\\\\"[^\\\\\"]+\\\\\")\"}{print NF; for(i=1;i<=NF;i++)print $i}"], "", "awk: cmd. line:1: BEGIN{FPAT=\"([^,]+)|(\\\\\"[^\\\\\"]+\\\\\")\"}{print NF; for(i=1;i<=NF;i++)print $i}\nawk: cmd. line:1:                         ^ syntax error\n", 1),
    case("", &["BEGIN{print !x y, !1 + 1, -2^2, 2^3^2, 1 - 1 - 1, 2 * 3 % 4; print 1 < 2 ? \"a\" : \"b\"; x = y = 3; print x y; print x++ + ++x, x; print \"a\" > \"/dev/stdout\"}"], "1 1 -4 512 -1 2\na\n33\n8 5\na\n", "", 0),
    case("a\n", &["$0 ~ \"a\" && !/b/ || 0 {print \"ok\"}"], "ok\n", "", 0),
    case("x y\n", &["{n = NF; $(n+2) = \"z\"; print; print $NF, $(NF-1) \"|\"; print $NF-1}"], "x y  z\nz |\n-1\n", "", 0),
    case("", &["BEGIN {print substr(\"hello\", 2, 100), substr(\"hello\", 0), substr(\"hello\", -1, 3), substr(\"hello\", 1.5, 1), substr(\"\", 1, 1) \"|\" }"], "ello hello hel h |\n", "", 0),
    case("", &["BEGIN { if (!(\"a\" in x)) print \"no\"; if (x[\"a\"] == 0 && x[\"a\"] == \"\") print \"both\"; if (\"a\" in x) print \"now\" }"], "no\nboth\nnow\n", "", 0),
    case("1\n2\n3\n", &["NR==2{next} {print} END{print NR}"], "1\n3\n3\n", "", 0),
    case("", &["-f", "/dev/null"], "", "", 0),
    case("", &["BEGIN{printf \"%s\"; }"], "", "awk: cmd. line:1: fatal: not enough arguments to satisfy format string\n\t`%s'\n\t ^ ran out for this one\n", 2),
    case("", &["BEGIN{ printf \"%*d|%-*d|%.*f\\n\", 5, 42, 5, 42, 2, 3.14159; printf \"%2$s %1$s\\n\", \"a\", \"b\"; printf \"%5c|%-5c|\\n\", \"x\", \"y\"; printf \"%#o %#x %X\\n\", 8, 255, 255; printf \"%d %d\\n\", -3.9, 1e18; printf \"%d\\n\", 2^63; printf \"%x\\n\", -1; printf \"%u\\n\", -1; printf \"%s\\n\", 2^53+1; printf \"%G %E\\n\", 1e-10, 12345; printf \"% d|%+.1e\\n\", 5, 5}"], "   42|42   |3.14\nb a\n    x|y    |\n010 0xff FF\n-3 1000000000000000000\n9223372036854775808\nffffffffffffffff\n18446744073709551615\n9007199254740992\n1E-10 1.234500E+04\n 5|+5.0e+00\n", "", 0),
    case("", &["BEGIN{ print log(0), exp(1000), -log(0), int(\"3abc\"), int(-3.7), sqrt(16), atan2(0,-1), exp(1), sin(1), cos(1); print int(\"0x1A\"), \"0x1A\"+0, \"1e2\"+0, \"+5\"+0, \".e1\"+0 }"], "-inf +inf +inf 3 -3 4 3.14159 2.71828 0.841471 0.540302\n0 0 100 5 0\n", "awk: cmd. line:1: warning: exp: argument 1000 is out of range\n", 0),
    case("", &["BEGIN { $0 = \"a b c\"; print NF; $5 = \"e\"; print; print NF; $0 = \"\"; print NF; $3=\"x\"; print \"[\" $0 \"]\" }"], "3\na b c  e\n5\n0\n[  x]\n", "", 0),
    case("a\n", &["END{print $0, NF}"], "a 1\n", "", 0),
    case("", &["BEGIN { s = \"A\"; s = s \"B\" s; print s; t = t \"x\"; t = t \"y\"; print t; u = 5; u = u u; print u+1 }"], "ABA\nxy\n56\n", "", 0),
    case("", &["function f(x){x=5; return} BEGIN{y=1; f(y); print y, f(1) \"|\"}"], "1 |\n", "", 0),
    case("", &["BEGIN { print length }"], "0\n", "", 0),
    case("abc\n", &["{ print length, length $0 }"], "3 3abc\n", "", 0),
    case("", &["BEGIN { a = \"10\"; b = 9; print (a < b); c = \"abc\"; print (c < 5), (\"\" < 0) }"], "1\n0 1\n", "", 0),
    case(" 10 \n", &["{ print ($0 == 10), ($1 == \"10\") }"], "1 1\n", "", 0),
    case("", &["BEGIN { regex = \"^[0-9]+$\"; print (\"123\" ~ regex), (\"12a\" ~ regex), \"a.c\" ~ /a\\.c/, \"abc\" ~ \"a\\\\.c\"; print \"a/b\" ~ /a\\/b/, \"a/b\" ~ /[/]/, \"x]\" ~ /[]]/ , \"ab\" ~ /(a)(b)/ , \"a{2}\" ~ /a{2}/, \"aa\" ~ /^a{2}$/ }"], "1 0 1 0\n1 1 1 1 0 1\n", "", 0),
    case("", &["BEGIN { print \"a\\tb\\\\n\\\"q\\\"\\/\\101\" }"], "a\tb\\n\"q\"/A\n", "awk: cmd. line:1: warning: escape sequence `\\/' treated as plain `/'\n", 0),
    case("", &["BEGIN { x = 1; { x = 2 } ; print x; if (x) ; else print \"no\"; if (x == 2) print \"two\"; else print \"other\" }"], "2\ntwo\n", "", 0),
    case("", &["BEGIN { if (1) print \"a\"\nelse print \"b\"\nwhile (i < 2)\n  i++\nprint i\nfor (j = 0;\n j < 2;\n j++) { }\nprint j, 1,\n 2\nx = 1 &&\n 0\nprint x # comment\na[\"k\"] = \"v\" ; for (k in a)\n print k, a[k]\n}\nfunction foo(a,\n b) {\n return a+b\n}"], "a\n2\n2 1 2\n0\nk v\n", "", 0),
    case("", &["BEGIN { print \"unterminated }"], "", "awk: cmd. line:1: BEGIN { print \"unterminated }\nawk: cmd. line:1:               ^ unterminated string\n", 1),
    case("", &["BEGIN { return 1 }"], "", "awk: cmd. line:1: BEGIN { return 1 }\nawk: cmd. line:1:         ^ `return' used outside function context\n", 1),
    case("", &["BEGIN { next }"], "", "awk: cmd. line:1: error: `next' used in BEGIN action\n", 1),
    case("", &["{ print $-1 }"], "", "", 0),
    case("a\n", &["{ print $-1 }"], "", "awk: cmd. line:1: (FILENAME=- FNR=1) fatal: attempt to access field -1\n", 2),
    case("", &["BEGIN{printf \"a\" \"b\" \"\\n\"; print \"a\" \"b\" > \"/dev/stdout\"; print 1==1, 2>1?\"x\":\"y\"}"], "", "awk: cmd. line:1: BEGIN{printf \"a\" \"b\" \"\\n\"; print \"a\" \"b\" > \"/dev/stdout\"; print 1==1, 2>1?\"x\":\"y\"}\nawk: cmd. line:1:                                                                          ^ syntax error\n", 1),
    case("", &["BEGIN { getline line < \"f1\"; print line; print getline < \"f1\"; \"echo 1 2 3\" | getline a[1]; print a[1]; \"echo 4 5\" | getline; print $2, NR }"], "hi\n0\n1 2 3\n5 0\n", "", 0),
    case("one\ntwo\nthree\n", &["NR==1{ while ((getline l) > 0) last = l; print last, NR, $0 }"], "three 3 one\n", "", 0),
    case("", &["BEGIN { printf \"%c%c%c\", 0, 255, \"é\"; print \"\" }"], "\u{0}ÿé\n", "", 0),
    case("", &["function cmp(i1,v1,i2,v2){return v2-v1} BEGIN{a[1]=3;a[2]=9;a[3]=5; PROCINFO[\"sorted_in\"]=\"cmp\"; for(i in a) printf \"%s \", a[i]; n=asort(a,b,\"cmp\"); for(i=1;i<=n;i++) printf \"%s \", b[i]; print n}"], "9 5 3 9 5 3 3\n", "", 0),
    case("", &["function f(x){print \"f\" x} BEGIN{g=\"f\"; @g(3); print @g(4) \"|\"}"], "f3\nf4\n|\n", "", 0),
    case("k1 v1\nk2 v2\n", &["BEGIN{while((getline < ARGV[1])>0) m[$1]=$2; ARGV[1]=\"\"} {print} END{print m[\"f1\"], NR}", "f1"], "k1 v1\nk2 v2\n 2\n", "", 0),
    case("a b\n", &["{print v, $1}", "v=1", "-", "v=2"], "1 a\n", "", 0),
    case("", &["BEGIN{print ARGC, ARGV[0], ARGV[1], ENVIRON[\"LC_ALL\"]}", "x=1"], "2 awk x=1 C.UTF-8\n", "", 0),
    case("", &["BEGINFILE{print \"bf\", FILENAME; if(ERRNO){print \"skip\"; nextfile}} ENDFILE{print \"ef\", FNR} {print}", "f1", "/nonexist", "f1"], "bf f1\nhi\nef 1\nbf /nonexist\nskip\nbf f1\nhi\nef 1\n", "", 0),
    case("a\nb\n", &["FNR==1{nextfile} {print}", "f1", "-"], "", "", 0),
    case("", &["BEGIN { a = \"x\"; a[1] = 2 }"], "", "awk: cmd. line:1: fatal: attempt to use scalar `a' as an array\n", 2),
    case("", &["BEGIN { a[1] = 2; print a }"], "", "awk: cmd. line:1: fatal: attempt to use array `a' in a scalar context\n", 2),
    case("", &["BEGIN { print substr(\"hello\", 2) > \"/nonexistent/dir\" }"], "", "awk: cmd. line:1: fatal: cannot redirect to `/nonexistent/dir': No such file or directory\n", 2),
    case("", &["BEGIN { print gensub(/b/, \"X\", 2, \"abbb\"); print gensub(/(.)(.)/, \"\\\\2\\\\1\", \"g\", \"abcd\"); $0 = \"zzz\"; print gensub(/z/, \"y\", 1) }"], "abXb\nbadc\nyzz\n", "", 0),
    case("", &["BEGIN { print 010 + 0, 1 == 1 == 1, 1 in a, !a[1]; print \"x\" in a ? \"y\" : \"n\" }"], "", "awk: cmd. line:1: BEGIN { print 010 + 0, 1 == 1 == 1, 1 in a, !a[1]; print \"x\" in a ? \"y\" : \"n\" }\nawk: cmd. line:1:                               ^ syntax error\n", 1),
    case("", &["BEGIN { n = patsplit(\"a1b22c\", a, /[0-9]+/, s); print n, a[1], a[2], s[0], s[1], s[2] }"], "2 1 22 a b c\n", "", 0),
    case("", &["BEGIN { n = split(\"\", a); print n, length(a); n = split(\" a b \", a); print n, a[1]; n = split(\"a:b\", a, \":\"); print n, a[2]; n = split(\"abc\", a, \"\"); print n, a[3]; n=split(\"a.b\",a,\".\"); print n }"], "0 0\n2 a\n2 b\n3 c\n2\n", "", 0),
    case("", &["BEGIN { printf \"%s %d\\n\", \"a\" }"], "", "awk: cmd. line:1: fatal: not enough arguments to satisfy format string\n\t`%s %d\n'\n\t    ^ ran out for this one\n", 2),
    case("", &["BEGIN { printf \"%i|%5.1f|%-8s|%08.3f|%s\\n\", 3.99, 2.25, \"ab\", 3.14159, 1e100 }"], "3|  2.2|ab      |0003.142|10000000000000000159028911097599180468360808563945281389781327557747838772170381060813469985856815104\n", "", 0),
    case("", &["BEGIN { print 1e15, 1e16, 123456789012, 0.000001, 1e-7, 100/3, 1/3*3, 2^31, -2^63, 2^64 }"], "1000000000000000 10000000000000000 123456789012 1e-06 1e-07 33.3333 1 2147483648 -9223372036854775808 18446744073709551616\n", "", 0),
    case("a b c d\n", &["{ for (i = NF; i > 0; i--) printf \"%s%s\", $i, (i > 1 ? OFS : ORS) }"], "d c b a\n", "", 0),
    case("x=1\n", &["-F=", "{ print $2 + 1 }"], "2\n", "", 0),
    case("a,b\n", &["-F,", "-v", "OFS=;", "{ $1 = $1 } 1"], "a;b\n", "", 0),
    case("b 2\na 1\nc 3\n", &["{ print | \"sort -k2n\" } END { close(\"sort -k2n\"); print \"end\" }"], "a 1\nb 2\nc 3\nend\n", "", 0),
    case("a 1\nb 2\na 3\n", &["{c[$1]++; s[$1]+=$2} END{for(k in c) print k, c[k], s[k] | \"sort\"}"], "a 2 4\nb 1 2\n", "", 0),
    case("", &["BEGIN { while (i < 3) { print i++; if (i == 2) break } print i }"], "0\n1\n2\n", "", 0),
    case("", &["BEGIN { print length(a b), a == 0, a == \"\" }"], "0 1 1\n", "", 0),
    case("a b\n", &["{ $3 = \"x\"; print NF; print }", "OFS=:"], "3\na:b:x\n", "", 0),
    case("  lead\n", &["{ print NF; print $1; $1 = $1; print }"], "1\nlead\nlead\n", "", 0),
    case("", &["BEGIN { printf(\"%s\\n\", \"paren\") ; printf (\"%s-%s\\n\", 1, 2) > \"/dev/stdout\" }"], "paren\n1-2\n", "", 0),
    case("", &["BEGIN { print > \"/dev/stdout\" }"], "\n", "", 0),
    case("a\n", &["{ print > \"out\"; close(\"out\"); getline x < \"out\"; print x }"], "a\n", "", 0),
    case("", &["BEGIN { print -3 % 2, 2 ** -1, 2^0.5, 1e308 * 10, -1e308 * 10 }"], "-1 0.5 1.41421 +inf -inf\n", "", 0),
    case("", &["BEGIN { print 1; exit } END { print 2; exit 1; print 3 }"], "1\n2\n", "", 1),
    case("", &["BEGIN { print index(\"hello\", \"l\"), index(\"hello\", \"z\"), \"A\" < \"a\", \"a\" < \"B\" }"], "3 0 1 0\n", "", 0),
    case("", &["BEGIN { $3 = \"c\"; print NF, $0; $0 = \"x y\"; print $1; NF = 1; print $0 }"], "3   c\nx\nx\n", "", 0),
    case("x\n", &["{ sub(\"x\", \"a&b\\\\&c\\\\\\\\&d\"); print }"], "axb&c\\xd\n", "", 0),
    case("aaa\n", &["{ print gsub(/a/, \"b\"); print gsub(/^/, \">\"); print; gsub(/$/, \"<\"); print; gsub(//, \"-\"); print }"], "3\n1\n>bbb\n>bbb<\n->-b-b-b-<-\n", "", 0),
    case("hello world\n", &["{ gsub(/o/, \"0\", $2); print; print toupper($1) \" \" $2 }"], "hello w0rld\nHELLO w0rld\n", "", 0),
    case("abc\n", &["{ gsub(/b*/, \"X\"); print }"], "XaXcX\n", "", 0),
    case("", &["BEGIN { s = sprintf(\"%5s|%-5s|%.1s\", \"é\", \"é\", \"éa\"); print s, length(s) }"], "    é|é    |é 13\n", "", 0),
    case("", &["function f(a,  i, b) { b[1] = a; for (i in b) return b[i] } BEGIN { print f(3), f(4) }"], "3 4\n", "", 0),
    case("", &["function r(n) { if (n <= 0) return 0; return 1 + r(n-1) } BEGIN { print r(500) }"], "500\n", "", 0),
    case("", &["function fact(n) { return n <= 1 ? 1 : n * fact(n - 1) } BEGIN { print fact(10), fact(20), fact(25) }"], "3628800 2432902008176640000 15511210043330986055303168\n", "", 0),
    case("", &["function chg(a, k, v) { a[k] = v } function outer(z) { chg(z, \"x\", 1); return z[\"x\"] } BEGIN { print outer(q), q[\"x\"] }"], "1 1\n", "", 0),
    case("1 2\n3 4\n", &["{ a[NR, 1] = $1; a[NR, 2] = $2 } END { for (i = 1; i <= NR; i++) { for (j = 1; j <= 2; j++) printf \"%d \", a[i, j]; print \"\" } }"], "1 2 \n3 4 \n", "", 0),
    case("x y z\n", &["{ NF -= 1; print; NF++; print $0 \"|\" }"], "x y\nx y |\n", "", 0),
    case("", &["BEGIN { print substr(\"x\", 1, -1) \"|\" substr(\"abc\", 2, 0) \"|\" }"], "||\n", "", 0),
    case("", &["BEGIN { print tolower(\"ABC\") toupper(\"def\"), length(\"\") }"], "abcDEF 0\n", "", 0),
    case("k=v; a=b\n", &["BEGIN { RS = \";\"; FS = \"=\" } { gsub(/[ \\n]/, \"\", $1); print $1 \"->\" $2 }"], "k->v\na->b\n\n", "", 0),
    case("a b\n\nc\n", &["BEGIN { RS = \"\"; FS = \"\\n\" } { print NR, NF, $1 }"], "1 1 a b\n2 1 c\n", "", 0),
    case("abc", &["{ print; print RT \"|\" }"], "abc\n|\n", "", 0),
    case("1\n2\n", &["{ print NR, FNR, FILENAME }", "-"], "1 1 -\n2 2 -\n", "", 0),
    case("", &["BEGIN { if (!(3 in a)) print \"not in\"; a[3]; if (3 in a) print \"in\"; delete a[3]; print length(a) }"], "not in\nin\n0\n", "", 0),
    case("", &["BEGIN { print (1,2) in a; a[1,2]; print ((1,2) in a) }"], "0\n1\n", "", 0),
    case("", &["BEGIN { print 1>2 ? \"a\" : \"b\" }"], "", "awk: cmd. line:1: BEGIN { print 1>2 ? \"a\" : \"b\" }\nawk: cmd. line:1:                   ^ syntax error\n", 1),
    case("", &["BEGIN { print (1>2) ? \"a\" : \"b\"; print 1==1 }"], "b\n1\n", "", 0),
    case("", &["BEGIN { print \"a\" \"b\" == \"ab\", 1 + 1 == 2, 2 < 10, \"2\" < \"10\", 1 \" \" 2 + 3 }"], "1 1 1 0 1 5\n", "", 0),
    case("", &["BEGIN { print 1 - -1, 1 - - 1, - - 1, !0, !!5, -\"3x\", +\"0x\" }"], "2 2 1 1 1 -3 0\n", "", 0),
    case("", &["BEGIN { a = 1; a += a += 2; print a; b = 5; b ^= 2; print b; b **= 2; print b; c = 7; c %= 4; print c; c /= 2; print c }"], "6\n25\n625\n3\n1.5\n", "", 0),
    case("", &["BEGIN { x[\"a\"]; for (k in x) delete x[k]; print length(x); x[1]=1; delete x; print length(x) }"], "0\n0\n", "", 0),
    case("", &["BEGIN { print length(ENVIRON) > 0; print ENVIRON[\"NOPE\"] == \"\" }"], "1\n", "", 0),
    case("", &["BEGIN { cmd = \"cat\"; print \"piped\" | cmd; close(cmd); print \"after\"; print system(\"true\"), system(\"exit 7\") }"], "piped\nafter\n0 7\n", "", 0),
    case("in1\nin2\n", &["BEGIN { while ((getline line) > 0) n++; print n, NR, line }"], "2 2 in2\n", "", 0),
    case("a b\nc d\n", &["NR == 1 { getline; print \"after\", $0, NR } END { print NR }"], "after c d 2\n2\n", "", 0),
    case("a b\n", &["{ while ((\"echo x y; echo z\" | getline) > 0) print $1, NF; print }"], "x 2\nz 1\nz\n", "", 0),
    case("", &["BEGIN { printf \"%s\\n\", 0.1 + 0.2; printf \"%.20f\\n\", 0.1; printf \"%d%%\\n\", 50; print 0.1 + 0.2 == 0.3, 1e-320 }"], "0.3\n0.10000000000000000555\n50%\n0 9.99989e-321\n", "", 0),
    case("", &["BEGIN { printf \"%5.3d|%-+5d|% 05d|%+s|%05s\\n\", 7, 7, 7, \"x\", \"y\" }"], "  007|+7   | 0007|x|    y\n", "", 0),
    case("", &["BEGIN { printf \"%s %s %s\\n\", \"only\", \"two\" }"], "", "awk: cmd. line:1: fatal: not enough arguments to satisfy format string\n\t`%s %s %s\n'\n\t       ^ ran out for this one\n", 2),
    case("", &["BEGIN { print; }"], "\n", "", 0),
    case("line\n", &["END { print NR; print }"], "1\nline\n", "", 0),
    case("p q\n", &["/p/ { print \"1\" } ; /q/ ; !/z/ { print \"3\" }"], "1\np q\n3\n", "", 0),
    case("", &["BEGIN {\n  # comment\n  x = \"multi\" \\\n      \"line\"\n  print x\n  if (x == \"multiline\") {\n    print \"yes\"\n  }\n  else\n    print \"no\"\n}"], "multiline\nyes\n", "", 0),
    case("", &["BEGIN { if (1) { print \"a\" } else { print \"b\" } ; if (0) print \"x\"; else if (1) print \"elif\"; else print \"y\" }"], "a\nelif\n", "", 0),
    case("", &["BEGIN { for (i = 0; i < 3; i++) for (j = 0; j < 2; j++) if (j == 1) continue; else print i, j }"], "0 0\n1 0\n2 0\n", "", 0),
    case("a:b:c\n", &["BEGIN { FS = \":\"; OFS = \"-\" } { $1 = $1; print $0; print $1, $2 }"], "a-b-c\na-b\n", "", 0),
    case("a  b\n", &["-F", " ", "{ print $2 }"], "b\n", "", 0),
    case("a  b\n", &["-F", "[ ]", "{ print NF }"], "3\n", "", 0),
    case("aTbtc\n", &["-F", "t", "{ print NF, $2 }"], "2 c\n", "", 0),
    case("a\\b\n", &["-F", "\\\\", "{ print $2 }"], "b\n", "", 0),
    case("a^b\n", &["-F", "^", "{ print $2 }"], "b\n", "", 0),
    case("", &["BEGIN { print \"x\" > \"/dev/fd/1\" }"], "x\n", "", 0),
    case("x\n", &["{ print $1, }"], "", "awk: cmd. line:1: { print $1, }\nawk: cmd. line:1:             ^ syntax error\n", 1),
    case("", &["BEGIN { print ) }"], "", "awk: cmd. line:1: BEGIN { print ) }\nawk: cmd. line:1:               ^ syntax error\n", 1),
    case("", &["BEGIN { if (x }"], "", "awk: cmd. line:1: BEGIN { if (x }\nawk: cmd. line:1:               ^ syntax error\n", 1),
    case("", &["BEGIN { a = }"], "", "awk: cmd. line:1: BEGIN { a = }\nawk: cmd. line:1:             ^ syntax error\n", 1),
    case("", &["BEGIN { print \"a"], "", "awk: cmd. line:1: BEGIN { print \"a\nawk: cmd. line:1:               ^ unterminated string\n", 1),
    case("", &["func f(x) { return x*2 } BEGIN { print f(2) f(3) }"], "46\n", "", 0),
    case("", &["function f(x) { print x } BEGIN { f(1, 2) }"], "1\n", "awk: cmd. line:1: warning: function `f' called with more arguments than declared\n", 0),
    case("", &["BEGIN { getline x < \"/tmp\"; print x; print ERRNO }"], "\nIs a directory\n", "", 0),
    case("", &["BEGIN { print strftime(\"%%Y\", 0), mktime(\"bad\"), strftime(\"%%A %%B %%d\", 86400*45, 1) }"], "%Y -1 %A %B %d\n", "", 0),
    case("", &["BEGIN { print match(\"xxabcxx\", \"abc\"), RSTART, RLENGTH; print match(\"ab\", /(x)?(b)/, m), (1 in m), m[2], m[2, \"start\"] }"], "3 3 3\n2 0 b 2\n", "", 0),
    case("", &["BEGIN { print \"A\" ~ /[[:upper:]]/, \"é\" ~ /^.$/, \"a\\nb\" ~ /a.b/, \"ab\" ~ /a\\yb/, \"a b\" ~ /\\<b\\>/, \"x+y\" ~ /x\\+y/, \"tab\\t\" ~ /\\t/, \".\" ~ /^[.]$/, \"a]\" ~ /[^]]$/ }"], "1 1 1 0 1 1 1 1 0\n", "", 0),
    case("", &["BEGIN { print \"foo\" ~ \"^f\", \"foo\" ~ /o$/, \"a|b\" ~ /a\\|b/, \"ab\" ~ /a|b/, \"\" ~ /^$/, \"(\" ~ /\\(/, \"$\" ~ /\\$/, \"^\" ~ /\\^/, \"a\" ~ /^(a|b)+$/ }"], "1 1 1 1 1 1 1 1 1\n", "", 0),
    case("foo\nbar\nbaz\n", &["/foo/,/bar/ { print NR\": \"$0 } /baz/,/never/ { print \"r2\" }"], "1: foo\n2: bar\nr2\n", "", 0),
    case("3\n1\n2\n", &["{ a[NR] = $1 } END { n = asort(a); for (i = 1; i <= n; i++) print a[i] }"], "1\n2\n3\n", "", 0),
    case("", &["BEGIN { a[\"x\"] = 10; a[\"y\"] = 9; a[\"z\"] = \"abc\"; n = asorti(a, b, \"@val_num_desc\"); for (i = 1; i <= n; i++) print b[i] }"], "x\ny\nz\n", "", 0),
    case("a,b;c\n", &["-F", "[,;]", "{ print $1 $2 $3; print NF }"], "abc\n3\n", "", 0),
    case("1e3 0x10 1_000 +5 -2.5e1 .5.5\n", &["{ for (i = 1; i <= NF; i++) print $i + 0, ($i == $i + 0) }"], "1000 1\n0 0\n1 0\n5 1\n-25 1\n0.5 0\n", "", 0),
    case("", &["BEGIN { printf \"%s %s %s\\n\", 1000000, 10000000000000000, 0.00001; x = 1000000 \"\"; print x; y = 123456789.123 \"\"; print y }"], "1000000 10000000000000000 1e-05\n1000000\n1.23457e+08\n", "", 0),
    case("", &["BEGIN { OFMT = \"%.3g\"; x = 3.14159; print x, x \"\"; CONVFMT = \"%.2g\"; print x, (x \"\") }"], "3.14 3.14159\n3.14 3.1\n", "", 0),
    case("a b c\n", &["{ $2 = \"\"; print NF; $0 = $0; print NF }"], "3\n2\n", "", 0),
    case("", &["BEGIN { a[\"k\"] = 1; f(a); print a[\"k\"] } function f(b) { delete b[\"k\"]; b[\"k\"] = \"new\" }"], "new\n", "", 0),
    case("", &["BEGIN { n = split(\"2024-01-15\", d, \"-\"); print n, d[1] + 0, d[2] + 0, d[3] * 2; print d[2] == 1, d[2] == \"01\" }"], "3 2024 1 30\n1 1\n", "", 0),
    case("x\n", &["BEGIN { ARGV[1] = \"\"; } { print FILENAME \"|\" $0 }", "/nonexist"], "-|x\n", "", 0),
    case("", &["BEGIN { print substr(\"héllo\", 2, 3); print index(\"héllo\", \"l\"); printf \"%.2s|%c|%3c\\n\", \"héllo\", \"é\", \"é\" }"], "éll\n3\nhé|é|  é\n", "", 0),
    case("", &["BEGIN { nosuch(1) }"], "", "awk: cmd. line:1: fatal: function `nosuch' not defined\n", 2),
    case("", &["BEGIN { print 1,\n 2, 3; x[\"a\"] = 1; print (\"a\" in x) &&\n 1 }"], "1 2 3\n1\n", "", 0),
    case("a b c\n", &["{ print $1 $2, $3; print $1$2; print $(1)$(1+1) }"], "ab c\nab\nab\n", "", 0),
    case("", &["BEGIN { print lshift(1, 3) rshift(8, 1) and(6, 3) or(6, 3) xor(6, 3), strtonum(\"0xff\"), strtonum(\"077\"), strtonum(\"12abc\"), strtonum(\" 0x10\") }"], "84275 255 63 12 0\n", "", 0),
    case("", &["BEGIN { while (\"echo hi\" | getline > 0) print \"loop\", $0 }"], "loop hi\n", "", 0),
    case("", &["BEGIN { \"echo a b\" | getline v; split(v, p); print p[2]; \"echo x\" | getline arr[\"k\"]; print arr[\"k\"] }"], "b\nx\n", "", 0),
    case("", &["BEGIN { print length() length; print length \"x\" }"], "00\n0x\n", "", 0),
    case("q\n", &["{ print NR==1?\"first\":\"other\"; x = NR==1 ? \"a\" : \"b\"; print x }"], "first\na\n", "", 0),
    case("q\n", &["NR==1, NR==2 { print \"in\" } $1 == \"q\"; END { }"], "in\nq\n", "", 0),
    case("one two\n", &["{ t = $1; $1 = $2; $2 = t } 1"], "two one\n", "", 0),
    case("x 5\ny 3\nx 2\n", &["$2 > m { m = $2; w = $1 } { t[$1] += $2 } END { print w, m, t[\"x\"], t[\"y\"] }"], "x 5 7 3\n", "", 0),
    case("a b\n", &["!seen[$0]++", "-", "/dev/null"], "a b\n", "", 0),
    case("a\na\nb\n", &["!seen[$0]++"], "a\nb\n", "", 0),
    case("a\nb\nc\n", &["{ l[NR] = $0 } END { for (i = NR; i; i--) print l[i] }"], "c\nb\na\n", "", 0),
    case("the cat the dog\n", &["{ for (i = 1; i <= NF; i++) w[$i]++ } END { for (k in w) print w[k], k | \"sort -rn -k1 -k2\"; close(\"sort -rn -k1 -k2\"); print \"ok\" }"], "2 the\n1 dog\n1 cat\nok\n", "", 0),
    case("a\\tb\n", &["{ print $0; gsub(/\\\\\\\\t/, \"\\t\"); print }"], "a\\tb\na\\tb\n", "", 0),
    case("a.b\n", &["{ n = split($0, p, \".\"); print n, p[1]; gsub(\"\\\\.\", \"-\"); print; gsub(/\\./, \"-\"); print }"], "2 a\na-b\na-b\n", "", 0),
    case("", &["BEGIN { print \"it's\"; printf \"%s\\n\", \"a\\\"b\" }"], "it's\na\"b\n", "", 0),
    case("5\n", &["{ print $1^2, $1**2, 2^-1, -2^2, 2^3^2, 5%%3*2 }"], "", "awk: cmd. line:1: { print $1^2, $1**2, 2^-1, -2^2, 2^3^2, 5%%3*2 }\nawk: cmd. line:1:                                           ^ syntax error\n", 1),
    case("x\r\n", &["{ sub(/\\r$/, \"\"); print length }"], "1\n", "", 0),
];

/// A fresh folder.
fn fixture(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(&root).unwrap();
    root
}

fn run(root: &Path, name: &str, arguments: &[&str], stdin: &[u8]) -> (Vec<u8>, String, i32) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_awk"))
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
fn output_messages_and_status_are_gawk_s() {
    for case in CASES {
        let root = fixture("cases");
        fs::write(root.join("f1"), "hi\n").unwrap();
        let (stdout, stderr, status) = run(&root, "awk", case.arguments, case.stdin.as_bytes());
        assert_eq!(
            (String::from_utf8_lossy(&stdout).as_ref(), stderr.as_str(), status),
            (case.stdout, case.stderr, case.status),
            "{:?}",
            case.arguments
        );
    }
}

#[test]
fn bytes_that_are_no_text_and_nul_are_kept() {
    let root = fixture("bytes");
    let text = b"a\0b \xff\xfe\nx\0\n";
    let (stdout, stderr, status) = run(
        &root,
        "awk",
        &["{ print $1; print $2; n += length($0) } END { print n }"],
        text,
    );
    assert_eq!(
        (stdout.as_slice(), stderr.as_str(), status),
        (&b"a\0b\n\xff\xfe\nx\0\n\n8\n"[..], "", 0)
    );
    let (stdout, _, _) = run(
        &root,
        "awk",
        &["-v", "RS=\\0", "{ print NR \":\" $0 }"],
        b"a\0b\0",
    );
    assert_eq!(stdout, b"1:a\n2:b\n");
}

#[test]
fn a_record_of_many_megabytes_is_one_record() {
    let root = fixture("long");
    let mut text = vec![b'x'; 20 << 20];
    text.extend_from_slice(b" end\nsecond\n");
    let (stdout, _, status) = run(&root, "awk", &["{ print length($1), $2 }"], &text);
    assert_eq!((stdout.as_slice(), status), (&b"20971520 end\n6 \n"[..], 0));
}

#[test]
fn appending_in_a_loop_is_linear() {
    let root = fixture("append");
    let program = "BEGIN { while (i++ < 2000000) s = s \"x\"; print length(s) }";
    let (stdout, _, _) = run(&root, "awk", &[program], b"");
    assert_eq!(stdout, b"2000000\n");
}

#[test]
fn a_full_device_is_noticed() {
    let root = fixture("full");
    let (_, stderr, status) = run(&root, "awk", &["BEGIN { print \"x\" > \"/dev/full\" }"], b"");
    assert_eq!(status, 2);
    assert!(stderr.contains("No space left on device"), "{stderr}");
}

#[test]
fn programs_come_from_files_too() {
    let root = fixture("files");
    fs::write(root.join("lib.awk"), "function twice(x) { return 2 * x }\n").unwrap();
    fs::write(
        root.join("main.awk"),
        "{ print twice($1) }\nEND { print 1 / zero }\n",
    )
    .unwrap();
    let (stdout, stderr, status) = run(&root, "awk", &["-f", "lib.awk", "-f", "main.awk"], b"21\n");
    assert_eq!((stdout.as_slice(), status), (&b"42\n"[..], 2));
    assert!(stderr.contains("fatal: division by zero attempted"), "{stderr}");
    let (_, stderr, status) = run(&root, "awk", &["-f", "nosuch.awk"], b"");
    assert_eq!(
        (stderr.as_str(), status),
        (
            "awk: fatal: cannot open source file `nosuch.awk' for reading: No such file or directory\n",
            2
        )
    );
}

#[test]
fn endless_recursion_is_an_error() {
    let root = fixture("recursion");
    let (_, stderr, status) = run(
        &root,
        "awk",
        &["function f(n) { return f(n + 1) } BEGIN { f(0) }"],
        b"",
    );
    assert_eq!(status, 2);
    assert!(stderr.contains("function calls nested too deep"), "{stderr}");
}
