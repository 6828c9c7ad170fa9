//! Whether the browser wants a page or a part of one. The only place that reads htmx's request headers.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpRequest};

/// The shape that the answer should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HtmxRequest {
    /// A browser that opens a page or sends a plain form.
    Page,
    /// htmx, which selects its part out of a whole page.
    Selected,
    /// htmx, which wants only what changes.
    Partial,
}

impl HtmxRequest {
    /// Reads `HX-Request-Type`.
    pub fn of(headers: &HeaderMap) -> Self {
        match headers.get("hx-request-type").map(|value| value.as_bytes()) {
            Some(b"partial") => Self::Partial,
            Some(_) => Self::Selected,
            None => Self::Page,
        }
    }

    /// Whether to answer with a fragment.
    pub fn is_partial(self) -> bool {
        self == Self::Partial
    }

    /// Whether a script asked, so that a redirect or an error must be put in words that htmx understands.
    pub fn is_htmx(self) -> bool {
        self != Self::Page
    }
}

impl FromRequest for HtmxRequest {
    type Error = std::convert::Infallible;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request.headers())))
    }
}
