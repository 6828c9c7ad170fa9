//! The outermost layer of the console, for every request. It checks the host, refuses forms of other sites, turns errors
//! into pages, puts the security headers on every answer, and compresses pages.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, ResponseError, web};

pub(in crate::console) use super::form_body::LARGEST as LARGEST_FORM;

use super::{compress, error_page, form_body, headers, stray};
use crate::console::state::Console;
use crate::console::web::accept_encoding::accepts;
use crate::console::web::{ConsoleError, HtmxRequest};
use crate::domain::RequestId;

/// Wraps every request of the console.
pub async fn middleware(
    console: web::Data<Console>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let id = RequestId::new(console.now(), crate::random::bytes());
    request.extensions_mut().insert(id);
    let htmx = HtmxRequest::of(request.headers());
    let gzip = accepts(request.headers(), "gzip");

    if let Some(mut answer) = stray::answer(&request, id) {
        finish(&console, answer.headers_mut(), id);
        return Ok(request.into_response(answer));
    }

    let outcome = match check(&console, &mut request).await {
        Err(error) => Ok(request.into_response(error.error_response())),
        Ok(()) => next.call(request).await.map(ServiceResponse::map_into_boxed_body),
    };

    match outcome {
        Ok(response) => {
            let mut response = compress::shrink(error_page::render(response, htmx, id), gzip);
            finish(&console, response.response_mut().headers_mut(), id);
            Ok(response)
        }
        Err(error) => {
            // Only the layers around the guard fail like this: while the database is away, or when it refuses a session.
            tracing::warn!(request.id = %id.header_value(), %error, "A page failed because the database is not available");
            let mut response = error_page::bare_page(&ConsoleError::Unavailable.view(), htmx, id);
            finish(&console, response.headers_mut(), id);
            Err(InternalError::from_response(error, response).into())
        }
    }
}

/// Refuses a request for another host, from another site, or whose form cannot be read.
async fn check(console: &Console, request: &mut ServiceRequest) -> Result<(), ConsoleError> {
    console
        .origins
        .check(request.method(), request.uri(), request.headers())?;
    form_body::read(request).await
}

fn finish(console: &Console, headers: &mut actix_web::http::header::HeaderMap, id: RequestId) {
    headers::secure(headers, console.options.secure_cookies);
    if let Ok(value) = HeaderValue::from_str(&id.header_value()) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
}
