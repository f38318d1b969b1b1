//! Lock files: a file's new content is written to `FILE.lock`, which only one process can make, and takes the file's
//! place by a rename. <https://git-scm.com/docs/api-lockfile>

use cli::os;
use sys::{Fd, Mode, OpenFlags};

use crate::failure::{Failure, Result, os_error};
use crate::msg;

/// A held lock. It is given up when dropped.
pub struct LockFile {
    path: Vec<u8>,
    done: bool,
    fd: Fd,
}

impl LockFile {
    fn lock_path(path: &[u8]) -> Vec<u8> {
        [path, b".lock"].concat()
    }

    /// Takes the lock of the file at `path`, making the folders above it.
    pub fn take(path: &[u8]) -> Result<LockFile> {
        let lock = Self::lock_path(path);
        let flags = OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::EXCL | OpenFlags::CLOEXEC;
        let mut opened = sys::open(&lock, flags, Mode::RW_ALL);
        if opened == Err(sys::Errno::ENOENT)
            && let Some(slash) = lock.iter().rposition(|b| *b == b'/')
            && std::fs::create_dir_all(os(&lock[..slash])).is_ok()
        {
            opened = sys::open(&lock, flags, Mode::RW_ALL);
        }
        let advice = if opened == Err(sys::Errno::EEXIST) {
            ".\n\nAnother git process seems to be running in this repository, e.g.\n\
             an editor opened by 'git commit'. Please make sure all processes\n\
             are terminated then try again. If it still fails, a git process\n\
             may have crashed in this repository earlier:\n\
             remove the file manually to continue."
        } else {
            ""
        };
        match opened {
            Ok(fd) => Ok(LockFile {
                path: path.to_vec(),
                done: false,
                fd,
            }),
            Err(error) => Err(Failure::Fatal(msg![
                "Unable to create '",
                lock,
                "': ",
                error.message(),
                advice
            ])),
        }
    }

    /// The file's new content takes the place of the old one.
    pub fn commit(mut self, content: &[u8]) -> Result<()> {
        let lock = Self::lock_path(&self.path);
        let written = sys::write_all(self.fd, content).and_then(|()| sys::close(self.fd));
        self.fd = Fd(-1);
        let renamed = written
            .map_err(std::io::Error::from)
            .and_then(|()| std::fs::rename(os(&lock), os(&self.path)));
        renamed.map_err(|error| os_error("unable to write new file", &self.path, &error))?;
        self.done = true;
        Ok(())
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        if self.fd != Fd(-1) {
            // Nothing was written that anybody needs.
            let _ = sys::close(self.fd);
        }
        if !self.done {
            let _ = std::fs::remove_file(os(&Self::lock_path(&self.path)));
        }
    }
}
