//! The time until an edit takes effect.

use std::time::Duration;

use crossmodel::clock::Clock;
use crossmodel::domain::Role;

use crate::harness::app::{Asked, TestApp, TestKey};
use crate::harness::client::Client;
use crate::harness::database::Engine;
use crate::harness::{seed, store};

both_engines!(an_edit_saved_in_the_console_is_live_on_the_next_call, |store| {
    let app = TestApp::start(store).await;
    let owner = app.someone(Role::Owner).await;
    let key = app.operator().creates_key("laptop").await;

    for version in 0..10 {
        let target = ["openai/gpt-5.5", "deepseek/deepseek-chat"][version % 2];
        saves(&owner, &key, version, target).await;
        key.asks("fast").await.runs(target);
    }
});

both_engines!(a_key_switched_off_in_the_console_is_refused_on_the_next_call, |store| {
    let app = TestApp::start(store).await;
    let owner = app.someone(Role::Owner).await;
    let key = app
        .operator()
        .creates_key_with("laptop", vec![seed::exact("fast", "openai/gpt-5.5")])
        .await;
    key.asks("fast").await.runs("openai/gpt-5.5");

    owner
        .post_form(&format!("/keys/{}/disable", key.key().id), &[])
        .await
        .is(303);
    key.asks("fast").await.refused(401, "api_key_inactive");

    owner
        .post_form(&format!("/keys/{}/enable", key.key().id), &[])
        .await
        .is(303);
    key.asks("fast").await.runs("openai/gpt-5.5");

    owner
        .post_form(&format!("/keys/{}/delete", key.key().id), &[("confirm", "laptop")])
        .await
        .is(303);
    key.asks("fast").await.refused(401, "invalid_api_key");
});

#[test]
fn a_second_gateway_on_the_same_postgres_hears_of_an_edit() {
    store::on(Engine::Postgres, |store| async {
        let app = TestApp::start(store).await;
        let key = app
            .operator()
            .creates_key_with("laptop", vec![seed::exact("fast", "openai/gpt-5.5")])
            .await;
        // A sweep so rare that only the notification can bring the news.
        let far = app
            .another(|options| options.sweep_every = Duration::from_secs(3600))
            .await
            .bearer(key.secret());
        runs(&far, "openai/gpt-5.5").await;

        key.aliases("fast", "deepseek/deepseek-chat").await;
        until(async || asks(&far).await.model() == "deepseek/deepseek-chat").await;
    });
}

#[test]
fn a_second_gateway_that_hears_nothing_is_at_most_60_seconds_behind() {
    store::on(Engine::Postgres, |store| async {
        let clock = Clock::manual(seed::NOON);
        let app = TestApp::with(store, clock.clone(), |_| {}).await;
        let key = app
            .operator()
            .creates_key_with("laptop", vec![seed::exact("fast", "openai/gpt-5.5")])
            .await;
        let far = app
            .another(|options| {
                options.notifications = false;
                options.sweep_every = Duration::from_secs(3600);
            })
            .await
            .bearer(key.secret());
        runs(&far, "openai/gpt-5.5").await;

        key.aliases("fast", "deepseek/deepseek-chat").await;
        clock.advance(Duration::from_secs(60) + Duration::from_millis(1));

        runs(&far, "deepseek/deepseek-chat").await;
    });
}

/// Saves one alias, `fast`, as the editor's form does.
async fn saves(owner: &Client, key: &TestKey, version: usize, target: &str) {
    let version = version.to_string();
    let form = [
        ("version", version.as_str()),
        ("row[]", "n1"),
        ("name[]", "fast"),
        ("mode[]", "exact"),
        ("target[]", target),
        ("op", "save"),
    ];
    owner
        .post_form(&format!("/keys/{}/aliases", key.key().id), &form)
        .await
        .is(303);
}

async fn asks(client: &Client) -> Asked {
    let question = serde_json::json!({"model": "fast", "messages": [{"role": "user", "content": "Hello"}]});
    Asked(client.post("/v1/chat/completions", &question).await)
}

async fn runs(client: &Client, model: &str) {
    asks(client).await.runs(model);
}

/// Waits for something that comes by itself, and fails only if it never does.
async fn until(mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..600 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it never came");
}
