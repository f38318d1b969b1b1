//! A page's file system, with a thread for the page that serves a tree in memory.

use super::*;
use crate::kernel::error::{Errno, Fault, SysResult};
use crate::kernel::file::OpenFlags;
use crate::kernel::fs::{MemFs, Stat, Vfs, tree};
use crate::kernel::io::VecSink;
use crate::kernel::process::{Current, Fd, StringList};
use crate::kernel::syscall::io::{self, fstat, pread, read, seek, write};
use crate::kernel::syscall::path::*;
use crate::kernel::testing::{Page, process};
use crate::kernel::{Kernel, Limits};
use std::sync::Arc;

/// What a `VirtualFileSystem` over `vfs` would answer.
pub(in crate::kernel) fn serve(vfs: &Vfs, call: &FileCall) -> core::result::Result<FileReply, Errno> {
    let page = Caller::page(vfs);
    let root = Base::Root;
    let told = |stat: Stat| {
        FileReply::Stat(PageStat {
            mode: stat.file_type.mode_bits() | stat.mode,
            size: stat.size,
            nlink: stat.nlink,
            uid: stat.uid,
            gid: stat.gid,
            atime_ns: stat.atime_ns,
            mtime_ns: stat.mtime_ns,
            ctime_ns: stat.ctime_ns,
            birthtime_ns: stat.birthtime_ns,
        })
    };
    let done = |()| FileReply::Done;
    let open = |path: &[u8], flags| open_file(page, root, path, flags, 0o666);
    let answer = match call {
        FileCall::Lstat { path } => lstat(page, root, path).map(told),
        FileCall::ReadDir { path } => open(path, OpenFlags::O_DIRECTORY).and_then(|file| {
            let mut names = Vec::new();
            read_dir(page, &file, 0, |entry| {
                if &*entry.name != b"." && &*entry.name != b".." {
                    names.push((entry.name.to_vec(), entry.file_type));
                }
                true
            })?;
            Ok(FileReply::Names(names))
        }),
        FileCall::Readlink { path } => {
            readlink(page, root, path).map(|target| FileReply::Bytes(target.into()))
        }
        FileCall::Pread { path, offset, length } => open(path, OpenFlags::empty()).map(|file| {
            let mut sink = VecSink::new(*length as usize);
            file.try_pread(*offset, &mut sink).unwrap();
            FileReply::Bytes(sink.bytes)
        }),
        FileCall::Pwrite { path, offset, data } => open(path, OpenFlags::O_WRONLY).map(|file| {
            file.try_pwrite(*offset, &mut &**data).unwrap();
            FileReply::Done
        }),
        FileCall::Create { path, mode } => {
            open_file(page, root, path, OpenFlags::O_CREAT | OpenFlags::O_WRONLY, 0o666)
                .and_then(|_| chmod(page, root, path, *mode, Follow::No))
                .and_then(|()| lstat(page, root, path).map(told))
        }
        FileCall::Mkdir { path, mode } => mkdir(page, root, path, 0o777)
            .and_then(|()| chmod(page, root, path, *mode, Follow::No))
            .and_then(|()| lstat(page, root, path).map(told)),
        FileCall::Symlink { target, path } => {
            symlink(page, target, root, path).and_then(|()| lstat(page, root, path).map(told))
        }
        FileCall::Link { old, new } => link(page, root, old, Follow::No, root, new).map(done),
        FileCall::RemoveFile { path } => unlink(page, root, path).map(done),
        FileCall::RemoveDir { path } => rmdir(page, root, path).map(done),
        FileCall::Rename { old, new } => rename(page, root, old, root, new).map(done),
        FileCall::Chmod { path, mode } => chmod(page, root, path, *mode, Follow::Yes).map(done),
        FileCall::Chown { path, uid, gid } => {
            chown(page, root, path, Some(*uid), Some(*gid), Follow::Yes).map(done)
        }
        FileCall::Utimes {
            path,
            atime_ns,
            mtime_ns,
        } => {
            let (atime, mtime) = (SetTime::At(*atime_ns), SetTime::At(*mtime_ns));
            utimens(page, root, path, atime, mtime, Follow::Yes).map(done)
        }
        FileCall::Truncate { path, length } => truncate(page, root, path, *length).map(done),
    };
    answer.map_err(|error| error.errno)
}

struct Machine {
    current: Current,
    behind: Arc<Vfs>,
    _page: Page,
}

/// A process in a kernel with the page's file system at `/mnt`.
fn machine() -> Machine {
    let kernel = Kernel::new(
        tree::in_memory(1 << 20).unwrap(),
        Limits::default(),
        StringList::default(),
    );
    let page = Caller::page(&kernel.vfs);
    mkdir(page, Base::Root, b"/mnt", 0o755).unwrap();
    let on = crate::kernel::fs::path::existing(
        &page,
        Base::Root,
        b"/mnt",
        Follow::Yes,
        crate::kernel::permission::FileOps::empty(),
    );
    kernel.vfs.mount(on.unwrap(), PageFs::new(7, &[])).unwrap();
    let behind = Arc::new(Vfs::new(MemFs::new(8 << 20)));
    let files = behind.clone();
    let page = Page::new(&kernel, move |request| match request {
        Request::File(7, call) => Answer::Reply(serve(&files, call)),
        other => panic!("{other:?}"),
    });
    Machine {
        current: process(&kernel),
        behind,
        _page: page,
    }
}

impl Machine {
    fn call<T>(&self, call: impl FnMut() -> SysResult<T>) -> core::result::Result<T, Errno> {
        question::settle(&self.current, call).map_err(|fault| match fault {
            Fault::Error(error) => error.errno,
            Fault::Interrupted => Errno::EINTR,
        })
    }

    fn open(&self, path: &str, flags: OpenFlags) -> core::result::Result<Fd, Errno> {
        self.call(|| open(&self.current, Base::Cwd, path.as_bytes(), flags, 0o640))
    }

    fn write_all(&self, fd: Fd, bytes: &[u8]) {
        let mut at = 0;
        while at < bytes.len() {
            at += self.call(|| write(&self.current, fd, &mut &bytes[at..])).unwrap();
        }
    }

    fn read_all(&self, fd: Fd) -> Vec<u8> {
        let mut all = Vec::new();
        loop {
            let piece = self.call(|| {
                let mut sink = VecSink::new(200_000);
                read(&self.current, fd, &mut sink).map(|_| sink.bytes)
            });
            match piece.unwrap() {
                piece if piece.is_empty() => return all,
                piece => all.extend(piece),
            }
        }
    }

    fn path<T>(
        &self,
        call: impl Fn(&Current, Base<'_>) -> crate::kernel::Result<T>,
    ) -> core::result::Result<T, Errno> {
        self.call(|| Ok(call(&self.current, Base::Cwd)?))
    }

    fn names(&self, path: &str) -> Vec<String> {
        let fd = self.open(path, OpenFlags::O_DIRECTORY).unwrap();
        let file = self.current.fds.get(self.current.owner(), fd).unwrap();
        let mut cookie = 0;
        let mut names = Vec::new();
        loop {
            // One entry a call, so that each goes on from a cookie.
            let next = self.call(|| {
                let mut next = None;
                read_dir(&self.current, &file, cookie, |entry| {
                    next.get_or_insert(entry);
                    false
                })?;
                Ok(next)
            });
            match next.unwrap() {
                None => break,
                Some(entry) => {
                    cookie = entry.next_cookie;
                    names.push(String::from_utf8(entry.name.to_vec()).unwrap());
                }
            }
        }
        names.sort();
        names
    }
}

#[test]
fn files_of_the_page_are_written_and_read_in_pieces() {
    let m = machine();
    let data: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
    let fd = m
        .open(
            "/mnt/f",
            OpenFlags::O_RDWR | OpenFlags::O_CREAT | OpenFlags::O_EXCL,
        )
        .unwrap();
    m.write_all(fd, &data);
    assert_eq!(
        m.call(|| Ok(seek(&m.current, fd, crate::kernel::file::Whence::End, 0)?)),
        Ok(300_000)
    );
    assert_eq!(
        m.call(|| Ok(seek(&m.current, fd, crate::kernel::file::Whence::Set, 0)?)),
        Ok(0)
    );
    assert_eq!(m.read_all(fd), data);
    let piece = m.call(|| {
        let mut sink = VecSink::new(5);
        pread(&m.current, fd, 299_998, &mut sink).map(|_| sink.bytes)
    });
    assert_eq!(piece.unwrap(), data[299_998..]);
    assert_eq!(
        m.open("/mnt/f", OpenFlags::O_CREAT | OpenFlags::O_EXCL),
        Err(Errno::EEXIST)
    );
    let stat = m.call(|| Ok(fstat(&m.current, fd)?)).unwrap();
    assert_eq!((stat.size, stat.mode), (300_000, 0o640));
    m.current.die();
}

#[test]
fn appending_goes_to_the_end_that_the_page_knows() {
    let m = machine();
    let fd = m
        .open(
            "/mnt/log",
            OpenFlags::O_WRONLY | OpenFlags::O_CREAT | OpenFlags::O_APPEND,
        )
        .unwrap();
    m.write_all(fd, b"one\n");
    // Somebody else on the page appends too.
    let behind = open_file(
        Caller::page(&m.behind),
        Base::Root,
        b"/log",
        OpenFlags::O_WRONLY | OpenFlags::O_APPEND,
        0,
    )
    .unwrap();
    behind.try_write(&mut b"two\n".as_slice()).unwrap();
    m.write_all(fd, b"three\n");
    let reader = m.open("/mnt/log", OpenFlags::empty()).unwrap();
    assert_eq!(m.read_all(reader), b"one\ntwo\nthree\n");
    m.call(|| Ok(io::ftruncate(&m.current, fd, 4)?)).unwrap();
    assert_eq!(m.call(|| Ok(fstat(&m.current, fd)?)).unwrap().size, 4);
    m.current.die();
}

#[test]
fn names_are_made_listed_moved_and_removed() {
    let m = machine();
    m.path(|c, b| mkdir(c, b, b"/mnt/d", 0o755)).unwrap();
    m.path(|c, b| mkdir(c, b, b"/mnt/d/sub", 0o755)).unwrap();
    m.path(|c, b| symlink(c, b"d/sub", b, b"/mnt/link")).unwrap();
    m.open("/mnt/link/file", OpenFlags::O_CREAT | OpenFlags::O_WRONLY)
        .unwrap();
    assert_eq!(m.names("/mnt"), [".", "..", "d", "link"]);
    assert_eq!(m.names("/mnt/d/sub"), [".", "..", "file"]);
    assert_eq!(m.path(|c, b| rmdir(c, b, b"/mnt/d/sub")), Err(Errno::ENOTEMPTY));
    assert_eq!(
        m.path(|c, b| rename(c, b, b"/mnt/d", b, b"/mnt/d/sub/inside")),
        Err(Errno::EINVAL)
    );
    let before = m.path(|c, b| stat(c, b, b"/mnt/d/sub", Follow::Yes)).unwrap().ino;
    m.path(chdir_to(b"/mnt/d/sub")).unwrap();
    m.path(|c, b| rename(c, b, b"/mnt/d", b, b"/mnt/e")).unwrap();
    assert_eq!(getcwd(&m.current).unwrap(), b"/mnt/e/sub");
    assert_eq!(m.path(|c, b| stat(c, b, b".", Follow::Yes)).unwrap().ino, before);
    assert_eq!(
        m.path(|c, b| stat(c, b, b"/mnt/link", Follow::Yes)).map(drop),
        Err(Errno::ENOENT)
    );
    m.path(|c, b| link(c, b, b"/mnt/e/sub/file", Follow::No, b, b"/mnt/e/hard"))
        .unwrap();
    assert_eq!(
        m.path(|c, b| stat(c, b, b"/mnt/e/hard", Follow::Yes))
            .unwrap()
            .nlink,
        2
    );
    assert_eq!(
        m.path(|c, b| rename(c, b, b"/mnt/e/hard", b, b"/tmp/x")),
        Err(Errno::EXDEV)
    );
    m.path(|c, b| unlink(c, b, b"/mnt/e/sub/file")).unwrap();
    m.path(|c, b| rmdir(c, b, b"/mnt/e/sub")).unwrap();
    assert_eq!(m.path(|c, b| unlink(c, b, b"/mnt/e")), Err(Errno::EISDIR));
    assert_eq!(m.names("/mnt/e"), [".", "..", "hard"]);
    m.current.die();
}

fn chdir_to(path: &'static [u8]) -> impl Fn(&Current, Base<'_>) -> crate::kernel::Result<()> {
    move |current, _| chdir(current, path)
}

#[test]
fn attributes_reach_the_page() {
    let m = machine();
    m.open("/mnt/f", OpenFlags::O_CREAT | OpenFlags::O_WRONLY)
        .unwrap();
    m.path(|c, b| chmod(c, b, b"/mnt/f", 0o600, Follow::Yes)).unwrap();
    m.path(|c, b| chown(c, b, b"/mnt/f", Some(5), None, Follow::Yes))
        .unwrap();
    m.path(|c, b| {
        utimens(
            c,
            b,
            b"/mnt/f",
            SetTime::At(1_000_000),
            SetTime::At(2_000_000),
            Follow::Yes,
        )
    })
    .unwrap();
    m.path(|c, b| truncate(c, b, b"/mnt/f", 9)).unwrap();
    let stat = lstat(Caller::page(&m.behind), Base::Root, b"/f").unwrap();
    assert_eq!(
        (stat.mode, stat.uid, stat.atime_ns, stat.size),
        (0o600, 5, 1_000_000, 9)
    );
    m.current.die();
}

#[test]
fn a_moved_file_s_number_is_not_given_away() {
    let m = machine();
    let fd = m
        .open("/mnt/a", OpenFlags::O_CREAT | OpenFlags::O_WRONLY)
        .unwrap();
    m.path(|c, b| rename(c, b, b"/mnt/a", b, b"/mnt/b")).unwrap();
    m.open("/mnt/a", OpenFlags::O_CREAT | OpenFlags::O_WRONLY)
        .unwrap();
    let number = |path: &'static [u8]| m.path(move |c, b| stat(c, b, path, Follow::Yes)).unwrap().ino;
    assert_ne!(number(b"/mnt/a"), number(b"/mnt/b"));
    m.write_all(fd, b"still here");
    assert_eq!(
        lstat(Caller::page(&m.behind), Base::Root, b"/b").unwrap().size,
        10
    );
    m.current.die();
}

#[test]
fn what_the_page_refuses_has_its_errno() {
    let m = machine();
    assert_eq!(m.open("/mnt/missing", OpenFlags::empty()), Err(Errno::ENOENT));
    assert_eq!(
        m.open("/mnt/missing/deeper", OpenFlags::O_CREAT),
        Err(Errno::ENOENT)
    );
    let refused = m.path(|c, b| mknod(c, b, b"/mnt/fifo", FileType::Fifo, 0o600));
    assert_eq!(refused, Err(Errno::EPERM));
    let full: Vec<u8> = vec![1; 65_536];
    let fd = m
        .open("/mnt/full", OpenFlags::O_CREAT | OpenFlags::O_WRONLY)
        .unwrap();
    m.write_all(fd, &full);
    assert_eq!(
        m.path(|c, b| truncate(c, b, b"/mnt/missing", 1)),
        Err(Errno::ENOENT)
    );
    m.current.die();
}
