//! Answers that the gateway ends at the client's stop texts, since the model that runs does not take them.

use crossmodel::domain::{CallState, FactEdit, UsageSource};
use serde_json::{Value, json};

use crate::gateway::polyglot::{ask, polyglot, words};
use crate::gateway::rig::{Rig, test};
use crate::harness::client::Reply;
use crate::harness::store::TestStore;
use crate::harness::upstream::{Seen, Step, delta};

const CHAT: &str = "/v1/chat/completions";
const MESSAGES: &str = "/v1/messages";

/// A gateway whose provider's models at chat and Messages addresses refuse stop texts.
async fn rig(store: TestStore) -> Rig {
    let rig = Rig::start(store).await;
    let edit = FactEdit::set("fields.stop", "refused").unwrap();
    let catalog = rig.store.at_noon().catalog();
    for model in ["acme/fast", "claude/opus"] {
        let model = model.parse().unwrap();
        assert!(
            catalog
                .change_model_facts(&model, std::slice::from_ref(&edit))
                .await
                .unwrap()
        );
    }
    rig
}

/// A request with the stop text `END`.
fn asking(path: &str, model: &str, streamed: bool) -> Value {
    let mut body = ask(path, model, streamed);
    let field = if path == MESSAGES { "stop_sequences" } else { "stop" };
    body[field] = json!(["END"]);
    body
}

/// A stream that says `12345678 END` and would go on for ever.
fn endless(seen: &Seen) -> Vec<Step> {
    let event = |event: Value| {
        Step::chunk(&format!(
            "event: {}\ndata: {event}\n\n",
            event["type"].as_str().unwrap()
        ))
    };
    let pieces = ["12345678 E", "ND and so on"];

    let mut steps = vec![Step::events()];
    match seen.path.as_str() {
        MESSAGES => {
            steps.push(event(
                json!({"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant",
                "model": "opus-v1", "content": [], "usage": {"input_tokens": 11, "output_tokens": 1}}}),
            ));
            steps.push(event(
                json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
            ));
            steps.extend(pieces.map(|text| {
                event(json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}))
            }));
        }
        "/responses" => {
            steps.push(event(json!({"type": "response.created", "response": {"id": "resp_1", "status": "in_progress", "output": []}})));
            steps.push(event(json!({"type": "response.output_item.added", "output_index": 0,
                "item": {"id": "msg_1", "type": "message", "role": "assistant", "content": []}})));
            steps.extend(pieces.map(|text| {
                event(json!({"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0, "delta": text}))
            }));
        }
        _ => steps.extend(pieces.map(|text| Step::chunk(&delta(text)))),
    }
    steps.push(Step::Hold);
    steps
}

/// Whether the stream ends as one of its protocol that ended at a stop text.
fn ends_at_a_stop_text(path: &str, reply: &Reply) -> bool {
    let text = reply.text();
    match path {
        MESSAGES => {
            text.contains("\"stop_reason\":\"stop_sequence\",\"stop_sequence\":\"END\"")
                && text.ends_with("data: {\"type\":\"message_stop\"}\n\n")
        }
        _ => text.contains("\"finish_reason\":\"stop\"") && text.ends_with("data: [DONE]\n\n"),
    }
}

/// Every pair of a client's endpoint and a model that knows no stop texts.
const PAIRS: [(&str, &str); 8] = [
    (CHAT, "acme/fast"),
    (MESSAGES, "claude/opus"),
    (CHAT, "claude/opus"),
    (MESSAGES, "acme/fast"),
    ("/v1/completions", "acme/fast"),
    (CHAT, "acme/thinker"),
    (MESSAGES, "acme/thinker"),
    ("/v1/completions", "acme/thinker"),
];

test!(
    a_stream_ends_at_a_stop_text_and_the_providers_connection_is_closed,
    |store| {
        let rig = rig(store).await;
        rig.upstream.answers(endless);
        for (n, (path, model)) in PAIRS.into_iter().enumerate() {
            let reply = rig.client().post(path, &asking(path, model, true)).await.is(200);

            assert_eq!(words(path, &reply), "12345678 ", "{path} {model}: {}", reply.text());
            assert!(ends_at_a_stop_text(path, &reply), "{path} {model}: {}", reply.text());
            assert_eq!(reply.header("x-crossmodel-adapted"), "stop_cut", "{path} {model}");
            let sent = rig.upstream.last().json();
            assert_eq!((sent.get("stop"), sent.get("stop_sequences")), (None, None));
            rig.upstream.was_hung_up_on(n + 1).await;
        }

        // Each call once: what the provider had counted, else an estimate, for the 22 bytes that came.
        let records = rig.records_once(PAIRS.len()).await;
        assert_eq!(records.len(), PAIRS.len());
        for record in &records {
            assert_eq!(
                (record.status, record.state),
                (200, CallState::Settled),
                "{}",
                record.model
            );
            assert_eq!(record.tokens.completion, 6, "{}", record.model);
            assert!(record.tokens.prompt > 0 && record.cost.pico() > 0);
            let source = match record.model.as_str() {
                "claude/opus" => UsageSource::Provider,
                _ => UsageSource::Estimated,
            };
            assert_eq!(record.source, source, "{}", record.model);
        }
    }
);

test!(a_client_that_asks_for_usage_reads_what_it_pays, |store| {
    let rig = rig(store).await;
    rig.upstream.answers(endless);
    for model in ["acme/fast", "acme/thinker"] {
        let mut body = asking(CHAT, model, true);
        body["stream_options"] = json!({"include_usage": true});

        let reply = rig.client().post(CHAT, &body).await.is(200);

        let usage = reply.text().lines().rev().find_map(|line| {
            let event: Value = serde_json::from_str(line.strip_prefix("data: ")?).ok()?;
            event.get("usage").filter(|usage| usage.is_object()).cloned()
        });
        let usage = usage.unwrap_or_else(|| panic!("no usage in {}", reply.text()));
        rig.clock.advance(std::time::Duration::from_millis(1));
        let record = &rig.records().await[0];
        assert_eq!(
            (usage["prompt_tokens"].as_u64(), usage["completion_tokens"].as_u64()),
            (Some(record.tokens.prompt), Some(record.tokens.completion)),
            "{model}"
        );
    }
});

test!(
    a_stream_that_is_told_whole_is_read_no_further_than_its_stop_text,
    |store| {
        let rig = rig(store).await;
        rig.upstream.answers(endless);
        for (n, (path, model)) in PAIRS.into_iter().enumerate() {
            let reply = rig.client().post(path, &asking(path, model, false)).await.is(200);

            let answer = reply.json();
            let text = ["/content/0/text", "/choices/0/message/content", "/choices/0/text"];
            let text = text.iter().find_map(|path| answer.pointer(path));
            assert_eq!(text, Some(&json!("12345678 ")), "{path} {model}");
            rig.upstream.was_hung_up_on(n + 1).await;
        }

        let records = rig.records_once(PAIRS.len()).await;
        assert!(
            records
                .iter()
                .all(|record| record.tokens.completion == 6 && record.cost.pico() > 0)
        );
    }
);

test!(a_whole_answer_is_cut_and_the_providers_counts_are_charged, |store| {
    let rig = rig(store).await;
    rig.upstream.answers(polyglot);
    for (path, model) in PAIRS {
        let mut body = asking(path, model, false);
        let field = if path == MESSAGES { "stop_sequences" } else { "stop" };
        body[field] = json!([" the"]);

        let answer = rig.client().post(path, &body).await.is(200).json();

        let text = ["/content/0/text", "/choices/0/message/content", "/choices/0/text"];
        let text = text.iter().find_map(|path| answer.pointer(path));
        assert_eq!(text, Some(&json!("Hello")), "{path} {model}: {answer}");
        if path == MESSAGES {
            assert_eq!(
                (&answer["stop_reason"], &answer["stop_sequence"]),
                (&json!("stop_sequence"), &json!(" the"))
            );
        }
        rig.clock.advance(std::time::Duration::from_millis(1));
        let record = &rig.records().await[0];
        assert_eq!(
            (record.tokens.prompt, record.tokens.completion, record.source),
            (11, 2, UsageSource::Provider)
        );
    }
});

test!(an_answer_without_the_stop_text_passes_as_it_came, |store| {
    let rig = rig(store).await;
    rig.upstream.answers(polyglot);
    for (path, model) in [(CHAT, "acme/fast"), (MESSAGES, "claude/opus")] {
        let with = rig.client().post(path, &asking(path, model, true)).await.is(200);
        let without = rig.client().post(path, &ask(path, model, true)).await.is(200);

        assert_eq!(with.text(), without.text(), "{path}");
    }
});
