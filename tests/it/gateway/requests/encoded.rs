//! Request bodies that come compressed.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::gateway::polyglot::{ask, polyglot};
use crate::gateway::rig::{Rig, question, test};
use crate::harness::client::Reply;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut to = GzEncoder::new(Vec::new(), Compression::default());
    to.write_all(bytes).unwrap();
    to.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0; zstd_safe::compress_bound(bytes.len())];
    let length = zstd_safe::compress(out.as_mut_slice(), bytes, 3).unwrap();
    out.truncate(length);
    out
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut to = ZlibEncoder::new(Vec::new(), Compression::default());
    to.write_all(bytes).unwrap();
    to.finish().unwrap()
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut to = brotli::CompressorWriter::new(Vec::new(), 4096, 5, 22);
    to.write_all(bytes).unwrap();
    to.into_inner()
}

/// A chat request of at least this many bytes.
fn long_question(bytes: usize) -> Vec<u8> {
    let content: String = (0..)
        .map(|n| format!("{n} and "))
        .scan(0, |length, word| {
            *length += word.len();
            (*length < bytes).then_some(word)
        })
        .collect();
    json!({"model": "fast", "messages": [{"role": "user", "content": content}]})
        .to_string()
        .into_bytes()
}

async fn sends(rig: &Rig, encoding: &str, path: &str, body: Vec<u8>) -> Reply {
    rig.client()
        .with("content-encoding", encoding)
        .post_bytes(path, body)
        .await
}

#[track_caller]
fn is_refused(reply: &Reply, status: u16, code: &str, message: &str) {
    let error = &reply.json()["error"];
    assert_eq!(
        (reply.status.as_u16(), &error["code"], &error["message"]),
        (status, &json!(code), &json!(message))
    );
}

test!(a_compressed_body_reaches_the_provider_as_it_was_before, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(polyglot);
    for (path, model) in [("/v1/chat/completions", "acme/fast"), ("/v1/messages", "claude/opus")] {
        let body = ask(path, model, false).to_string().into_bytes();
        for (encoding, packed) in [
            ("gzip", gzip(&body)),
            ("X-GZIP", gzip(&body)),
            ("zstd", zstd(&body)),
            ("deflate", deflate(&body)),
            ("br", brotli(&body)),
        ] {
            sends(&rig, encoding, path, packed).await.is(200);

            let seen = rig.upstream.last();
            let mut expected: Value = serde_json::from_slice(&body).unwrap();
            expected["model"] = seen.json()["model"].clone();
            assert_eq!(seen.text(), expected.to_string(), "{encoding}");
            assert_eq!(seen.header("content-encoding"), "");
        }
    }
    let long = long_question(3 << 20);
    let plain = rig
        .client()
        .post_bytes("/v1/chat/completions", long.clone())
        .await
        .is(200);
    let expected = rig.upstream.last().body;

    for (encoding, packed) in [("gzip", gzip(&long)), ("zstd", zstd(&long))] {
        assert_eq!(
            sends(&rig, encoding, "/v1/chat/completions", packed)
                .await
                .is(200)
                .status,
            plain.status
        );
        assert!(rig.upstream.last().body == expected, "{encoding}");
    }
});

test!(a_compressed_body_is_counted_as_it_was_before, |store| {
    let rig = Rig::start(store).await;
    let body = ask("/v1/messages", "acme/fast", false).to_string();
    let plain = rig
        .client()
        .post_bytes("/v1/messages/count_tokens", body.clone())
        .await
        .is(200);

    let packed = sends(&rig, "gzip", "/v1/messages/count_tokens", gzip(body.as_bytes()))
        .await
        .is(200);

    assert_eq!(packed.json(), plain.json());
});

test!(
    an_encoding_that_is_not_decoded_here_is_refused_with_the_names_of_those_that_are,
    |store| {
        let rig = Rig::start(store).await;
        for encoding in ["compress", "gzip, gzip", "gzip, zstd", "aws-chunked"] {
            let reply = sends(&rig, encoding, "/v1/chat/completions", b"whatever".to_vec()).await;

            let message = "Send the request body as it is, or encoded once, with gzip, deflate, br or zstd.";
            is_refused(&reply, 415, "unsupported_encoding", message);
            assert_eq!(reply.header("accept-encoding"), "gzip, deflate, br, zstd, identity");
        }
        let body = question("fast").to_string().into_bytes();
        sends(&rig, "identity", "/v1/chat/completions", body).await.is(200);
        assert_eq!(rig.asks("fast").await.is(200).header("accept-encoding"), "");
    }
);

test!(a_body_that_is_not_what_its_encoding_says_is_refused, |store| {
    let rig = Rig::start(store).await;
    let body = question("fast").to_string().into_bytes();
    let all = [("gzip", gzip(&body)), ("zstd", zstd(&body)), ("br", brotli(&body))];
    for (encoding, packed) in all {
        let refused = async |body: &[u8], message: &str| {
            let reply = sends(&rig, encoding, "/v1/chat/completions", body.to_vec()).await;
            is_refused(&reply, 400, "invalid_json", message);
        };
        refused(&body, &format!("The request body is not valid {encoding}.")).await;
        let cut = format!("The request body is {encoding} that breaks off before its end.");
        refused(&packed[..packed.len() - 1], &cut).await;
        let more = [&packed, &b"trailing"[..]].concat();
        refused(
            &more,
            &format!("The request body goes on after the end of its {encoding}."),
        )
        .await;
    }
    assert_eq!(rig.upstream.seen().len(), 0);
});

test!(a_body_is_as_large_as_it_is_once_decoded, |store| {
    let rig = Rig::with(store, |options| options.limits.body = 1 << 20).await;
    let bomb = vec![b' '; 64 << 20];
    let zeros = include_bytes!("../../../data/wire/encoded/zeros.br").to_vec();
    for (encoding, packed) in [
        ("gzip", gzip(&bomb)),
        ("zstd", zstd(&bomb)),
        ("deflate", deflate(&bomb)),
        ("br", zeros),
    ] {
        assert!(packed.len() < 1 << 20);
        let reply = sends(&rig, encoding, "/v1/chat/completions", packed).await;
        let message = "The request body is larger than 1 MiB once it is decoded.";
        is_refused(&reply, 413, "request_too_large", message);
    }
    // As it is sent, it has to keep to the limit as well.
    let mut noise = 1_u64;
    let random: Vec<u8> = std::iter::repeat_with(|| {
        noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (noise >> 56) as u8
    })
    .take(2 << 20)
    .collect();
    let reply = sends(&rig, "gzip", "/v1/chat/completions", gzip(&random)).await;
    is_refused(
        &reply,
        413,
        "request_too_large",
        "The request body is larger than 1 MiB.",
    );
    rig.asks("fast").await.is(200);
});

test!(decoded_bytes_count_among_all_bodies_in_memory, |store| {
    let rig = Rig::with(store, |options| options.limits.bodies = 1 << 20).await;

    for _ in 0..3 {
        let reply = sends(&rig, "zstd", "/v1/chat/completions", zstd(&long_question(700 << 10))).await;
        is_refused(
            &reply,
            503,
            "overloaded",
            "Too many large requests at once. Try again in a moment.",
        );
    }

    // Their memory is free again.
    sends(&rig, "zstd", "/v1/chat/completions", zstd(&long_question(400 << 10)))
        .await
        .is(200);
});

test!(a_compressed_body_that_comes_too_slowly_is_not_waited_for, |store| {
    let rig = Rig::with(store, |options| {
        options.timeouts.body_grace = Duration::from_millis(200)
    })
    .await;
    let mut socket = tokio::net::TcpStream::connect(rig.url.strip_prefix("http://").unwrap())
        .await
        .unwrap();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-encoding: gzip\r\n\
         content-length: 1000\r\n\r\n",
        rig.secret.expose()
    );

    socket.write_all(head.as_bytes()).await.unwrap();
    // A few bytes that stand for a hundred thousand: those do not count as received.
    socket.write_all(&gzip(&vec![b' '; 100_000])[..100]).await.unwrap();
    let mut answer = [0; 12];
    socket.read_exact(&mut answer).await.unwrap();

    assert_eq!(&answer, b"HTTP/1.1 408");
});

test!(a_compressed_body_may_come_in_any_pieces, |store| {
    let rig = Rig::start(store).await;
    let packed = zstd(question("fast").to_string().as_bytes());
    let mut socket = tokio::net::TcpStream::connect(rig.url.strip_prefix("http://").unwrap())
        .await
        .unwrap();
    socket.set_nodelay(true).unwrap();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-encoding: zstd\r\n\
         transfer-encoding: chunked\r\n\r\n",
        rig.secret.expose()
    );
    socket.write_all(head.as_bytes()).await.unwrap();

    for byte in &packed {
        socket.write_all(b"1\r\n").await.unwrap();
        socket.write_all(&[*byte, b'\r', b'\n']).await.unwrap();
    }
    socket.write_all(b"0\r\n\r\n").await.unwrap();
    let mut answer = [0; 12];
    socket.read_exact(&mut answer).await.unwrap();

    assert_eq!(&answer, b"HTTP/1.1 200");
});
