//! Callers that go on calling while the program is asked to stop: every accepted call is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::cli::program::Program;
use crate::harness::dice::{millis, number, seeded};
use crate::harness::store::run;

const CALLERS: usize = 24;

/// What became of all requests.
#[derive(Debug, Default)]
struct Tally {
    answered: AtomicU64,
    /// The connection was made, and the request sent, but no answer came.
    unanswered: AtomicU64,
    /// The same on a connection that had been answered before, which both sides may close while nothing is asked.
    raced: AtomicU64,
}

/// Calls again and again, until no program listens. `keeps`: whether one connection is used as often as the answers allow.
async fn calls(address: String, request: Arc<str>, keeps: bool, tally: Arc<Tally>) {
    loop {
        let Ok(mut socket) = TcpStream::connect(&address).await else {
            return;
        };
        for nth in 0.. {
            if socket.write_all(request.as_bytes()).await.is_err() {
                tally.count(nth);
                break;
            }
            let mut answer = vec![0; 256 << 10];
            let read = timeout(Duration::from_secs(20), socket.read(&mut answer)).await;
            let answer = match read {
                Ok(Ok(read)) if read > 0 => String::from_utf8_lossy(&answer[..read]).into_owned(),
                _ => {
                    tally.count(nth);
                    break;
                }
            };
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
            tally.answered.fetch_add(1, Ordering::Relaxed);
            if !keeps || answer.contains("connection: close") {
                break;
            }
        }
    }
}

impl Tally {
    fn count(&self, nth: u64) {
        let which = if nth == 0 { &self.unanswered } else { &self.raced };
        which.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn every_accepted_call_is_answered_at_a_stop() {
    run(async {
        let mut dice = seeded("farewells");
        let tally = Arc::new(Tally::default());
        let program = Program::with_account();
        let stops = number("CHAOS_STOPS", 5);

        for _ in 0..stops {
            let mut server = program.start(&["serve", "--listen", "127.0.0.1:0", "--workers", "2"]);
            let address = server
                .says("Gateway: ")
                .trim_start_matches("http://")
                .trim_end_matches("/v1")
                .to_owned();
            let request: Arc<str> = format!("GET /healthz HTTP/1.1\r\nhost: {address}\r\n\r\n").into();
            let mut callers = JoinSet::new();
            for n in 0..CALLERS {
                callers.spawn(calls(
                    address.clone(),
                    Arc::clone(&request),
                    n % 2 == 0,
                    Arc::clone(&tally),
                ));
            }
            sleep(millis(&mut dice, 50..=300)).await;
            server.signal("TERM");
            while let Some(ended) = callers.join_next().await {
                ended.expect("a caller that went home");
            }
            assert_eq!(server.end().code(), Some(0));
        }
        println!("{stops} stops: {tally:?}");
        assert!(tally.answered.load(Ordering::Relaxed) > 100 * stops);
        assert_eq!(
            (
                tally.unanswered.load(Ordering::Relaxed),
                tally.raced.load(Ordering::Relaxed)
            ),
            (0, 0)
        );
    });
}
