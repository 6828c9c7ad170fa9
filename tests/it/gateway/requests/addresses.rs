//! A model with addresses for several protocols gets a request at the one that takes it.

use crossmodel::domain::Model;
use crossmodel::store::{Actor, CatalogFile};
use serde_json::{Value, json};

use crate::gateway::polyglot::{ask, polyglot, told, words};
use crate::gateway::rig::{Rig, test};
use crate::harness::seed::NOON;
use crate::harness::store::TestStore;

/// A rig with a model, `acme/both`, that its provider serves by chat and by responses, but by chat not with tools while the
/// model thinks, which it does unless told otherwise.
async fn rig_with_both(store: TestStore) -> Rig {
    let rig = Rig::start(store).await;
    let model: Model = serde_json::from_value(json!({
        "id": "acme/both", "name": "Both", "provider": "acme", "upstream_model": "both-v1", "type": "chat",
        "protocols": ["openai-chat", "openai-responses"], "context_length": 8192,
        "pricing": {"prompt": "0.000001", "completion": "0.000002"},
        "facts": {
            "limit_field": "max_completion_tokens",
            "thinking": {"thinks": true, "default_on": true, "switch": "effort", "efforts": ["none", "low", "high"]},
            "protocols": [{"when": ["tools", "thinks"], "not": "openai-chat"}],
        },
    }))
    .unwrap();
    let file = CatalogFile::new(vec![model], Vec::new());
    let by = Actor::command_line();
    rig.store.by(&by, NOON).catalog().import(&file).await.unwrap();
    rig.upstream.answers(polyglot);
    rig
}

fn with_tools(path: &str, streamed: bool) -> Value {
    let mut body = ask(path, "acme/both", streamed);
    let parameters = json!({"type": "object", "properties": {}});
    body["tools"] = match path {
        "/v1/messages" => json!([{"name": "now", "input_schema": parameters}]),
        _ => json!([{"type": "function", "function": {"name": "now", "parameters": parameters}}]),
    };
    body
}

test!(
    tools_go_to_the_address_that_takes_them_while_the_model_thinks,
    |store| {
        let rig = rig_with_both(store).await;
        for path in ["/v1/chat/completions", "/v1/messages"] {
            let reply = rig.client().post(path, &with_tools(path, false)).await.is(200);
            assert_eq!(rig.upstream.last().path, "/responses");
            assert_eq!(told(path, &reply.json()).0, "Hello there");

            let reply = rig.client().post(path, &with_tools(path, true)).await.is(200);
            assert_eq!(rig.upstream.last().path, "/responses");
            assert_eq!(words(path, &reply), "Hello there");
        }
    }
);

test!(a_request_that_the_clients_own_protocol_takes_stays_there, |store| {
    let rig = rig_with_both(store).await;
    let path = "/v1/chat/completions";

    rig.client().post(path, &ask(path, "acme/both", false)).await.is(200);
    assert_eq!(rig.upstream.last().path, "/chat/completions");

    let mut unthinking = with_tools(path, false);
    unthinking["reasoning_effort"] = "none".into();
    rig.client().post(path, &unthinking).await.is(200);
    assert_eq!(rig.upstream.last().path, "/chat/completions");

    let off = rig.client().with("x-crossmodel-adapt", "off");
    off.post(path, &with_tools(path, false)).await.is(200);
    assert_eq!(rig.upstream.last().path, "/chat/completions");
});

test!(what_no_address_takes_is_refused_in_the_words_of_the_first, |store| {
    let rig = rig_with_both(store).await;
    let path = "/v1/chat/completions";
    let mut body = with_tools(path, false);
    body["n"] = 3.into();

    let reply = rig.client().post(path, &body).await;

    // Chat takes several answers and no tools, responses the other way round: chat's provider says what is wrong.
    assert_eq!(
        (reply.status.as_u16(), rig.upstream.last().path.as_str()),
        (200, "/chat/completions")
    );
});

test!(
    a_strict_request_is_not_changed_on_its_way_to_another_protocol_either,
    |store| {
        let rig = rig_with_both(store).await;
        let mut body = ask("/v1/responses", "claude/opus", false);
        body["temperature"] = 1.7.into();

        let lenient = rig.client().post("/v1/responses", &body).await.is(200);
        assert_eq!(lenient.header("x-crossmodel-adapted"), "cut:temperature");

        let strict = rig.client().with("x-crossmodel-adapt", "strict");
        let reply = strict.post("/v1/responses", &body).await.is(400);
        assert_eq!(reply.json()["error"]["param"], "temperature");
        assert_eq!(rig.upstream.seen().len(), 1);
    }
);
