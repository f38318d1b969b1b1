//! Panics: the kernel is one memory, so a panic anywhere ends all of it, and the page is told at once.

use crate::kernel::sync;
use core::cell::RefCell;
use wasm_bindgen::prelude::*;

type Reporter = Box<dyn Fn(String)>;

thread_local! {
    static REPORTER: RefCell<Option<Reporter>> = const { RefCell::new(None) };
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn console_error(text: &str);
}

/// Says how this thread tells the page of a panic.
pub fn set_reporter(report: impl Fn(String) + 'static) {
    REPORTER.with(|cell| *cell.borrow_mut() = Some(Box::new(report)));
}

/// Makes panics deadly for the kernel and loud. The hook is one for all threads of this memory: the page sets it.
pub fn set_hook() {
    std::panic::set_hook(Box::new(|info| {
        sync::declare_dead();
        let text = info.to_string();
        console_error(&text);
        report(text);
    }));
}

/// Tells the page that the kernel is broken.
pub fn report(text: String) {
    REPORTER.with(|cell| {
        if let Ok(reporter) = cell.try_borrow()
            && let Some(report) = &*reporter
        {
            report(text);
        }
    });
}
