//! The HTTP server: one listener, its workers, and the end of both.
//!
//! The protocol is actix's. This module decides on the connections, since any program can open some: how many there are
//! ([`Connections`]), how long the server waits for each ([`line`]), and how they end at a stop. At a stop every connection
//! that was let in is answered: the server accepts the connections that the system has accepted, every answer from then
//! on says that it is its connection's last, and each connection ends after its answer.

mod accepting;
mod line;
mod room;
mod stream;
mod timeouts;
mod worker;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use actix_web::web;
use futures_util::future::join_all;
use tokio::sync::{mpsc, oneshot, watch};

use accepting::accept;
pub(super) use timeouts::ClientTimeouts;
use worker::Orders;

use crate::connections::Connections;

/// A listener that is being served.
pub(super) struct Server {
    closing: Arc<AtomicBool>,
    stopping: watch::Sender<bool>,
    enough: watch::Sender<bool>,
    ended: Vec<oneshot::Receiver<()>>,
    threads: Vec<JoinHandle<()>>,
}

pub(super) struct Serve {
    /// The number of threads that answer requests.
    pub workers: usize,
    pub timeouts: ClientTimeouts,
    pub connections: Arc<Connections>,
}

impl Server {
    /// Begins to answer on a listener, which does not block.
    ///
    /// # Errors
    /// If the system gives no threads, or the routes cannot be set up.
    pub async fn start(
        listener: TcpListener,
        serve: Serve,
        configure: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
    ) -> io::Result<Self> {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let closing = Arc::new(AtomicBool::new(false));
        let (stopping, asked_to_stop) = watch::channel(false);
        let (enough, _) = watch::channel(false);

        let mut server = Self {
            closing,
            stopping,
            enough,
            ended: Vec::new(),
            threads: Vec::new(),
        };
        let mut workers = Vec::new();
        for number in 0..serve.workers.max(1) {
            workers.push(server.worker(number, serve.timeouts, configure.clone()).await?);
        }

        tokio::spawn(accept(listener, workers, serve.connections, asked_to_stop));
        Ok(server)
    }

    async fn worker(
        &mut self,
        number: usize,
        timeouts: ClientTimeouts,
        configure: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
    ) -> io::Result<mpsc::UnboundedSender<accepting::Arrival>> {
        let (sender, arrivals) = mpsc::unbounded_channel();
        let (started, outcome) = oneshot::channel();
        let (ends, ended) = oneshot::channel();
        let closing = Arc::clone(&self.closing);
        let orders = Orders {
            arrivals,
            closing,
            enough: self.enough.subscribe(),
            timeouts,
            started,
        };

        let thread = thread::Builder::new()
            .name(format!("answers-{number}"))
            .spawn(move || {
                worker::run(configure, orders);
                let _ = ends.send(());
            })?;
        self.threads.push(thread);
        self.ended.push(ended);

        outcome
            .await
            .unwrap_or_else(|_| Err(io::Error::other("a thread that answers requests ended at once")))?;
        Ok(sender)
    }

    /// Has every answer from now on say that it is its connection's last, so that clients leave by themselves.
    pub fn see_off(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }

    /// Lets no other connection in, and returns when every connection has been answered.
    pub async fn stop(&mut self) {
        self.see_off();
        self.stopping.send_replace(true);
        join_all(self.ended.iter_mut()).await;
    }

    /// Ends everything at once.
    pub async fn end(mut self) {
        self.stopping.send_replace(true);
        self.enough.send_replace(true);
        drop(tokio::task::spawn_blocking(move || self.threads.drain(..).for_each(|thread| drop(thread.join()))).await);
    }
}

#[cfg(test)]
mod tests;
