//! See `tamis_fuzz_targets::simulate_pair`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tamis_fuzz_targets::simulate_pair::run(data));
