//! Where the command line and the environment say that things are.

use crate::config::{Config, Scope, boolean, expand_home};
use crate::failure::Result;
use crate::path::join;

/// What the command line and the environment say of where things are.
#[derive(Default)]
pub struct Places {
    pub git_dir: Option<Vec<u8>>,
    pub work_tree: Option<Vec<u8>>,
    /// `--bare`
    pub bare: bool,
    /// Settings of `-c`.
    pub settings: Vec<Vec<u8>>,
}

impl Places {
    /// An environment variable that is not empty.
    pub fn variable(name: &str) -> Option<Vec<u8>> {
        let value = std::env::var_os(name).filter(|value| !value.is_empty())?;
        Some(value.as_encoded_bytes().to_vec())
    }

    pub fn git_dir(&self) -> Option<Vec<u8>> {
        self.git_dir.clone().or_else(|| Self::variable("GIT_DIR"))
    }

    pub fn work_tree(&self) -> Option<Vec<u8>> {
        self.work_tree.clone().or_else(|| Self::variable("GIT_WORK_TREE"))
    }

    /// The configuration besides a repository's: of the system, of the user, of the command line in `add_command`.
    pub fn global_config(&self) -> Result<Config> {
        let mut config = Config::default();
        if !Self::variable("GIT_CONFIG_NOSYSTEM").is_some_and(|value| boolean(&value) != Some(false)) {
            config.add_file(b"/etc/gitconfig", Scope::System)?;
        }
        for file in global_files() {
            config.add_file(&file, Scope::Global)?;
        }
        Ok(config)
    }

    fn add_command(&self, config: &mut Config) -> Result<()> {
        let count = std::env::var("GIT_CONFIG_COUNT")
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(0);
        for at in 0..count {
            let part = |what| Self::variable(&format!("GIT_CONFIG_{what}_{at}")).unwrap_or_default();
            config.add_command(&[part("KEY"), b"=".to_vec(), part("VALUE")].concat())?;
        }
        self.settings
            .iter()
            .try_for_each(|setting| config.add_command(setting))
    }

    /// All of the configuration; `local` is the repository's file.
    pub fn config(&self, local: Option<&[u8]>) -> Result<Config> {
        let mut config = self.global_config()?;
        if let Some(local) = local {
            config.add_file(local, Scope::Local)?;
        }
        self.add_command(&mut config)?;
        Ok(config)
    }
}

/// The user's configuration files, the one that is written to last.
pub fn global_files() -> Vec<Vec<u8>> {
    if let Some(file) = Places::variable("GIT_CONFIG_GLOBAL") {
        return vec![file];
    }
    let xdg = match Places::variable("XDG_CONFIG_HOME") {
        Some(folder) => join(&folder, b"git/config"),
        None => expand_home(b"~/.config/git/config"),
    };
    vec![xdg, expand_home(b"~/.gitconfig")]
}
