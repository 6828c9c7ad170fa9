//! Nothing is changed for another site's page, and nothing by looking.

use std::collections::BTreeSet;

use bytes::Bytes;
use hyper::Method;
use scraper::{Html, Selector};

use super::stage::{Visitor, Whose, World};
use super::table::{self, Line};
use crate::harness::client::Client;
use crate::harness::database::Engine;
use crate::harness::store::on;

const SITE: &str = "sec-fetch-site";
/// How many pages a crawl looks at.
const PAGES: usize = 150;

/// Headers of requests that do not come from a page of the console.
fn elsewhere(actor: &Client) -> Vec<(&'static str, Client)> {
    let own = actor.base().to_owned();
    let plain = || actor.clone().without(SITE);
    let from = |origin: &str| plain().with("origin", origin);
    vec![
        ("cross-site", actor.clone().with(SITE, "cross-site")),
        ("same-site", actor.clone().with(SITE, "same-site")),
        ("none", actor.clone().with(SITE, "none")),
        ("a word of its own", actor.clone().with(SITE, "same-origin, cross-site")),
        (
            "cross-site, and our origin",
            actor.clone().with(SITE, "cross-site").with("origin", &own),
        ),
        ("nothing", plain()),
        ("origin null", from("null")),
        ("a foreign origin", from("https://evil.example")),
        ("our host on another port", from("http://127.0.0.1:1")),
        ("our host over https", from(&own.replace("http://", "https://"))),
        (
            "our host as the beginning of another",
            from(&format!("{own}.evil.example")),
        ),
        ("our host as a user's name", from(&format!("{own}@evil.example"))),
    ]
}

fn forms() -> impl Iterator<Item = Line> {
    table::console().into_iter().filter(Line::is_unsafe)
}

#[test]
fn no_form_is_taken_from_elsewhere() {
    on(Engine::Sqlite, |store| async move {
        let world = World::start(store).await;
        let admin = world.actor("admin");
        let mut faults = Vec::new();
        for (n, line) in forms().enumerate() {
            let thing = world.lasting_thing(&line, admin, Whose::Own).await;
            let before = if n == 0 { world.rows().await } else { Vec::new() };
            for (what, client) in elsewhere(&admin.client) {
                let reply = line.play(&client, &thing).await;
                if reply.status != 403 || !reply.text().contains("This form came from another site") {
                    faults.push(format!("{} with {what}: {}", line.address, reply.status));
                }
            }
            if n == 0 {
                assert_eq!(world.rows().await, before);
            }
        }
        admin.client.get("/keys").await.is(200);
        assert_eq!(faults, [""; 0]);
    });
}

#[test]
fn a_form_from_elsewhere_leaves_every_row_as_it_was() {
    on(Engine::Sqlite, |store| async move {
        let world = World::start(store).await;
        let admin = world.actor("admin");
        let lines: Vec<Line> = forms().filter(|line| !line.address.contains("{token}")).collect();
        let thing = world.lasting_thing(&lines[0], admin, Whose::Own).await;
        let before = world.rows().await;

        for line in &lines {
            for (_, client) in elsewhere(&admin.client) {
                line.play(&client, &thing).await;
            }
        }

        assert_eq!(world.rows().await, before);
    });
}

#[test]
fn a_page_of_ours_may_say_so_in_either_header() {
    on(Engine::Sqlite, |store| async move {
        let world = World::start(store).await;
        let owner = world.actor("owner A");
        let line = forms()
            .find(|line| line.address == "/keys/{id}/name")
            .expect("the line");
        let own = owner.client.base().to_owned();

        for client in [
            owner.client.clone(),
            owner.client.clone().without(SITE).with("origin", &own),
        ] {
            let thing = world.thing(&line, owner, Whose::Own).await;
            line.play(&client, &thing).await.is(303);
        }
    });
}

#[test]
fn only_the_methods_of_the_table_change_anything() {
    on(Engine::Sqlite, |store| async move {
        let world = World::start(store).await;
        let admin = world.actor("admin");
        let lines = table::console();
        let thing = world.lasting_thing(&lines[0], admin, Whose::Own).await;
        let before = world.rows().await;
        let mut faults = Vec::new();

        for line in lines.iter().filter(|line| !line.address.contains('?')) {
            let has = |method: &str| {
                lines
                    .iter()
                    .any(|it| it.method == method && it.pattern() == line.pattern())
            };
            let mut methods = vec![
                Method::PUT,
                Method::PATCH,
                Method::DELETE,
                Method::from_bytes(b"SPEND").unwrap(),
            ];
            methods.extend((!has("POST")).then_some(Method::POST));
            methods.extend((!has("GET")).then_some(Method::GET));
            for method in methods {
                let form = Some("application/x-www-form-urlencoded");
                let path = line.path(&thing);
                let reply = admin
                    .client
                    .send(method.clone(), &path, form, Bytes::from_static(b"op=save"))
                    .await;
                // `/keys/{id}` stands behind `/keys/bulk` and the like.
                if !matches!(reply.status.as_u16(), 404 | 405) {
                    faults.push(format!("{method} {path}: {}", reply.status));
                }
            }
        }

        assert_eq!(faults, [""; 0]);
        assert_eq!(world.rows().await, before);
    });
}

#[test]
fn no_page_changes_anything_by_being_looked_at() {
    on(Engine::Sqlite, |store| async move {
        let world = World::start(store).await;
        let line = table::console()
            .into_iter()
            .find(|line| line.address == "/requests/{id}")
            .expect("the line");
        for name in ["owner A", "viewer A1", "admin"] {
            let actor = world.actor(name);
            let mut pages = addresses(&world, actor).await;
            let request = world.thing(&line, actor, Whose::Own).await;
            pages.insert(line.path(&request));
            let before = world.rows().await;

            let seen = crawl(&actor.client, pages).await;
            for page in &seen {
                actor.client.get(page).await;
            }

            assert!(seen.len() > 40, "only {} pages were found", seen.len());
            assert_eq!(world.rows().await, before, "{name}");
        }
    });
}

/// Every GET of the table, about a thing of the actor's own.
async fn addresses(world: &World, actor: &Visitor) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for line in table::console()
        .iter()
        .filter(|line| !line.is_unsafe() && line.pattern() != "/requests/{id}")
    {
        let thing = world.lasting_thing(line, actor, Whose::Own).await;
        all.insert(line.path(&thing));
    }
    all
}

/// These pages and what they lead to, as far as it is not one more page of the same kind.
async fn crawl(client: &Client, start: BTreeSet<String>) -> Vec<String> {
    let mut kinds: BTreeSet<String> = start.iter().map(|page| kind(page)).collect();
    let mut todo: Vec<String> = start.into_iter().collect();
    let mut seen = Vec::new();
    while let Some(page) = todo.pop() {
        let reply = client.get(&page).await;
        assert!(reply.status.as_u16() < 500, "{page}: {}", reply.status);
        if seen.len() < PAGES && reply.header("content-type").starts_with("text/html") {
            todo.extend(links(&reply.page()).filter(|link| kinds.insert(kind(link))));
        }
        seen.push(page);
    }
    seen
}

/// Where a page leads to by a click or by itself.
fn links(page: &Html) -> impl Iterator<Item = String> {
    let all = Selector::parse("a[href], [hx-get], form:not([method=post])").expect("a selector");
    let found: Vec<String> = page
        .select(&all)
        .filter_map(|it| it.attr("href").or(it.attr("hx-get")).or(it.attr("action")))
        .filter(|link| link.starts_with('/') && !link.starts_with("//"))
        .map(|link| link.split('#').next().unwrap_or_default().to_owned())
        .collect();
    found.into_iter()
}

/// Its path without ids, and the names in its query.
fn kind(link: &str) -> String {
    let (path, query) = link.split_once('?').unwrap_or((link, ""));
    let plain = |part: &str| {
        if part.len() == 36 {
            "{id}".to_owned()
        } else {
            part.to_owned()
        }
    };
    let names: BTreeSet<&str> = query
        .split('&')
        .filter_map(|pair| Some(pair.split_once('=')?.0))
        .collect();
    format!("{} {names:?}", path.split('/').map(plain).collect::<Vec<_>>().join("/"))
}
