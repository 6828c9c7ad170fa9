//! Requests that no client of ours would send, byte for byte: see `tests/data/probes.txt`.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::cli::program::{Program, Started};
use crate::harness::provider::Provider;
use crate::harness::store::run;

/// How long a connection may stay open after the last byte was sent.
const PATIENCE: Duration = Duration::from_secs(20);

struct Probe {
    name: &'static str,
    sends: &'static str,
    gets: &'static str,
}

fn probes() -> Vec<Probe> {
    let blocks = include_str!("../../data/probes.txt").split("\n== ").skip(1);
    blocks
        .map(|block| {
            let mut lines = block.lines();
            let (Some(name), Some(sends), Some(gets)) = (lines.next(), lines.next(), lines.next()) else {
                panic!("a probe has a name, a line that is sent and one that is answered: {block}");
            };
            let gets = gets
                .strip_prefix("-> ")
                .unwrap_or_else(|| panic!("{name}: the answer begins with ->"));
            Probe { name, sends, gets }
        })
        .collect()
}

/// The built program, serving, with its provider played here.
struct Served {
    _program: Program,
    _running: Started,
    provider: Provider,
    host: String,
    key: String,
}

impl Served {
    fn start() -> Self {
        let provider = Provider::start();
        let program = Program::with_account()
            .env("CROSSMODEL_EGRESS_ALLOW", provider.authority())
            .env("CROSSMODEL_LISTEN", "127.0.0.1:0")
            .env("UPSTREAM_CREDENTIAL", "sk-upstream");
        let (url, protocol) = (provider.url(), "openai-chat");
        let reached = [
            "provider",
            "set",
            "deepseek",
            "--base-url",
            &url,
            "--protocol",
            protocol,
        ];
        program
            .run(&[&reached[..], &["--credential-env", "UPSTREAM_CREDENTIAL"]].concat())
            .succeeds();
        program
            .run(&["credit", "add", "--account", "Acme", "--usd", "100", "--note", "x"])
            .succeeds();

        let made = program
            .run(&["key", "create", "--account", "Acme", "--name", "ci", "--rpm", "none"])
            .succeeds();
        let mut running = program.start(&["serve"]);
        let url = running.says("Gateway: ");
        let host = url
            .trim_start_matches("http://")
            .trim_end_matches("/v1")
            .trim_end_matches('/')
            .to_owned();
        Self {
            _program: program,
            _running: running,
            provider,
            host,
            key: made.out.trim().to_owned(),
        }
    }
}

#[test]
fn every_probe_gets_what_the_list_says() {
    run(async {
        let served = Served::start();
        let mut wrong = Vec::new();
        for probe in probes() {
            let got = play(&served, probe.sends).await;
            if got != probe.gets {
                wrong.push(format!(
                    "== {}\n{}\n-> {got}\ninstead of\n-> {}",
                    probe.name, probe.sends, probe.gets
                ));
            }
        }
        assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n\n"));
    });
}

/// Sends the probe and then a good request. Returns the answers.
async fn play(served: &Served, sends: &str) -> String {
    let Served {
        host, key, provider, ..
    } = served;
    let body = r#"{"model":"deepseek/deepseek-chat","messages":[{"role":"user","content":"Hello"}]}"#;
    let head = format!("host: {host}\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n");
    let many: String = (0..100).map(|n| format!("x-{n}: 1\r\n")).collect();
    let text = unescaped(sends);
    let mut text = String::from_utf8(text.clone()).map_or(text, |text| {
        let text = text
            .replace("{head}", &head)
            .replace("{host}", host)
            .replace("{key}", key);
        let text = text
            .replace("{length}", &body.len().to_string())
            .replace("{body}", body);
        let text = text.replace("{chunked}", &format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len()));
        text.replace("{many headers}", &many)
            .replace("{large}", &"x".repeat(200_000))
            .into_bytes()
    });
    text.extend(format!("GET /healthz HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").into_bytes());
    provider.received();

    let mut socket = TcpStream::connect(host.as_str()).await.expect("to connect");
    let (mut reading, mut writing) = socket.split();
    let mut answers = Vec::new();
    let read = async {
        // A connection that is reset has been answered before.
        let _ = reading.read_to_end(&mut answers).await;
    };
    let write = async {
        let _ = writing.write_all(&text).await;
    };
    let ended = tokio::time::timeout(PATIENCE, async { tokio::join!(read, write) })
        .await
        .is_ok();

    let mut told: Vec<String> = told(&answers);
    if !ended {
        told.push("and hangs".into());
    }
    format!("{}, asked {}", told.join(" "), provider.received().len())
}

/// The status of each answer, and where it leads to.
fn told(answers: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(answers);
    let mut told = Vec::new();
    for answer in text.split("HTTP/1.1 ").skip(1) {
        told.push(answer.chars().take(3).collect());
        let head = answer.split("\r\n\r\n").next().unwrap_or_default();
        told.extend(
            head.lines()
                .filter_map(|line| Some(line.strip_prefix("location: ")?.to_owned())),
        );
    }
    told
}

/// The bytes of a line with its escapes.
fn unescaped(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.extend_from_slice(before.as_bytes());
        let (byte, used) = match after.as_bytes() {
            [b'r', ..] => (b'\r', 1),
            [b'n', ..] => (b'\n', 1),
            [b'0', ..] => (0, 1),
            [b'x', ..] => (u8::from_str_radix(&after[1..3], 16).expect("two hexadecimal digits"), 3),
            _ => panic!("no escape: \\{after}"),
        };
        out.push(byte);
        rest = &after[used..];
    }
    out.extend_from_slice(rest.as_bytes());
    out
}
