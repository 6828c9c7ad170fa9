//! Answers in another shape than the client asked for: a stream for a whole answer, a wrong label, bytes that are no text.

use crossmodel::domain::CallState;
use serde_json::json;

use crate::gateway::polyglot::{ENDPOINTS, MODELS, ask, polyglot};
use crate::gateway::rig::{Rig, stream_question, test};
use crate::harness::upstream::{DONE, Seen, Step, delta, finish, json_answer, stream, usage};

const CHAT: &str = "/v1/chat/completions";

/// Answers with a stream, whatever the request asks for.
fn always_streams(seen: &Seen) -> Vec<Step> {
    let mut seen = seen.clone();
    let mut body = seen.json();
    body["stream"] = true.into();
    body["stream_options"] = json!({"include_usage": true});
    seen.body = body.to_string().into_bytes();
    polyglot(&seen)
}

test!(a_stream_for_a_whole_answer_is_read_to_its_end_and_told_whole, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(always_streams);
    for model in MODELS {
        for path in ENDPOINTS {
            let reply = rig.client().post(path, &ask(path, model, false)).await.is(200);

            assert_eq!(reply.header("content-type"), "application/json", "{path} {model}");
            assert!(reply.text().contains("Hello there"), "{path} {model}: {}", reply.text());
            assert_eq!(reply.json()["model"], model);
            let record = &rig.records().await[0];
            assert_eq!(
                (record.state, record.tokens.prompt, record.tokens.completion),
                (CallState::Settled, 11, 2),
                "{path} {model}"
            );
        }
    }
});

test!(a_call_in_such_a_stream_is_told_whole, |store| {
    let rig = Rig::start(store).await;
    let call = |arguments: &str| {
        let call = json!({"index": 0, "id": "call_1", "type": "function", "function": {"name": "read", "arguments": arguments}});
        format!(
            "data: {}\n\n",
            json!({"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]})
        )
    };
    let more = "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"1}\"}}]},\"finish_reason\":\"tool_calls\"}]}\n\n";
    rig.upstream
        .answers(move |_| stream(&[&delta("Let me see."), &call("{\"x\":"), more, &usage(11, 2), DONE]));

    let reply = rig.asks("fast").await.is(200);

    let message = &reply.json()["choices"][0]["message"];
    assert_eq!(message["content"], "Let me see.");
    assert_eq!(
        message["tool_calls"][0]["function"],
        json!({"name": "read", "arguments": "{\"x\":1}"})
    );
});

test!(such_a_stream_that_fails_is_an_error_and_free, |store| {
    let rig = Rig::start(store).await;
    let busy = format!("data: {}\n\n", json!({"error": {"message": "busy", "code": 503}}));
    for steps in [
        stream(&[&busy]),
        stream(&[&delta("Hello"), &busy]),
        stream(&[&delta("Hello")]),
        stream(&[DONE]),
        vec![Step::events(), Step::chunk(&delta("Hello")), Step::Reset],
    ] {
        let sent = steps.clone();
        rig.upstream.answers(move |_| sent.clone());

        let reply = rig.asks("fast").await.is(502);

        assert_eq!(reply.header("content-type"), "application/json", "{steps:?}");
        let record = &rig.records().await[0];
        assert_eq!(
            (record.state, record.cost.pico()),
            (CallState::Released, 0),
            "{steps:?}"
        );
        rig.clock.advance(std::time::Duration::from_secs(60));
    }
});

test!(an_error_that_is_labelled_as_a_stream_keeps_its_reason, |store| {
    let rig = Rig::start(store).await;
    let body =
        json!({"error": {"message": "no such field", "type": "invalid_request_error", "param": "x"}}).to_string();
    rig.upstream
        .answers(move |_| vec![Step::events(), Step::chunk(&body), Step::end()]);

    let reply = rig.client().post(CHAT, &stream_question("fast")).await.is(400);

    assert_eq!(
        (&reply.json()["error"]["message"], &reply.json()["error"]["param"]),
        (&json!("no such field"), &json!("x"))
    );
});

/// The steps of an answer with bytes that are no text where `#` stands.
fn with_bad_bytes(steps: Vec<Step>) -> Vec<Step> {
    let bad = |step| match step {
        Step::Send(bytes) => Step::Send(
            bytes
                .into_iter()
                .map(|byte| if byte == b'#' { 0xff } else { byte })
                .collect(),
        ),
        step => step,
    };
    steps.into_iter().map(bad).collect()
}

test!(a_bad_byte_is_one_strange_character_and_nothing_more_is_lost, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(|seen| {
        let streamed = seen.json()["stream"] == true;
        with_bad_bytes(if streamed {
            stream(&[&delta("a#b ## é"), &finish(), &usage(11, 2), DONE])
        } else {
            json_answer(
                200,
                &json!({"choices": [{"index": 0, "message": {"role": "assistant", "content": "a#b ## é"}, "finish_reason": "stop"}],
                    "usage": {"prompt_tokens": 11, "completion_tokens": 2}}),
            )
        })
    });
    for path in ENDPOINTS {
        for streamed in [false, true] {
            let reply = rig.client().post(path, &ask(path, "acme/fast", streamed)).await.is(200);

            assert!(
                reply.text().contains("a\u{fffd}b \u{fffd}\u{fffd} é"),
                "{path} {streamed}: {}",
                reply.text()
            );
            assert_eq!(rig.records().await[0].tokens.completion, 2, "{path} {streamed}");
        }
    }
});
