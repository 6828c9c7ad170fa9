//! Slow, silent and greedy clients, and a stop under load: short versions of R16 and R17 of `docs/security.md`.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use actix_web::{HttpRequest, HttpResponse};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::*;
use crate::connections::{Connection, Room};
use crate::domain::TrustedProxies;

/// Every limit is a fifth of a second here, and late closing takes a second more.
const SHORT: Duration = Duration::from_millis(200);
const SOON: Duration = Duration::from_secs(3);

struct Site {
    server: Server,
    address: SocketAddr,
    connections: Arc<Connections>,
}

impl Site {
    async fn start(most: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Connections::new(Room {
            most,
            per_address: most,
            proxies: TrustedProxies::default(),
        });
        // The server's own clock is half a second behind.
        let timeouts = ClientTimeouts {
            head: SHORT * 4,
            idle: SHORT * 50,
            leaving: SHORT,
            stalled: SHORT,
            settling: SHORT,
        };
        let serve = Serve {
            workers: 2,
            timeouts,
            connections: Arc::clone(&connections),
        };
        let server = Server::start(listener, serve, routes).await.unwrap();
        Self {
            server,
            address,
            connections,
        }
    }

    async fn client(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// A client that has shown a key in a request that was answered.
    async fn caller(&self) -> TcpStream {
        let mut client = self.client().await;
        asks(&mut client, "/key").await;
        assert!(answer(&mut client).await.starts_with("HTTP/1.1 200"));
        client
    }
}

fn routes(config: &mut web::ServiceConfig) {
    config.default_service(web::to(async |request: HttpRequest| match request.path() {
        "/key" => {
            request.conn_data::<Arc<Connection>>().unwrap().authenticated();
            HttpResponse::Ok().body("welcome")
        }
        "/late" => {
            sleep(SHORT * 2).await;
            HttpResponse::Ok().body("late")
        }
        "/large" => HttpResponse::Ok().body(vec![b'x'; 32 << 20]),
        _ => HttpResponse::NotFound().finish(),
    }));
}

async fn asks(client: &mut TcpStream, path: &str) {
    client
        .write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes())
        .await
        .unwrap();
}

/// The bytes that the server sends next; none if it has closed the connection.
async fn answer(client: &mut TcpStream) -> String {
    let mut bytes = vec![0; 16 << 10];
    match timeout(SOON, client.read(&mut bytes))
        .await
        .expect("an answer or an end")
    {
        Ok(read) => String::from_utf8_lossy(&bytes[..read]).into_owned(),
        Err(error) if error.kind() == ErrorKind::ConnectionReset => String::new(),
        Err(error) => panic!("{error}"),
    }
}

/// Sends a byte now and then until that fails; the answer is how long it took.
async fn trickle(mut client: TcpStream) -> Duration {
    let began = Instant::now();
    while client.write_all(b"0").await.is_ok() {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "the connection is still open"
        );
        sleep(Duration::from_millis(20)).await;
    }
    began.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_head_is_ended_also_after_another_request() {
    let site = Site::start(100).await;
    let (mut fresh, mut used) = (site.client().await, site.caller().await);
    fresh.write_all(b"GET /key HTTP/1.1\r\nx-slow: ").await.unwrap();
    used.write_all(b"GET /key HTTP/1.1\r\nx-slow: ").await.unwrap();
    assert!(trickle(fresh).await < SOON);
    assert!(trickle(used).await < SOON);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_no_handler_reads_holds_no_connection() {
    let site = Site::start(100).await;
    for framing in ["content-length: 1000000", "transfer-encoding: chunked"] {
        let mut client = site.client().await;
        let head = format!("POST /nothing HTTP/1.1\r\nhost: x\r\n{framing}\r\n\r\n");
        client.write_all(head.as_bytes()).await.unwrap();
        let told = answer(&mut client).await;
        assert!(told.starts_with("HTTP/1.1 404"), "{framing}: {told}");
        assert!(trickle(client).await < SOON, "{framing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_body_that_no_handler_reads_holds_no_connection_either() {
    let site = Site::start(100).await;
    let mut client = site.client().await;
    client
        .write_all(b"POST /nothing HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab")
        .await
        .unwrap();
    assert!(answer(&mut client).await.starts_with("HTTP/1.1 404"));
    client.write_all(b"c").await.unwrap();
    assert_eq!(answer(&mut client).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_is_let_go() {
    let site = Site::start(100).await;
    let mut client = site.client().await;
    asks(&mut client, "/large").await;
    let began = Instant::now();
    while site.connections.count().0 == 0 || began.elapsed() < SHORT {
        sleep(Duration::from_millis(10)).await;
    }
    while site.connections.count().0 > 0 {
        assert!(began.elapsed() < SOON, "it is still served");
        sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_gets_through_however_many_hold_connections_open() {
    let site = Site::start(20).await;
    let mut known = site.caller().await;
    let mut held = Vec::new();

    for _ in 0..100 {
        held.push(site.client().await);
    }
    drop(site.caller().await);
    asks(&mut known, "/key").await;

    assert!(answer(&mut known).await.starts_with("HTTP/1.1 200"));
    assert!(site.connections.count().1 <= 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_callers_have_all_the_room_others_are_told_to_come_back() {
    let site = Site::start(2).await;
    let _callers = (site.caller().await, site.caller().await);
    let mut client = site.client().await;
    asks(&mut client, "/key").await;
    let told = answer(&mut client).await;
    assert!(
        told.starts_with("HTTP/1.1 503") && told.contains("retry-after: 5"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn at_a_stop_every_connection_that_was_let_in_is_answered() {
    let mut site = Site::start(1000).await;
    let (mut idle, mut working, mut silent) = (site.caller().await, site.caller().await, site.client().await);
    asks(&mut working, "/late").await;
    sleep(Duration::from_millis(50)).await;
    // Still with the system when the stop comes.
    let mut waiting = Vec::new();
    for _ in 0..50 {
        let mut client = site.client().await;
        asks(&mut client, "/late").await;
        waiting.push(client);
    }

    let stopping = tokio::spawn(async move {
        site.server.stop().await;
        site.address
    });
    sleep(Duration::from_millis(50)).await;
    asks(&mut silent, "/key").await;

    for client in waiting.iter_mut().chain([&mut working, &mut silent]) {
        let told = answer(client).await;
        assert!(told.starts_with("HTTP/1.1 200"), "{told}");
    }
    assert_eq!(answer(&mut idle).await, "");
    let address = timeout(SOON, stopping).await.expect("it stops").unwrap();
    assert_eq!(
        TcpStream::connect(address).await.unwrap_err().kind(),
        ErrorKind::ConnectionRefused
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn before_a_stop_every_answer_says_that_it_is_the_last() {
    let site = Site::start(100).await;
    let mut client = site.caller().await;
    site.server.see_off();
    asks(&mut client, "/key").await;
    let told = answer(&mut client).await;

    assert!(told.contains("connection: close"), "{told}");
    assert_eq!(answer(&mut client).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_what_is_in_flight() {
    let site = Site::start(100).await;
    let mut client = site.caller().await;
    asks(&mut client, "/large").await;
    let began = Instant::now();
    site.server.end().await;

    assert!(began.elapsed() < SHORT * 2);
    assert_eq!(site.connections.count().0, 0);
}
