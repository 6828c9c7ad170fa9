//! Strict reservations against providers that read a request in their own way: no balance is ever overdrawn.

use crossmodel::domain::Reserve;
use crossmodel::domain::{LedgerId, Model, PicoUsd, Scope};
use crossmodel::random;
use crossmodel::store::CatalogFile;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::gateway::rig::{Rig, test};
use crate::harness::client::Reply;
use crate::harness::seed::NOON;
use crate::harness::store::TestStore;
use crate::harness::upstream::{Seen, Step, json_answer};

/// What each call finds in the wallet at first.
const WALLET: &str = "0.05";
/// The longest answer of the models here.
const LONGEST: u64 = 90_000;
const CONTEXT: u64 = 150_000;

fn usd(text: &str) -> PicoUsd {
    text.parse().unwrap()
}

/// Models at ten dollars per million tokens of output, and a twentieth of that for input.
async fn start(store: TestStore) -> Rig {
    let rig = Rig::with(store, |options| options.reserve = Reserve::Strict).await;
    let model = |id: &str, kind: &str, protocol: &str, context: u64| -> Model {
        let (provider, name) = id.split_once('/').unwrap();
        serde_json::from_value(json!({
            "id": id, "name": name, "provider": provider, "upstream_model": name, "type": kind, "protocols": [protocol],
            "context_length": context, "top_provider": {"max_completion_tokens": LONGEST},
            "pricing": {"prompt": "0.0000005", "completion": if kind == "chat" { "0.00001" } else { "0" }},
        }))
        .unwrap()
    };
    let models = vec![
        model("acme/lax", "chat", "openai-chat", CONTEXT),
        model("acme/vectors", "embedding", "openai-chat", 512),
        model("acme/answers", "chat", "openai-responses", CONTEXT),
        model("claude/lax", "chat", "anthropic-messages", CONTEXT),
    ];
    rig.store
        .at_noon()
        .catalog()
        .import(&CatalogFile::new(models, vec![]))
        .await
        .unwrap();
    rig
}

async fn balance(rig: &Rig) -> PicoUsd {
    rig.gateway.flush().await;
    rig.store
        .wallets()
        .balance(rig.account.id)
        .await
        .unwrap()
        .unwrap()
        .balance
}

/// Leaves so much in the wallet.
async fn leave(rig: &Rig, amount: PicoUsd) {
    let change = PicoUsd::from_pico(amount.pico() - balance(rig).await.pico());
    if change != PicoUsd::ZERO {
        let id = LedgerId::new(NOON, random::bytes());
        rig.store
            .at_noon()
            .wallets()
            .credit(id, rig.account.id, change, "a test")
            .await
            .unwrap()
            .unwrap();
    }
}

/// A number as careless readers take it.
fn number(value: &Value) -> Option<u64> {
    let number = value.as_f64().or_else(|| value.as_str()?.parse().ok())?;
    Some(number as u64)
}

/// An answer in the protocol of the address that was asked, with these counts.
fn counted(seen: &Seen, prompt: u64, completion: u64) -> Vec<Step> {
    let usage = json!({"input_tokens": prompt, "output_tokens": completion, "total_tokens": prompt + completion});
    let whole = match seen.path.as_str() {
        "/v1/messages" => {
            json!({"id": "m", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
            "content": [{"type": "text", "text": "Hi"}], "usage": {"input_tokens": prompt, "output_tokens": completion}})
        }
        "/responses" => json!({"id": "r", "object": "response", "status": "completed", "model": "m", "usage": usage,
            "output": [{"type": "message", "id": "i", "role": "assistant", "status": "completed",
                "content": [{"type": "output_text", "text": "Hi", "annotations": []}]}]}),
        _ => json!({"id": "c", "object": "chat.completion", "model": "m", "data": [],
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": prompt, "completion_tokens": completion}}),
    };
    json_answer(200, &whole)
}

/// A provider that obeys the field `limit` alone, makes as many answers as `answers` say, and reads `prompt` tokens.
fn obeys(limit: &'static str, answers: &'static [&'static str], prompt: Option<u64>) -> impl Fn(&Seen) -> Vec<Step> {
    move |seen| {
        let asked = seen.json();
        let one = number(&asked[limit])
            .filter(|&tokens| tokens > 0)
            .unwrap_or(LONGEST)
            .min(LONGEST);
        let many = answers.iter().filter_map(|key| number(&asked[*key])).max().unwrap_or(1);
        let predicted = asked["prediction"]["content"].as_str().map_or(0, str::len) as u64;
        counted(seen, prompt.unwrap_or(seen.body.len() as u64), one * many + predicted)
    }
}

fn ask(path: &str, model: &str, more: &Value) -> Value {
    let mut body = match path {
        "/v1/responses" => json!({"model": model, "input": "Hello"}),
        "/v1/embeddings" => json!({"model": model}),
        _ => json!({"model": model, "messages": [{"role": "user", "content": "Hello"}]}),
    };
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// Calls a hundred times at once, with a wallet that is full at first, and says if it is overdrawn then.
async fn hundred(rig: &Rig, path: &str, body: &Value) -> (Vec<Reply>, Option<String>) {
    leave(rig, usd(WALLET)).await;
    let client = rig.client();
    let replies = join_all((0..100).map(|_| client.post(path, body))).await;
    let left = balance(rig).await;
    let admitted = replies.iter().filter(|reply| reply.status == 200).count();
    let records = rig.store.usage().recent(Scope::All, None, 100).await.unwrap();
    let short = records.iter().take(admitted).any(|record| record.cost > record.held);
    let overdrawn = left < PicoUsd::ZERO || short;
    (
        replies,
        overdrawn.then(|| {
            format!(
                "{admitted} of 100 calls, and {left} is left: {path} {:.200}",
                body.to_string()
            )
        }),
    )
}

const CHAT: &str = "/v1/chat/completions";
const MESSAGES: &str = "/v1/messages";
const RESPONSES: &str = "/v1/responses";
const EMBEDDINGS: &str = "/v1/embeddings";

/// A request whose provider obeys one field, which the endpoint's own rules may read otherwise.
struct Misread {
    path: &'static str,
    fields: Value,
    /// The field that the provider obeys as the limit of its answer.
    limit: &'static str,
    /// The tokens that the provider counts for the prompt, where that is not its length.
    prompt: Option<u64>,
}

impl Misread {
    fn model(&self) -> &'static str {
        match self.path {
            MESSAGES => "claude/lax",
            RESPONSES => "acme/answers",
            EMBEDDINGS => "acme/vectors",
            _ => "acme/lax",
        }
    }
}

fn misread(path: &'static str, fields: Value, limit: &'static str) -> Misread {
    Misread {
        path,
        fields,
        limit,
        prompt: None,
    }
}

/// Several fields that limit an answer, or that multiply answers.
fn misread_limits() -> Vec<Misread> {
    let small = json!({"max_completion_tokens": 1, "max_tokens": LONGEST});
    let large = json!({"max_completion_tokens": LONGEST, "max_tokens": 1});
    let other = json!({"max_output_tokens": LONGEST, "max_tokens": 1});
    vec![
        misread(CHAT, small.clone(), "max_tokens"),
        misread(CHAT, large, "max_completion_tokens"),
        misread(
            CHAT,
            json!({"max_output_tokens": 1, "max_tokens": LONGEST}),
            "max_tokens",
        ),
        misread(CHAT, other, "max_output_tokens"),
        misread(CHAT, json!({"max_output_tokens": 1}), "max_tokens"),
        misread(CHAT, json!({"max_tokens": 0}), "max_tokens"),
        misread(CHAT, json!({"max_tokens": 1, "n_predict": LONGEST}), "n_predict"),
        misread(CHAT, json!({"max_tokens": 100, "n": 500}), "max_tokens"),
        misread(CHAT, json!({"max_tokens": 100, "n": 1, "best_of": 500}), "max_tokens"),
        misread(MESSAGES, small, "max_tokens"),
        misread(MESSAGES, json!({"max_tokens": 100, "n": 500}), "max_tokens"),
        misread(
            RESPONSES,
            json!({"max_completion_tokens": 1, "max_output_tokens": LONGEST}),
            "max_output_tokens",
        ),
        misread(RESPONSES, json!({"max_tokens": 1}), "max_output_tokens"),
    ]
}

/// Prompts that take more tokens, or fewer, than their length tells.
fn misread_prompts() -> Vec<Misread> {
    let picture = json!([{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]);
    let picture = json!({"max_tokens": 1, "messages": [{"role": "user", "content": picture}]});
    let kept = json!({"max_output_tokens": 16, "previous_response_id": "r"});
    let expected = json!({"max_tokens": 1, "prediction": {"type": "content", "content": "x".repeat(60_000)}});
    let vectors = json!({"input": vec!["x".repeat(500); 400]});
    let with = |prompt, it| Misread {
        prompt: Some(prompt),
        ..it
    };
    vec![
        with(CONTEXT, misread(CHAT, picture, "max_tokens")),
        with(CONTEXT, misread(RESPONSES, kept, "max_output_tokens")),
        with(9, misread(CHAT, expected, "max_tokens")),
        misread(EMBEDDINGS, vectors, "none"),
    ]
}

test!(no_field_that_a_provider_reads_otherwise_overdraws_a_balance, |store| {
    let rig = start(store).await;
    let mut overdrawn = Vec::new();

    for it in misread_limits().into_iter().chain(misread_prompts()) {
        rig.upstream.answers(obeys(it.limit, &["n", "best_of"], it.prompt));

        let (replies, too_far) = hundred(&rig, it.path, &ask(it.path, it.model(), &it.fields)).await;

        overdrawn.extend(too_far);
        for reply in replies {
            assert!([200, 402].contains(&reply.status.as_u16()), "{}", reply.text());
        }
    }
    assert!(overdrawn.is_empty(), "{}", overdrawn.join("\n"));
});

test!(a_number_that_readers_differ_over_is_refused_with_its_name, |store| {
    let rig = start(store).await;
    for (path, model) in [
        (CHAT, "acme/lax"),
        (MESSAGES, "claude/lax"),
        (RESPONSES, "acme/answers"),
    ] {
        for field in [
            "n",
            "best_of",
            "max_tokens",
            "max_completion_tokens",
            "max_output_tokens",
        ] {
            for value in [json!(100.0), json!("100"), json!(-1), json!(true)] {
                rig.upstream.answers(obeys("max_tokens", &["n", "best_of"], None));

                let reply = rig
                    .client()
                    .post(path, &ask(path, model, &json!({"max_tokens": 9, field: value})))
                    .await
                    .is(400);

                let error = reply.json()["error"].clone();
                assert!(
                    error["message"]
                        .as_str()
                        .unwrap()
                        .starts_with(&format!("'{field}' must be a whole number")),
                    "{error}"
                );
                if path != MESSAGES {
                    assert_eq!(
                        (&error["code"], &error["param"]),
                        (&json!("invalid_json"), &json!(field))
                    );
                }
            }
        }
    }
    assert_eq!(rig.upstream.seen().len(), 0);
});

test!(
    a_call_with_a_limit_is_admitted_as_often_as_the_balance_allows,
    |store| {
        let rig = start(store).await;
        rig.upstream.answers(obeys("max_tokens", &["n"], None));

        // A thousand tokens of output are a cent; of input there are at most some two thousand, a tenth of a cent.
        let (replies, overdrawn) = hundred(&rig, CHAT, &ask(CHAT, "acme/lax", &json!({"max_tokens": 1_000}))).await;

        assert_eq!(overdrawn, None);
        assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 4);
    }
);

test!(more_money_than_can_be_reserved_is_refused, |store| {
    let rig = start(store).await;
    let most = json!({"max_tokens": 9, "n": u64::MAX});

    let reply = rig.client().post(CHAT, &ask(CHAT, "acme/lax", &most)).await.is(400);

    let message = "This call may cost more than can be reserved. Ask for fewer tokens or fewer answers.";
    assert_eq!(reply.json()["error"]["message"], message);
});
