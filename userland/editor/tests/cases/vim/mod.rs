//! Keys in vi, and what vim 9.0 (`-u NONE -N`, with `backspace=indent,eol,start`) made of the same text: the text, or `=`
//! where it stays, and the cursor's line and byte, from 1.

mod ex;
mod insert;
mod motions;
mod operators;
mod search;
mod visual;

use crate::support::Session;

pub type Row = (&'static str, &'static str, &'static str, usize, usize);

/// Words, an empty line, brackets and quotes.
const T: &str = "one two three\nfour five\n\nsix (a b) \"q r\" end\n";
/// A program.
const P: &str = "def f(x) {\n\tif (x) {\n\t\tg(x, [1, 2]);\n\t}\n}\n";
/// Sentences and paragraphs.
const S: &str = "First one. Second two!  Third\nline goes on.\nNext (it is.) End\n\nPara two.\nmore\n";
const N: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";
/// Characters of several bytes and of two columns.
const U: &str = "héllo wörld\n中文 ok\nabc\n";
const TAB: &str = "a\tb\tc\n\tx\n  y z\n";
const EMPTY: &str = "";

fn check(rows: &[Row]) {
    let mut wrong = Vec::new();
    for (text, keys, want, line, col) in rows {
        let mut session = Session::vi(text);
        session.keys(keys);
        let got = (session.text(), session.line(), session.col());
        let want = if *want == "=" { text } else { want };
        if got != ((*want).to_owned(), *line, *col) {
            wrong.push(format!(
                "{text:?} {keys:?}\n  want {:?}\n  got  {got:?}\n",
                (want, line, col)
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        rows.len(),
        wrong.join("")
    );
}

#[test]
fn motions_go_where_vim_s_go() {
    check(motions::ROWS);
}

#[test]
fn operators_do_what_vim_s_do() {
    check(operators::ROWS);
}

#[test]
fn insertions_are_vim_s() {
    check(insert::ROWS);
}

#[test]
fn selections_are_vim_s() {
    check(visual::ROWS);
}

#[test]
fn searches_and_registers_are_vim_s() {
    check(search::ROWS);
}

#[test]
fn ex_commands_do_what_vim_s_do() {
    check(ex::ROWS);
}
