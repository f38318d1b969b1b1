//! What the public API exports from JavaScript as it is: the error class, constants, presets, the driver's factory.

use wasm_bindgen::prelude::*;

macro_rules! reexported {
    ($module:literal: $($name:ident)*) => {
        #[wasm_bindgen(module = $module)]
        extern "C" {
            $(
                #[wasm_bindgen(thread_local_v2, reexport)]
                #[allow(non_upper_case_globals, dead_code)]
                static $name: JsValue;
            )*
        }
    };
}

reexported! {
    "/src/web/runtime.js": createWasmVmRuntime
}

reexported! {
    "/src/web/api.js":
    KernelError createOverlayFileSystem defaultTermios
    allowAll allowAllFs allowAllNetwork allowAllChildProcess allowAllEnv
    SIGHUP SIGINT SIGQUIT SIGKILL SIGPIPE SIGALRM SIGTERM SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGWINCH
    O_RDONLY O_WRONLY O_RDWR O_CREAT O_EXCL O_TRUNC O_APPEND
    SEEK_SET SEEK_CUR SEEK_END
    FILETYPE_UNKNOWN FILETYPE_BLOCK_DEVICE FILETYPE_CHARACTER_DEVICE FILETYPE_DIRECTORY FILETYPE_REGULAR_FILE
    FILETYPE_SOCKET_DGRAM FILETYPE_SOCKET_STREAM FILETYPE_SYMBOLIC_LINK
}
