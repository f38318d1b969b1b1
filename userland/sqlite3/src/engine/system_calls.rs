//! SQLite's own VFS for Unix over the kernel. On WASI its C library has no locks, no modes and a working directory of its own, so the calls
//! in which that shows are replaced by the kernel's: sqlite3_vfs.xSetSystemCall is made for that. What SQLite does with them (which
//! bytes it locks, when it syncs, what it does with a hot journal) stays its own.

use std::ffi::{CStr, c_char, c_int};
use std::mem;

use libsqlite3_sys as ffi;
use sys::{Fd, LockKind, LockOwner, LockRange, Mode, OpenFlags, Stat};

/// Puts the calls in place and makes `unix`, with locks of fcntl(2), the default VFS; SQLite's choice for WASI is a lock file, which
/// a process that was killed would leave behind.
pub fn install() {
    type Call = unsafe extern "C" fn();
    // SAFETY: SQLite casts each pointer back to the type that it has here before it calls it. No connection is open yet.
    unsafe {
        let vfs = ffi::sqlite3_vfs_find(c"unix".as_ptr());
        let Some(set) = vfs.as_ref().and_then(|vfs| vfs.xSetSystemCall) else {
            return;
        };
        let calls: [(&CStr, Call); 5] = [
            (
                c"open",
                mem::transmute::<unsafe extern "C" fn(*const c_char, c_int, c_int) -> c_int, Call>(open),
            ),
            (
                c"fcntl",
                mem::transmute::<unsafe extern "C" fn(c_int, c_int, *mut *mut Lock) -> c_int, Call>(fcntl),
            ),
            (
                c"stat",
                mem::transmute::<unsafe extern "C" fn(*const c_char, *mut libc::stat) -> c_int, Call>(stat),
            ),
            (
                c"lstat",
                mem::transmute::<unsafe extern "C" fn(*const c_char, *mut libc::stat) -> c_int, Call>(lstat),
            ),
            (
                c"fstat",
                mem::transmute::<unsafe extern "C" fn(c_int, *mut libc::stat) -> c_int, Call>(fstat),
            ),
        ];
        for (name, call) in calls {
            set(vfs, name.as_ptr(), Some(call));
        }
        ffi::sqlite3_vfs_register(vfs, 1);
    }
}

/// C's way to answer: -1 and errno.
fn answer(result: sys::Result<c_int>) -> c_int {
    result.unwrap_or_else(|error| {
        // SAFETY: errno's place is valid, and there is one thread.
        unsafe { *libc::__errno_location() = error.raw() };
        -1
    })
}

/// # Safety
/// `path` ends in NUL.
unsafe extern "C" fn open(path: *const c_char, flags: c_int, mode: c_int) -> c_int {
    // SAFETY: the contract above.
    let path = unsafe { CStr::from_ptr(path) }.to_bytes();
    let mut wanted = OpenFlags::CLOEXEC;
    wanted |= match flags & libc::O_ACCMODE {
        libc::O_RDWR => OpenFlags::RDWR,
        libc::O_WRONLY => OpenFlags::WRONLY,
        _ => OpenFlags::RDONLY,
    };
    for (theirs, ours) in [
        (libc::O_CREAT, OpenFlags::CREAT),
        (libc::O_EXCL, OpenFlags::EXCL),
        (libc::O_TRUNC, OpenFlags::TRUNC),
        (libc::O_DIRECTORY, OpenFlags::DIRECTORY),
        (libc::O_NOFOLLOW, OpenFlags::NOFOLLOW),
    ] {
        if flags & theirs == theirs {
            wanted |= ours;
        }
    }
    answer(sys::open(path, wanted, Mode::new(mode as u32)).map(|fd| fd.0))
}

/// `struct flock` of wasi-libc.
#[repr(C)]
struct Lock {
    kind: i16,
    whence: i16,
    start: i64,
    length: i64,
    pid: i32,
}

const F_RDLCK: i16 = 0;
const F_WRLCK: i16 = 1;
const F_UNLCK: i16 = 2;
/// The commands by the numbers that 32-bit targets have in wasi-libc's headers; those of 64-bit ones are SQLite's own, where a libc names none.
const GETLK: [c_int; 2] = [12, 5];
const SETLK: [c_int; 2] = [13, 6];
const SETLKW: [c_int; 2] = [14, 7];

/// # Safety
/// What follows `command` is a pointer to a lock where the command is one for locks. WebAssembly's C passes the place of a variable
/// function's further arguments.
unsafe extern "C" fn fcntl(fd: c_int, command: c_int, arguments: *mut *mut Lock) -> c_int {
    let is = |commands: [c_int; 2]| commands.contains(&command);
    if !is(GETLK) && !is(SETLK) && !is(SETLKW) {
        // SQLite's other use is for FD_CLOEXEC, which `open` has seen to.
        return 0;
    }
    // SAFETY: the contract above.
    let lock = unsafe { &mut **arguments };
    let kind = match lock.kind {
        F_RDLCK => Some(LockKind::Shared),
        F_WRLCK => Some(LockKind::Exclusive),
        _ => None,
    };
    let range = LockRange {
        start: lock.start,
        length: lock.length,
    };
    let (fd, owner) = (Fd(fd), LockOwner::Process);
    if !is(GETLK) {
        return answer(sys::setlk(fd, owner, kind, range, is(SETLKW)).map(|()| 0));
    }
    match sys::getlk(fd, owner, kind.unwrap_or(LockKind::Exclusive), range) {
        Err(error) => answer(Err(error)),
        Ok(None) => {
            lock.kind = F_UNLCK;
            0
        }
        Ok(Some(held)) => {
            lock.kind = if held.kind == LockKind::Shared {
                F_RDLCK
            } else {
                F_WRLCK
            };
            (lock.start, lock.length) = (held.range.start, held.range.length);
            lock.pid = held.holder.map_or(-1, |pid| pid.0);
            0
        }
    }
}

/// # Safety
/// `place` is a `struct stat`.
unsafe fn tell(result: sys::Result<Stat>, place: *mut libc::stat) -> c_int {
    answer(result.map(|found| {
        // SAFETY: the contract above; all zeros are a `struct stat`.
        let to = unsafe {
            place.write_bytes(0, 1);
            &mut *place
        };
        to.st_dev = found.dev;
        to.st_ino = found.ino;
        to.st_nlink = found.nlink.into();
        to.st_mode = found.mode;
        to.st_uid = found.uid;
        to.st_gid = found.gid;
        to.st_size = found.size as i64;
        to.st_mtim.tv_sec = found.mtime_ns.div_euclid(1_000_000_000);
        to.st_mtim.tv_nsec = found.mtime_ns.rem_euclid(1_000_000_000) as _;
        // Preview 1's file types, as wasi-libc's S_ISDIR and its like know them, are Linux's bits too.
        0
    }))
}

/// # Safety
/// `path` ends in NUL, `place` is a `struct stat`.
unsafe extern "C" fn stat(path: *const c_char, place: *mut libc::stat) -> c_int {
    // SAFETY: the contract above.
    unsafe { tell(sys::stat(CStr::from_ptr(path).to_bytes()), place) }
}

/// # Safety
/// As `stat`.
unsafe extern "C" fn lstat(path: *const c_char, place: *mut libc::stat) -> c_int {
    // SAFETY: the contract above.
    unsafe { tell(sys::lstat(CStr::from_ptr(path).to_bytes()), place) }
}

/// # Safety
/// `place` is a `struct stat`.
unsafe extern "C" fn fstat(fd: c_int, place: *mut libc::stat) -> c_int {
    // SAFETY: the contract above.
    unsafe { tell(sys::fstat(Fd(fd)), place) }
}
