//! Compiles a filter, with the definitions that every filter may use.

use cli::Exit;
use jaq_core::load::{self, Arena, File, Loader, parse};
use jaq_core::{Compiler, Filter};

use crate::EXIT_COMPILE;
use crate::data::Kind;

const DEFINITIONS: &str = include_str!("defs.jq");

pub fn compile<'s>(code: &str, variables: impl Iterator<Item = &'s str>) -> Result<Filter<Kind>, Exit> {
    try_compile(code, variables).map_err(|messages| {
        let count = messages.len();
        for message in messages {
            cli::complain("jq", format_args!("error: {message}"));
        }
        cli::complain(
            "jq",
            format_args!("{count} compile error{}", if count == 1 { "" } else { "s" }),
        );
        Exit(EXIT_COMPILE)
    })
}

/// jaq's definitions, and those of ours that take their place.
pub fn definitions() -> impl Iterator<Item = parse::Def<&'static str>> {
    let own = load::parse(DEFINITIONS, |parser| parser.defs()).unwrap_or_default();
    jaq_core::defs().chain(jaq_std::defs()).chain(own)
}

fn try_compile<'s>(
    code: &str,
    variables: impl Iterator<Item = &'s str>,
) -> Result<Filter<Kind>, Vec<String>> {
    let arena = Arena::default();
    let file = File { code, path: () };
    // An empty program is `.`.
    let file = if code.trim().is_empty() {
        File { code: ".", path: () }
    } else {
        file
    };
    let modules = Loader::new(definitions()).load(&arena, file).map_err(|errors| {
        let describe = |error| match error {
            jaq_core::load::Error::Io(errors) => errors
                .into_iter()
                .map(|(path, why)| format!("{path}: {why}"))
                .collect(),
            jaq_core::load::Error::Lex(errors) => errors
                .into_iter()
                .map(|(expected, found)| syntax(code, expected.as_str(), found))
                .collect(),
            jaq_core::load::Error::Parse(errors) => errors
                .into_iter()
                .map(|(expected, found)| syntax(code, expected.as_str(), found))
                .collect::<Vec<_>>(),
        };
        errors
            .into_iter()
            .flat_map(|(_, error)| describe(error))
            .collect::<Vec<_>>()
    })?;
    let globals: Vec<String> = variables.map(|name| format!("${name}")).collect();
    Compiler::default()
        .with_funs(crate::funs::all())
        .with_global_vars(globals.iter().map(String::as_str))
        .compile(modules)
        .map_err(|errors| {
            errors
                .into_iter()
                .flat_map(|(_, errors)| errors)
                .map(|(name, undefined)| format!("{name}: {} is not defined", undefined.as_str()))
                .collect()
        })
}

fn syntax(code: &str, expected: &str, found: &str) -> String {
    let line = found.as_ptr().addr().wrapping_sub(code.as_ptr().addr());
    let line = code
        .get(..line)
        .map_or(1, |before| before.matches('\n').count() + 1);
    let found = found.lines().next().unwrap_or_default();
    if found.is_empty() {
        format!("syntax error, unexpected end of file, expected {expected} at <top-level>, line {line}")
    } else {
        format!("syntax error, unexpected '{found}', expected {expected} at <top-level>, line {line}")
    }
}
