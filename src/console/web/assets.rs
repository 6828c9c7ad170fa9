//! The style sheet, scripts and icons: built in, served under names with their hash, so that browsers can keep them for good.

use std::fmt;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::accept_encoding::accepts;
use super::error::ConsoleError;

/// A file that `build.rs` prepared.
#[derive(Debug)]
pub struct Asset {
    /// Name in templates, for example `app.js`.
    pub logical: &'static str,
    /// File name with the hash of its content.
    pub name: &'static str,
    /// Address that serves it.
    pub url: &'static str,
    /// Value of the `content-type` header.
    pub content_type: &'static str,
    /// Uncompressed bytes.
    pub plain: &'static [u8],
    /// Bytes compressed with brotli.
    pub brotli: &'static [u8],
    /// Bytes compressed with gzip.
    pub gzip: &'static [u8],
}

/// Every built-in file.
pub static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The address of a file; `None` if this build has no such file, as htmx without the feature `enhance`.
pub fn find(logical: &str) -> Option<&'static str> {
    ASSETS
        .iter()
        .find(|asset| asset.logical == logical)
        .map(|asset| asset.url)
}

/// The address of a file that every build has.
pub fn url(logical: &str) -> &'static str {
    find(logical).unwrap_or_default()
}

/// One icon of the sprite, hidden from assistive technology: text beside it, or the control's own name, says what it means.
pub fn icon(name: &'static str) -> Icon {
    Icon(name)
}

/// See [`icon`].
#[derive(Clone, Copy, Debug)]
pub struct Icon(&'static str);

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            r##"<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>"##,
            url("icons.svg"),
            self.0
        )
    }
}

// Its two parts are constants of this program.
impl askama::filters::HtmlSafe for Icon {}

/// `GET /assets/{name}`
pub async fn serve(request: HttpRequest, name: web::Path<String>) -> Result<HttpResponse, ConsoleError> {
    let asset = ASSETS
        .iter()
        .find(|asset| asset.name == name.as_str())
        .ok_or(ConsoleError::NotFound)?;

    let mut response = HttpResponse::Ok();
    response
        .content_type(asset.content_type)
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::VARY, "accept-encoding"));

    Ok(if accepts(request.headers(), "br") {
        response
            .insert_header((header::CONTENT_ENCODING, "br"))
            .body(asset.brotli)
    } else if accepts(request.headers(), "gzip") {
        response
            .insert_header((header::CONTENT_ENCODING, "gzip"))
            .body(asset.gzip)
    } else {
        response.body(asset.plain)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_build_has_the_files_that_pages_name() {
        for logical in ["console.css", "reports.css", "app.js", "icons.svg", "favicon.svg"] {
            assert!(find(logical).is_some(), "{logical}");
        }
    }
}
