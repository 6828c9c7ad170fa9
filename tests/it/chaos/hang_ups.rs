//! Clients that hang up, in every way and at every moment: each call that reached the provider is in the ledger, and nothing
//! stays reserved or open.

use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::callers::{Saw, agent, question};
use super::kills::CREDIT;
use super::stage::Stage;
use crate::harness::database::Engine;
use crate::harness::dice::{millis, number, seeded};

/// How a client leaves.
#[derive(Clone, Copy, Debug)]
enum Leaves {
    /// Closes in order.
    Closing,
    /// Breaks off.
    Breaking,
    /// Closes its sending half only, and reads on.
    HalfClosing,
}

/// When it leaves. The first four are how the provider knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// At any moment after it asked.
    Anytime,
    /// The provider has been asked, and has not answered.
    NoHead,
    /// The provider has answered, without a byte of its stream.
    NoByte,
    /// It has read a part of the stream.
    Mid,
    /// It has read the end of the stream.
    Done,
}

const WAYS: [Leaves; 3] = [Leaves::Closing, Leaves::Breaking, Leaves::HalfClosing];
const MOMENTS: [When; 5] = [When::Anytime, When::NoHead, When::NoByte, When::Mid, When::Done];
/// Clients at the same time.
const AT_ONCE: usize = 24;
/// How soon the provider's side ends once a client has left.
const NOTICED: Duration = Duration::from_secs(10);

both_engines!(a_client_that_hangs_up_leaves_one_record_and_nothing_reserved, |store| {
    let each = number("CHAOS_HANG_UPS", 40);
    let mut dice = seeded("hang-ups");
    let stage = Arc::new(Stage::set((*store).clone(), store.engine(), store.database().url(), dice.u64(..)).await);
    let running = stage.start().await;
    let began = Instant::now();
    let (gate, mut clients) = (Arc::new(Semaphore::new(AT_ONCE)), JoinSet::new());

    for n in 0..each {
        for how in WAYS {
            for when in MOMENTS {
                let (stage, gate, mut dice) = (Arc::clone(&stage), Arc::clone(&gate), dice.fork());
                clients.spawn(async move {
                    let _turn = gate.acquire().await.expect("a turn");
                    one(&stage, n, how, when, &mut dice).await
                });
            }
        }
    }
    let mut saw = Vec::new();
    while let Some(ended) = clients.join_next().await {
        saw.push(ended.expect("a client"));
        if saw.len() % 500 == 0 {
            no_transaction_is_open(&stage).await;
        }
    }
    // The provider holds on to all that it did not end.
    let bill = stage.biller.bill();
    let held = bill
        .keys()
        .filter(|id| !id.starts_with("anytime/") && !id.starts_with("done/"))
        .count();
    timeout(NOTICED, stage.biller.upstream.was_hung_up_on(held))
        .await
        .expect("every call to the provider ends");
    no_transaction_is_open(&stage).await;
    running.stop().await;

    let truth = stage.tells_the_truth(&saw, CREDIT).await;
    println!(
        "{:?}: {} hang-ups in {:?}: {truth:?}",
        stage.engine,
        saw.len(),
        began.elapsed()
    );
    assert_eq!((truth.unknown, truth.answered), (0, (each * 3) as usize), "{truth:?}");
    assert!(truth.partial >= (each * 9) as usize, "{truth:?}");
    let log = stage.log();
    assert!(
        !log.contains("25P02") && !log.contains("transaction is aborted"),
        "{log}"
    );
});

/// One client that calls and leaves.
async fn one(stage: &Stage, n: u64, how: Leaves, when: When, dice: &mut Rng) -> Saw {
    let name = match when {
        When::Anytime => "anytime",
        When::NoHead => "no-head",
        When::NoByte => "no-byte",
        When::Mid => "mid",
        When::Done => "done",
    };
    let id = format!("{name}/{how:?}-{n}");
    let mut socket = TcpStream::connect(&stage.address).await.expect("the gateway");
    let stream = matches!(when, When::NoByte | When::Mid | When::Done) || n.is_multiple_of(2);
    let body = question(&id, stream, n % 4 < 2).to_string();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nuser-agent: {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        stage.secret.expose(),
        agent(&id),
        body.len()
    );
    socket.write_all((head + &body).as_bytes()).await.expect("to ask");

    match when {
        When::Anytime => tokio::time::sleep(millis(dice, 0..=40)).await,
        When::NoHead => asked(stage, &id).await,
        When::NoByte => {
            asked(stage, &id).await;
            tokio::time::sleep(millis(dice, 0..=30)).await;
        }
        When::Mid => read_until(&mut socket, "One").await,
        When::Done => read_until(&mut socket, "[DONE]").await,
    }
    match how {
        Leaves::Closing => {}
        Leaves::Breaking => socket.set_zero_linger().expect("to break off"),
        Leaves::HalfClosing => {
            socket.shutdown().await.expect("to close one half");
            let mut rest = Vec::new();
            // Whatever comes: the gateway ends the connection.
            drop(
                timeout(NOTICED, socket.read_to_end(&mut rest))
                    .await
                    .expect("an end of the connection"),
            );
        }
    }
    Saw {
        id,
        known: true,
        took: Duration::ZERO,
        status: None,
        request: None,
        finished: when == When::Done,
        tokens: None,
        code: None,
    }
}

async fn asked(stage: &Stage, id: &str) {
    let began = Instant::now();
    while !stage.biller.was_asked(id) {
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "{id} does not reach the provider\n{}",
            stage.log()
        );
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
}

async fn read_until(socket: &mut TcpStream, text: &str) {
    let mut got = Vec::new();
    while !String::from_utf8_lossy(&got).contains(text) {
        let mut more = [0; 4096];
        let n = socket.read(&mut more).await.expect("the answer");
        assert!(n > 0, "{}", String::from_utf8_lossy(&got));
        got.extend_from_slice(&more[..n]);
    }
}

async fn no_transaction_is_open(stage: &Stage) {
    if stage.engine == Engine::Postgres {
        // Longer than any transaction here takes: one that is just between two statements is no leak.
        let open = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
                    AND state LIKE 'idle in%' AND state_change < clock_timestamp() - INTERVAL '1 second'";
        assert_eq!(stage.number(open).await, 0, "connections are idle in a transaction");
    }
}
