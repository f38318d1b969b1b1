//! Colours by name, as `%C(…)` has them.

use crate::pretty::RESET;

/// `bold red`, `auto`: the escape sequence.
pub fn color(text: &str) -> Option<String> {
    const NAMES: [&str; 8] = [
        "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
    ];
    if matches!(text, "reset" | "auto") {
        return Some(RESET.to_owned());
    }
    let (mut codes, mut foreground) = (Vec::new(), true);
    for word in text.split_whitespace() {
        let attribute = ["bold", "dim", "italic", "ul", "blink", "", "reverse"]
            .iter()
            .position(|name| *name == word);
        let (bright, name) = match word.strip_prefix("bright") {
            Some(name) => (60, name),
            None => (0, word),
        };
        if let Some(at) = attribute {
            codes.insert(0, at + 1);
        } else {
            let at = NAMES.iter().position(|known| *known == name)?;
            codes.push(if foreground { 30 } else { 40 } + at + bright);
            foreground = false;
        }
    }
    let codes: Vec<String> = codes.iter().map(usize::to_string).collect();
    Some(format!("\x1b[{}m", codes.join(";")))
}
