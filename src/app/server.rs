//! The running program: gateway and console on their listeners, until somebody asks it to stop.

use std::io;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::{App, HttpServer, web};
use futures_util::future::join_all;
use tokio::task::JoinHandle;
use url::Url;

use super::StartError;
use super::listener::{self, Listener};
use super::signals::StopSignals;
use crate::clock::Clock;
use crate::config::{Parts, Settings};
use crate::console::{Console, ConsoleOptions, setup};
use crate::domain::MasterKey;
use crate::gateway::{Gateway, GatewayOptions};
use crate::store::Store;

/// How long an idle connection is kept: longer than the proxies in front keep theirs, so that it is they who close.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long a client may take to send the head of a request.
const REQUEST_HEAD: Duration = Duration::from_secs(5);

/// What to serve besides what the settings say.
#[derive(Clone, Debug)]
pub struct Serving {
    /// What time it is.
    pub clock: Clock,
    /// Whether providers without a credential are answered by the stand-in: in the demo only.
    pub stand_in: bool,
}

/// The program, listening.
pub struct Running {
    /// Where it listens.
    pub parts: Parts,
    /// Where people find the console, if this process has it.
    pub console_url: Option<Url>,
    /// The base URL that clients use, if this process has the gateway.
    pub client_url: Option<String>,
    /// Makes the first admin; there is one only if nobody can sign in.
    pub setup_link: Option<Url>,
    store: Store,
    gateway: Option<Gateway>,
    servers: Vec<(ServerHandle, JoinHandle<io::Result<()>>)>,
    signals: StopSignals,
    drain_delay: Duration,
}

impl Running {
    /// Takes the addresses and starts to answer.
    ///
    /// # Errors
    /// If an address is taken, the settings do not go together, or the database fails.
    pub async fn start(
        settings: &Settings,
        store: Store,
        master: MasterKey,
        serving: Serving,
    ) -> Result<Self, StartError> {
        let signals = StopSignals::new()?;
        let (listeners, parts) = listener::take(settings.parts()?)?;
        let console = console(settings, parts, &store, &master, &serving)?;
        let setup_link = match &console {
            Some(console) => setup::first_run_link(console).await?,
            None => None,
        };
        let gateway = match parts.gateway {
            Some(_) => Some(gateway(settings, &store, master, serving).await?),
            None => None,
        };
        let mut servers = Vec::new();
        for listener in listeners {
            let server = serve(settings, listener, gateway.as_ref(), console.as_ref())?;
            servers.push((server.handle(), tokio::spawn(server)));
        }
        Ok(Self {
            parts,
            console_url: console.map(|console| console.options.public_url.clone()),
            client_url: gateway.as_ref().map(|_| settings.client_url(parts)),
            setup_link,
            store,
            gateway,
            servers,
            signals,
            drain_delay: Duration::from_secs(settings.drain_delay),
        })
    }

    /// Answers until a signal asks to stop; then says so in `/readyz`, takes no new connections, lets what is in flight
    /// end, writes the last usage records and returns. A second signal ends what is in flight at once.
    ///
    /// # Errors
    /// If a server ends in another way.
    pub async fn until_stopped(mut self) -> Result<(), StartError> {
        let handles: Vec<ServerHandle> = self.servers.iter().map(|(handle, _)| handle.clone()).collect();
        let signal = self.signals.next().await;
        tracing::info!("Stopping on {signal}, once the requests in flight have ended");
        if let Some(gateway) = &self.gateway {
            gateway.drain();
        }
        let gracefully = async {
            tokio::time::sleep(self.drain_delay).await;
            join_all(handles.iter().map(|handle| handle.stop(true))).await;
        };
        tokio::select! {
            () = gracefully => {}
            signal = self.signals.next() => {
                tracing::warn!("{signal} again: ending the requests in flight");
                join_all(handles.iter().map(|handle| handle.stop(false))).await;
            }
        }
        let mut outcome = Ok(());
        for (_, task) in self.servers {
            let ended = task.await.unwrap_or_else(|error| Err(io::Error::other(error)));
            outcome = outcome.and(ended.map_err(|error| StartError::System { what: "the server failed", error }));
        }
        if let Some(gateway) = self.gateway {
            gateway.stop().await;
        }
        self.store.close().await;
        tracing::info!("Stopped");
        outcome
    }
}

/// The console, if it is to be served here.
fn console(
    settings: &Settings,
    parts: Parts,
    store: &Store,
    master: &MasterKey,
    serving: &Serving,
) -> Result<Option<Console>, StartError> {
    let Some(address) = parts.console else { return Ok(None) };
    let public_url = settings.console_url(address)?;
    let options = ConsoleOptions {
        clock: serving.clock.clone(),
        master: master.clone(),
        secure_cookies: public_url.scheme() == "https",
        public_url,
        stand_in: serving.stand_in,
        gateway_url: settings.client_url(parts),
        search_patience: ConsoleOptions::SEARCH_PATIENCE,
    };
    Ok(Some(Console::new(store.clone(), options)))
}

async fn gateway(
    settings: &Settings,
    store: &Store,
    master: MasterKey,
    serving: Serving,
) -> Result<Gateway, StartError> {
    store.listen();
    let options = GatewayOptions {
        egress: settings.egress_allow.clone(),
        extra_roots: super::extra_roots(settings)?,
        stand_in: serving.stand_in,
        behind_proxy: settings.behind_proxy(),
        reserve: settings.reserve,
        keep_records: settings.keep_records.time(),
        timeouts: settings.patience.timeouts(),
        limits: settings.patience.limits(),
        ..GatewayOptions::new(serving.clock, master, settings.spool_folder())
    };
    Ok(Gateway::start(store.clone(), options).await?)
}

fn serve(
    settings: &Settings,
    listener: Listener,
    gateway: Option<&Gateway>,
    console: Option<&Console>,
) -> Result<Server, StartError> {
    let gateway = gateway.filter(|_| listener.gateway).cloned();
    let console = console.filter(|_| listener.console).cloned();
    let configure = move |config: &mut web::ServiceConfig| {
        // The gateway first: the console takes every path that is left.
        if let Some(gateway) = &gateway {
            config.configure(gateway.configure());
        }
        if let Some(console) = &console {
            config.configure(console.configure());
        }
    };
    let mut server = HttpServer::new(move || App::new().configure(configure.clone()))
        // Without it a stream's chunks wait up to 40 ms for each other.
        .tcp_nodelay(true)
        // A client that closes its side has left; the gateway ends its upstream call.
        .h1_allow_half_closed(false)
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(REQUEST_HEAD)
        .shutdown_timeout(settings.shutdown_timeout)
        .disable_signals();
    if let Some(workers) = settings.workers {
        server = server.workers(usize::from(workers));
    }
    let server = server.listen(listener.socket).map_err(|error| StartError::System { what: "cannot serve", error })?;
    Ok(server.run())
}
