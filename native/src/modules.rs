//! Compiled guests, kept on disk: a module is compiled once for a machine, so that suites run in seconds.

use cobnut::wasmvm::{GuestModule, ModuleInfo, platform};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Compiles `bytes`, or takes what an earlier run compiled from the same.
pub fn load(bytes: &[u8]) -> Result<GuestModule, String> {
    let info = Arc::new(ModuleInfo::parse(bytes)?);
    let file = cache_file(bytes);
    // SAFETY: the file was written by this function, with the same version of wasmer (its name tells), into a folder of ours.
    if let Ok(compiled) = unsafe { wasmer::Module::deserialize_from_file(platform::engine(), &file) } {
        return Ok(GuestModule::new(compiled, info));
    }
    let compiled = platform::compile(bytes)?;
    if let Ok(serialized) = compiled.serialize() {
        keep(&file, &serialized);
    }
    Ok(GuestModule::new(compiled, info))
}

fn cache_file(bytes: &[u8]) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    let version = "wasmer-7.5";
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/guests");
    folder.join(format!("{:016x}-{}-{version}.bin", hasher.finish(), bytes.len()))
}

/// Writes in one step, as other processes may look for it. A cache that can't be written is none.
fn keep(file: &Path, bytes: &[u8]) {
    let Some(folder) = file.parent() else { return };
    let draft = folder.join(format!(
        "{}.{:?}.new",
        std::process::id(),
        std::thread::current().id()
    ));
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&draft, bytes))
        .and_then(|()| std::fs::rename(&draft, file));
    if written.is_err() {
        let _is_not_there = std::fs::remove_file(&draft);
    }
}
