//! Scripts in bash's own language, and what bash 5.2 answers to them: (script, stdout, exit status).

pub const SCRIPTS: &[(&str, &str, i32)] = &[
    (
        "x=out\ncat <<E >\"${x}\"; cat out; echo \"${y:-a  b}\" $((1 + 2)) `echo  c`\n ${y:-d  e}\nE\ncat <<A - <<B | sed \"s/${x}/q/\"\n$(echo in)\nA\n${x} ${y:-f;  g}\nB\n",
        " d  e\na  b 3 c\nq f;  g\n",
        0,
    ),
    (
        "f() { cat <<E | while read -r l; do echo \"[${l}]\" \"$(echo \")\")\"; done\n'one ${1}\ntwo\nE\n}; f x; s=abcd; cat <<'E' \"${s:+-}\"\n${s}\nE\n",
        "['one x] )\n[two] )\n${s}\n",
        0,
    ),
    (
        "x=1; echo \"a${x+; b}\" \"${x+a  b|\tc}\"; y=\"${x:+a &  b}\"; echo \"$y\"; [[ \"${x+  }\" == '  ' ]] && echo ${x:+; b}",
        "a; b a  b|\tc\na &  b\n; b\n",
        0,
    ),
    (
        "x=1; echo ${x+$(echo \"a  b\"; echo c)} \"${x+$(echo \"a  b\")}\"; f() { echo \"${x+;  b}\"; }; declare -f f",
        "a b c a  b\nf () \n{ \n    echo \"${x+;  b}\"\n}\n",
        0,
    ),
    (
        "printf '%q ' $'\\xff' $'a b\\xfe'; x=$'\\xff'; echo \"${x@Q}\"",
        "$'\\377' $'a b\\376' $'\\377'\n",
        0,
    ),
    (
        "{ bash -c 'kill -TERM $$'; (bash -c 'kill -9  $$' 2>/dev/null; :); x=$(bash -c 'kill -9 $$'; :); sleep 9 & kill -TERM $!; wait; } 2>&1 | sed 's/.*Killed/Killed/'",
        "Terminated\nKilled                  bash -c 'kill -9  $$' 2> /dev/null\n",
        0,
    ),
    (
        "PS3=; COLUMNS=40; select x in list add take search 'show file' undo quit; do :; done </dev/null 2>&1",
        "1) list\t      5) show file\n2) add\t      6) undo\n3) take\t      7) quit\n4) search\n\n",
        1,
    ),
    (
        "a=(1 2); declare -n r=a; r+=(3); r[0]=x; echo ${r[@]} ${!r}; unset r; echo ${a-gone}; declare -p r",
        "x 2 3 a\ngone\ndeclare -n r=\"a\"\n",
        0,
    ),
    ("f() { local -n out=$1; out=42; }; f v; echo $v", "42\n", 0),
    (
        "declare -n r; for r in x y; do r=$r.$r; done; x=; echo ${!r}",
        "y\n",
        0,
    ),
    (
        "declare -a e; declare -p e; e=(); declare -p e; declare -ic n=2+3; declare -p n",
        "declare -a e\ndeclare -a e=()\ndeclare -ic n=\"5\"\n",
        0,
    ),
    (
        "declare -a 'a=(1 \"2 3\")'; declare -p a; declare +a a; echo $?",
        "declare -a a=([0]=\"1\" [1]=\"2 3\")\n1\n",
        0,
    ),
    (
        "trap 'echo \"<$BASH_COMMAND>\"' DEBUG; x=1; for i in a; do echo $i; done; trap - DEBUG",
        "<x=1>\n<for i in a>\n<echo $i>\na\n<trap - DEBUG>\n",
        0,
    ),
    (
        "set -E; trap 'echo err' ERR; f() { false; }; f; (false); echo end",
        "err\nerr\nerr\nerr\nend\n",
        0,
    ),
    (
        "trap 'echo ret' RETURN; f() { :; }; f; declare -ft f; f",
        "ret\n",
        0,
    ),
    (
        "trap 'echo int' INT; (trap -p INT); trap -p",
        "trap -- 'echo int' SIGINT\ntrap -- 'echo int' SIGINT\n",
        0,
    ),
    (
        "echo one two; echo $_; : a b; echo $_; x=1; echo [$_]",
        "one two\ntwo\nb\n[]\n",
        0,
    ),
    (
        "coproc { read x; echo got $x; }; echo hi >&${COPROC[1]}; read y <&${COPROC[0]}; echo $y",
        "got hi\n",
        0,
    ),
    (
        "exec {fd}<<<text; read -u $fd x; echo $x; exec {fd}<&-; [ $fd -ge 10 ] && echo high",
        "text\nhigh\n",
        0,
    ),
    (
        "echo 2 | { select w in a b; do echo $w $REPLY; break; done 2>/dev/null; }",
        "b 2\n",
        0,
    ),
    ("for ((;;)); do echo once; break; done", "once\n", 0),
    ("[[ (\na = a\n) ]] && echo yes", "yes\n", 0),
    (
        "f() [[ $1 = y ]]\nf y && echo yes; f n || echo no",
        "yes\nno\n",
        0,
    ),
    (
        "compgen -W 'one two three' t; compgen -W 'a b' -X a; compgen -A function x; echo $?",
        "two\nthree\nb\n1\n",
        0,
    ),
    (
        "complete -W 'x y' -o nospace -F f cmd; complete -p cmd; complete -r cmd; complete -p cmd 2>/dev/null; echo $?",
        "complete -o nospace -W 'x y' -F f cmd\n1\n",
        0,
    ),
    (
        "cd /; pushd /usr >/dev/null; pushd /var >/dev/null; dirs; pushd +1; popd -n; dirs -v",
        "/var /usr /\n/usr / /var\n/usr /var\n 0  /usr\n 1  /var\n",
        0,
    ),
    (
        "hash -p /x/y foo; hash -t foo; type foo; hash -d foo; hash -t foo 2>/dev/null; echo $?",
        "/x/y\nfoo is hashed (/x/y)\n1\n",
        0,
    ),
    (
        "enable -n echo; type -t echo; enable echo; type -t echo",
        "file\nbuiltin\n",
        0,
    ),
    (
        "shopt -s lastpipe; echo v | read x; echo $x ${PIPESTATUS[@]}",
        "v 0 0\n",
        0,
    ),
    (
        "IFS=:; set -- a b; x=$*; y=\"$*\"; z=$@; echo \"$x $y $z\"",
        "a:b a:b a b\n",
        0,
    ),
    ("x=$(exit 3) y=$?; echo $y", "3\n", 0),
    ("readonly r=1; r=2 2>/dev/null\necho next", "next\n", 0),
    (
        "arr=(a b); echo \"${arr[@]@A}\" \"${arr[1]@Q}\" \"${arr[@]@K}\"; v=x; echo ${v@A} ${v@a}.",
        "declare -a arr=([0]=\"a\" [1]=\"b\") 'b' 0 \"a\" 1 \"b\"\nv='x' .\n",
        0,
    ),
    ("p='\\\\$x'; x=1; echo \"${p@P}\"", "$x\n", 0),
    ("true & p=$!; [ ${!} = $p ] && echo same; wait", "same\n", 0),
    (
        "mapfile -t -n 2 -s 1 m < <(printf '%s\\n' a b c d); declare -p m",
        "declare -a m=([0]=\"b\" [1]=\"c\")\n",
        0,
    ),
    (
        "getopts a 1x -a 2>/dev/null; echo $?; OPTIND=9; getopts a o -a; echo $? $OPTIND",
        "1\n1 2\n",
        0,
    ),
    (
        "shopt -s expand_aliases\nalias hi='echo hello'\nhi there\nunalias hi",
        "hello there\n",
        0,
    ),
    (
        "local x 2>/dev/null; echo $?; f() { local -; set -f; }; f; echo $-",
        "1\nhBc\n",
        0,
    ),
    (
        "[[ '[x' =~ ^[[x]+$ ]] && echo ${BASH_REMATCH[0]}; [[ a] =~ []]$ ]] && echo ok",
        "[x\nok\n",
        0,
    ),
    (
        "f() { echo $1; }; export -f f; bash -c 'f exported'",
        "exported\n",
        0,
    ),
    ("until continue; do :; done; echo through", "through\n", 0),
    ("kill -l 15 143 TERM EXIT", "TERM\nTERM\n15\n0\n", 0),
];
