//! A small catalog whose providers are all the one scripted provider, except one at a private address.

use crossmodel::domain::{Model, Provider};
use crossmodel::store::CatalogFile;
use serde_json::{Value, json};

use crate::harness::store::TestStore;
use crate::harness::upstream::Upstream;
use crate::store::raw;

/// Imports the catalog, with `acme/off` and the provider `down` switched off.
pub(super) async fn import(store: &TestStore, upstream: &Upstream) {
    let catalog = store.at_noon().catalog();
    let file = CatalogFile::new(models(), providers(&upstream.url()));
    catalog.import(&file).await.expect("to import");

    raw::switch_model(store, store, "acme/off", false).await;
    let provider = "down".parse().unwrap();
    catalog.set_provider_enabled(&provider, false).await.unwrap();
}

fn providers(url: &str) -> Vec<Provider> {
    let chat = json!({"protocol": "openai-chat", "base_url": url, "path": "/chat/completions"});
    let responses = json!({"protocol": "openai-responses", "base_url": url, "path": "/responses"});
    let messages = json!({"protocol": "anthropic-messages", "base_url": url, "path": "/v1/messages"});
    let gemini =
        json!({"protocol": "gemini", "base_url": format!("{url}/beta"), "path": "/models/{model}:generateContent"});
    let redirect = json!({"protocol": "openai-chat", "base_url": "https://10.0.0.1", "path": "/chat/completions"});

    let acme = provider("acme", "Acme", "ACME_KEY", json!(true), json!([chat, responses]));
    vec![
        Provider {
            embeddings_path: Some("/embeddings".into()),
            ..acme
        },
        provider("unsure", "Unsure", "ACME_KEY", Value::Null, json!([chat])),
        provider("terse", "Terse", "ACME_KEY", json!(false), json!([chat])),
        provider("poor", "Poor", "POOR_KEY", json!(true), json!([chat])),
        provider("down", "Down", "ACME_KEY", json!(true), json!([chat])),
        provider("claude", "Claude", "ACME_KEY", json!(true), json!([messages])),
        provider("gem", "Gem", "ACME_KEY", json!(true), json!([gemini, chat])),
        Provider {
            counts_tokens: true,
            ..provider("counts", "Counts", "ACME_KEY", json!(true), json!([messages]))
        },
        provider("inside", "Inside", "ACME_KEY", json!(true), json!([redirect])),
    ]
}

fn provider(id: &str, name: &str, env: &str, stream_options: Value, endpoints: Value) -> Provider {
    let provider = json!({
        "id": id, "name": name, "protocol": endpoints[0]["protocol"], "base_url": endpoints[0]["base_url"], "env": [env],
        "endpoints": endpoints, "stream_options": stream_options, "facts": {"betas": ["beta-1", "a-1", "b-2", "beta-2", "x-openai-internal-codex-responses-lite"]},
    });
    serde_json::from_value(provider).expect("a provider")
}

fn models() -> Vec<Model> {
    let chat = ["openai-chat"];
    vec![
        model("acme/fast", &chat, "chat"),
        model("acme/other", &chat, "chat"),
        model("acme/off", &chat, "chat"),
        model("acme/embed", &chat, "embedding"),
        model("acme/thinker", &["openai-responses"], "chat"),
        Model {
            facts: serde_json::from_value(json!({"thinking": {"thinks": true, "whole_answers": "stream_only"}}))
                .expect("facts"),
            ..model("acme/pensive", &chat, "chat")
        },
        model("unsure/model", &chat, "chat"),
        model("terse/model", &chat, "chat"),
        model("poor/model", &chat, "chat"),
        model("down/model", &chat, "chat"),
        model("claude/opus", &["anthropic-messages"], "chat"),
        model("gem/flash", &["gemini", "openai-chat"], "chat"),
        model("inside/model", &chat, "chat"),
        model("counts/opus", &["anthropic-messages"], "chat"),
    ]
}

fn model(id: &str, protocols: &[&str], kind: &str) -> Model {
    let (provider, name) = id.split_once('/').expect("vendor/model");
    let model = json!({
        "id": id, "name": format!("{provider} {name}"), "created": 1_700_000_000, "provider": provider,
        "upstream_model": format!("{name}-v1"), "type": kind, "protocols": protocols, "context_length": 8192,
        "architecture": {"modality": "text->text", "input_modalities": ["text"], "output_modalities": ["text"]},
        "pricing": {"prompt": "0.000001", "completion": "0.000002"},
        "top_provider": {"max_completion_tokens": 1024}, "supported_parameters": ["max_tokens"],
    });
    serde_json::from_value(model).expect("a model")
}
