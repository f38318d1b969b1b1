//! [`KernelInterface`]'s calls on descriptors.

use super::deferred::bad_fd;
use super::interface::{KernelInterface, object};
use super::numbers::{integer, offset};
use super::stdio::{Way, at_once, complete, read_some, write_all};
use crate::kernel::Errno;
use crate::kernel::error::Block;
use crate::kernel::file::{File, OpenFile, OpenFlags, Whence};
use crate::kernel::fs::FileType;
use crate::kernel::process::Fd;
use crate::kernel::signal::Signal;
use crate::kernel::syscall::fd as calls;
use crate::kernel::syscall::path::{self, Base};
use crate::wasmvm::{filetype, rights};
use crate::web::error::{JsResult, about, error, plain, promise};
use crate::web::exec::bytes_of;
use crate::web::files::stat_object;
use crate::web::machine::Machine;
use crate::web::streams::{ArraySink, ArraySource, joined};
use js_sys::{Array, BigInt, Promise, Uint8Array};
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::prelude::*;

/// How much one try reads or writes.
const PIECE: usize = 65_536;

impl KernelInterface {
    /// The open file behind `fd` when nothing is under way for it any more, given to `call`; a promise of what comes of that.
    fn with_file<F>(
        &self,
        pid: u32,
        fd: u32,
        call: impl FnOnce(Rc<Machine>, Arc<crate::kernel::process::Process>, Arc<OpenFile>) -> F + 'static,
    ) -> Promise
    where
        F: Future<Output = JsResult<JsValue>> + 'static,
    {
        let found = self
            .machine()
            .and_then(|machine| Ok((machine, self.process(pid)?)));
        let (machine, process) = match found {
            Ok(found) => found,
            Err(error) => return Promise::reject(&error),
        };
        let delegate = machine.delegates.borrow().get(&pid).cloned();
        promise(async move {
            let file = match delegate {
                Some(delegate) => delegate.settled_file(Fd(fd)).await?,
                None => process.open_file(Fd(fd)).map_err(|error| bad_fd(error, Fd(fd)))?,
            };
            call(machine, process, file).await
        })
    }
}

#[wasm_bindgen]
#[allow(missing_docs)]
impl KernelInterface {
    /// open(2), relative to the process's directory. Over files of the page's own that take their time it answers at once, and the first use
    /// tells what went wrong. A FIFO opens without waiting.
    #[wasm_bindgen(js_name = fdOpen)]
    pub fn fd_open(&self, pid: u32, path: String, flags: Option<u32>, mode: Option<u32>) -> JsResult<u32> {
        let delegate = self.delegate(pid)?;
        let bits = flags.unwrap_or(0);
        let flags = OpenFlags::from_bits(bits)
            .ok_or_else(|| error(Errno::EINVAL, &format!("invalid argument: the flags {bits:#o}")))?;
        let mode = mode.unwrap_or(0o666);
        let opened = delegate.machine.page.settle_now(|| {
            path::open_file(&delegate.current, Base::Cwd, path.as_bytes(), flags, mode)
                .map_err(|error| about(error, &path))
        });
        let fd = match opened {
            Some(file) => {
                let fds = &delegate.current.fds;
                fds.install(delegate.current.owner(), file?, calls::fd_flags(flags))
                    .map_err(|error| about(error, &path))?
            }
            None => delegate.open_later(path, flags, mode)?,
        };
        Ok(fd.0)
    }

    /// read(2): waits until there is something. A regular file gives all of `length` that it has; empty is the end.
    #[wasm_bindgen(js_name = fdRead)]
    pub fn fd_read(&self, pid: u32, fd: u32, length: f64) -> Promise {
        if let Ok(delegate) = self.delegate(pid) {
            let same = |a: Fd, b: Fd| {
                let (a, b) = (delegate.current.open_file(a), delegate.current.open_file(b));
                a.is_ok_and(|a| b.is_ok_and(|b| Arc::ptr_eq(&a, &b)))
            };
            if same(Fd(fd), Fd(0)) {
                delegate.reads_stdin.set(true);
            }
        }
        self.with_file(pid, fd, move |machine, process, file| async move {
            let length = whole(length)?;
            let pieces = Array::new();
            let mut left = length;
            while left > 0 {
                let more = read_some(&machine, &process, &file, left).await?;
                let count: u32 = more
                    .iter()
                    .map(|piece| piece.unchecked_ref::<Uint8Array>().length())
                    .sum();
                more.iter().for_each(|piece| {
                    pieces.push(&piece);
                });
                left -= count as usize;
                if count == 0 || file.file_type() != FileType::Regular {
                    break;
                }
            }
            Ok(joined(&pieces).into())
        })
    }

    /// write(2), at once: how many bytes were taken. EAGAIN when it takes nothing now; EPIPE, with SIGPIPE. Files of the page's own that take
    /// their time take all, and what goes wrong is told by the next call and by close.
    #[wasm_bindgen(js_name = fdWrite)]
    pub fn fd_write(&self, pid: u32, fd: u32, data: JsValue) -> JsResult<u32> {
        let bytes = bytes_of(&data)?;
        let machine = self.machine()?;
        let file = self.file(pid, fd)?;
        let delegate = machine.delegates.borrow().get(&pid).cloned();
        if let Some(delegate) = &delegate {
            delegate.take_failure(&file)?;
            if delegate.is_deferred(&file) {
                delegate.write_later(&file, bytes.clone());
                return Ok(bytes.length());
            }
        }
        let mut written = 0;
        while written < bytes.length() {
            let rest = bytes.subarray(written, bytes.length().min(written + PIECE as u32));
            let attempt = machine.page.settle_now(|| {
                let mut source = ArraySource::new(rest.clone());
                match file.try_write(&mut source) {
                    Err(Block::WouldBlock) => Ok(None),
                    other => at_once(other).map(Some),
                }
            });
            match (attempt, &delegate) {
                (Some(Ok(Some(count))), _) => written += count as u32,
                (Some(Ok(None)), _) if written > 0 => break,
                (Some(Ok(None)), _) => return Err(about(Errno::EAGAIN.into(), &format!("descriptor {fd}"))),
                (Some(Err(error)), _) => {
                    if is_broken_pipe(&error) {
                        self.process(pid)?.post(Signal::SIGPIPE);
                    }
                    return Err(error);
                }
                (None, Some(delegate)) => {
                    delegate.write_later(&file, bytes.subarray(written, bytes.length()));
                    return Ok(bytes.length());
                }
                (None, None) => return Err(about(Errno::EAGAIN.into(), &format!("descriptor {fd}"))),
            }
        }
        Ok(written)
    }

    /// lseek(2): resolves to the new offset, a bigint. ESPIPE for pipes and terminals.
    #[wasm_bindgen(js_name = fdSeek)]
    pub fn fd_seek(&self, pid: u32, fd: u32, delta: JsValue, whence: Option<u32>) -> Promise {
        self.with_file(pid, fd, move |machine, _, file| async move {
            let delta = integer(&delta, "the offset")?;
            let whence = match whence.unwrap_or(0) {
                0 => Whence::Set,
                1 => Whence::Current,
                2 => Whence::End,
                other => return Err(error(Errno::EINVAL, &format!("invalid argument: whence {other}"))),
            };
            let sought = machine.page.settle(|| {
                file.seek(whence, delta)
                    .map_err(|error| about(error, &format!("descriptor {fd}")))
            });
            Ok(BigInt::from(sought.await?).into())
        })
    }

    /// pread(2): like fdRead, at an offset and without moving the descriptor's. ESPIPE.
    #[wasm_bindgen(js_name = fdPread)]
    pub fn fd_pread(&self, pid: u32, fd: u32, length: f64, at: JsValue) -> Promise {
        self.with_file(pid, fd, move |machine, process, file| async move {
            let (length, start) = (whole(length)?, offset(&at)?);
            let pieces = Array::new();
            let mut done = 0;
            while done < length {
                let read = || {
                    let mut sink = ArraySink::new((length - done).min(PIECE));
                    let count = file.try_pread(start.saturating_add(done as u64), &mut sink)?;
                    Ok((count, sink.pieces))
                };
                let (count, more) = complete(&machine, &process, &file, Way::Read, read).await?;
                more.iter().for_each(|piece| {
                    pieces.push(&piece);
                });
                done += count;
                if count == 0 {
                    break;
                }
            }
            Ok(joined(&pieces).into())
        })
    }

    /// pwrite(2): resolves to the count. ESPIPE.
    #[wasm_bindgen(js_name = fdPwrite)]
    pub fn fd_pwrite(&self, pid: u32, fd: u32, data: JsValue, at: JsValue) -> Promise {
        self.with_file(pid, fd, move |machine, process, file| async move {
            let (bytes, start) = (bytes_of(&data)?, offset(&at)?);
            let mut done = 0;
            while done < bytes.length() {
                let write = || {
                    let rest = bytes.subarray(done, bytes.length().min(done + PIECE as u32));
                    file.try_pwrite(start.saturating_add(u64::from(done)), &mut ArraySource::new(rest))
                };
                done += complete(&machine, &process, &file, Way::Write, write).await? as u32;
            }
            // Nothing to write still asks whether it could be.
            if bytes.length() == 0 {
                let empty = || file.try_pwrite(start, &mut ArraySource::new(bytes.clone()));
                complete(&machine, &process, &file, Way::Write, empty).await?;
            }
            Ok(done.into())
        })
    }

    /// close(2). It also tells what writes before it failed with.
    #[wasm_bindgen(js_name = fdClose)]
    pub fn fd_close(&self, pid: u32, fd: u32) -> JsResult<()> {
        let delegate = self.delegate(pid)?;
        let file = self.file(pid, fd)?;
        calls::close(&delegate.current, Fd(fd)).map_err(|error| bad_fd(error, Fd(fd)))?;
        delegate.close_deferred(&file)
    }

    /// dup(2).
    #[wasm_bindgen(js_name = fdDup)]
    pub fn fd_dup(&self, pid: u32, fd: u32) -> JsResult<u32> {
        let duplicate = calls::dup(&self.delegate(pid)?.current, Fd(fd));
        duplicate.map(|fd| fd.0).map_err(|error| bad_fd(error, Fd(fd)))
    }

    /// dup2(2).
    #[wasm_bindgen(js_name = fdDup2)]
    pub fn fd_dup2(&self, pid: u32, old: u32, new: u32) -> JsResult<()> {
        calls::dup2(&self.delegate(pid)?.current, Fd(old), Fd(new)).map_err(|error| bad_fd(error, Fd(old)))
    }

    /// `{ filetype, flags, rights }`: WASI's kind and rights, open(2)'s flags.
    #[wasm_bindgen(js_name = fdStat)]
    pub fn fd_stat(&self, pid: u32, fd: u32) -> JsResult<JsValue> {
        let file = self.file(pid, fd)?;
        let opening = self
            .delegate(pid)
            .is_ok_and(|delegate| delegate.is_opening(&file));
        let kind = if opening { 0 } else { filetype(file.file_type()) };
        Ok(object(&[
            ("filetype", kind.into()),
            ("flags", file.flags().bits().into()),
            ("rights", BigInt::from(rights(&file).bits()).into()),
        ]))
    }

    /// pipe(2).
    pub fn pipe(&self, pid: u32) -> JsResult<JsValue> {
        let (read, write) = calls::pipe(&self.delegate(pid)?.current, OpenFlags::empty()).map_err(plain)?;
        Ok(object(&[("readFd", read.0.into()), ("writeFd", write.0.into())]))
    }

    /// The process's descriptors, as `/dev/fd` lists them.
    #[wasm_bindgen(js_name = devFdReadDir)]
    pub fn dev_fd_read_dir(&self, pid: u32) -> JsResult<Array> {
        let fds = self.process(pid)?.fds.list();
        Ok(fds.iter().map(|fd| JsValue::from(fd.0.to_string())).collect())
    }

    /// Resolves to the stat of the file behind a descriptor.
    #[wasm_bindgen(js_name = devFdStat)]
    pub fn dev_fd_stat(&self, pid: u32, fd: u32) -> Promise {
        self.with_file(pid, fd, move |machine, _, file| async move {
            let stat = || match &file.file {
                File::Inode(inode) => inode
                    .refresh()
                    .map(|()| inode.stat())
                    .map_err(|error| about(error, &format!("descriptor {fd}"))),
                _ => Ok(file.stat()),
            };
            Ok(stat_object(&machine.page.settle(stat).await?))
        })
    }

    /// Writes all of `data`, however long that takes. Not in the reference: what fdWrite can't do.
    #[wasm_bindgen(js_name = fdWriteAll)]
    pub fn fd_write_all(&self, pid: u32, fd: u32, data: JsValue) -> Promise {
        self.with_file(pid, fd, move |machine, process, file| async move {
            let bytes = bytes_of(&data)?;
            write_all(&machine, &process, &file, &bytes).await?;
            Ok(bytes.length().into())
        })
    }
}

fn whole(length: f64) -> JsResult<usize> {
    if length.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&length) {
        Ok(length as usize)
    } else {
        Err(error(Errno::EINVAL, "invalid argument: the length is no size"))
    }
}

fn is_broken_pipe(error: &JsValue) -> bool {
    let code = js_sys::Reflect::get(error, &"code".into());
    code.is_ok_and(|code| code.as_string().as_deref() == Some(Errno::EPIPE.name()))
}
