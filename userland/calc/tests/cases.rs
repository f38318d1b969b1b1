//! bc and dc against a table: output and status are those of GNU bc 1.07.1 and its dc. Messages on standard error are
//! not compared.

use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

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
    case(&["bc"], "1/3\nscale=5\n1/3\n-1/3\n.5\n-0.5\n0\n2^100\n2^-2\n2^0.5\n10%3\n-7%3\n7.5%2\nscale=0\n7.5%2\n2*3.25\n1.5*1.5\nsqrt(2)\nscale=10\nsqrt(2)\nsqrt(4.00)\nlength(123.456)\nscale(1.230)\nlength(0)\nlength(.001)\nobase=16\n255\n255.5\n0.5\nobase=2\n10.625\nobase=100\n123456.789\nobase=10\nibase=16\nFF\nA\n1F.8\nibase=2\n101\n9\n99\nibase=A\n1==1\na=5\n(a=6)\na++\n++a\na+=2\na\n-2^2\n2^3^2\n!1\n!0\n1<2\n3&&0\n3||0\n\"hello\n\"\nprint \"a\\tb\\n\", 1+2, \"\\n\"\nprint \"q\\\\\\q\\e\\n\"\nx[3]=4\nx[3]\nx[4]\ndefine f(x){return x*2}\nf(4)\ndefine g(n){\nauto i\nif(n<=1) return 1\nreturn n*g(n-1)\n}\ng(20)\nfor(i=0;i<3;i++) i\nwhile(i-->0) print i,\" \"\ni=10\nif(i>5) \"big\n\" else \"small\n\"\nlast\n.\ndefine void h(x){ print x,\"\\n\" }\nh(3)\ndefine z(a[]){ a[0]=5; return a[0]}\nb[0]=1\nz(b[])\nb[0]\ndefine y(*a[]){ a[0]=7 }\ny(b[])\nb[0]\n1/0\n3\nfoo(2)\n)\n4\n2^200\nobase=20\n2^200\nobase=10\n5.0000\n1.10+1.1\na=b=3\na;b\n{1;2}\nif (0) 1 else 2\n/* comment */ 5\n# c\n6 # tail\n1 +\\\n2\n3 = 4\ndefine q(){return(9)}\nq()\nlength(x[])\nscale(5)\n100000000000000000000000000000000000000000000000000000000000000000000000000000000001\n1.23456789012345678901234567890*1\nA+B\n9%0\nsqrt(-1)\n2^3.5\n(-8)^3\n0^0\nhalt\n7\n\n", "0\n.33333\n-.33333\n.5\n-.5\n0\n1267650600228229401496703205376\n.25000\n1\n.00001\n-.00001\n0\n1.5\n6.50\n2.2\n1\n1.4142135623\n2.0000000000\n6\n3\n1\n3\nFF\nFF.8\n.8\n1010.1010000000\n 12 34 56.78 90\n255\n10\n31.5\n5\n9\n3\n1\n6\n6\n8\n10\n4\n512\n0\n1\n1\n0\n1\nhello\na\tb\n3\nq\\\"\n4\n0\n8\n2432902008176640000\n0\n1\n2\n2 1 0 big\n0\n0\n3\n5\n1\n0\n7\n3\n4\n1606938044258990275541962092341162602522202993782792835301376\n 02 05 13 08 15 08 03 14 13 04 14 08 18 13 10 12 00 11 09 06 02 19 1\\\n6 17 17 14 11 16 14 09 09 19 13 00 15 05 11 12 00 06 18 01 00 12 13 \\\n08 16\n5.0000\n2.20\n3\n3\n1\n2\n2\n5\n6\n3\n9\n0\n10000000000000000000000000000000000000000000000000000000000000000000\\\n0000000000000001\n1.23456789012345678901234567890\n21\n8\n-512\n1\n", 0),
    case(&["bc", "-l"], "s(1);c(1);a(1);l(2);e(1);j(0,1);j(1,2);e(0);s(0);c(0);a(0);l(1);l(0);l(-1);e(-1);e(10);e(100);s(100);c(3.14159265);l(10);l(100);l(.5);a(-2);a(10);a(.1);j(-1,2);j(2,.5);4*a(1);scale;scale=50;4*a(1);e(1);l(2);s(.5);scale=2;s(1);e(1.5);l(3);scale=0;e(1);l(10);s(2);a(1);c(1)\n", ".84147098480789650665\n.54030230586813971740\n.78539816339744830961\n.69314718055994530941\n2.71828182845904523536\n.76519768655796655144\n.57672480775687338720\n1.00000000000000000000\n0\n1.00000000000000000000\n0\n0\n-99999999999999999999.00000000000000000000\n-99999999999999999999.00000000000000000000\n.36787944117144232159\n22026.46579480671651695790\n26881171418161354484126255515800135873611118.77374192241519160861\n-.50636564110975879365\n-.99999999999999999355\n2.30258509299404568401\n4.60517018598809136803\n-.69314718055994530941\n-1.10714871779409050301\n1.47112767430373459185\n.09966865249116202737\n-.57672480775687338720\n.03060402345868264130\n3.14159265358979323844\n20\n3.14159265358979323846264338327950288419716939937508\n2.71828182845904523536028747135266249775724709369995\n.69314718055994530941723212145817656807550013436025\n.47942553860420300027328793521557138808180336794060\n.84\n4.48\n1.09\n2\n2\n0\n0\n0\n", 0),
    case(&["bc", "nosuch"], "1\n", "", 1),
    case(&["bc", "p.bc"], "7\n", "2\n8\n7\n", 0),
    case(&["bc"], "1+\n", "", 0),
    case(&["bc"], "halt", "", 0),
    case(&["bc"], "quit 5", "", 0),
    case(&["bc"], "a=1\nif(a){\n1\n}else{\n2\n}\nfor(;;){break}\n3\n", "1\n3\n", 0),
    case(&["bc"], "1;;2\n", "1\n2\n", 0),
    case(&["bc"], "define f(x)\n{\nreturn(x)\n}\nf(2)\n", "2\n", 0),
    case(&["bc"], "scale=-1\nibase=1\nobase=1\nibase=17\nibase\nobase=0\nscale=3.5;scale\n", "11\n11\n", 0),
    case(&["bc"], "f(1)\nauto x\nreturn 1\nbreak\ncontinue\n1 2\n\"a\nb\"\n", "a\nb", 0),
    case(&["bc"], "define f(a,a){}\ndefine f(x){auto x\n}\n4\n", "4\n", 0),
    case(&["bc"], "2^300\nobase=17;2^100;-1.5\nobase=1000;123456.789\n", "20370359763344860862684456884093781610514683936659362506361404493543\\\n81299763336706183397376\n 03 12 08 04 05 02 06 06 01 11 13 06 15 10 10 04 14 05 10 16 13 04 0\\\n7 07 16\n- 01.08\n 123 456.789\n", 0),
    case(&["bc"], "for(i=0;i<2;++i){if(i)continue;i}\n", "0\n", 0),
    case(&["bc"], "print 1,\"x\"\n", "1x", 0),
    case(&["bc"], "1;\"b\";2\n", "1\nb2\n", 0),
    case(&["bc"], "define f(){print \"x\";}; f();1\n", "x0\n1\n", 0),
    case(&["bc"], "define f(){return;}\nf()\ndefine g(){}\ng()\n", "0\n0\n", 0),
    case(&["bc"], "if(1)\n2\n", "2\n", 0),
    case(&["bc"], "while(0)\n2\n3\n", "3\n", 0),
    case(&["bc"], "1e5\n1.2.3\n$\na=1 b=2\n1\n(2\n3\n", "1\n3\n", 0),
    case(&["bc"], "a[1]=2;a[1]++;a[1]^=3;a[1]\nb[0]=a[1]--\nb[0];a[1]\n", "2\n27\n27\n26\n", 0),
    case(&["bc"], "print \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\",2^100\n", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\\\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1267650600228229401496703205376", 0),
    case(&["bc"], "define f(n){if(n<2){return n}; return f(n-1)+f(n-2)}\nf(15)\n", "610\n", 0),
    case(&["bc"], "scale=3;x=10/3;x*3;sqrt(x)\nscale(sqrt(2.00000));length(12.340)\n", "9.999\n1.825\n5\n5\n", 0),
    case(&["bc"], "0^-1\n1%0\n5\n", "5\n", 0),
    case(&["bc"], "x=3;y=(x)*2;y;-x;--x;x--;x\n", "6\n-3\n2\n2\n1\n", 0),
    case(&["bc"], "1+2*3-4/2%3^2\n(1+2)*3\n2^-1\n-3^2\n1>2==0\n!1+1\n", "5\n9\n0\n9\n1\n0\n", 0),
    case(&["bc"], "ibase=16\nFF;ABC.8;G\nibase=2;1010.1\nibase=A;10\n", "255\n2748.5\n16\n10.5\n10\n", 0),
    case(&["bc"], "a=b=c=4;a+b+c\na+=b-=2;a;b\n", "12\n6\n2\n", 0),
    case(&["bc"], "define p(x,y[],*z[]){auto q,r[];q=x;y[0]=q;z[0]=q;r[0]=1;return x+y[0]}\ny[0]=1;z[0]=1\np(5,y[],z[])\ny[0];z[0];q;r[0]\n", "10\n1\n5\n0\n0\n", 0),
    case(&["bc"], "last;5;last*2;.+1\n", "0\n5\n10\n11\n", 0),
    case(&["dc", "-e", "1 2+p"], "", "3\n", 0),
    case(&["dc", "-e", "2 200^p 10P 3 n [x]n"], "", "1606938044258990275541962092341162602522202993782792835301376\n\n3x", 0),
    case(&["dc", "-e", "1[2]+p f"], "", "2\n2\n1\n", 0),
    case(&["dc", "-e", "5 0%p"], "", "0\n", 0),
    case(&["dc", "-e", "_1vp"], "", "", 0),
    case(&["dc", "-e", "1 _2^p 0 _1^p"], "", "1\n0\n", 0),
    case(&["dc", "-e", "2 3^p 2k 2 3.7^p"], "", "8\n8\n", 0),
    case(&["dc", "-e", "1k 5.55 3.33*p 5.55 3.33 %p 7~f"], "", "18.48\n.222\n.222\n0\n18.48\n", 0),
    case(&["dc", "-e", "Kp Ip Op 5sr lrp s"], "", "0\n10\n10\n5\n", 0),
    case(&["dc", "-e", "100o 12345 p 17o 300p"], "", " 01 23 45\n 01 00 11\n", 0),
    case(&["dc", "-e", "[10p 2Q 5p]x 3p"], "", "10\n", 0),
    case(&["dc", "-e", "[[10p 2Q 5p]x 6p]x 3p"], "", "10\n3\n", 0),
    case(&["dc", "-e", "q 1p"], "", "", 0),
    case(&["dc", "-e", "10 [1-dd0<a]dsax f"], "", "0\n0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n", 0),
    case(&["dc", "-e", "5 1 2 3 3Rf"], "", "1\n3\n2\n5\n", 0),
    case(&["dc", "-e", "[1q]x 3p"], "", "", 0),
    case(&["dc", "-e", "[[1q]x 2p]x 3p"], "", "3\n", 0),
    case(&["dc", "-e", "1 0~f"], "", "0\n1\n", 0),
    case(&["dc", "-e", "2i12p 16i AGp"], "", "4\n'G' (0107) unimplemented\n10\n", 0),
    case(&["dc", "-e", "_A p 1.5.5f"], "", "-10\n.5\n1.5\n-10\n", 0),
    case(&["dc", "-e", "0Rf z"], "", "", 0),
    case(&["dc", "-e", "3 2 1 0 4Rf"], "", "3\n0\n1\n2\n", 0),
    case(&["dc", "-e", "256 257*P 65P"], "", "\u{1}\u{1}\u{0}A", 0),
    case(&["dc", "-e", "1 1 1=a [5p]sa 1 1=a"], "", "5\n", 0),
    case(&["dc", "-e", "3Q 5p"], "", "", 0),
    case(&["dc", "-e", "7 7i p 20 p"], "", "7\n14\n", 0),
    case(&["dc", "-e", "[1p]sa 2 1>a 1 2!>a 2 2=a f"], "", "1\n1\n", 0),
    case(&["dc", "-e", "3sb 4Sb lbp Lbp lbp f"], "", "4\n4\n3\n3\n4\n4\n", 0),
    case(&["dc", "-e", "1 5:c 5;cp f"], "", "1\n1\n", 0),
    case(&["dc", "-e", "65ap [xyz]ap 97P f"], "", "A\nx\nax\nA\n", 0),
    case(&["dc", "-e", "2 3 5|p f"], "", "3\n3\n", 0),
    case(&["dc", "-e", "+ f"], "", "", 0),
    case(&["dc", "-e", "4vp 2vp 3k 2vp f"], "", "2\n1\n1.414\n1.414\n1\n2\n", 0),
    case(&["dc", "-e", "1 2 3 _3R f"], "", "2\n1\n3\n", 0),
    case(&["dc", "-e", "16o _255.5p f"], "", "-FF.8\n-FF.8\n", 0),
    case(&["dc", "-e", "[a[b]c]p"], "", "a[b]c\n", 0),
    case(&["dc", "-e", "\"f"], "", "'\"' (042) unimplemented\n", 0),
    case(&["dc", "-e", "5 3~f"], "", "2\n1\n", 0),
    case(&["dc", "-e", "_5 3%f"], "", "-2\n", 0),
    case(&["dc", "-e", "2k _5 3~f"], "", "-.02\n-1.66\n", 0),
    case(&["dc", "-e", "[[a]p]x [b]n"], "", "a\nb", 0),
    case(&["dc", "-e", ".05Zp 123.456Zp 1.50Xp [abc]Zp"], "", "1\n6\n2\n3\n", 0),
    case(&["dc", "-e", "#c\n7p"], "", "7\n", 0),
    case(&["dc", "-e", "0 1[dnlb+dsbrlbp]sc f"], "", "1\n0\n", 0),
    case(&["dc", "-e", "[la1+dsa*pla10>y]sy 0sa1 lyx"], "", "1\n2\n6\n24\n120\n720\n5040\n40320\n362880\n3628800\n", 0),
    case(&["dc", "-e", "zp 1 2zp cz p"], "", "0\n3\n0\n", 0),
    case(&["dc", "-e", "[ [q]x 5p]x 6p"], "", "6\n", 0),
    case(&["dc", "-e", "1 r f"], "", "1\n", 0),
    case(&["dc", "-e", "1 2<a f"], "", "", 0),
    case(&["dc"], "[1p\n2p]x 4\np", "1\n2\n4\n", 0),
    case(&["dc"], "4 ?p\n5\n", "4\n", 0),
    case(&["dc", "p.dc"], "", "3\n", 0),
    case(&["dc", "-f", "p.dc", "-e", "9p"], "", "3\n9\n", 0),
    case(&["dc", "nosuch"], "", "", 0),
];

#[test]
fn output_and_status_are_gnu_s() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("calc");
    fs::create_dir_all(&root).unwrap();
    fs::write(root.join("p.bc"), "1+1\ndefine f(x){return x*2}\nf(4)\n").unwrap();
    fs::write(root.join("p.dc"), "1 2+p\n").unwrap();
    let mut failures = Vec::new();
    for case in CASES {
        let mut child = Command::new(env!("CARGO_BIN_EXE_calc"))
            .arg0(case.arguments[0])
            .args(&case.arguments[1..])
            .current_dir(&root)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // A calculator that has quit does not read on.
        let _ = child.stdin.take().unwrap().write_all(case.stdin.as_bytes());
        let output = child.wait_with_output().unwrap();
        let got = (
            String::from_utf8_lossy(&output.stdout).into_owned(),
            output.status.code(),
        );
        if got != (case.stdout.to_owned(), Some(case.status)) {
            failures.push(format!(
                "{:?} {:?}: {got:?}, not {:?}",
                case.arguments, case.stdin, case.stdout
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn deep_recursion_ends_with_a_message() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_calc"))
        .arg0("bc")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let program = "define f(x){return f(x+1)}\nf(1)\n2\n";
    child.stdin.take().unwrap().write_all(program.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.stdout, b"2\n");
    assert!(output.stderr.starts_with(b"Runtime error (func=f): "));
}
