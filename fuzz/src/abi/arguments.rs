//! Arguments that are to the point more often than not, by the names that the tables of imports give the parameters.

use super::guest::{FIRST_CALL, RUN, all_imports};
use super::image::{CALLS_MAX, IMAGE_SIZE, Image, MEMORY_SIZE};
use super::structures;
use crate::input::Input;
use cobnut::wasmvm::imports::Import;
use wasmparser::ValType;

/// Makes calls out of the input, into the image.
pub struct Generator<'i, 'b> {
    /// What decides.
    pub input: &'i mut Input<'b>,
    /// Where calls and structures go.
    pub image: Image,
    /// Whether to print them, and the paths.
    pub show: bool,
}

fn show(argument: u64) -> String {
    if argument < 0x1000 {
        argument.to_string()
    } else {
        format!("{argument:#x}")
    }
}

/// Numbers that are the first or the last of something.
const NUMBERS: &[u32] = &[
    0,
    1,
    2,
    3,
    4,
    8,
    16,
    63,
    64,
    100,
    255,
    256,
    1_023,
    1_024,
    1_025,
    4_095,
    4_096,
    4_097,
    0x7fff,
    0xffff,
    0x1_0000,
    MEMORY_SIZE - 8,
    MEMORY_SIZE - 4,
    MEMORY_SIZE - 1,
    MEMORY_SIZE,
    MEMORY_SIZE + 1,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_0000,
    0xffff_fff0,
    0xffff_fffe,
    0xffff_ffff,
];
const LONG_NUMBERS: &[u64] = &[
    0,
    1,
    4_096,
    100_000,
    1 << 20,
    1 << 31,
    u32::MAX as u64,
    1 << 32,
    1 << 40,
    i64::MAX as u64 - 1,
    i64::MAX as u64,
    i64::MIN as u64,
    i64::MIN as u64 + 1,
    u64::MAX - 1,
    u64::MAX,
];

impl Generator<'_, '_> {
    /// The calls of all sections, until the input is used up.
    pub fn make_calls(&mut self) {
        let mut left = CALLS_MAX;
        for section in [1, 3, 2, 0] {
            self.image.begin(section);
            while left > 0 && !self.input.is_empty() {
                let choice = self.input.below(all_imports().len() + 6);
                let Some(import) = all_imports().get(choice) else {
                    break;
                };
                let arguments = self.arguments(import);
                if self.show {
                    let shown: Vec<String> = arguments.iter().map(|&argument| show(argument)).collect();
                    eprintln!("section {section}: {}({})", import.name, shown.join(", "));
                }
                self.image.call(FIRST_CALL + choice as u32, &arguments);
                left -= 1;
            }
            self.image.end();
        }
    }

    fn arguments(&mut self, import: &Import) -> Vec<u64> {
        // What the length that follows a pointer is, or the count.
        let mut extent = 0;
        let mut arguments = Vec::new();
        for (&name, ty) in import.names.iter().zip(import.params) {
            let any = self.input.once_in(12);
            arguments.push(match ty {
                ValType::I64 if any => self.input.u64(),
                ValType::I64 => self.input.pick(LONG_NUMBERS),
                _ if any => u64::from(self.number()),
                _ => u64::from(self.argument(import.name, name, &mut extent)),
            });
        }
        arguments
    }

    fn argument(&mut self, import: &str, name: &str, extent: &mut u32) -> u32 {
        let (at, length) = match name {
            "old" | "new" if import.starts_with("dup") => return self.fd(),
            "from" | "to" => return self.fd(),
            "read_fd" | "write_fd" => return self.result(),
            _ if import == "setrlimit" && name == "limits" => self.store(structures::limits),
            "new" => self.store(structures::action),
            "mask" if import == "umask" => return self.number(),
            "set" | "mask" => self.store(structures::set),
            "req" => self.spawn_request(),
            "termios" => self.store(structures::termios),
            "size" if import == "tcsetwinsize" => self.store(structures::window),
            "iovs" => self.list(Self::iovec),
            "fds" => self.list(structures::pollfd),
            "subscriptions" => self.list(structures::subscription),
            "argv" | "envp" if import == "proc_exec" => self.strings(),
            "pid" if import == "proc_spawn" || import == "proc_clone" => return self.result(),
            "pid" | "pgid" => return structures::pid(self.input),
            "signal" | "sig" => return structures::signal(self.input),
            "entry" => return self.function(),
            "arg" if import == "proc_clone" => return Image::record(self.input.below(CALLS_MAX)),
            "timeout_ms" => return self.input.pick(&[0, 1, 2, u32::MAX, 0x7fff_ffff]),
            "flags" | "oflags" | "dirflags" | "fdflags" | "fst_flags" | "options" | "mode" | "cmd"
            | "whence" | "how" | "action" | "queue" | "op" | "advice" | "id" | "resource" => {
                return self.flags();
            }
            "target" => self.path(),
            name if name.ends_with("path") => self.path(),
            name if name.ends_with("len") || name == "count" => return self.length(*extent),
            name if name.ends_with("fd") => return self.fd(),
            _ => return self.result(),
        };
        *extent = length;
        at
    }

    /// Any number, with those that are the first or the last of something often.
    pub fn number(&mut self) -> u32 {
        match self.input.below(4) {
            0 => self.input.u32(),
            1 => u32::from(self.input.u8()),
            _ => self.input.pick(NUMBERS),
        }
    }

    fn flags(&mut self) -> u32 {
        match self.input.below(4) {
            0 => 0,
            1 => 1 << self.input.below(32),
            2 => u32::from(self.input.u8()),
            _ => 1 << self.input.below(20) | 1 << self.input.below(20),
        }
    }

    fn fd(&mut self) -> u32 {
        structures::fd(self.input)
    }

    fn length(&mut self, right: u32) -> u32 {
        match self.input.below(8) {
            0 => self.number(),
            1 => right.saturating_sub(1),
            _ => right,
        }
    }

    /// Where a result may go: mostly where nothing else is.
    fn result(&mut self) -> u32 {
        match self.input.below(16) {
            0 => self.number(),
            1 => MEMORY_SIZE - u32::from(self.input.u8()),
            2 => u32::from(self.input.u16()),
            place => IMAGE_SIZE + 512 * place as u32,
        }
    }

    fn function(&mut self) -> u32 {
        match self.input.below(4) {
            0 => self.number(),
            1 => self.input.below(FIRST_CALL as usize + all_imports().len()) as u32,
            _ => RUN,
        }
    }

    fn store<const N: usize>(&mut self, make: fn(&mut Input<'_>) -> [u8; N]) -> (u32, u32) {
        let bytes = make(self.input);
        (self.image.store(&bytes), N as u32)
    }

    fn list<const N: usize>(&mut self, make: impl Fn(&mut Input<'_>) -> [u8; N]) -> (u32, u32) {
        let count = self.input.pick(&[1, 1, 2, 3, 0, 5, 40]);
        let bytes: Vec<u8> = (0..count).flat_map(|_| make(self.input)).collect();
        (self.image.store(&bytes), count)
    }

    fn iovec(input: &mut Input<'_>) -> [u8; 8] {
        let at = match input.below(8) {
            0 => input.pick(NUMBERS),
            1 => u32::from(input.u16()),
            place => IMAGE_SIZE + 512 * place as u32,
        };
        let length = match input.below(8) {
            0 => input.pick(NUMBERS),
            1 => 0,
            2 => 60_000,
            _ => u32::from(input.u8()),
        };
        structures::words([at, length])
    }

    fn path(&mut self) -> (u32, u32) {
        let path = structures::path(self.input);
        if self.show {
            eprintln!("path \"{}\":", path.escape_ascii());
        }
        (self.image.store(&path), path.len() as u32)
    }

    fn strings(&mut self) -> (u32, u32) {
        let strings = structures::strings(self.input);
        (self.image.store(strings), strings.len() as u32)
    }

    fn spawn_request(&mut self) -> (u32, u32) {
        let (path, path_len) = if self.input.once_in(4) {
            self.path()
        } else {
            let program = structures::program(self.input);
            (self.image.store(program), program.len() as u32)
        };
        let ((argv, argv_len), (envp, envp_len)) = (self.strings(), self.strings());
        let (cwd, cwd_len) = if self.input.once_in(4) {
            self.path()
        } else {
            (0, 0)
        };
        let actions: Vec<u8> = (0..self.input.pick(&[0, 0, 1, 2, 4]))
            .flat_map(|_| self.file_action())
            .collect();
        let (actions, count) = (self.image.store(&actions), (actions.len() / 24) as u32);
        let (flags, pgroup) = (self.flags() & 31, structures::pid(self.input));
        let count = if self.input.once_in(16) {
            self.number()
        } else {
            count
        };
        let mut request = [0; 64];
        request[..48].copy_from_slice(&structures::words::<12, 48>([
            path, path_len, argv, argv_len, envp, envp_len, cwd, cwd_len, actions, count, flags, pgroup,
        ]));
        request[48..56].copy_from_slice(&self.input.u64().to_le_bytes());
        request[56..].copy_from_slice(&self.input.u64().to_le_bytes());
        (self.image.store(&request), 64)
    }

    fn file_action(&mut self) -> [u8; 24] {
        let (path, path_len) = self.path();
        let op = self.input.below(6) as u32;
        let arg = if op == 1 { self.fd() } else { self.flags() };
        structures::words([op, self.fd(), arg, path, path_len, 0o644])
    }
}
