//! Commands whose kernel service is not there: they say so, with their customary statuses, and do nothing else.

use std::ffi::OsString;

use cli::{Outcome, complain, quote};

/// curl's status when it can't resolve a host (CURLE_COULDNT_RESOLVE_HOST).
const CURL_NO_HOST: i32 = 6;
/// curl's status for a wrong command line.
const CURL_USAGE: i32 = 2;
/// wget's status for a failure of the network.
const WGET_NETWORK: i32 = 4;
const WGET_USAGE: i32 = 1;
/// chroot(1)'s and stdbuf(1)'s status when they fail themselves.
const FAILED: i32 = 125;

/// The last operand: options and their values mostly come first.
fn address(arguments: &[OsString]) -> Option<String> {
    let words = arguments
        .iter()
        .map(|argument| argument.to_string_lossy().into_owned());
    words.rev().find(|word| !word.starts_with('-'))
}

/// The host of an address.
fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    rest.split_once(':').map_or(rest, |(host, _)| host)
}

pub fn curl(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let Some(address) = address(&arguments) else {
        complain(
            name,
            "(2) no URL specified\ncurl: try 'curl --help' for more information",
        );
        return Ok(CURL_USAGE);
    };
    complain(
        name,
        format_args!(
            "(6) Could not resolve host: {} (this kernel has no network yet)",
            host(&address)
        ),
    );
    Ok(CURL_NO_HOST)
}

pub fn wget(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let Some(address) = address(&arguments) else {
        complain(name, "missing URL\nUsage: wget [OPTION]... [URL]...");
        return Ok(WGET_USAGE);
    };
    let host = host(&address);
    complain(
        name,
        format_args!(
            "unable to resolve host address {} (this kernel has no network yet)",
            quote::always(host.as_ref())
        ),
    );
    Ok(WGET_NETWORK)
}

pub fn chroot(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let Some(root) = arguments
        .iter()
        .find(|argument| !argument.as_encoded_bytes().starts_with(b"-"))
    else {
        complain(name, "missing operand\nTry 'chroot --help' for more information.");
        return Ok(FAILED);
    };
    complain(
        name,
        format_args!(
            "cannot change root directory to {}: Function not implemented",
            quote::always(root)
        ),
    );
    Ok(FAILED)
}

pub fn stdbuf(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    if arguments.is_empty() {
        complain(name, "missing operand\nTry 'stdbuf --help' for more information.");
        return Ok(FAILED);
    }
    complain(
        name,
        "cannot change the buffering of another program: nothing can be preloaded into a WebAssembly module",
    );
    Ok(FAILED)
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn addresses_have_hosts() {
        for (address, expected) in [
            ("https://example.com/x?y", "example.com"),
            ("example.com:80", "example.com"),
            ("ftp://me:secret@example.com/", "example.com"),
        ] {
            assert_eq!(host(address), expected);
        }
    }
}
