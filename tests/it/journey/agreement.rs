//! The test box, the command line, the model list and a real call agree about every name.

use std::sync::Arc;

use crossmodel::domain::{Alias, AliasName, Match, ModelId, ModelKind, Role};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::harness::app::{TestApp, TestKey};
use crate::harness::client::Client;
use crate::harness::database::Engine;

/// Names that are tried with each random set of aliases.
const NAMES: usize = 50;
/// One of so many names is called as well.
const BY_CALL: usize = 5;
/// The command line resolves the first name of one of so many sets: each time is a process of its own.
const BY_COMMAND: usize = 5;

/// The number of sets: together 10,000 names on SQLite. The database matters only as the place where the aliases are.
fn sets(engine: Engine) -> usize {
    match engine {
        Engine::Sqlite => 200,
        Engine::Postgres => 20,
    }
}

both_engines!(every_place_that_resolves_a_name_agrees, |store| {
    let app = TestApp::start(store).await;
    let owner = app.someone(Role::Owner).await;
    let catalog = app.catalog().await;
    let chat = catalog.all_callable().filter(|model| model.kind == ModelKind::Chat);
    let ids: Arc<Vec<String>> = Arc::new(chat.map(|model| model.id.to_string()).collect());

    // The same cases every time, so that a failure comes again.
    let mut runner = TestRunner::deterministic();
    for n in 0..sets(app.store().engine()) {
        let rows = draw(&mut runner, aliases(Arc::clone(&ids)));
        let key = app.operator().creates_key_with(&format!("set-{n}"), rows.clone()).await;

        for m in 0..NAMES {
            let name = draw(&mut runner, requested(&rows, Arc::clone(&ids)));
            let expected = naive(&rows, &name).filter(|model| ids.contains(model));

            let mut seen = vec![
                ("the test box", test_box(&owner, &key, &rows, &name).await),
                ("the model list", listed(&key, &name).await),
            ];
            if m % BY_CALL == 0 {
                seen.push(("a call", called(&key, &name).await));
            }
            if m == 0 && n % BY_COMMAND == 0 {
                seen.push(("the command line", commanded(&app, &key, &name).await));
            }

            for (place, model) in seen {
                assert_eq!(model, expected, "{place}, for {name:?} with {rows:#?}");
            }
        }
    }
});

fn draw<T>(runner: &mut TestRunner, strategy: impl Strategy<Value = T>) -> T {
    strategy.new_tree(runner).expect("a value").current()
}

/// Up to 20 aliases with names that overlap as much as possible.
fn aliases(ids: Arc<Vec<String>>) -> impl Strategy<Value = Vec<Alias>> {
    let ends = Arc::clone(&ids);
    let name = prop_oneof![
        4 => "[ab]{1,4}",
        4 => prop_oneof!["claude(-(opus|haiku)(-4(-8)?)?)?", "gpt(-5)?", "openai/"],
        2 => (0..ids.len()).prop_map(move |n| ids[n].clone()),
    ];
    let row = (name, any::<bool>(), 0..ends.len()).prop_map(move |(name, exact, target)| {
        Alias::new(
            name.parse::<AliasName>().expect("an alias name"),
            if exact { Match::Exact } else { Match::Prefix },
            ends[target].parse::<ModelId>().expect("a model id"),
        )
    });
    prop::collection::vec(row, 0..=Alias::LIMIT).prop_map(|mut rows| {
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        rows.dedup_by(|a, b| a.name == b.name);
        rows
    })
}

/// A name that a client may send: an alias's, longer or shorter or in capitals, a real one, or anything.
fn requested(rows: &[Alias], ids: Arc<Vec<String>>) -> impl Strategy<Value = String> + use<> {
    let names: Vec<String> = rows
        .iter()
        .map(|row| row.name.to_string())
        .chain(["claude-opus".into()])
        .collect();
    let some = prop::sample::select(names);
    prop_oneof![
        4 => some.clone(),
        4 => (some.clone(), "[ab0-9/:.-]{1,6}").prop_map(|(name, end)| name + &end),
        1 => some.prop_map(|name| name.to_uppercase()),
        2 => (0..ids.len()).prop_map(move |n| ids[n].clone()),
        1 => "[a-zA-Z0-9 äß<>&\"'/%?#+._-]{1,20}",
    ]
}

/// The rule, written as plainly as it can be.
fn naive(rows: &[Alias], name: &str) -> Option<String> {
    let exact = rows
        .iter()
        .find(|row| row.matching == Match::Exact && row.name.as_str() == name);
    let longest = rows
        .iter()
        .filter(|row| row.matching == Match::Prefix && name.starts_with(row.name.as_str()))
        .max_by_key(|row| row.name.as_str().len());
    Some(
        exact
            .or(longest)
            .map_or_else(|| name.to_owned(), |row| row.target.to_string()),
    )
}

/// The real model that runs, as the console's test box names it.
async fn test_box(owner: &Client, key: &TestKey, rows: &[Alias], name: &str) -> Option<String> {
    let mut form = vec![("version", "1".to_owned())];
    for (n, row) in rows.iter().enumerate() {
        form.push(("row[]", format!("a{n}")));
        form.push(("name[]", row.name.to_string()));
        form.push(("mode[]", row.matching.to_string()));
        form.push(("target[]", row.target.to_string()));
    }
    form.push(("test", name.to_owned()));

    let form: Vec<(&str, &str)> = form.iter().map(|(field, value)| (*field, value.as_str())).collect();
    let page = owner
        .post_form(&format!("/keys/{}/aliases/resolve", key.key().id), &form)
        .await
        .is(200)
        .page();

    let says = page
        .select(&scraper::Selector::parse(".say").expect("a selector"))
        .next()
        .expect("a sentence");
    let sentence: String = says.text().collect();

    let after = |start: &str| sentence.strip_prefix(name)?.strip_prefix(start).map(str::to_owned);
    if let Some(rest) = after(" runs ") {
        return rest.split_once(" (").map(|(target, _)| target.to_owned());
    }
    if let Some(rest) = after(" isn't aliased. It runs the catalog model ") {
        return rest.strip_suffix('.').map(str::to_owned);
    }
    assert!(sentence.contains("Requests fail with model_not_found."), "{sentence}");
    None
}

/// The real model behind a name, as `GET /v1/models/{name}` names it.
async fn listed(key: &TestKey, name: &str) -> Option<String> {
    let path = url::form_urlencoded::byte_serialize(name.as_bytes())
        .collect::<String>()
        .replace('+', "%20");

    let reply = key.client().get(&format!("/v1/models/{path}")).await;
    if reply.status == 404 {
        assert_eq!(reply.json()["error"]["code"], "model_not_found");
        return None;
    }
    let entry = reply.is(200).json();
    assert_eq!(entry["id"], name);
    Some(entry["root"].as_str().unwrap_or(name).to_owned())
}

/// The real model that ran a call to the name.
async fn called(key: &TestKey, name: &str) -> Option<String> {
    let asked = key.asks(name).await;
    if asked.0.status == 404 {
        asked.refused(404, "model_not_found");
        return None;
    }
    assert_eq!(asked.0.status, 200, "{}", asked.0.text());
    Some(asked.model().to_owned())
}

/// The real model, as `crossmodel resolve --json` names it.
async fn commanded(app: &TestApp, key: &TestKey, name: &str) -> Option<String> {
    let printed = app
        .command(&["resolve", "--key", &key.key().id.to_string(), "--json", "--", name])
        .await;
    let outcome: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
    (outcome["outcome"] == "runs").then(|| outcome["model"].as_str().expect("a model").to_owned())
}
