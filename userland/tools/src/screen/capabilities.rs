//! What xterm and its like answer to, by terminfo(5)'s names: the terminal of a browser tab is one.

/// A terminal.
pub struct Terminal {
    pub long_name: &'static str,
    flags: &'static [&'static str],
    numbers: &'static [(&'static str, i32)],
    /// Whether all of [`STRINGS`] are its, or just those named.
    strings: Option<&'static [&'static str]>,
    /// Where its strings are others.
    own: &'static [(&'static str, &'static str)],
}

/// The value of a capability.
pub enum Value {
    /// A flag; those that a terminal lacks are false.
    Flag(bool),
    /// `None` where the terminal lacks it.
    Number(Option<i32>),
    String(Option<&'static str>),
}

const FLAGS: &[&str] = &["am", "bce", "ccc", "km", "mc5i", "mir", "msgr", "npc", "xenl"];

/// terminfo's name, the string.
#[rustfmt::skip]
const STRINGS: &[(&str, &str)] = &[
    ("bel", "\x07"),
    ("blink", "\x1b[5m"),
    ("bold", "\x1b[1m"),
    ("cbt", "\x1b[Z"),
    ("civis", "\x1b[?25l"),
    ("clear", "\x1b[H\x1b[2J"),
    ("cnorm", "\x1b[?12l\x1b[?25h"),
    ("cr", "\r"),
    ("csr", "\x1b[%i%p1%d;%p2%dr"),
    ("cub", "\x1b[%p1%dD"),
    ("cub1", "\x08"),
    ("cud", "\x1b[%p1%dB"),
    ("cud1", "\n"),
    ("cuf", "\x1b[%p1%dC"),
    ("cuf1", "\x1b[C"),
    ("cup", "\x1b[%i%p1%d;%p2%dH"),
    ("cuu", "\x1b[%p1%dA"),
    ("cuu1", "\x1b[A"),
    ("cvvis", "\x1b[?12;25h"),
    ("dch", "\x1b[%p1%dP"),
    ("dch1", "\x1b[P"),
    ("dim", "\x1b[2m"),
    ("dl", "\x1b[%p1%dM"),
    ("dl1", "\x1b[M"),
    ("ech", "\x1b[%p1%dX"),
    ("ed", "\x1b[J"),
    ("el", "\x1b[K"),
    ("el1", "\x1b[1K"),
    ("flash", "\x1b[?5h\x1b[?5l"),
    ("home", "\x1b[H"),
    ("hpa", "\x1b[%i%p1%dG"),
    ("ht", "\x09"),
    ("hts", "\x1bH"),
    ("ich", "\x1b[%p1%d@"),
    ("il", "\x1b[%p1%dL"),
    ("il1", "\x1b[L"),
    ("ind", "\n"),
    ("indn", "\x1b[%p1%dS"),
    ("invis", "\x1b[8m"),
    ("is2", "\x1b[!p\x1b[?3;4l\x1b[4l\x1b>"),
    ("kbs", "\x7f"),
    ("kcbt", "\x1b[Z"),
    ("kcub1", "\x1bOD"),
    ("kcud1", "\x1bOB"),
    ("kcuf1", "\x1bOC"),
    ("kcuu1", "\x1bOA"),
    ("kdch1", "\x1b[3~"),
    ("kend", "\x1bOF"),
    ("kent", "\x1bOM"),
    ("kf1", "\x1bOP"),
    ("kf2", "\x1bOQ"),
    ("kf3", "\x1bOR"),
    ("kf4", "\x1bOS"),
    ("kf5", "\x1b[15~"),
    ("kf6", "\x1b[17~"),
    ("kf7", "\x1b[18~"),
    ("kf8", "\x1b[19~"),
    ("kf9", "\x1b[20~"),
    ("kf10", "\x1b[21~"),
    ("kf11", "\x1b[23~"),
    ("kf12", "\x1b[24~"),
    ("khome", "\x1bOH"),
    ("kich1", "\x1b[2~"),
    ("knp", "\x1b[6~"),
    ("kpp", "\x1b[5~"),
    ("nel", "\x1bE"),
    ("op", "\x1b[39;49m"),
    ("rc", "\x1b8"),
    ("rep", "%p1%c\x1b[%p2%{1}%-%db"),
    ("rev", "\x1b[7m"),
    ("ri", "\x1bM"),
    ("rin", "\x1b[%p1%dT"),
    ("ritm", "\x1b[23m"),
    ("rmacs", "\x1b(B"),
    ("rmam", "\x1b[?7l"),
    ("rmcup", "\x1b[?1049l\x1b[23;0;0t"),
    ("rmir", "\x1b[4l"),
    ("rmkx", "\x1b[?1l\x1b>"),
    ("rmso", "\x1b[27m"),
    ("rmul", "\x1b[24m"),
    ("rs1", "\x1bc\x1b]104\x07"),
    ("rs2", "\x1b[!p\x1b[?3;4l\x1b[4l\x1b>"),
    ("sc", "\x1b7"),
    ("setab", "\x1b[%?%p1%{8}%<%t4%p1%d%e%p1%{16}%<%t10%p1%{8}%-%d%e48;5;%p1%d%;m"),
    ("setaf", "\x1b[%?%p1%{8}%<%t3%p1%d%e%p1%{16}%<%t9%p1%{8}%-%d%e38;5;%p1%d%;m"),
    ("sgr", "%?%p9%t\x1b(0%e\x1b(B%;\x1b[0%?%p6%t;1%;%?%p5%t;2%;%?%p2%t;4%;%?%p1%p3%|%t;7%;%?%p4%t;5%;%?%p7%t;8%;m"),
    ("sgr0", "\x1b(B\x1b[m"),
    ("sitm", "\x1b[3m"),
    ("smacs", "\x1b(0"),
    ("smam", "\x1b[?7h"),
    ("smcup", "\x1b[?1049h\x1b[22;0;0t"),
    ("smir", "\x1b[4h"),
    ("smkx", "\x1b[?1h\x1b="),
    ("smso", "\x1b[7m"),
    ("smul", "\x1b[4m"),
    ("tbc", "\x1b[3g"),
    ("vpa", "\x1b[%i%p1%dd"),
    ("E3", "\x1b[3J"),
    ("BD", "\x1b[?2004l"),
    ("BE", "\x1b[?2004h"),
    ("PS", "\x1b[200~"),
    ("PE", "\x1b[201~"),
    ("Ss", "\x1b[%p1%d q"),
    ("Se", "\x1b[2 q"),
];

const XTERM_256: Terminal = Terminal {
    long_name: "xterm with 256 colors",
    flags: FLAGS,
    numbers: &[
        ("colors", 256),
        ("cols", 80),
        ("it", 8),
        ("lines", 24),
        ("pairs", 0x10000),
    ],
    strings: None,
    own: &[],
};

const XTERM: Terminal = Terminal {
    long_name: "xterm terminal emulator (X Window System)",
    flags: &["am", "bce", "km", "mc5i", "mir", "msgr", "npc", "xenl"],
    numbers: &[
        ("colors", 8),
        ("cols", 80),
        ("it", 8),
        ("lines", 24),
        ("pairs", 64),
    ],
    own: &[
        ("setaf", "\x1b[3%p1%dm"),
        ("setab", "\x1b[4%p1%dm"),
        ("rs1", "\x1bc"),
    ],
    ..XTERM_256
};

const VT100: Terminal = Terminal {
    long_name: "DEC VT100 (w/advanced video)",
    flags: &["am", "mc5i", "msgr", "xenl"],
    numbers: &[("cols", 80), ("it", 8), ("lines", 24)],
    strings: Some(&[
        "bel", "blink", "bold", "clear", "cr", "csr", "cub", "cub1", "cud", "cud1", "cuf", "cuf1", "cup",
        "cuu", "cuu1", "ed", "el", "el1", "home", "ht", "hts", "ind", "kbs", "kcub1", "kcud1", "kcuf1",
        "kcuu1", "kent", "kf1", "kf2", "kf3", "kf4", "rc", "rev", "ri", "rmacs", "rmam", "rmkx", "rmso",
        "rmul", "rs2", "sc", "sgr0", "smacs", "smam", "smkx", "smso", "smul", "tbc",
    ]),
    own: &[
        ("clear", "\x1b[H\x1b[J"),
        ("kbs", "\x08"),
        ("rmacs", "\x0f"),
        ("smacs", "\x0e"),
        ("rmso", "\x1b[m"),
        ("rmul", "\x1b[m"),
        ("rs2", "\x1b<\x1b>\x1b[?3;4;5l\x1b[?7;8h\x1b[r"),
        ("sgr0", "\x1b[m\x0f"),
    ],
};

const DUMB: Terminal = Terminal {
    long_name: "80-column dumb tty",
    flags: &["am"],
    numbers: &[("cols", 80)],
    strings: Some(&["bel", "cr", "cud1", "ind"]),
    own: &[],
};

/// The terminal of that name, which TERM has.
pub fn terminal(name: &str) -> Option<&'static Terminal> {
    Some(match name {
        "xterm-256color" => &XTERM_256,
        "xterm" | "xterm-color" => &XTERM,
        "vt100" | "vt102" => &VT100,
        "dumb" => &DUMB,
        _ => return None,
    })
}

impl Terminal {
    /// The string of a terminfo name.
    pub fn string(&self, name: &str) -> Option<&'static str> {
        match self.value(name) {
            Some(Value::String(string)) => string,
            _ => None,
        }
    }

    /// The value of a capability by terminfo's name; `None` for a name that nothing has.
    pub fn value(&self, name: &str) -> Option<Value> {
        if FLAGS.contains(&name) {
            return Some(Value::Flag(self.flags.contains(&name)));
        }
        let number = |terminal: &Terminal| {
            let row = terminal.numbers.iter().find(|(known, _)| *known == name);
            row.map(|(_, number)| *number)
        };
        if number(&XTERM_256).is_some() {
            return Some(Value::Number(number(self)));
        }
        let (_, string) = STRINGS.iter().find(|(known, _)| *known == name)?;
        let has = self.strings.is_none_or(|strings| strings.contains(&name));
        let own = self
            .own
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, string)| *string);
        Some(Value::String(has.then_some(own.unwrap_or(*string))))
    }
}
