//! Answers whose provider reports no usage: estimated by the text that was delivered, never free.

use serde_json::json;

use crate::gateway::polyglot::{ask, polyglot};
use crate::gateway::rig::{Rig, test};
use crate::harness::upstream::{Step, json_answer};
use crossmodel::domain::UsageSource;

/// An endpoint, and a model of a provider that speaks its protocol.
const NATIVE: [(&str, &str); 3] = [
    ("/v1/chat/completions", "acme/fast"),
    ("/v1/messages", "claude/opus"),
    ("/v1/responses", "acme/thinker"),
];

test!(
    a_whole_answer_without_usage_is_billed_for_the_text_that_was_delivered,
    |store| {
        let rig = Rig::start(store).await;
        let words = "word ".repeat(100);
        for (path, model) in NATIVE {
            let text = words.clone();
            rig.upstream.answers(move |seen| {
                let whole = match seen.path.as_str() {
                    "/v1/messages" => json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "m",
                    "content": [{"type": "text", "text": text}], "stop_reason": "end_turn"}),
                    "/responses" => json!({"id": "resp_1", "object": "response", "status": "completed", "model": "m",
                    "output": [{"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
                    "content": [{"type": "output_text", "text": text, "annotations": []}]}]}),
                    _ => json!({"id": "c1", "object": "chat.completion", "model": "m", "choices": [{"index": 0,
                    "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]}),
                };
                json_answer(200, &whole)
            });

            rig.client().post(path, &ask(path, model, false)).await.is(200);

            rig.clock.advance(std::time::Duration::from_millis(1));
            let record = &rig.records().await[0];
            assert_eq!((record.source, record.model.as_str()), (UsageSource::Estimated, model));
            assert!(
                (100..260).contains(&record.tokens.completion),
                "{path}: {:?}",
                record.tokens
            );
            assert!(record.cost.pico() > 0, "{path}");
        }
    }
);

test!(an_answer_of_an_unknown_shape_is_billed_for_all_of_it, |store| {
    let rig = Rig::start(store).await;
    for (path, model) in NATIVE.into_iter().skip(1) {
        rig.upstream
            .answers(|_| json_answer(200, &json!({"something": "word ".repeat(100)})));

        rig.client().post(path, &ask(path, model, false)).await.is(200);

        rig.clock.advance(std::time::Duration::from_millis(1));
        assert!(rig.records().await[0].tokens.completion >= 100, "{path}");
    }
});

test!(
    a_stream_without_usage_is_billed_for_the_text_that_was_delivered,
    |store| {
        let rig = Rig::start(store).await;
        rig.upstream.answers(|seen| {
            let mut steps = polyglot(seen);
            for step in &mut steps {
                if let Step::Send(bytes) = step {
                    // Of the same length, so that the pieces stay whole.
                    let text = String::from_utf8(bytes.clone())
                        .unwrap()
                        .replace("\"usage\"", "\"usagf\"");
                    *bytes = text.into_bytes();
                }
            }
            steps
        });
        for (path, model) in NATIVE {
            rig.client().post(path, &ask(path, model, true)).await.is(200);

            rig.clock.advance(std::time::Duration::from_millis(1));
            let record = &rig.records().await[0];
            assert_eq!(record.source, UsageSource::Estimated, "{path}");
            assert!(record.tokens.completion > 0, "{path}: {:?}", record.tokens);
        }
    }
);
