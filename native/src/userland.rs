//! The built userland: which commands there are, and the modules that serve them.

use serde_json::Value;
use std::path::{Path, PathBuf};

/// A folder with `manifest.json` and modules: what `make build` puts into `pkg/userland`.
pub struct Userland {
    modules: Vec<(PathBuf, Vec<String>)>,
}

impl Userland {
    /// The folder that `COBNUT_USERLAND` names, else the checkout's `pkg/userland`. The message says what is missing.
    pub fn find() -> Result<Userland, String> {
        let folder = std::env::var_os("COBNUT_USERLAND").map(PathBuf::from);
        Userland::open(
            &folder.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../pkg/userland")),
        )
    }

    /// The userland in `folder`.
    pub fn open(folder: &Path) -> Result<Userland, String> {
        let path = folder.join("manifest.json");
        let text = std::fs::read_to_string(&path).map_err(|error| {
            format!(
                "{}: {error} (build the userland with scripts/build-userland)",
                path.display()
            )
        })?;
        let manifest: Value =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let modules = manifest["modules"]
            .as_object()
            .ok_or_else(|| format!("{}: no modules", path.display()))?;
        let modules = modules.iter().map(|(file, about)| {
            let commands = about["commands"].as_array().into_iter().flatten();
            (
                folder.join(file),
                commands.filter_map(Value::as_str).map(String::from).collect(),
            )
        });
        Ok(Userland {
            modules: modules.collect(),
        })
    }

    /// A userland of single files: each is the command of its own name (tests of one program).
    pub fn of_files(files: &[(&str, &Path)]) -> Userland {
        Userland {
            modules: files
                .iter()
                .map(|(name, path)| (path.to_path_buf(), vec![(*name).to_string()]))
                .collect(),
        }
    }

    /// Each module's file with the commands that it serves.
    pub fn modules(&self) -> &[(PathBuf, Vec<String>)] {
        &self.modules
    }
}
