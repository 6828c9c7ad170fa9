//! Connections to providers: only to addresses that the policy permits, checked where they are dialled.
//!
//! The name is looked up here, every address of it is checked, and the checked address is the one that is connected to:
//! between check and use there is no second look-up that could answer differently. No redirect is followed, and no proxy
//! asked unless the environment names one ([`crate::gateway::options::provider_proxy`]).

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::http::uri::{Scheme, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower_service::Service;

use super::outgoing::RequestBody;
use super::tunnel::{BoxError, Dialling, tunnel};
use crate::domain::EgressPolicy;
use crate::gateway::options::{GatewayOptions, ProviderProxy, extra_roots};

/// Calls providers. Each worker has its own, with its own idle connections.
pub type HttpClient = Client<WithTimeout<Connector>, RequestBody>;

/// Why nothing was dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DialError {
    /// Every address of the name is one that the policy denies.
    #[error("the provider's address is not permitted")]
    Denied,
    /// No connection within the time.
    #[error("no connection within the time for it")]
    Timeout,
}

/// What every worker's client dials with: TLS with the roots that are believed, over checked addresses.
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
        // What one stream can hold is this, times the pieces that wait for a slow client.
        .http1_max_buf_size(32 << 10)
        // The Host header is made ready with the others.
        .set_host(false)
        .build(WithTimeout {
            inner: connector.clone(),
            patience: options.timeouts.connect * 2,
        })
}

/// Dials TCP.
#[derive(Clone, Debug)]
pub struct Guarded {
    policy: Arc<EgressPolicy>,
    proxy: Option<ProviderProxy>,
    patience: Duration,
}

impl Service<Uri> for Guarded {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Dialling<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let Self {
            policy,
            proxy,
            patience,
        } = self.clone();
        Box::pin(async move {
            let way = proxy.and_then(|proxy| proxy.on_the_way_to(&uri));
            let dialling = async {
                match way {
                    Some(proxy) if may_be_asked_for(&policy, &uri) => tunnel(proxy, uri).await,
                    Some(_) => Err(DialError::Denied.into()),
                    None => dial(&policy, &uri).await.map(TokioIo::new),
                }
            };
            timeout(patience, dialling)
                .await
                .unwrap_or_else(|_| Err(DialError::Timeout.into()))
        })
    }
}

/// Whether a proxy may be asked for an address. What a name means is the proxy's to say; an address means itself.
fn may_be_asked_for(policy: &EgressPolicy, uri: &Uri) -> bool {
    let (host, port) = host_and_port(uri);
    without_brackets(host)
        .parse::<IpAddr>()
        .map_or(true, |ip| policy.permits(host, port, ip))
}

/// Where a call goes; no host if the address has none, which nothing is dialled for.
fn host_and_port(uri: &Uri) -> (&str, u16) {
    let secure = uri.scheme() == Some(&Scheme::HTTPS);
    (
        uri.host().unwrap_or_default(),
        uri.port_u16().unwrap_or(if secure { 443 } else { 80 }),
    )
}

/// A host without the brackets of an IPv6 address.
fn without_brackets(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

async fn dial(policy: &EgressPolicy, uri: &Uri) -> Result<TcpStream, BoxError> {
    let (host, port) = host_and_port(uri);
    let mut failed: BoxError = DialError::Denied.into();
    for address in addresses(host, port).await? {
        if !policy.permits(host, port, address.ip()) {
            continue;
        }
        match TcpStream::connect(address).await {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => failed = error.into(),
        }
    }
    Err(failed)
}

/// The addresses of a host, which may be one itself.
async fn addresses(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    if let Ok(ip) = without_brackets(host).parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, port)]);
    }
    Ok(tokio::net::lookup_host((host, port)).await?.collect())
}

/// Gives a connector, handshake included, so long and no longer.
#[derive(Clone, Debug)]
pub struct WithTimeout<C> {
    inner: C,
    patience: Duration,
}

impl<C> Service<Uri> for WithTimeout<C>
where
    C: Service<Uri, Error = BoxError>,
    C::Future: Send + 'static,
    C::Response: 'static,
{
    type Response = C::Response;
    type Error = C::Error;
    type Future = Dialling<C::Response>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let dialling = self.inner.call(uri);
        let patience = self.patience;
        Box::pin(async move {
            timeout(patience, dialling)
                .await
                .unwrap_or_else(|_| Err(DialError::Timeout.into()))
        })
    }
}
