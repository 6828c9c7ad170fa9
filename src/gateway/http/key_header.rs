//! The headers that an API key may be in.

use actix_web::HttpRequest;
use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderName};

use crate::wire::address;
use crate::wire::error::{ApiError, Code, Surface};

/// The other header that a key may be in.
pub const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The key that the headers carry; `None` if they carry none.
///
/// # Errors [`Code::ConflictingApiKeys`] if the headers carry two different keys: it would be chance which one counts.
pub fn presented(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    let bearer = headers
        .get_all(AUTHORIZATION)
        .filter_map(|value| bearer(value.to_str().ok()?));
    let bare = headers
        .get_all(X_API_KEY)
        .filter_map(|value| value.to_str().ok())
        .map(str::trim);
    let mut found = bearer.chain(bare).filter(|key| !key.is_empty());
    let first = found.next();
    if found.any(|other| Some(other) != first) {
        let message = "Two different API keys were sent. Send one, in 'Authorization' or in 'x-api-key'.";
        return Err(ApiError::new(Code::ConflictingApiKeys, message));
    }
    Ok(first)
}

pub fn bearer(value: &str) -> Option<&str> {
    let (scheme, key) = value.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// The shape of errors for the client of this request.
pub fn surface(request: &HttpRequest) -> Surface {
    address::surface(request.path(), request.headers().contains_key(X_API_KEY))
}
