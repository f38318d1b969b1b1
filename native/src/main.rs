//! `cobnut-native [options] command [argument…]`: runs one command of the userland on this machine.

use cobnut_native::{Machine, bridge};
use std::os::unix::ffi::OsStringExt;
use std::process::ExitCode;
use std::time::Duration;

const USAGE: &str = "usage: cobnut-native [--timeout SECONDS] [--file SOURCE:DESTINATION]… [--program NAME=WASM]… command [argument…]

Runs a command of Cobnut's userland (pkg/userland, or the folder that COBNUT_USERLAND names) on the kernel, natively.
  --timeout SECONDS          kill it after that time; the exit status is then 124
  --file SOURCE:DESTINATION  copy a file of this machine to a path in the kernel, executable if it is here
  --program NAME=WASM        make a module (or its text) a command besides those of the userland; without a userland, instead of it";

struct Options {
    timeout: Option<Duration>,
    files: Vec<(String, String)>,
    programs: Vec<(String, String)>,
    args: Vec<Vec<u8>>,
}

fn parse(mut args: impl Iterator<Item = std::ffi::OsString>) -> Result<Options, String> {
    let mut options = Options {
        timeout: None,
        files: Vec::new(),
        programs: Vec::new(),
        args: Vec::new(),
    };
    while let Some(arg) = args.next() {
        let mut value = || {
            args.next()
                .and_then(|value| value.into_string().ok())
                .ok_or_else(|| USAGE.to_string())
        };
        let pair = |text: String, by: char| {
            text.split_once(by)
                .map(|(a, b)| (a.to_string(), b.to_string()))
                .ok_or_else(|| USAGE.to_string())
        };
        match arg.to_str() {
            Some("--timeout") => {
                let seconds: f64 = value()?.parse().map_err(|_| USAGE.to_string())?;
                options.timeout =
                    Some(Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())?);
            }
            Some("--file") => options.files.push(pair(value()?, ':')?),
            Some("--program") => options.programs.push(pair(value()?, '=')?),
            Some("--help") => return Err(USAGE.into()),
            Some("--") => {
                options.args.extend(args.map(OsStringExt::into_vec));
                break;
            }
            _ => {
                options.args.push(arg.into_vec());
                options.args.extend(args.map(OsStringExt::into_vec));
                break;
            }
        }
    }
    if options.args.is_empty() {
        Err(USAGE.into())
    } else {
        Ok(options)
    }
}

fn boot(options: &Options) -> Result<Machine, String> {
    let machine = match Machine::new() {
        Ok(machine) => machine,
        Err(_) if !options.programs.is_empty() => Machine::bare(),
        Err(message) => return Err(message),
    };
    for (name, file) in &options.programs {
        let bytes = std::fs::read(file).map_err(|error| format!("{file}: {error}"))?;
        machine
            .add_command(name, &bytes)
            .map_err(|error| format!("{file}: {error}"))?;
    }
    for (source, destination) in &options.files {
        let bytes = std::fs::read(source).map_err(|error| format!("{source}: {error}"))?;
        let mode = std::fs::metadata(source)
            .map(|metadata| std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()));
        machine
            .write_file(destination, &bytes, mode.unwrap_or(0o644) & 0o777)
            .map_err(|error| format!("{destination}: {error}"))?;
    }
    Ok(machine)
}

fn main() -> ExitCode {
    let options = match parse(std::env::args_os().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    match boot(&options) {
        Ok(machine) => ExitCode::from(bridge::run(&machine, &options.args, options.timeout)),
        Err(message) => {
            eprintln!("cobnut-native: {message}");
            ExitCode::from(2)
        }
    }
}
