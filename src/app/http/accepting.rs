//! Takes connections from the system and hands them to the workers, as many as there is room for.

use std::io::{self, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::timeout;

use crate::connections::{ConnectionSlot, Connections};

/// The pause after a failure of the system, such as no descriptors being left.
const PAUSE: Duration = Duration::from_millis(50);
/// How long a connection may be on its way when the listener closes.
const HANDSHAKE: Duration = Duration::from_millis(250);
/// The most refused connections that have not read the refusal yet.
const REFUSED: usize = 32;
/// How long one of them has to read it.
const READ_REFUSAL: Duration = Duration::from_secs(1);

const REFUSAL: &str = concat!(
    "HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\ncontent-type: application/json\r\n",
    "content-length: 150\r\n\r\n",
    r#"{"error":{"message":"Too many connections are open here right now. Try again in a few seconds.","#,
    r#""type":"api_error","param":null,"code":"overloaded"}}"#,
    "\n"
);

/// A connection on its way to a worker.
#[derive(Debug)]
pub(super) struct Arrival {
    pub stream: TcpStream,
    pub peer: SocketAddr,
    pub slot: ConnectionSlot,
}

/// Accepts until `stopping` says so, and then the connections that the system has let in already. The end of their channel
/// tells the workers that no other connection comes.
pub(super) async fn accept(
    listener: TcpListener,
    workers: Vec<mpsc::UnboundedSender<Arrival>>,
    connections: Arc<Connections>,
    mut stopping: watch::Receiver<bool>,
) {
    let mut hall = Hall {
        workers,
        next: 0,
        connections,
        refused: Arc::new(Semaphore::new(REFUSED)),
        reported: None,
    };

    tokio::select! {
        () = hall.accept_from(&listener) => {}
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }

    if close_to_newcomers(&listener).is_ok() {
        drop(timeout(HANDSHAKE, hall.accept_from(&listener)).await);
    }

    let Ok(listener) = listener.into_std() else { return };
    while let Ok(accepted) = listener.accept() {
        drop(hall.take(Ok(accepted)));
    }
}

/// Leaves new attempts to connect unanswered: the client tries again, and is refused once the listener is gone. To close the
/// listener at once would break off connections that the client knows of, but the system here does not yet.
#[cfg(target_os = "linux")]
fn close_to_newcomers(listener: &TcpListener) -> io::Result<()> {
    // Of a packet for a listener the filter sees the TCP header, whose flags are at 13, among them SYN.
    let load_flags = socket2::SockFilter::new(0x30, 0, 0, 13);
    let skip_unless_syn = socket2::SockFilter::new(0x45, 0, 1, 0x02);
    let (drop, keep) = (
        socket2::SockFilter::new(0x06, 0, 0, 0),
        socket2::SockFilter::new(0x06, 0, 0, u32::MAX),
    );
    socket2::SockRef::from(listener).attach_filter(&[load_flags, skip_unless_syn, drop, keep])
}

#[cfg(not(target_os = "linux"))]
fn close_to_newcomers(_: &TcpListener) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

struct Hall {
    workers: Vec<mpsc::UnboundedSender<Arrival>>,
    next: usize,
    connections: Arc<Connections>,
    refused: Arc<Semaphore>,
    /// When the log last reported a failure of the system.
    reported: Option<Instant>,
}

impl Hall {
    /// Accepts connections until the task is dropped.
    async fn accept_from(&mut self, listener: &TcpListener) {
        loop {
            let accepted = listener.accept().await;
            let accepted = accepted.and_then(|(stream, peer)| Ok((stream.into_std()?, peer)));
            if let Err(error) = self.take(accepted) {
                self.report(&error);
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Hands a connection over to a worker, or refuses it.
    ///
    /// # Errors
    /// If the system cannot give a connection now.
    fn take(&mut self, accepted: io::Result<(TcpStream, SocketAddr)>) -> io::Result<()> {
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            // The client has left again.
            Err(error) if has_left(&error) => return Ok(()),
            Err(error) => return Err(error),
        };

        // Without `nodelay` a stream's chunks wait up to 40 ms for each other.
        let prepared = stream.set_nonblocking(true).and_then(|()| stream.set_nodelay(true));
        if prepared.is_err() {
            return Ok(());
        }

        match self.connections.enter(peer.ip(), Instant::now()) {
            Some(slot) => self.hand_over(Arrival { stream, peer, slot }),
            None => self.refuse(stream),
        }
        Ok(())
    }

    /// The workers take turns. One that has ended leaves the list.
    fn hand_over(&mut self, mut arrival: Arrival) {
        while !self.workers.is_empty() {
            self.next = (self.next + 1) % self.workers.len();
            let Some(worker) = self.workers.get(self.next) else {
                return;
            };
            match worker.send(arrival) {
                Ok(()) => return,
                Err(back) => {
                    tracing::error!("A thread that answers requests has ended");
                    arrival = back.0;
                    self.workers.remove(self.next);
                }
            }
        }
    }

    /// Answers that there is no room, as far as that does not hold up other connections.
    fn refuse(&self, mut stream: TcpStream) {
        let Ok(turn) = Arc::clone(&self.refused).try_acquire_owned() else {
            return;
        };
        let written = stream
            .write_all(REFUSAL.as_bytes())
            .and_then(|()| stream.shutdown(Shutdown::Write));
        if written.is_err() {
            return;
        }

        tokio::spawn(async move {
            let _turn = turn;
            let Ok(mut stream) = tokio::net::TcpStream::from_std(stream) else {
                return;
            };
            // Bytes that are unread when the connection closes would make the system take the refusal back.
            let mut unread = [0; 1024];
            let reading = async { while stream.read(&mut unread).await.is_ok_and(|read| read > 0) {} };
            drop(timeout(READ_REFUSAL, reading).await);
        });
    }

    /// Makes room if it can, and logs the failure, but not too often.
    fn report(&mut self, error: &io::Error) {
        self.connections.make_room();
        if self
            .reported
            .is_none_or(|last| last.elapsed() >= Duration::from_secs(10))
        {
            self.reported = Some(Instant::now());
            let (connections, strangers) = self.connections.count();
            tracing::error!(%error, connections, strangers, "The system gives no more connections");
        }
    }
}

/// Whether only this connection is gone, and others can be accepted.
fn has_left(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusal_is_as_long_as_it_says() {
        let (head, body) = REFUSAL.split_once("\r\n\r\n").unwrap();
        let length = head.split("content-length: ").nth(1).unwrap();
        assert_eq!(length, body.len().to_string());
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(body).unwrap()["error"]["code"],
            "overloaded"
        );
    }
}
