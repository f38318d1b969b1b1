//! id(1), whoami(1), groups(1), logname(1): who the process runs as. A process has one group.

use std::ffi::OsString;

use cli::{Opt, Order, Outcome, Output, Spec, complain, names::Names, quote};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    User,
    Group,
    Groups,
    Name,
    Real,
    Zero,
}

const SPEC: Spec<Id> = Spec {
    name: "id",
    usage: &["[OPTION]..."],
    about: "Print user and group information for the current process.",
    options: &[
        Opt::flag(Id::Group, "g", "group", "print only the effective group ID"),
        Opt::flag(Id::Groups, "G", "groups", "print all group IDs"),
        Opt::flag(
            Id::Name,
            "n",
            "name",
            "print a name instead of a number, for -ugG",
        ),
        Opt::flag(
            Id::Real,
            "r",
            "real",
            "print the real ID instead of the effective ID, with -ugG",
        ),
        Opt::flag(Id::User, "u", "user", "print only the effective user ID"),
        Opt::flag(
            Id::Zero,
            "z",
            "zero",
            "delimit entries with NUL characters, not whitespace",
        ),
    ],
    order: Order::Permute,
    failure: 1,
};

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let chosen = |id| parsed.options.iter().any(|(option, _)| *option == id);
    if let Some(user) = parsed.operands.first() {
        let me = sys::geteuid();
        let known = user.to_str().and_then(|text| Names::users().id(text));
        if known != Some(me) {
            // Group membership of others is nowhere recorded.
            complain(name, format_args!("{}: no such user", quote::always(user)));
            return Ok(1);
        }
    }
    let which = [Id::User, Id::Group, Id::Groups]
        .into_iter()
        .filter(|id| chosen(*id))
        .collect::<Vec<_>>();
    if which.len() > 1 {
        return Err(SPEC.usage_error("cannot print \"only\" of more than one choice"));
    }
    let mut out = Output::stdout();
    let end: &[u8] = if chosen(Id::Zero) { b"\0" } else { b"\n" };
    let text = match which.first() {
        Some(Id::User) => {
            let id = if chosen(Id::Real) {
                sys::getuid()
            } else {
                sys::geteuid()
            };
            show(&mut Names::users(), id, chosen(Id::Name))
        }
        Some(_) => {
            let id = if chosen(Id::Real) {
                sys::getgid()
            } else {
                sys::getegid()
            };
            show(&mut Names::groups(), id, chosen(Id::Name))
        }
        None if chosen(Id::Name) || chosen(Id::Real) => {
            return Err(SPEC.usage_error("cannot print only names or real IDs in default format"));
        }
        None => all(),
    };
    out.put(text.as_bytes());
    out.put(end);
    Ok(out.finish(name, 0, 1))
}

fn show(names: &mut Names, id: u32, by_name: bool) -> String {
    if by_name {
        names.name_or_number(id)
    } else {
        id.to_string()
    }
}

fn all() -> String {
    let (mut users, mut groups) = (Names::users(), Names::groups());
    let named = |names: &mut Names, id: u32| match names.name(id) {
        Some(name) => format!("{id}({name})"),
        None => id.to_string(),
    };
    let (uid, euid, gid, egid) = (sys::getuid(), sys::geteuid(), sys::getgid(), sys::getegid());
    let mut text = format!("uid={} gid={}", named(&mut users, uid), named(&mut groups, gid));
    if euid != uid {
        text += &format!(" euid={}", named(&mut users, euid));
    }
    if egid != gid {
        text += &format!(" egid={}", named(&mut groups, egid));
    }
    text + &format!(" groups={}", named(&mut groups, egid))
}

const fn plain(name: &'static str, about: &'static str) -> Spec<()> {
    Spec {
        name,
        usage: &["[OPTION]"],
        about,
        options: &[],
        order: Order::Permute,
        failure: 1,
    }
}

fn print(name: &'static str, line: &str) -> Outcome {
    let mut out = Output::stdout();
    out.line(line.as_bytes());
    Ok(out.finish(name, 0, 1))
}

pub fn whoami(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let spec = plain(
        name,
        "Print the user name associated with the current effective user ID.",
    );
    if let Some(extra) = spec.parse(arguments)?.operands.first() {
        return Err(spec.extra_operand(extra));
    }
    let uid = sys::geteuid();
    match Names::users().name(uid) {
        Some(user) => print(name, user),
        None => {
            complain(name, format_args!("cannot find name for user ID {uid}"));
            Ok(1)
        }
    }
}

pub fn groups(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    plain(name, "Print the group of the current process.").parse(arguments)?;
    print(name, &Names::groups().name_or_number(sys::getegid()))
}

pub fn logname(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let spec = plain(name, "Print the user's login name.");
    if let Some(extra) = spec.parse(arguments)?.operands.first() {
        return Err(spec.extra_operand(extra));
    }
    match std::env::var("LOGNAME")
        .ok()
        .or_else(|| Names::users().name(sys::getuid()).map(str::to_owned))
    {
        Some(user) => print(name, &user),
        None => {
            complain(name, "no login name");
            Ok(1)
        }
    }
}
