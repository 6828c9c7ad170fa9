//! Secrets are nowhere but where they belong: not in a log, not in the database, not in what the program tells of itself.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::harness::client::Client;
use crate::harness::database::{Database, Engine, Folder};
use crate::harness::process::{Leash, prints_with};
use crate::harness::provider::Provider;
use crate::harness::store::run;

const PASSWORD: &str = "canary plum orchard at dusk";
const WRONG_PASSWORD: &str = "canary pear orchard at dawn";
const CREDENTIAL: &str = "sk-canary-credential-of-the-provider";
const PROMPT: &str = "canary prompt that nobody but the provider may read";
/// The libraries too, as somebody in search of a fault may set it.
const EVERYTHING: &str =
    "trace,crossmodel=trace,sqlx=trace,hyper=trace,hyper_util=trace,actix_web=trace,actix_http=trace";
/// Of the right shape, but nobody's.
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
    let program = {
        let (url, master) = (database.url(), folder.as_ref().join("master.key"));
        let (allowed, spool) = (provider.authority().to_owned(), folder.as_ref().join("spool"));
        move |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_crossmodel"));
            command
                .args(arguments)
                .env_clear()
                .env("DATABASE_URL", &url)
                .env("CROSSMODEL_MASTER_KEY_FILE", &master);
            command
                .env("CROSSMODEL_EGRESS_ALLOW", &allowed)
                .env("CROSSMODEL_LOG", EVERYTHING);
            command.env("CROSSMODEL_SPOOL", &spool);
            command
        }
    };
    prints_with(program(&["migrate"]), "").await;
    prints_with(program(&["account", "create", "Acme"]), "").await;
    prints_with(
        program(&[
            "credit",
            "add",
            "--account",
            "Acme",
            "--usd",
            "5",
            "--note",
            "for a test",
        ]),
        "",
    )
    .await;
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
    prints_with(program(&add), PASSWORD).await;
    let set = [
        "provider",
        "set",
        "openai",
        "--base-url",
        &provider.url(),
        "--protocol",
        "openai-chat",
    ];
    prints_with(program(&[&set[..], &["--credential-stdin"]].concat()), CREDENTIAL).await;
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
    let first = prints_with(program(&create), "").await.trim().to_owned();

    let log = folder.as_ref().join("log");
    let mut serve = program(&["serve", "--listen", "127.0.0.1:0"]);
    let mut server = serve
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::create(&log).expect("a file for the log"))
        .spawn()
        .expect("the server");
    let _leash = Leash::on(&server);
    let mut said = BufReader::new(server.stdout.take().expect("its output"))
        .lines()
        .map(|line| line.expect("a line"));
    let base = said
        .find_map(|line| Some(line.split_once("Gateway: ")?.1.trim().to_owned()))
        .expect("its address");
    let base = base.trim_end_matches("/v1").to_owned();

    // Everything that has to do with a secret, the refusals included.
    let visitor = Client::new(&base).like_a_browser();
    let sign_in = |password| [("email", "maya@example.com"), ("password", password)];
    visitor.post_form("/sign-in", &sign_in(WRONG_PASSWORD)).await.is(422);
    visitor.post_form("/sign-in", &sign_in(PASSWORD)).await.is(303);
    let made = visitor
        .post_form("/keys", &[("name", "laptop"), ("owner", "me"), ("expires", "never")])
        .await
        .is(303);
    let page = visitor.get(made.header("location")).await.is(200).page();
    let shown = page
        .select(&scraper::Selector::parse("#secret").expect("a selector"))
        .next()
        .expect("the secret");
    let second = shown.attr("value").expect("its value").to_owned();
    for secret in [first.as_str(), second.as_str(), UNKNOWN_KEY] {
        let question = json!({"model": "openai/gpt-5.5", "messages": [{"role": "user", "content": PROMPT}]});
        let expected = if secret == UNKNOWN_KEY { 401 } else { 200 };
        let client = Client::new(&base);
        client
            .clone()
            .bearer(secret)
            .post("/v1/chat/completions", &question)
            .await
            .is(expected);
        client
            .with("x-api-key", secret)
            .get("/v1/models/openai/gpt-5.5")
            .await
            .is(if expected == 401 { 401 } else { 200 });
    }
    let sent = provider.received();
    assert!(
        sent.iter()
            .all(|call| call.headers.contains(CREDENTIAL) && call.body.to_string().contains(PROMPT))
    );
    let metrics = Client::new(&base).get("/metrics").await.is(200);
    let cookies = visitor.cookies();

    let stopped = Command::new("kill").args(["-TERM", &server.id().to_string()]).status();
    assert!(stopped.expect("to tell it to stop").success());
    let rest: Vec<String> = said.collect();
    assert!(server.wait().expect("its end").success());

    let master = std::fs::read_to_string(folder.as_ref().join("master.key")).expect("the master key");
    let mut secrets = vec![
        PASSWORD,
        WRONG_PASSWORD,
        CREDENTIAL,
        PROMPT,
        UNKNOWN_KEY,
        &first,
        &second,
        master.trim(),
    ];
    secrets.extend(cookies.iter().map(String::as_str));
    assert!(
        secrets.iter().all(|secret| secret.len() > 20),
        "a short secret is found by chance"
    );
    let log = std::fs::read(log).expect("the log");
    assert!(!log.is_empty(), "nothing was logged");
    let places = [
        ("the log", log),
        ("the database", database.dump().await),
        ("its output", rest.join("\n").into_bytes()),
        ("its metrics", metrics.body.to_vec()),
    ];
    for (place, bytes) in places {
        for secret in &secrets {
            // Postgres shows binary columns in hexadecimal.
            let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
            for form in [secret, hex.as_str()] {
                assert!(
                    memchr::memmem::find(&bytes, form.as_bytes()).is_none(),
                    "{secret} is in {place}"
                );
            }
        }
    }
    database.remove().await;
}
