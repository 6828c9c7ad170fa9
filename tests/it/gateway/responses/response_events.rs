//! The events that clients of Responses depend on: the end of a failed answer, and a sign of life.

use std::time::Duration;

use serde_json::{Value, json};

use crate::gateway::polyglot::{ask, polyglot};
use crate::gateway::rig::{Rig, test};
use crate::harness::client::Reply;
use crate::harness::upstream::{Step, stream};

const RESPONSES: &str = "/v1/responses";

fn event(value: &Value) -> String {
    format!(
        "event: {}\ndata: {value}\n\n",
        value["type"].as_str().unwrap_or_default()
    )
}

fn begun() -> [String; 2] {
    [
        event(&json!({"type": "response.created", "sequence_number": 0,
            "response": {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": "in_progress"}})),
        event(
            &json!({"type": "response.output_text.delta", "item_id": "i", "output_index": 0, "content_index": 0,
            "delta": "Hel", "sequence_number": 1}),
        ),
    ]
}

fn error() -> String {
    event(
        &json!({"type": "error", "code": "server_is_overloaded", "message": "Overloaded now", "param": null, "sequence_number": 2}),
    )
}

fn events(reply: &Reply) -> Vec<Value> {
    let data = reply.text().lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| serde_json::from_str(data).expect("JSON")).collect()
}

async fn asks(rig: &Rig) -> Reply {
    rig.client()
        .post(RESPONSES, &ask(RESPONSES, "acme/thinker", true))
        .await
}

test!(an_error_in_the_middle_is_followed_by_the_answers_failed_end, |store| {
    let rig = Rig::start(store).await;
    let [created, text] = begun();
    let sent = [created, text, error()];
    rig.upstream
        .answers(move |_| stream(&sent.each_ref().map(String::as_str)));

    let reply = asks(&rig).await.is(200);

    let events = events(&reply);
    let types: Vec<&str> = events.iter().filter_map(|event| event["type"].as_str()).collect();
    assert_eq!(
        types,
        [
            "response.created",
            "response.output_text.delta",
            "error",
            "response.failed"
        ]
    );
    let response = &events[3]["response"];
    assert_eq!(
        (&response["id"], &response["status"]),
        (&json!("resp_1"), &json!("failed"))
    );
    assert_eq!(
        (&response["error"]["code"], &events[3]["sequence_number"]),
        (&json!("server_is_overloaded"), &json!(3))
    );
    let record = &rig.records().await[0];
    assert_eq!(
        (record.error.as_deref(), record.cost.pico()),
        (Some("server_is_overloaded"), 0)
    );
});

test!(the_providers_own_failed_end_passes_after_its_error, |store| {
    let rig = Rig::start(store).await;
    let [created, text] = begun();
    let failed = event(
        &json!({"type": "response.failed", "sequence_number": 3, "response": {"id": "resp_1",
        "object": "response", "model": "acme/thinker", "status": "failed", "error": {"code": "server_is_overloaded", "message": "Overloaded now"}}}),
    );
    let sent = [created, text, error(), failed.clone()];
    rig.upstream
        .answers(move |_| stream(&sent.each_ref().map(String::as_str)));

    let reply = asks(&rig).await.is(200);

    assert!(reply.text().ends_with(&(error() + &failed)), "{}", reply.text());
});

test!(a_provider_that_hangs_after_its_error_is_not_waited_for, |store| {
    let rig = Rig::start(store).await;
    let sent = [begun().concat(), error()].concat();
    rig.upstream
        .answers(move |_| vec![Step::events(), Step::chunk(&sent), Step::Hold]);

    let reply = asks(&rig).await.is(200);

    assert_eq!(
        events(&reply).last().map(|event| event["type"].clone()),
        Some(json!("response.failed"))
    );
});

test!(a_stream_that_breaks_off_ends_the_answer_as_failed, |store| {
    let rig = Rig::start(store).await;
    let sent = begun();
    rig.upstream
        .answers(move |_| stream(&sent.each_ref().map(String::as_str)));

    let reply = asks(&rig).await.is(200);

    let events = events(&reply);
    assert_eq!(
        (&events[2]["type"], &events[3]["type"]),
        (&json!("error"), &json!("response.failed"))
    );
    assert_eq!(
        (&events[3]["response"]["id"], &events[3]["response"]["model"]),
        (&json!("resp_1"), &json!("acme/thinker"))
    );
});

test!(an_overloaded_provider_is_told_by_the_code_that_clients_know, |store| {
    let rig = Rig::start(store).await;
    let sent = [begun()[0].clone(), error()];
    rig.upstream
        .answers(move |_| stream(&sent.each_ref().map(String::as_str)));

    let reply = asks(&rig).await.is(503);

    assert_eq!(reply.json()["error"]["code"], "server_is_overloaded");
});

test!(a_silent_stream_shows_events_too, |store| {
    let rig = Rig::with(store, |options| options.timeouts.keepalive = Duration::from_millis(50)).await;
    rig.upstream.answers(|seen| {
        let mut steps = polyglot(seen);
        // In the middle, after the first events, and before them.
        steps.insert(steps.len() - 3, Step::Pause(Duration::from_millis(1_100)));
        steps
    });
    for model in ["acme/thinker", "acme/fast", "claude/opus"] {
        let reply = rig.client().post(RESPONSES, &ask(RESPONSES, model, true)).await.is(200);

        let events = events(&reply);
        let count = |kind: &str| events.iter().filter(|event| event["type"] == kind).count();
        assert!(count("response.in_progress") >= 2, "{model}: {}", reply.text());
        assert_eq!(count("response.created"), 1, "{model}: {}", reply.text());
        assert!(
            reply.text().contains(": keepalive\n\n: keepalive\n\n"),
            "{model}: {}",
            reply.text()
        );
        let mut ids: Vec<&Value> = events
            .iter()
            .filter_map(|event| event.pointer("/response/id"))
            .collect();
        ids.dedup();
        assert_eq!(ids.len(), 1, "{model}: {ids:?}");
    }
});

test!(a_stream_that_waits_long_for_its_beginning_shows_events_too, |store| {
    let rig = Rig::with(store, |options| options.timeouts.keepalive = Duration::from_millis(50)).await;
    rig.upstream.answers(|_| {
        let mut steps = vec![Step::Pause(Duration::from_millis(600))];
        steps.extend(crate::harness::upstream::json_answer(
            429,
            &json!({"error": {"message": "Slow down."}}),
        ));
        steps
    });

    let reply = asks(&rig).await.is(200);

    let events = events(&reply);
    let types: Vec<&str> = events.iter().filter_map(|event| event["type"].as_str()).collect();
    assert_eq!(types, ["response.created", "response.in_progress", "response.failed"]);
    assert_eq!(events[2]["response"]["error"]["code"], "rate_limit_exceeded");
    assert_eq!(events[2]["response"]["id"], events[0]["response"]["id"]);
});
