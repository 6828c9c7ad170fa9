//! A machine of a company that reaches providers through a proxy, which the environment names.

use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::CREDIT;
use super::server::SERVE;
use super::tls::{authority, in_front_of};
use crate::cli::program::Program;
use crate::harness::client::{Client, Reply};
use crate::harness::store::run;
use crate::harness::upstream::Upstream;

/// A proxy that answers CONNECT.
struct Proxy {
    address: String,
    /// The heads of the requests that it got.
    seen: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// A proxy that answers with this status: with 200 it connects its client, with any other it does not.
    async fn start(status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address").to_string();
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let heads = Arc::clone(&seen);

        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let heads = Arc::clone(&heads);
                tokio::spawn(async move {
                    let mut head = String::new();
                    while !head.ends_with("\r\n\r\n") {
                        head.push(client.read_u8().await.expect("the head of a request").into());
                    }
                    let target = head.split(' ').nth(1).expect("where to").to_owned();
                    heads.lock().unwrap().push(head);

                    let answer = format!("HTTP/1.1 {status} Whatever\r\n\r\n");
                    client.write_all(answer.as_bytes()).await.expect("to answer");
                    if status == 200 {
                        let mut provider = TcpStream::connect(target).await.expect("the provider");
                        drop(tokio::io::copy_bidirectional(&mut client, &mut provider).await);
                    }
                });
            }
        });

        Self { address, seen }
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

/// The answer of one call with these variables in the environment, and the program's log.
async fn call(secure: &str, authority: &str, env: &[(&str, &str)]) -> (Reply, String) {
    let program = Program::with_account()
        .env("CROSSMODEL_EGRESS_ALLOW", secure)
        .env("ACME_KEY", "sk-x");
    let file = program.file("ca.pem", authority);
    let mut program = program.env("CROSSMODEL_CA_FILE", &file).env("CROSSMODEL_LOG", "debug");
    for (name, value) in env {
        program = program.env(name, value);
    }

    let url = format!("https://{secure}/v1");
    let set = [
        "provider",
        "set",
        "openai",
        "--base-url",
        &url,
        "--protocol",
        "openai-chat",
        "--credential-env",
        "ACME_KEY",
    ];
    program.run(&set).succeeds();
    program.run(&CREDIT).succeeds();
    let secret = program
        .run(&["key", "create", "--account", "Acme", "--name", "ci"])
        .succeeds()
        .out;

    let mut server = program.start(&SERVE);
    let base = server.says("Gateway: ");
    let question = json!({"model": "openai/gpt-5.5", "messages": [{"role": "user", "content": "Hello"}]});
    let client = Client::new(base.trim_end_matches("/v1")).bearer(secret.trim());
    let reply = client.post("/v1/chat/completions", &question).await;
    (reply, server.log())
}

#[test]
fn a_provider_is_called_through_the_proxy_that_the_environment_names() {
    run(async {
        let upstream = Upstream::start().await;
        let (pem, config) = authority();
        let secure = in_front_of(&upstream, config).await;
        let proxy = Proxy::start(200).await;
        let named = format!("http://maya:p%40ssw0rd@{}", proxy.address);

        let (reply, log) = call(&secure, &pem, &[("HTTPS_PROXY", &named)]).await;

        assert_eq!(reply.is(200).json()["choices"][0]["message"]["content"], "Hello there");
        let seen = proxy.seen().join("");
        assert!(seen.starts_with(&format!("CONNECT {secure} HTTP/1.1\r\n")), "{seen}");
        // maya:p@ssw0rd
        assert!(
            seen.contains("Proxy-Authorization: Basic bWF5YTpwQHNzdzByZA==\r\n"),
            "{seen}"
        );
        assert!(!seen.contains("sk-x"), "{seen}");
        assert!(log.contains(&format!("through the proxy {}", proxy.address)), "{log}");
        assert!(!log.contains("ssw0rd") && !log.contains("bWF5YTpw"), "{log}");
    });
}

#[test]
fn an_exception_is_called_past_the_proxy() {
    run(async {
        let upstream = Upstream::start().await;
        let (pem, config) = authority();
        let secure = in_front_of(&upstream, config).await;
        let proxy = Proxy::start(200).await;
        let env = [
            ("all_proxy", proxy.address.as_str()),
            ("no_proxy", "acme.example, 127.0.0.0/8"),
        ];

        call(&secure, &pem, &env).await.0.is(200);

        assert_eq!(proxy.seen(), [""; 0]);
    });
}

#[test]
fn a_proxy_that_refuses_makes_the_provider_unreachable() {
    run(async {
        let upstream = Upstream::start().await;
        let (pem, config) = authority();
        let secure = in_front_of(&upstream, config).await;
        let proxy = Proxy::start(407).await;
        let named = format!("http://maya:p%40ssw0rd@{}", proxy.address);

        let (reply, log) = call(&secure, &pem, &[("HTTPS_PROXY", &named)]).await;

        assert_eq!(
            reply.is(502).json()["error"]["message"],
            "OpenAI failed: it could not be reached."
        );
        assert!(
            log.contains("proxy authorization required") && !log.contains("ssw0rd"),
            "{log}"
        );
    });
}

#[test]
fn a_proxy_that_cannot_be_used_stops_the_start() {
    let program = Program::fresh().env("HTTPS_PROXY", "socks5://maya:secret@proxy.example.com");
    for command in [&SERVE[..], &["check-config"]] {
        program
            .run(command)
            .fails(2, &["HTTPS_PROXY", "`socks5`", "unset HTTPS_PROXY"]);
    }
}
