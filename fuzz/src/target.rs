//! What libFuzzer calls, and how it learns of a panic. <https://llvm.org/docs/LibFuzzer.html#fuzz-target>

use std::panic::{set_hook, take_hook};

/// Makes the next panic, on whatever thread, end the program: then libFuzzer keeps the input.
pub fn abort_on_panic() {
    let print = take_hook();
    set_hook(Box::new(move |panic| {
        print(panic);
        std::process::abort();
    }));
}

/// Makes a program for libFuzzer of a function of bytes.
#[macro_export]
macro_rules! fuzz_target {
    ($play:path) => {
        /// Called once, before all inputs.
        #[unsafe(no_mangle)]
        pub extern "C" fn LLVMFuzzerInitialize(_argc: *mut i32, _argv: *mut *mut *mut u8) -> i32 {
            $crate::target::abort_on_panic();
            0
        }

        /// Called for each input.
        ///
        /// # Safety
        /// `bytes` points to `size` bytes.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn LLVMFuzzerTestOneInput(bytes: *const u8, size: usize) -> i32 {
            let bytes = if size == 0 {
                &[]
            } else {
                // SAFETY: libFuzzer's word.
                unsafe { core::slice::from_raw_parts(bytes, size) }
            };
            $play(bytes);
            0
        }
    };
}
