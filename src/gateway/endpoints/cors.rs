//! CORS: lets pages of other sites read answers under `/v1`, as far as the operator has listed the sites.

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderValue,
};
use actix_web::middleware::Next;

use crate::gateway::options::{ANYTHING, CorsOrigins};

/// For how many seconds a browser need not ask again; more than browsers grant.
pub const MAX_AGE: HeaderValue = HeaderValue::from_static("86400");

pub const METHODS: HeaderValue = HeaderValue::from_static("GET, POST");

/// Answers the preflight requests of browsers, and adds the headers that let a listed site's page read all other
/// answers, errors too.
pub async fn share(
    origins: CorsOrigins,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let allowed = origins.allow(request.headers());
    let asks = *request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    if asks && allowed.is_some() {
        let mut answer = HttpResponse::NoContent().finish();
        let wanted = request.headers().get(ACCESS_CONTROL_REQUEST_HEADERS).cloned();
        let headers = answer.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        headers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        if let Some(wanted) = wanted {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted);
        }
        origins.mark(allowed, headers);
        return Ok(request.into_response(answer));
    }
    let mut answer = next.call(request).await?.map_into_boxed_body();
    if allowed.is_some() {
        // Cookies are not taken, so this means every header.
        answer.headers_mut().insert(ACCESS_CONTROL_EXPOSE_HEADERS, ANYTHING);
    }
    origins.mark(allowed, answer.headers_mut());
    Ok(answer)
}
