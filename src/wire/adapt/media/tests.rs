//! Pictures, documents and sound, for models that take some of them.

use serde_json::{Value, json};

use crate::domain::Protocol;
use crate::wire::adapt::samples::{fitted, plan, stated};
use crate::wire::adapt::{Plan, TargetFacts};
use crate::wire::operation::Operation;

fn target(media: &Value, protocol: Protocol) -> TargetFacts {
    let patch = json!({"media": media, "roles": {"system": "anywhere", "developer": "native"}, "tools": {"strict": "keep"},
        "cache_marks": {"most": 4}, "anthropic_fields": true});
    stated(&patch, protocol)
}

fn refused(body: &Value, operation: Operation, target: &TargetFacts) -> (String, String) {
    match plan(&body.to_string(), operation, target) {
        Plan::Refuse(refusal) => (refusal.param.into_owned(), refusal.reason.into_owned()),
        other => panic!("{other:?}"),
    }
}

/// A body of each protocol whose newest words, or a message before an answer, have a part.
fn bodies(chat: Value, messages: Value, responses: Value, is_newest: bool) -> [(Operation, Protocol, Value); 3] {
    let text = json!({"type": "text", "text": "See"});
    let words = json!({"type": "input_text", "text": "See"});
    let turns = |content: Value| {
        let mut turns = vec![json!({"role": "user", "content": content})];
        if !is_newest {
            turns.push(json!({"role": "assistant", "content": "I see."}));
            turns.push(json!({"role": "user", "content": "Go on"}));
        }
        turns
    };
    [
        (
            Operation::Chat,
            Protocol::OpenaiChat,
            json!({"model": "m", "messages": turns(json!([text, chat]))}),
        ),
        (
            Operation::Messages,
            Protocol::AnthropicMessages,
            json!({"model": "m", "max_tokens": 9, "messages": turns(json!([text, messages]))}),
        ),
        (
            Operation::Responses,
            Protocol::OpenaiResponses,
            json!({"model": "m", "input": turns(json!([words, responses]))}),
        ),
    ]
}

fn picture(url: &str, is_newest: bool) -> [(Operation, Protocol, Value); 3] {
    let source = match url.strip_prefix("data:image/png;base64,") {
        Some(data) => json!({"type": "base64", "media_type": "image/png", "data": data}),
        None => json!({"type": "url", "url": url}),
    };
    bodies(
        json!({"type": "image_url", "image_url": {"url": url}}),
        json!({"type": "image", "source": source}),
        json!({"type": "input_image", "image_url": url}),
        is_newest,
    )
}

#[test]
fn what_the_newest_words_show_is_refused_by_its_path_and_what_earlier_ones_show_becomes_a_note() {
    let data = "data:image/png;base64,AAAA";
    for (operation, protocol, body) in picture(data, true) {
        let list = if operation == Operation::Responses {
            "input"
        } else {
            "messages"
        };
        let blind = target(&json!({"image": false}), protocol);
        let path = format!("{list}[0].content[1]");
        assert_eq!(
            refused(&body, operation, &blind),
            (path, "it reads no pictures".to_owned())
        );
        assert_eq!(
            plan(&body.to_string(), operation, &target(&json!({}), protocol)),
            Plan::Passthrough
        );
    }

    for (operation, protocol, body) in picture(data, false) {
        let (sent, notes) = fitted(
            &body.to_string(),
            operation,
            &target(&json!({"image": false}), protocol),
        );
        let list = if operation == Operation::Responses {
            "input"
        } else {
            "messages"
        };
        let kind = if operation == Operation::Responses {
            "input_text"
        } else {
            "text"
        };
        assert_eq!(
            sent[list][0]["content"][1],
            json!({"type": kind, "text": "[A picture was here. This model reads text only.]"})
        );
        assert_eq!(notes, "media");
    }
}

#[test]
fn a_picture_at_an_address_is_refused_by_a_model_that_opens_none() {
    for (operation, protocol, body) in picture("https://example.com/a.png", true) {
        let closed = target(&json!({"image": true, "addresses": false}), protocol);
        let (_, reason) = refused(&body, operation, &closed);
        assert_eq!(reason, "it opens no addresses; send the picture itself");
    }
    for (operation, protocol, body) in picture("data:image/png;base64,AAAA", true) {
        let closed = target(&json!({"image": true, "addresses": false}), protocol);
        assert_eq!(plan(&body.to_string(), operation, &closed), Plan::Passthrough);
    }
}

#[test]
fn documents_and_sound_follow_the_same_rule() {
    let document = |is_newest| {
        bodies(
            json!({"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA"}}),
            json!({"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "AAAA"}}),
            json!({"type": "input_file", "file_data": "data:application/pdf;base64,AAAA"}),
            is_newest,
        )
    };
    for (operation, protocol, body) in document(true) {
        let (_, reason) = refused(&body, operation, &target(&json!({"pdf": false}), protocol));
        assert_eq!(reason, "it reads no documents");
    }
    for (operation, protocol, body) in document(false) {
        let (sent, _) = fitted(&body.to_string(), operation, &target(&json!({"pdf": false}), protocol));
        assert!(
            sent.to_string()
                .contains("[A document was here. This model cannot read it.]")
        );
    }

    let sound = json!({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}});
    let text = json!({"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "A"}});
    let [chat, messages, responses] = bodies(sound.clone(), text, sound, true);
    for (operation, protocol, body) in [chat, responses] {
        let (_, reason) = refused(&body, operation, &target(&json!({"audio": false}), protocol));
        assert_eq!(reason, "it hears no sound");
    }
    let (operation, protocol, body) = messages;
    let deaf = target(&json!({"pdf": false, "audio": false}), protocol);
    assert_eq!(
        plan(&body.to_string(), operation, &deaf),
        Plan::Passthrough,
        "text is no document"
    );
}

#[test]
fn what_a_tool_shows_becomes_a_note_or_moves_into_the_users_words() {
    let call = json!({"role": "assistant", "content": null, "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]});
    let shown = json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}});
    let chat = json!({"model": "m", "messages": [{"role": "user", "content": "x"}, call, {"role": "tool", "tool_call_id": "c", "content": [shown]}]});
    let (sent, _) = fitted(
        &chat.to_string(),
        Operation::Chat,
        &target(&json!({"image": false}), Protocol::OpenaiChat),
    );
    assert_eq!(sent["messages"][2]["content"][0]["type"], "text");
    let moved = plan(
        &chat.to_string(),
        Operation::Chat,
        &target(&json!({"image": true}), Protocol::OpenaiChat),
    );
    assert_eq!(moved.notes().unwrap().to_string(), "media, rewritten");
    let kept = target(&json!({"in_results": true}), Protocol::OpenaiChat);
    assert_eq!(plan(&chat.to_string(), Operation::Chat, &kept), Plan::Passthrough);

    let output = json!([{"type": "input_image", "image_url": "data:image/png;base64,AAAA"}]);
    let responses = json!({"model": "m", "input": [{"role": "user", "content": "x"},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": output}]});
    let blind = target(&json!({"image": false}), Protocol::OpenaiResponses);
    let (sent, notes) = fitted(&responses.to_string(), Operation::Responses, &blind);
    assert_eq!(
        (&sent["input"][2]["output"][0]["type"], notes.as_str()),
        (&json!("input_text"), "media")
    );
}
