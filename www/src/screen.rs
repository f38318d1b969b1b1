//! The xterm.js terminal of the page: how it looks, how it follows the window, copy and paste.
//!
//! Pasting is the browser's own (Ctrl+Shift+V, Shift+Insert and the context menu end in a paste event, which xterm.js turns
//! into bracketed paste where the program asked for it), so no permission is asked for. Copying needs help: in most
//! browsers Ctrl+Shift+C opens the developer tools unless the page takes the key.

use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::{Document, HtmlElement, KeyboardEvent};
use xterm_js_rs::addons::fit::FitAddon;
use xterm_js_rs::{CursorStyle, Terminal, TerminalOptions, Theme};

use crate::xterm6::Version6;

/// Fonts that a system may have with box drawing and powerline shapes first, then what every system has.
const FONTS: &str = "'Cascadia Mono', 'JetBrains Mono', 'SF Mono', 'Fira Code', Menlo, Consolas, \
    'DejaVu Sans Mono', 'Liberation Mono', ui-monospace, monospace";
/// A line height that lets rows breathe without breaking box drawings apart.
const LINE_HEIGHT: f64 = 1.15;
const FONT_SIZE_PX: u32 = 15;
const SCROLLBACK_LINES: u32 = 10_000;

/// The terminal, open in the page for as long as the page is.
pub struct Screen {
    terminal: Terminal,
}

impl Screen {
    /// Opens the terminal in the element `#id` and has it follow that element's size.
    pub fn open(document: &Document, id: &str) -> Result<Self, JsValue> {
        let parent = document
            .get_element_by_id(id)
            .ok_or_else(|| format!("index.html lacks #{id}"))?;
        let parent: HtmlElement = parent.dyn_into()?;
        let terminal = Terminal::construct(Some(&options()));
        let fit = FitAddon::new();
        terminal.load_addon(another(&fit).unchecked_into());
        terminal.open(parent.clone());
        fit.fit();
        follow_size(&parent, fit)?;
        attach_copy_keys(&terminal);
        terminal.focus();
        Ok(Self { terminal })
    }

    /// The terminal itself, for `connectTerminal`.
    pub fn terminal(&self) -> &Terminal {
        &self.terminal
    }

    /// Writes text whose line ends are `\r\n`, past the shell's terminal.
    pub fn write(&self, text: &str) {
        self.terminal.write(text);
    }

    /// Puts the cursor at the start of a line of its own, whatever the program before left there.
    pub fn fresh_line(&self) {
        self.terminal.write("\x1b[0m\r\n");
    }

    /// Gives the terminal the keyboard.
    pub fn focus(&self) {
        self.terminal.focus();
    }

    /// Resolves when a key is pressed. Nobody else reads the keyboard meanwhile.
    pub async fn key(&self) -> Result<(), JsValue> {
        let mut listener = None;
        let pressed = js_sys::Promise::new(&mut |resolve: Function, _| {
            listener = Some(self.terminal.v6().on_data(&resolve));
        });
        wasm_bindgen_futures::JsFuture::from(pressed).await?;
        if let Some(listener) = listener {
            listener.dispose();
        }
        Ok(())
    }
}

fn options() -> TerminalOptions {
    let options = TerminalOptions::new();
    options.set_font_family(FONTS);
    options.set_font_size(FONT_SIZE_PX);
    options.set_scrollback(SCROLLBACK_LINES);
    options.set_cursor_blink(true);
    options.set_cursor_style(CursorStyle::Bar);
    options.set_cursor_width(2);
    options.set_mac_option_is_meta(true);
    options.set_draw_bold_text_in_bright_colors(false);
    options.set_theme(&theme());
    options.v6().set_line_height(LINE_HEIGHT);
    options.v6().set_font_weight(400);
    options.v6().set_font_weight_bold(600);
    options.v6().set_cursor_inactive_style("outline");
    options
}

/// Hazel on dark wood. Every colour but black has a contrast of at least 5:1 on the background, which is the page's too
/// (`style.css`).
fn theme() -> Theme {
    let theme = Theme::new();
    theme.set_background("#191613");
    theme.set_foreground("#ddd4c7");
    theme.set_cursor("#d9a566");
    theme.set_cursor_accent("#191613");
    theme.set_black("#3a342e");
    theme.set_red("#e07a6b");
    theme.set_green("#a3b86c");
    theme.set_yellow("#d9a566");
    theme.set_blue("#7fa6c9");
    theme.set_magenta("#c08fb5");
    theme.set_cyan("#7fb5a8");
    theme.set_white("#ddd4c7");
    theme.set_bright_black("#948979");
    theme.set_bright_red("#f09c8e");
    theme.set_bright_green("#bfd18a");
    theme.set_bright_yellow("#ecc48c");
    theme.set_bright_blue("#a3c3e0");
    theme.set_bright_magenta("#d8b0cf");
    theme.set_bright_cyan("#a3d1c6");
    theme.set_bright_white("#f7f1e8");
    theme.v6().set_selection_background("#d9a56640");
    theme.v6().set_selection_inactive_background("#94897940");
    theme.v6().set_scrollbar_slider_background("#94897933");
    theme.v6().set_scrollbar_slider_hover_background("#94897966");
    theme.v6().set_scrollbar_slider_active_background("#94897999");
    theme
}

/// Fits the terminal whenever the element's size changes; xterm.js then tells the shell by its resize event.
fn follow_size(parent: &HtmlElement, fit: FitAddon) -> Result<(), JsValue> {
    let on_resize = Closure::<dyn FnMut()>::new(move || fit.fit());
    let observer = web_sys::ResizeObserver::new(on_resize.as_ref().unchecked_ref())?;
    observer.observe(parent);
    // Both live as long as the page.
    on_resize.forget();
    Ok(())
}

/// Takes Ctrl+Shift+C and Ctrl+Insert for copying; leaves the keys of pasting to the browser.
fn attach_copy_keys(terminal: &Terminal) {
    let shown = another(terminal);
    let handler = Closure::<dyn FnMut(KeyboardEvent) -> bool>::new(move |event: KeyboardEvent| {
        match clipboard_key(&event) {
            None => true,
            Some(ClipboardKey::Paste) => false,
            Some(ClipboardKey::Copy) => {
                event.prevent_default();
                if event.type_() == "keydown" && shown.has_selection() {
                    copy(&shown.get_selection());
                }
                false
            }
        }
    });
    terminal.attach_custom_key_event_handler(handler.as_ref().unchecked_ref());
    handler.forget();
}

/// A second handle on the same JavaScript object; the crate's types have no `Clone`.
fn another<T: JsCast>(object: &T) -> T {
    AsRef::<JsValue>::as_ref(object).clone().unchecked_into()
}

enum ClipboardKey {
    Copy,
    Paste,
}

fn clipboard_key(event: &KeyboardEvent) -> Option<ClipboardKey> {
    if event.alt_key() || event.meta_key() {
        return None;
    }
    match (event.ctrl_key(), event.shift_key(), event.code().as_str()) {
        (true, true, "KeyC") | (true, false, "Insert") => Some(ClipboardKey::Copy),
        (true, true, "KeyV") | (false, true, "Insert") => Some(ClipboardKey::Paste),
        _ => None,
    }
}

fn copy(text: &str) {
    let Some(window) = web_sys::window() else { return };
    let written = window.navigator().clipboard().write_text(text);
    // A browser that refuses leaves the selection on screen: its own menu still copies it.
    wasm_bindgen_futures::spawn_local(
        async move { drop(wasm_bindgen_futures::JsFuture::from(written).await) },
    );
}
