//! A tunnel to a provider through a proxy.

use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::http::uri::Uri;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Intercept;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

use crate::gateway::options::PORT;

/// Why a connection failed.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A connection that is being made.
pub type Dialling<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// A connection, or why it failed.
pub type Dialled = Result<TokioIo<TcpStream>, BoxError>;

/// Opens a connection to a provider through a proxy.
pub async fn tunnel(proxy: Intercept, provider: Uri) -> Dialled {
    let mut tunnel = Tunnel::new(proxy.uri().clone(), ToProxy);
    if let Some(credentials) = proxy.basic_auth() {
        tunnel = tunnel.with_auth(credentials.clone());
    }

    Ok(tunnel.call(provider).await?)
}

/// Connects to the proxy itself. The egress policy does not apply to this connection.
#[derive(Clone, Debug)]
pub struct ToProxy;

impl Service<Uri> for ToProxy {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Dialling<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, proxy: Uri) -> Self::Future {
        Box::pin(async move {
            let host = proxy
                .host()
                .unwrap_or_default()
                .trim_start_matches('[')
                .trim_end_matches(']');
            let stream = TcpStream::connect((host, proxy.port_u16().unwrap_or(PORT))).await?;
            stream.set_nodelay(true)?;
            Ok(TokioIo::new(stream))
        })
    }
}
