//! Files for spreadsheets, sent piece by piece: no file has to fit in memory.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt};

use super::error::ConsoleError;
use crate::domain::csv_cell;

/// One line of a file. No cell is a formula.
pub fn line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = cells.into_iter().map(csv_cell).collect::<Vec<_>>().join(",");
    out.push_str("\r\n");
    out
}

/// A file of that name: its first line, then portions of lines. An error breaks the connection off, so that no client takes
/// half a file for a whole one.
pub fn file(
    name: &str,
    head: String,
    portions: impl Stream<Item = Result<String, ConsoleError>> + 'static,
) -> HttpResponse {
    let first = futures_util::stream::once(async move { Ok(head) });
    HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((CACHE_CONTROL, "no-store"))
        .streaming(first.chain(portions).map(|portion| portion.map(Bytes::from)))
}
