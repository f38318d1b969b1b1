//! bc(1) and dc(1): decimal numbers of any precision on the crate `num-bigint`, by the rules of POSIX and of GNU bc 1.07.
//!
//! [`number`] is the arithmetic, [`base`] numbers in other bases, [`functions`] what `bc -l` has, [`output`] lines that
//! wrap; [`bc`] is the language, [`dc`] the stack machine.

mod base;
mod bc;
mod dc;
mod functions;
mod number;
mod output;

use cli::Command;

const COMMANDS: &[Command] = &[
    Command {
        name: "bc",
        run: bc::run,
    },
    Command {
        name: "dc",
        run: dc::run,
    },
];

fn main() {
    cli::run("calc", COMMANDS)
}
