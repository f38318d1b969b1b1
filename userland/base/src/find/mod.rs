//! find(1): walks trees and evaluates an expression for each file. [`expression`] parses, [`walk`] goes.

mod expression;
mod walk;

use std::ffi::OsString;

use cli::{Outcome, Output};

const HELP: &str = "Usage: find [-H] [-L] [-P] [PATH...] [EXPRESSION]
Search for files in the trees below the PATHs (the current directory by default).

Tests: -name -iname -path -ipath -type -size -empty -perm -user -group -uid -gid -newer -mtime -atime -ctime
  -mmin -amin -cmin -links -inum -maxdepth -mindepth -true -false
Actions: -print -print0 -printf -ls -prune -quit -delete -exec CMD {} ; -exec CMD {} + -ok
Operators: ( EXPR ) ! EXPR -not EXPR EXPR -a EXPR EXPR -o EXPR EXPR , EXPR
";

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    if arguments
        .iter()
        .any(|argument| argument == "--help" || argument == "-help")
    {
        let mut out = Output::stdout();
        out.put(HELP.as_bytes());
        return Ok(out.finish(name, 0, 1));
    }
    let query = match expression::parse(&arguments) {
        Ok(query) => query,
        Err(why) => {
            cli::complain(name, why);
            return Ok(1);
        }
    };
    Ok(walk::run(name, query))
}
