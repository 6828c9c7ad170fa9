//! What a request uses is seen in every protocol, and in no text.

use crate::wire::control::Control;
use crate::wire::operation::Operation;

/// What a request uses, in words.
fn used(operation: Operation, body: &str) -> String {
    let control = Control::read(body.as_bytes(), operation).unwrap();
    control.uses(body.as_bytes(), 100).to_string()
}

#[test]
fn what_a_chat_uses_is_seen() {
    let with = |messages: &str, more: &str| {
        let body = format!(r#"{{"model":"m","messages":[{messages}]{more}}}"#);
        used(Operation::Chat, &body)
    };
    let plain = r#"{"role":"user","content":"Hello"}"#;

    for (messages, more, expected) in [
        (plain, "", ""),
        (
            r#"{"role":"system","content":"Be kind."},{"role":"user","content":"Hi"}"#,
            "",
            "",
        ),
        (
            r#"{"role":"user","content":"Hi"},{"role":"system","content":"Be brief."}"#,
            "",
            "system_turns",
        ),
        (
            r#"{"role" : "system","content":"a"}, {"role": "developer","content":"b"}"#,
            "",
            "system_turns",
        ),
        (plain, r#","tools":[],"response_format":{"type":"text"}"#, ""),
        (
            plain,
            r#","tools":[{"type":"function","function":{"name":"f"}}]"#,
            "tools",
        ),
        (
            plain,
            r#","functions":[{"name":"f"}],"reasoning_effort":"low""#,
            "tools thinking",
        ),
        (
            plain,
            r#","response_format":{"type":"json_schema","json_schema":{"schema":{}}}"#,
            "schema",
        ),
        (plain, r#","response_format":{"type":"json_object"}"#, ""),
        (
            r#"{"role":"user","content":[{"type":"text","text":"See"},{"type":"image_url","image_url":{"url":"data:"}}]}"#,
            "",
            "images",
        ),
        (
            r#"{"role":"user","content":[{"type":"input_audio","input_audio":{}},{"type":"file","file":{}}]}"#,
            "",
            "documents audio",
        ),
        (
            r#"{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]}"#,
            "",
            "cache_marks",
        ),
    ] {
        assert_eq!(with(messages, more), expected, "{messages}{more}");
    }
}

#[test]
fn what_messages_use_is_seen() {
    let body = |system: &str, content: &str, more: &str| {
        let body = format!(r#"{{"model":"m","system":{system},"messages":[{content}]{more}}}"#);
        used(Operation::Messages, &body)
    };
    let plain = r#"{"role":"user","content":"Hello"}"#;
    let marked = r#"[{"type":"text","text":"Be kind.","cache_control":{"type":"ephemeral"}}]"#;

    assert_eq!(body("\"Be kind.\"", plain, ""), "");
    assert_eq!(body(marked, plain, ""), "cache_marks");
    assert_eq!(
        body("\"\"", plain, r#","cache_control":{"type":"ephemeral"}"#),
        "cache_marks"
    );
    assert_eq!(
        body(
            "\"\"",
            plain,
            r#","tools":[{"name":"f","cache_control":{"type":"ephemeral"}}]"#
        ),
        "tools cache_marks"
    );
    assert_eq!(body("\"\"", plain, r#","output_config":{"effort":"low"}"#), "thinking");
    assert_eq!(
        body(
            "\"\"",
            plain,
            r#","output_config":{"format":{"type":"json_schema","schema":{}}}"#
        ),
        "schema"
    );
    assert_eq!(
        body(
            "\"\"",
            r#"{"role":"system","content":"Now be brief."}"#,
            r#","thinking":{"type":"enabled"}"#
        ),
        "thinking system_turns"
    );
    assert_eq!(
        body(
            "\"\"",
            r#"{"role":"user","content":[{"source":{"type":"base64"},"type":"image"},{"type":"document"}]}"#,
            ""
        ),
        "images documents"
    );
}

#[test]
fn what_responses_use_is_seen() {
    let with = |input: &str, more: &str| {
        let body = format!(r#"{{"model":"m","input":{input}{more}}}"#);
        used(Operation::Responses, &body)
    };

    assert_eq!(with("\"Hello\"", ""), "");
    assert_eq!(
        with(
            r#"[{"role":"developer","content":"a"},{"role":"user","content":"b"}]"#,
            ""
        ),
        ""
    );
    assert_eq!(
        with(
            r#"[{"type":"message","role":"developer","content":"a"}]"#,
            r#","instructions":"b""#
        ),
        "system_turns"
    );
    assert_eq!(
        with(
            r#"[{"role":"user","content":[{"type":"input_image","image_url":"u"},{"type":"input_file"}]}]"#,
            r#","reasoning":{"effort":"low"},"text":{"format":{"type":"json_schema"}}"#
        ),
        "images documents schema thinking"
    );
}

#[test]
fn words_of_a_text_are_no_use() {
    let text = r#""\"type\":\"image\", \"role\":\"system\" \"cache_control\" \"json_schema\"""#;
    let body = format!(
        r#"{{"model":"m","messages":[{{"role":"user","content":{text}}},{{"role":"user","content":[{{"type":"text","text":{text}}}]}}]}}"#
    );

    assert_eq!(used(Operation::Chat, &body), "");
    assert_eq!(
        used(Operation::Embeddings, r#"{"model":"m","input":["type","role"]}"#),
        ""
    );
}

#[test]
fn the_size_counts_the_conversation_and_the_tools() {
    let body = |tools: usize| {
        let tools = "x".repeat(tools);
        format!(r#"{{"model":"m","messages":[1],"tools":["{tools}"]}}"#)
    };
    let size = |tools: usize, prompt: u64| {
        let body = body(tools);
        let control = Control::read(body.as_bytes(), Operation::Chat).unwrap();
        control.uses(body.as_bytes(), prompt).size_class()
    };

    assert_eq!(size(1, 1_024), 10);
    assert_eq!(size(4_096, 1_024), 11);
    assert_eq!(size(0, u64::MAX), 63);
}
