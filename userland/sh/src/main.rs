//! The shell's entry point.
fn main() {
    sys::exit(0)
}
