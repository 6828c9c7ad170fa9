//! Answers that pages of other sites may read: only those of the sites that are named, and only under `/v1`.

use std::str::FromStr;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderValue, ORIGIN, VARY,
};
use actix_web::middleware::Next;

/// For how many seconds a browser need not ask again; more than browsers grant.
const MAX_AGE: HeaderValue = HeaderValue::from_static("86400");
const METHODS: HeaderValue = HeaderValue::from_static("GET, POST");
const ANYTHING: HeaderValue = HeaderValue::from_static("*");

/// The sites whose pages may call the gateway with a key that they hold. No cookie is ever taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CorsOrigins {
    /// Any.
    All,
    /// These, as browsers name them: scheme, host and maybe a port.
    These(Arc<[String]>),
}

/// The text names no sites.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no origin; write scheme, host and maybe a port, for example https://app.example.com, or * for all")]
pub struct CorsOriginsError(String);

impl FromStr for CorsOrigins {
    type Err = CorsOriginsError;

    /// Origins, separated by commas, or `*`.
    fn from_str(text: &str) -> Result<Self, CorsOriginsError> {
        if text.trim() == "*" {
            return Ok(Self::All);
        }
        let origins: Result<Vec<String>, CorsOriginsError> = text.split(',').map(|part| origin(part.trim())).collect();
        Ok(Self::These(origins?.into()))
    }
}

/// An origin as browsers write it. Apps have schemes of their own, such as `app://obsidian.md`.
fn origin(text: &str) -> Result<String, CorsOriginsError> {
    let wrong = || CorsOriginsError(text.to_owned());
    let (scheme, authority) = text.split_once("://").ok_or_else(wrong)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._:[]+".contains(c);
    if scheme.is_empty() || authority.is_empty() || !scheme.chars().all(plain) || !authority.chars().all(plain) {
        return Err(wrong());
    }
    let (scheme, authority) = (scheme.to_ascii_lowercase(), authority.to_ascii_lowercase());
    let usual = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => "",
    };
    let authority = authority.strip_suffix(usual).unwrap_or(&authority);
    Ok(format!("{scheme}://{authority}"))
}

impl CorsOrigins {
    /// What an answer to a page of this origin says, if it may read it.
    fn allow(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(ORIGIN)?;
        match self {
            Self::All => Some(ANYTHING),
            Self::These(origins) => {
                let named = origins.iter().any(|named| named.as_bytes() == origin.as_bytes());
                named.then(|| origin.clone())
            }
        }
    }

    /// Marks an answer.
    fn mark(&self, allowed: Option<HeaderValue>, answer: &mut HeaderMap) {
        if matches!(self, Self::These(_)) {
            answer.append(VARY, HeaderValue::from_static("origin"));
        }
        if let Some(origin) = allowed {
            answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        }
    }
}

/// Answers what browsers ask beforehand, and lets them show their pages all other answers, errors too.
pub(super) async fn share(
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_named_as_browsers_name_them() {
        let one = |text: &str| match text.parse() {
            Ok(CorsOrigins::These(origins)) => origins.join(" "),
            other => format!("{other:?}"),
        };
        assert_eq!(one("https://App.example.com:443"), "https://app.example.com");
        assert_eq!(one("http://localhost:3000,app://obsidian.md"), "http://localhost:3000 app://obsidian.md");
        assert_eq!(one(" https://a.example , https://b.example:8443 "), "https://a.example https://b.example:8443");
        assert_eq!("*".parse(), Ok(CorsOrigins::All));
        for wrong in
            ["", "app.example.com", "https://", "https://a.example/", "https://*.example", "https://a.example,"]
        {
            assert!(wrong.parse::<CorsOrigins>().is_err(), "{wrong}");
        }
    }
}
