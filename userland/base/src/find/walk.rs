//! The walk, and what each file meets on it.

use std::path::{Path, PathBuf};

use cli::{Output, complain, names::Names, os, quote, time};
use sys::{Access, Errno, FileType, Stat};

use super::expression::{Action, Expression, Follow, Perm, Query, Stamp, Test, fold_case};
use crate::launch;
use crate::stat::mode_string;
use cli::pattern;

/// How many bytes of paths `-exec … +` collects before it runs its command.
const BATCH: usize = 128 * 1024;

pub fn run(name: &'static str, mut query: Query) -> i32 {
    let roots = std::mem::take(&mut query.roots);
    let mut walk = Walk {
        name,
        out: Output::stdout(),
        environment: launch::environment(),
        batches: Vec::new(),
        users: Names::users(),
        groups: Names::groups(),
        status: 0,
        quit: false,
    };
    for root in roots {
        let bytes = root.as_encoded_bytes().to_vec();
        walk.visit(&query, &PathBuf::from(root), &bytes, 0, None, &mut Vec::new());
        if walk.quit {
            break;
        }
    }
    walk.run_batches();
    let Walk { out, status, .. } = walk;
    out.finish(name, status, 1)
}

/// A command, as an argument list, and the paths that it will be given.
type Batch = (Vec<Vec<u8>>, Vec<Vec<u8>>);

struct Walk {
    name: &'static str,
    out: Output,
    environment: Vec<Vec<u8>>,
    /// For each `-exec … +`: its command and the paths so far.
    batches: Vec<Batch>,
    users: Names,
    groups: Names,
    status: i32,
    quit: bool,
}

/// A file on the walk. stat(2) is asked only when something needs more than the kind.
struct Visit<'a> {
    path: &'a Path,
    root: &'a [u8],
    depth: usize,
    follow: bool,
    kind: FileType,
    stat: Option<Stat>,
    prune: bool,
}

impl Visit<'_> {
    fn stat(&mut self) -> Option<&Stat> {
        if self.stat.is_none() {
            self.stat = stat(self.path, self.follow).ok();
        }
        self.stat.as_ref()
    }

    fn bytes(&self) -> &[u8] {
        self.path.as_os_str().as_encoded_bytes()
    }

    /// The last component, slashes at the end left out.
    fn base(&self) -> &[u8] {
        let bytes = self.bytes();
        let end = bytes
            .iter()
            .rposition(|b| *b != b'/')
            .map_or(bytes.len().min(1), |at| at + 1);
        let start = bytes[..end]
            .iter()
            .rposition(|b| *b == b'/')
            .map_or(0, |at| at + 1);
        if end == 1 && bytes[0] == b'/' {
            b"/"
        } else {
            &bytes[start..end]
        }
    }
}

fn stat(path: &Path, follow: bool) -> sys::Result<Stat> {
    if follow {
        sys::stat(path).or_else(|_| sys::lstat(path))
    } else {
        sys::lstat(path)
    }
}

impl Walk {
    fn fail(&mut self, path: &Path, why: impl std::fmt::Display) {
        self.out.send();
        complain(
            self.name,
            format_args!("{}: {why}", quote::always(path.as_os_str())),
        );
        self.status = 1;
    }

    /// `above` are the (device, inode) pairs of the directories above, to notice a loop of links.
    fn visit(
        &mut self,
        query: &Query,
        path: &Path,
        root: &[u8],
        depth: usize,
        kind: Option<FileType>,
        above: &mut Vec<(u64, u64)>,
    ) {
        let follow = match query.follow {
            Follow::Never => false,
            Follow::Roots => depth == 0,
            Follow::Always => true,
        };
        let mut visit = Visit {
            path,
            root,
            depth,
            follow,
            kind: kind.unwrap_or(FileType::Unknown),
            stat: None,
            prune: false,
        };
        if visit.kind == FileType::Unknown || (follow && visit.kind == FileType::Symlink) {
            match stat(path, follow) {
                Ok(stat) => (visit.kind, visit.stat) = (stat.file_type(), Some(stat)),
                Err(why) => return self.fail(path, why),
            }
        }
        let wanted = depth >= query.min_depth;
        if wanted && !query.depth_first {
            self.evaluate(&query.expression, &mut visit, query);
        }
        if visit.kind == FileType::Directory && !visit.prune && !self.quit && depth < query.max_depth {
            self.descend(query, &mut visit, above);
        }
        if wanted && query.depth_first && !self.quit {
            self.evaluate(&query.expression, &mut visit, query);
        }
    }

    fn descend(&mut self, query: &Query, visit: &mut Visit<'_>, above: &mut Vec<(u64, u64)>) {
        let Some(id) = visit.stat().map(|stat| (stat.dev, stat.ino)) else {
            return;
        };
        if above.contains(&id) {
            // Without links only /dev/fd leads back up, where we have a directory open: nothing to complain about.
            if query.follow != Follow::Never {
                self.fail(visit.path, "File system loop detected");
            }
            return;
        }
        above.push(id);
        match std::fs::read_dir(visit.path) {
            Ok(entries) => {
                for entry in entries {
                    match entry {
                        Ok(entry) => {
                            let kind = entry.file_type().ok().and_then(known_kind);
                            self.visit(query, &entry.path(), visit.root, visit.depth + 1, kind, above);
                        }
                        Err(error) => self.fail(visit.path, cli::reason(&error)),
                    }
                    if self.quit || self.out.is_closed() {
                        break;
                    }
                }
            }
            Err(error) => self.fail(visit.path, cli::reason(&error)),
        }
        above.pop();
    }

    fn evaluate(&mut self, expression: &Expression, visit: &mut Visit<'_>, query: &Query) -> bool {
        if self.quit {
            return false;
        }
        match expression {
            Expression::And(parts) => parts.iter().all(|part| self.evaluate(part, visit, query)),
            Expression::Or(parts) => parts.iter().any(|part| self.evaluate(part, visit, query)),
            Expression::List(parts) => parts
                .iter()
                .fold(false, |_, part| self.evaluate(part, visit, query)),
            Expression::Not(inner) => !self.evaluate(inner, visit, query),
            Expression::Test(test) => holds(test, visit, query),
            Expression::Action(action) => self.act(action, visit, query),
        }
    }

    fn act(&mut self, action: &Action, visit: &mut Visit<'_>, query: &Query) -> bool {
        match action {
            Action::Print => self.out.line(visit.bytes()),
            Action::Print0 => {
                self.out.put(visit.bytes());
                self.out.put(b"\0");
            }
            Action::Printf(format) => {
                let text = self.formatted(format, visit);
                self.out.put(&text);
            }
            Action::Ls => {
                let line = self.formatted("%9i %6k %M %3n %-8u %-8g %8s %Tb %Te %TH:%TM %p%l\n", visit);
                self.out.put(&line);
            }
            Action::Prune => visit.prune = !query.depth_first,
            Action::Quit => self.quit = true,
            Action::Delete => return self.delete(visit),
            Action::Exec {
                command,
                ask,
                in_directory,
            } => return self.exec(command, *ask, *in_directory, visit),
            Action::ExecMany { command, index } => self.collect(command, *index, visit.bytes().to_vec()),
        }
        true
    }

    fn delete(&mut self, visit: &Visit<'_>) -> bool {
        if visit.base() == b"." {
            return true;
        }
        let deleted = if visit.kind == FileType::Directory {
            std::fs::remove_dir(visit.path)
        } else {
            std::fs::remove_file(visit.path)
        };
        if let Err(error) = &deleted {
            self.out.send();
            let path = quote::always(visit.path.as_os_str());
            complain(
                self.name,
                format_args!("cannot delete {path}: {}", cli::reason(error)),
            );
            self.status = 1;
        }
        deleted.is_ok()
    }

    fn exec(&mut self, command: &[Vec<u8>], ask: bool, in_directory: bool, visit: &Visit<'_>) -> bool {
        let path = if in_directory {
            [b"./", visit.base()].concat()
        } else {
            visit.bytes().to_vec()
        };
        let argv: Vec<Vec<u8>> = command.iter().map(|word| replace(word, &path)).collect();
        self.out.send();
        if ask && !self.confirm(&argv) {
            return false;
        }
        let parent = visit
            .path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let cwd = parent
            .filter(|_| in_directory)
            .map(|parent| parent.as_os_str().as_encoded_bytes());
        self.run_command(&argv, cwd) == 0
    }

    fn confirm(&mut self, argv: &[Vec<u8>]) -> bool {
        let line = argv
            .iter()
            .map(|word| String::from_utf8_lossy(word))
            .collect::<Vec<_>>()
            .join(" ");
        let _ = sys::write_all(sys::Fd::STDERR, format!("< {line} > ? ").as_bytes());
        let mut answer = String::new();
        let _ = std::io::stdin().read_line(&mut answer);
        answer.trim_start().starts_with(['y', 'Y'])
    }

    fn run_command(&mut self, argv: &[Vec<u8>], cwd: Option<&[u8]>) -> i32 {
        let child = sys::Spawn {
            path: &argv[0],
            argv,
            envp: &self.environment,
            cwd,
            search: true,
            ..Default::default()
        };
        match child.spawn() {
            Ok(pid) => launch::wait_for(pid),
            Err(why) => {
                self.status = 1;
                launch::cannot_start(self.name, os(&argv[0]), why)
            }
        }
    }

    fn collect(&mut self, command: &[Vec<u8>], index: usize, path: Vec<u8>) {
        while self.batches.len() <= index {
            self.batches.push((Vec::new(), Vec::new()));
        }
        self.batches[index].0 = command.to_vec();
        self.batches[index].1.push(path);
        if self.batches[index]
            .1
            .iter()
            .map(|path| path.len() + 1)
            .sum::<usize>()
            > BATCH
        {
            self.run_batch(index);
        }
    }

    fn run_batch(&mut self, index: usize) {
        let paths = std::mem::take(&mut self.batches[index].1);
        if paths.is_empty() {
            return;
        }
        let argv = [self.batches[index].0.clone(), paths].concat();
        self.out.send();
        if self.run_command(&argv, None) != 0 {
            self.status = 1;
        }
    }

    fn run_batches(&mut self) {
        for index in 0..self.batches.len() {
            self.run_batch(index);
        }
    }

    /// -printf's format.
    fn formatted(&mut self, format: &str, visit: &mut Visit<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        let mut chars = format.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some('n') => out.push(b'\n'),
                    Some('t') => out.push(b'\t'),
                    Some('0') => out.push(0),
                    Some('\\') | None => out.push(b'\\'),
                    Some(other) => out.extend(format!("\\{other}").bytes()),
                },
                '%' => {
                    let mut width = String::new();
                    while let Some(digit) = chars.next_if(|c| c.is_ascii_digit() || *c == '-') {
                        width.push(digit);
                    }
                    let directive = chars.next().unwrap_or('%');
                    let argument = if matches!(directive, 'T' | 'A' | 'C') {
                        chars.next()
                    } else {
                        None
                    };
                    let text = self.directive(directive, argument, visit);
                    pad(&mut out, &text, &width);
                }
                _ => out.extend(c.to_string().bytes()),
            }
        }
        out
    }

    fn directive(&mut self, directive: char, argument: Option<char>, visit: &mut Visit<'_>) -> Vec<u8> {
        let Some(stat) = visit.stat().copied() else {
            return b"?".to_vec();
        };
        let stamp = |ns: i64| match argument {
            Some('@') => format!(
                "{}.{:09}",
                ns.div_euclid(1_000_000_000),
                ns.rem_euclid(1_000_000_000)
            ),
            Some(c) => time::format(&format!("%{c}"), ns),
            None => String::new(),
        };
        let text = match directive {
            '%' => "%".to_owned(),
            'p' => return visit.bytes().to_vec(),
            'f' => return visit.base().to_vec(),
            'P' => {
                let rest = visit.bytes().strip_prefix(visit.root).unwrap_or_default();
                return rest.strip_prefix(b"/").unwrap_or(rest).to_vec();
            }
            'H' => return visit.root.to_vec(),
            'h' => {
                let parent = visit
                    .path
                    .parent()
                    .map(|p| p.as_os_str().as_encoded_bytes().to_vec());
                return parent.filter(|p| !p.is_empty()).unwrap_or_else(|| b".".to_vec());
            }
            'l' => match std::fs::read_link(visit.path) {
                Ok(target) if stat.file_type() == FileType::Symlink => target.to_string_lossy().into_owned(),
                _ => String::new(),
            },
            'd' => visit.depth.to_string(),
            's' => stat.size.to_string(),
            'b' => stat.blocks.to_string(),
            'k' => stat.blocks.div_ceil(2).to_string(),
            'm' => format!("{:o}", stat.mode & 0o7777),
            'M' => mode_string(stat.mode),
            'n' => stat.nlink.to_string(),
            'i' => stat.ino.to_string(),
            'u' => self.users.name_or_number(stat.uid),
            'g' => self.groups.name_or_number(stat.gid),
            'U' => stat.uid.to_string(),
            'G' => stat.gid.to_string(),
            'y' => match crate::stat::type_letter(stat.file_type()) {
                '-' => "f".to_owned(),
                letter => letter.to_string(),
            },
            't' => time::format("%a %b %e %T.%N %Y", stat.mtime_ns),
            'T' => stamp(stat.mtime_ns),
            'A' => stamp(stat.atime_ns),
            'C' => stamp(stat.ctime_ns),
            other => format!("%{other}"),
        };
        text.into_bytes()
    }
}

fn pad(out: &mut Vec<u8>, text: &[u8], width: &str) {
    let left = width.starts_with('-');
    let fill = width
        .trim_start_matches('-')
        .parse::<usize>()
        .unwrap_or(0)
        .saturating_sub(text.len());
    if !left {
        out.extend(std::iter::repeat_n(b' ', fill));
    }
    out.extend_from_slice(text);
    if left {
        out.extend(std::iter::repeat_n(b' ', fill));
    }
}

fn known_kind(kind: std::fs::FileType) -> Option<FileType> {
    if kind.is_dir() {
        Some(FileType::Directory)
    } else if kind.is_file() {
        Some(FileType::Regular)
    } else if kind.is_symlink() {
        Some(FileType::Symlink)
    } else {
        None
    }
}

fn replace(word: &[u8], path: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = word;
    while let Some(at) = rest.windows(2).position(|window| window == b"{}") {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(path);
        rest = &rest[at + 2..];
    }
    out.extend_from_slice(rest);
    out
}

fn matches_folded(pattern: &[u8], text: &[u8], fold: bool) -> bool {
    if fold {
        pattern::matches(pattern, &fold_case(text))
    } else {
        pattern::matches(pattern, text)
    }
}

fn time_of(stat: &Stat, stamp: Stamp) -> i64 {
    match stamp {
        Stamp::Access => stat.atime_ns,
        Stamp::Change => stat.ctime_ns,
        Stamp::Modification => stat.mtime_ns,
    }
}

fn holds(test: &Test, visit: &mut Visit<'_>, query: &Query) -> bool {
    let may = |access: Access, path: &Path| sys::access(path, access) != Err(Errno::EACCES);
    match test {
        Test::Constant(truth) => *truth,
        Test::Name { pattern, fold } => matches_folded(pattern, visit.base(), *fold),
        Test::Path { pattern, fold } => matches_folded(pattern, visit.bytes(), *fold),
        Test::Types(kinds) => kinds.contains(&visit.kind),
        Test::Executable => may(Access::X, visit.path),
        Test::Readable => may(Access::R, visit.path),
        Test::Writable => may(Access::W, visit.path),
        Test::Empty if visit.kind == FileType::Directory => {
            std::fs::read_dir(visit.path).is_ok_and(|mut entries| entries.next().is_none())
        }
        other => visit
            .stat()
            .is_some_and(|stat| holds_for(other, stat, query.now_ns)),
    }
}

/// The tests that ask stat(2).
fn holds_for(test: &Test, stat: &Stat, now_ns: i64) -> bool {
    match test {
        Test::Size { count, unit } => count.holds(stat.size.div_ceil(*unit)),
        Test::Empty => stat.is_file() && stat.size == 0,
        Test::Perm(Perm::Exactly(mode)) => stat.mode & 0o7777 == *mode,
        Test::Perm(Perm::AllOf(mode)) => stat.mode & mode == *mode,
        Test::Perm(Perm::AnyOf(mode)) => *mode == 0 || stat.mode & mode != 0,
        Test::Uid(count) => count.holds(stat.uid.into()),
        Test::Gid(count) => count.holds(stat.gid.into()),
        Test::Links(count) => count.holds(stat.nlink.into()),
        Test::Inode(count) => count.holds(stat.ino),
        Test::Newer(stamp, than) => time_of(stat, *stamp) > *than,
        Test::Age {
            stamp,
            count,
            unit_ns,
        } => {
            let age = (now_ns - time_of(stat, *stamp)).max(0);
            count.holds((age / unit_ns) as u64)
        }
        _ => false,
    }
}
