//! Tables of what glibc's regexec(3) answers.

use super::*;

fn options(flavor: Flavor) -> Options {
    Options {
        flavor,
        ignore_case: false,
        multi_line: false,
        utf8: true,
    }
}

/// The match and its groups, joined with `|`; an absent group is `-`.
fn matched(pattern: &str, text: &str, options: Options) -> String {
    let regex = match Regex::new(pattern.as_bytes(), options) {
        Ok(regex) => regex,
        Err(why) => return format!("error: {why}"),
    };
    let small = Small::new(pattern.as_bytes(), options)
        .unwrap()
        .captures_at(text.as_bytes(), 0);
    let mut spans = Vec::new();
    if !regex.captures_at(text.as_bytes(), 0, &mut spans) {
        assert_eq!(small, None, "{pattern}");
        return "no".into();
    }
    assert_eq!(small.as_ref(), Some(&spans), "{pattern}");
    assert_eq!(regex.find_at(text.as_bytes(), 0), spans[0], "{pattern}");
    let parts: Vec<&str> = spans
        .iter()
        .map(|span| span.clone().map_or("-", |range| &text[range]))
        .collect();
    parts.join("|")
}

#[test]
fn extended_expressions_match_as_posix_says() {
    for (pattern, text, expected) in [
        ("abc", "xabcx", "abc"),
        ("a|ab", "xab", "ab"),
        ("(a|ab)(c|bcd)", "abcd", "abcd|a|bcd"),
        ("a*(ab)?", "aab", "aab|ab"),
        ("x*", "aaa", ""),
        ("(a)|b", "b", "b|-"),
        ("a{2,3}", "aaaa", "aaa"),
        ("a{2", "a{2", "error: Unmatched \\{"),
        ("*a", "*a", "a"),
        ("(^a|b)*c", "abbc", "abbc|b"),
        ("^(.+)=\\1$", "ab=ab", "ab=ab|ab"),
        ("(a*)(b*)\\1", "aabaa", "aabaa|aa|b"),
        ("(.)\\1", "abccd", "cc|c"),
        ("(.)(.)\\2\\1", "xabbay", "abba|a|b"),
        ("(a)\\2", "a", "error: Invalid back reference"),
        ("[[:upper:]]+", "äÖÜx", "ÖÜ"),
        ("[^a-c]", "abcd", "d"),
        ("[]a]+", "x]a", "]a"),
        ("[a-]+", "x-a", "-a"),
        ("[[.a.]b]+", "xab", "ab"),
        ("\\bfoo\\b", "a foo b", "foo"),
        ("\\<o+\\>", "foo oo", "oo"),
        ("\\w+", "-ü1_-", "ü1_"),
        ("a.c", "a\nc", "a\nc"),
        ("(", "", "error: Unmatched ( or \\("),
        ("[a", "", "error: Unmatched [, [^, [:, [., or [="),
        ("[[:foo:]]", "", "error: Invalid character class name"),
        ("[b-a]", "", "error: Invalid range end"),
        ("a\\", "", "error: Trailing backslash"),
        (")", ")", "error: Unmatched ) or \\)"),
        ("()", "x", "|"),
        ("(a*)*", "aa", "aa|aa"),
        ("(a*)+b", "aab", "aab|aa"),
    ] {
        assert_eq!(
            matched(pattern, text, options(Flavor::Extended)),
            expected,
            "{pattern}"
        );
    }
}

#[test]
fn basic_expressions_match_as_posix_says() {
    for (pattern, text, expected) in [
        ("a\\+b\\?", "aab", "aab"),
        ("a+", "a+", "a+"),
        ("*a", "*a", "*a"),
        ("\\(*a\\)", "*a", "*a|*a"),
        ("^*", "*", "*"),
        ("a^b$c", "a^b$c", "a^b$c"),
        ("\\(^a\\)", "a", "a|a"),
        ("\\(ab\\)*\\1", "ababab", "ababab|ab"),
        ("a\\{2\\}", "aaa", "aa"),
        ("a\\|bc", "abc", "a"),
        ("\\(.*\\)\\n\\1", "ab\nab", "ab\nab|ab"),
        ("[\\n]", "a\nb", "\n"),
        ("[\\.]", "a\\", "\\"),
        ("\\x41", "A", "A"),
        ("a\\{2", "", "error: Unmatched \\{"),
        ("\\)", "", "error: Unmatched ) or \\)"),
    ] {
        assert_eq!(
            matched(pattern, text, options(Flavor::Basic)),
            expected,
            "{pattern}"
        );
    }
}

#[test]
fn awk_s_expressions_have_its_escapes() {
    for (pattern, text, expected) in [
        ("\\yfoo\\y", "a foo", "foo"),
        ("[\\]\\/]+", "a]/", "]/"),
        ("\\/\\\"", "/\"", "/\""),
        ("\\101", "A", "A"),
        ("+", "a+", "+"),
        ("a{2}", "aa", "aa"),
    ] {
        assert_eq!(
            matched(pattern, text, options(Flavor::Awk)),
            expected,
            "{pattern}"
        );
    }
}

#[test]
fn case_lines_and_bytes_are_options() {
    let fold = Options {
        ignore_case: true,
        ..options(Flavor::Extended)
    };
    assert_eq!(matched("ä[b-c]", "ÄB", fold), "ÄB");
    assert!(matched("(äb)x\\1", "äBxÄb", fold).starts_with("äBxÄb"));
    let lines = Options {
        multi_line: true,
        ..options(Flavor::Extended)
    };
    assert_eq!(matched("^b$", "a\nb\nc", lines), "b");
    assert_eq!(matched("^b$", "a\nb\nc", options(Flavor::Extended)), "no");
    let bytes = Options {
        utf8: false,
        ..options(Flavor::Extended)
    };
    let regex = Regex::new(b"[\xe0-\xff]+.", bytes).unwrap();
    assert_eq!(regex.find_at(b"a\xff\xfe\x80", 0), Some(1..4));
    let chars = Regex::new(b"a.b", options(Flavor::Extended)).unwrap();
    assert_eq!(chars.find_at(b"a\xffb a\xc3\xa4b", 0), Some(4..8));
}

#[test]
fn a_later_search_sees_what_stands_before_it() {
    let regex = Regex::new(b"^a|\\bb", options(Flavor::Extended)).unwrap();
    assert_eq!(regex.find_at(b"aab", 1), None);
    assert_eq!(regex.find_at(b"aa b", 1), Some(3..4));
}
