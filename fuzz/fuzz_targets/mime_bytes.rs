//! See `tamis_fuzz_targets::mime_bytes`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tamis_fuzz_targets::mime_bytes::run(data));
