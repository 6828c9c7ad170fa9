//! Service tiers and searches of the web: the charge of a call when a provider reports them.

use crossmodel::domain::Reserve;
use crossmodel::domain::{FactEdit, Model, ProviderOrder, UsageRecord};
use crossmodel::gateway::GatewayOptions;
use crossmodel::store::CatalogFile;
use serde_json::{Value, json};

use crate::gateway::polyglot::ask;
use crate::gateway::rig::{Rig, test};
use crate::harness::client::Reply;
use crate::harness::store::TestStore;
use crate::harness::upstream::{Step, json_answer, stream};

/// Models at $1 and $2 per million tokens and a cent per search, which have prices for some tiers, at providers of each
/// protocol, and one at a fourth provider that has none.
async fn start(store: TestStore) -> Rig {
    with(store, |_| {}).await
}

async fn with(store: TestStore, change: impl FnOnce(&mut GatewayOptions)) -> Rig {
    let rig = Rig::with(store, change).await;
    let model = |id: &str, protocol: &str, tiers: Value| -> Model {
        let (provider, name) = id.split_once('/').unwrap();
        serde_json::from_value(json!({
            "id": id, "canonical_slug": format!("lab/{name}"), "name": name, "provider": provider, "upstream_model": name,
            "type": "chat", "protocols": [protocol], "context_length": 8192, "service_tiers": tiers,
            "pricing": {"prompt": "0.000001", "completion": "0.000002", "web_search": "0.01"},
        }))
        .unwrap()
    };
    let tiers = json!({"flex": {"prompt": "0.0000005", "completion": "0.000001"},
        "priority": {"prompt": "0.000004", "completion": "0.000008"},
        "fast": {"prompt": "0.00001", "completion": "0.00002"}});
    let models = vec![
        model("acme/tiered", "openai-chat", tiers.clone()),
        model("acme/searcher", "openai-responses", tiers.clone()),
        model("claude/tiered", "anthropic-messages", tiers),
        model("unsure/tiered", "openai-chat", Value::Null),
    ];
    rig.store
        .at_noon()
        .catalog()
        .import(&CatalogFile::new(models, vec![]))
        .await
        .unwrap();
    rig
}

async fn asks(rig: &Rig, path: &str, model: &str, streamed: bool, more: &Value) -> Reply {
    let mut body = ask(path, model, streamed);
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    rig.clock.advance(std::time::Duration::from_millis(1));
    rig.client().post(path, &body).await
}

async fn last(rig: &Rig) -> UsageRecord {
    rig.records().await.remove(0)
}

/// The tier, the searches, the price of a prompt token and the cost of a record.
fn charged(record: &UsageRecord) -> (Option<&str>, u64, String, String) {
    let prompt = record.price.unwrap().prompt.unwrap();
    (
        record.tier.as_deref(),
        record.searches,
        prompt.to_string(),
        record.cost.to_string(),
    )
}

fn events(data: &[String]) -> Vec<Step> {
    let events: Vec<String> = data.iter().map(|data| format!("data: {data}\n\n")).collect();
    stream(&events.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A chat answer of 100 tokens in and 10 out that names a tier.
fn chat(tier: Value, streamed: bool) -> Vec<Step> {
    let usage = json!({"prompt_tokens": 100, "completion_tokens": 10});
    let choice = |key: &str| json!([{"index": 0, key: {"role": "assistant", "content": "a"}, "finish_reason": "stop"}]);
    if !streamed {
        let whole = json!({"id": "c", "object": "chat.completion", "model": "m", "service_tier": tier,
            "choices": choice("message"), "usage": usage});
        return json_answer(200, &whole);
    }
    let chunk = |choices: Value, usage: Value| {
        json!({"id": "c", "object": "chat.completion.chunk", "model": "m", "service_tier": tier, "choices": choices,
            "usage": usage})
        .to_string()
    };
    events(&[
        chunk(choice("delta"), Value::Null),
        chunk(json!([]), usage),
        "[DONE]".into(),
    ])
}

test!(
    the_tier_that_the_answer_names_is_charged_else_the_one_that_was_asked_for,
    |store| {
        let rig = start(store).await;
        let (usual, flex) = (("0.000001", "0.00012"), ("0.0000005", "0.00006"));
        let priority = ("0.000004", "0.00048");
        for (asked, named, tier, (prompt, cost)) in [
            (json!({"service_tier": "flex"}), json!("flex"), Some("flex"), flex),
            (json!({"service_tier": "flex"}), json!(null), Some("flex"), flex),
            (json!({"service_tier": "flex"}), json!("default"), None, usual),
            (
                json!({"service_tier": "auto"}),
                json!("priority"),
                Some("priority"),
                priority,
            ),
            (json!({}), json!("priority"), Some("priority"), priority),
            (json!({"service_tier": "default"}), json!(null), None, usual),
            (json!({}), json!("scale"), None, usual),
        ] {
            for streamed in [false, true] {
                let answered = named.clone();
                rig.upstream.answers(move |_| chat(answered.clone(), streamed));

                asks(&rig, "/v1/chat/completions", "acme/tiered", streamed, &asked)
                    .await
                    .is(200);

                let record = last(&rig).await;
                assert_eq!(
                    charged(&record),
                    (tier, 0, prompt.into(), cost.into()),
                    "{asked} and {named}, {streamed}"
                );
                assert_eq!(
                    rig.upstream.last().json().get("service_tier"),
                    asked.get("service_tier")
                );
            }
        }
    }
);

test!(
    a_strict_reservation_is_enough_for_a_tier_that_the_client_did_not_ask_for,
    |store| {
        let rig = with(store, |options| options.reserve = Reserve::Strict).await;
        rig.upstream.answers(|_| chat(json!("priority"), false));
        let asked =
            json!({"max_tokens": 10, "user": "somebody who makes the request as long as the prompt that is counted"});

        asks(&rig, "/v1/chat/completions", "acme/tiered", false, &asked)
            .await
            .is(200);

        let record = last(&rig).await;
        assert_eq!(
            charged(&record),
            (Some("priority"), 0, "0.000004".into(), "0.00048".into())
        );
        assert!(record.held >= record.cost, "{record:?}");
    }
);

test!(a_tier_that_is_dropped_on_the_way_is_not_charged, |store| {
    let rig = start(store).await;
    rig.upstream
        .answers(|seen| chat(json!(null), seen.json()["stream"] == true));
    for streamed in [false, true] {
        let asked = json!({"service_tier": "priority"});

        asks(&rig, "/v1/responses", "acme/tiered", streamed, &asked)
            .await
            .is(200);

        assert_eq!(rig.upstream.last().json().get("service_tier"), None);
        assert_eq!(
            charged(&last(&rig).await),
            (None, 0, "0.000001".into(), "0.00012".into())
        );
    }
});

test!(anthropics_speed_and_searches_are_charged, |store| {
    let rig = start(store).await;
    let usage = json!({"input_tokens": 100, "output_tokens": 10, "service_tier": "standard", "speed": "fast",
        "server_tool_use": {"web_search_requests": 2}});
    rig.upstream.answers(move |seen| {
        let mut message = json!({"id": "m", "type": "message", "role": "assistant", "model": "m", "usage": usage,
            "content": [{"type": "text", "text": "a"}], "stop_reason": "end_turn"});
        if seen.json()["stream"] != true {
            return json_answer(200, &message);
        }
        message["content"] = json!([]);
        let end = json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage});
        let start = json!({"type": "message_start", "message": message});
        events(&[start.to_string(), end.to_string(), r#"{"type":"message_stop"}"#.into()])
    });
    for streamed in [false, true] {
        asks(
            &rig,
            "/v1/messages",
            "claude/tiered",
            streamed,
            &json!({"speed": "fast"}),
        )
        .await
        .is(200);

        assert_eq!(
            charged(&last(&rig).await),
            (Some("fast"), 2, "0.00001".into(), "0.0212".into())
        );
    }
});

test!(searches_of_the_responses_protocol_are_charged, |store| {
    let rig = start(store).await;
    let search = json!({"type": "web_search_call", "id": "w", "status": "completed", "action": {"type": "search"}});
    let whole = json!({"id": "r", "object": "response", "status": "completed", "model": "m", "service_tier": "priority",
        "output": [search, search], "usage": {"input_tokens": 100, "output_tokens": 10}});
    let done = json!({"type": "response.output_item.done", "output_index": 0, "item": search}).to_string();
    let completed = json!({"type": "response.completed", "response": whole}).to_string();
    rig.upstream.answers(move |seen| {
        if seen.json()["stream"] != true {
            return json_answer(200, &whole);
        }
        events(&[done.clone(), done.clone(), completed.clone()])
    });

    for streamed in [false, true] {
        asks(&rig, "/v1/responses", "acme/searcher", streamed, &json!({}))
            .await
            .is(200);

        assert_eq!(
            charged(&last(&rig).await),
            (Some("priority"), 2, "0.000004".into(), "0.02048".into())
        );
    }
});

test!(searches_in_another_protocol_are_made_told_and_charged, |store| {
    let rig = start(store).await;
    let hosted = FactEdit::set("tools.hosted", "web_search").unwrap();
    let searcher = "acme/searcher".parse().unwrap();
    let catalog = rig.store.at_noon().catalog();
    assert!(catalog.change_model_facts(&searcher, &[hosted]).await.unwrap());
    let item = |id: &str| json!({"type": "web_search_call", "id": id, "status": "completed", "action": {"type": "search", "query": "cats"}});
    let whole = json!({"id": "r", "object": "response", "status": "completed", "model": "m", "output": [item("a"), item("b")],
        "usage": {"input_tokens": 100, "output_tokens": 10}});
    let done = |index: u64, id: &str| {
        json!({"type": "response.output_item.done", "output_index": index, "item": item(id)}).to_string()
    };
    let completed = json!({"type": "response.completed", "response": whole}).to_string();
    let all = [done(0, "a"), done(1, "b"), completed];
    rig.upstream.answers(move |seen| {
        if seen.json()["stream"] != true {
            return json_answer(200, &whole);
        }
        events(&all)
    });

    let tools = json!({"tools": [{"type": "web_search_20250305", "name": "web_search"}]});
    for streamed in [false, true] {
        let reply = asks(&rig, "/v1/messages", "acme/searcher", streamed, &tools)
            .await
            .is(200);

        assert_eq!(rig.upstream.last().json()["tools"], json!([{"type": "web_search"}]));
        let told = reply.text();
        assert_eq!(told.matches("\"web_search_tool_result\"").count(), 2, "{told}");
        assert!(
            told.contains("\"server_tool_use\":{\"web_search_requests\":2,"),
            "{told}"
        );
        assert_eq!(
            charged(&last(&rig).await),
            (None, 2, "0.000001".into(), "0.02012".into())
        );
    }

    // A model without a search is asked without it, and the answer says so.
    let reply = asks(&rig, "/v1/messages", "acme/thinker", false, &tools).await.is(200);
    assert_eq!(reply.header("x-crossmodel-adapted"), "dropped:web_search");
    assert_eq!(rig.upstream.last().json().get("tools"), None);

    let mut forced = tools.clone();
    forced["tool_choice"] = json!({"type": "tool", "name": "web_search"});
    let refused = asks(&rig, "/v1/messages", "acme/thinker", false, &forced).await.is(400);
    assert!(refused.text().contains("search the web"), "{}", refused.text());
});

test!(
    a_tier_that_the_model_has_no_price_for_is_refused_before_the_call,
    |store| {
        let rig = start(store).await;
        let asked = json!({"service_tier": "scale"});

        let reply = asks(&rig, "/v1/chat/completions", "acme/tiered", false, &asked)
            .await
            .is(400);

        let error = &reply.json()["error"];
        assert_eq!(
            (&error["code"], &error["param"]),
            (&json!("unsupported_parameter"), &json!("service_tier"))
        );

        let message = "Model 'acme/tiered' has no price here for 'service_tier' of 'scale'. Leave it out, or ask for 'flex' or \
                   'priority'.";
        assert_eq!(error["message"], message);

        asks(&rig, "/v1/messages", "claude/opus", false, &json!({"speed": "fast"}))
            .await
            .is(400);
        asks(&rig, "/v1/messages", "claude/opus", false, &json!({"speed": 2}))
            .await
            .is(400);
        assert_eq!((rig.upstream.seen().len(), rig.records().await.len()), (0, 0));
    }
);

test!(a_provider_without_a_price_for_the_tier_is_not_asked, |store| {
    let rig = start(store).await;
    let order = ProviderOrder::new("lab/tiered", None, vec!["unsure".parse().unwrap()]).unwrap();
    rig.store.at_noon().catalog().set_provider_order(&order).await.unwrap();
    rig.upstream
        .answers(|_| json_answer(500, &json!({"error": {"message": "no"}})));

    for (asked, calls) in [(json!({}), 2), (json!({"service_tier": "flex"}), 3)] {
        asks(&rig, "/v1/chat/completions", "acme/tiered", false, &asked)
            .await
            .is(502);

        assert_eq!(rig.upstream.seen().len(), calls, "{asked}");
    }
});
