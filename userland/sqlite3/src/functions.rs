//! SQL functions that the shell adds to the library's own.

use sys::{Fd, FileType, Mode, OpenFlags, Timestamp};

use crate::engine::{Connection, Output, Value};

/// Makes them known to a connection.
pub fn add(connection: &Connection) {
    connection.add_series();
    connection.add_function("readfile", read_file);
    connection.add_function("writefile", write_file);
}

/// The bytes of an argument, numbers as text.
fn bytes(value: Value<'_>) -> Option<Vec<u8>> {
    match value {
        Value::Null => None,
        Value::Integer(n) => Some(n.to_string().into_bytes()),
        Value::Real(x) => Some(crate::text::real(x)),
        Value::Text(b) | Value::Blob(b) => Some(b.to_vec()),
    }
}

/// `readfile(name)`: a file's bytes, NULL where it can't be read.
fn read_file(values: &[Value<'_>]) -> Result<Output, Vec<u8>> {
    let [name] = values else {
        return Err(b"wrong number of arguments to function readfile()".to_vec());
    };
    let Some(name) = bytes(*name) else {
        return Ok(Output::Null);
    };
    let Ok(fd) = sys::open(&name, OpenFlags::CLOEXEC, Mode::empty()) else {
        return Ok(Output::Null);
    };
    let all = read_all(fd);
    let _ = sys::close(fd);
    Ok(all.map_or(Output::Null, Output::Blob))
}

/// All that a descriptor has.
pub fn read_all(fd: Fd) -> sys::Result<Vec<u8>> {
    let mut all = Vec::new();
    let mut chunk = vec![0; 64 * 1024];
    loop {
        match sys::read(fd, &mut chunk) {
            Ok(0) => return Ok(all),
            Ok(n) => all.extend_from_slice(&chunk[..n]),
            Err(sys::Errno::EINTR) => {}
            Err(error) => return Err(error),
        }
    }
}

/// `writefile(name, data [, mode [, mtime]])`: the number of bytes written.
fn write_file(values: &[Value<'_>]) -> Result<Output, Vec<u8>> {
    if !(2..=4).contains(&values.len()) {
        return Err(b"wrong number of arguments to function writefile()".to_vec());
    }
    let Some(name) = bytes(values[0]) else {
        return Ok(Output::Null);
    };
    let data = bytes(values[1]).unwrap_or_default();
    let mode = match values.get(2) {
        Some(Value::Integer(mode)) => *mode as u32,
        _ => 0,
    };
    let result = match FileType::from_mode(mode) {
        FileType::Directory => {
            std::fs::create_dir(cli::os(&name))
                .map_err(|e| sys::Errno::from_io(&e))
                .or_else(|error| {
                    // What is a directory already is as wanted.
                    sys::stat(&name)
                        .map(|s| s.is_dir())
                        .unwrap_or(false)
                        .then_some(())
                        .ok_or(error)
                })
        }
        _ => write_regular(&name, &data),
    };
    let result = result.and_then(|()| {
        if mode & 0o777 != 0 {
            sys::chmod(&name, Mode::new(mode & 0o777))?;
        }
        match values.get(3) {
            Some(Value::Integer(mtime)) => {
                let time = Timestamp::Nanos(mtime.saturating_mul(1_000_000_000));
                sys::utimens(&name, Timestamp::Now, time, true)
            }
            _ => Ok(()),
        }
    });
    match result {
        Ok(()) if FileType::from_mode(mode) == FileType::Directory => Ok(Output::Null),
        Ok(()) => Ok(Output::Integer(data.len() as i64)),
        // Without a mode SQLite's shell answers NULL; with one it is an error.
        Err(_) if values.len() == 2 => Ok(Output::Null),
        Err(_) => Err([b"failed to write file: ", &name[..]].concat()),
    }
}

fn write_regular(name: &[u8], data: &[u8]) -> sys::Result<()> {
    let flags = OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::TRUNC | OpenFlags::CLOEXEC;
    let fd = sys::open(name, flags, Mode::RW_ALL)?;
    let outcome = sys::write_all(fd, data);
    let closed = sys::close(fd);
    outcome.and(closed)
}
