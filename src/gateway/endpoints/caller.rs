//! Finds the key of a request, and checks whether it may be used now and from the client's address.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderValue, X_FORWARDED_FOR};

use crate::connections::Connection;
use crate::domain::{KeyState, Timestamp, TrustedProxies};
use crate::gateway::cache::CompiledKey;
use crate::gateway::http::ShownKey;
use crate::gateway::http::presented;
use crate::gateway::state::Inner;
use crate::wire::error::{ApiError, Code};

const SEND_A_KEY: &str =
    "No API key was sent. Send it as 'Authorization: Bearer cm-\u{2026}' or as 'x-api-key: cm-\u{2026}'.";

/// The key in a request's headers, if it may be used now and from the client's address.
pub async fn authenticate(inner: &Inner, request: &HttpRequest, now: Timestamp) -> Result<Arc<CompiledKey>, ApiError> {
    let invalid = || ApiError::new(Code::InvalidApiKey, "This API key is not valid.");
    let text = presented(request.headers())?.ok_or_else(|| ApiError::new(Code::MissingApiKey, SEND_A_KEY))?;
    // The checksum tells most wrong keys apart before anything is looked up.
    let hash = match request.conn_data::<ShownKey>() {
        Some(shown) => shown.hash(text, &inner.hasher),
        None => ShownKey::default().hash(text, &inner.hasher),
    };
    let key = match inner.cache.key(hash.map_err(|_| invalid())?, now).await {
        Ok(Some(key)) => key,
        Ok(None) => return Err(invalid()),
        Err(_) => {
            return Err(ApiError::new(
                Code::DbError,
                "The API key cannot be checked right now. Try again in a moment.",
            ));
        }
    };
    usable(&key, now)?;
    if !key.may_call_from(|| client_address(request, &inner.options.proxies)) {
        return Err(ApiError::new(
            Code::AddressNotAllowed,
            "This API key may not be used from your address.",
        ));
    }
    if let Some(connection) = request.conn_data::<Arc<Connection>>() {
        connection.authenticated();
    }
    Ok(key)
}

/// The address of the client, maybe behind trusted proxies.
fn client_address(request: &HttpRequest, proxies: &TrustedProxies) -> Option<IpAddr> {
    let lines = request.headers().get_all(X_FORWARDED_FOR).map(HeaderValue::as_bytes);
    Some(proxies.client(request.peer_addr()?.ip(), lines))
}

fn usable(key: &CompiledKey, now: Timestamp) -> Result<(), ApiError> {
    if key.secret_until.is_some_and(|end| end <= now) {
        return Err(ApiError::new(
            Code::InvalidApiKey,
            "This API key is not valid: it was replaced by a newer one.",
        ));
    }
    if !key.people_enabled {
        return Err(ApiError::new(
            Code::UserInactive,
            "The account or the person that this API key belongs to is disabled.",
        ));
    }
    if key.state != KeyState::Active {
        return Err(ApiError::new(Code::ApiKeyInactive, "This API key is disabled."));
    }
    if key.expires_at.is_some_and(|end| end <= now) {
        return Err(ApiError::new(Code::ApiKeyExpired, "This API key has expired."));
    }
    if key.account_ends.is_some_and(|end| end <= now) {
        return Err(ApiError::new(
            Code::ApiKeyExpired,
            "The account of this API key has expired.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderMap, HeaderName};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        map
    }

    #[test]
    fn a_key_may_come_in_either_header_or_the_same_one_in_both() {
        for pairs in [
            vec![("authorization", "Bearer k")],
            vec![("authorization", "bearer  k ")],
            vec![("x-api-key", "k")],
            vec![("authorization", "Bearer k"), ("x-api-key", "k")],
            vec![("authorization", "Basic abc"), ("x-api-key", "k")],
            vec![("authorization", "Bearer "), ("x-api-key", "k")],
        ] {
            assert_eq!(presented(&headers(&pairs)), Ok(Some("k")), "{pairs:?}");
        }
        assert_eq!(presented(&headers(&[("authorization", "k")])), Ok(None));
    }

    #[test]
    fn two_different_keys_are_refused() {
        for pairs in [
            [("authorization", "Bearer k"), ("x-api-key", "other")],
            [("authorization", "Bearer k"), ("authorization", "Bearer other")],
            [("x-api-key", "k"), ("x-api-key", "other")],
        ] {
            let error = presented(&headers(&pairs)).unwrap_err();
            assert_eq!((error.status, error.code.as_ref()), (400, "conflicting_api_keys"));
        }
    }
}
