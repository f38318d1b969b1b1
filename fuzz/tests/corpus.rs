//! Replays the inputs that are kept: those that once found a bug, and some that reach far.

use std::path::Path;

#[global_allocator]
static COUNTING: cobnut_fuzz::memory::Counting = cobnut_fuzz::memory::Counting;

fn replay(target: &str, play: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    for file in files {
        println!("{}", file.display());
        play(&std::fs::read(file).unwrap());
    }
}

#[test]
fn kept_inputs_do_no_harm() {
    // One after the other: each looks at the memory of all.
    replay("line_discipline", cobnut_fuzz::line_discipline);
    replay("guest_abi", cobnut_fuzz::guest_abi);
}
