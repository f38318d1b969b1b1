//! Bytes go through the commands and the shell as they are: all 256 of them, 100 MB files, names that are no text, and 100,000
//! arguments. Nothing is lost or cut; what is too long is refused.

use cobnut_native::{Job, Machine, Output};
use std::time::Duration;

/// Compiling the modules falls into the first runs' time.
const TIMEOUT: Duration = Duration::from_secs(300);
/// 100 MiB.
const BIG: usize = 100 << 20;

fn machine() -> Machine {
    Machine::new().unwrap_or_else(|message| panic!("{message}"))
}

fn bash(machine: &Machine, script: &str) -> Output {
    machine.run(
        Job::new(["bash", "--norc", "-c", script])
            .cwd("/tmp")
            .timeout(TIMEOUT),
    )
}

/// Every script that says something else than it should, with both.
fn differences(machine: &Machine, cases: &[(&str, &[u8])]) -> String {
    let mut all = Vec::new();
    for (script, stdout) in cases {
        let output = bash(machine, script);
        if output.stdout != *stdout || output.code != 0 {
            all.push(format!(
                "{script}\n  status {}\n  wanted {}\n  got    {}\n  stderr {}",
                output.code,
                stdout.escape_ascii(),
                output.stdout.escape_ascii(),
                output.errors()
            ));
        }
    }
    all.join("\n\n")
}

/// Bytes without a pattern that a buffer's length could hide in (Marsaglia's xorshift64).
fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

#[test]
fn a_hundred_mebibytes_are_neither_lost_nor_cut() {
    let machine = machine();
    machine.write_file("/tmp/big", &noise(BIG), 0o644).unwrap();
    let wrong = differences(
        &machine,
        &[
            ("wc -c <big; cat big | wc -c", b"104857600\n104857600\n"),
            ("cp big copy && cmp big copy && rm copy && echo same", b"same\n"),
            ("cat big | cat | cmp - big && echo same", b"same\n"),
            (
                "tee copy <big | cmp - big && cmp copy big && rm copy && echo same",
                b"same\n",
            ),
            (
                "head -c 70000001 big >h; tail -c +70000002 big >t; cat h t | cmp - big && rm h t && echo same",
                b"same\n",
            ),
            (
                "tail -c 33554433 big | cmp -i 0:71303167 - big && echo same",
                b"same\n",
            ),
            (
                "split -b 9999999 big p. && cat p.* | cmp - big && ls p.* | wc -l && rm p.*",
                b"11\n",
            ),
            (
                "dd if=big bs=65537 status=none | cmp - big && echo same",
                b"same\n",
            ),
            (
                "dd if=big of=copy bs=1M skip=99 seek=3 status=none && wc -c <copy && rm copy",
                b"4194304\n",
            ),
            (
                r"tr '\000-\377' '\001-\377\000' <big | tr '\001-\377\000' '\000-\377' | cmp - big && echo same",
                b"same\n",
            ),
            (
                "a=$(cksum <big); b=$(cat big | cksum); [[ $a == \"$b\" && $a == *' 104857600' ]] && echo same",
                b"same\n",
            ),
            (
                "[[ $(sha256sum <big) == \"$(cat big | sha256sum)\" ]] && echo same",
                b"same\n",
            ),
            // From here on a part: these take their time.
            (
                "head -c 20000003 big >part; gzip -1 <part | gunzip | cmp - part && echo same",
                b"same\n",
            ),
            ("base64 part | base64 -d | cmp - part && echo same", b"same\n"),
            ("tar -cf - part | tar -xO | cmp - part && echo same", b"same\n"),
            ("sed -n p part | cmp - part && echo same", b"same\n"),
            (
                "[[ $(grep -ac '' part) == $(($(wc -l <part) + 1)) ]] && echo same",
                b"same\n",
            ),
            ("sort part | wc -c; sort -z part | wc -c", b"20000004\n20000004\n"),
            (
                "x=$(tr -d '\\0' <part); printf %s \"$x\" | cmp - <(tr -d '\\0' <part) && echo same",
                b"same\n",
            ),
        ],
    );
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn all_bytes_pass_through_commands_and_the_shell() {
    let machine = machine();
    let all: Vec<u8> = (0..=255).collect();
    machine.write_file("/tmp/all", &all, 0o644).unwrap();
    let unchanged = [
        "cat all",
        "cat <all | cat",
        "sed -n p all",
        "sed -z '' all",
        "awk 'BEGIN { RS = ORS = \"\\0\" } { printf \"%s%s\", $0, RT }' all",
        "awk '{ printf \"%s%s\", $0, RT }' all",
        "grep -az '' all | head -c 256",
        "uniq all | head -c 256",
        "cut -b 1- all | head -c 256",
        "cut -c 1- all | head -c 256",
        "paste all | head -c 256",
        "rev all | rev | head -c 256",
        "xxd all | xxd -r",
        "xxd -p all | xxd -r -p",
        "base64 all | base64 -d",
        "od -An -v -tx1 all | tr -d ' \\n' | xxd -r -p",
        "tr -d '' <all",
        "tee copy <all",
        "dd if=all bs=7 status=none",
        "head -c 100 all; tail -c +101 all",
        "gzip -c all | gunzip",
        "bzip2 -c all | bunzip2",
        "xz -c all | unxz",
        "zstd -qc all | zstd -dqc",
        "split -b 100 all p.; cat p.*",
        "tar -cf - all | tar -xO",
        "zip -q a.zip all; unzip -p a.zip",
        "cp all b; mv b c; cat c",
        "diff -a --text all /dev/null | cat >/dev/null; cat all",
        "for ((i = 0; i < 256; i++)); do printf -v c '\\\\x%02x' $i; printf \"$c\"; done",
        "while IFS= read -r -d '' x; do printf '%s\\0' \"$x\"; done <all; printf %s \"$x\"",
        "mapfile -td '' a <all; printf '%s\\0' \"${a[@]}\" | head -c 256",
        "exec 3<all; cat <&3",
        "cat <(cat all)",
    ];
    let mut wrong = Vec::new();
    for script in unchanged {
        let output = bash(&machine, script);
        if output.stdout != all || output.code != 0 {
            wrong.push(format!(
                "{script}\n  status {}\n  got    {}\n  stderr {}",
                output.code,
                output.stdout.escape_ascii(),
                output.errors()
            ));
        }
    }
    // Variables can't hold NUL, as in bash: it is left out.
    let without_nul = &all[1..];
    let here_string = [without_nul, b"\n"].concat();
    let turned: Vec<u8> = (0..=255u8).map(|byte| byte.wrapping_add(1)).collect();
    let different = differences(
        &machine,
        &[
            ("x=$(cat all); printf %s \"$x\"", without_nul),
            ("x=$(cat all); cat <<<\"$x\"", &here_string),
            ("x=$(cat all); cat <<END\n$x\nEND", &here_string),
            ("x=$(cat all); export x; printenv x", &here_string),
            (
                "x=$(cat all); a=(\"$x\"); f() { printf %s \"$1\"; }; f \"${a[0]}\"",
                without_nul,
            ),
            (
                "x=$(cat all); eval \"y=$(printf %q \"$x\")\"; printf %s \"$y\"",
                without_nul,
            ),
            ("x=$(cat all); printf %s \"$x\" | sh -c 'cat'", without_nul),
            ("x=$(cat all); /bin/echo -n \"$x\"", without_nul),
            (r"tr '\000-\377' '\001-\377\000' <all", &turned),
            ("grep -ac '' all; grep -c . all", b"2\n2\n"),
            (
                r"printf '%b' '\0377\0\x80'; printf '\xfe\000a'",
                b"\xff\0\x80\xfe\0a",
            ),
            (r"echo -e '\xff\0a\c'", b"\xff\0a"),
            ("wc -c all | tr -d ' '; wc -l <all", b"256all\n1\n"),
            ("cut -b 2 all", b"\x01\n\x0c\n"),
            (
                r"sed -n 'l 300' all | head -n 1",
                b"\\000\\001\\002\\003\\004\\005\\006\\a\\b\\t$\n",
            ),
        ],
    );
    if !different.is_empty() {
        wrong.push(different);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Names that are no text, or look like something else; made by the machine itself, each file holding its name.
const NAMES: &str = r#"
long=$(printf '%0255d' 0)
names=($'new\nline' $'inv\xff\xfealid' -dash -- --help ' lead' 'trail ' $'tab\there' '*' '?' '[a]' 'a"b' "a'b" 'back\slash'
    '$(x)' $'\x01\x7f' "$long" 'ü' $'end\n' '#' '~' '...' '{a,b}')
rm -rf n c m x z t.tar z.zip && mkdir n && cd n
for f in "${names[@]}"; do printf %s "$f" >"./$f"; done
cd ..
"#;

#[test]
fn names_of_any_bytes_are_kept() {
    let machine = machine();
    let made = bash(&machine, NAMES);
    assert_eq!((made.code, made.errors().as_str()), (0, ""));
    let wrong = differences(
        &machine,
        &[
            (
                "cd n; n=0; for f in *; do [[ $(cat <\"./$f\"; echo x) == \"${f}x\" ]] && n=$((n + 1)); done; echo $n",
                b"22\n",
            ),
            (
                "cd n; n=0; for f in * ...; do [[ -f ./$f ]] && n=$((n + 1)); done; echo $n",
                b"23\n",
            ),
            (
                "cd n; ls -bA | wc -l; ls -b *line in*",
                b"23\ninv\\377\\376alid\nnew\\nline\n",
            ),
            ("cd n; printf '%s|' *$'\\n'* [[]*", b"end\n|new\nline|[a]|"),
            ("cd n; printf '%s|' -*", b"--|--help|-dash|"),
            ("find n -type f -print0 | tr -cd '\\0' | wc -c", b"23\n"),
            ("find n -type f -print0 | xargs -0 sh -c 'echo $#' sh", b"23\n"),
            ("find n -type f -print0 | xargs -0 cat -- | wc -c", b"347\n"),
            ("find n -name $'*\\xff*' -printf '%f\\0'", b"inv\xff\xfealid\0"),
            (
                "find n -name $'*\\n*' -exec sh -c 'printf \"%s|\" \"$1\"' sh {} ';' | wc -c",
                b"18\n",
            ),
            ("cp -r n c && diff -r n c && echo same", b"same\n"),
            ("mkdir m && mv c m && diff -r n m/c && echo same", b"same\n"),
            (
                "tar -cf t.tar n && mkdir x && tar -xf t.tar -C x && diff -r n x/n && rm -r x && echo same",
                b"same\n",
            ),
            (
                "(cd n && find . -type f -print0 | tar --null -T - -cf -) | (mkdir x && tar -xf - -C x) && diff -r n x && echo same",
                b"same\n",
            ),
            (
                "(cd n && zip -qr ../z.zip .) && unzip -q z.zip -d z && diff -r n z && echo same",
                b"same\n",
            ),
            (
                "cd n; stat -c %n $'inv\\xff\\xfealid'; readlink -f $'inv\\xff\\xfealid'",
                b"inv\xff\xfealid\n/tmp/n/inv\xff\xfealid\n",
            ),
            (
                "cd n; ln -s $'inv\\xff\\xfealid' $'l\\xff'; readlink $'l\\xff'; cat $'l\\xff'; rm $'l\\xff'",
                b"inv\xff\xfealid\ninv\xff\xfealid",
            ),
            (
                "cd n; wc -c $'inv\\xff\\xfealid'; basename $'x/inv\\xff'",
                b"9 inv\xff\xfealid\ninv\xff\n",
            ),
            ("cd n; grep -lZr . . | tr -cd '\\0' | wc -c", b"23\n"),
            (
                "cd n; touch ./0\"$(printf '%0255d' 0)\" 2>/dev/null || echo refused",
                b"refused\n",
            ),
            (
                "cd n; rm -- -dash -- --help; rm './*' './?'; ls -A | wc -l",
                b"20\n",
            ),
            ("rm -r n x z m && ls", b"t.tar\nz.zip\n"),
        ],
    );
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_hundred_thousand_arguments_arrive() {
    let machine = machine();
    let many = "args=($(seq 100000)); ";
    let cases: Vec<(String, &[u8])> = [
        (
            "echo \"${#args[@]}\"; echo \"${args[@]}\" | wc -w",
            &b"100000\n100000\n"[..],
        ),
        (
            "/bin/echo \"${args[@]}\" | cmp - <(echo \"${args[@]}\") && echo same",
            b"same\n",
        ),
        (
            "printf '%s\\n' \"${args[@]}\" | cmp - <(seq 100000) && echo same",
            b"same\n",
        ),
        (
            "set -- \"${args[@]}\"; echo $# ${100000}; shift 99999; echo $1",
            b"100000 100000\n100000\n",
        ),
        (
            "f() { echo $# \"${@: -1}\"; }; f \"${args[@]}\"",
            b"100000 100000\n",
        ),
        ("sh -c 'echo $#' sh \"${args[@]}\"", b"100000\n"),
        (
            "n=0; for a in \"${args[@]}\"; do n=$((n + a)); done; echo $n",
            b"5000050000\n",
        ),
        (
            "seq 100000 | xargs echo | tr ' ' '\\n' | cmp - <(seq 100000) && echo same",
            b"same\n",
        ),
        ("seq 100000 | xargs -n 999 echo | wc -l", b"101\n"),
        ("seq 100000 | xargs -s 100000 echo | wc -w", b"100000\n"),
    ]
    .map(|(script, stdout)| (format!("{many}{script}"), stdout))
    .into();
    let cases: Vec<(&str, &[u8])> = cases
        .iter()
        .map(|(script, stdout)| (script.as_str(), *stdout))
        .collect();
    let mut wrong = differences(&machine, &cases);
    // Over ARG_MAX: refused by the shell, in every way of starting, and nothing is cut.
    let output = bash(
        &machine,
        "big=$(head -c 3000000 /dev/zero | tr '\\0' x)
        echo \"$big\" | wc -c
        /bin/echo \"$big\"; echo $?
        export big; /bin/true; echo $?; export -n big
        (exec /bin/echo \"$big\"); echo $?
        args=($(seq 500000)); /bin/echo \"${args[@]}\"; echo $?",
    );
    if output.text() != "3000001\n126\n126\n126\n126\n"
        || output.errors().matches("Argument list too long").count() != 4
    {
        wrong.push_str(&format!("\n\nE2BIG: {}{}", output.text(), output.errors()));
    }
    assert!(wrong.is_empty(), "{wrong}");
}
