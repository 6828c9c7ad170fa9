//! A form takes the fields that it has, whatever else is sent with them.

use std::collections::BTreeSet;

use bytes::Bytes;
use crossmodel::domain::Scope;
use hyper::Method;
use serde_json::{Value, json};

use super::stage::{Thing, Visitor, Whose, World};
use super::table::{self, Line};
use crate::harness::database::Engine;
use crate::harness::store::on;

/// What programs of this kind have been made to take, beside the columns of our own tables.
const WISHES: [&str; 30] = [
    "role",
    "roles",
    "is_admin",
    "isAdmin",
    "admin",
    "superuser",
    "account_id",
    "accountId",
    "person_id",
    "user_id",
    "owner_id",
    "spent",
    "reserved",
    "held",
    "limit",
    "max_budget",
    "budget",
    "balance",
    "credit",
    "quota",
    "unlimited",
    "state",
    "status",
    "enabled",
    "created_at",
    "password_hash",
    "hash",
    "secret",
    "permissions",
    "allowed_routes",
];

/// Every name of a column, and the wishes.
async fn names(world: &World) -> BTreeSet<String> {
    let columns = world.app.store().database().columns().await;
    columns.into_iter().chain(WISHES.map(str::to_owned)).collect()
}

/// What would do harm under that name.
fn wish(world: &World, name: &str) -> String {
    let bravo = &world.sides[1];
    match name {
        "role" | "roles" | "permissions" => "admin".into(),
        _ if name.contains("account") => bravo.account.id.to_string(),
        _ if name.contains("person") || name.contains("user") || name.contains("owner") => bravo.owner.id.to_string(),
        _ if name.contains("expires") || name.ends_with("_at") || name.ends_with("_until") => "9999999999999".into(),
        _ => "1000000".into(),
    }
}

#[test]
fn a_form_ignores_every_field_that_it_does_not_have() {
    on(Engine::Sqlite, |store| async move {
        let world = World::start(store).await;
        let names = names(&world).await;
        let mut faults = Vec::new();
        for line in table::console()
            .iter()
            .filter(|line| line.is_unsafe() && line.address != "/sign-out")
        {
            for name in ["owner A", "viewer A1", "admin", "anonymous"] {
                let actor = world.actor(name);
                if line.address == "/wallet/credit" {
                    // The first entry of a day is the only one that begins it.
                    writes(&world, line, actor, &[]).await;
                }
                let plain = writes(&world, line, actor, &[]).await;
                let own: BTreeSet<&str> = line
                    .form
                    .split('&')
                    .filter_map(|pair| Some(pair.split_once('=')?.0))
                    .collect();
                let more: Vec<(String, String)> = names
                    .iter()
                    .filter(|name| !own.contains(name.as_str()))
                    .map(|name| (name.clone(), wish(&world, name)))
                    .collect();
                let loaded = writes(&world, line, actor, &more).await;
                let refused = loaded.0 == 400 && loaded.1.is_empty();
                if !refused && loaded != plain {
                    faults.push(format!("{} as {name}: {plain:#?}\nbecame\n{loaded:#?}", line.address));
                }
            }
            world.clock.advance(std::time::Duration::from_secs(61));
        }
        assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    });
}

/// The status of a form and the rows that it changes, without values that differ every time.
async fn writes(world: &World, line: &Line, actor: &Visitor, more: &[(String, String)]) -> (u16, Vec<String>) {
    let thing = world.thing(line, actor, Whose::Own).await;
    let before = world.rows().await;
    let mut fields = line.fields(&thing);
    fields.extend(more.iter().cloned());

    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let reply = actor.client.post_form(&line.path(&thing), &fields).await;
    let after = world.rows().await;
    let gone = before
        .iter()
        .filter(|row| !after.contains(row))
        .map(|row| format!("- {}", plain(&thing, row)));
    let come = after
        .iter()
        .filter(|row| !before.contains(row))
        .map(|row| format!("+ {}", plain(&thing, row)));
    let mut rows: Vec<String> = gone.chain(come).collect();
    rows.sort();
    (reply.status.as_u16(), rows)
}

/// A row without ids, hashes, times and names of this one thing.
fn plain(thing: &Thing, row: &str) -> String {
    let row = thing.taken_out_of_text(row);
    let (table, row) = row.split_once(": ").unwrap_or(("", &row));
    // Entries of the log are numbered.
    let row = if table == "audit_log" {
        row.split_once(',').map_or(row, |(_, rest)| rest)
    } else {
        row
    };
    let values = row.split([',', ' ', '"', ':']).map(|value| {
        let bare = value.trim_matches(['\'', '{', '}']);
        let is_hash = value.starts_with("X'");
        let is_id = bare.len() == 36 && bare.matches('-').count() == 4;
        let is_name = ["alpha-", "bravo-", "unique-", "cm-"]
            .iter()
            .any(|it| bare.starts_with(it));
        let is_number = bare.len() > 5 && bare.chars().all(|c| c.is_ascii_digit());
        if is_hash || is_id || is_name || is_number {
            "*"
        } else {
            value
        }
    });
    format!("{table}: {}", values.collect::<Vec<_>>().join(","))
}

#[test]
fn a_form_is_no_json_and_no_upload() {
    on(Engine::Sqlite, |store| async move {
        let world = World::start(store).await;
        let admin = world.actor("admin");
        let lines: Vec<Line> = table::console()
            .into_iter()
            .filter(|it| it.is_unsafe() && !it.form.is_empty())
            .collect();
        let thing = world.lasting_thing(&lines[0], admin, Whose::Own).await;
        let before = world.rows().await;
        let mut faults = Vec::new();

        for line in &lines {
            let fields = line.fields(&thing);
            let object: serde_json::Map<String, Value> = fields
                .iter()
                .map(|(name, value)| (name.clone(), value.clone().into()))
                .collect();
            let parts: String = fields
                .iter()
                .map(|(name, value)| {
                    format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                })
                .collect();
            let encoded: String = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(&fields)
                .finish();
            for (kind, body) in [
                (Some("application/json"), Value::from(object).to_string()),
                (Some("multipart/form-data; boundary=b"), format!("{parts}--b--\r\n")),
                (Some("text/plain"), encoded.clone()),
                (None, encoded),
            ] {
                let path = line.path(&thing);
                let reply = admin.client.send(Method::POST, &path, kind, Bytes::from(body)).await;
                // A link that was never made is refused before its form is read.
                if !matches!(reply.status.as_u16(), 400 | 404 | 415) {
                    faults.push(format!("{path} as {kind:?}: {}", reply.status));
                }
            }
        }

        assert_eq!(faults, [""; 0]);
        assert_eq!(world.rows().await, before);
    });
}

#[test]
fn a_call_is_billed_to_its_key_whatever_its_body_says() {
    on(Engine::Sqlite, |store| async move {
        let world = World::start(store).await;
        let names = names(&world).await;
        let owner = world.actor("owner A");
        let calls = table::gateway();
        for line in calls
            .iter()
            .filter(|line| line.is_unsafe() && !line.address.ends_with("count_tokens"))
        {
            let thing = world.thing(line, owner, Whose::Own).await;
            let client = world.app.client().bearer(thing.secret.as_deref().expect("a key"));
            let body: Value = serde_json::from_str(&thing.put_into(line.form)).expect("a body in JSON");
            let mut loaded = body.clone();
            // A field of the endpoint's own stays as it is.
            for name in names.iter().filter(|name| !KNOWN.contains(&name.as_str())) {
                loaded[name] = wish(&world, name).into();
            }
            for field in ["api_base", "base_url", "api_key", "provider", "credential"] {
                loaded[field] = json!("http://127.0.0.1:1/elsewhere");
            }

            client.post(line.address, &body).await.is(200);
            let answer = client.post(line.address, &loaded).await;
            assert!(
                [200, 400].contains(&answer.status.as_u16()),
                "{}: {}",
                line.address,
                answer.text()
            );
            billed(&world, line, &thing).await;
        }
    });
}

/// Fields of the endpoints themselves that are columns of ours, too.
const KNOWN: [&str; 12] = [
    "model",
    "messages",
    "prompt",
    "input",
    "stream",
    "user",
    "n",
    "store",
    "tools",
    "metadata",
    "max_tokens",
    "tier",
];

/// Every record is the key's own, and costs what the provider reported at the catalog's price.
async fn billed(world: &World, line: &Line, thing: &Thing) {
    world.app.flush().await;
    let mine = thing.put_into("{id}").parse().expect("a key's id");
    let records = world
        .app
        .store()
        .usage()
        .recent(Scope::All, None, 100)
        .await
        .expect("the records");
    let catalog = world.app.catalog().await;
    let of_key: Vec<_> = records.iter().filter(|record| record.key == mine).collect();

    assert!(!of_key.is_empty(), "{}", line.address);

    for record in records {
        let model = catalog.get(&record.model).expect("the model");
        assert_eq!(record.account, world.sides[0].account.id, "{}", line.address);
        assert_eq!(
            record.cost,
            model.pricing.cost(&record.tokens, record.at).expect("a price"),
            "{}",
            line.address
        );
        assert!(
            record.status == 400 || record.tokens.prompt > 0,
            "{}: {record:?}",
            line.address
        );
    }
}
