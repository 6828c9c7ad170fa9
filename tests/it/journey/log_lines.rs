//! The log lines of a call: each names the request as its answer does, the key and the account, and why it failed.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::harness::client::{Client, Reply};
use crate::harness::database::Folder;
use crate::harness::process::{Leash, prints_with};
use crate::harness::store::run;
use crate::harness::upstream::{Step, Upstream, delta, json_answer, stream};

#[test]
fn every_line_of_a_call_names_the_request_the_key_and_the_account_and_says_why() {
    run(async {
        let folder = Folder::fresh();
        let upstream = Upstream::start().await;
        let program = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_crossmodel"));
            command.args(arguments).env_clear().env("CROSSMODEL_LOG_FORMAT", "json");
            command.env(
                "DATABASE_URL",
                format!("sqlite://{}/crossmodel.db", folder.as_ref().display()),
            );
            command.env("CROSSMODEL_EGRESS_ALLOW", upstream.host_port());
            command
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
        let url = upstream.url();
        let set = [
            "provider",
            "set",
            "openai",
            "--base-url",
            &url,
            "--protocol",
            "openai-chat",
            "--credential-stdin",
        ];
        prints_with(program(&set), "sk-some-credential").await;
        let key = prints_with(program(&["key", "create", "--account", "Acme", "--name", "ci"]), "").await;

        let log = folder.as_ref().join("log");
        let mut serve = program(&["serve", "--listen", "127.0.0.1:0"]);
        let file = File::create(&log).expect("a file for the log");
        let mut server = serve
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()
            .expect("the server");
        let _leash = Leash::on(&server);
        let mut said = BufReader::new(server.stdout.take().expect("its output"))
            .lines()
            .map(|line| line.expect("a line"));
        let base = said
            .find_map(|line| Some(line.split_once("Gateway: ")?.1.trim().to_owned()))
            .expect("its address");
        let client = Client::new(base.trim_end_matches("/v1")).bearer(key.trim());

        let busy = json!({"error": {"message": "busy in Ohio"}});
        let ask = async |model: &str, more: Value| {
            let mut question = json!({"model": model, "messages": [{"role": "user", "content": "Hello"}]});
            question
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().cloned().unwrap());
            client.post("/v1/chat/completions", &question).await
        };
        let mut replies: Vec<(Reply, &str)> = Vec::new();
        let error = busy.clone();
        upstream.answers(move |_| json_answer(400, &error));
        replies.push((ask("openai/gpt-5.5", json!({})).await.is(400), "busy in Ohio"));
        let error = busy.clone();
        upstream.answers(move |_| json_answer(200, &error));
        replies.push((ask("openai/gpt-5.5", json!({})).await.is(502), "busy in Ohio"));
        upstream.answers(|_| vec![Step::Close]);
        replies.push((
            ask("openai/gpt-5.5", json!({})).await.is(502),
            "it broke off its answer",
        ));
        upstream.answers(|_| stream(&[&delta("Hello")]));
        replies.push((
            ask("openai/gpt-5.5", json!({"stream": true})).await.is(200),
            "it broke off its answer",
        ));
        upstream.answers(move |_| stream(&[&delta("Hello"), &format!("data: {busy}\n\n")]));
        replies.push((
            ask("openai/gpt-5.5", json!({"stream": true})).await.is(200),
            "busy in Ohio",
        ));
        replies.push((
            ask("openai/no-such-model", json!({})).await.is(404),
            "was not found or is unavailable",
        ));
        replies.push((
            ask("openai/gpt-5.5", json!({"stream": 7})).await.is(400),
            "must be true or false",
        ));

        let stopped = Command::new("kill").args(["-TERM", &server.id().to_string()]).status();
        assert!(stopped.expect("to tell it to stop").success());
        assert!(server.wait().expect("its end").success());
        let lines: Vec<Value> = std::fs::read_to_string(log)
            .expect("the log")
            .lines()
            .map(|line| serde_json::from_str(line).expect("a line of JSON"))
            .collect();
        for (reply, why) in replies {
            let id = reply.header("x-request-id");
            let own: Vec<&Value> = lines.iter().filter(|line| line["request"] == id).collect();
            assert!(!own.is_empty(), "no line names {id}: {lines:#?}");
            for line in &own {
                assert!(
                    line["key"].as_str().is_some() && line["account"].as_str().is_some(),
                    "{line}"
                );
            }
            let told = own.iter().any(|line| line.to_string().contains(why));
            assert!(told, "no line of {id} says {why}: {own:#?}");
        }
        let of_calls = ["A provider", "A model", "Refused a request"];
        for line in &lines {
            let message = line["message"].as_str().unwrap_or_default();
            let of_a_call = of_calls.iter().any(|start| message.starts_with(start));
            assert!(!of_a_call || line["request"].as_str().is_some(), "{line}");
        }
    });
}
