//! See `tamis_fuzz_targets::rspamd_expression`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tamis_fuzz_targets::rspamd_expression::run(data));
