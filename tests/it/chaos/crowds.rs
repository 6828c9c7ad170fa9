//! Very many connections that do nothing useful, against a program with few descriptors.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::cli::program::{Program, Started};
use crate::harness::client::Client;
use crate::harness::dice::number;
use crate::harness::store::run;

const FEW: u32 = 256;

/// A demo with few descriptors.
struct Site {
    demo: Started,
    address: SocketAddr,
    key: String,
}

impl Site {
    fn start(program: &Program) -> Self {
        let mut demo = program.start(&["demo", "--listen", "127.0.0.1:0"]);
        let base = demo.says("Console ");
        demo.says("and the like before");
        let key = demo
            .said()
            .split_once("Bearer ")
            .expect("a key")
            .1
            .split('\'')
            .next()
            .expect("its end")
            .to_owned();
        Self {
            demo,
            address: base
                .trim_matches('/')
                .rsplit('/')
                .next()
                .unwrap()
                .parse()
                .expect("its address"),
            key,
        }
    }

    /// One call by a new caller. Returns its answer, and how long that took.
    async fn call(&self) -> (u16, Duration) {
        let client = Client::new(format!("http://{}", self.address)).bearer(&self.key);
        let ask = serde_json::json!({"model": "cross-model-basic", "messages": [{"role": "user", "content": "Hello"}]});
        let began = Instant::now();
        let answer = timeout(Duration::from_secs(5), client.post("/v1/chat/completions", &ask)).await;
        (answer.map_or(0, |answer| answer.status.as_u16()), began.elapsed())
    }

    /// Sign-in forms of which a byte comes now and then, all from one address; those that are cut begin anew, if `again`.
    fn slow_forms(&self, count: u64, from: &str, again: bool) -> JoinSet<()> {
        let (to, from) = (self.address, format!("{from}:0").parse().unwrap());
        let mut forms = JoinSet::new();
        for _ in 0..count {
            forms.spawn(async move {
                loop {
                    let _ = slow_form(to, from).await;
                    sleep(Duration::from_millis(200)).await;
                    if !again {
                        return;
                    }
                }
            });
        }
        forms
    }
}

async fn slow_form(to: SocketAddr, from: SocketAddr) -> std::io::Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(from)?;
    let mut form = socket.connect(to).await?;
    let head = format!(
        "POST /sign-in HTTP/1.1\r\nhost: {to}\r\norigin: http://{to}\r\ncontent-length: 60000\r\n\
         content-type: application/x-www-form-urlencoded\r\n\r\nemail=a"
    );
    form.write_all(head.as_bytes()).await?;
    loop {
        form.write_all(b"a").await?;
        sleep(Duration::from_millis(500)).await;
    }
}

async fn callers_are_served(site: &Site) {
    for n in 0..13 {
        let (status, took) = site.call().await;
        assert!(
            status == 200 && took < Duration::from_secs(3),
            "call {n}: {status} after {took:?}\n{}",
            site.demo.log()
        );
        sleep(Duration::from_millis(100)).await;
    }
}

/// The most slow forms that the tests' own process can hold beside all else.
fn forms() -> u64 {
    number("CHAOS_FORMS", 400)
}

#[test]
fn slow_forms_do_not_stop_a_caller_of_the_same_address() {
    run(async {
        let program = Program::empty().with_descriptors(FEW);
        let site = Site::start(&program);
        let _forms = site.slow_forms(forms(), "127.0.0.1", false);
        sleep(Duration::from_secs(1)).await;
        callers_are_served(&site).await;
    });
}

#[test]
fn slow_forms_that_begin_anew_do_not_stop_a_caller_elsewhere() {
    run(async {
        let program = Program::empty()
            .with_descriptors(FEW)
            .env("CROSSMODEL_CONNECTIONS_PER_ADDRESS", "64");
        let site = Site::start(&program);
        let _forms = site.slow_forms(forms(), "127.0.0.2", true);
        sleep(Duration::from_secs(1)).await;
        callers_are_served(&site).await;
        let log = site.demo.log();

        assert!(
            log.contains("client=127.0.0.2") && log.contains("CROSSMODEL_CONNECTIONS_PER_ADDRESS"),
            "{log}"
        );
        assert!(log.matches("CROSSMODEL_CONNECTIONS_PER_ADDRESS").count() < 5, "{log}");
    });
}

/// R16: descriptors run out, since the limit of connections has been set too high.
#[test]
fn a_program_without_descriptors_neither_ends_nor_spins_and_goes_on_when_it_has_some_again() {
    run(async {
        let limits = ["CROSSMODEL_MAX_CONNECTIONS", "CROSSMODEL_CONNECTIONS_PER_ADDRESS"];
        let program = limits
            .iter()
            .fold(Program::empty(), |program, name| program.env(name, "1000"));
        let program = program.with_descriptors(FEW);
        let site = Site::start(&program);
        let mut held = Vec::new();

        for _ in 0..500 {
            held.push(TcpStream::connect(site.address).await.expect("the system to accept it"));
        }
        let (worked, seconds) = (site.demo.worked(), 3.0);
        sleep(Duration::from_secs_f64(seconds)).await;
        let worked = site.demo.worked() - worked;

        assert!(worked < seconds / 2.0, "it worked for {worked} seconds of {seconds}");

        let log = site.demo.log();
        assert_eq!(log.matches("The system gives no more connections").count(), 1, "{log}");

        drop(held);
        let began = Instant::now();
        while site.call().await.0 != 200 {
            sleep(Duration::from_millis(50)).await;
        }
        assert!(began.elapsed() < Duration::from_secs(3), "after {:?}", began.elapsed());
    });
}
