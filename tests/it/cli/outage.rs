//! The program while its Postgres is away, and when it is there again.

use std::time::{Duration, Instant};

use crossmodel::store::Store;

use super::program::Program;
use crate::harness::client::{Client, Reply};
use crate::harness::cluster::Cluster;
use crate::harness::store::run;

const PASSWORD: &str = "plum orchard at dusk, 1912";
/// Next to the ten seconds that the pool waits, however busy the machine is.
const AT_ONCE: Duration = Duration::from_secs(2);
/// How soon it has to say that the database is away, and that it is there again.
const SOON: Duration = Duration::from_secs(10);

#[test]
fn while_postgres_is_away_the_console_says_so_at_once_and_the_gateway_goes_on() {
    run(async {
        let cluster = Cluster::start();
        let program = Program::empty().on(cluster.url());
        let key = program.path("cm.key").display().to_string();
        let program = program.env("CROSSMODEL_MASTER_KEY_FILE", &key);
        let secret = set_up(&program);
        let mut server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
        let client = Client::new(server.says("Console: "));
        let maya = client.clone().like_a_browser();
        let fields = [("email", "maya@example.com"), ("password", PASSWORD)];
        maya.post_form("/sign-in", &fields).await.is(303);
        maya.get("/keys").await.is(200);

        let calls = client.clone().bearer(secret.trim());
        calls.get("/v1/models").await.is(200);

        cluster.crash();
        let (first, took) = timed(maya.get("/keys")).await;
        says_that_the_database_is_away(&first);
        assert!(took < Duration::from_secs(3), "the first waited {took:?}");

        for _ in 0..3 {
            everything_is_refused_at_once(&maya, &fields).await;
        }
        let style = first
            .text()
            .split('"')
            .find(|part| part.ends_with(".css"))
            .expect("a stylesheet")
            .to_owned();
        client.get(&style).await.is(200);
        let degraded = ready(&client, "degraded").await.is(200).json();

        assert_eq!(degraded["database"], "unreachable");
        assert!(
            degraded["reason"]
                .as_str()
                .expect("a reason")
                .contains("does not answer"),
            "{degraded}"
        );

        calls.get("/v1/models").await.is(200);

        cluster.begin();
        let began = Instant::now();
        while maya.get("/keys").await.status != 200 {
            assert!(began.elapsed() < SOON, "not well after {:?}", began.elapsed());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        ready(&client, "ready").await.is(200);
    });
}

/// An account, an admin who signs in with [`PASSWORD`], and a key. Returns the key's secret.
fn set_up(program: &Program) -> String {
    program.run(&["account", "create", "Acme"]).succeeds();

    let admin = ["--email", "maya@example.com", "--role", "admin", "--password-stdin"];
    let add = [&["person", "add"], admin.as_slice()].concat();
    program.run_with(&add, PASSWORD).succeeds();

    let create = ["key", "create", "--account", "Acme", "--name", "ci"];
    program.run(&create).succeeds().out
}

/// A page, a form and a fragment each say at once that the database is away.
async fn everything_is_refused_at_once(maya: &Client, fields: &[(&str, &str)]) {
    let (page, took) = timed(maya.get("/keys")).await;
    says_that_the_database_is_away(&page);
    assert!(took < AT_ONCE, "it waited {took:?}");

    let (form, took) = timed(maya.post_form("/sign-in", fields)).await;
    says_that_the_database_is_away(&form);
    assert!(took < AT_ONCE, "the form waited {took:?}");

    let fragment = maya
        .clone()
        .with("hx-request-type", "partial")
        .get("/keys")
        .await
        .is(503);
    assert_eq!((fragment.header("retry-after"), fragment.text()), ("5", ""));
}

#[test]
fn a_server_that_is_away_is_told_from_one_that_refuses() {
    run(async {
        let cluster = Cluster::start();
        let store = Store::open(&cluster.url().parse().unwrap()).await.unwrap();
        store.reach().await.unwrap();
        // The server runs, and refuses a user that it does not know.
        let unknown = cluster.url().replace("postgres@", "nobody@");
        assert!(!Store::open(&unknown.parse().unwrap()).await.unwrap_err().is_outage());

        cluster.crash();

        assert!(store.reach().await.unwrap_err().is_outage());
        assert!(store.ping().await.unwrap_err().is_outage());
        cluster.begin();
        store.reach().await.unwrap();
        store.close().await;
    });
}

async fn timed(answer: impl Future<Output = Reply>) -> (Reply, Duration) {
    let began = Instant::now();
    (answer.await, began.elapsed())
}

#[track_caller]
fn says_that_the_database_is_away(reply: &Reply) {
    let reply = reply.clone().is(503);
    assert_eq!(reply.header("retry-after"), "5");
    assert!(reply.text().contains("The database isn't available") || reply.text().contains("database isn&#39;t"));
    assert!(reply.header("content-security-policy").contains("default-src 'none'"));
    assert!(reply.header("x-request-id").starts_with("req_cm_"));
}

/// The answer of `/readyz`, once it has this status.
async fn ready(client: &Client, status: &str) -> Reply {
    let began = Instant::now();
    loop {
        let reply = client.get("/readyz").await;
        if reply.json()["status"] == status {
            return reply;
        }
        assert!(began.elapsed() < SOON, "not {status}: {}", reply.text());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
