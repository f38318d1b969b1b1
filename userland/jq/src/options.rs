//! jq's option table.

use cli::{Opt, Order, Spec};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Id {
    NullInput,
    RawInput,
    Slurp,
    Compact,
    Raw,
    RawNul,
    Join,
    Ascii,
    SortKeys,
    Color,
    Monochrome,
    Tab,
    Indent,
    Unbuffered,
    Stream,
    Seq,
    File,
    ExitStatus,
}

/// What takes more than one argument (`--arg` and its like) is read before.
pub const SPEC: Spec<Id> = Spec {
    name: "jq",
    usage: &["[OPTION]... FILTER [FILE]...", "[OPTION]... -n FILTER"],
    about: "Process JSON.\n--arg NAME VALUE, --argjson NAME JSON, --slurpfile NAME FILE and --rawfile NAME FILE set $NAME;\n--args and --jsonargs take what follows as $ARGS.positional.",
    options: &[
        Opt::flag(
            Id::NullInput,
            "n",
            "null-input",
            "use null as the single input value",
        ),
        Opt::flag(
            Id::RawInput,
            "R",
            "raw-input",
            "read each line as string instead of JSON",
        ),
        Opt::flag(Id::Slurp, "s", "slurp", "read all inputs into an array"),
        Opt::flag(
            Id::Compact,
            "c",
            "compact-output",
            "compact instead of pretty-printed output",
        ),
        Opt::flag(
            Id::Raw,
            "r",
            "raw-output",
            "output strings without escapes and quotes",
        ),
        Opt::flag(
            Id::RawNul,
            "",
            "raw-output0",
            "implies -r and output NUL after each output",
        ),
        Opt::flag(
            Id::Join,
            "j",
            "join-output",
            "implies -r and output without newline after each output",
        ),
        Opt::flag(
            Id::Ascii,
            "a",
            "ascii-output",
            "output strings by only ASCII characters",
        ),
        Opt::flag(
            Id::SortKeys,
            "S",
            "sort-keys",
            "sort keys of each object on output",
        ),
        Opt::flag(Id::Color, "C", "color-output", "colorize JSON output"),
        Opt::flag(Id::Monochrome, "M", "monochrome-output", "disable colored output"),
        Opt::flag(Id::Tab, "", "tab", "use tabs for indentation"),
        Opt::value(
            Id::Indent,
            "",
            "indent",
            "N",
            "use N spaces for indentation (max 7)",
        ),
        Opt::flag(Id::Unbuffered, "", "unbuffered", "flush output after each output"),
        Opt::flag(
            Id::Stream,
            "",
            "stream",
            "parse the input value in streaming fashion",
        ),
        Opt::flag(Id::Seq, "", "seq", "use the MIME type application/json-seq"),
        Opt::value(
            Id::File,
            "f",
            "from-file",
            "FILE",
            "load the filter from the file",
        ),
        Opt::flag(
            Id::ExitStatus,
            "e",
            "exit-status",
            "set exit status code based on the output",
        ),
    ],
    order: Order::Permute,
    failure: 2,
};
