//! Secrets are nowhere but where they belong: not in a log, not in the database, not in the program's output or metrics.

use std::process::Command;

use serde_json::json;

use super::CREDIT;
use super::server::{SERVE, Server};
use crate::harness::client::Client;
use crate::harness::database::{Database, Engine, Folder};
use crate::harness::process::prints_with;
use crate::harness::provider::Provider;
use crate::harness::store::run;

const PASSWORD: &str = "canary plum orchard at dusk";
const WRONG_PASSWORD: &str = "canary pear orchard at dawn";
const CREDENTIAL: &str = "sk-canary-credential-of-the-provider";
const PROMPT: &str = "canary prompt that only the provider may read";
/// All lines of the program and of its libraries, as an operator in search of a fault may set it.
const EVERYTHING: &str =
    "trace,crossmodel=trace,sqlx=trace,hyper=trace,hyper_util=trace,actix_web=trace,actix_http=trace";
/// A secret of the right shape that belongs to no key.
const UNKNOWN_KEY: &str = "cm-canary0000000000000000000000000000000000000000000";

#[test]
fn no_secret_is_in_a_log_or_in_sqlite() {
    run(no_secret_is_anywhere(Engine::Sqlite));
}

#[test]
fn no_secret_is_in_a_log_or_in_postgres() {
    run(no_secret_is_anywhere(Engine::Postgres));
}

async fn no_secret_is_anywhere(engine: Engine) {
    let database = Database::fresh(engine).await;
    let folder = Folder::fresh();
    let provider = Provider::start();
    let program = |arguments: &[&str]| program(arguments, &database.url(), &folder, &provider);
    let first = set_up(program, &provider.url()).await;
    let log = folder.as_ref().join("log");

    let server = Server::start(program(&SERVE), &log);
    let (second, cookies) = use_the_console(&server.url).await;
    call_with_keys(&server.url, &[&first, &second, UNKNOWN_KEY]).await;
    let sent = provider.received();
    let metrics = Client::new(&server.url).get("/metrics").await.is(200);
    let output = server.stop();

    assert!(
        sent.iter()
            .all(|call| call.headers.contains(CREDENTIAL) && call.body.to_string().contains(PROMPT))
    );
    let master = std::fs::read_to_string(folder.as_ref().join("master.key")).expect("the master key");
    let mut secrets = vec![PASSWORD, WRONG_PASSWORD, CREDENTIAL, PROMPT, UNKNOWN_KEY];
    secrets.extend([first.as_str(), second.as_str(), master.trim()]);
    secrets.extend(cookies.iter().map(String::as_str));
    let log = std::fs::read(log).expect("the log");
    assert!(!log.is_empty(), "nothing was logged");
    check_places(
        &secrets,
        [
            ("the log", log),
            ("the database", database.dump().await),
            ("its output", output.into_bytes()),
            ("its metrics", metrics.body.to_vec()),
        ],
    );
    database.remove().await;
}

fn program(arguments: &[&str], database: &str, folder: &Folder, provider: &Provider) -> Command {
    let folder = folder.as_ref();
    let mut command = Command::new(env!("CARGO_BIN_EXE_crossmodel"));
    command
        .args(arguments)
        .env_clear()
        .env("DATABASE_URL", database)
        .env("CROSSMODEL_MASTER_KEY_FILE", folder.join("master.key"))
        .env("CROSSMODEL_EGRESS_ALLOW", provider.authority())
        .env("CROSSMODEL_LOG", EVERYTHING)
        .env("CROSSMODEL_SPOOL", folder.join("spool"));
    command
}

/// Sets up an account with money, a person, and the provider at `url`; returns the secret of a key.
async fn set_up(program: impl Fn(&[&str]) -> Command, url: &str) -> String {
    let add = [
        "person",
        "add",
        "--email",
        "maya@example.com",
        "--role",
        "owner",
        "--account",
        "Acme",
        "--password-stdin",
    ];
    let set = [
        "provider",
        "set",
        "openai",
        "--base-url",
        url,
        "--protocol",
        "openai-chat",
        "--credential-stdin",
    ];
    let create = [
        "key",
        "create",
        "--account",
        "Acme",
        "--name",
        "ci",
        "--alias",
        "fast=openai/gpt-5.5",
    ];

    prints_with(program(&["migrate"]), "").await;
    prints_with(program(&["account", "create", "Acme"]), "").await;
    prints_with(program(&CREDIT), "").await;
    prints_with(program(&add), PASSWORD).await;
    prints_with(program(&set), CREDENTIAL).await;
    prints_with(program(&create), "").await.trim().to_owned()
}

/// Signs in, with a wrong password first, and creates a key; returns the key's secret and the cookies.
async fn use_the_console(base: &str) -> (String, Vec<String>) {
    let visitor = Client::new(base).like_a_browser();
    let sign_in = |password| [("email", "maya@example.com"), ("password", password)];
    visitor.post_form("/sign-in", &sign_in(WRONG_PASSWORD)).await.is(422);
    visitor.post_form("/sign-in", &sign_in(PASSWORD)).await.is(303);

    let created = visitor
        .post_form("/keys", &[("name", "laptop"), ("owner", "me"), ("expires", "never")])
        .await
        .is(303);
    let page = visitor.get(created.header("location")).await.is(200).page();
    let field = page
        .select(&scraper::Selector::parse("#secret").expect("a selector"))
        .next()
        .expect("the secret");
    let secret = field.attr("value").expect("its value").to_owned();
    (secret, visitor.cookies())
}

/// Calls a model and reads it from the list with each secret; only [`UNKNOWN_KEY`] is refused.
async fn call_with_keys(base: &str, secrets: &[&str]) {
    let question = json!({"model": "openai/gpt-5.5", "messages": [{"role": "user", "content": PROMPT}]});
    for secret in secrets {
        let expected = if *secret == UNKNOWN_KEY { 401 } else { 200 };

        let client = Client::new(base).bearer(secret);
        client.post("/v1/chat/completions", &question).await.is(expected);
        let client = Client::new(base).with("x-api-key", secret);
        client.get("/v1/models/openai/gpt-5.5").await.is(expected);
    }
}

fn check_places(secrets: &[&str], places: [(&str, Vec<u8>); 4]) {
    assert!(
        secrets.iter().all(|secret| secret.len() > 20),
        "a short secret is found by chance"
    );
    for (place, bytes) in places {
        for secret in secrets {
            // Postgres shows binary columns in hexadecimal.
            let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
            for form in [*secret, hex.as_str()] {
                assert!(
                    memchr::memmem::find(&bytes, form.as_bytes()).is_none(),
                    "{secret} is in {place}"
                );
            }
        }
    }
}
