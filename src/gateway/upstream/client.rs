//! One call to a provider: sends the request and waits for the head of the answer.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use hyper::http::uri::Uri;
use hyper::{Method, Request};
use tokio::time::timeout;

use super::body::Body;
use super::dial::HttpClient;
use super::endpoint::UpstreamEndpoint;
use super::guarded::DialError;
use super::http_error::HttpError;
use super::outgoing::{Progress, RequestBody};
use super::provider_response::ProviderResponse;
use crate::error_chain::error_chain;
use crate::gateway::marks::{Marks, log_call};

/// A request that is ready to be sent.
pub struct OutgoingRequest<'a> {
    pub uri: &'a Uri,
    /// Headers of the client that go on to the provider.
    pub forwarded: &'a [(HeaderName, HeaderValue)],
    pub body: Bytes,
    /// How long to wait for the head of the answer.
    pub first_byte: Duration,
    /// Notes that the request is sent, for the bill of a call that is cut off.
    pub progress: Option<&'a Arc<Progress>>,
    pub marks: Marks,
}

/// Sends a request and waits for the head of the answer.
pub async fn send(
    client: &HttpClient,
    endpoint: &UpstreamEndpoint,
    outgoing: OutgoingRequest<'_>,
) -> Result<ProviderResponse, HttpError> {
    let OutgoingRequest {
        uri,
        forwarded,
        body,
        first_byte,
        progress,
        marks,
    } = outgoing;

    let mut request = Request::new(RequestBody::new(body, progress.cloned()));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = uri.clone();
    *request.headers_mut() = endpoint.headers.clone();
    for (name, value) in forwarded {
        request.headers_mut().insert(name, value.clone());
    }

    let answer = match timeout(first_byte, client.request(request)).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err((reason(&error), error_chain(&error))),
        Err(_) => Err((
            HttpError::Timeout,
            "no answer within the time for its first byte".into(),
        )),
    };
    let answer = answer.map_err(|(error, causes)| {
        // The client learns what happened; the log also says why, such as a bad certificate or a name that is not found.
        log_call!(warn, marks, provider.id = %endpoint.provider, %error, causes, "A provider could not be called");
        error
    })?;

    let (head, body) = answer.into_parts();
    let body = Body::incoming(&head.headers, body);
    Ok(ProviderResponse::new(head.status.as_u16(), &head.headers, body))
}

/// The meaning of a failure of the HTTP client: the first known cause decides.
fn reason(error: &hyper_util::client::legacy::Error) -> HttpError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(current) = cause {
        match current.downcast_ref::<DialError>() {
            Some(DialError::Denied) => return HttpError::Denied,
            Some(DialError::Timeout) => return HttpError::Timeout,
            None => {}
        }
        if current.downcast_ref::<io::Error>().is_some_and(is_our_own) {
            return HttpError::Ours;
        }
        cause = current.source();
    }

    if error.is_connect() {
        HttpError::Unreachable
    } else {
        HttpError::Broken
    }
}

/// Whether this machine, and not the other end, is why a connection failed: no descriptor, memory or port is left here.
fn is_our_own(error: &io::Error) -> bool {
    const OURS: [i32; 5] = [
        libc::EMFILE,
        libc::ENFILE,
        libc::ENOMEM,
        libc::ENOBUFS,
        libc::EADDRNOTAVAIL,
    ];
    error.raw_os_error().is_some_and(|number| OURS.contains(&number))
}
