//! The sites whose pages may read the gateway's answers. Only answers under `/v1` can be read.

use std::str::FromStr;
use std::sync::Arc;

use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, HeaderMap, HeaderValue, ORIGIN, VARY};

pub const ANYTHING: HeaderValue = HeaderValue::from_static("*");

/// The sites whose pages may call the gateway with a key that they hold. No cookie is ever taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CorsOrigins {
    /// The pages of all sites.
    All,
    /// The pages of these origins, as browsers write them: scheme, host and maybe a port.
    These(Arc<[String]>),
}

/// The text is no list of origins.
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

/// An origin as browsers write it. Apps have their own schemes, such as `app://obsidian.md`.
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
    /// The value of `Access-Control-Allow-Origin` for the page that sent these headers; `None` if it may not read the answer.
    pub fn allow(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(ORIGIN)?;
        match self {
            Self::All => Some(ANYTHING),
            Self::These(origins) => {
                let named = origins.iter().any(|named| named.as_bytes() == origin.as_bytes());
                named.then(|| origin.clone())
            }
        }
    }

    /// Adds the headers that let a page read an answer, as [`CorsOrigins::allow`] permits it.
    pub fn mark(&self, allowed: Option<HeaderValue>, answer: &mut HeaderMap) {
        if matches!(self, Self::These(_)) {
            answer.append(VARY, HeaderValue::from_static("origin"));
        }
        if let Some(origin) = allowed {
            answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        }
    }
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
        assert_eq!(
            one("http://localhost:3000,app://obsidian.md"),
            "http://localhost:3000 app://obsidian.md"
        );
        assert_eq!(
            one(" https://a.example , https://b.example:8443 "),
            "https://a.example https://b.example:8443"
        );
        assert_eq!("*".parse(), Ok(CorsOrigins::All));

        for wrong in [
            "",
            "app.example.com",
            "https://",
            "https://a.example/",
            "https://*.example",
            "https://a.example,",
        ] {
            assert!(wrong.parse::<CorsOrigins>().is_err(), "{wrong}");
        }
    }
}
