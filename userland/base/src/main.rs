//! Cobnut's own small commands as one multi-call guest, chosen by the base name of `argv[0]`: what needs modes, owners,
//! processes or terminals, which WASI's std hides from uutils. Everything reaches the kernel through `sys`.

mod copy;
mod find;
mod launch;
mod ls;
mod mode;
mod process;
mod small;
mod stat;
mod stty;
mod test;
mod text;
mod xargs;

use cli::Command;

const COMMANDS: &[Command] = &[
    Command {
        name: "[",
        run: test::run,
    },
    Command {
        name: "cat",
        run: text::cat::run,
    },
    Command {
        name: "chgrp",
        run: mode::chown::run,
    },
    Command {
        name: "chmod",
        run: mode::chmod::run,
    },
    Command {
        name: "chown",
        run: mode::chown::run,
    },
    Command {
        name: "clear",
        run: small::clear,
    },
    Command {
        name: "cp",
        run: copy::run,
    },
    Command {
        name: "dd",
        run: text::dd::run,
    },
    Command {
        name: "dir",
        run: ls::run,
    },
    Command {
        name: "echo",
        run: small::echo::echo,
    },
    Command {
        name: "env",
        run: launch::env::run,
    },
    Command {
        name: "false",
        run: small::echo::never,
    },
    Command {
        name: "find",
        run: find::run,
    },
    Command {
        name: "groups",
        run: small::id::groups,
    },
    Command {
        name: "head",
        run: text::head::run,
    },
    Command {
        name: "hostname",
        run: small::uname::hostname,
    },
    Command {
        name: "id",
        run: small::id::run,
    },
    Command {
        name: "kill",
        run: process::kill::run,
    },
    Command {
        name: "logname",
        run: small::id::logname,
    },
    Command {
        name: "ls",
        run: ls::run,
    },
    Command {
        name: "mkdir",
        run: mode::mkdir::run,
    },
    Command {
        name: "mkfifo",
        run: mode::mkdir::mkfifo,
    },
    Command {
        name: "mktemp",
        run: small::mktemp::run,
    },
    Command {
        name: "nohup",
        run: launch::nohup,
    },
    Command {
        name: "setsid",
        run: launch::setsid,
    },
    Command {
        name: "sleep",
        run: process::sleep::run,
    },
    Command {
        name: "stat",
        run: stat::run,
    },
    Command {
        name: "stty",
        run: stty::run,
    },
    Command {
        name: "tac",
        run: text::tac::run,
    },
    Command {
        name: "tail",
        run: text::tail::run,
    },
    Command {
        name: "test",
        run: test::run,
    },
    Command {
        name: "timeout",
        run: process::timeout::run,
    },
    Command {
        name: "true",
        run: small::echo::always,
    },
    Command {
        name: "tty",
        run: small::tty,
    },
    Command {
        name: "uname",
        run: small::uname::run,
    },
    Command {
        name: "vdir",
        run: ls::run,
    },
    Command {
        name: "wc",
        run: text::wc::run,
    },
    Command {
        name: "whoami",
        run: small::id::whoami,
    },
    Command {
        name: "xargs",
        run: xargs::run,
    },
];

fn main() {
    cli::run("base", COMMANDS)
}
