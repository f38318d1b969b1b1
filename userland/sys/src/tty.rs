//! Terminals: attributes, foreground group, size.

use crate::{Fd, Pid, Result, imp};

bitflags::bitflags! {
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    #[repr(transparent)]
    pub struct InputFlags: u32 {
        const IGNBRK = 1; const BRKINT = 2; const IGNPAR = 4; const PARMRK = 8; const INPCK = 0x10;
        const ISTRIP = 0x20; const INLCR = 0x40; const IGNCR = 0x80; const ICRNL = 0x100; const IUCLC = 0x200;
        const IXON = 0x400; const IXANY = 0x800; const IXOFF = 0x1000; const IMAXBEL = 0x2000; const IUTF8 = 0x4000;
        const _ = !0;
    }

    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    #[repr(transparent)]
    pub struct OutputFlags: u32 {
        const OPOST = 1; const OLCUC = 2; const ONLCR = 4; const OCRNL = 8; const ONOCR = 0x10; const ONLRET = 0x20;
        const _ = !0;
    }

    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    #[repr(transparent)]
    pub struct ControlFlags: u32 {
        const CSIZE = 0x30; const CS8 = 0x30; const CSTOPB = 0x40; const CREAD = 0x80; const PARENB = 0x100;
        const PARODD = 0x200; const HUPCL = 0x400; const CLOCAL = 0x800;
        const _ = !0;
    }

    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    #[repr(transparent)]
    pub struct LocalFlags: u32 {
        const ISIG = 1; const ICANON = 2; const ECHO = 8; const ECHOE = 0x10; const ECHOK = 0x20; const ECHONL = 0x40;
        const NOFLSH = 0x80; const TOSTOP = 0x100; const ECHOCTL = 0x200; const ECHOPRT = 0x400; const ECHOKE = 0x800;
        const IEXTEN = 0x8000;
        const _ = !0;
    }
}

/// Indices into [`Termios::cc`].
pub mod cc {
    pub const VINTR: usize = 0;
    pub const VQUIT: usize = 1;
    pub const VERASE: usize = 2;
    pub const VKILL: usize = 3;
    pub const VEOF: usize = 4;
    pub const VTIME: usize = 5;
    pub const VMIN: usize = 6;
    pub const VSWTC: usize = 7;
    pub const VSTART: usize = 8;
    pub const VSTOP: usize = 9;
    pub const VSUSP: usize = 10;
    pub const VEOL: usize = 11;
    pub const VREPRINT: usize = 12;
    pub const VDISCARD: usize = 13;
    pub const VWERASE: usize = 14;
    pub const VLNEXT: usize = 15;
    pub const VEOL2: usize = 16;
}

/// A terminal's attributes, laid out as Linux's `termios2`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(C)]
pub struct Termios {
    pub input: InputFlags,
    pub output: OutputFlags,
    pub control: ControlFlags,
    pub local: LocalFlags,
    pub line: u8,
    pub cc: [u8; 19],
    pub ispeed: u32,
    pub ospeed: u32,
}

const _: () = assert!(size_of::<Termios>() == 44);

/// When [`tcsetattr`] takes effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(i32)]
pub enum SetWhen {
    Now = 0,
    Drain = 1,
    Flush = 2,
}

/// What [`tcflush`] throws away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(i32)]
pub enum Queue {
    Input = 0,
    Output = 1,
    Both = 2,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(C)]
pub struct WinSize {
    pub rows: u16,
    pub cols: u16,
    pub xpixel: u16,
    pub ypixel: u16,
}

pub fn isatty(fd: Fd) -> bool {
    imp::isatty(fd)
}

pub fn tcgetattr(fd: Fd) -> Result<Termios> {
    imp::tcgetattr(fd)
}

pub fn tcsetattr(fd: Fd, when: SetWhen, termios: &Termios) -> Result<()> {
    imp::tcsetattr(fd, when as i32, termios)
}

pub fn tcgetpgrp(fd: Fd) -> Result<Pid> {
    imp::tcgetpgrp(fd)
}

pub fn tcsetpgrp(fd: Fd, group: Pid) -> Result<()> {
    imp::tcsetpgrp(fd, group)
}

pub fn tcgetwinsize(fd: Fd) -> Result<WinSize> {
    imp::tcgetwinsize(fd)
}

pub fn tcsetwinsize(fd: Fd, size: WinSize) -> Result<()> {
    imp::tcsetwinsize(fd, size)
}

/// A new pseudo-terminal: (master, slave).
pub fn openpty() -> Result<(Fd, Fd)> {
    imp::openpty()
}

pub fn ttyname(fd: Fd) -> Result<Vec<u8>> {
    imp::ttyname(fd)
}

pub fn tcflush(fd: Fd, queue: Queue) -> Result<()> {
    imp::tcflush(fd, queue as i32)
}
