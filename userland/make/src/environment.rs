//! What children get as their environment.

use std::collections::BTreeMap;

use crate::text;
use crate::variable::Origin;
use crate::{Failure, Make};

/// `$(shell …)` runs while makefiles are read, and gets what make got.
pub fn of_shell_function() -> Vec<Vec<u8>> {
    cli::process::environment()
}

/// A recipe's: what make got, with what makefiles and the command line export.
pub fn of_recipe(make: &mut Make) -> Result<Vec<Vec<u8>>, Failure> {
    let mut all: BTreeMap<Vec<u8>, Vec<u8>> = std::env::vars_os()
        .map(|(name, value)| {
            (
                name.as_encoded_bytes().to_vec(),
                value.as_encoded_bytes().to_vec(),
            )
        })
        .collect();
    let export_all = make.export_all || make.rules.special_all.contains(".EXPORT_ALL_VARIABLES");
    let mut names: Vec<String> = make.variables.keys().cloned().collect();
    for scope in &make.scopes {
        names.extend(scope.keys().cloned());
    }
    names.sort_unstable();
    names.dedup();
    for name in names {
        let Some(variable) = make.variable(&name) else {
            continue;
        };
        let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && !name.starts_with(|c: char| c.is_ascii_digit());
        let exported = match (variable.exported, variable.origin) {
            (Some(exported), _) => exported,
            (None, Origin::Automatic | Origin::Default) => false,
            (None, Origin::CommandLine | Origin::Environment | Origin::EnvironmentOverride) => is_name,
            (None, _) => is_name && (export_all || std::env::var_os(text::path(&name)).is_some()),
        };
        if name == "MAKEFLAGS" || name == "MAKELEVEL" {
            continue;
        }
        // make's own SHELL is not that of its children.
        if name == "SHELL" && variable.exported != Some(true) {
            continue;
        }
        if exported {
            let value = make.value(&name)?;
            all.insert(text::encode(&name), text::encode(&value));
        } else if variable.exported == Some(false) {
            all.remove(&text::encode(&name));
        }
    }
    let flags = make.flags_for_children();
    all.insert(b"MAKEFLAGS".to_vec(), text::encode(&flags));
    all.insert(b"MAKELEVEL".to_vec(), (make.level + 1).to_string().into_bytes());
    Ok(all
        .into_iter()
        .map(|(name, value)| [name, b"=".to_vec(), value].concat())
        .collect())
}
