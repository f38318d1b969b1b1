//! What a text is written in: by its first line, or by signs in its first lines.

/// How many bytes of a text the signs are looked for in.
const SEARCHED: usize = 4096;

pub struct Language {
    pub name: String,
    pub mime: &'static str,
    /// The encoding is followed by `executable`.
    pub is_executable: bool,
    /// The name is the whole description: nothing of encoding and lines follows.
    pub is_all: bool,
}

fn language(name: &str, mime: &'static str, is_executable: bool, is_all: bool) -> Language {
    Language {
        name: name.into(),
        mime,
        is_executable,
        is_all,
    }
}

/// Interpreters by their base name, without the version behind it.
const INTERPRETERS: &[(&str, &str, &str)] = &[
    ("sh", "POSIX shell script", "text/x-shellscript"),
    ("bash", "Bourne-Again shell script", "text/x-shellscript"),
    ("dash", "POSIX shell script", "text/x-shellscript"),
    ("ksh", "Korn shell script", "text/x-shellscript"),
    ("zsh", "Paul Falstad's zsh script", "text/x-shellscript"),
    ("csh", "C shell script", "text/x-shellscript"),
    ("tcsh", "Tenex C shell script", "text/x-shellscript"),
    ("fish", "fish shell script", "text/x-shellscript"),
    ("awk", "awk script", "text/x-awk"),
    ("gawk", "GNU awk script", "text/x-gawk"),
    ("mawk", "new awk script", "text/x-nawk"),
    ("nawk", "new awk script", "text/x-nawk"),
    ("lua", "Lua script", "text/x-lua"),
    ("python", "Python script", "text/x-script.python"),
    ("ruby", "Ruby script", "text/x-ruby"),
    ("php", "PHP script", "text/x-php"),
    ("tclsh", "Tcl script", "text/x-tcl"),
    ("wish", "Tcl/Tk script", "text/x-tcl"),
];

/// Texts by how they begin; `true`: that is all that is said of them.
const BEGINNINGS: &[(&str, &str, &str, bool)] = &[
    (
        "{\\rtf1\\ansi",
        "Rich Text Format data, version 1, ANSI",
        "text/rtf",
        true,
    ),
    ("{\\rtf", "Rich Text Format data", "text/rtf", true),
    (
        "-----BEGIN CERTIFICATE-----",
        "PEM certificate",
        "text/plain",
        true,
    ),
    (
        "-----BEGIN CERTIFICATE REQUEST-----",
        "PEM certificate request",
        "text/plain",
        true,
    ),
    (
        "-----BEGIN RSA PRIVATE KEY-----",
        "PEM RSA private key",
        "text/plain",
        true,
    ),
    (
        "-----BEGIN DSA PRIVATE KEY-----",
        "PEM DSA private key",
        "text/plain",
        true,
    ),
    (
        "-----BEGIN EC PRIVATE KEY-----",
        "PEM EC private key",
        "text/plain",
        true,
    ),
    (
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "OpenSSH private key",
        "text/plain",
        true,
    ),
    (
        "-----BEGIN PGP MESSAGE-----",
        "PGP message",
        "application/pgp-encrypted",
        true,
    ),
    (
        "-----BEGIN PGP PUBLIC KEY BLOCK-----",
        "PGP public key block",
        "application/pgp-keys",
        true,
    ),
    (
        "-----BEGIN PGP SIGNATURE-----",
        "PGP signature",
        "application/pgp-signature",
        true,
    ),
    ("ssh-rsa ", "OpenSSH RSA public key", "text/plain", true),
    ("ssh-ed25519 ", "OpenSSH ED25519 public key", "text/plain", true),
    (
        "BEGIN:VCALENDAR",
        "vCalendar calendar file",
        "text/calendar",
        true,
    ),
    ("d8:announce", "BitTorrent file", "application/x-bittorrent", true),
    ("diff ", "diff output", "text/x-diff", false),
    ("*** ", "context diff output", "text/x-diff", false),
    ("<?php", "PHP script", "text/x-php", false),
    ("\\documentclass", "LaTeX 2e document", "text/x-tex", false),
    ("\\documentstyle", "LaTeX document", "text/x-tex", false),
    ("From: ", "news or mail", "message/rfc822", false),
    ("Subject: ", "news or mail", "message/news", false),
    ("Return-Path: ", "SMTP mail", "message/rfc822", false),
    ("Received: ", "SMTP mail", "message/rfc822", false),
];

pub fn identify(text: &[u8]) -> Option<Language> {
    let head = String::from_utf8_lossy(&text[..text.len().min(SEARCHED)]);
    if let Some(first) = head.strip_prefix("#!") {
        return Some(script(first.lines().next().unwrap_or_default()));
    }
    if let Some(rest) = head.strip_prefix("%!PS-Adobe-") {
        let level = rest.lines().next().unwrap_or_default().trim_end();
        let name = format!("PostScript document text conforming DSC level {level}");
        return Some(language(&name, "application/postscript", false, true));
    }
    if head.starts_with("%!") {
        return Some(language(
            "PostScript document text",
            "application/postscript",
            false,
            true,
        ));
    }
    markup(&head)
        .or_else(|| {
            let found = BEGINNINGS.iter().find(|(start, ..)| head.starts_with(start))?;
            Some(language(found.1, found.2, false, found.3))
        })
        .or_else(|| by_signs(&head))
}

/// What `#!` names.
fn script(first: &str) -> Language {
    let line = first.trim();
    let mut words = line.split_whitespace();
    let mut program = words.next().unwrap_or_default();
    if program.rsplit('/').next() == Some("env") {
        program = words
            .find(|word| !word.starts_with('-') && !word.contains('='))
            .unwrap_or(program);
    }
    let base = program.rsplit('/').next().unwrap_or(program);
    let bare = base.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    match bare {
        "node" | "nodejs" => {
            return language(
                "Node.js script executable",
                "application/javascript",
                false,
                false,
            );
        }
        "perl" => return language("Perl script text executable", "text/x-perl", false, true),
        _ => {}
    }
    match INTERPRETERS.iter().find(|(name, ..)| *name == bare) {
        Some((_, name, mime)) => language(name, mime, true, false),
        None => language(&format!("a {line} script"), "text/plain", true, false),
    }
}

fn markup(head: &str) -> Option<Language> {
    let start = head.trim_start();
    if let Some(rest) = start.strip_prefix("<?xml") {
        if rest.contains("<svg") {
            return Some(language(
                "SVG Scalable Vector Graphics image",
                "image/svg+xml",
                false,
                true,
            ));
        }
        let version = rest.split(['"', '\'']).nth(1).unwrap_or("1.0");
        return Some(language(
            &format!("XML {version} document"),
            "text/xml",
            false,
            false,
        ));
    }
    if start.starts_with("<svg") {
        return Some(language(
            "SVG Scalable Vector Graphics image",
            "image/svg+xml",
            false,
            true,
        ));
    }
    let lower: String = start.chars().take(512).collect::<String>().to_ascii_lowercase();
    let is_html = ["<!doctype html", "<html", "<head>", "<head ", "<title>", "<body"]
        .iter()
        .any(|tag| lower.starts_with(tag));
    is_html.then(|| language("HTML document", "text/html", false, false))
}

fn by_signs(head: &str) -> Option<Language> {
    let any = |test: fn(&str) -> bool| head.lines().any(test);
    let mut lines = head.lines();
    if let (Some(a), Some(b), Some(c)) = (lines.next(), lines.next(), lines.next())
        && a.starts_with("--- ")
        && b.starts_with("+++ ")
        && c.starts_with("@@ ")
    {
        return Some(language("unified diff output", "text/x-diff", false, false));
    }
    if any(|line| {
        line.trim_start().strip_prefix('#').is_some_and(|rest| {
            let rest = rest.trim_start();
            rest.strip_prefix("include")
                .is_some_and(|rest| rest.trim_start().starts_with(['<', '"']))
                || rest.starts_with("pragma ")
        })
    }) {
        let is_cxx = any(|line| {
            [
                "class ",
                "template",
                "namespace ",
                "using namespace",
                "public:",
                "private:",
            ]
            .iter()
            .any(|word| line.trim_start().starts_with(word))
        });
        return Some(if is_cxx {
            language("C++ source", "text/x-c++", false, false)
        } else {
            language("C source", "text/x-c", false, false)
        });
    }
    let is_python = any(|line| {
        (line.starts_with("def ") || line.starts_with("    def "))
            && line.contains('(')
            && line.trim_end().ends_with(':')
            || line.starts_with("from ") && line.contains(" import ")
    });
    if is_python {
        return Some(language("Python script", "text/x-script.python", true, false));
    }
    let is_makefile = any(|line| {
        [".PHONY:", ".PRECIOUS:", "all:", "CFLAGS", "LDFLAGS", "VPATH"]
            .iter()
            .any(|sign| line.starts_with(sign))
    });
    is_makefile.then(|| language("makefile script", "text/x-makefile", false, false))
}

/// Whether the first lines have the same number of commas, more than none.
pub fn is_csv(text: &[u8]) -> bool {
    /// How many lines have to agree.
    const LINES: usize = 10;
    let mut counts = Vec::new();
    let (mut commas, mut quoted) = (0, false);
    for b in text {
        match b {
            b'"' => quoted = !quoted,
            b',' if !quoted => commas += 1,
            b'\n' if !quoted => {
                counts.push(std::mem::take(&mut commas));
                if counts.len() == LINES {
                    break;
                }
            }
            _ => {}
        }
    }
    counts.len() >= 2 && counts[0] > 0 && counts.iter().all(|count| *count == counts[0])
}
