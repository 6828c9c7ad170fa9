//! Signatures that only their maker can read, packed on the way to clients of the same protocol.

use bytes::Bytes;
use serde_json::{Value, json};

use super::pack_signatures;
use crate::domain::Protocol;
use crate::wire::passthrough::{PassthroughStyle, stream};

const MESSAGES: &str = concat!(
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"model\":\"up\"}}\n\n",
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"my signature\"}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"abc\"}}\n\n",
    ": ping\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"def\"}}\n\n",
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"redacted_thinking\",\"data\":\"xyz\"}}\n\n",
    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
);

const RESPONSES: &str = concat!(
    "event: response.output_item.done\ndata: {\"type\":\"response.output_item.done\",\"sequence_number\":1,\"item\":{\"type\":\"reasoning\",\"id\":\"rs_1\",\"encrypted_content\":\"abc\"}}\n\n",
    "event: response.completed\ndata: {\"type\":\"response.completed\",\"sequence_number\":2,\"response\":{\"output\":[{\"type\":\"reasoning\",\"encrypted_content\":\"abc\"},{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"encrypted_content\"}]},{\"type\":\"reasoning\",\"encrypted_content\":\"def\"},{\"type\":\"reasoning\",\"encrypted_content\":null}]}}\n\n",
);

fn told(protocol: Protocol, sent: &str, size: usize) -> String {
    let style = PassthroughStyle {
        packs: Some("cm1.their.-..".into()),
        ..PassthroughStyle::new("\"m\"")
    };
    let mut stream = stream(protocol, style);
    let mut out = Vec::new();
    for piece in sent.as_bytes().chunks(size) {
        stream.push(&Bytes::copy_from_slice(piece), &mut out).unwrap();
    }
    out.extend(stream.finish());
    String::from_utf8(out.concat()).unwrap()
}

#[test]
fn the_first_piece_of_each_signature_in_a_stream_is_marked() {
    let expected = MESSAGES
        .replace("\"up\"", "\"m\"")
        .replace("\"abc\"", "\"cm1.their.-..abc\"")
        .replace("\"xyz\"", "\"cm1.their.-..xyz\"");
    for size in [1, 7, 100, MESSAGES.len()] {
        assert_eq!(told(Protocol::AnthropicMessages, MESSAGES, size), expected, "{size}");
    }
}

#[test]
fn encrypted_thoughts_of_a_stream_are_marked_in_their_item_and_in_the_whole_answer() {
    let expected = RESPONSES
        .replace("\"abc\"", "\"cm1.their.-..abc\"")
        .replace("\"def\"", "\"cm1.their.-..def\"");
    for size in [1, 7, RESPONSES.len()] {
        assert_eq!(told(Protocol::OpenaiResponses, RESPONSES, size), expected, "{size}");
    }
}

#[test]
fn the_signatures_of_a_whole_answer_are_marked_and_nothing_else() {
    let answer = |signature: &str, data: &str| {
        json!({"content": [
            {"type": "thinking", "thinking": "signature", "signature": signature},
            {"type": "redacted_thinking", "data": data},
            {"type": "tool_use", "id": "t", "name": "sign", "input": {"signature": "mine"}},
            {"type": "thinking", "thinking": "h", "signature": ""}
        ]})
    };

    let packed = pack_signatures(
        answer("a\"b", "x").to_string().as_bytes(),
        Protocol::AnthropicMessages,
        b"cm1.their.-..",
    );
    let packed: Value = serde_json::from_slice(&packed.unwrap()).unwrap();
    assert_eq!(packed, answer("cm1.their.-..a\"b", "cm1.their.-..x"));

    let plain = json!({"content": [{"type": "text", "text": "signature"}]}).to_string();
    assert_eq!(
        pack_signatures(plain.as_bytes(), Protocol::AnthropicMessages, b"cm1.their.-.."),
        None
    );
}
