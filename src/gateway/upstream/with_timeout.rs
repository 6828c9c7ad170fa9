//! A connector that gives up after a while.

use std::task::{Context, Poll};
use std::time::Duration;

use hyper::http::uri::Uri;
use tokio::time::timeout;
use tower_service::Service;

use super::guarded::DialError;
use super::tunnel::{BoxError, Dialling};

/// Limits how long a connector may take, its TLS handshake included.
#[derive(Clone, Debug)]
pub struct WithTimeout<C> {
    pub(super) inner: C,
    pub(super) patience: Duration,
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
