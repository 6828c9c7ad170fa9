//! Searches of the web that a provider makes, between clients and providers of all protocols.

mod answers;
mod requests;

use serde_json::{Value, json};

use super::*;
use crate::domain::{Facts, FactsPatch, Protocol};
use crate::wire::neutral::Untranslatable;
use crate::wire::operation::Operation;

/// A provider that searches the web.
fn facts() -> Facts {
    let patch: FactsPatch = serde_json::from_value(
        json!({"openai_fields": true, "tools": {"hosted": ["web_search"]}, "fields": {"web_search_options": "ok"}}),
    )
    .unwrap();
    Facts::default().with(&patch)
}

fn open(
    client: Operation,
    provider: Protocol,
    body: &Value,
    facts: &Facts,
) -> Result<(Exchange, Value), Untranslatable> {
    let target = TranslationTarget {
        model: "their-model",
        facts,
        asks_usage: true,
        includes_reasoning: None,
    };
    let style = ResponseStyle {
        id: "0a1".into(),
        model: "m".into(),
        ..ResponseStyle::default()
    };
    let (exchange, sent) = Exchange::open((client, provider), body.to_string().as_bytes(), target, style)?;
    Ok((exchange, serde_json::from_slice(&sent).unwrap()))
}

fn place() -> Value {
    json!({"city": "Bern", "country": "CH", "timezone": "Europe/Zurich"})
}

fn located(extra: Value) -> Value {
    let mut place = place();
    place["type"] = "approximate".into();
    let mut extra = extra;
    extra["user_location"] = place;
    extra
}

fn messages_ask() -> Value {
    let tool = located(
        json!({"type": "web_search_20250305", "name": "web_search", "max_uses": 3, "allowed_domains": ["a.com"]}),
    );
    json!({"model": "m", "max_tokens": 99, "messages": [{"role": "user", "content": "x"}], "tools": [tool],
        "tool_choice": {"type": "tool", "name": "web_search"}})
}

fn responses_ask() -> Value {
    let tool = located(json!({"type": "web_search", "filters": {"blocked_domains": ["b.com"]}}));
    json!({"model": "m", "input": "x", "tools": [tool], "max_tool_calls": 2, "tool_choice": {"type": "web_search"}})
}

fn chat_ask() -> Value {
    let place = json!({"type": "approximate", "approximate": place()});
    json!({"model": "m", "messages": [{"role": "user", "content": "x"}],
        "web_search_options": {"search_context_size": "low", "user_location": place}})
}
