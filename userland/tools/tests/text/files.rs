//! file(1) against a table: what file 5.44 said of the same bytes, by `-b` and by `-bi`.

use std::fs;
use std::os::unix::fs::symlink;

use crate::{folder, run};

#[rustfmt::skip]
const FILES: &[(&[u8], &str, &str)] = &[
    (b"7z\xbc\xaf'\x1c\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "7-zip archive data, version 0.4", "application/x-7z-compressed; charset=binary"),
    (b"\x1f\x9d\x90abc", "compress'd data 16 bits", "application/x-compress; charset=binary"),
    (b"!<arch>\nx/              0           0     0     644     4         `\nabcd", "current ar archive", "application/x-archive; charset=us-ascii"),
    (b"hello\nworld\n", "ASCII text", "text/plain; charset=us-ascii"),
    (b"RIFF\0\0\0\0AVI LIST", "RIFF (little-endian) data, AVI", "video/x-msvideo; charset=binary"),
    (b"#!/usr/bin/awk -f\n", "awk script, ASCII text executable", "text/x-awk; charset=us-ascii"),
    (b"#!/bin/bash\necho\n", "Bourne-Again shell script, ASCII text executable", "text/x-shellscript; charset=us-ascii"),
    (b"BMF\0\0\0\0\0\0\x006\0\0\0(\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\x18\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "PC bitmap, Windows 3.x format, 2 x 2 x 24, image size 16, cbSize 70, bits offset 54", "image/bmp; charset=binary"),
    (b"\xef\xbb\xbfhello\n", "Unicode text, UTF-8 (with BOM) text", "text/plain; charset=utf-8"),
    (b"a\x08b\n", "ASCII text, with overstriking", "text/plain; charset=us-ascii"),
    (b"BZh91AY&SY\x9a\x89\xb4\"\0\0\0\x01\0\0` \0!\0\x82\xb1w$S\x85\t\t\xa8\x9bB ", "bzip2 compressed data, block size = 900k", "application/x-bzip2; charset=binary"),
    (b"#include <stdio.h>\n\nint main(void) {\n  return 0;\n}\n", "C source, ASCII text", "text/x-c; charset=us-ascii"),
    (b"\xca\xfe\xba\xbe\0\0\x004\0\x01", "compiled Java class data, version 52.0 (Java 1.8)", "application/x-java-applet; charset=binary"),
    (b"07070100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000", "ASCII cpio archive (SVR4 with no CRC)", "application/x-cpio; charset=us-ascii"),
    (b"a\r\nb\r\n", "ASCII text, with CRLF line terminators", "text/plain; charset=us-ascii"),
    (b"body { color: red; }\n", "ASCII text", "text/plain; charset=us-ascii"),
    (b"a,b,c\n1,2,3\n4,5,6\n", "CSV text", "text/csv; charset=us-ascii"),
    (b"\0\x01\x02\xff\xfe\x03", "data", "application/octet-stream; charset=binary"),
    (b"!<arch>\ndebian-binary   1600000000  0     0     100644  4         `\n2.0\n", "Debian binary package (format 2.0)", "application/vnd.debian.binary-package; charset=us-ascii"),
    (b"--- a\n+++ b\n@@ -1 +1 @@\n-a\n+b\n", "unified diff output, ASCII text", "text/x-diff; charset=us-ascii"),
    (b"AT&TFORM\0\0\0\0DJVU", "DjVu image or single page document", "image/vnd.djvu; charset=binary"),
    (b"PK\x03\x04\x14\0\0\0\x08\0\xe5\xa4{]j\xd7d\xd1\t\0\0\0\xa0\0\0\0\x13\0\0\0[Content_Types].xml\xb3\xa9\xd0\xb7\xb3\x19\xc4\x18\0PK\x03\x04\x14\0\0\0\x08\0\xe5\xa4{]\x83\x16\xdc\x8c\x03\0\0\0\x01\0\0\0\x0b\0\0\0_rels/.rels\xab\0\0PK\x03\x04\x14\0\0\0\x08\0\xe5\xa4{]\x83\x16\xdc\x8c\x03\0\0\0\x01\0\0\0\x11\0\0\0word/document.xml\xab\0\0PK\x01\x02\x14\x03\x14\0\0\0\x08\0\xe5\xa4{]j\xd7d\xd1\t\0\0\0\xa0\0\0\0\x13\0\0\0\0\0\0\0\0\0\0\0\x80\x01\0\0\0\0[Content_Types].xmlPK\x01\x02\x14\x03\x14\0\0\0\x08\0\xe5\xa4{]\x83\x16\xdc\x8c\x03\0\0\0\x01\0\0\0\x0b\0\0\0\0\0\0\0\0\0\0\0\x80\x01:\0\0\0_rels/.relsPK\x01\x02\x14\x03\x14\0\0\0\x08\0\xe5\xa4{]\x83\x16\xdc\x8c\x03\0\0\0\x01\0\0\0\x11\0\0\0\0\0\0\0\0\0\0\0\x80\x01f\0\0\0word/document.xmlPK\x05\x06\0\0\0\0\x03\0\x03\0\xb9\0\0\0\x98\0\0\0\0\0", "Microsoft Word 2007+", "application/vnd.openxmlformats-officedocument.wordprocessingml.document; charset=binary"),
    (b"From: a@b\nSubject: x\n\nhi\n", "news or mail, ASCII text", "message/rfc822; charset=us-ascii"),
    (b"", "empty", "inode/x-empty; charset=binary"),
    (b"#!/usr/bin/env bash\n", "Bourne-Again shell script, ASCII text executable", "text/x-shellscript; charset=us-ascii"),
    (b"#!/usr/bin/env node\n", "Node.js script executable, ASCII text", "application/javascript; charset=us-ascii"),
    (b"#!/usr/bin/env python3\nprint()\n", "Python script, ASCII text executable", "text/x-script.python; charset=us-ascii"),
    (b"\x1b[1mhi\x1b[0m\n", "ASCII text, with escape sequences", "text/plain; charset=us-ascii"),
    (b"GIF89a\n\0\x14\0\x80\0\0", "GIF image data, version 89a, 10 x 20", "image/gif; charset=binary"),
    (b"\x1f\x8b\x08\x08\0\x10^_\x02\xffx.txt\0\xcb\xc8\x04\0\xac*\x93\xd8\x02\0\0\0", "gzip compressed data, was \"x.txt\", last modified: Sun Sep 13 12:26:40 2020, max compression, original size modulo 2^32 2", "application/gzip; charset=binary"),
    (b"\x1f\x8b\x08\0\0\0\0\0\0\xff\xcbH\xcd\xc9\xc9\x07\0\x86\xa6\x106\x05\0\0\0", "gzip compressed data, original size modulo 2^32 5", "application/gzip; charset=binary"),
    (b"<!DOCTYPE html>\n<html><body></body></html>\n", "HTML document, ASCII text", "text/html; charset=us-ascii"),
    (b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0 \0h\x04\0\0\x16\0\0\0", "data", "application/octet-stream; charset=binary"),
    (b"BEGIN:VCALENDAR\n", "vCalendar calendar file", "text/calendar; charset=us-ascii"),
    (b"DIRC\0\0\0\x02\0\0\0\x01", "Git index, version 2, 1 entries", "application/octet-stream; charset=binary"),
    (b"[core]\na=1\n", "ASCII text", "text/plain; charset=us-ascii"),
    (b"PK\x03\x04\x14\0\0\0\0\0\xe5\xa4{]\x83\x16\xdc\x8c\x01\0\0\0\x01\0\0\0\x14\0\0\0META-INF/MANIFEST.MFxPK\x01\x02\x14\x03\x14\0\0\0\0\0\xe5\xa4{]\x83\x16\xdc\x8c\x01\0\0\0\x01\0\0\0\x14\0\0\0\0\0\0\0\0\0\0\0\x80\x01\0\0\0\0META-INF/MANIFEST.MFPK\x05\x06\0\0\0\0\x01\0\x01\0B\0\0\x003\0\0\0\0\0", "Zip archive data, at least v2.0 to extract, compression method=store", "application/zip; charset=binary"),
    (b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xd9", "JPEG image data, JFIF standard 1.01, aspect ratio, density 1x1, segment length 16", "image/jpeg; charset=binary"),
    (b"function f() { return 1; }\n", "ASCII text", "text/plain; charset=us-ascii"),
    (b"{\"a\": [1, 2]}\n", "JSON text data", "application/json; charset=us-ascii"),
    (b"[1]\n", "JSON text data", "application/json; charset=us-ascii"),
    (b"\"a\"\n", "ASCII text", "text/plain; charset=us-ascii"),
    (b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3\n", "OpenSSH private key", "text/plain; charset=us-ascii"),
    (b"gr\xfc\xdfe\n", "ISO-8859 text", "text/plain; charset=iso-8859-1"),
    (b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", "ASCII text, with very long lines (400)", "text/plain; charset=us-ascii"),
    (b"#!/usr/bin/env lua\n", "Lua script, ASCII text executable", "text/x-lua; charset=us-ascii"),
    (b"\x04\"M\x18d@\xa7", "LZ4 compressed data (v1.4+)", "application/x-lz4; charset=binary"),
    (b"]\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\x004\x1a\\\xff\xff\xff\xff\xf0\0\0\0", "LZMA compressed data, streamed", "application/x-lzma; charset=binary"),
    (b"\xcf\xfa\xed\xfe\x07\0\0\x01\x03\0\0\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "Mach-O 64-bit x86_64 executable", "application/x-mach-binary; charset=binary"),
    (b"# Title\n\ntext\n", "ASCII text", "text/plain; charset=us-ascii"),
    (b"MThd\0\0\0\x06\0\x01\0\x02\0`", "Standard MIDI data (format 1) using 2 tracks at 1/96", "audio/midi; charset=binary"),
    (b"a\r\nb\nc\r", "ASCII text, with CRLF, CR, LF line terminators", "text/plain; charset=us-ascii"),
    (b"all: x\n\tcc x\n", "makefile script, ASCII text", "text/x-makefile; charset=us-ascii"),
    (b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2", "ISO Media, MP4 Base Media v1 [ISO 14496-12:2003]", "video/mp4; charset=binary"),
    (b"{\"a\":1}\n{\"b\":2}\n", "New Line Delimited JSON text data", "application/x-ndjson; charset=us-ascii"),
    (b"abc", "ASCII text, with no line terminators", "text/plain; charset=us-ascii"),
    (b"abc\0def\n", "data", "application/octet-stream; charset=binary"),
    (b"#! /opt/foo bar\n", "a /opt/foo bar script, ASCII text executable", "text/plain; charset=us-ascii"),
    (b"PK\x03\x04\x14\0\0\0\0\0\xe5\xa4{]^\xc62\x0c'\0\0\0'\0\0\0\x08\0\0\0mimetypeapplication/vnd.oasis.opendocument.textPK\x01\x02\x14\x03\x14\0\0\0\0\0\xe5\xa4{]^\xc62\x0c'\0\0\0'\0\0\0\x08\0\0\0\0\0\0\0\0\0\0\0\x80\x01\0\0\0\0mimetypePK\x05\x06\0\0\0\0\x01\0\x01\x006\0\0\0M\0\0\0\0\0", "OpenDocument Text", "application/vnd.oasis.opendocument.text; charset=binary"),
    (b"a", "very short file (no magic)", "application/octet-stream; charset=binary"),
    (b"PACK\0\0\0\x02\0\0\0\x03", "Git pack, version 2, 3 objects", "application/x-git; charset=binary"),
    (b"diff --git a/x b/x\nindex 1..2\n", "diff output, ASCII text", "text/x-diff; charset=us-ascii"),
    (b"P4\n8 8\n\xff\xff\xff\xff\xff\xff\xff\xff", "Netpbm image data, size = 8 x 8, rawbits, bitmap", "image/x-portable-bitmap; charset=iso-8859-1"),
    (b"%PDF-1.4\n%\xe2\xe3\n", "PDF document, version 1.4", "application/pdf; charset=iso-8859-1"),
    (b"-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n", "PEM certificate", "text/plain; charset=us-ascii"),
    (b"P2\n2 2\n255\n1 2 3 4\n", "Netpbm image data, size = 2 x 2, greymap, ASCII text", "image/x-portable-graymap; charset=us-ascii"),
    (b"-----BEGIN PGP MESSAGE-----\n\n", "PGP message", "application/pgp-encrypted; charset=us-ascii"),
    (b"<?php echo 1;\n", "PHP script, ASCII text", "text/x-php; charset=us-ascii"),
    (b"#!/usr/bin/perl\n", "Perl script text executable", "text/x-perl; charset=us-ascii"),
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x03\0\0\0\x05\x08\x06\0\0\0\x80qV\xa2\0\0\0\0IEND\xaeB`\x82", "PNG image data, 3 x 5, 8-bit/color RGBA, non-interlaced", "image/png; charset=binary"),
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x1e\0\0\x002\x08\x03\0\0\x01\x0b\x87\xabK\0\0\0\0IEND\xaeB`\x82", "PNG image data, 30 x 50, 8-bit colormap, interlaced", "image/png; charset=binary"),
    (b"P6\n2 2\n255\n\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "Netpbm image data, size = 2 x 2, rawbits, pixmap", "image/x-portable-pixmap; charset=iso-8859-1"),
    (b"%!PS-Adobe-3.0\n", "PostScript document text conforming DSC level 3.0", "application/postscript; charset=us-ascii"),
    (b"8BPS\0\x01\0\0\0\0\0\0\0\x03\0\0\0\x01\0\0\0\x02\0\x08\0\x03", "Adobe Photoshop Image, 2 x 1, RGB, 3x 8-bit channels", "image/vnd.adobe.photoshop; charset=binary"),
    (b"import os\n\ndef f(x):\n    return x\n", "Python script, ASCII text executable", "text/x-script.python; charset=us-ascii"),
    (b"Rar!\x1a\x07\0\0\0\0\0\0\0\0\0\0\0", "RAR archive data", "application/x-rar; charset=binary"),
    (b"#!/usr/bin/ruby\n", "Ruby script, ASCII text executable", "text/x-ruby; charset=us-ascii"),
    (b"{\\rtf1\\ansi}", "Rich Text Format data, version 1, ANSI", "text/rtf; charset=us-ascii"),
    (b"#!/bin/sh\necho\n", "POSIX shell script, ASCII text executable", "text/x-shellscript; charset=us-ascii"),
    (b"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n", "SVG Scalable Vector Graphics image", "image/svg+xml; charset=us-ascii"),
    (b"<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>\n", "SVG Scalable Vector Graphics image", "image/svg+xml; charset=us-ascii"),
    (b"\\documentclass{article}\n", "LaTeX 2e document, ASCII text", "text/x-tex; charset=us-ascii"),
    (b"II*\0\x08\0\0\0\0\0", "TIFF image data, little-endian, direntries=0", "image/tiff; charset=binary"),
    (b"d8:announce3:abce", "BitTorrent file", "application/x-bittorrent; charset=us-ascii"),
    (b"\xfe\xff\0h\0i\0\n", "Unicode text, UTF-16, big-endian text", "text/plain; charset=utf-16be"),
    (b"\xff\xfeh\0i\0\n\0", "Unicode text, UTF-16, little-endian text", "text/plain; charset=utf-16le"),
    (b"gr\xc3\xbc\xc3\x9fe\n", "Unicode text, UTF-8 text", "text/plain; charset=utf-8"),
    (b"\0asm\x01\0\0\0", "WebAssembly (wasm) binary module version 0x1 (MVP)", "application/wasm; charset=binary"),
    (b"RIFF$\0\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0D\xac\0\0\x10\xb1\x02\0\x04\0\x10\0data\0\0\0\0", "RIFF (little-endian) data, WAVE audio, Microsoft PCM, 16 bit, stereo 44100 Hz", "audio/x-wav; charset=binary"),
    (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webmB\x87\x81\x02", "WebM", "video/webm; charset=binary"),
    (b"<?xml version=\"1.0\"?>\n<a/>\n", "XML 1.0 document, ASCII text", "text/xml; charset=us-ascii"),
    (b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4F\x02\0!\x01\x16\0\0\0t/\xe5\xa3\x01\0\x01hi\0\0\0\xfe\xa98\x11\xbc\xca\xa5H\0\x01\x1a\x02\xdc.\xa5~\x1f\xb6\xf3}\x01\0\0\0\0\x04YZ", "XZ compressed data, checksum CRC64", "application/x-xz; charset=binary"),
    (b"---\na: 1\n", "ASCII text", "text/plain; charset=us-ascii"),
    (b"PK\x03\x04\x14\0\0\0\0\0\xe5\xa4{]\x1a\x1c\xb4\x8d2\0\0\x002\0\0\0\x01\0\0\0ahellohellohellohellohellohellohellohellohellohelloPK\x01\x02\x14\x03\x14\0\0\0\0\0\xe5\xa4{]\x1a\x1c\xb4\x8d2\0\0\x002\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x80\x01\0\0\0\0aPK\x05\x06\0\0\0\0\x01\0\x01\0/\0\0\0Q\0\0\0\0\0", "Zip archive data, at least v2.0 to extract, compression method=store", "application/zip; charset=binary"),
    (b"PK\x03\x04\x14\0\0\0\x08\0\xe5\xa4{]\x1a\x1c\xb4\x8d\n\0\0\x002\0\0\0\x01\0\0\0a\xcbH\xcd\xc9\xc9\xcf \x85\0\0PK\x01\x02\x14\x03\x14\0\0\0\x08\0\xe5\xa4{]\x1a\x1c\xb4\x8d\n\0\0\x002\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x80\x01\0\0\0\0aPK\x05\x06\0\0\0\0\x01\0\x01\0/\0\0\0)\0\0\0\0\0", "Zip archive data, at least v2.0 to extract, compression method=deflate", "application/zip; charset=binary"),
    (b"PK\x03\x04\x14\0\0\0\0\0\xe5\xa4{]\0\0\0\0\0\0\0\0\0\0\0\0\x02\0\0\0d/PK\x01\x02\x14\x03\x14\0\0\0\0\0\xe5\xa4{]\0\0\0\0\0\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\0\0\x10\0\xfdA\0\0\0\0d/PK\x05\x06\0\0\0\0\x01\0\x01\x000\0\0\0 \0\0\0\0\0", "Zip archive data, at least v2.0 to extract, compression method=store", "application/zip; charset=binary"),
    (b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "Zip archive data (empty)", "application/zip; charset=binary"),
    (b"(\xb5/\xfd$\x03\x19\0\0abc\0\0\0\0", "Zstandard compressed data (v0.8+), Dictionary ID: None", "application/zstd; charset=binary"),
];

fn text(root: &std::path::Path, arguments: &[&str], stdin: &str) -> (String, Option<i32>) {
    let output = run(root, arguments, stdin.as_bytes());
    (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        output.status.code(),
    )
}

#[test]
fn contents_are_told_as_file_tells_them() {
    let root = folder("file-contents");
    let mut failures = Vec::new();
    for (content, description, mime) in FILES {
        fs::write(root.join("f"), content).unwrap();
        for (option, expected) in [("-b", description), ("-bi", mime)] {
            let got = text(&root, &["file", option, "f"], "");
            if got != (format!("{expected}\n"), Some(0)) {
                failures.push(format!("{got:?}, not {expected:?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn kinds_of_files_and_options_are_file_s() {
    let root = folder("file-kinds");
    fs::write(root.join("ascii"), "hello\n").unwrap();
    fs::create_dir(root.join("a directory")).unwrap();
    symlink("ascii", root.join("link")).unwrap();
    symlink("nosuch", root.join("broken")).unwrap();
    let tar = [&[b'a'; 257][..], b"ustar  \0", &[0; 247]].concat();
    fs::write(root.join("tar"), tar).unwrap();
    for (arguments, stdin, expected, status) in [
        (
            &["ascii", "a directory"][..],
            "",
            "ascii:       ASCII text\na directory: directory\n",
            0,
        ),
        (
            &["link", "broken"],
            "",
            "link:   symbolic link to ascii\nbroken: broken symbolic link to nosuch\n",
            0,
        ),
        (
            &["-L", "link", "broken"],
            "",
            "link:   ASCII text\nbroken: cannot open `broken' (No such file or directory)\n",
            0,
        ),
        (
            &["-E", "nosuch"],
            "",
            "nosuch: ERROR: cannot stat `nosuch' (No such file or directory)\n",
            1,
        ),
        (&["-"], "x\n", "/dev/stdin: ASCII text\n", 0),
        (
            &["-f", "-"],
            "ascii\nlink\n",
            "ascii: ASCII text\nlink:  symbolic link to ascii\n",
            0,
        ),
        (&["-F", "|", "ascii"], "", "ascii| ASCII text\n", 0),
        (&["-0", "ascii"], "", "ascii\0 ASCII text\n", 0),
        (
            &["-N", "ascii", "tar"],
            "",
            "ascii: ASCII text\ntar: POSIX tar archive (GNU)\n",
            0,
        ),
        (&["--mime-encoding", "ascii"], "", "ascii: us-ascii\n", 0),
        (&["-b", "/dev/null"], "", "character special (1/3)\n", 0),
        (&["-bs", "/dev/null"], "", "empty\n", 0),
        (&[], "", "", 1),
    ] {
        let arguments = [&["file"], arguments].concat();
        assert_eq!(
            text(&root, &arguments, stdin),
            (expected.into(), Some(status)),
            "{arguments:?}"
        );
    }
}

#[test]
fn programs_are_told_apart() {
    let root = folder("file-programs");
    let own = env!("CARGO_BIN_EXE_tools");
    let (said, _) = text(&root, &["file", "-b", own], "");
    assert!(
        said.starts_with("ELF 64-bit LSB pie executable, ")
            && said.contains(", dynamically linked, interpreter /"),
        "{said}"
    );
    assert!(said.ends_with(", with debug_info, not stripped\n"), "{said}");
    // Headers that point nowhere.
    let mut broken = fs::read(own).unwrap();
    broken.truncate(300);
    fs::write(root.join("broken"), &broken).unwrap();
    let (said, status) = text(&root, &["file", "-b", "broken"], "");
    assert!(said.starts_with("ELF 64-bit LSB ") && status == Some(0), "{said}");
}
