//! The terminal for commands that fill it: raw mode, keys, size. It is given back as it was when dropped.

use sys::{Errno, Fd, InputFlags, LocalFlags, OpenFlags, PollEvents, PollFd, SetWhen, Termios, cc};

/// The terminal in raw mode.
pub struct Screen {
    fd: Fd,
    before: Termios,
    owned: bool,
    /// What was read and not yet asked for: a pipe or a fast typist gives several keys at once.
    typed: std::cell::RefCell<Vec<u8>>,
}

impl Screen {
    /// Takes the terminal: `/dev/tty`, since standard input may be what is shown, or standard input itself.
    ///
    /// # Errors
    /// Why there is none.
    pub fn open() -> sys::Result<Screen> {
        let opened = sys::open(
            "/dev/tty",
            OpenFlags::RDWR | OpenFlags::CLOEXEC,
            sys::Mode::empty(),
        );
        let (fd, owned) = match opened {
            Ok(fd) => (fd, true),
            Err(_) if sys::isatty(Fd::STDIN) => (Fd::STDIN, false),
            Err(_) if sys::isatty(Fd::STDERR) => (Fd::STDERR, false),
            Err(why) => return Err(why),
        };
        let before = sys::tcgetattr(fd)?;
        let mut raw = before;
        raw.local.remove(LocalFlags::ICANON | LocalFlags::ECHO);
        raw.input.remove(InputFlags::ICRNL);
        raw.cc[cc::VMIN] = 1;
        raw.cc[cc::VTIME] = 0;
        sys::tcsetattr(fd, SetWhen::Drain, &raw)?;
        Ok(Screen {
            fd,
            before,
            owned,
            typed: std::cell::RefCell::default(),
        })
    }

    /// Rows and columns.
    pub fn size(&self) -> (usize, usize) {
        match sys::tcgetwinsize(self.fd) {
            Ok(size) if size.rows > 0 && size.cols > 0 => (size.rows.into(), size.cols.into()),
            _ => (24, 80),
        }
    }

    /// What was typed within the time: one key with its escape sequence. `None` when nothing was, or the terminal
    /// is gone.
    pub fn key(&self, timeout_ms: Option<u32>) -> Option<Vec<u8>> {
        let mut typed = self.typed.borrow_mut();
        if !typed.is_empty() {
            let length = cli::keys::length(&typed);
            return Some(typed.drain(..length).collect());
        }
        let mut fds = [PollFd {
            fd: self.fd,
            events: PollEvents::IN,
            revents: PollEvents::empty(),
        }];
        match sys::poll(&mut fds, timeout_ms) {
            Ok(1..) | Err(Errno::EINTR) if !fds[0].revents.is_empty() => {}
            _ => return None,
        }
        let mut key = vec![0; 256];
        match sys::read(self.fd, &mut key) {
            Ok(n) if n > 0 => {
                key.truncate(n);
                *typed = key;
                let length = cli::keys::length(&typed);
                Some(typed.drain(..length).collect())
            }
            _ => None,
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Nothing can be done for a terminal that is gone.
        let _ = sys::tcsetattr(self.fd, SetWhen::Drain, &self.before);
        if self.owned {
            let _ = sys::close(self.fd);
        }
    }
}
