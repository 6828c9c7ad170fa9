//! Request bodies that are not understood, too large or too slow.

use std::time::Duration;

use super::{INVALID, is_error};
use crate::gateway::rig::{Rig, test};

/// Bodies that one error answers: its code, its parameter and its message.
type Refused = (
    &'static str,
    Option<&'static str>,
    &'static str,
    &'static [&'static str],
);

const REFUSED: [Refused; 8] = [
    (
        "invalid_json",
        None,
        "The request body is not a valid JSON object: the text ends too early.",
        &["", r#"{"model":"fast","messages":[1]"#],
    ),
    (
        "invalid_json",
        None,
        "The request body is not a valid JSON object: unexpected character at byte 0.",
        &["[]"],
    ),
    (
        "missing_model",
        Some("model"),
        "Name the model to use in 'model'.",
        &[r#"{"messages":[1]}"#, r#"{"model":"","messages":[1]}"#],
    ),
    (
        "invalid_json",
        Some("model"),
        "'model' must be a string.",
        &[r#"{"model":["fast"],"messages":[1]}"#],
    ),
    (
        "invalid_messages",
        Some("messages"),
        "'messages' must be a list with at least one message.",
        &[
            r#"{"model":"fast"}"#,
            r#"{"model":"fast","messages":[]}"#,
            r#"{"model":"fast","messages":"hi"}"#,
        ],
    ),
    (
        "invalid_json",
        Some("stream"),
        "'stream' must be true or false.",
        &[r#"{"model":"fast","messages":[1],"stream":1}"#],
    ),
    (
        "invalid_json",
        Some("model"),
        "The request body has 'model' more than once.",
        &[r#"{"model":"fast","messages":[1],"model":"acme/other"}"#],
    ),
    (
        "invalid_json",
        Some("max_tokens"),
        "The request body has 'max_tokens' more than once.",
        &[r#"{"model":"fast","messages":[1],"max_tokens":1,"max_tokens":9}"#],
    ),
];

test!(
    a_body_that_is_not_understood_is_refused_with_the_key_that_is_wrong,
    |store| {
        let rig = Rig::start(store).await;

        for (code, param, message, bodies) in REFUSED {
            for body in bodies {
                let reply = rig.client().post_bytes("/v1/chat/completions", *body).await;

                is_error(&reply, (400, INVALID, param, code), message);
                assert_eq!(reply.header("x-should-retry"), "false");
            }
        }
        let long = format!(r#"{{"model":"{}","messages":[1]}}"#, "m".repeat(300));
        let reply = rig.client().post_bytes("/v1/chat/completions", long).await;
        let message = "'model' is longer than 256 bytes.";
        is_error(&reply, (400, INVALID, Some("model"), "invalid_json"), message);
        assert_eq!(rig.upstream.seen().len(), 0);
    }
);

test!(a_body_beyond_the_limit_is_refused, |store| {
    let rig = Rig::with(store, |options| options.limits.body = 1 << 20).await;

    let large = format!(r#"{{"model":"fast","messages":["{}"]}}"#, "x".repeat(1 << 20));
    let reply = rig.client().post_bytes("/v1/chat/completions", large).await;
    is_error(
        &reply,
        (413, INVALID, None, "request_too_large"),
        "The request body is larger than 1 MiB.",
    );
});

test!(more_bodies_than_fit_are_refused_for_now, |store| {
    let rig = Rig::with(store, |options| options.limits.bodies = 16).await;

    let reply = rig.asks("fast").await;

    let message = "Too many large requests at once. Try again in a moment.";
    is_error(&reply, (503, "api_error", None, "overloaded"), message);
    assert_eq!((reply.header("retry-after"), reply.header("x-should-retry")), ("5", ""));
});

test!(a_body_that_comes_too_slowly_is_not_waited_for, |store| {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let rig = Rig::with(store, |options| {
        options.timeouts.body_grace = Duration::from_millis(200)
    })
    .await;
    let mut socket = tokio::net::TcpStream::connect(rig.url.strip_prefix("http://").unwrap())
        .await
        .unwrap();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: 100\r\n\r\n{{",
        rig.secret.expose()
    );

    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    socket.read_exact(&mut answer).await.unwrap();

    assert_eq!(&answer, b"HTTP/1.1 408");
});
