//! What a check asks for behind the scenes: people, keys, another editor's save, a call through the gateway.

use std::time::Duration;

use crossmodel::domain::{
    Account, AccountId, Alias, ApiKeyId, CallState, KeyState, LedgerId, Limits, PicoUsd, RequestId, Role, Scope,
    SpendLimit, Tokens, UsageRecord, UsageSource,
};
use crossmodel::random;
use crossmodel::store::{Actor, SaveOutcome};
use serde_json::{Value, json};

use crate::harness::app::TestApp;
use crate::harness::database::Engine;
use crate::harness::seed;
use crate::harness::spending::spends;
use crate::harness::store::TestStore;
use crate::harness::traffic;
use crate::store::raw;

/// Answers one question of `tests/browser/lib/scene.mjs`.
pub async fn answer(app: &TestApp, question: &Value) -> Value {
    let by = Actor::command_line();
    let (store, now) = (app.store(), app.clock().now());
    let text = |field: &str| question[field].as_str().unwrap_or_default();
    match text("verb") {
        "people" => people(app).await,
        "key" => {
            let account = text("account").parse().expect("an account");
            let (key, secret) = seed::key_with(store, account, text("name"), aliases(question)).await;
            json!({"id": key.id.to_string(), "name": key.name, "display": key.display, "secret": secret.expose()})
        }
        "saved" => {
            let saved = store
                .aliases()
                .list(Scope::All, key(question))
                .await
                .expect("the store")
                .expect("the key");
            let rows: Vec<Value> = saved
                .aliases
                .iter()
                .map(|alias| json!([alias.name.as_str(), alias.matching.as_str(), alias.target.as_str()]))
                .collect();
            json!({"version": saved.version, "aliases": rows})
        }
        "save" => {
            let by = Actor {
                person: None,
                name: text("by").to_owned(),
            };
            let stored = store
                .aliases()
                .list(Scope::All, key(question))
                .await
                .expect("the store")
                .expect("the key");
            let rows = aliases(question);
            let saved = store
                .aliases()
                .save(Scope::All, key(question), stored.version, &rows, &by, now)
                .await;
            assert!(matches!(saved, Ok(SaveOutcome::Saved { .. })), "{saved:?}");
            Value::Null
        }
        "call" => {
            let ask = json!({"model": text("model"), "messages": [{"role": "user", "content": "Hello"}]});
            let reply = app
                .client()
                .bearer(text("secret"))
                .post("/v1/chat/completions", &ask)
                .await;
            let code = if reply.status == 200 {
                Value::Null
            } else {
                reply.json()["error"]["code"].clone()
            };
            json!({"status": reply.status.as_u16(), "model": reply.header("x-crossmodel-model"), "code": code})
        }
        "used" => {
            used(app, key(question), text("model")).await;
            Value::Null
        }
        "sent" => {
            sent(app, key(question), question).await;
            Value::Null
        }
        "traffic" => {
            let keys: Vec<ApiKeyId> = question["keys"]
                .as_array()
                .expect("a list of keys")
                .iter()
                .map(|id| id.as_str().expect("an id").parse().expect("a key's id"))
                .collect();
            let account = text("account").parse().expect("an account");
            let records = traffic::month(&app.catalog().await, account, &keys, now, 30);
            store.usage().append(&records).await.expect("the store");
            let wanted = records
                .iter()
                .rev()
                .find(|it| !it.attempts.is_empty() && it.alias.is_some());
            wanted.expect("one that was tried twice").id.to_string().into()
        }
        "disable" => {
            store
                .api_keys()
                .set_state(Scope::All, key(question), KeyState::Disabled, &by, now)
                .await
                .expect("the store");
            Value::Null
        }
        "delete" => {
            store
                .api_keys()
                .delete(Scope::All, key(question), &by, now)
                .await
                .expect("the store");
            Value::Null
        }
        "credit" => {
            let account = text("account").parse().expect("an account");
            let id = LedgerId::new(now, random::bytes());
            let amount = text("usd").parse().expect("an amount");
            let added = store
                .wallets()
                .credit(id, account, amount, text("note"), &by, now)
                .await;
            added.expect("the store").expect("the account").to_string().into()
        }
        "poor" => {
            let account = Account::new(AccountId::new(now, random::bytes()), seed::name(text("name")), now);
            store
                .accounts()
                .create(&account, &by, now)
                .await
                .expect("a new account");
            let email = format!("owner@{}.example.com", text("name"));
            seed::person_who_signs_in(store, &email, Role::Owner, Some(account.id)).await;
            json!({"account": account.id.to_string(), "owner": email})
        }
        "spent" => {
            let stored = store
                .api_keys()
                .get(Scope::All, key(question))
                .await
                .expect("the store")
                .expect("the key");
            let days = question["days_ago"].as_u64().unwrap_or_default();
            let at = now.minus(Duration::from_secs(days * 86_400));
            spends(store, stored.account, stored.id, at, text("usd")).await;
            Value::Null
        }
        "limits" => {
            let spend = text("usd").parse().ok().map(|amount| SpendLimit {
                amount,
                period: text("per").parse().expect("a period"),
            });
            let limits = Limits {
                spend,
                ..Limits::NEW_KEY
            };
            let set = match question["account"].as_str() {
                Some(account) => {
                    store
                        .accounts()
                        .set_limits(account.parse().expect("an account"), limits, &by, now)
                        .await
                }
                None => {
                    store
                        .api_keys()
                        .set_limits(Scope::All, key(question), limits, &by, now)
                        .await
                }
            };
            assert!(set.expect("the store"));
            Value::Null
        }
        "key_limits" => {
            let key = store
                .api_keys()
                .get(Scope::All, key(question))
                .await
                .expect("the store")
                .expect("the key");
            json!({
                "rpm": key.limits.requests_per_minute,
                "tpm": key.limits.tokens_per_minute,
                "usd": key.limits.spend.map(|spend| spend.amount),
                "per": key.limits.spend.map(|spend| spend.period.as_str()),
                "models": key.allowed_models,
                "addresses": key.allowed_addresses.iter().map(ToString::to_string).collect::<Vec<_>>(),
            })
        }
        "limit" => {
            let models = [text("model").parse().expect("a model id")];
            let set = store
                .api_keys()
                .set_allowed(Scope::All, key(question), Some(&models), &[], &by, now)
                .await;
            assert!(set.expect("the store"));
            Value::Null
        }
        "keys" => {
            let scope = Scope::Account(text("account").parse().expect("an account"));
            let keys = store.api_keys().all(scope).await.expect("the store");
            keys.iter()
                .map(|key| json!({"id": key.id.to_string(), "name": key.name, "display": key.display}))
                .collect()
        }
        "sign_out" => {
            let email = text("email").parse().expect("an e-mail address");
            let (person, _) = store
                .people()
                .by_email(&email)
                .await
                .expect("the store")
                .expect("the person");
            store.sessions().end_all(person.id, &by, now).await.expect("the store");
            Value::Null
        }
        "set_up_link" => {
            let app = TestApp::start(TestStore::fresh(Engine::Sqlite).await).await;
            app.first_run_link().await.into()
        }
        "reset_link" => {
            let link = app.command(&["person", "reset-link", "--email", text("email")]).await;
            link.trim().into()
        }
        "model_disabled" => {
            raw::switch_model(store, store, text("model"), false).await;
            Value::Null
        }
        verb => panic!("a check asks for `{verb}`, which is not known here"),
    }
}

/// A new account and the people that see it; all of them have the one password.
async fn people(app: &TestApp) -> Value {
    let name: String = random::bytes::<4>().iter().map(|byte| format!("{byte:02x}")).collect();
    let account = seed::account(app.store(), &format!("acme-{name}")).await;
    let mut people = json!({"account": account.id.to_string(), "account_name": account.name});
    for (who, role) in [
        ("owner", Role::Owner),
        ("maya", Role::Owner),
        ("viewer", Role::Viewer),
        ("admin", Role::Admin),
    ] {
        let email = format!("{who}-{name}@example.com");
        let account = (role != Role::Admin).then_some(account.id);
        seed::person_who_signs_in(app.store(), &email, role, account).await;
        people[who] = email.into();
    }
    people
}

/// Records a call of that model by this key, an hour ago.
async fn used(app: &TestApp, key: ApiKeyId, model: &str) {
    let record = call(app, key, model).await;
    app.store().usage().append(&[record]).await.expect("the store");
}

/// Records calls for one name, all alike: `{name, model, requests, agent, prompt, completion, usd}`, the last three each.
/// Without any tokens they failed.
async fn sent(app: &TestApp, key: ApiKeyId, question: &Value) {
    let text = |field: &str| question[field].as_str().expect("a text").to_owned();
    let number = |field: &str| question[field].as_u64().expect("a number");
    let tokens = Tokens {
        prompt: number("prompt"),
        completion: number("completion"),
        ..Tokens::default()
    };
    let cost: PicoUsd = text("usd").parse().expect("an amount");
    let one = call(app, key, &text("model")).await;
    let records: Vec<UsageRecord> = (0..number("requests"))
        .map(|_| UsageRecord {
            id: RequestId::new(one.at, random::bytes()),
            requested: text("name"),
            agent: Some(text("agent")),
            status: if tokens == Tokens::default() { 502 } else { 200 },
            tokens,
            cost,
            ..one.clone()
        })
        .collect();
    app.store().usage().append(&records).await.expect("the store");
}

/// A call of that model by this key, an hour ago.
async fn call(app: &TestApp, key: ApiKeyId, model: &str) -> UsageRecord {
    let at = app.clock().now().minus(Duration::from_secs(3600));
    let stored = app
        .store()
        .api_keys()
        .get(Scope::All, key)
        .await
        .expect("the store")
        .expect("the key");
    UsageRecord {
        id: RequestId::new(at, random::bytes()),
        account: stored.account,
        key,
        key_revision: stored.revision,
        at,
        requested: model.into(),
        alias: None,
        model: model.into(),
        provider: "openai".parse().expect("a provider"),
        protocol: "openai-chat".into(),
        stream: false,
        status: 200,
        error: None,
        tokens: Tokens {
            prompt: 11,
            completion: 7,
            ..Tokens::default()
        },
        source: UsageSource::Provider,
        state: CallState::Settled,
        held: PicoUsd::ZERO,
        price: None,
        tier: None,
        searches: 0,
        cost: PicoUsd::from_pico(1_000_000),
        latency_ms: 120,
        first_byte_ms: Some(80),
        attempts: Vec::new(),
        agent: Some("curl/8.0".into()),
    }
}

fn key(question: &Value) -> ApiKeyId {
    question["key"].as_str().expect("a key").parse().expect("a key's id")
}

/// `[[name, match, target], …]`
fn aliases(question: &Value) -> Vec<Alias> {
    let rows = question["aliases"].as_array().expect("a list of aliases");
    let text = |row: &Value, at: usize| row[at].as_str().expect("a text").to_owned();
    rows.iter()
        .map(|row| {
            let (name, target) = (text(row, 0).parse().expect("an alias name"), text(row, 2).parse());
            Alias::new(
                name,
                text(row, 1).parse().expect("a match"),
                target.expect("a model id"),
            )
        })
        .collect()
}
