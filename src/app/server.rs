//! The running program: gateway and console on their listeners, until somebody asks it to stop.

use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use actix_web::web;
use futures_util::future::join_all;
use tokio::time::{sleep, timeout};
use url::Url;

use super::http::{Patience, Serve, Server};
use super::listener::{self, Listener};
use super::signals::StopSignals;
use super::{StartError, descriptors};
use crate::clock::Clock;
use crate::config::{Parts, Settings};
use crate::connections::{Connections, Room};
use crate::console::sign_in::setup;
use crate::console::{Console, ConsoleOptions};
use crate::domain::MasterKey;
use crate::gateway::{Gateway, GatewayOptions};
use crate::store::Store;

/// What to serve besides what the settings say.
#[derive(Clone, Debug)]
pub struct Serving {
    /// What time it is.
    pub clock: Clock,
    /// Whether providers without a credential are answered by the stand-in: in the demo only.
    pub demo_provider: bool,
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
    servers: Vec<Server>,
    signals: StopSignals,
    drain_delay: Duration,
    patience: Duration,
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
        let connections = Connections::new(Room {
            most: descriptors::connections(descriptors::raise(), settings.max_connections),
            per_address: settings.connections_per_address as usize,
            proxies: settings.proxies(),
        });
        let mut servers = Vec::new();
        for listener in listeners {
            servers.push(serve(settings, listener, gateway.as_ref(), console.as_ref(), &connections).await?);
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
            patience: Duration::from_secs(settings.shutdown_timeout),
        })
    }

    /// Answers until a signal asks to stop; then says so in `/readyz`, takes no new connections, lets what is in flight
    /// end, writes the last usage records and returns. A second signal ends what is in flight at once.
    pub async fn until_stopped(mut self) {
        let signal = self.signals.next().await;
        tracing::info!("Stopping on {signal}, once the requests in flight have ended");
        if let Some(gateway) = &self.gateway {
            gateway.drain();
        }
        self.servers.iter().for_each(Server::see_off);
        let gracefully = async {
            sleep(self.drain_delay).await;
            let stopped = join_all(self.servers.iter_mut().map(Server::stop));
            if timeout(self.patience, stopped).await.is_err() {
                tracing::warn!(
                    "Some requests have not ended in {:?} (CROSSMODEL_SHUTDOWN_TIMEOUT)",
                    self.patience
                );
            }
        };
        tokio::select! {
            () = gracefully => {}
            signal = self.signals.next() => tracing::warn!("{signal} again: ending the requests in flight"),
        }
        join_all(self.servers.into_iter().map(Server::end)).await;
        if let Some(gateway) = self.gateway {
            gateway.stop().await;
        }
        self.store.close().await;
        tracing::info!("Stopped");
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
        demo_provider: serving.demo_provider,
        gateway_url: settings.client_url(parts),
        proxies: settings.proxies(),
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
    let proxy = super::provider_proxy()?;
    if let Some(proxy) = &proxy {
        tracing::info!("Providers are called through the proxy {proxy}, as the environment says");
    }
    let options = GatewayOptions {
        egress: settings.egress_allow.clone(),
        extra_roots: super::extra_roots(settings)?,
        proxy,
        cors: settings.cors_origins.clone(),
        demo_provider: serving.demo_provider,
        proxies: settings.proxies(),
        reserve: settings.reserve,
        keep_records: settings.keep_records.time(),
        timeouts: settings.patience.timeouts(),
        limits: settings.patience.limits(),
        ..GatewayOptions::new(serving.clock, master, settings.spool_folder())
    };
    Ok(Gateway::start(store.clone(), options).await?)
}

async fn serve(
    settings: &Settings,
    listener: Listener,
    gateway: Option<&Gateway>,
    console: Option<&Console>,
    connections: &Arc<Connections>,
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
    let cores = || available_parallelism().map_or(1, NonZero::get);
    let serve = Serve {
        workers: settings.workers.map_or_else(cores, usize::from),
        patience: Patience::default(),
        connections: Arc::clone(connections),
    };
    let served = Server::start(listener.socket, serve, configure).await;
    served.map_err(|error| StartError::System {
        what: "cannot serve",
        error,
    })
}
