//! Dials TCP connections to providers: only to addresses that the policy permits, checked where they are dialled.
//!
//! The name is resolved here, every address of it is checked, and the checked address is the one that is dialled: between
//! check and use there is no second look-up that could answer differently.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::http::uri::{Scheme, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower_service::Service;

use super::tunnel::{BoxError, Dialling, tunnel};
use crate::domain::EgressPolicy;
use crate::gateway::options::ProviderProxy;

/// Why no connection was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DialError {
    /// Every address of the name is one that the policy denies.
    #[error("the provider's address is not permitted")]
    Denied,
    /// The connection took too long.
    #[error("no connection within the time for it")]
    Timeout,
}

/// Dials TCP, directly or through the proxy, only to addresses that the policy permits.
#[derive(Clone, Debug)]
pub struct Guarded {
    pub(super) policy: Arc<EgressPolicy>,
    pub(super) proxy: Option<ProviderProxy>,
    /// How long a connection may take.
    pub(super) patience: Duration,
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
            let proxy = proxy.and_then(|proxy| proxy.on_the_way_to(&uri));
            let dialling = async {
                match proxy {
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

/// Whether a proxy may be asked for an address. The proxy resolves names itself; an IP address is checked here.
fn may_be_asked_for(policy: &EgressPolicy, uri: &Uri) -> bool {
    let (host, port) = host_and_port(uri);
    without_brackets(host)
        .parse::<IpAddr>()
        .map_or(true, |ip| policy.permits(host, port, ip))
}

/// Where a call goes. Without a host in the address the host is empty, and no such address can be dialled.
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

/// Connects to the first address of the host that the policy permits and that answers.
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

/// The addresses of a host; a host may be an IP address itself.
async fn addresses(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    if let Ok(ip) = without_brackets(host).parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, port)]);
    }
    Ok(tokio::net::lookup_host((host, port)).await?.collect())
}
