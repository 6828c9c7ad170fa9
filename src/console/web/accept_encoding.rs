//! Reads `Accept-Encoding`: which codings a client takes.

use actix_web::http::header::{ACCEPT_ENCODING, HeaderMap};

/// Whether the client names a coding without ruling it out by a weight of zero.
pub fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let accepted = headers.get_all(ACCEPT_ENCODING).filter_map(|value| value.to_str().ok());
    accepted
        .flat_map(|value| value.split(','))
        .any(|offer| names(offer, coding))
}

fn names(offer: &str, coding: &str) -> bool {
    let (name, weight) = offer.split_once(';').unwrap_or((offer, ""));
    let refused = weight
        .trim()
        .strip_prefix("q=")
        .is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q <= 0.0));
    name.trim().eq_ignore_ascii_case(coding) && !refused
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn takes(header: &'static str, coding: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(header));
        accepts(&headers, coding)
    }

    #[test]
    fn a_coding_is_used_only_if_the_client_takes_it() {
        for header in ["gzip, deflate, br", "br, GZIP;q=0.5", "deflate, gzip"] {
            assert!(takes(header, "gzip"), "{header}");
        }
        for header in ["", "br", "gzip;q=0", "gzip;q=0.000", "identity"] {
            assert!(!takes(header, "gzip"), "{header}");
        }

        assert!(takes("br;q=0.5", "br") && !takes("gzip, br;q=0", "br"));
        assert!(!accepts(&HeaderMap::new(), "gzip"));
    }
}
