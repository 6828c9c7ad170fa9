//! Requests of clients that have an unusual shape, put into the protocol of a provider.

use serde_json::{Value, json};

use super::{Exchange, ResponseStyle, TranslationTarget};
use crate::domain::{Facts, FactsPatch, Protocol};
use crate::wire::neutral::Untranslatable;
use crate::wire::operation::Operation;

/// The exchange and the provider's request, for a provider of which `patch` is known.
pub(super) fn opened(
    (client, provider): (Operation, Protocol),
    body: &str,
    patch: &Value,
) -> Result<(Exchange, Value), Untranslatable> {
    let patch: FactsPatch = serde_json::from_value(patch.clone()).unwrap();
    let target = TranslationTarget {
        model: "their-model",
        facts: &Facts::default().with(&patch),
        asks_usage: true,
        includes_reasoning: None,
    };
    let style = ResponseStyle {
        id: "1".into(),
        model: "m".into(),
        ..ResponseStyle::default()
    };
    let (exchange, sent) = Exchange::open((client, provider), body.as_bytes(), target, style)?;
    Ok((exchange, serde_json::from_slice(&sent).unwrap()))
}

const PROTOCOLS: [Protocol; 3] = [
    Protocol::OpenaiChat,
    Protocol::AnthropicMessages,
    Protocol::OpenaiResponses,
];

#[test]
fn a_body_of_responses_is_taken_at_chat_and_answered_as_chat() {
    let body = json!({
        "model": "m",
        "input": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"},
            {"type": "function_call", "call_id": "c", "name": "read", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c", "output": "1"}],
        "tools": [
            {"type": "function", "name": "read", "description": "d", "parameters": {"type": "object", "properties": {"p": {"type": "string"}}}},
            {"type": "function", "function": {"name": "nested", "parameters": {"type": "object", "properties": {}}}}
        ],
        "tool_choice": {"type": "function", "function": {"name": "nested"}},
        "max_tokens": 50, "stop": "END", "stream": true
    })
    .to_string();

    for provider in PROTOCOLS {
        let stop = if provider == Protocol::OpenaiResponses {
            body.replace(",\"stop\":\"END\"", "")
        } else {
            body.clone()
        };
        let (_, sent) = opened((Operation::Chat, provider), &stop, &json!({})).unwrap();

        let names: Vec<&Value> = sent["tools"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tool| tool.pointer("/function/name").or(tool.get("name")).unwrap())
            .collect();
        assert_eq!(names, ["read", "nested"], "{sent}");
        let limit = ["max_tokens", "max_output_tokens"]
            .iter()
            .find_map(|name| sent.get(name));
        assert_eq!(limit, Some(&json!(50)));
        assert!(sent.to_string().contains("\"hi\"") && sent["stream"] == true);
    }

    let (exchange, sent) = opened((Operation::Chat, Protocol::OpenaiChat), &body, &json!({})).unwrap();
    assert_eq!(sent["messages"][2]["tool_calls"][0]["function"]["name"], "read");
    assert_eq!(
        sent["tool_choice"],
        json!({"type": "function", "function": {"name": "nested"}})
    );
    let answer = json!({"id": "x", "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]});
    let told: Value =
        serde_json::from_slice(&exchange.write_response(answer.to_string().as_bytes()).unwrap().body).unwrap();
    assert_eq!(
        (&told["object"], &told["choices"][0]["message"]["content"]),
        (&json!("chat.completion"), &json!("hi"))
    );
}

#[test]
fn flat_tools_among_nested_ones_are_read_in_chat() {
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "x"}],
        "tools": [{"type": "function", "function": {"name": "a"}}, {"type": "function", "name": "b", "parameters": {"type": "object"}}],
        "tool_choice": {"type": "function", "name": "b"}})
    .to_string();

    let (_, sent) = opened((Operation::Chat, Protocol::OpenaiChat), &body, &json!({})).unwrap();

    assert_eq!(
        sent["tools"][1],
        json!({"type": "function", "function": {"name": "b", "parameters": {"type": "object"}}})
    );
    assert_eq!(
        sent["tool_choice"],
        json!({"type": "function", "function": {"name": "b"}})
    );
}

#[test]
fn half_a_surrogate_pair_is_the_replacement_character() {
    let body = r#"{"model":"m","messages":[{"role":"user","content":"cut \ud83d"}]}"#;

    let (_, sent) = opened((Operation::Chat, Protocol::OpenaiResponses), body, &json!({})).unwrap();

    assert!(sent["input"].to_string().contains("cut \u{fffd}"), "{sent}");
}

#[test]
fn the_effort_default_asks_for_nothing_and_the_usual_tier_is_auto() {
    let openai = json!({"openai_fields": true, "thinking": {"thinks": true}});
    let chat = json!({"model": "m", "messages": [{"role": "user", "content": "x"}], "reasoning_effort": "default", "service_tier": "on_demand"});
    let (_, sent) = opened((Operation::Chat, Protocol::OpenaiResponses), &chat.to_string(), &openai).unwrap();
    assert_eq!((sent.get("reasoning"), &sent["service_tier"]), (None, &json!("auto")));

    let responses =
        json!({"model": "m", "input": "x", "reasoning": {"effort": "default"}, "service_tier": "on_demand"});
    let (_, sent) = opened(
        (Operation::Responses, Protocol::OpenaiChat),
        &responses.to_string(),
        &openai,
    )
    .unwrap();
    assert_eq!(
        (sent.get("reasoning_effort"), &sent["service_tier"]),
        (None, &json!("auto"))
    );

    let messages = json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}], "service_tier": "on_demand"});
    let (_, sent) = opened(
        (Operation::Messages, Protocol::OpenaiChat),
        &messages.to_string(),
        &openai,
    )
    .unwrap();
    assert_eq!(sent["service_tier"], "auto");
}

#[test]
fn a_model_that_thinks_in_streams_only_streams_and_the_client_gets_a_whole_answer() {
    let body = json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}]}).to_string();
    let thinker = json!({"thinking": {"thinks": true, "whole_answers": "stream_only"}});

    let (exchange, sent) = opened((Operation::Messages, Protocol::OpenaiChat), &body, &thinker).unwrap();

    assert_eq!(sent["stream"], true);
    assert_eq!(sent["stream_options"], json!({"include_usage": true}));
    assert_eq!(exchange.notes().to_string(), "added:stream");
}

#[test]
fn a_part_that_the_target_cannot_take_is_refused_by_its_path_in_the_clients_body() {
    let blind = json!({"media": {"image": false, "audio": false, "pdf": false}});
    let refused = |from: (Operation, Protocol), body: Value, patch: &Value| {
        let error = opened(from, &body.to_string(), patch).unwrap_err();
        assert!(!error.invalid && error.message.contains(&*error.param), "{error}");
        error.param.into_owned()
    };
    let image = json!({"type": "input_image", "image_url": "data:image/png;base64,AAAA"});
    let text = json!({"type": "input_text", "text": "x"});
    let responses = json!({"model": "m", "input": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": [text, image]}]});
    assert_eq!(
        refused((Operation::Responses, Protocol::OpenaiChat), responses, &blind),
        "input[2].content[1]"
    );

    let sound = json!({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}});
    let chat = json!({"model": "m", "messages": [{"role": "user", "content": [sound]}]});
    assert_eq!(
        refused((Operation::Chat, Protocol::AnthropicMessages), chat, &json!({})),
        "messages[0].content[0]"
    );

    let document = |url: &str| json!({"type": "document", "source": {"type": "url", "url": url}});
    let messages = json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": [{"type": "text", "text": "x"}, document("https://x/y.pdf")]}]});
    assert_eq!(
        refused((Operation::Messages, Protocol::OpenaiChat), messages, &json!({})),
        "messages[0].content[1]"
    );

    let earlier = json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": [document("https://x/y.pdf")]},
        {"role": "assistant", "content": "I see."}, {"role": "user", "content": "Go on"}]});
    let (exchange, sent) = opened(
        (Operation::Messages, Protocol::OpenaiChat),
        &earlier.to_string(),
        &json!({}),
    )
    .unwrap();
    assert_eq!(
        sent["messages"][0]["content"],
        "[A document was here, at an address that this model cannot open.]"
    );
    assert_eq!(exchange.notes().to_string(), "media");
}

#[test]
fn what_a_tool_shows_stands_in_the_users_words_where_results_are_text_only() {
    let result = json!({"type": "tool_result", "tool_use_id": "c", "content": [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}]});
    let body = json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "x"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "c", "name": "f", "input": {}}]}, {"role": "user", "content": [result]}]})
    .to_string();

    let (exchange, sent) = opened(
        (Operation::Messages, Protocol::OpenaiResponses),
        &body,
        &json!({"media": {"in_results": false}}),
    )
    .unwrap();

    assert_eq!(sent["input"][2]["output"], "What the tool shows follows its answer.");
    assert_eq!(sent["input"][3]["content"][1]["type"], "input_image");
    assert_eq!(exchange.notes().to_string(), "media");
}

#[test]
fn parts_that_mistrals_clients_send_are_read() {
    let body = json!({"model": "m", "messages": [
        {"role": "assistant", "content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "Yes."}]},
        {"role": "user", "content": [
            {"type": "document_url", "document_url": "https://x/y.pdf", "document_name": "y"},
            {"type": "file_url", "file_url": {"url": "data:application/pdf;base64,AAAA"}},
            {"type": "input_audio", "input_audio": "data:audio/wav;base64,BBBB"},
            {"type": "input_audio", "input_audio": "CCCC"}]}]});

    let (_, sent) = opened(
        (Operation::Chat, Protocol::OpenaiResponses),
        &body.to_string(),
        &json!({}),
    )
    .unwrap();

    assert_eq!(sent["input"][0]["content"][0]["text"], "Yes.");
    let content = &sent["input"][1]["content"];
    assert_eq!(content[0], json!({"type": "input_file", "file_url": "https://x/y.pdf"}));
    assert_eq!(content[1]["file_data"], "data:application/pdf;base64,AAAA");
    assert_eq!(content[2]["input_audio"], json!({"data": "BBBB", "format": "wav"}));
    assert_eq!(content[3]["input_audio"], json!({"data": "CCCC", "format": "mp3"}));

    let thinker = json!({"thinking": {"thinks": true, "back": "needed_with_calls", "back_field": "reasoning_content"}});
    let (_, sent) = opened(
        (Operation::Chat, Protocol::OpenaiChat),
        &body
            .to_string()
            .replace("https://x/y.pdf", "data:application/pdf;base64,AA"),
        &thinker,
    )
    .unwrap();
    assert_eq!(sent["messages"][0]["reasoning_content"], "hm");
}

#[test]
fn fields_without_a_place_elsewhere_are_dropped_and_told() {
    let body =
        json!({"model": "m", "messages": [{"role": "user", "content": "x"}], "logit_bias": {"1": 2}, "prediction": {}});

    let (exchange, _) = opened(
        (Operation::Chat, Protocol::AnthropicMessages),
        &body.to_string(),
        &json!({}),
    )
    .unwrap();

    assert_eq!(exchange.notes().to_string(), "dropped:logit_bias");
}

#[test]
fn the_models_last_words_are_flagged_where_the_target_wants_a_flag() {
    let body = json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Tell"}, {"role": "assistant", "content": "Once"}]});

    let (_, sent) = opened(
        (Operation::Messages, Protocol::OpenaiChat),
        &body.to_string(),
        &json!({"prefill": "prefix_flag"}),
    )
    .unwrap();

    assert_eq!(
        sent["messages"][1],
        json!({"role": "assistant", "content": "Once", "prefix": true})
    );
}

#[test]
fn an_error_about_the_conversation_names_the_clients_own_field() {
    let file = json!({"type": "input_file", "filename": "a.docx", "file_data": "data:application/zip;base64,//8="});
    let body = json!({"model": "m", "input": [{"role": "user", "content": [file]}]}).to_string();

    let refused = opened((Operation::Responses, Protocol::AnthropicMessages), &body, &json!({})).unwrap_err();

    assert_eq!(refused.param, "input");
}
