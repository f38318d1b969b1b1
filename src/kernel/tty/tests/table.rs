//! One case a line: (settings, what is typed or done) → (what reads answer, what the emulator sees, signals).
//!
//! Where a case is called as Linux has it, it was derived from Linux's N_TTY. `Some` abbreviations: a case without `echoes`
//! expects nothing on the screen, one without `reads` nothing to read, one without `signals` none.

use super::harness::{Outcome, Step, run};
use Step::{FlushInput, Read, Set, Write};

macro_rules! expectation {
    ($outcome:ident;) => {};
    ($outcome:ident; reads [$($read:expr),*] $($rest:tt)*) => {
        $outcome.reads = vec![$($read.to_vec()),*];
        expectation!($outcome; $($rest)*);
    };
    ($outcome:ident; echoes $echo:literal $($rest:tt)*) => {
        $outcome.echo = $echo.to_vec();
        expectation!($outcome; $($rest)*);
    };
    ($outcome:ident; signals [$($signal:literal),*] $($rest:tt)*) => {
        $outcome.signals = vec![$($signal),*];
        expectation!($outcome; $($rest)*);
    };
}

macro_rules! cases {
    ($($name:ident: $settings:literal, [$($step:expr),*] => $($expected:ident $value:tt)*;)*) => {
        $(#[test]
        fn $name() {
            #[allow(unused_mut)]
            let mut expected = Outcome { reads: Vec::new(), echo: Vec::new(), signals: Vec::new() };
            expectation!(expected; $($expected $value)*);
            assert_eq!(run($settings, vec![$(Step::from($step)),*]), expected);
        })*
    };
}

mod canonical {
    use super::*;
    cases! {
        line_is_read_with_its_newline: "", [b"ab\n"] => reads [b"ab\n"] echoes b"ab\r\n";
        unfinished_line_is_not_read: "", [b"ab"] => echoes b"ab";
        each_read_answers_one_line: "", [b"a\nbc\n"] => reads [b"a\n", b"bc\n"] echoes b"a\r\nbc\r\n";
        empty_line_is_a_newline: "", [b"\n"] => reads [b"\n"] echoes b"\r\n";
        short_read_leaves_the_rest_of_the_line: "", [b"abcd\n", Read(2), Read(2)] => reads [b"ab", b"cd", b"\n"] echoes b"abcd\r\n";
        short_read_does_not_reach_into_the_next_line: "", [b"ab\ncd\n", Read(2), Read(9)] => reads [b"ab", b"\n", b"cd\n"] echoes b"ab\r\ncd\r\n";
        read_of_nothing_takes_nothing: "", [b"a\n", Read(0)] => reads [b"", b"a\n"] echoes b"a\r\n";
        typing_in_pieces_makes_one_line: "", [b"a", b"b", b"\n"] => reads [b"ab\n"] echoes b"ab\r\n";
        nul_is_a_byte_like_others: "-ECHO", [b"a\0b\n"] => reads [b"a\0b\n"];
        high_bytes_pass: "-ECHO", [b"\x80\xff\n"] => reads [b"\x80\xff\n"];
        flush_forgets_lines_and_the_unfinished_one: "-ECHO", [b"a\nb", FlushInput, b"c\n"] => reads [b"c\n"];
    }
}

mod end_of_file {
    use super::*;
    cases! {
        at_line_start_is_an_empty_read: "", [b"\x04"] => reads [b""];
        is_not_echoed: "", [b"a\x04"] => reads [b"a"] echoes b"a";
        in_a_line_makes_it_readable: "", [b"ab\x04"] => reads [b"ab"] echoes b"ab";
        twice_in_a_line_ends_the_file: "", [b"ab\x04\x04"] => reads [b"ab", b""] echoes b"ab";
        after_a_line_ends_the_file: "", [b"ab\n\x04"] => reads [b"ab\n", b""] echoes b"ab\r\n";
        three_times_is_three_empty_reads: "", [b"\x04\x04\x04"] => reads [b"", b"", b""];
        exact_read_of_a_pushed_line_leaves_no_end: "", [b"ab\x04", Read(2), b"c\n"] => reads [b"ab", b"c\n"] echoes b"abc\r\n";
        read_of_nothing_leaves_it: "", [b"\x04", Read(0)] => reads [b"", b""];
        char_can_be_another: "EOF=^X", [b"\x18\x04\n"] => reads [b"", b"\x04\n"] echoes b"^D\r\n";
        disabled_is_plain: "EOF=undef", [b"\x04\n"] => reads [b"\x04\n"] echoes b"^D\r\n";
        disabled_does_not_make_nul_special: "EOF=undef -ECHO", [b"\0\n"] => reads [b"\0\n"];
        means_nothing_without_icanon: "-ICANON -ECHO", [b"\x04"] => reads [b"\x04"];
    }
}

mod end_of_line {
    use super::*;
    cases! {
        eol_ends_a_line_and_stays_in_it: "EOL=;", [b"a;b\n"] => reads [b"a;", b"b\n"] echoes b"a;b\r\n";
        eol2_ends_a_line_too: "EOL2=;", [b"a;b\n"] => reads [b"a;", b"b\n"] echoes b"a;b\r\n";
        eol2_needs_iexten: "EOL2=; -IEXTEN", [b"a;b\n"] => reads [b"a;b\n"] echoes b"a;b\r\n";
        eol_needs_no_iexten: "EOL=; -IEXTEN", [b"a;"] => reads [b"a;"] echoes b"a;";
        eol_control_character_is_echoed_with_a_caret: "EOL=^X", [b"a\x18"] => reads [b"a\x18"] echoes b"a^X";
        eol_without_echo: "EOL=; -ECHO", [b"a;"] => reads [b"a;"];
        disabled_eol_is_not_nul: "-ECHO", [b"a\0"] => ;
    }
}

mod erase {
    use super::*;
    cases! {
        takes_back_one_character: "", [b"ab\x7fc\n"] => reads [b"ac\n"] echoes b"ab\x08 \x08c\r\n";
        at_line_start_does_nothing: "", [b"\x7fa\n"] => reads [b"a\n"] echoes b"a\r\n";
        stops_at_line_start: "", [b"a\x7f\x7f\x7fb\n"] => reads [b"b\n"] echoes b"a\x08 \x08b\r\n";
        does_not_reach_into_the_last_line: "", [b"a\n\x7fb\n"] => reads [b"a\n", b"b\n"] echoes b"a\r\nb\r\n";
        does_not_reach_before_eof: "", [b"a\x04\x7fb\n"] => reads [b"a", b"b\n"] echoes b"ab\r\n";
        of_a_control_character_clears_two_columns: "", [b"a\x01\x7f\n"] => reads [b"a\n"] echoes b"a^A\x08 \x08\x08 \x08\r\n";
        of_a_control_character_without_echoctl_clears_none: "-ECHOCTL", [b"a\x01\x7f\n"] => reads [b"a\n"] echoes b"a\x01\r\n";
        of_a_two_byte_character_takes_both: "", ["aé\x7f\n".as_bytes()] => reads [b"a\n"] echoes b"a\xc3\xa9\x08 \x08\r\n";
        of_a_three_byte_character_takes_all: "", ["€\x7f\n".as_bytes()] => reads [b"\n"] echoes b"\xe2\x82\xac\x08 \x08\r\n";
        of_a_wide_character_clears_two_columns: "", ["漢\x7f\n".as_bytes()] => reads [b"\n"] echoes b"\xe6\xbc\xa2\x08 \x08\x08 \x08\r\n";
        of_an_emoji_takes_four_bytes: "", ["a😀\x7f\n".as_bytes()] => reads [b"a\n"] echoes b"a\xf0\x9f\x98\x80\x08 \x08\x08 \x08\r\n";
        of_a_combining_mark_clears_no_column: "", ["e\u{301}\x7f\n".as_bytes()] => reads [b"e\n"] echoes b"e\xcc\x81\r\n";
        without_iutf8_takes_one_byte: "-IUTF8", [b"\xc3\xa9\x7f\n"] => reads [b"\xc3\n"] echoes b"\xc3\xa9\x08 \x08\r\n";
        of_a_stray_continuation_byte_takes_it_alone: "-ECHO", [b"\x80\x80\x80\x80\x80\x7f\n"] => reads [b"\x80\x80\x80\x80\n"];
        of_a_tab_goes_back_to_where_it_began: "", [b"ab\t\x7f\n"] => reads [b"ab\n"] echoes b"ab\t\x08\x08\x08\x08\x08\x08\r\n";
        of_a_tab_at_a_tab_stop_goes_back_eight: "", [b"\t\x7f\n"] => reads [b"\n"] echoes b"\t\x08\x08\x08\x08\x08\x08\x08\x08\r\n";
        of_a_tab_after_a_tab: "", [b"a\tbc\t\x7f\n"] => reads [b"a\tbc\n"] echoes b"a\tbc\t\x08\x08\x08\x08\x08\x08\r\n";
        of_a_tab_knows_the_prompt: "", [Write(b"$ "), b"\t\x7f\n"] => reads [b"\n"] echoes b"$ \t\x08\x08\x08\x08\x08\x08\r\n";
        of_a_tab_counts_control_characters_twice: "", [b"\x01\t\x7f\n"] => reads [b"\x01\n"] echoes b"^A\t\x08\x08\x08\x08\x08\x08\r\n";
        of_a_tab_counts_characters_not_bytes: "", ["é\t\x7f\n".as_bytes()] => reads [b"\xc3\xa9\n"] echoes b"\xc3\xa9\t\x08\x08\x08\x08\x08\x08\x08\r\n";
        without_echo_is_silent: "-ECHO", [b"ab\x7f\n"] => reads [b"a\n"];
        without_echoe_shows_the_key: "-ECHOE", [b"ab\x7f\n"] => reads [b"a\n"] echoes b"ab^?\r\n";
        without_echoe_and_echoctl_shows_the_raw_key: "-ECHOE -ECHOCTL ERASE=#", [b"ab#\n"] => reads [b"a\n"] echoes b"ab#\r\n";
        key_can_be_another: "ERASE=^H", [b"ab\x08\x7f\n"] => reads [b"a\x7f\n"] echoes b"ab\x08 \x08^?\r\n";
        means_nothing_without_icanon: "-ICANON", [b"a\x7f"] => reads [b"a\x7f"] echoes b"a^?";
        needs_no_iexten: "-IEXTEN", [b"ab\x7f\n"] => reads [b"a\n"] echoes b"ab\x08 \x08\r\n";
    }
}

mod print_erase {
    use super::*;
    cases! {
        shows_what_is_erased_between_slashes: "ECHOPRT", [b"abc\x7f\x7fd\n"] => reads [b"ad\n"] echoes b"abc\\cb/d\r\n";
        closes_at_line_start: "ECHOPRT", [b"a\x7fb\n"] => reads [b"b\n"] echoes b"a\\a/b\r\n";
        closes_at_the_newline: "ECHOPRT", [b"ab\x7f\n"] => reads [b"a\n"] echoes b"ab\\b/\r\n";
        shows_all_bytes_of_a_character: "ECHOPRT", ["aé\x7f\n".as_bytes()] => reads [b"a\n"] echoes b"a\xc3\xa9\\\xc3\xa9/\r\n";
        works_for_words: "ECHOPRT", [b"a bc\x17d\n"] => reads [b"a d\n"] echoes b"a bc\\cb/d\r\n";
        works_for_the_line: "ECHOPRT", [b"ab\x15c\n"] => reads [b"c\n"] echoes b"ab\\ba/c\r\n";
    }
}

mod erase_word {
    use super::*;
    cases! {
        takes_back_a_word: "", [b"a bc\x17\n"] => reads [b"a \n"] echoes b"a bc\x08 \x08\x08 \x08\r\n";
        takes_the_blanks_after_it_too: "", [b"a bc  \x17\n"] => reads [b"a \n"] echoes b"a bc  \x08 \x08\x08 \x08\x08 \x08\x08 \x08\r\n";
        stops_at_punctuation: "-ECHO", [b"a/bc\x17\n"] => reads [b"a/\n"];
        takes_punctuation_with_the_word_before_it: "-ECHO", [b"a bc..\x17\n"] => reads [b"a \n"];
        counts_underscores_and_digits_as_word: "-ECHO", [b"x a_1\x17\n"] => reads [b"x \n"];
        counts_other_scripts_as_word: "-ECHO", ["x né\x17\n".as_bytes()] => reads [b"x \n"];
        takes_all_of_blanks_only: "-ECHO", [b"   \x17a\n"] => reads [b"a\n"];
        at_line_start_does_nothing: "", [b"\x17a\n"] => reads [b"a\n"] echoes b"a\r\n";
        needs_iexten: "-IEXTEN", [b"a\x17\n"] => reads [b"a\x17\n"] echoes b"a^W\r\n";
        key_can_be_another: "WERASE=!", [b"a b!\n"] => reads [b"a \n"] echoes b"a b\x08 \x08\r\n";
        disabled_is_plain: "WERASE=undef", [b"a\x17\n"] => reads [b"a\x17\n"] echoes b"a^W\r\n";
    }
}

mod kill {
    use super::*;
    cases! {
        takes_back_the_line: "", [b"ab\x15c\n"] => reads [b"c\n"] echoes b"ab\x08 \x08\x08 \x08c\r\n";
        at_line_start_does_nothing: "", [b"\x15a\n"] => reads [b"a\n"] echoes b"a\r\n";
        leaves_finished_lines: "-ECHO", [b"a\nb\x15c\n"] => reads [b"a\n", b"c\n"];
        clears_control_characters_and_tabs: "", [b"\x01\ta\x15\n"] => reads [b"\n"] echoes b"^A\ta\x08 \x08\x08\x08\x08\x08\x08\x08\x08 \x08\x08 \x08\r\n";
        without_echoke_shows_the_key_and_a_newline: "-ECHOKE", [b"ab\x15c\n"] => reads [b"c\n"] echoes b"ab^U\r\nc\r\n";
        without_echok_shows_only_the_key: "-ECHOK", [b"ab\x15c\n"] => reads [b"c\n"] echoes b"ab^Uc\r\n";
        without_echoe_shows_the_key: "-ECHOE", [b"ab\x15c\n"] => reads [b"c\n"] echoes b"ab^U\r\nc\r\n";
        without_echo_is_silent: "-ECHO", [b"ab\x15c\n"] => reads [b"c\n"];
        key_can_be_another: "KILL=@", [b"ab@c\n"] => reads [b"c\n"] echoes b"ab\x08 \x08\x08 \x08c\r\n";
        disabled_is_plain: "KILL=undef", [b"a\x15\n"] => reads [b"a\x15\n"] echoes b"a^U\r\n";
        means_nothing_without_icanon: "-ICANON", [b"a\x15"] => reads [b"a\x15"] echoes b"a^U";
    }
}

mod literal_next {
    use super::*;
    cases! {
        makes_intr_plain: "", [b"\x16\x03\n"] => reads [b"\x03\n"] echoes b"^\x08^C\r\n";
        makes_erase_plain: "", [b"a\x16\x7f\n"] => reads [b"a\x7f\n"] echoes b"a^\x08^?\r\n";
        makes_eof_plain: "", [b"\x16\x04\n"] => reads [b"\x04\n"] echoes b"^\x08^D\r\n";
        makes_stop_plain: "", [b"\x16\x13\n"] => reads [b"\x13\n"] echoes b"^\x08^S\r\n";
        makes_itself_plain: "", [b"\x16\x16\n"] => reads [b"\x16\n"] echoes b"^\x08^V\r\n";
        keeps_a_carriage_return: "", [b"\x16\r\n"] => reads [b"\r\n"] echoes b"^\x08^M\r\n";
        keeps_a_newline_in_the_line: "", [b"a\x16\nb\n"] => reads [b"a\nb\n"] echoes b"a^\x08^Jb\r\n";
        holds_for_one_byte: "", [b"\x16\x03\x03"] => echoes b"^C" signals ["INT"];
        of_a_plain_byte_is_that_byte: "", [b"\x16a\n"] => reads [b"a\n"] echoes b"^\x08a\r\n";
        waits_for_its_byte: "", [b"\x16", b"\x03", b"\n"] => reads [b"\x03\n"] echoes b"^\x08^C\r\n";
        without_echoctl_shows_no_caret: "-ECHOCTL", [b"\x16a\n"] => reads [b"a\n"] echoes b"a\r\n";
        without_echo_is_silent: "-ECHO", [b"\x16\x03\n"] => reads [b"\x03\n"];
        needs_iexten: "-IEXTEN", [b"\x16a\n"] => reads [b"\x16a\n"] echoes b"^Va\r\n";
        means_nothing_without_icanon: "-ICANON", [b"\x16a"] => reads [b"\x16a"] echoes b"^Va";
        key_can_be_another: "LNEXT=^X", [b"\x18\x04\n"] => reads [b"\x04\n"] echoes b"^\x08^D\r\n";
        is_forgotten_by_a_change_of_mode: "-ECHO", [b"\x16", Set("-ICANON"), Set("ICANON"), b"a\x7fb\n"] => reads [b"b\n"];
    }
}

mod reprint {
    use super::*;
    cases! {
        shows_the_line_again: "", [b"ab\x12c\n"] => reads [b"abc\n"] echoes b"ab^R\r\nabc\r\n";
        shows_control_characters_with_carets: "", [b"\x01\x12\n"] => reads [b"\x01\n"] echoes b"^A^R\r\n^A\r\n";
        of_an_empty_line: "", [b"\x12a\n"] => reads [b"a\n"] echoes b"^R\r\na\r\n";
        resets_the_column_that_tabs_count_from: "", [Write(b"$ "), b"\t\x12\x7f\n"] => reads [b"\n"] echoes b"$ \t^R\r\n\t\x08\x08\x08\x08\x08\x08\x08\x08\r\n";
        without_echo_is_plain: "-ECHO", [b"a\x12\n"] => reads [b"a\x12\n"];
        needs_iexten: "-IEXTEN", [b"a\x12\n"] => reads [b"a\x12\n"] echoes b"a^R\r\n";
        key_can_be_another: "REPRINT=^X", [b"a\x18\n"] => reads [b"a\n"] echoes b"a^X\r\na\r\n";
    }
}

mod signals {
    use super::*;
    cases! {
        intr_raises_sigint: "", [b"\x03"] => echoes b"^C" signals ["INT"];
        quit_raises_sigquit: "", [b"\x1c"] => echoes b"^\\" signals ["QUIT"];
        susp_raises_sigtstp: "", [b"\x1a"] => echoes b"^Z" signals ["TSTP"];
        several_come_together: "", [b"\x03\x1a"] => echoes b"^Z" signals ["INT", "TSTP"];
        intr_forgets_the_line: "", [b"ab\x03c\n"] => reads [b"c\n"] echoes b"^Cc\r\n" signals ["INT"];
        intr_forgets_finished_lines: "", [b"ab\n\x03c\n"] => reads [b"c\n"] echoes b"^Cc\r\n" signals ["INT"];
        intr_forgets_unread_output: "", [Write(b"yyy"), b"\x03"] => echoes b"^C" signals ["INT"];
        susp_flushes_too: "", [b"ab\x1ac\n"] => reads [b"c\n"] echoes b"^Zc\r\n" signals ["TSTP"];
        noflsh_keeps_input: "NOFLSH", [b"ab\x03c\n"] => reads [b"abc\n"] echoes b"ab^Cc\r\n" signals ["INT"];
        noflsh_keeps_output: "NOFLSH", [Write(b"y"), b"\x1c"] => echoes b"y^\\" signals ["QUIT"];
        without_echo_are_silent: "-ECHO", [b"\x03"] => signals ["INT"];
        without_echoctl_are_raw: "-ECHOCTL", [b"\x03"] => echoes b"\x03" signals ["INT"];
        without_isig_are_plain: "-ISIG", [b"\x03\x1c\x1a\n"] => reads [b"\x03\x1c\x1a\n"] echoes b"^C^\\^Z\r\n";
        work_in_raw_mode_with_isig: "raw ISIG", [b"a\x03b"] => reads [b"b"] signals ["INT"];
        raw_mode_has_none: "raw", [b"\x03\x1c\x1a"] => reads [b"\x03\x1c\x1a"];
        keys_can_be_others: "INTR=^X QUIT=^Y SUSP=^T", [b"\x18\x19\x14\x03\n"] => reads [b"\x03\n"] echoes b"^T^C\r\n" signals ["INT", "QUIT", "TSTP"];
        disabled_keys_are_plain: "INTR=undef QUIT=undef SUSP=undef", [b"\x03\x1c\x1a\n"] => reads [b"\x03\x1c\x1a\n"] echoes b"^C^\\^Z\r\n";
        a_key_may_be_printable: "INTR=q", [b"abq"] => echoes b"q" signals ["INT"];
        need_no_iexten: "-IEXTEN", [b"\x03"] => echoes b"^C" signals ["INT"];
        come_before_editing_keys: "ERASE=^C", [b"a\x03"] => echoes b"^C" signals ["INT"];
        restart_stopped_output: "NOFLSH", [b"\x13a\x03"] => echoes b"a^C" signals ["INT"];
    }
}

mod flow_control {
    use super::*;
    cases! {
        stop_holds_the_echo: "", [b"a\x13b\n"] => reads [b"ab\n"] echoes b"a";
        start_lets_it_go: "", [b"a\x13b\n\x11"] => reads [b"ab\n"] echoes b"ab\r\n";
        keys_are_not_input: "-ECHO", [b"\x13\x11\n"] => reads [b"\n"];
        start_alone_does_nothing: "", [b"\x11a\n"] => reads [b"a\n"] echoes b"a\r\n";
        stop_twice_is_stop: "", [b"\x13\x13a\x11"] => echoes b"a";
        other_keys_do_not_start: "", [b"\x13ab"] => ;
        ixany_starts_with_any_key: "IXANY", [b"\x13ab\n"] => reads [b"ab\n"] echoes b"ab\r\n";
        ixany_without_ixon_means_nothing: "IXANY -IXON", [b"\x13a"] => echoes b"^Sa";
        without_ixon_keys_are_plain: "-IXON", [b"\x13\x11\n"] => reads [b"\x13\x11\n"] echoes b"^S^Q\r\n";
        clearing_ixon_starts: "", [b"\x13a", Set("-IXON")] => echoes b"a";
        works_in_raw_mode_with_ixon: "raw IXON ECHO", [b"a\x13b\x11"] => reads [b"ab"] echoes b"ab";
        keys_can_be_others: "STOP=^X START=^Y", [b"\x18a\x19\x13\n"] => reads [b"a\x13\n"] echoes b"a^S\r\n";
        one_key_for_both_starts: "STOP=^X START=^X", [b"\x18a"] => echoes b"a";
        come_before_signals: "STOP=^C", [b"\x03a"] => ;
        ixoff_changes_nothing_here: "IXOFF", [b"a\n"] => reads [b"a\n"] echoes b"a\r\n";
    }
}

mod input_mapping {
    use super::*;
    cases! {
        icrnl_ends_lines_with_return: "", [b"a\r"] => reads [b"a\n"] echoes b"a\r\n";
        without_icrnl_return_is_plain: "-ICRNL", [b"a\r\n"] => reads [b"a\r\n"] echoes b"a^M\r\n";
        igncr_drops_return: "IGNCR", [b"a\rb\n"] => reads [b"ab\n"] echoes b"ab\r\n";
        igncr_wins_over_icrnl: "IGNCR ICRNL", [b"a\r\n"] => reads [b"a\n"] echoes b"a\r\n";
        inlcr_makes_newline_return: "INLCR -ICRNL EOL=^M", [b"a\n"] => reads [b"a\r"] echoes b"a^M";
        inlcr_and_icrnl_swap: "INLCR ICRNL", [b"a\nb\r"] => reads [b"a\rb\n"] echoes b"a^Mb\r\n";
        istrip_clears_the_eighth_bit: "ISTRIP", [b"\xe1\xe2\n"] => reads [b"ab\n"] echoes b"ab\r\n";
        istrip_comes_before_keys: "ISTRIP", [b"\x83"] => echoes b"^C" signals ["INT"];
        iuclc_makes_lower_case: "IUCLC", [b"AbC\n"] => reads [b"abc\n"] echoes b"abc\r\n";
        iuclc_needs_iexten: "IUCLC -IEXTEN", [b"AbC\n"] => reads [b"AbC\n"] echoes b"AbC\r\n";
        parmrk_doubles_ff: "PARMRK -ECHO", [b"a\xffb\n"] => reads [b"a\xff\xffb\n"];
        parmrk_doubles_ff_in_raw_mode: "raw PARMRK", [b"\xff"] => reads [b"\xff\xff"];
        istrip_leaves_parmrk_nothing: "PARMRK ISTRIP -ECHO", [b"a\xff\x7fb\n"] => reads [b"b\n"];
        ignbrk_brkint_inpck_ignpar_change_nothing_here: "IGNBRK BRKINT INPCK IGNPAR", [b"a\n"] => reads [b"a\n"] echoes b"a\r\n";
        icrnl_works_in_noncanonical_mode: "-ICANON", [b"\r"] => reads [b"\n"] echoes b"\r\n";
        raw_return_stays: "raw", [b"\r\n"] => reads [b"\r\n"];
    }
}

mod echo {
    use super::*;
    cases! {
        off_shows_nothing: "-ECHO", [b"ab\n"] => reads [b"ab\n"];
        echonl_shows_newlines_even_so: "-ECHO ECHONL", [b"ab\n"] => reads [b"ab\n"] echoes b"\r\n";
        echonl_needs_icanon: "-ECHO ECHONL -ICANON", [b"a\n"] => reads [b"a\n"];
        echoctl_shows_carets: "", [b"\x01\x1b\x1f\n"] => reads [b"\x01\x1b\x1f\n"] echoes b"^A^[^_\r\n";
        echoctl_shows_nul_as_caret_at: "", [b"\0\n"] => reads [b"\0\n"] echoes b"^@\r\n";
        echoctl_shows_delete_as_caret_question: "ERASE=undef", [b"\x7f\n"] => reads [b"\x7f\n"] echoes b"^?\r\n";
        echoctl_leaves_tabs: "", [b"\t\n"] => reads [b"\t\n"] echoes b"\t\r\n";
        without_echoctl_control_characters_are_raw: "-ECHOCTL", [b"\x01\n"] => reads [b"\x01\n"] echoes b"\x01\r\n";
        works_in_noncanonical_mode: "-ICANON", [b"ab"] => reads [b"ab"] echoes b"ab";
        of_a_newline_in_noncanonical_mode_is_a_newline: "-ICANON", [b"\n"] => reads [b"\n"] echoes b"\r\n";
        goes_through_output_processing: "-ONLCR", [b"a\n"] => reads [b"a\n"] echoes b"a\n";
        carets_do_not_go_through_olcuc: "OLCUC", [b"a\x01\n"] => reads [b"a\x01\n"] echoes b"A^A\r\n";
        of_utf8_is_as_typed: "", ["é漢\n".as_bytes()] => reads ["é漢\n".as_bytes()] echoes b"\xc3\xa9\xe6\xbc\xa2\r\n";
        flusho_pendin_xcase_extproc_change_nothing_here: "FLUSHO PENDIN XCASE EXTPROC", [b"a\n"] => reads [b"a\n"] echoes b"a\r\n";
        tostop_is_not_about_bytes: "TOSTOP", [b"a\n"] => reads [b"a\n"] echoes b"a\r\n";
    }
}

mod output {
    use super::*;
    cases! {
        onlcr_adds_returns: "", [Write(b"a\nb\n")] => echoes b"a\r\nb\r\n";
        without_onlcr_newlines_are_bare: "-ONLCR", [Write(b"a\n")] => echoes b"a\n";
        without_opost_nothing_changes: "-OPOST OCRNL OLCUC XTABS", [Write(b"a\r\n\tb")] => echoes b"a\r\n\tb";
        ocrnl_makes_return_newline: "OCRNL", [Write(b"a\rb")] => echoes b"a\nb";
        onocr_drops_return_at_column_zero: "ONOCR", [Write(b"\ra\r\rb")] => echoes b"a\rb";
        onocr_knows_that_newline_returns: "ONOCR", [Write(b"a\n\rb")] => echoes b"a\r\nb";
        onlret_makes_newline_return: "-ONLCR ONLRET ONOCR", [Write(b"a\n\rb")] => echoes b"a\nb";
        bare_newline_keeps_the_column: "-ONLCR ONOCR", [Write(b"a\n\rb")] => echoes b"a\n\rb";
        ocrnl_with_onlret_returns: "OCRNL ONLRET ONOCR", [Write(b"a\r\rb")] => echoes b"a\nb";
        olcuc_makes_upper_case: "OLCUC", [Write(b"aBc1")] => echoes b"ABC1";
        xtabs_expands_tabs: "XTABS", [Write(b"a\tb")] => echoes b"a       b";
        xtabs_at_a_tab_stop_is_eight: "XTABS", [Write(b"\tx")] => echoes b"        x";
        xtabs_counts_characters_not_bytes: "XTABS", [Write("é\tb".as_bytes())] => echoes b"\xc3\xa9       b";
        xtabs_counts_backspaces: "XTABS", [Write(b"ab\x08\tc")] => echoes b"ab\x08       c";
        xtabs_starts_anew_after_a_newline: "XTABS", [Write(b"abc\n\tx")] => echoes b"abc\r\n        x";
        tabs_stay_without_xtabs: "", [Write(b"a\tb")] => echoes b"a\tb";
        escape_sequences_pass: "", [Write(b"\x1b[31mred\x1b[0m")] => echoes b"\x1b[31mred\x1b[0m";
        bytes_of_utf8_pass: "", [Write("漢😀".as_bytes())] => echoes b"\xe6\xbc\xa2\xf0\x9f\x98\x80";
        ofill_and_ofdel_change_nothing_here: "OFILL OFDEL", [Write(b"a\n")] => echoes b"a\r\n";
    }
}

mod noncanonical {
    use super::*;
    cases! {
        bytes_are_read_as_they_come: "raw", [b"ab"] => reads [b"ab"];
        min_is_waited_for: "raw MIN=3", [b"ab"] => ;
        min_is_enough: "raw MIN=3", [b"abc"] => reads [b"abc"];
        more_than_min_is_read_too: "raw MIN=2", [b"abc"] => reads [b"abc"];
        a_short_read_needs_no_more_than_it_asked_for: "raw MIN=3", [b"ab", Read(2)] => reads [b"ab"];
        min_zero_reads_what_there_is: "raw MIN=0", [b"ab", Read(9)] => reads [b"ab"];
        min_zero_answers_nothing_at_once: "raw MIN=0", [Read(9)] => reads [b""];
        min_zero_with_time_waits_for_a_byte: "raw MIN=0 TIME=5", [Read(9)] => ;
        min_zero_with_time_reads_one_byte_at_once: "raw MIN=0 TIME=5", [b"a", Read(9)] => reads [b"a"];
        min_with_time_waits_for_min: "raw MIN=2 TIME=5", [b"a", Read(9)] => ;
        reads_may_be_short: "raw", [b"abc", Read(1), Read(1)] => reads [b"a", b"b", b"c"];
        newlines_end_nothing: "raw", [b"a\nb\n"] => reads [b"a\nb\n"];
        every_byte_passes: "raw", [b"\0\x01\x7f\x80\xff"] => reads [b"\0\x01\x7f\x80\xff"];
    }
}

mod change_of_mode {
    use super::*;
    cases! {
        leaving_canonical_makes_the_unfinished_line_readable: "-ECHO", [b"ab", Set("-ICANON")] => reads [b"ab"];
        leaving_canonical_joins_lines: "-ECHO", [b"a\nb", Set("-ICANON")] => reads [b"a\nb"];
        leaving_canonical_forgets_ends_of_file: "-ECHO", [b"\x04", Set("-ICANON")] => ;
        entering_canonical_makes_what_waits_a_line: "raw", [b"ab", Set("ICANON")] => reads [b"ab"];
        entering_canonical_with_nothing_makes_none: "raw", [Set("ICANON"), b"a"] => ;
        there_and_back_pushes_the_line: "-ECHO", [b"ab", Set("-ICANON"), Set("ICANON"), b"c\n"] => reads [b"ab", b"c\n"];
        what_waits_can_no_longer_be_erased: "-ECHO", [b"ab", Set("-ICANON"), Set("ICANON"), b"\x7f\n"] => reads [b"ab", b"\n"];
        other_changes_leave_the_line: "-ECHO", [b"ab", Set("ISTRIP"), b"c\n"] => reads [b"abc\n"];
        new_keys_hold_for_what_comes: "-ECHO", [b"a\x7f", Set("ERASE=^H"), b"b\x7f\x08\n"] => reads [b"b\n"];
        echo_can_be_switched_in_a_line: "", [b"a", Set("-ECHO"), b"b", Set("ECHO"), b"c\n"] => reads [b"abc\n"] echoes b"ac\r\n";
    }
}

mod long_lines {
    use super::*;
    use crate::kernel::tty::line_discipline::MAX_CANON;

    fn typed(length: usize, end: &[u8]) -> &'static [u8] {
        let mut line = vec![b'x'; length];
        line.extend_from_slice(end);
        Box::leak(line.into_boxed_slice())
    }

    #[test]
    fn a_line_of_max_canon_bytes_fits() {
        let line = typed(MAX_CANON, b"\n");
        assert_eq!(run("-ECHO", vec![line.into()]).reads, [line]);
    }

    #[test]
    fn excess_bytes_are_dropped_and_not_echoed() {
        let outcome = run("", vec![typed(MAX_CANON + 7, b"\n").into()]);
        assert_eq!(outcome.reads, [typed(MAX_CANON, b"\n")]);
        assert_eq!(outcome.echo, typed(MAX_CANON, b"\r\n"));
    }

    #[test]
    fn imaxbel_rings_for_excess_bytes() {
        let outcome = run(
            "IMAXBEL -ECHO",
            vec![typed(MAX_CANON, b"").into(), b"y".into(), b"\n".into()],
        );
        assert_eq!(outcome.echo, b"\x07");
        assert_eq!(outcome.reads, [typed(MAX_CANON, b"\n")]);
    }

    #[test]
    fn a_full_line_can_be_erased_and_finished() {
        let outcome = run("-ECHO", vec![typed(MAX_CANON, b"\x7f\x7fyz\n").into()]);
        let mut expected = vec![b'x'; MAX_CANON - 2];
        expected.extend_from_slice(b"yz\n");
        assert_eq!(outcome.reads, [expected]);
    }
}

/// Flags and keys in any combination of two keep the plain path plain.
#[test]
fn any_two_flags_leave_plain_text_alone() {
    let rewrites = ["OLCUC", "EXTPROC"];
    let names = super::harness::flag_names();
    for first in names.iter().filter(|name| !rewrites.contains(name)) {
        for second in names.iter().filter(|name| !rewrites.contains(name)) {
            let settings = format!("{first} {second}");
            let outcome = run(&settings, vec![b"hello 123\x04".into(), Write(b"x")]);
            let read: Vec<u8> = outcome.reads.concat();
            assert!(read.starts_with(b"hello 123"), "{settings}: {outcome:?}");
            assert!(outcome.echo.ends_with(b"x"), "{settings}: {outcome:?}");
        }
    }
}
