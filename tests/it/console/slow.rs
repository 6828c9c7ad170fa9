//! Forms that come too slowly.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::harness::app::TestApp;
use crate::harness::database::Engine;
use crate::harness::store::on;

/// What a form to this path is answered of which a byte comes every second, and after how long.
async fn trickled(app: &TestApp, path: &str, header: &str) -> (String, Duration) {
    let (url, host) = (app.url(), app.url().trim_start_matches("http://"));
    let (mut reader, mut writer) = TcpStream::connect(host).await.unwrap().into_split();
    let head = format!("POST {path} HTTP/1.1\r\nhost: {host}\r\norigin: {url}\r\n{header}content-length: 9999\r\n\r\n");
    let began = Instant::now();
    writer.write_all(head.as_bytes()).await.unwrap();
    let form = tokio::spawn(async move {
        while writer.write_all(b"a").await.is_ok() {
            sleep(Duration::from_secs(1)).await
        }
    });
    let mut told = vec![0; 64 << 10];
    let read = timeout(Duration::from_secs(30), reader.read(&mut told))
        .await
        .expect("an answer")
        .unwrap();
    form.abort();
    (String::from_utf8_lossy(&told[..read]).into_owned(), began.elapsed())
}

#[test]
fn a_form_has_ten_seconds() {
    on(Engine::Sqlite, |store| async move {
        let app = TestApp::start(store).await;
        let kind = "content-type: application/x-www-form-urlencoded\r\n";
        let htmx = format!("{kind}hx-request-type: partial\r\n");
        let ((page, took), (fragment, _), (unknown, _)) = tokio::join!(
            trickled(&app, "/sign-in", kind),
            trickled(&app, "/sign-in", &htmx),
            trickled(&app, "/nothing/here", ""),
        );
        for told in [&page, &fragment, &unknown] {
            assert!(told.starts_with("HTTP/1.1 408 "), "{told}");
            assert!(told.contains("arrive within 10 seconds"), "{told}");
        }
        assert!(page.contains("<html") && !fragment.contains("<html"), "{fragment}");
        assert!((10..15).contains(&took.as_secs()), "{took:?}");
    });
}
