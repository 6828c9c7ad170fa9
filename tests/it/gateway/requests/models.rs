//! The model list and single models, as clients of both protocols read them.

use hyper::Method;
use serde_json::{Value, json};

use crate::gateway::rig::{Rig, test};
use crossmodel::store::Actor;

fn ids(list: &Value) -> Vec<&str> {
    list["data"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| entry["id"].as_str().expect("an id"))
        .collect()
}

test!(the_list_has_the_keys_aliases_and_then_the_catalog, |store| {
    let rig = Rig::start(store).await;

    let list = rig.client().get("/v1/models?beta=true").await.is(200);

    assert_eq!(list.header("content-type"), "application/json");
    let list = list.json();
    assert_eq!(list["object"], "list");
    assert_eq!(
        ids(&list),
        [
            "fast",
            "other",
            "poor",
            "claude-",
            "acme/embed",
            "acme/fast",
            "acme/other",
            "acme/pensive",
            "acme/thinker",
            "claude/opus",
            "counts/opus",
            "gem/flash",
            "inside/model",
            "poor/model",
            "terse/model",
            "unsure/model",
        ]
    );
    assert_eq!(
        list["data"][0],
        json!({
            "id": "fast", "object": "model", "created": 1_700_000_000, "owned_by": "acme", "name": "acme fast",
            "root": "acme/fast", "context_length": 8192, "max_output_tokens": 1024,
            "architecture": {"modality": "text->text", "input_modalities": ["text"], "output_modalities": ["text"]},
            "pricing": {
                "prompt": "0.000001", "completion": "0.000002", "input_cache_read": "0.000001", "input_cache_write": "0.000001",
            },
            "supported_parameters": ["max_tokens"], "type": "model", "display_name": "acme fast",
            "created_at": "2023-11-14T22:13:20Z", "max_input_tokens": 8192, "status": "active",
        })
    );
    assert_eq!(list["data"][5].get("root"), None);
});

test!(a_real_id_that_an_alias_hides_says_so, |store| {
    let rig = Rig::start(store).await;
    rig.sets(&rig.store, &[crate::harness::seed::exact("acme/other", "acme/fast")])
        .await;

    let list = rig.client().get("/v1/models").await.is(200).json();

    assert_eq!(
        (&list["data"][0]["id"], &list["data"][0]["root"]),
        (&json!("acme/other"), &json!("acme/fast"))
    );
    let shadowed: Vec<&Value> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["shadowed"] == true)
        .collect();
    assert_eq!(shadowed.len(), 1);
    assert_eq!(
        (&shadowed[0]["id"], shadowed[0].get("root")),
        (&json!("acme/other"), None)
    );
    assert_eq!(
        rig.client().get("/v1/models/acme/other").await.is(200).json()["root"],
        "acme/fast"
    );
});

test!(a_key_limited_to_some_models_lists_those, |store| {
    let rig = Rig::start(store).await;
    let (by, now) = (Actor::command_line(), rig.clock.now());
    let allowed = ["acme/other".parse().unwrap()];
    rig.store
        .by(&by, now)
        .api_keys()
        .set_allowed(crossmodel::domain::Scope::All, rig.key.id, Some(&allowed), &[])
        .await
        .unwrap();

    assert_eq!(
        ids(&rig.client().get("/v1/models").await.is(200).json()),
        ["other", "acme/other"]
    );
    rig.client().get("/v1/models/acme/fast").await.is(403);
});

test!(anthropics_clients_get_pages, |store| {
    let rig = Rig::start(store).await;
    let client = rig.client().with("anthropic-version", "2023-06-01");

    let page = client.get("/v1/models?limit=3").await.is(200).json();
    assert_eq!(ids(&page), ["fast", "other", "poor"]);
    assert_eq!(
        (&page["first_id"], &page["last_id"], &page["has_more"]),
        (&json!("fast"), &json!("poor"), &json!(true))
    );

    let next = client.get("/v1/models?limit=1000&after_id=poor").await.is(200).json();
    assert_eq!((ids(&next).len(), &next["has_more"]), (13, &json!(false)));

    let back = client.get("/v1/models?limit=2&before_id=poor").await.is(200).json();
    assert_eq!(ids(&back), ["fast", "other"]);

    let reply = client.get("/v1/models?after_id=nobody").await.is(400).json();
    assert_eq!(
        (&reply["error"]["message"], &reply["error"]["param"]),
        (&json!("'nobody' is not in the list."), &json!("after_id"))
    );
});

test!(the_limit_is_honoured_in_the_openai_list_too, |store| {
    let rig = Rig::start(store).await;

    assert_eq!(
        ids(&rig.client().get("/v1/models?limit=2").await.is(200).json()),
        ["fast", "other"]
    );
    assert_eq!(
        ids(&rig.client().get("/v1/models?limit=1000").await.is(200).json()).len(),
        16
    );
});

test!(one_model_is_found_by_any_name_that_a_call_could_use, |store| {
    let rig = Rig::start(store).await;
    for (path, id, root) in [
        ("fast", "fast", Some("acme/fast")),
        ("claude-opus-4-9", "claude-opus-4-9", Some("acme/fast")),
        ("claude-a%2Fb%20c", "claude-a/b c", Some("acme/fast")),
        ("acme/other", "acme/other", None),
        ("acme%2Fother", "acme/other", None),
        ("acme%2fother", "acme/other", None),
    ] {
        let reply = rig.client().get(&format!("/v1/models/{path}?x=1")).await.is(200);

        let entry = reply.json();
        assert_eq!(
            (entry["id"].as_str(), entry["root"].as_str()),
            (Some(id), root),
            "{path}"
        );
        assert_eq!(reply.header("x-crossmodel-model"), root.unwrap_or(id));
    }
    for path in ["nothing", "acme/off", "gone", "acme%252Fother", "Claude-opus"] {
        rig.client().get(&format!("/v1/models/{path}")).await.is(404);
    }
});

test!(head_works_wherever_get_does, |store| {
    let rig = Rig::start(store).await;
    for path in ["/v1/models", "/v1/models/acme/fast", "/healthz", "/readyz", "/metrics"] {
        let got = rig.client().get(path).await.is(200);

        let head = rig
            .client()
            .send(Method::HEAD, path, None, Default::default())
            .await
            .is(200);

        assert_eq!(head.body.len(), 0);
        if !path.ends_with('z') && path != "/metrics" {
            assert_eq!(head.header("content-length"), got.body.len().to_string(), "{path}");
        }
    }
});

test!(the_list_is_for_keys_only, |store| {
    let rig = Rig::start(store).await;

    rig.without_key().get("/v1/models").await.is(401);
    rig.without_key().get("/v1/models/acme/fast").await.is(401);
});
