//! bc(1): POSIX's language with GNU's extensions.

mod ast;
mod interp;
mod lexer;
mod parser;

use std::cell::RefCell;
use std::ffi::OsString;
use std::rc::Rc;

use cli::{Opt, Order, Outcome, Spec};
use sys::Fd;

use self::ast::Unit;
use self::interp::{Interpreter, Stop};
use self::lexer::{Lexer, Source};
use self::parser::Parser;
use crate::output::Lines;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    MathLibrary,
    Ignored,
}

static SPEC: Spec<Id> = Spec {
    name: "bc",
    usage: &["[options] [file ...]"],
    about: "An arbitrary precision calculator language.",
    options: &[
        Opt::flag(
            Id::MathLibrary,
            "l",
            "mathlib",
            "use the predefined math routines",
        ),
        Opt::flag(
            Id::Ignored,
            "q",
            "quiet",
            "don't print initial banner (there is none)",
        ),
        Opt::flag(
            Id::Ignored,
            "i",
            "interactive",
            "force interactive mode (changes nothing)",
        ),
        Opt::flag(Id::Ignored, "s", "standard", "accepted; GNU's extensions stay"),
        Opt::flag(
            Id::Ignored,
            "w",
            "warn",
            "accepted; there are no warnings about extensions",
        ),
    ],
    order: Order::Permute,
    failure: 1,
};

/// The scale that `-l` begins with.
const LIBRARY_SCALE: usize = 20;

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let with_library = parsed.options.iter().any(|(id, _)| *id == Id::MathLibrary);
    let out = RefCell::new(Lines::new("BC_LINE_LENGTH"));
    let source = Rc::new(RefCell::new(Source::new(parsed.operands)));
    let lexer = Lexer::new(source.clone());
    let mut parser = Parser::new(lexer, Box::new(|| out.borrow_mut().send()));
    let mut interpreter = Interpreter::new(&out);
    if with_library {
        interpreter.scale = LIBRARY_SCALE;
        for letter in ['s', 'c', 'a', 'l', 'e', 'j'] {
            let number = parser.names.functions.len();
            parser.names.functions.insert(letter.into(), number);
            interpreter.library.insert(number, letter);
        }
    }
    // read() takes lines of standard input, which may be where the program comes from too.
    let input = source.clone();
    interpreter.read = Box::new(move || input.borrow_mut().input_line());
    work(&mut parser, &mut interpreter);
    let status = i32::from(source.borrow().failed);
    drop(parser);
    drop(interpreter);
    Ok(out.into_inner().finish(name, status))
}

fn work(parser: &mut Parser<'_>, interpreter: &mut Interpreter<'_>) {
    loop {
        let unit = match parser.unit() {
            Ok(unit) => unit,
            Err(why) => {
                (parser.wait)();
                let source = parser.lexer.source.borrow();
                tell(&format!("{} {}: {why}\n", source.name, source.line));
                drop(source);
                parser.recover();
                continue;
            }
        };
        match unit {
            Unit::End | Unit::Quit => return,
            Unit::Define(number, function) => {
                if interpreter.functions.len() <= number {
                    interpreter.functions.resize(number + 1, None);
                }
                interpreter.functions[number] = Some(function);
            }
            Unit::Statements(statements) => {
                let names = &parser.names.functions;
                if interpreter.names.len() < names.len() {
                    interpreter.names.resize(names.len(), String::new());
                    for (name, number) in names {
                        interpreter.names[*number].clone_from(name);
                    }
                }
                match interpreter.run(&statements) {
                    Err(Stop::Halt) => return,
                    Err(Stop::Fault(why)) => {
                        (parser.wait)();
                        tell(&format!("Runtime error (func={}): {why}\n", interpreter.place()));
                        interpreter.unwind();
                    }
                    _ => {}
                }
            }
        }
    }
}

fn tell(message: &str) {
    // Failing to complain is nothing to complain about.
    let _ = sys::write_all(Fd::STDERR, message.as_bytes());
}
