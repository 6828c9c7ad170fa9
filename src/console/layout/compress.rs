//! Pages go over the wire compressed: much of one repeats itself, the list of models above all.

use std::io::Write;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, VARY,
};
use actix_web::web::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Below this many bytes an answer fits in one packet as it is.
const WORTHWHILE: usize = 1_400;

/// Whether the client takes gzip.
pub fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT_ENCODING).filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        name.trim().eq_ignore_ascii_case("gzip") && !matches!(weight.trim(), "q=0" | "q=0.0")
    })
}

/// Compresses a page for a client that takes gzip. A page that shows a secret is left alone: beside text of a stranger's
/// choice, its compressed length could give the secret away.
pub fn shrink(response: ServiceResponse<BoxBody>, accepted: bool) -> ServiceResponse<BoxBody> {
    let (request, response) = response.into_parts();
    let (mut head, body) = response.into_parts();
    let headers = head.headers_mut();
    let starts = |name, start: &[u8]| {
        headers
            .get(name)
            .is_some_and(|value: &HeaderValue| value.as_bytes().starts_with(start))
    };
    let page = starts(CONTENT_TYPE, b"text/html") && !starts(CACHE_CONTROL, b"no-store");
    if page {
        headers.append(VARY, HeaderValue::from_static("accept-encoding"));
    }
    let body = match body.try_into_bytes() {
        Ok(bytes) if page && accepted && bytes.len() >= WORTHWHILE => match gzip(&bytes) {
            Ok(smaller) => {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                BoxBody::new(smaller)
            }
            Err(_) => BoxBody::new(bytes),
        },
        Ok(bytes) => BoxBody::new(bytes),
        Err(body) => body,
    };
    ServiceResponse::new(request, head.set_body(body))
}

fn gzip(bytes: &Bytes) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::new(5));
    encoder.write_all(bytes)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_only_to_those_who_take_it() {
        let accepts = |value| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(value));
            accepts_gzip(&headers)
        };
        assert!(accepts("gzip") && accepts("br, GZIP;q=0.5") && accepts("deflate, gzip"));
        assert!(!accepts("") && !accepts("br") && !accepts("gzip;q=0") && !accepts("identity"));
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
