//! Finds the model's name in a provider's answer, so that the gateway can put the client's name in its place.

use super::json::{JsonError, Span, Walk};
use crate::domain::Protocol;

/// Where the name stands in a whole answer: the value of `model`, quotes included. `None` if the answer has no `model`.
pub fn in_answer(answer: &[u8]) -> Option<Span> {
    member(std::str::from_utf8(answer).ok()?, "\"model\"")
}

/// Where the name stands in the data of one event of a stream. Quick for the many events without a name.
pub fn in_event(protocol: Protocol, data: &[u8]) -> Option<Span> {
    match protocol {
        Protocol::OpenaiChat => first_level(data),
        Protocol::AnthropicMessages => within(data, "message_start", "\"message\""),
        Protocol::OpenaiResponses => within(data, "response.", "\"response\""),
        Protocol::Gemini => None,
    }
}

/// The value of `model` at the first level of an object. The search begins at the start and ends at the value.
fn first_level(data: &[u8]) -> Option<Span> {
    const KEY: &[u8] = b"\"model\"";

    // A quote inside a string is escaped, so these bytes are a key, or a string's whole value.
    memchr::memmem::find_iter(data, KEY).find_map(|at| {
        let after = at + KEY.len();
        let colon = after + blank(data.get(after..)?);
        if data.get(colon) != Some(&b':') || depth(data.get(..at)?) != 1 {
            return None;
        }

        let start = colon + 1 + blank(data.get(colon + 1..)?);
        let end = start + string(data.get(start..)?)?;
        Some(Span { start, end })
    })
}

/// How many brackets are open at the end of this start of a JSON text; -1 inside a string.
fn depth(head: &[u8]) -> i32 {
    let (mut depth, mut rest) = (0, head);
    while let Some(at) = rest
        .iter()
        .position(|byte| matches!(byte, b'"' | b'{' | b'[' | b'}' | b']'))
    {
        let from = match rest.get(at) {
            Some(b'{' | b'[') => {
                depth += 1;
                at + 1
            }
            Some(b'"') => match rest.get(at..).and_then(string) {
                Some(length) => at + length,
                None => return -1,
            },
            _ => {
                depth -= 1;
                at + 1
            }
        };
        rest = rest.get(from..).unwrap_or_default();
    }
    depth
}

/// The length of the string at the start, quotes included.
fn string(text: &[u8]) -> Option<usize> {
    if text.first() != Some(&b'"') {
        return None;
    }

    let mut at = 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text.get(at) == Some(&b'"') {
            return Some(at + 1);
        }
        at += 2;
    }
}

fn blank(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// The value of `model` in the object under `key`, in events that have `hint` in them.
fn within(data: &[u8], hint: &str, key: &str) -> Option<Span> {
    memchr::memmem::find(data, b"\"model\"")?;
    memchr::memmem::find(data, hint.as_bytes())?;

    let text = std::str::from_utf8(data).ok()?;
    let object = member(text, key)?;
    let inner = member(object.of(text), "\"model\"")?;
    Some(Span {
        start: object.start + inner.start,
        end: object.start + inner.end,
    })
}

fn member(text: &str, key: &str) -> Option<Span> {
    let mut found = None;
    let walked = Walk::new(text).object(|name, value| {
        if name.of(text) == key {
            found = Some(value);
        }
        Ok::<_, JsonError>(())
    });
    walked.ok().and(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat(data: &str) -> Option<&str> {
        in_event(Protocol::OpenaiChat, data.as_bytes()).map(|span| span.of(data))
    }

    #[test]
    fn a_chunks_own_model_is_found_and_no_other() {
        assert_eq!(
            chat(r#"{"id":"{[\"","model" : "a\"b","choices":[]}"#),
            Some(r#""a\"b""#)
        );
        assert_eq!(
            chat(r#"{"choices":[{"delta":{"model":"x"}}],"model":"m"}"#),
            Some(r#""m""#)
        );
        assert_eq!(chat(r#"{"object":"model","model":"m"}"#), Some(r#""m""#));
        assert_eq!(chat(r#"{"choices":[{"delta":{"content":"\"model\":\"x\""}}]}"#), None);
        assert_eq!(chat(r#"{"model":null}"#), None);
        assert_eq!(chat(r#"{"model":"cut"#), None);
    }

    #[test]
    fn the_start_of_a_message_names_its_model() {
        let data = r#"{"type":"message_start","message":{"id":"m","model":"claude","content":[]}}"#;

        assert_eq!(
            in_event(Protocol::AnthropicMessages, data.as_bytes()).map(|s| s.of(data)),
            Some(r#""claude""#)
        );

        let delta = r#"{"type":"content_block_start","content_block":{"input":{"model":"x"}}}"#;
        assert_eq!(in_event(Protocol::AnthropicMessages, delta.as_bytes()), None);
    }

    #[test]
    fn every_event_that_carries_a_response_names_its_model() {
        let data =
            r#"{"type":"response.completed","response":{"tools":[{"model":"x"}],"model":"gpt"},"sequence_number":3}"#;

        assert_eq!(
            in_event(Protocol::OpenaiResponses, data.as_bytes()).map(|s| s.of(data)),
            Some(r#""gpt""#)
        );
    }

    #[test]
    fn a_whole_answer_names_its_model_at_the_top() {
        let answer = r#"{"content":[{"input":{"model":"x"}}],"model":"claude"}"#;

        assert_eq!(in_answer(answer.as_bytes()).map(|s| s.of(answer)), Some(r#""claude""#));
        assert_eq!(in_answer(b"<html>"), None);
    }
}
