//! See `tamis_fuzz_targets::header_value`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tamis_fuzz_targets::header_value::run(data));
