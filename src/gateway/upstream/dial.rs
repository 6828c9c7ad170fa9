//! The HTTP clients that call providers. They follow no redirect, and use no proxy unless the environment names one.

use std::sync::Arc;
use std::time::Duration;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::guarded::Guarded;
use super::outgoing::RequestBody;
use super::with_timeout::WithTimeout;
use crate::gateway::options::{GatewayOptions, extra_roots};

/// Calls providers. Each worker has its own, with its own idle connections.
pub type HttpClient = Client<WithTimeout<Connector>, RequestBody>;

/// Opens the connections of every worker's client: TLS that trusts the known roots, over checked addresses.
pub type Connector = HttpsConnector<Guarded>;

/// The connector; clones share its TLS sessions.
pub fn connector(options: &GatewayOptions) -> Result<Connector, rustls::Error> {
    let guarded = Guarded {
        policy: Arc::new(options.egress.clone()),
        proxy: options.proxy.clone(),
        patience: options.timeouts.connect,
    };

    let tls = HttpsConnectorBuilder::new().with_tls_config(extra_roots::tls(&options.extra_roots)?);
    Ok(tls.https_or_http().enable_http1().wrap_connector(guarded))
}

/// A client that dials only what the policy permits.
pub fn client(options: &GatewayOptions, connector: &Connector) -> HttpClient {
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(Duration::from_secs(60))
        // One stream can hold this much, times the pieces that wait for a slow client.
        .http1_max_buf_size(32 << 10)
        // The endpoint's ready headers have the Host header.
        .set_host(false)
        .build(WithTimeout {
            inner: connector.clone(),
            patience: options.timeouts.connect * 2,
        })
}
