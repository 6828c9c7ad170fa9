//! Text of attackers in fields, addresses and headers stays text.

use bytes::Bytes;
use hyper::Method;
use serde_json::json;

use super::stage::{Visitor, Whose, World};
use super::table::{self, Line};
use crate::harness::client::{Client, Reply};
use crate::harness::database::Engine;
use crate::harness::store::on;

/// Text for databases, browsers, templates, shells, file names, logs and sheets.
const TEXTS: [&str; 18] = [
    "' OR '1'='1",
    "1'; DROP TABLE person; --",
    "\" UNION SELECT password_hash FROM person --",
    "%' ESCAPE '",
    "%%%%%_____%%%%%",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "{{7*7}}${7*7}{%debug%}",
    "$(touch /tmp/x);`id`|id",
    "../../../../etc/passwd",
    "http://169.254.169.254/latest/meta-data/",
    "x\r\nset-cookie: injected=1\r\n\r\n<script>alert(1)</script>",
    "\u{0}\u{1}\u{1b}[31m\u{7f}",
    "\u{202e}\u{feff}\u{200b}ａｄｍｉｎ",
    "=cmd|' /C calc'!A0",
    "-9223372036854775809",
    "${jndi:ldap://127.0.0.1/a}",
];

/// Every name that a page reads from its address.
const QUERIES: [&str; 28] = [
    "q", "status", "owner", "account", "sort", "page", "name", "match", "from", "to", "key", "alias", "model",
    "provider", "state", "before", "by", "days", "kind", "client", "test", "window", "version", "since", "format",
    "row", "for", "ticket",
];

/// Headers that something of ours reads or shows.
const HEADERS: [&str; 12] = [
    "user-agent",
    "referer",
    "x-forwarded-for",
    "x-request-id",
    "accept",
    "accept-language",
    "hx-request",
    "hx-target",
    "hx-current-url",
    "anthropic-version",
    "idempotency-key",
    "if-none-match",
];

/// What must hold of an answer to any of it.
fn check(faults: &mut Vec<String>, what: &str, text: &str, reply: &Reply) {
    let body = String::from_utf8_lossy(&reply.body);
    let page = reply.header("content-type").starts_with("text/html");
    if reply.status.as_u16() >= 500 {
        faults.push(format!("{what} {text:?}: {}", reply.status));
    }
    for tag in ["<script>alert", "<img src=x", "href=\"javascript:"] {
        if page && body.contains(tag) {
            faults.push(format!("{what} {text:?}: the page has {tag}"));
        }
    }
    for word in ["sqlite", "syntax error", "near \"", "$argon2", "root:x:0"] {
        if body.contains(word) {
            faults.push(format!("{what} {text:?}: the answer has {word}"));
        }
    }
    if reply.header("set-cookie").contains("injected") || reply.header("location").contains(['\r', '\n']) {
        faults.push(format!("{what} {text:?}: a header was added"));
    }
}

/// Rows that no person of the first account may change: all people, and everything of the other account. A live reset link
/// may set a password, whatever it is.
async fn untouchable(world: &World) -> Vec<String> {
    let bravo = world.sides[1].account.id.to_string();
    let rows = world.rows().await.into_iter();
    rows.filter(|row| row.starts_with("person: ") && !row.contains("'spare@") || row.contains(&bravo))
        .collect()
}

#[test]
fn every_field_of_every_form_takes_it_as_text() {
    on(Engine::Sqlite, |store| async move {
        let world = World::start(store).await;
        let before = untouchable(&world).await;
        let mut faults = Vec::new();
        let lines = table::console();

        for line in lines.iter().filter(|line| line.is_unsafe() && !line.form.is_empty()) {
            let actor = world.actor(if line.address == "/wallet/credit" {
                "admin"
            } else {
                "owner A"
            });
            // A sign-in that fails too often has to wait.
            if line.address == "/sign-in" {
                continue;
            }
            for (field, text) in pairs(&world, line, actor).await {
                let thing = world.lasting_thing(line, actor, Whose::Own).await;
                let mut fields = line.fields(&thing);
                fields[field].1 = text.to_owned();
                let what = format!("{} {}", line.address, fields[field].0);
                let sent: Vec<(&str, &str)> = fields.iter().map(|(name, it)| (name.as_str(), it.as_str())).collect();
                let reply = actor.client.post_form(&line.path(&thing), &sent).await;
                check(&mut faults, &what, text, &reply);
            }
        }
        for page in [
            "/keys",
            "/keys/export.csv",
            "/usage",
            "/requests",
            "/wallet",
            "/wallet/export.csv",
        ] {
            check(&mut faults, page, "", &world.actor("admin").client.get(page).await);
        }
        assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
        assert_eq!(untouchable(&world).await, before);
    });
}

/// Each field of a form, by its place, with each text.
async fn pairs(world: &World, line: &Line, actor: &Visitor) -> Vec<(usize, &'static str)> {
    let count = line.fields(&world.lasting_thing(line, actor, Whose::Own).await).len();
    (0..count).flat_map(|field| TEXTS.map(|text| (field, text))).collect()
}

#[test]
fn a_sign_in_takes_it_as_text() {
    on(Engine::Sqlite, |store| async move {
        let world = World::start(store).await;
        let client = world.app.client().like_a_browser();
        let mut faults = Vec::new();
        for text in TEXTS {
            for fields in [
                [("email", text), ("password", "wrong"), ("next", "/keys")],
                [("email", "owner@alpha.test"), ("password", text), ("next", "/keys")],
                [("email", "owner@alpha.test"), ("password", "wrong"), ("next", text)],
            ] {
                let reply = client.post_form("/sign-in", &fields).await;
                check(&mut faults, "/sign-in", text, &reply);
                if reply.status != 422 {
                    faults.push(format!("{fields:?}: {}", reply.status));
                }
                world.clock.advance(std::time::Duration::from_secs(25 * 3600));
            }
        }
        assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    });
}

#[test]
fn every_address_and_its_query_take_it_as_text() {
    on(Engine::Sqlite, |store| async move {
        let world = World::start(store).await;
        let owner = world.actor("owner A");
        let before = world.rows().await;
        let mut faults = Vec::new();
        let lines = table::console();

        for line in lines
            .iter()
            .filter(|line| !line.is_unsafe() && !line.address.contains('?'))
        {
            let thing = world.lasting_thing(line, owner, Whose::Own).await;
            for text in TEXTS {
                let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
                let query: Vec<String> = QUERIES.iter().map(|name| format!("{name}={encoded}")).collect();
                let page = format!("{}?{}", line.path(&thing), query.join("&"));
                check(&mut faults, line.address, text, &owner.client.get(&page).await);
                let partial = owner
                    .client
                    .clone()
                    .with("hx-request", "true")
                    .with("hx-request-type", "partial");
                check(&mut faults, line.address, text, &partial.get(&page).await);
                if line.address.contains('{') {
                    let segment = encoded.replace('+', "%20");
                    let path = line
                        .address
                        .split('/')
                        .map(|it| if it.starts_with('{') { segment.as_str() } else { it });
                    check(
                        &mut faults,
                        line.address,
                        text,
                        &owner.client.get(&path.collect::<Vec<_>>().join("/")).await,
                    );
                }
            }
        }
        assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));

        let after = world.rows().await;
        assert!(after.len() >= before.len());
    });
}

#[test]
fn every_header_takes_it_as_text() {
    on(Engine::Sqlite, |store| async move {
        let world = World::start(store).await;
        let owner = world.actor("owner A");
        let calls = table::gateway();
        let call = calls
            .iter()
            .find(|line| line.address == "/v1/chat/completions")
            .expect("the line");
        let thing = world.thing(call, owner, Whose::Own).await;
        let caller = world.app.client().bearer(thing.secret.as_deref().expect("a key"));
        let before = untouchable(&world).await;
        let mut faults = Vec::new();
        // What cannot stand in a header at all is refused by every client.
        let texts = TEXTS
            .into_iter()
            .filter(|text| text.bytes().all(|byte| (0x20..0x7f).contains(&byte)));

        for text in texts {
            for header in HEADERS {
                let page = owner.client.clone().with(header, text).get("/keys").await;
                check(&mut faults, header, text, &page);
                let answer = call.call(&caller.clone().with(header, text), &thing).await;
                check(&mut faults, header, text, &answer);
                if header != "x-forwarded-for" && answer.status != 200 {
                    faults.push(format!("{header} {text:?}: {}", answer.status));
                }
            }
            for header in ["authorization", "x-api-key", "cookie"] {
                let answer = call.call(&world.app.client().with(header, text), &thing).await;
                check(&mut faults, header, text, &answer);
                if answer.status != 401 {
                    faults.push(format!("{header} {text:?}: {}", answer.status));
                }
            }
        }
        for page in ["/requests", "/usage", "/keys"] {
            check(&mut faults, page, "", &owner.client.get(page).await);
        }
        assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
        assert_eq!(untouchable(&world).await, before);
    });
}

#[test]
fn every_name_of_a_model_is_text_in_records_and_pages() {
    on(Engine::Sqlite, |store| async move {
        let world = World::start(store).await;
        let owner = world.actor("owner A");
        let line = &table::gateway()[0];
        let thing = world.thing(line, owner, Whose::Own).await;
        let caller = world.app.client().bearer(thing.secret.as_deref().expect("a key"));
        let mut faults = Vec::new();

        for text in TEXTS {
            let body = json!({"model": text, "messages": [{"role": "user", "content": text}], "user": text});
            let reply = caller.post("/v1/chat/completions", &body).await;
            check(&mut faults, "model", text, &reply);
            let known = json!({"model": thing.put_into("{alias}-chat"), "messages": [{"role": text, "content": text}]});
            check(
                &mut faults,
                "role",
                text,
                &caller.post("/v1/chat/completions", &known).await,
            );
            let path: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
            check(
                &mut faults,
                "/v1/models",
                text,
                &get(&caller, &format!("/v1/models/{}", path.replace('+', "%20"))).await,
            );
        }
        world.app.flush().await;
        let aliases = thing.put_into("/keys/{id}/aliases");

        for page in [
            "/requests",
            "/usage",
            "/requests/export.csv",
            "/usage/export.csv",
            &aliases,
        ] {
            check(&mut faults, page, "", &owner.client.get(page).await);
        }
        assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    });
}

async fn get(client: &Client, path: &str) -> Reply {
    client.send(Method::GET, path, None, Bytes::new()).await
}
