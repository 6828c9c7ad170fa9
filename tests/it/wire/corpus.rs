//! The fuzzers' best finds: each reaches code that no other input does.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::fuzzed;

/// Runs a target on each line of its corpus.
fn run(corpus: &str, target: fn(&[u8])) {
    assert!(corpus.lines().count() > 20, "the corpus is nearly empty");
    for line in corpus.lines() {
        target(&STANDARD.decode(line).expect("base64"));
    }
}

macro_rules! corpora {
    ($($name:ident: $target:ident),*) => {
        $(#[test]
        fn $name() {
            run(include_str!(concat!("../../../fuzz/corpus/", stringify!($target), ".txt")), fuzzed::$target);
        })*
    };
}

corpora! {
    any_bytes_pass_the_reader_of_streams_unchanged: sse,
    any_request_is_edited_in_its_model_alone: control,
    any_request_is_translated_or_refused: request,
    any_answer_is_translated_or_refused: answer,
    any_stream_is_translated_the_same_however_it_is_split: stream,
    any_stream_of_the_same_protocol_passes_the_same_however_it_is_split: passing
}
