//! The parts of the program, made from the settings: the console, the gateway, and the server of one listener.

use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;

use actix_web::web;

use super::http::{ClientTimeouts, Serve, Server};
use super::listener::Listener;
use super::{Serving, StartError, extra_roots, provider_proxy};
use crate::config::{Parts, Settings};
use crate::connections::Connections;
use crate::console::{Console, ConsoleOptions};
use crate::domain::MasterKey;
use crate::gateway::{Gateway, GatewayOptions};
use crate::store::Store;

/// The console, if this process serves it.
pub(super) fn console(
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

pub(super) async fn gateway(
    settings: &Settings,
    store: &Store,
    master: MasterKey,
    serving: Serving,
) -> Result<Gateway, StartError> {
    store.listen();
    let proxy = provider_proxy()?;
    if let Some(proxy) = &proxy {
        tracing::info!("Providers are called through the proxy {proxy}, as the environment says");
    }

    let options = GatewayOptions {
        egress: settings.egress_allow.clone(),
        extra_roots: extra_roots(settings)?,
        proxy,
        cors: settings.cors_origins.clone(),
        demo_provider: serving.demo_provider,
        proxies: settings.proxies(),
        reserve: settings.reserve,
        keep_records: settings.keep_records.time(),
        timeouts: settings.patience.timeouts(),
        limits: settings.patience.limits(),
        retries: settings.patience.retries(),
        ..GatewayOptions::new(serving.clock, master, settings.spool_folder())
    };

    Ok(Gateway::start(store.clone(), options).await?)
}

pub(super) async fn serve(
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
        timeouts: ClientTimeouts::default(),
        connections: Arc::clone(connections),
    };

    let served = Server::start(listener.socket, serve, configure).await;
    served.map_err(|error| StartError::System {
        what: "cannot serve",
        error,
    })
}
