//! A terminal's settings: [`Termios`], with Linux's flag values and indices, and its guest form (`termios2`, 44 bytes).
//!
//! Bits without a name here are kept as they were given, so that what tcgetattr answers is what tcsetattr was told. Which
//! flags do something is [`super::line_discipline`]'s and [`super::output`]'s business; the rest describe serial lines.
//!
//! <https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap11.html>
// Flags and control characters have POSIX's and Linux's names, and their meaning there.
#![allow(missing_docs)]

bitflags::bitflags! {
    /// `c_iflag`: what happens to bytes on their way in.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct InputFlags: u32 {
        const IGNBRK = 0x1;
        const BRKINT = 0x2;
        const IGNPAR = 0x4;
        const PARMRK = 0x8;
        const INPCK = 0x10;
        const ISTRIP = 0x20;
        const INLCR = 0x40;
        const IGNCR = 0x80;
        const ICRNL = 0x100;
        const IUCLC = 0x200;
        const IXON = 0x400;
        const IXANY = 0x800;
        const IXOFF = 0x1000;
        const IMAXBEL = 0x2000;
        const IUTF8 = 0x4000;
        const _ = !0;
    }

    /// `c_oflag`: what happens to bytes on their way out.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct OutputFlags: u32 {
        const OPOST = 0x1;
        const OLCUC = 0x2;
        const ONLCR = 0x4;
        const OCRNL = 0x8;
        const ONOCR = 0x10;
        const ONLRET = 0x20;
        const OFILL = 0x40;
        const OFDEL = 0x80;
        /// All of TABDLY: tabs become spaces.
        const XTABS = 0x1800;
        const _ = !0;
    }

    /// `c_cflag`: the line itself. Has no effect on a pseudo-terminal.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct ControlFlags: u32 {
        const B38400 = 0xf;
        const CS6 = 0x10;
        const CS7 = 0x20;
        const CS8 = 0x30;
        const CSTOPB = 0x40;
        const CREAD = 0x80;
        const PARENB = 0x100;
        const PARODD = 0x200;
        const HUPCL = 0x400;
        const CLOCAL = 0x800;
        const _ = !0;
    }

    /// `c_lflag`: editing, echo and signals.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct LocalFlags: u32 {
        const ISIG = 0x1;
        const ICANON = 0x2;
        const XCASE = 0x4;
        const ECHO = 0x8;
        const ECHOE = 0x10;
        const ECHOK = 0x20;
        const ECHONL = 0x40;
        const NOFLSH = 0x80;
        const TOSTOP = 0x100;
        const ECHOCTL = 0x200;
        const ECHOPRT = 0x400;
        const ECHOKE = 0x800;
        const FLUSHO = 0x1000;
        const PENDIN = 0x4000;
        const IEXTEN = 0x8000;
        const EXTPROC = 0x10000;
        const _ = !0;
    }
}

/// An index into `c_cc`, with Linux's numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum ControlChar {
    Intr = 0,
    Quit = 1,
    Erase = 2,
    Kill = 3,
    Eof = 4,
    Time = 5,
    Min = 6,
    Swtc = 7,
    Start = 8,
    Stop = 9,
    Susp = 10,
    Eol = 11,
    Reprint = 12,
    Discard = 13,
    Werase = 14,
    Lnext = 15,
    Eol2 = 16,
}

/// The length of `c_cc`.
pub const NCCS: usize = 19;

/// A control character that is this byte does not exist (`_POSIX_VDISABLE`).
pub const DISABLED: u8 = 0;

/// A terminal's settings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Termios {
    pub input: InputFlags,
    pub output: OutputFlags,
    pub control: ControlFlags,
    pub local: LocalFlags,
    /// The line discipline's number; only 0 (N_TTY) exists, others are kept and ignored.
    pub line: u8,
    pub cc: [u8; NCCS],
    pub input_speed: u32,
    pub output_speed: u32,
}

/// The size of the guest form.
pub const TERMIOS2_SIZE: usize = 44;

const fn ctrl(letter: u8) -> u8 {
    letter & 0x1f
}

impl Default for Termios {
    /// Linux's settings of a new terminal, with IUTF8, as terminal emulators set it.
    fn default() -> Self {
        let mut cc = [DISABLED; NCCS];
        for (index, byte) in [
            (ControlChar::Intr, ctrl(b'C')),
            (ControlChar::Quit, ctrl(b'\\')),
            (ControlChar::Erase, 0x7f),
            (ControlChar::Kill, ctrl(b'U')),
            (ControlChar::Eof, ctrl(b'D')),
            (ControlChar::Min, 1),
            (ControlChar::Start, ctrl(b'Q')),
            (ControlChar::Stop, ctrl(b'S')),
            (ControlChar::Susp, ctrl(b'Z')),
            (ControlChar::Reprint, ctrl(b'R')),
            (ControlChar::Discard, ctrl(b'O')),
            (ControlChar::Werase, ctrl(b'W')),
            (ControlChar::Lnext, ctrl(b'V')),
        ] {
            cc[index as usize] = byte;
        }
        Termios {
            input: InputFlags::ICRNL | InputFlags::IXON | InputFlags::IUTF8,
            output: OutputFlags::OPOST | OutputFlags::ONLCR,
            control: ControlFlags::CS8 | ControlFlags::CREAD | ControlFlags::B38400,
            local: LocalFlags::ISIG
                | LocalFlags::ICANON
                | LocalFlags::ECHO
                | LocalFlags::ECHOE
                | LocalFlags::ECHOK
                | LocalFlags::ECHOCTL
                | LocalFlags::ECHOKE
                | LocalFlags::IEXTEN,
            line: 0,
            cc,
            input_speed: 38_400,
            output_speed: 38_400,
        }
    }
}

impl Termios {
    /// The settings after cfmakeraw(3).
    pub fn raw() -> Self {
        let mut termios = Termios::default();
        termios.input.remove(
            InputFlags::IGNBRK
                | InputFlags::BRKINT
                | InputFlags::PARMRK
                | InputFlags::ISTRIP
                | InputFlags::INLCR
                | InputFlags::IGNCR
                | InputFlags::ICRNL
                | InputFlags::IXON,
        );
        termios.output.remove(OutputFlags::OPOST);
        termios.local.remove(
            LocalFlags::ECHO
                | LocalFlags::ECHONL
                | LocalFlags::ICANON
                | LocalFlags::ISIG
                | LocalFlags::IEXTEN,
        );
        termios
    }

    /// The byte of a control character; [`DISABLED`] if it has none.
    pub fn control_char(&self, which: ControlChar) -> u8 {
        self.cc[which as usize]
    }

    /// Whether `byte` is the control character `which`.
    pub fn is(&self, which: ControlChar, byte: u8) -> bool {
        byte != DISABLED && self.control_char(which) == byte
    }

    /// Whether input comes in lines.
    pub fn canonical(&self) -> bool {
        self.local.contains(LocalFlags::ICANON)
    }

    /// What a pseudo-terminal makes of the settings it is given: it always has 8 bits and no parity, as on Linux.
    pub fn for_pty(mut self) -> Self {
        self.control.remove(ControlFlags::CS8 | ControlFlags::PARENB);
        self.control.insert(ControlFlags::CS8 | ControlFlags::CREAD);
        self
    }

    /// The guest form, Linux's `termios2`.
    pub fn to_bytes(&self) -> [u8; TERMIOS2_SIZE] {
        let mut bytes = [0; TERMIOS2_SIZE];
        let words = [
            self.input.bits(),
            self.output.bits(),
            self.control.bits(),
            self.local.bits(),
        ];
        for (at, word) in words.into_iter().enumerate() {
            bytes[at * 4..][..4].copy_from_slice(&word.to_le_bytes());
        }
        bytes[16] = self.line;
        bytes[17..17 + NCCS].copy_from_slice(&self.cc);
        bytes[36..40].copy_from_slice(&self.input_speed.to_le_bytes());
        bytes[40..44].copy_from_slice(&self.output_speed.to_le_bytes());
        bytes
    }

    /// The settings that a guest gave. Every 44 bytes are some settings.
    pub fn from_bytes(bytes: &[u8; TERMIOS2_SIZE]) -> Self {
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let mut cc = [DISABLED; NCCS];
        cc.copy_from_slice(&bytes[17..17 + NCCS]);
        Termios {
            input: InputFlags::from_bits_retain(word(0)),
            output: OutputFlags::from_bits_retain(word(4)),
            control: ControlFlags::from_bits_retain(word(8)),
            local: LocalFlags::from_bits_retain(word(12)),
            line: bytes[16],
            cc,
            input_speed: word(36),
            output_speed: word(40),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_is_what_linux_gives_a_new_pty() {
        let bytes = Termios::default().to_bytes();
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        assert_eq!(word(0), 0x4500, "ICRNL IXON IUTF8");
        assert_eq!(word(4), 0x5, "OPOST ONLCR");
        assert_eq!(word(8), 0xbf, "B38400 CS8 CREAD");
        assert_eq!(
            word(12),
            0x8a3b,
            "ISIG ICANON ECHO ECHOE ECHOK ECHOCTL ECHOKE IEXTEN"
        );
        assert_eq!(
            &bytes[17..34],
            b"\x03\x1c\x7f\x15\x04\x00\x01\x00\x11\x13\x1a\x00\x12\x0f\x17\x16\x00"
        );
        assert_eq!((word(36), word(40)), (38_400, 38_400));
    }

    #[test]
    fn guest_form_round_trips_every_bit() {
        let bytes: [u8; TERMIOS2_SIZE] = core::array::from_fn(|at| (at as u8).wrapping_mul(37) ^ 0xa5);
        assert_eq!(Termios::from_bytes(&bytes).to_bytes(), bytes);
    }

    #[test]
    fn raw_clears_what_cfmakeraw_clears() {
        let raw = Termios::raw();
        assert!(!raw.canonical());
        assert!(
            !raw.local
                .intersects(LocalFlags::ECHO | LocalFlags::ISIG | LocalFlags::IEXTEN)
        );
        assert!(!raw.input.intersects(InputFlags::ICRNL | InputFlags::IXON));
        assert!(!raw.output.contains(OutputFlags::OPOST));
        assert_eq!(raw.control_char(ControlChar::Min), 1);
    }

    #[test]
    fn a_pty_keeps_eight_bits_without_parity() {
        let control = ControlFlags::CS7 | ControlFlags::PARENB;
        let termios = Termios {
            control,
            ..Termios::default()
        };
        assert_eq!(termios.for_pty().control, ControlFlags::CS8 | ControlFlags::CREAD);
    }
}
