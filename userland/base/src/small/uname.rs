//! uname(1) and hostname(1).

use std::ffi::OsString;

use cli::{Opt, Order, Outcome, Output, Spec};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    All,
    System,
    Node,
    Release,
    Version,
    Machine,
    Processor,
    Platform,
    Operating,
}

const SPEC: Spec<Id> = Spec {
    name: "uname",
    usage: &["[OPTION]..."],
    about: "Print certain system information. With no OPTION, same as -s.",
    options: &[
        Opt::flag(
            Id::All,
            "a",
            "all",
            "print all information, in the following order,\nexcept omit -p and -i if unknown",
        ),
        Opt::flag(Id::System, "s", "kernel-name", "print the kernel name"),
        Opt::flag(Id::Node, "n", "nodename", "print the network node hostname"),
        Opt::flag(Id::Release, "r", "kernel-release", "print the kernel release"),
        Opt::flag(Id::Version, "v", "kernel-version", "print the kernel version"),
        Opt::flag(Id::Machine, "m", "machine", "print the machine hardware name"),
        Opt::flag(Id::Processor, "p", "processor", "print the processor type"),
        Opt::flag(
            Id::Platform,
            "i",
            "hardware-platform",
            "print the hardware platform",
        ),
        Opt::flag(
            Id::Operating,
            "o",
            "operating-system",
            "print the operating system",
        ),
    ],
    order: Order::Permute,
    failure: 1,
};

const ORDER: [Id; 8] = [
    Id::System,
    Id::Node,
    Id::Release,
    Id::Version,
    Id::Machine,
    Id::Processor,
    Id::Platform,
    Id::Operating,
];

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    if let Some(extra) = parsed.operands.first() {
        return Err(SPEC.extra_operand(extra));
    }
    let chosen = |id| parsed.options.iter().any(|(option, _)| *option == id);
    let all = chosen(Id::All);
    let parts: Vec<String> = ORDER
        .into_iter()
        .filter(|id| chosen(*id) || (all && !matches!(id, Id::Processor | Id::Platform)))
        .chain(parsed.options.is_empty().then_some(Id::System))
        .map(part)
        .collect();
    let mut out = Output::stdout();
    out.line(parts.join(" ").as_bytes());
    Ok(out.finish(name, 0, 1))
}

fn part(id: Id) -> String {
    match id {
        Id::All | Id::System | Id::Operating => "Cobnut".to_owned(),
        Id::Node => host(),
        Id::Release | Id::Version => env!("CARGO_PKG_VERSION").to_owned(),
        Id::Machine => "wasm32".to_owned(),
        Id::Processor | Id::Platform => "unknown".to_owned(),
    }
}

/// The name in /etc/hostname, or the customary one of a machine that has none.
fn host() -> String {
    let text = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    match text.lines().next().map(str::trim) {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => "localhost".to_owned(),
    }
}

const HOSTNAME: Spec<()> = Spec {
    name: "hostname",
    usage: &["[-s]"],
    about: "Print the system's host name.",
    options: &[Opt::flag((), "s", "short", "print the name up to its first dot")],
    order: Order::Permute,
    failure: 1,
};

pub fn hostname(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = HOSTNAME.parse(arguments)?;
    if let Some(extra) = parsed.operands.first() {
        return Err(HOSTNAME.extra_operand(extra));
    }
    let host = host();
    let shown = if parsed.options.is_empty() {
        &host
    } else {
        host.split('.').next().unwrap_or(&host)
    };
    let mut out = Output::stdout();
    out.line(shown.as_bytes());
    Ok(out.finish(name, 0, 1))
}
