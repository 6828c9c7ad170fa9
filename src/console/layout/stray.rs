//! Requests of API clients that miss the API, without `/v1` for example, on the address that both parts share. Such a
//! client reads JSON; it would follow a redirect to the sign-in page and take that page for an answer.

use actix_web::HttpResponse;
use actix_web::dev::ServiceRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue};

use crate::domain::RequestId;
use crate::wire::address;

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Pages whose address an API has as well.
const SHARED: [&str; 2] = ["/models", "/usage"];

/// The answer to an API client; `None` if the request is for the console.
pub fn answer(request: &ServiceRequest, id: RequestId) -> Option<HttpResponse> {
    let (path, headers) = (request.path(), request.headers());
    let maybe_a_page = request.match_pattern().is_some() && !SHARED.contains(&path);
    let stray = address::is_of_an_api(path) || !maybe_a_page && carries_key(headers) && !is_of_a_browser(headers);
    if !stray {
        return None;
    }

    let view = address::nothing(request.method().as_str(), path);
    let surface = address::surface(path, headers.contains_key(X_API_KEY));
    let status = StatusCode::from_u16(view.status).unwrap_or(StatusCode::NOT_FOUND);
    Some(
        HttpResponse::build(status)
            .content_type("application/json")
            .body(view.body(surface, &id.header_value())),
    )
}

fn carries_key(headers: &HeaderMap) -> bool {
    let bearer = |value: &[u8]| {
        value
            .get(..7)
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer "))
    };
    headers.contains_key(X_API_KEY) || headers.get(AUTHORIZATION).is_some_and(|value| bearer(value.as_bytes()))
}

/// Whether it comes from a browser that looks at the console. A proxy in front may have added a token of its own.
fn is_of_a_browser(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    headers.contains_key(COOKIE)
        || text(ACCEPT).is_some_and(|accepted| accepted.contains("text/html"))
        || text(SEC_FETCH_SITE).is_some_and(|site| site != "cross-site")
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn is_stray(path: &str, headers: &[(&'static str, &'static str)]) -> bool {
        let id = RequestId::new(crate::domain::Timestamp::from_millis(0), [0; 10]);
        let request = headers.iter().fold(TestRequest::with_uri(path), |request, header| {
            request.insert_header(*header)
        });
        answer(&request.to_srv_request(), id).is_some()
    }

    #[test]
    fn an_address_that_only_an_api_has_is_no_page() {
        for path in ["/chat/completions", "/messages", "/api/tags"] {
            assert!(
                is_stray(path, &[("accept", "text/html"), ("cookie", "cm_s=x")]),
                "{path}"
            );
        }
        assert!(!is_stray("/nothing", &[]));
    }

    #[test]
    fn at_an_address_that_is_a_page_too_the_headers_decide() {
        let key = ("authorization", "Bearer cm-x");
        for path in ["/models", "/models/openai/gpt-5.5", "/usage", "/nothing"] {
            assert!(!is_stray(path, &[]), "{path}");
            assert!(
                is_stray(path, &[key]) && is_stray(path, &[("x-api-key", "sk-x")]),
                "{path}"
            );
            assert!(is_stray(path, &[key, ("sec-fetch-site", "cross-site")]), "{path}");
            for browser in [
                ("accept", "text/html,*/*"),
                ("cookie", "cm_s=x"),
                ("sec-fetch-site", "same-origin"),
            ] {
                assert!(!is_stray(path, &[key, browser]), "{path} {browser:?}");
            }
            assert!(!is_stray(path, &[("authorization", "Basic bWF5YTp4")]), "{path}");
        }
    }
}
