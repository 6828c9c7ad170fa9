//! How much a request may be changed to fit it to its model: its header says so, else its alias, else its key.

use actix_web::http::header::{HeaderMap, HeaderName};

use crate::domain::{Resolution, Strictness};
use crate::gateway::cache::CompiledKey;
use crate::wire::error::{ApiError, Code};

/// The header of a request.
const X_ADAPT: HeaderName = HeaderName::from_static("x-crossmodel-adapt");

/// How much a request with these headers may be changed.
///
/// # Errors
/// If the header has another value than the known ones.
pub fn strictness(headers: &HeaderMap, resolution: &Resolution<'_>, key: &CompiledKey) -> Result<Strictness, ApiError> {
    let Some(value) = headers.get(X_ADAPT) else {
        return Ok(resolution.adapt().unwrap_or(key.adapt));
    };
    value.to_str().ok().and_then(|value| value.parse().ok()).ok_or_else(|| {
        let message = "The header 'x-crossmodel-adapt' must be 'adapt', 'strict' or 'off'.";
        ApiError::new(Code::UnsupportedParameter, message)
    })
}
