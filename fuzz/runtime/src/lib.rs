//! Nothing: what counts is the `libfuzzer.a` that the dependency's build script makes.
