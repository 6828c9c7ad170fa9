//! The log lines of a call: each names the request as its answer does, the key and the account, and why the call failed.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::CREDIT;
use super::server::{SERVE, Server};
use crate::harness::client::{Client, Reply};
use crate::harness::database::Folder;
use crate::harness::process::prints_with;
use crate::harness::store::run;
use crate::harness::upstream::{Step, Upstream, delta, json_answer, stream};

#[test]
fn every_line_of_a_call_names_the_request_the_key_and_the_account_and_says_why() {
    run(async {
        let folder = Folder::fresh();
        let upstream = Upstream::start().await;
        let program = |arguments: &[&str]| program(arguments, &folder, &upstream);
        let key = set_up(program, &upstream.url()).await;
        let log = folder.as_ref().join("log");

        let server = Server::start(program(&SERVE), &log);
        let client = Client::new(&server.url).bearer(&key);
        let replies = failing_calls(&client, &upstream).await;
        server.stop();

        let lines = read_lines(&log);
        for (reply, why) in replies {
            check_lines_of(&reply, why, &lines);
        }
        let of_calls = ["A provider", "A model", "Refused a request"];
        for line in &lines {
            let message = line["message"].as_str().unwrap_or_default();
            let of_a_call = of_calls.iter().any(|start| message.starts_with(start));
            assert!(!of_a_call || line["request.id"].as_str().is_some(), "{line}");
        }
    });
}

fn program(arguments: &[&str], folder: &Folder, upstream: &Upstream) -> Command {
    let database = folder.as_ref().join("crossmodel.db");
    let mut command = Command::new(env!("CARGO_BIN_EXE_crossmodel"));
    command
        .args(arguments)
        .env_clear()
        .env("CROSSMODEL_LOG_FORMAT", "json")
        .env("DATABASE_URL", format!("sqlite://{}", database.display()))
        .env("CROSSMODEL_EGRESS_ALLOW", upstream.host_port());
    command
}

/// Sets up the provider at `url` and an account with money; returns the secret of a key.
async fn set_up(program: impl Fn(&[&str]) -> Command, url: &str) -> String {
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
    let create = ["key", "create", "--account", "Acme", "--name", "ci"];

    prints_with(program(&["migrate"]), "").await;
    prints_with(program(&["account", "create", "Acme"]), "").await;
    prints_with(program(&CREDIT), "").await;
    prints_with(program(&set), "sk-some-credential").await;
    prints_with(program(&create), "").await.trim().to_owned()
}

/// One call for each way to fail, with the reason that its lines have to name.
async fn failing_calls(client: &Client, upstream: &Upstream) -> Vec<(Reply, &'static str)> {
    let busy = json!({"error": {"message": "busy in Ohio"}});
    let ask = async |model: &str, more: Value| {
        let mut question = json!({"model": model, "messages": [{"role": "user", "content": "Hello"}]});
        let object = question.as_object_mut().unwrap();
        object.extend(more.as_object().cloned().unwrap());
        client.post("/v1/chat/completions", &question).await
    };
    let (model, plain, streamed) = ("openai/gpt-5.5", json!({}), json!({"stream": true}));
    let mut replies = Vec::new();

    let error = busy.clone();
    upstream.answers(move |_| json_answer(400, &error));
    replies.push((ask(model, plain.clone()).await.is(400), "busy in Ohio"));

    let error = busy.clone();
    upstream.answers(move |_| json_answer(200, &error));
    replies.push((ask(model, plain.clone()).await.is(502), "busy in Ohio"));

    upstream.answers(|_| vec![Step::Close]);
    replies.push((ask(model, plain.clone()).await.is(502), "it broke off its answer"));

    upstream.answers(|_| stream(&[&delta("Hello")]));
    replies.push((ask(model, streamed.clone()).await.is(200), "it broke off its answer"));

    upstream.answers(move |_| stream(&[&delta("Hello"), &format!("data: {busy}\n\n")]));
    replies.push((ask(model, streamed).await.is(200), "busy in Ohio"));

    let unknown = ask("openai/no-such-model", plain).await.is(404);
    replies.push((unknown, "was not found or is unavailable"));
    let wrong = ask(model, json!({"stream": 7})).await.is(400);
    replies.push((wrong, "must be true or false"));
    replies
}

fn read_lines(log: &Path) -> Vec<Value> {
    let log = std::fs::read_to_string(log).expect("the log");
    log.lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect()
}

/// There are lines with the id of the reply, each names key and account, and one says why the call failed.
fn check_lines_of(reply: &Reply, why: &str, lines: &[Value]) {
    let id = reply.header("x-request-id");
    let own: Vec<&Value> = lines.iter().filter(|line| line["request.id"] == id).collect();
    assert!(!own.is_empty(), "no line names {id}: {lines:#?}");

    for line in &own {
        assert!(
            line["key.id"].as_str().is_some() && line["account.id"].as_str().is_some(),
            "{line}"
        );
    }
    let says_why = own.iter().any(|line| line.to_string().contains(why));
    assert!(says_why, "no line of {id} says {why}: {own:#?}");
}
