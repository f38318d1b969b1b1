//! What the parts of a line are taken for.

use readline::lexer::{Join, Kind, scan};

/// The line's tokens: a letter for the kind, and the text.
fn shown(line: &str) -> String {
    let tokens = scan(line.as_bytes()).tokens;
    let parts: Vec<String> = tokens
        .iter()
        .filter(|t| t.kind != Kind::Operator)
        .map(|t| {
            let letter = match t.kind {
                Kind::Command => 'c',
                Kind::Keyword => 'k',
                Kind::Operator => 'o',
                Kind::String => 's',
                Kind::Variable => 'v',
                Kind::Comment => '#',
            };
            format!("{letter}:{}", &line[t.range.clone()])
        })
        .collect();
    parts.join(" ")
}

#[test]
fn words_in_a_commands_place_are_commands() {
    for (line, want) in [
        ("ls -l", "c:ls"),
        ("a; b && c | d &", "c:a c:b c:c c:d"),
        ("x=1 y=2 cmd arg", "c:cmd"),
        ("2>/dev/null cmd >out arg", "c:cmd"),
        ("if a; then b; else c; fi", "k:if c:a k:then c:b k:else c:c k:fi"),
        ("for i in a b; do c $i; done", "k:for k:in k:do c:c v:$i k:done"),
        (
            "case x in a|b) c;; d) e;; esac; f",
            "k:case k:in c:c c:e k:esac c:f",
        ),
        ("f() { a; }", "c:f k:{ c:a k:}"),
        ("function f { a; }", "k:function k:{ c:a k:}"),
        ("(a; b)", "c:a c:b"),
        ("echo $(a b) `c d`", "c:echo c:a c:c"),
        ("a=(b c) d", "c:d"),
        ("[[ a && b ]] && c", "k:[[ k:]] c:c"),
        ("! time a", "k:! k:time c:a"),
        ("(( a + b )); c", "c:c"),
        ("echo a#b #c d", "c:echo #:#c d"),
        ("cat <<E\na b\nE\nc", "c:cat s:a b\nE\n c:c"),
        ("cat <<-E >x\n\ta\n\tE\nc", "c:cat s:\ta\n\tE\n c:c"),
        ("diff <(a) >(b)", "c:diff c:a c:b"),
        ("a\\ b c", "c:a\\ b"),
        ("while read x; do :; done <f", "k:while c:read k:do c:: k:done"),
        ("echo do", "c:echo"),
    ] {
        assert_eq!(shown(line), want, "{line}");
    }
}

#[test]
fn quotes_are_strings_and_dollars_variables() {
    for (line, want) in [
        ("echo 'a b' \"c $d e\"", "c:echo s:'a b' s:\"c $d e\" v:$d"),
        ("echo \"$(a \"b\")\" c", "c:echo s:\"$(a \"b\")\" c:a s:\"b\""),
        ("echo ${x:-$y} $? $1a", "c:echo v:${x:-$y} v:$y v:$? v:$1"),
        ("echo 'open", "c:echo s:'open"),
        ("\"a b\" c", "c:\"a b\" s:\"a b\""),
        ("echo $'a\\'b' c", "c:echo s:$'a\\'b'"),
    ] {
        assert_eq!(shown(line), want, "{line}");
    }
}

#[test]
fn the_end_of_a_line_is_known() {
    for (line, quote, word, command) in [
        ("", None, 0, true),
        ("l", None, 0, true),
        ("ls ", None, 3, false),
        ("ls a", None, 3, false),
        ("ls; a", None, 4, true),
        ("ls 'a b", Some(b'\''), 3, false),
        ("ls \"a b", Some(b'"'), 3, false),
        ("echo \"$(l", None, 8, true),
        ("echo `l", Some(b'`'), 6, true),
        ("x=1 l", None, 4, true),
        ("ls >f", None, 4, false),
        ("sudo a\\ b", None, 5, false),
        ("if l", None, 3, true),
    ] {
        let s = scan(line.as_bytes());
        assert_eq!((s.quote, s.word, s.command), (quote, word, command), "{line}");
    }
}

#[test]
fn lines_of_a_command_are_joined_as_bash_joins_them() {
    for (line, want) in [
        ("for i in 1 2", Join::Semicolon),
        ("for i in 1 2; do", Join::Space),
        ("if true", Join::Semicolon),
        ("if true; then", Join::Space),
        ("a &&", Join::Space),
        ("a |", Join::Space),
        ("f()", Join::Space),
        ("f() {", Join::Space),
        ("{ (a)", Join::Semicolon),
        ("case x in", Join::Space),
        ("case x in a)", Join::Space),
        ("case x in a) b;;", Join::Space),
        ("echo 'a", Join::Newline),
        ("echo \"a", Join::Newline),
        ("cat <<E", Join::Newline),
        ("cat <<E\na", Join::Newline),
        ("{ a # b", Join::Newline),
        ("echo a \\", Join::Nothing),
        ("echo a \\\\", Join::Semicolon),
        ("x=(a", Join::Newline),
    ] {
        assert_eq!(scan(line.as_bytes()).join, want, "{line}");
    }
}
