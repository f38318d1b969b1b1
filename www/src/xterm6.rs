//! What xterm.js 6 has and the crate `xterm-js-rs`, written for version 4, does not name. The crate imports from the bare
//! names `xterm` and `xterm-addon-fit`; the import map in `index.html` leads both to the `@xterm` packages.

use js_sys::Function;
use wasm_bindgen::prelude::*;
use xterm_js_rs::{Disposable, Terminal, TerminalOptions, Theme};

#[wasm_bindgen]
extern "C" {
    /// A terminal, by the methods that are new or have changed since version 4.
    pub type Terminal6;

    /// `write` with bytes; `writeUtf8` is no more.
    #[wasm_bindgen(method, js_name = write)]
    pub fn write_bytes(this: &Terminal6, data: &[u8]);

    #[wasm_bindgen(method, js_name = onData)]
    pub fn on_data(this: &Terminal6, listener: &Function) -> Disposable;

    /// A theme's colours that were renamed or added.
    pub type Theme6;

    /// Was `selection`.
    #[wasm_bindgen(method, setter, js_name = selectionBackground)]
    pub fn set_selection_background(this: &Theme6, colour: &str);

    #[wasm_bindgen(method, setter, js_name = selectionInactiveBackground)]
    pub fn set_selection_inactive_background(this: &Theme6, colour: &str);

    #[wasm_bindgen(method, setter, js_name = scrollbarSliderBackground)]
    pub fn set_scrollbar_slider_background(this: &Theme6, colour: &str);

    #[wasm_bindgen(method, setter, js_name = scrollbarSliderHoverBackground)]
    pub fn set_scrollbar_slider_hover_background(this: &Theme6, colour: &str);

    #[wasm_bindgen(method, setter, js_name = scrollbarSliderActiveBackground)]
    pub fn set_scrollbar_slider_active_background(this: &Theme6, colour: &str);

    /// Options that the crate lacks, or has as whole numbers.
    pub type Options6;

    #[wasm_bindgen(method, setter, js_name = lineHeight)]
    pub fn set_line_height(this: &Options6, factor: f64);

    #[wasm_bindgen(method, setter, js_name = fontWeight)]
    pub fn set_font_weight(this: &Options6, weight: u32);

    #[wasm_bindgen(method, setter, js_name = fontWeightBold)]
    pub fn set_font_weight_bold(this: &Options6, weight: u32);

    /// How the cursor looks while the page has no focus.
    #[wasm_bindgen(method, setter, js_name = cursorInactiveStyle)]
    pub fn set_cursor_inactive_style(this: &Options6, style: &str);
}

/// One JavaScript object, seen as version 6 knows it.
pub trait Version6 {
    type Seen: JsCast;
    fn v6(&self) -> &Self::Seen;
}

impl Version6 for Terminal {
    type Seen = Terminal6;
    fn v6(&self) -> &Terminal6 {
        self.unchecked_ref()
    }
}

impl Version6 for Theme {
    type Seen = Theme6;
    fn v6(&self) -> &Theme6 {
        self.unchecked_ref()
    }
}

impl Version6 for TerminalOptions {
    type Seen = Options6;
    fn v6(&self) -> &Options6 {
        self.unchecked_ref()
    }
}
