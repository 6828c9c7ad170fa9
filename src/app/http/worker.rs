//! One thread that answers requests, with a runtime of its own: a connection stays on its worker.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_http::body::{BodySize, BoxBody, MessageBody};
use actix_http::{ConnectionType, HttpService, Request, Response, StatusCode};
use actix_service::{IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt, apply_fn_factory, map_config};
use actix_web::dev::AppConfig;
use actix_web::{App, web};
use bytes::Bytes;
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{MissedTickBehavior, interval};

use super::accepting::Arrival;
use super::line::{Answering, Line};
use super::room::Room;
use super::stream::Io;
use super::timeouts::ClientTimeouts;
use crate::gateway::ShownKey;

/// How often a worker checks the connections that wait for their clients.
const SWEEP: Duration = Duration::from_millis(250);
/// How long work in other threads, such as hashing a password, may go on after the end.
const LAST_WORK: Duration = Duration::from_secs(1);

/// What a worker needs to serve, and how it is stopped.
pub(super) struct Orders {
    pub arrivals: mpsc::UnboundedReceiver<Arrival>,
    /// Whether every answer says that it is the connection's last.
    pub closing: Arc<AtomicBool>,
    /// Becomes true when the worker has to drop every connection.
    pub enough: watch::Receiver<bool>,
    pub timeouts: ClientTimeouts,
    pub started: oneshot::Sender<io::Result<()>>,
}

/// Serves connections until no other comes and all have been answered, or until `enough` says so.
pub(super) fn run(configure: impl Fn(&mut web::ServiceConfig) + Clone + 'static, orders: Orders) {
    let runtime = match Builder::new_current_thread()
        .enable_all()
        .build_local(LocalOptions::default())
    {
        Ok(runtime) => runtime,
        Err(error) => {
            drop(orders.started.send(Err(error)));
            return;
        }
    };
    runtime.block_on(serve(configure, orders));
    runtime.shutdown_timeout(LAST_WORK);
}

async fn serve(configure: impl Fn(&mut web::ServiceConfig) + Clone + 'static, orders: Orders) {
    let Orders {
        mut arrivals,
        closing,
        mut enough,
        timeouts,
        started,
    } = orders;

    let clock = Rc::new(Cell::new(Instant::now()));
    let app = map_config(
        App::new()
            .configure(configure)
            .into_factory()
            .map_err(|error: actix_web::Error| error.error_response()),
        |()| AppConfig::default(),
    );
    let watched = apply_fn_factory(app, move |request: Request, app: &_| {
        let answering = request.conn_data::<Rc<Line>>().map(Line::answers);
        let closing = closing.load(Ordering::Relaxed);
        let answer = Service::call(app, request);
        async move {
            let mut answer: Response<BoxBody> = answer.await?.into();
            // A client that was too slow once would be too slow with the rest.
            if closing || answer.status() == StatusCode::REQUEST_TIMEOUT {
                answer.head_mut().set_connection_type(ConnectionType::Close);
                answering.iter().for_each(Answering::is_the_last);
            }
            Ok(answer.map_body(|_, body| Watched {
                body,
                _answering: answering,
            }))
        }
    });

    let http = HttpService::build()
        .keep_alive(timeouts.idle)
        .client_request_timeout(timeouts.head)
        .client_disconnect_timeout(timeouts.leaving)
        // A client that closes its side has left; the gateway ends its call to the provider.
        .h1_allow_half_closed(false)
        .on_connect_ext(|io: &Io, data| {
            data.insert(io.line());
            data.insert(io.connection());
            data.insert(ShownKey::default());
        })
        .h1(watched);
    let Ok(http) = http.new_service(()).await else {
        drop(started.send(Err(io::Error::other("the routes cannot be set up"))));
        return;
    };
    if started.send(Ok(())).is_err() {
        return;
    }

    let room = Rc::new(Room::default());
    let mut sweeps = interval(SWEEP);
    sweeps.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut stopping = None;

    while stopping.is_none() || !room.is_empty() {
        tokio::select! {
            arrival = arrivals.recv(), if stopping.is_none() => match arrival {
                Some(arrival) => room.admit(arrival, &clock, |io, peer| http.call((io, Some(peer)))),
                None => stopping = Some(Instant::now()),
            },
            _ = sweeps.tick() => {
                clock.set(Instant::now());
                room.sweep(&timeouts, stopping);
            }
            () = room.emptied.notified() => {}
            _ = enough.wait_for(|enough| *enough) => return,
        }
    }
}

/// The body of an answer, which marks its request as answered when it is dropped.
struct Watched {
    body: BoxBody,
    _answering: Option<Answering>,
}

impl MessageBody for Watched {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.body.as_pin_mut().poll_next(cx)
    }
}
