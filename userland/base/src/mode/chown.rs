//! chown(1) and chgrp(1).

use std::ffi::{OsStr, OsString};
use std::path::Path;

use cli::{Exit, Opt, Order, Outcome, Spec, complain, names::Names, quote};

use super::tree;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Silent,
    NoDereference,
    Dereference,
    Reference,
    Recursive,
}

const OPTIONS: &[Opt<Id>] = &[
    Opt::flag(Id::Silent, "f", "silent", "suppress most error messages"),
    Opt::flag(Id::Silent, "", "quiet", ""),
    Opt::flag(
        Id::Dereference,
        "",
        "dereference",
        "affect the referent of each symbolic link (default)",
    ),
    Opt::flag(
        Id::NoDereference,
        "h",
        "no-dereference",
        "affect symbolic links instead of any referenced file",
    ),
    Opt::value(Id::Reference, "", "reference", "RFILE", "use RFILE's ownership"),
    Opt::flag(
        Id::Recursive,
        "R",
        "recursive",
        "operate on files and directories recursively",
    ),
];

fn spec(name: &'static str) -> Spec<Id> {
    let usage: &[&str] = if name == "chgrp" {
        &["[OPTION]... GROUP FILE..."]
    } else {
        &["[OPTION]... [OWNER][:[GROUP]] FILE..."]
    };
    Spec {
        name,
        usage,
        about: "Change the owner and/or group of each FILE.",
        options: OPTIONS,
        order: Order::Permute,
        failure: 1,
    }
}

#[derive(Clone, Copy)]
struct Owner {
    user: Option<u32>,
    group: Option<u32>,
}

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let spec = spec(name);
    let parsed = spec.parse(arguments)?;
    let chosen = |id| parsed.options.iter().any(|(option, _)| *option == id);
    let mut files = parsed.operands.clone();
    let owner = match parsed.options.iter().rev().find(|(id, _)| *id == Id::Reference) {
        Some((_, Some(reference))) => {
            let stat = sys::stat(reference).map_err(|why| {
                complain(
                    name,
                    format_args!("failed to get attributes of {}: {why}", quote::always(reference)),
                );
                Exit(1)
            })?;
            Owner {
                user: (name == "chown").then_some(stat.uid),
                group: Some(stat.gid),
            }
        }
        _ if files.is_empty() => return Err(spec.missing_operand(None)),
        _ => owner(name, &files.remove(0))?,
    };
    if files.is_empty() {
        return Err(spec.missing_operand(parsed.operands.first().map(OsString::as_os_str)));
    }
    let (recursive, silent, links) = (
        chosen(Id::Recursive),
        chosen(Id::Silent),
        chosen(Id::NoDereference),
    );
    let mut fine = true;
    for file in &files {
        fine &= tree::walk(name, Path::new(file), recursive, &mut |path, top| {
            let changed = sys::chown(path, owner.user, owner.group, top && !links);
            if let (Err(why), false) = (&changed, silent) {
                complain(
                    name,
                    format_args!("changing ownership of {}: {why}", quote::always(path.as_os_str())),
                );
            }
            changed.is_ok()
        });
    }
    Ok(i32::from(!fine))
}

/// `user`, `user:group`, `user:`, `:group`; for chgrp a group alone.
fn owner(name: &str, text: &OsStr) -> Result<Owner, Exit> {
    let shown = quote::always(text);
    let text = text.to_string_lossy();
    let (user, group) = match text.split_once(':') {
        _ if name == "chgrp" => ("", &*text),
        Some(parts) => parts,
        None => (&*text, ""),
    };
    let find = |names: &mut Names, what: &str, text: &str| match text {
        "" => Ok(None),
        _ => names.id(text).map(Some).ok_or_else(|| {
            complain(name, format_args!("invalid {what}: {shown}"));
            Exit(1)
        }),
    };
    Ok(Owner {
        user: find(&mut Names::users(), "user", user)?,
        group: find(&mut Names::groups(), "group", group)?,
    })
}
