//! Boots the kernel and keeps a shell running on the terminal.

use js_sys::Reflect;
use wasm_bindgen::prelude::*;
use xterm_js_rs::Terminal;

use crate::cobnut::{self, Kernel, object};
use crate::progress::Bar;
use crate::screen::Screen;

const HOME: &str = "/root";
/// A shell that ends sooner than this was not ended by its user: it is not started again without being asked for.
const SHORTEST_SESSION_MS: f64 = 1000.0;

/// Makes a kernel with the userland in it.
pub async fn boot(progress: &Bar) -> Result<Kernel, JsValue> {
    progress.say("Starting the kernel");
    cobnut::init().await?;
    let env = object(&[
        ("HOME", &HOME.into()),
        ("USER", &"root".into()),
        ("PATH", &"/bin:/usr/bin".into()),
        ("LANG", &"C.UTF-8".into()),
        ("TERM", &"xterm-256color".into()),
        ("COLORTERM", &"truecolor".into()),
    ])?;
    let file_system = cobnut::create_in_memory_file_system()?;
    let kernel = cobnut::create_kernel(&object(&[
        ("filesystem", &file_system),
        ("env", &env),
        ("cwd", &HOME.into()),
    ])?)?;
    if !kernel.exists(HOME).await?.is_truthy() {
        kernel.mkdir(HOME).await?;
    }
    progress.say("Loading the commands");
    let shown = progress.clone();
    let on_progress = Closure::<dyn FnMut(JsValue) -> Result<(), JsValue>>::new(move |event: JsValue| {
        let number =
            |name: &str| Reflect::get(&event, &name.into()).map(|value| value.as_f64().unwrap_or(0.0));
        shown.show(number("loaded")?, number("total")?)
    });
    let runtime = cobnut::create_wasm_vm_runtime(&object(&[("onProgress", on_progress.as_ref())])?)?;
    // The runtime may keep the callback for modules that it fetches later.
    on_progress.forget();
    kernel.mount(&runtime).await?;
    Ok(kernel)
}

/// Puts the kernel and the terminal where the browser's console (and the end-to-end test) finds them: `cobnut.kernel`.
pub fn expose(kernel: &Kernel, terminal: &Terminal) -> Result<(), JsValue> {
    let exposed = object(&[("kernel", kernel.as_ref()), ("terminal", terminal.as_ref())])?;
    Reflect::set(&js_sys::global(), &"cobnut".into(), &exposed)?;
    Ok(())
}

/// Runs shells one after another, for as long as the page is open.
pub async fn keep_a_shell(kernel: &Kernel, screen: &Screen) -> Result<(), JsValue> {
    greet(screen);
    loop {
        let started = now();
        let options = object(&[("terminal", screen.terminal().as_ref()), ("cwd", &HOME.into())])?;
        screen.focus();
        let status = kernel.connect_terminal(&options).await?.as_f64().unwrap_or(0.0);
        screen.fresh_line();
        if now() - started < SHORTEST_SESSION_MS {
            screen.write(&pale(&format!(
                "The shell ended with status {status}. Press a key for a new one."
            )));
            screen.key().await?;
        } else {
            screen.write(&pale(&format!(
                "The shell ended with status {status}. Here is a new one."
            )));
        }
        // What a full-screen program may have left on: alternate screen, hidden cursor, mouse reports, bracketed paste.
        screen.write("\x1b[?1047l\x1b[?25h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?2004l\r\n");
    }
}

fn greet(screen: &Screen) {
    let command = |text: &str| format!("\x1b[36m{text}\x1b[39m");
    screen.write(&format!(
        "\x1b[1;33mCobnut\x1b[0m is a Unix kernel inside this tab. Files live until you leave.\r\n\
         Try {}, or {}, or {}\r\nwith ^Z, {}, {} and ^C. Ctrl+Shift+C copies, Ctrl+Shift+V pastes.\r\n\r\n",
        command("ls --color /bin"),
        command("seq 1 100000 | grep 7 | wc -l"),
        command("sleep 100"),
        command("jobs"),
        command("fg"),
    ));
}

/// What the page says by itself is paler than what programs say.
fn pale(text: &str) -> String {
    format!("\x1b[90m{text}\x1b[0m")
}

fn now() -> f64 {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or(0.0, |performance| performance.now())
}
