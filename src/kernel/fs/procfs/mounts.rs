//! `/proc/mounts`: fstab(5)'s fields of what is mounted.

use crate::kernel::Kernel;
use crate::kernel::error::Result;

/// The text. A mount point that was removed is left out.
pub fn text(kernel: &Kernel) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    for mount in kernel.vfs.mounts() {
        let path = match mount.covers() {
            Some(place) => match kernel.vfs.path_of(place) {
                Ok(path) => path,
                Err(_) => continue,
            },
            None => b"/".to_vec(),
        };
        let kind = mount.file_system().type_name();
        let options = if mount.file_system().is_read_only() {
            "ro"
        } else {
            "rw"
        };
        text.extend(format!("{kind} ").bytes());
        path.iter().for_each(|&byte| escape(byte, &mut text));
        text.extend(format!(" {kind} {options} 0 0\n").bytes());
    }
    Ok(text)
}

/// As getmntent(3) reads it back.
fn escape(byte: u8, into: &mut Vec<u8>) {
    match byte {
        b' ' | b'\t' | b'\n' | b'\\' | b'#' => into.extend(format!("\\{byte:03o}").bytes()),
        _ => into.push(byte),
    }
}
