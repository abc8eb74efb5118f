//! See `tamis_fuzz_targets::ucl_bytes`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tamis_fuzz_targets::ucl_bytes::run(data));
