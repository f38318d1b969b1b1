//! Cobnut's comparing commands as one multi-call guest, chosen by the base name of `argv[0]`. Lines are bytes; which of
//! them changed is found by the crate `imara-diff`, all the rest is GNU diffutils' and patch's manners.

mod cmp;
mod diff;
mod diff3;
mod patch;
mod sdiff;

use cli::Command;
use diffs::{block, compare, lines};

const COMMANDS: &[Command] = &[
    Command {
        name: "cmp",
        run: cmp::run,
    },
    Command {
        name: "diff",
        run: diff::run,
    },
    Command {
        name: "diff3",
        run: diff3::run,
    },
    Command {
        name: "patch",
        run: patch::run,
    },
    Command {
        name: "sdiff",
        run: sdiff::run,
    },
];

fn main() {
    cli::run("diffs", COMMANDS)
}
