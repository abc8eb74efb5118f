//! See `tamis_fuzz_targets::regex`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tamis_fuzz_targets::regex::run(data));
