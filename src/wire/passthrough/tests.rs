//! Streams that pass, with the model's name for the client in place of the provider's.

use super::*;

fn chat(show_usage: bool) -> Box<dyn EventStream + Send> {
    super::stream(
        Protocol::OpenaiChat,
        PassthroughStyle {
            include_usage: show_usage,
            ..PassthroughStyle::new(Bytes::from_static(b"\"m\""))
        },
    )
}

fn pass(stream: &mut Box<dyn EventStream + Send>, text: &str) -> String {
    let mut pieces = Vec::new();
    stream
        .push(&Bytes::copy_from_slice(text.as_bytes()), &mut pieces)
        .unwrap();
    String::from_utf8(pieces.concat()).unwrap()
}

#[test]
fn the_models_name_becomes_the_one_that_the_client_reads() {
    let mut stream = chat(true);
    let chunk = |name: &str| format!("data: {{\"id\":\"c\",\"model\":\"{name}\",\"choices\":[]}}\n\n");

    assert_eq!(
        pass(&mut stream, &(chunk("theirs") + &chunk("m") + &chunk("other"))),
        chunk("m").repeat(3)
    );
}

#[test]
fn a_whole_answer_is_copied_only_to_change_its_models_name() {
    assert_eq!(renamed(br#"{"model":"m","x":1}"#, b"\"m\""), None);
    assert_eq!(renamed(br#"{"x":1}"#, b"\"m\""), None);
    assert_eq!(
        renamed(br#"{"x":1,"model" : "t","y":2}"#, b"\"m\"").as_deref(),
        Some(br#"{"x":1,"model" : "m","y":2}"#.as_slice())
    );
}

#[test]
fn a_broken_stream_ends_in_its_own_protocols_error() {
    let error = ApiError::new(crate::wire::error::Code::ProviderError, "It failed.");
    let fail = |protocol, before: &str| {
        let mut stream = super::stream(protocol, PassthroughStyle::new(Bytes::from_static(b"\"m\"")));
        pass(&mut stream, before);
        String::from_utf8(stream.fail(&error).to_vec()).unwrap()
    };

    assert!(fail(Protocol::OpenaiChat, "").starts_with("data: {\"error\":{\"message\":\"It failed.\""));
    assert!(fail(Protocol::AnthropicMessages, "").starts_with("event: error\ndata: {\"type\":\"error\","));
    let created = "data: {\"type\":\"response.created\",\"sequence_number\":41,\"response\":{\"model\":\"x\"}}\n\n";
    let event = fail(Protocol::OpenaiResponses, created);
    assert!(
        event.starts_with("event: error\ndata: {\"type\":\"error\",\"code\":\"provider_error\""),
        "{event}"
    );
    assert!(event.contains("\"sequence_number\":42"), "{event}");
}
