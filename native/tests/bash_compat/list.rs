//! `docs/bash-compat.md`: the cases that fail, under their reasons.

use std::collections::BTreeSet;
use std::path::Path;

/// Cases that must fail.
pub fn load() -> BTreeSet<String> {
    spans("- `")
}

/// Cases that fail or pass as the threads happen to run.
pub fn either_way() -> BTreeSet<String> {
    spans("- either way: `")
}

/// Every code span of the form `file.yaml:index` in those items of the document's lists.
fn spans(item: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/bash-compat.md");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines()
        .filter(|line| line.starts_with(item))
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .filter(|span| {
            span.split_once(".yaml:")
                .is_some_and(|(_, index)| index.parse::<usize>().is_ok())
        })
        .map(String::from)
        .collect()
}
