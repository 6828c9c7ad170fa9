//! Fuzzes `fuzzed::control`.
#![no_main]

#[path = "../../../tests/it/wire/fuzzed.rs"]
#[allow(dead_code, reason = "each program uses one of them")]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzzed::control(data));
