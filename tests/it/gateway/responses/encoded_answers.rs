//! Answers that a provider, or a proxy before it, compressed unasked.

use std::io::Write;

use serde_json::json;

use crate::gateway::polyglot::ask;
use crate::gateway::rig::{Rig, stream_question, test};
use crate::harness::upstream::{DONE, Step, delta, finish, usage};

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn deflate(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// An answer of these bytes, in pieces of seven.
fn answer(status: u16, kind: &str, encoding: &str, bytes: &[u8]) -> Vec<Step> {
    let head = format!(
        "HTTP/1.1 {status} Whatever\r\ncontent-type: {kind}\r\ncontent-encoding: {encoding}\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    let piece = |bytes: &[u8]| Step::send([format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat());
    let mut steps = vec![Step::send(head)];
    steps.extend(bytes.chunks(7).map(piece));
    steps.push(Step::end());
    steps
}

fn hello() -> String {
    json!({"id": "c", "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello there"},
        "finish_reason": "stop"}], "usage": {"prompt_tokens": 11, "completion_tokens": 2}})
    .to_string()
}

test!(a_compressed_answer_is_read_and_goes_on_as_it_was, |store| {
    let rig = Rig::start(store).await;
    for (encoding, bytes) in [
        ("gzip", gzip(&hello())),
        ("deflate", deflate(&hello())),
        ("identity, gzip", gzip(&hello())),
    ] {
        rig.upstream
            .answers(move |_| answer(200, "application/json", encoding, &bytes));
        for path in ["/v1/chat/completions", "/v1/messages"] {
            let reply = rig.client().post(path, &ask(path, "acme/fast", false)).await.is(200);

            assert!(reply.text().contains("Hello there"), "{encoding}: {}", reply.text());
            assert_eq!(reply.header("content-encoding"), "");
        }
    }
    let record = &rig.records().await[0];
    assert_eq!((record.tokens.prompt, record.tokens.completion), (11, 2));
});

test!(a_compressed_stream_is_read_as_it_comes, |store| {
    let rig = Rig::start(store).await;
    let events = [delta("Hello"), delta(" there"), finish(), usage(11, 2), DONE.into()].concat();
    let shown = [delta("Hello"), delta(" there"), finish(), DONE.into()].concat();
    rig.upstream
        .answers(move |_| answer(200, "text/event-stream", "gzip", &gzip(&events)));

    let reply = rig
        .client()
        .post("/v1/chat/completions", &stream_question("fast"))
        .await
        .is(200);

    assert_eq!(reply.text(), shown);
    assert_eq!(rig.records().await[0].tokens.completion, 2);
});

test!(a_compressed_error_keeps_its_reason, |store| {
    let rig = Rig::start(store).await;
    let error = json!({"error": {"message": "no such field", "code": "x"}}).to_string();
    rig.upstream
        .answers(move |_| answer(400, "application/json", "gzip", &gzip(&error)));

    assert_eq!(
        rig.asks("fast").await.is(400).json()["error"]["message"],
        "no such field"
    );
});

test!(what_cannot_be_undone_is_an_error_that_says_so, |store| {
    let rig = Rig::start(store).await;
    let broken = gzip(&hello())[..30].to_vec();
    for (encoding, bytes, why) in [
        ("gzip", b"this is no gzip at all".to_vec(), "compressed"),
        ("compress", hello().into_bytes(), "compressed"),
        ("gzip, gzip", gzip(&hello()), "compressed"),
        ("gzip", broken, "broke off"),
    ] {
        rig.upstream
            .answers(move |_| answer(200, "application/json", encoding, &bytes));

        let reply = rig.asks("fast").await.is(502);

        assert!(reply.text().contains(why), "{encoding}: {}", reply.text());
    }
});

test!(a_bomb_is_given_up_at_the_limit_of_an_answer, |store| {
    let rig = Rig::with(store, |options| options.limits.answer = 1 << 20).await;
    let bomb = gzip(&"0".repeat(64 << 20));
    rig.upstream
        .answers(move |_| answer(200, "application/json", "gzip", &bomb));

    assert!(rig.asks("fast").await.is(502).text().contains("too large"));
});
