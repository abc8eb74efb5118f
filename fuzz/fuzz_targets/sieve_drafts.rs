//! See `tamis_fuzz_targets::sieve_drafts`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tamis_fuzz_targets::sieve_drafts::run(data));
