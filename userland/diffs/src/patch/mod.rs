//! patch(1): changes files as a diff says.
//! <https://www.gnu.org/software/diffutils/manual/html_node/Invoking-patch.html>

mod apply;
mod hunk;
mod name;
mod options;
mod parse;
mod reject;
mod write;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use cli::{Exit, Outcome, Output, complain, input, quote};
use sys::{Errno, Fd};

use crate::lines::{Lines, body};
use apply::{Matching, Place, Target, run_ed};
use hunk::{FilePatch, Format, Hunk, Move};
use options::{Options, Talk};
use write::{Result, put, save};

const FAILED: i32 = 1;
const TROUBLE: i32 = 2;

pub fn run(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let options = options::parse(arguments)?;
    let text = read_patch(&options)?;
    let only = options.format;
    let mut text = text;
    let mut session = Session {
        says: Output::to(if options.output.as_deref() == Some("-".as_ref()) {
            Fd::STDERR
        } else {
            Fd::STDOUT
        }),
        options,
        collected: Vec::new(),
        status: 0,
    };
    if text.last().is_some_and(|b| *b != b'\n') {
        text.push(b'\n');
        session.say("patch unexpectedly ends in middle of line\n");
    }
    let lines = Lines::new(text);
    let patches = parse::parse(&lines, only).map_err(|wrong| {
        let shown = if wrong.line <= lines.len() {
            String::from_utf8_lossy(body(lines.get(wrong.line - 1))).into_owned()
        } else {
            String::new()
        };
        let place = format_args!("**** {} at line {}: {shown}", wrong.why, wrong.line);
        session.says.send();
        complain("patch", place);
        Exit(TROUBLE)
    })?;
    if patches.is_empty() && !lines.is_empty() {
        session.says.send();
        complain("patch", "**** Only garbage was found in the patch input.");
        return Err(Exit(TROUBLE));
    }
    for patch in patches {
        if let Err((path, why)) = session.patch(patch) {
            session.says.send();
            complain(
                "patch",
                format_args!("**** Can't write file {} : {why}", path.display()),
            );
            return Err(Exit(TROUBLE));
        }
    }
    let status = session.finish()?;
    Ok(session.says.finish("patch", status, TROUBLE))
}

/// Goes to -d's directory and reads the patch, which is named from there.
fn read_patch(options: &Options) -> std::result::Result<Vec<u8>, Exit> {
    let fail = |message: String| {
        complain("patch", message);
        Exit(TROUBLE)
    };
    if let Some(directory) = &options.directory {
        sys::chdir(directory).map_err(|why| {
            fail(format!(
                "**** Can't change to directory {} : {why}",
                directory.display()
            ))
        })?;
        sys::init();
    }
    let path = options.input.clone().unwrap_or_else(|| OsString::from("-"));
    input::read_file(&path)
        .map_err(|why| fail(format!("**** Can't open patch file {} : {why}", path.display())))
}

struct Session {
    options: Options,
    says: Output,
    /// What goes to -o's file.
    collected: Vec<u8>,
    status: i32,
}

/// What came of a file's hunks.
struct Applied {
    bytes: Vec<u8>,
    rejected: Vec<Hunk>,
    /// The hunks were not tried.
    skipped: bool,
    /// Something fitted only nearly.
    mismatch: bool,
}

/// What to do with a patch that seems to be applied already.
enum Verdict {
    Reverse,
    Anyway,
    Skip,
}

impl Session {
    fn say(&mut self, text: &str) {
        if self.options.talk > Talk::Silent {
            self.says.put(text.as_bytes());
        }
    }

    /// Asks on the terminal. Without one there is no answer.
    fn ask(&mut self, question: &str) -> String {
        self.says.put(question.as_bytes());
        self.says.send();
        let mut answer = Vec::new();
        if let Ok(fd) = sys::open(
            "/dev/tty",
            sys::OpenFlags::RDONLY | sys::OpenFlags::CLOEXEC,
            sys::Mode::empty(),
        ) {
            let mut byte = [0];
            while let Ok(1) = input::read(fd, &mut byte) {
                if byte[0] == b'\n' {
                    break;
                }
                answer.push(byte[0]);
            }
            let _ = sys::close(fd);
        } else {
            self.says.put(b"\n");
        }
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Whether a patch that looks reversed is to be.
    fn judge(&mut self, what: &str) -> Verdict {
        if self.options.forward {
            self.say(&format!("{what}  Skipping patch.\n"));
            Verdict::Skip
        } else if self.options.force {
            self.say(&format!("{what}  Applying it anyway.\n"));
            Verdict::Anyway
        } else if self.options.batch {
            let how = if self.options.reverse {
                "Ignoring -R."
            } else {
                "Assuming -R."
            };
            self.say(&format!("{what}  {how}\n"));
            Verdict::Reverse
        } else {
            let how = if self.options.reverse {
                "Ignore -R?"
            } else {
                "Assume -R?"
            };
            if self.ask(&format!("{what}  {how} [n] ")).starts_with('y') {
                return Verdict::Reverse;
            }
            if self.ask("Apply anyway? [n] ").starts_with('y') {
                return Verdict::Anyway;
            }
            self.say("Skipping patch.\n");
            Verdict::Skip
        }
    }

    fn patch(&mut self, mut patch: FilePatch) -> Result<()> {
        if self.options.reverse {
            if patch.format == Format::Ed {
                complain("patch", "**** can't reverse an ed script");
                self.status = TROUBLE;
                return Ok(());
            }
            patch.reverse();
        }
        let Some((source, target)) = self.paths(&patch) else {
            self.ignore(&patch);
            return Ok(());
        };
        let is_there = sys::lstat(&source);
        if is_there.is_ok_and(|stat| !stat.is_file()) {
            self.say(&format!(
                "File {} is not a regular file -- refusing to patch\n",
                source.display()
            ));
            self.ignore(&patch);
            return Ok(());
        }
        self.announce(&patch, &source, &target);
        let bytes = match input::read_file(source.as_os_str()) {
            Ok(bytes) => bytes,
            Err(Errno::ENOENT) => Vec::new(),
            Err(why) => return Err((source, why)),
        };
        let applied = self.apply(&mut patch, &source, &bytes, is_there.is_ok());
        let applied = match applied {
            Ok(applied) => applied,
            Err(command) => {
                let command = String::from_utf8_lossy(&command).trim_end().to_owned();
                complain(
                    "patch",
                    format_args!("**** ed script: can't do {}", quote::always(command.as_ref())),
                );
                self.status = TROUBLE;
                return Ok(());
            }
        };
        if !applied.rejected.is_empty() {
            self.status = self.status.max(FAILED);
            self.report_rejects(&patch, &target, &applied)?;
        }
        if self.options.output.is_some() {
            self.collected.extend_from_slice(&applied.bytes);
            return Ok(());
        }
        if applied.skipped || self.options.dry_run {
            return Ok(());
        }
        self.store(&patch, &source, &target, &bytes, &applied, is_there.ok())
    }

    /// The file to read and the file to write. `None` when it can't be found.
    fn paths(&mut self, patch: &FilePatch) -> Option<(PathBuf, PathBuf)> {
        if let Some(file) = &self.options.file {
            return Some((file.into(), file.into()));
        }
        let strip = self.options.strip;
        if patch.moved.is_some()
            && let [Some(old), Some(new), _] = &patch.names
            && let (Some(old), Some(new)) = (name::strip(old, strip), name::strip(new, strip))
            && !name::is_dangerous(&old)
            && !name::is_dangerous(&new)
        {
            return Some((old, new));
        }
        let (chosen, dangerous) = name::choose(patch, strip);
        for path in dangerous {
            self.say(&format!(
                "Ignoring potentially dangerous file name {}\n",
                path.display()
            ));
        }
        if chosen.is_none() {
            self.say("can't find file to patch\n");
            let hint = match strip {
                None => "Perhaps you should have used the -p or --strip option?\n",
                Some(_) => "Perhaps you used the wrong -p or --strip option?\n",
            };
            self.say(hint);
            if !self.options.force && !self.options.batch {
                let answer = self.ask("File to patch: ");
                if !answer.is_empty() {
                    return Some((answer.clone().into(), answer.into()));
                }
            }
            self.say("No file to patch.  Skipping patch.\n");
        }
        chosen.map(|path| (path.clone(), path))
    }

    /// A patch that was not tried.
    fn ignore(&mut self, patch: &FilePatch) {
        self.status = self.status.max(FAILED);
        let count = patch.hunks.len();
        let s = if count == 1 { "" } else { "s" };
        self.say(&format!("{count} out of {count} hunk{s} ignored\n"));
    }

    fn announce(&mut self, patch: &FilePatch, source: &Path, target: &Path) {
        let shown = |path: &Path| quote::if_needed(path.as_os_str());
        let doing = if self.options.dry_run {
            "checking"
        } else {
            "patching"
        };
        let what = match (&self.options.output, patch.moved) {
            (Some(output), _) => format!("{} (read from {})", quote::if_needed(output), shown(source)),
            (None, Some(Move::Rename)) if source != target => {
                format!("{} (renamed from {})", shown(target), shown(source))
            }
            (None, Some(Move::Copy)) if source != target => {
                format!("{} (copied from {})", shown(target), shown(source))
            }
            _ => shown(target),
        };
        self.say(&format!("{doing} file {what}\n"));
    }

    fn apply(
        &mut self,
        patch: &mut FilePatch,
        source: &Path,
        bytes: &[u8],
        is_there: bool,
    ) -> std::result::Result<Applied, Vec<u8>> {
        let mut applied = Applied {
            bytes: Vec::new(),
            rejected: Vec::new(),
            skipped: false,
            mismatch: false,
        };
        if patch.format == Format::Ed {
            applied.bytes = run_ed(bytes, &patch.script)?;
            return Ok(applied);
        }
        let mut anyway = self.options.force;
        let done = match (patch.absent, is_there && !bytes.is_empty()) {
            ([true, _], true) if !patch.hunks.is_empty() => Some(("create", "already exists")),
            ([_, true], false) if !is_there => Some(("delete", "does not exist")),
            _ => None,
        };
        if let Some((would, but)) = done {
            let what = format!(
                "The next patch would {would} the file {},\nwhich {but}!",
                source.display()
            );
            match self.judge(&what) {
                Verdict::Reverse => patch.reverse(),
                Verdict::Anyway => anyway = true,
                Verdict::Skip => applied.skipped = true,
            }
        }
        let matching = Matching {
            loose: self.options.loose,
        };
        let mut target = Target::new(bytes, matching);
        let mut grown = 0_isize;
        for at in 0..patch.hunks.len() {
            if applied.skipped {
                applied.rejected.push(patch.hunks[at].clone());
                continue;
            }
            let mut place = target.locate(&patch.hunks[at], 0);
            if place.is_none() && at == 0 && !anyway {
                let mut turned = patch.hunks[0].clone();
                turned.reverse();
                if target.locate(&turned, 0).is_some() {
                    let which = if self.options.reverse {
                        "Unreversed"
                    } else {
                        "Reversed (or previously applied)"
                    };
                    match self.judge(&format!("{which} patch detected!")) {
                        Verdict::Reverse => {
                            patch.reverse();
                            applied.mismatch = true;
                            place = target.locate(&patch.hunks[0], 0);
                        }
                        Verdict::Anyway => {}
                        Verdict::Skip => {
                            applied.skipped = true;
                            applied.rejected.push(patch.hunks[0].clone());
                            continue;
                        }
                    }
                }
            }
            let hunk = &patch.hunks[at];
            let (before, after) = hunk.context();
            let most = self.options.fuzz.min(before.max(after));
            let place = place.or_else(|| (1..=most).find_map(|fuzz| target.locate(hunk, fuzz)));
            match place {
                Some(place) => {
                    target.put(hunk, place);
                    applied.mismatch |= place.fuzz > 0 || place.offset != 0;
                    self.report_place(at + 1, place, grown);
                    grown += hunk.new_lines().count() as isize - hunk.old_lines().count() as isize;
                }
                None => {
                    let line = hunk.start[0] as isize + grown;
                    self.say(&format!("Hunk #{} FAILED at {line}.\n", at + 1));
                    applied.mismatch = true;
                    let mut rejected = hunk.clone();
                    // Where it would have gone, after what did go in.
                    rejected.start = rejected.start.map(|start| start.saturating_add_signed(grown));
                    applied.rejected.push(rejected);
                }
            }
        }
        applied.bytes = target.finish();
        Ok(applied)
    }

    /// Says where a hunk went, if that is not where it was expected.
    fn report_place(&mut self, number: usize, place: Place, grown: isize) {
        if place.fuzz == 0 && place.offset == 0 && self.options.talk < Talk::Verbose {
            return;
        }
        let first = place.at as isize + grown + 1;
        let mut line = format!("Hunk #{number} succeeded at {first}");
        if place.fuzz > 0 {
            line += &format!(" with fuzz {}", place.fuzz);
        }
        if place.offset != 0 {
            let s = if place.offset == 1 { "" } else { "s" };
            line += &format!(" (offset {} line{s})", place.offset);
        }
        self.say(&format!("{line}.\n"));
    }

    fn report_rejects(&mut self, patch: &FilePatch, target: &Path, applied: &Applied) -> Result<()> {
        let (count, all) = (applied.rejected.len(), patch.hunks.len());
        let s = if all == 1 { "" } else { "s" };
        let what = if applied.skipped { "ignored" } else { "FAILED" };
        let mut line = format!("{count} out of {all} hunk{s} {what}");
        let path = match &self.options.reject_file {
            Some(path) if path == "-" => None,
            Some(path) => Some(PathBuf::from(path)),
            None => {
                let base = self.options.output.as_ref().map_or(target, Path::new);
                let mut path = base.as_os_str().to_owned();
                path.push(".rej");
                Some(PathBuf::from(path))
            }
        };
        let path = path.filter(|_| !self.options.dry_run);
        if let Some(path) = &path {
            line += &format!(
                " -- saving rejects to file {}",
                quote::if_needed(path.as_os_str())
            );
        }
        // Said even by -s, as GNU's.
        self.says.line(line.as_bytes());
        if let Some(path) = path {
            let rejected: Vec<&Hunk> = applied.rejected.iter().collect();
            let unified = self
                .options
                .reject_unified
                .unwrap_or_else(|| reject::is_unified(patch.format));
            save(&path, &reject::text(patch, target, &rejected, unified), None)?;
        }
        Ok(())
    }

    /// Puts the result where it belongs.
    fn store(
        &mut self,
        patch: &FilePatch,
        source: &Path,
        target: &Path,
        before: &[u8],
        applied: &Applied,
        stat: Option<sys::Stat>,
    ) -> Result<()> {
        let options = &self.options;
        if options.backup || options.backup_if_mismatch && applied.mismatch {
            write::back_up(options, target, before, stat)?;
        }
        let gone = applied.bytes.is_empty()
            && (patch.absent[1] || options.remove_empty)
            && applied.rejected.is_empty();
        if gone {
            if stat.is_some() {
                std::fs::remove_file(source).map_err(|error| (source.to_owned(), Errno::from_io(&error)))?;
                write::remove_empty_parents(source);
            }
            return Ok(());
        }
        let mode = patch.modes[1].or(stat.map(|stat| stat.mode)).map(sys::Mode::new);
        if source != target || applied.bytes != before || stat.is_none() {
            save(target, &applied.bytes, mode)?;
        } else if let Some(mode) = mode {
            sys::chmod(target, mode).map_err(|why| (target.to_owned(), why))?;
        }
        if source != target && patch.moved == Some(Move::Rename) && stat.is_some() {
            std::fs::remove_file(source).map_err(|error| (source.to_owned(), Errno::from_io(&error)))?;
        }
        Ok(())
    }

    /// Writes -o's file.
    fn finish(&mut self) -> std::result::Result<i32, Exit> {
        let Some(output) = self.options.output.clone().filter(|_| !self.options.dry_run) else {
            return Ok(self.status);
        };
        let written = if output == "-" {
            self.says.send();
            put(Fd::STDOUT, &self.collected).map_err(|why| (PathBuf::from("-"), why))
        } else {
            save(Path::new(&output), &self.collected, None)
        };
        written.map_err(|(path, why)| {
            complain(
                "patch",
                format_args!("**** Can't write file {} : {why}", path.display()),
            );
            Exit(TROUBLE)
        })?;
        Ok(self.status)
    }
}
