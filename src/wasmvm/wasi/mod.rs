//! WASI preview 1 (`wasi_snapshot_preview1`) over kernel calls.
//!
//! Permissions are the kernel's business, not the rights': every descriptor has all rights, but that a terminal's lack FD_SEEK and
//! FD_TELL, by which wasi-libc's `isatty` knows it. Preopen 3 is `/` and not in the fd table: `fd_prestat_*(3)` and `path_*`
//! on 3 mean it always, every other call on 3 is about the process's own descriptor.

mod clock;
mod directory;
mod fd;
mod path;
mod poll;
mod process;
mod types;

pub use fd::rights;
pub use types::filetype;

use super::imports::import_table;

import_table! { "wasi_snapshot_preview1":
    restart args_get(argv: u32, argv_buf: u32) => process::args_get;
    restart args_sizes_get(count: u32, size: u32) => process::args_sizes_get;
    restart environ_get(environ: u32, environ_buf: u32) => process::environ_get;
    restart environ_sizes_get(count: u32, size: u32) => process::environ_sizes_get;
    restart clock_res_get(id: u32, out: u32) => clock::clock_res_get;
    restart clock_time_get(id: u32, precision: u64, out: u32) => clock::clock_time_get;
    restart fd_advise(fd: u32, offset: u64, len: u64, advice: u32) => fd::fd_advise, note "the advice is not taken";
    restart fd_allocate(fd: u32, offset: u64, len: u64) => fd::fd_allocate;
    restart fd_close(fd: u32) => fd::fd_close;
    restart fd_datasync(fd: u32) => fd::fd_sync;
    restart fd_fdstat_get(fd: u32, out: u32) => fd::fd_fdstat_get;
    restart fd_fdstat_set_flags(fd: u32, flags: u32) => fd::fd_fdstat_set_flags, note "DSYNC, RSYNC and SYNC are refused";
    restart fd_fdstat_set_rights(fd: u32, base: u64, inheriting: u64) => fd::fd_fdstat_set_rights, note "rights are not kept";
    restart fd_filestat_get(fd: u32, out: u32) => fd::fd_filestat_get;
    restart fd_filestat_set_size(fd: u32, size: u64) => fd::fd_filestat_set_size;
    restart fd_filestat_set_times(fd: u32, atime: u64, mtime: u64, flags: u32) => fd::fd_filestat_set_times;
    restart fd_pread(fd: u32, iovs: u32, count: u32, offset: u64, out: u32) => fd::fd_pread;
    restart fd_prestat_get(fd: u32, out: u32) => fd::fd_prestat_get;
    restart fd_prestat_dir_name(fd: u32, path: u32, len: u32) => fd::fd_prestat_dir_name;
    restart fd_pwrite(fd: u32, iovs: u32, count: u32, offset: u64, out: u32) => fd::fd_pwrite;
    restart fd_read(fd: u32, iovs: u32, count: u32, out: u32) => fd::fd_read;
    restart fd_readdir(fd: u32, buf: u32, len: u32, cookie: u64, out: u32) => directory::fd_readdir;
    restart fd_renumber(from: u32, to: u32) => fd::fd_renumber;
    restart fd_seek(fd: u32, delta: i64, whence: u32, out: u32) => fd::fd_seek;
    restart fd_sync(fd: u32) => fd::fd_sync;
    restart fd_tell(fd: u32, out: u32) => fd::fd_tell;
    restart fd_write(fd: u32, iovs: u32, count: u32, out: u32) => fd::fd_write;
    restart path_create_directory(fd: u32, path: u32, len: u32) => path::path_create_directory;
    restart path_filestat_get(fd: u32, flags: u32, path: u32, len: u32, out: u32) => path::path_filestat_get;
    restart path_filestat_set_times(fd: u32, flags: u32, path: u32, len: u32, atime: u64, mtime: u64, fst_flags: u32)
        => path::path_filestat_set_times;
    restart path_link(fd: u32, flags: u32, path: u32, len: u32, new_fd: u32, new_path: u32, new_len: u32) => path::path_link;
    restart path_open(
        fd: u32, dirflags: u32, path: u32, len: u32, oflags: u32, rights: u64, inheriting: u64, fdflags: u32, out: u32
    ) => path::path_open;
    restart path_readlink(fd: u32, path: u32, len: u32, buf: u32, buf_len: u32, out: u32) => path::path_readlink;
    restart path_remove_directory(fd: u32, path: u32, len: u32) => path::path_remove_directory;
    restart path_rename(fd: u32, path: u32, len: u32, new_fd: u32, new_path: u32, new_len: u32) => path::path_rename;
    restart path_symlink(target: u32, target_len: u32, fd: u32, path: u32, len: u32) => path::path_symlink;
    restart path_unlink_file(fd: u32, path: u32, len: u32) => path::path_unlink_file;
    once poll_oneoff(subscriptions: u32, events: u32, count: u32, out: u32) => poll::poll_oneoff;
    exit proc_exit(code: u32) => process::proc_exit;
    restart proc_raise(signal: u32) => process::proc_raise;
    restart sched_yield() => process::sched_yield;
    restart random_get(buf: u32, len: u32) => process::random_get;
    restart sock_accept(fd: u32, flags: u32, out: u32) => process::sock_accept, note "there are no sockets: ENOTSOCK";
    restart sock_recv(fd: u32, iovs: u32, count: u32, flags: u32, out: u32, out_flags: u32)
        => process::sock_recv, note "there are no sockets: ENOTSOCK";
    restart sock_send(fd: u32, iovs: u32, count: u32, flags: u32, out: u32) => process::sock_send, note "there are no sockets: ENOTSOCK";
    restart sock_shutdown(fd: u32, how: u32) => process::sock_shutdown, note "there are no sockets: ENOTSOCK";
}
