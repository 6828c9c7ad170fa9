//! The answers of handlers: pages, fragments and redirects.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue, LOCATION};
use askama::Template;

use super::error::ConsoleError;
use super::htmx_request::HtmxRequest;

/// What handlers return.
pub type Reply = Result<HttpResponse, ConsoleError>;

/// A rendered page or fragment.
pub fn html(status: StatusCode, body: String) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .body(body)
}

/// Renders a template as the answer.
///
/// # Errors
/// When the template fails, which only a broken value in it can cause.
pub fn page(status: StatusCode, template: &impl Template) -> Reply {
    Ok(html(status, template.render()?))
}

/// The same with status 200.
///
/// # Errors
/// See [`page`].
pub fn ok(template: &impl Template) -> Reply {
    page(StatusCode::OK, template)
}

/// A page that no cache may keep, since it shows a secret.
///
/// # Errors
/// See [`page`].
pub fn secret(status: StatusCode, template: &impl Template) -> Reply {
    let mut response = page(status, template)?;
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Sends the browser to another page after a change (303, so that a reload does not repeat the change).
pub fn see_other(url: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, url)).finish()
}

/// Sends the browser to another page after a change, in the form that the client understands: htmx would follow a 303
/// and swap the page in as a fragment.
pub fn go(htmx: HtmxRequest, url: &str) -> HttpResponse {
    if htmx.is_htmx() {
        HttpResponse::Ok().insert_header(("HX-Redirect", url)).finish()
    } else {
        see_other(url)
    }
}

/// A wait for `Retry-After`: whole seconds, rounded up, at least one.
pub fn whole_seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}
