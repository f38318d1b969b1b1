//! The names of terminal attributes: flags, control characters, combinations, speeds.

use sys::{ControlFlags, InputFlags, LocalFlags, OutputFlags, Termios, cc};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Field {
    Control,
    Input,
    Output,
    Local,
}

/// A name for some bits of a field having some value.
pub struct Setting {
    pub name: &'static str,
    pub field: Field,
    mask: u32,
    bits: u32,
    /// Another name of a setting that is shown.
    pub is_alias: bool,
    /// One of several values, without an off form (`cs8`).
    pub is_value: bool,
}

impl Setting {
    const fn flag(name: &'static str, field: Field, bit: u32) -> Setting {
        Setting {
            name,
            field,
            mask: bit,
            bits: bit,
            is_alias: false,
            is_value: false,
        }
    }

    const fn alias(name: &'static str, field: Field, bit: u32) -> Setting {
        Setting {
            name,
            field,
            mask: bit,
            bits: bit,
            is_alias: true,
            is_value: false,
        }
    }

    const fn value(name: &'static str, field: Field, mask: u32, bits: u32) -> Setting {
        Setting {
            name,
            field,
            mask,
            bits,
            is_alias: false,
            is_value: true,
        }
    }

    fn word(&self, termios: &Termios) -> u32 {
        match self.field {
            Field::Control => termios.control.bits(),
            Field::Input => termios.input.bits(),
            Field::Output => termios.output.bits(),
            Field::Local => termios.local.bits(),
        }
    }

    pub fn is_on(&self, termios: &Termios) -> bool {
        self.word(termios) & self.mask == self.bits
    }

    pub fn apply(&self, termios: &mut Termios, on: bool) {
        let word = (self.word(termios) & !self.mask) | if on { self.bits } else { 0 };
        match self.field {
            Field::Control => termios.control = ControlFlags::from_bits_retain(word),
            Field::Input => termios.input = InputFlags::from_bits_retain(word),
            Field::Output => termios.output = OutputFlags::from_bits_retain(word),
            Field::Local => termios.local = LocalFlags::from_bits_retain(word),
        }
    }
}

use Field::{Control, Input, Local, Output};

/// In the order in which `stty -a` shows them.
pub const SETTINGS: &[Setting] = &[
    Setting::flag("parenb", Control, ControlFlags::PARENB.bits()),
    Setting::flag("parodd", Control, ControlFlags::PARODD.bits()),
    Setting::value("cs5", Control, 0x30, 0),
    Setting::value("cs6", Control, 0x30, 0x10),
    Setting::value("cs7", Control, 0x30, 0x20),
    Setting::value("cs8", Control, 0x30, 0x30),
    Setting::flag("hupcl", Control, ControlFlags::HUPCL.bits()),
    Setting::alias("hup", Control, ControlFlags::HUPCL.bits()),
    Setting::flag("cstopb", Control, ControlFlags::CSTOPB.bits()),
    Setting::flag("cread", Control, ControlFlags::CREAD.bits()),
    Setting::flag("clocal", Control, ControlFlags::CLOCAL.bits()),
    Setting::flag("ignbrk", Input, InputFlags::IGNBRK.bits()),
    Setting::flag("brkint", Input, InputFlags::BRKINT.bits()),
    Setting::flag("ignpar", Input, InputFlags::IGNPAR.bits()),
    Setting::flag("parmrk", Input, InputFlags::PARMRK.bits()),
    Setting::flag("inpck", Input, InputFlags::INPCK.bits()),
    Setting::flag("istrip", Input, InputFlags::ISTRIP.bits()),
    Setting::flag("inlcr", Input, InputFlags::INLCR.bits()),
    Setting::flag("igncr", Input, InputFlags::IGNCR.bits()),
    Setting::flag("icrnl", Input, InputFlags::ICRNL.bits()),
    Setting::flag("ixon", Input, InputFlags::IXON.bits()),
    Setting::flag("ixoff", Input, InputFlags::IXOFF.bits()),
    Setting::alias("tandem", Input, InputFlags::IXOFF.bits()),
    Setting::flag("iuclc", Input, InputFlags::IUCLC.bits()),
    Setting::flag("ixany", Input, InputFlags::IXANY.bits()),
    Setting::flag("imaxbel", Input, InputFlags::IMAXBEL.bits()),
    Setting::flag("iutf8", Input, InputFlags::IUTF8.bits()),
    Setting::flag("opost", Output, OutputFlags::OPOST.bits()),
    Setting::flag("olcuc", Output, OutputFlags::OLCUC.bits()),
    Setting::flag("ocrnl", Output, OutputFlags::OCRNL.bits()),
    Setting::flag("onlcr", Output, OutputFlags::ONLCR.bits()),
    Setting::flag("onocr", Output, OutputFlags::ONOCR.bits()),
    Setting::flag("onlret", Output, OutputFlags::ONLRET.bits()),
    Setting::flag("isig", Local, LocalFlags::ISIG.bits()),
    Setting::flag("icanon", Local, LocalFlags::ICANON.bits()),
    Setting::flag("iexten", Local, LocalFlags::IEXTEN.bits()),
    Setting::flag("echo", Local, LocalFlags::ECHO.bits()),
    Setting::flag("echoe", Local, LocalFlags::ECHOE.bits()),
    Setting::alias("crterase", Local, LocalFlags::ECHOE.bits()),
    Setting::flag("echok", Local, LocalFlags::ECHOK.bits()),
    Setting::flag("echonl", Local, LocalFlags::ECHONL.bits()),
    Setting::flag("noflsh", Local, LocalFlags::NOFLSH.bits()),
    Setting::flag("tostop", Local, LocalFlags::TOSTOP.bits()),
    Setting::flag("echoprt", Local, LocalFlags::ECHOPRT.bits()),
    Setting::alias("prterase", Local, LocalFlags::ECHOPRT.bits()),
    Setting::flag("echoctl", Local, LocalFlags::ECHOCTL.bits()),
    Setting::alias("ctlecho", Local, LocalFlags::ECHOCTL.bits()),
    Setting::flag("echoke", Local, LocalFlags::ECHOKE.bits()),
    Setting::alias("crtkill", Local, LocalFlags::ECHOKE.bits()),
];

/// Name, index, and what `sane` sets.
pub const CHARACTERS: &[(&str, usize, u8)] = &[
    ("intr", cc::VINTR, 3),
    ("quit", cc::VQUIT, 28),
    ("erase", cc::VERASE, 0x7f),
    ("kill", cc::VKILL, 21),
    ("eof", cc::VEOF, 4),
    ("eol", cc::VEOL, 0),
    ("eol2", cc::VEOL2, 0),
    ("swtch", cc::VSWTC, 0),
    ("start", cc::VSTART, 17),
    ("stop", cc::VSTOP, 19),
    ("susp", cc::VSUSP, 26),
    ("rprnt", cc::VREPRINT, 18),
    ("werase", cc::VWERASE, 23),
    ("lnext", cc::VLNEXT, 22),
    ("discard", cc::VDISCARD, 15),
];

pub const BAUD_RATES: &[u32] = &[
    0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400, 57600, 115_200,
    230_400, 460_800, 500_000, 576_000, 921_600, 1_000_000, 1_152_000, 1_500_000, 2_000_000, 2_500_000,
    3_000_000, 3_500_000, 4_000_000,
];

type Combination = (&'static str, fn(&mut Termios));

pub const COMBINATIONS: &[Combination] = &[
    ("sane", sane),
    ("raw", raw),
    ("-raw", cooked),
    ("cooked", cooked),
    ("-cooked", raw),
    ("cbreak", |t| t.local.remove(LocalFlags::ICANON)),
    ("-cbreak", |t| t.local.insert(LocalFlags::ICANON)),
    ("nl", |t| {
        t.input.remove(InputFlags::ICRNL);
        t.output.remove(OutputFlags::ONLCR);
    }),
    ("-nl", |t| {
        t.input.insert(InputFlags::ICRNL);
        t.input.remove(InputFlags::INLCR | InputFlags::IGNCR);
        t.output.insert(OutputFlags::ONLCR);
        t.output.remove(OutputFlags::OCRNL | OutputFlags::ONLRET);
    }),
    ("ek", |t| {
        t.cc[cc::VERASE] = 0x7f;
        t.cc[cc::VKILL] = 21;
    }),
    ("crt", |t| {
        t.local
            .insert(LocalFlags::ECHOE | LocalFlags::ECHOCTL | LocalFlags::ECHOKE)
    }),
    ("dec", |t| {
        t.local
            .insert(LocalFlags::ECHOE | LocalFlags::ECHOCTL | LocalFlags::ECHOKE);
        t.input.remove(InputFlags::IXANY);
        t.cc[cc::VINTR] = 3;
        t.cc[cc::VERASE] = 0x7f;
        t.cc[cc::VKILL] = 21;
    }),
];

pub fn sane(t: &mut Termios) {
    t.control.insert(ControlFlags::CREAD);
    t.input.remove(
        InputFlags::IGNBRK
            | InputFlags::INLCR
            | InputFlags::IGNCR
            | InputFlags::IUCLC
            | InputFlags::IXANY
            | InputFlags::IXOFF,
    );
    t.input
        .insert(InputFlags::BRKINT | InputFlags::ICRNL | InputFlags::IXON | InputFlags::IMAXBEL);
    t.output
        .remove(OutputFlags::OLCUC | OutputFlags::OCRNL | OutputFlags::ONOCR | OutputFlags::ONLRET);
    t.output.insert(OutputFlags::OPOST | OutputFlags::ONLCR);
    t.local
        .remove(LocalFlags::ECHONL | LocalFlags::NOFLSH | LocalFlags::TOSTOP | LocalFlags::ECHOPRT);
    t.local.insert(
        LocalFlags::ISIG
            | LocalFlags::ICANON
            | LocalFlags::IEXTEN
            | LocalFlags::ECHO
            | LocalFlags::ECHOE
            | LocalFlags::ECHOK
            | LocalFlags::ECHOCTL
            | LocalFlags::ECHOKE,
    );
    for (_, index, usual) in CHARACTERS {
        t.cc[*index] = *usual;
    }
    t.cc[cc::VMIN] = 1;
    t.cc[cc::VTIME] = 0;
}

fn raw(t: &mut Termios) {
    t.input = InputFlags::from_bits_retain(t.input.bits() & InputFlags::IUTF8.bits());
    t.output.remove(OutputFlags::OPOST);
    t.local.remove(LocalFlags::ISIG | LocalFlags::ICANON);
    t.cc[cc::VMIN] = 1;
    t.cc[cc::VTIME] = 0;
}

fn cooked(t: &mut Termios) {
    t.input.insert(
        InputFlags::BRKINT | InputFlags::IGNPAR | InputFlags::ISTRIP | InputFlags::ICRNL | InputFlags::IXON,
    );
    // Eight-bit text is what everybody has.
    t.input.remove(InputFlags::ISTRIP);
    t.output.insert(OutputFlags::OPOST);
    t.local.insert(LocalFlags::ISIG | LocalFlags::ICANON);
    t.cc[cc::VEOF] = 4;
    t.cc[cc::VEOL] = 0;
}
