#![no_main]

#[global_allocator]
static COUNTING: cobnut_fuzz::memory::Counting = cobnut_fuzz::memory::Counting;

cobnut_fuzz::fuzz_target!(cobnut_fuzz::line_discipline);
