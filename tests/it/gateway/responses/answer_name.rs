//! The switch of an alias: answers carry the name that the client asked for, in every body, chunk and event.

use crossmodel::domain::{Alias, Match};
use serde_json::{Value, json};

use crate::gateway::polyglot::{ENDPOINTS, MODELS, ask, polyglot, words};
use crate::gateway::rig::{Rig, test};
use crate::harness::client::Reply;
use crate::harness::seed;
use crate::harness::upstream::{Seen, Step, json_answer, stream};

/// The name that a client sends: longer than the prefix alias that catches it, with a character that JSON escapes.
const ASKED: &str = "tool-\"x\"/9";

fn kept(name: &str, matching: Match, target: &str) -> Alias {
    let alias = Alias::new(name.parse().unwrap(), matching, target.parse().unwrap());
    Alias {
        keep_name: true,
        ..alias
    }
}

/// Like [`polyglot`], with the model's name in the chunks of chat as well.
fn naming(seen: &Seen) -> Vec<Step> {
    if seen.path != "/chat/completions" || seen.json()["stream"] != true {
        return polyglot(seen);
    }
    let chunk = |choices: Value, usage: Value| {
        let model = &seen.json()["model"];
        let chunk = json!({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": model,
            "choices": choices, "usage": usage});
        format!("data: {chunk}\n\n")
    };
    let words = |text: &str, end: Value| json!([{"index": 0, "delta": {"content": text}, "finish_reason": end}]);
    stream(&[
        &chunk(words("Hello", Value::Null), Value::Null),
        &chunk(words(" there", json!("stop")), Value::Null),
        &chunk(
            json!([]),
            json!({"prompt_tokens": 11, "completion_tokens": 2, "total_tokens": 13}),
        ),
        "data: [DONE]\n\n",
    ])
}

/// Every name that an answer carries as its model, whole or streamed.
fn names(reply: &Reply) -> Vec<String> {
    let text = reply.text();
    let parts: Vec<Value> = match serde_json::from_str(text) {
        Ok(whole) => vec![whole],
        Err(_) => text
            .lines()
            .filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok())
            .collect(),
    };
    let places =
        |part: &Value| [&part["model"], &part["message"]["model"], &part["response"]["model"]].map(Value::clone);
    parts
        .iter()
        .flat_map(places)
        .filter_map(|name| Some(name.as_str()?.to_owned()))
        .collect()
}

test!(
    every_answer_and_event_carries_the_name_asked_for_where_the_alias_says_so,
    |store| {
        for model in MODELS {
            let rig = Rig::start(crate::harness::store::TestStore::fresh(store.engine()).await).await;
            rig.upstream.answers(naming);
            rig.sets(
                &rig.store,
                &[kept("tool-", Match::Prefix, model), seed::exact("plain", model)],
            )
            .await;
            for path in ENDPOINTS {
                for streamed in [false, true] {
                    let reply = rig.client().post(path, &ask(path, ASKED, streamed)).await.is(200);

                    let told = names(&reply);
                    assert!(
                        !told.is_empty() && told.iter().all(|name| name == ASKED),
                        "{path} {model} {told:?}"
                    );
                    assert!(!reply.text().contains(model), "{path} {model}: {}", reply.text());
                    assert_eq!(
                        reply.header("x-crossmodel-model"),
                        model,
                        "the header tells the real id"
                    );
                    assert_eq!(reply.header("x-crossmodel-alias"), "tool-; match=prefix");
                    if streamed {
                        assert_eq!(words(path, &reply), "Hello there", "{path} {model}");
                    }

                    let other = rig.client().post(path, &ask(path, "plain", streamed)).await.is(200);
                    let told = names(&other);
                    assert!(told.iter().all(|name| name == model), "{path} {model} {told:?}");
                }
            }
            assert!(
                rig.records()
                    .await
                    .iter()
                    .all(|it| it.requested == ASKED || it.requested == "plain")
            );
        }
    }
);

test!(embeddings_carry_it_too_and_the_model_list_stays_as_it_is, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(|seen| {
        json_answer(
            200,
            &json!({"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": "AACAPw=="}],
            "model": seen.json()["model"], "usage": {"prompt_tokens": 3, "total_tokens": 3}}),
        )
    });
    rig.sets(&rig.store, &[kept("text-embedding-3", Match::Exact, "acme/embed")])
        .await;

    let body = json!({"model": "text-embedding-3", "input": "a"});
    let reply = rig.client().post("/v1/embeddings", &body).await.is(200);

    assert_eq!(reply.json()["model"], "text-embedding-3");
    assert_eq!(rig.upstream.last().json()["model"], "embed-v1");
    let list = rig.client().get("/v1/models").await.is(200).json();
    assert_eq!(
        (&list["data"][0]["id"], &list["data"][0]["root"]),
        (&"text-embedding-3".into(), &"acme/embed".into())
    );
});
