//! Structures of the guest's interface (`docs/guest-abi.md`) with random content.

use crate::input::Input;
use cobnut::kernel::tty::Termios;

/// Little-endian words, one after another.
pub fn words<const N: usize, const BYTES: usize>(words: [u32; N]) -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    for (at, word) in words.into_iter().enumerate() {
        bytes[at * 4..][..4].copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

fn longs<const N: usize, const BYTES: usize>(longs: [u64; N]) -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    for (at, long) in longs.into_iter().enumerate() {
        bytes[at * 8..][..8].copy_from_slice(&long.to_le_bytes());
    }
    bytes
}

/// A descriptor: mostly one of those that a scene begins with.
pub fn fd(input: &mut Input<'_>) -> u32 {
    match input.u8() {
        choice @ 0..240 => u32::from(choice % 18),
        240..248 => u32::from(input.u8()),
        248..252 => input.u32(),
        _ => u32::MAX,
    }
}

/// A process or group, in all the ways in which kill(2) and waitpid(2) name them.
pub fn pid(input: &mut Input<'_>) -> u32 {
    let small = input.below(8) as i32;
    let pid = match input.below(6) {
        0 => 0,
        1 => -1,
        2 => -small,
        3 => input.pick(&[i32::MIN, i32::MAX, -256, 1_000_000]),
        _ => small,
    };
    pid as u32
}

/// A signal: those that don't end a process by themselves more often.
pub fn signal(input: &mut Input<'_>) -> u32 {
    match input.below(4) {
        0 => u32::from(input.u8() % 40),
        1 => input.pick(&[0, 32, 64, 65, u32::MAX, 9, 19]),
        _ => input.pick(&[17, 18, 28, 10, 14, 20, 21, 22, 13]),
    }
}

/// `struct sigaction`, 24 bytes.
pub fn action(input: &mut Input<'_>) -> [u8; 24] {
    let kind = input.pick(&[2, 2, 2, 1, 0, 3]);
    let handler = match input.below(8) {
        0 => input.u32(),
        1 => u32::from(input.u8()),
        2 => 3,
        _ => 2,
    };
    let flags = input.pick(&[0x1000_0000, 0, 0x4000_0000, 0x8000_0000, 1, 2, 3, u32::MAX]);
    let mask = set(input);
    let mut bytes = [0; 24];
    bytes[..12].copy_from_slice(&words::<3, 12>([kind, handler, flags]));
    bytes[16..].copy_from_slice(&mask);
    bytes
}

/// A set of signals.
pub fn set(input: &mut Input<'_>) -> [u8; 8] {
    let set = match input.below(4) {
        0 => 0,
        1 => u64::MAX,
        2 => 1 << input.below(64),
        _ => input.u64(),
    };
    set.to_le_bytes()
}

/// `struct rlimit`.
pub fn limits(input: &mut Input<'_>) -> [u8; 16] {
    let pair = [0, 6, 24, u64::MAX];
    longs([input.pick(&pair), input.pick(&pair)])
}

/// `struct winsize`.
pub fn window(input: &mut Input<'_>) -> [u8; 8] {
    input.u64().to_le_bytes()
}

/// `struct termios2`: a terminal's first settings or raw mode, with some bytes changed.
pub fn termios(input: &mut Input<'_>) -> [u8; 44] {
    let settings = if input.once_in(2) {
        Termios::raw()
    } else {
        Termios::default()
    };
    let mut bytes = settings.to_bytes();
    for _ in 0..input.below(6) {
        bytes[input.below(44)] ^= input.u8();
    }
    bytes
}

/// `struct pollfd`.
pub fn pollfd(input: &mut Input<'_>) -> [u8; 8] {
    words([fd(input), input.u32()])
}

/// WASI's `subscription`, 48 bytes.
pub fn subscription(input: &mut Input<'_>) -> [u8; 48] {
    let mut bytes = [0; 48];
    let kind = input.pick(&[0, 1, 2, 1, 2, 3]);
    bytes[8] = kind;
    let subject = if kind == 0 {
        input.pick(&[1, 0, 2, 9])
    } else {
        fd(input)
    };
    bytes[16..20].copy_from_slice(&subject.to_le_bytes());
    let timeout = input.pick(&[0, 1, 300_000, 1_000_000, u64::MAX, u64::MAX - 1]);
    bytes[24..32].copy_from_slice(&timeout.to_le_bytes());
    bytes[40] = input.pick(&[0, 1, 2, 0xff]);
    bytes
}

const PATHS: &[&[u8]] = &[
    b"/tmp/file",
    b"file",
    b"/",
    b".",
    b"..",
    b"",
    b"/tmp",
    b"/tmp/new",
    b"new",
    b"/tmp/dir",
    b"/tmp/dir/inner",
    b"/tmp/dir/new",
    b"dir/../../tmp/./dir/inner",
    b"../../../../../../../..",
    b"/tmp/dir/../../tmp/../tmp/file",
    b"/tmp/link",
    b"/tmp/loop",
    b"/tmp/dangling",
    b"/tmp/up/up/up/file",
    b"/tmp/fifo",
    b"/tmp/broken",
    b"/tmp/script",
    b"/tmp/file/",
    b"//tmp//dir//",
    b"/bin/guest",
    b"/bin",
    b"/dev",
    b"/dev/null",
    b"/dev/zero",
    b"/dev/full",
    b"/dev/urandom",
    b"/dev/tty",
    b"/dev/ptmx",
    b"/dev/pts",
    b"/dev/pts/0",
    b"/dev/pts/1",
    b"/dev/fd",
    b"/dev/fd/3",
    b"/dev/fd/10",
    b"/dev/stdin",
    b"/dev/shm",
    b"/dev/shm/new",
    b"/proc",
    b"/proc/self",
    b"/proc/self/fd/3",
    b"/proc/self/exe",
    b"/proc/self/environ",
    b"/proc/2/stat",
    b"/proc/mounts",
    b"/nosuch/file",
    b"/root/secret",
    b"a\0b",
    b"\xff\xfe",
];

/// A path: one that exists, one that could, or one that can't.
pub fn path(input: &mut Input<'_>) -> Vec<u8> {
    match input.u8() {
        0..220 => input.pick(PATHS).to_vec(),
        220..226 => vec![b'n'; input.pick(&[255, 256, 4_095, 4_096, 4_097])],
        226..232 => b"/..".repeat(input.below(1_400)),
        232..238 => b"dir/../".repeat(input.below(600)),
        238..248 => [input.pick(PATHS), b"/", input.pick(PATHS)].concat(),
        _ => {
            let length = input.below(24);
            input.bytes(length).to_vec()
        }
    }
}

/// What may be run.
pub fn program(input: &mut Input<'_>) -> &'static [u8] {
    input.pick(&[
        b"/bin/guest",
        b"guest",
        b"/tmp/broken",
        b"/tmp/script",
        b"/tmp/file",
    ])
}

/// argv or an environment. How many strings there are says which section a guest makes the calls of.
pub fn strings<'b>(input: &mut Input<'b>) -> &'b [u8] {
    let some: &[&[u8]] = &[
        b"guest\0two\0",
        b"guest\0",
        b"",
        b"PATH=/bin:/tmp:\0A=\0=\0",
        b"a\0b\0c\0",
        b"\0\0",
        b"unterminated",
    ];
    match input.below(8) {
        7 => {
            let length = input.below(40);
            input.bytes(length)
        }
        choice => some[choice.min(some.len() - 1)],
    }
}
