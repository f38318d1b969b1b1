//! The bar that is shown while the kernel and its userland are on their way.
//!
//! The markup is in `index.html`, so that something is there before any of this is loaded. Until the sizes are known the
//! bar moves without a measure (CSS, attribute `data-known` absent).

use wasm_bindgen::prelude::*;
use web_sys::{Document, HtmlElement};

/// A handle on the elements `#boot`, `#boot-bar` and `#boot-text`.
#[derive(Clone)]
pub struct Bar {
    panel: HtmlElement,
    bar: HtmlElement,
    text: HtmlElement,
}

impl Bar {
    pub fn find(document: &Document) -> Result<Self, JsValue> {
        let element = |id: &str| -> Result<HtmlElement, JsValue> {
            let found = document
                .get_element_by_id(id)
                .ok_or_else(|| format!("index.html lacks #{id}"))?;
            Ok(found.dyn_into::<HtmlElement>()?)
        };
        Ok(Self {
            panel: element("boot")?,
            bar: element("boot-bar")?,
            text: element("boot-text")?,
        })
    }

    /// Says what is being waited for.
    pub fn say(&self, what: &str) {
        self.text.set_text_content(Some(what));
    }

    /// Shows how far the download is: `loaded` of `total` bytes.
    pub fn show(&self, loaded: f64, total: f64) -> Result<(), JsValue> {
        if total <= 0.0 {
            return Ok(());
        }
        let percent = (loaded / total * 100.0).clamp(0.0, 100.0);
        self.bar.set_attribute("data-known", "")?;
        self.bar
            .set_attribute("aria-valuenow", &format!("{percent:.0}"))?;
        self.bar
            .style()
            .set_property("--done", &format!("{percent:.1}%"))?;
        self.say(&format!(
            "Loading the commands: {:.1} of {:.1} MB",
            loaded / 1e6,
            total / 1e6
        ));
        Ok(())
    }

    /// Gives the page to the terminal.
    pub fn hide(&self) -> Result<(), JsValue> {
        self.panel.set_attribute("hidden", "")
    }
}
