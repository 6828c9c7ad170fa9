//! One thread that answers requests, with a runtime of its own: a connection stays on its worker.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
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
use tokio::net::TcpStream;
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::AbortHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::accepting::Arrival;
use super::line::{Answering, Io, Line, Patience};
use crate::connections::ConnectionSlot;
use crate::gateway::ShownKey;

/// How often connections are looked at that wait for their clients.
const SWEEP: Duration = Duration::from_millis(250);
/// How long work in other threads, such as hashing a password, may go on after the end.
const LAST_WORK: Duration = Duration::from_secs(1);

/// What a worker is told, and tells.
pub(super) struct Orders {
    pub arrivals: mpsc::UnboundedReceiver<Arrival>,
    /// Whether every answer says that it is the connection's last.
    pub closing: Arc<AtomicBool>,
    /// Whether to drop everything.
    pub enough: watch::Receiver<bool>,
    pub patience: Patience,
    pub started: oneshot::Sender<io::Result<()>>,
}

/// Answers what arrives until nobody else comes and everybody has been answered, or until it is enough.
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
        patience,
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
        .keep_alive(patience.idle)
        .client_request_timeout(patience.head)
        .client_disconnect_timeout(patience.leaving)
        // A client that closes its side has left; the gateway ends its upstream call.
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
                room.sweep(&patience, stopping);
            }
            () = room.emptied.notified() => {}
            _ = enough.wait_for(|enough| *enough) => return,
        }
    }
}

/// Whom this worker serves.
#[derive(Default)]
struct Room {
    next: Cell<u64>,
    members: RefCell<HashMap<u64, (Rc<Line>, AbortHandle)>>,
    emptied: Notify,
}

impl Room {
    fn is_empty(&self) -> bool {
        self.members.borrow().is_empty()
    }

    /// Serves a connection in a task of its own.
    fn admit<F: Future + 'static>(
        self: &Rc<Self>,
        arrival: Arrival,
        clock: &Rc<Cell<Instant>>,
        serve: impl FnOnce(Io, SocketAddr) -> F,
    ) {
        let Arrival { stream, peer, place } = arrival;
        let Ok(stream) = TcpStream::from_std(stream) else {
            return;
        };
        let (line, connection) = (Line::new(clock), place.connection());
        let serving = serve(Io::new(stream, Rc::clone(&line), Arc::clone(&connection)), peer);
        let number = self.next.replace(self.next.get() + 1);
        let membership = Membership {
            room: Rc::clone(self),
            number,
            _place: place,
        };
        let task = tokio::task::spawn_local(async move {
            let _membership = membership;
            serving.await;
        });
        let task = task.abort_handle();
        self.members.borrow_mut().insert(number, (line, task.clone()));
        connection.served_by(task);
    }

    /// Ends connections on which nothing useful happens.
    fn sweep(&self, patience: &Patience, stopping: Option<Instant>) {
        for (line, task) in self.members.borrow().values() {
            if line.is_over(patience, stopping) {
                task.abort();
            }
        }
    }
}

/// A connection's entry in the worker's room, which goes with its task.
struct Membership {
    room: Rc<Room>,
    number: u64,
    _place: ConnectionSlot,
}

impl Drop for Membership {
    fn drop(&mut self) {
        let mut members = self.room.members.borrow_mut();
        members.remove(&self.number);
        if members.is_empty() {
            self.room.emptied.notify_one();
        }
    }
}

/// An answer's body, at whose end the request has been answered.
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
