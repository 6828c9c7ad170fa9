//! Compresses pages with gzip: much of a page repeats itself, the list of models above all.

use std::io::Write;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, VARY};
use actix_web::web::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Below this many bytes an answer fits in one packet as it is.
const WORTHWHILE: usize = 1_400;

/// Compresses a page if the client takes gzip (`accepted`). A page that shows a secret stays as it is: next to text that an
/// attacker chose, its compressed length could give the secret away.
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
