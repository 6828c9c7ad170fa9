//! The running program: gateway and console on their listeners, until a signal asks it to stop.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{sleep, timeout};
use url::Url;

use super::http::Server;
use super::parts::{console, gateway, serve};
use super::signals::StopSignals;
use super::{StartError, descriptors, listener};
use crate::clock::Clock;
use crate::config::{Parts, Settings};
use crate::connections::{Connections, Room};
use crate::console::sign_in::setup;
use crate::domain::MasterKey;
use crate::gateway::Gateway;
use crate::store::Store;

/// The values that the command decides on, besides the settings.
#[derive(Clone, Debug)]
pub struct Serving {
    /// The source of the time for gateway and console.
    pub clock: Clock,
    /// Whether the demo provider answers for providers without a credential: in the demo only.
    pub demo_provider: bool,
}

/// The program, listening.
pub struct Running {
    /// The addresses that were bound.
    pub parts: Parts,
    /// The address at which people find the console, if this process has it.
    pub console_url: Option<Url>,
    /// The base URL that clients use, if this process has the gateway.
    pub client_url: Option<String>,
    /// The link that makes the first admin; only as long as no person can sign in.
    pub setup_link: Option<Url>,
    store: Store,
    gateway: Option<Gateway>,
    servers: Vec<Server>,
    signals: StopSignals,
    drain_delay: Duration,
    patience: Duration,
}

impl Running {
    /// Binds the addresses, and starts gateway and console.
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

    /// Answers until a signal asks to stop. Then says so in `/readyz`, takes no new connections, lets the requests in flight
    /// end, writes the last usage records and returns. A second signal ends the requests in flight at once.
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
