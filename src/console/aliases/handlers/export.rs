//! `GET /keys/{id}/aliases/export?format=lines|json|csv`: the saved aliases as a file that the import reads back.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use crate::console::aliases::editor_data::EditorData;
use crate::console::auth::SignedIn;
use crate::console::state::Console;
use crate::console::web::ConsoleError;
use crate::console::web::reply::Reply;
use crate::domain::{AliasFormat, export_aliases};

/// The query of the address.
#[derive(Debug, serde::Deserialize)]
pub struct Query {
    format: String,
}

/// Answers with a file to download.
pub async fn export(
    console: web::Data<Console>,
    who: SignedIn,
    key: web::Path<String>,
    query: web::Query<Query>,
) -> Reply {
    let (format, kind, extension) = match query.format.as_str() {
        "lines" => (AliasFormat::Lines, "text/plain; charset=utf-8", "txt"),
        "json" => (AliasFormat::Json, "application/json", "json"),
        "csv" => (AliasFormat::Csv, "text/csv; charset=utf-8", "csv"),
        _ => return Err(ConsoleError::NotFound),
    };
    let data = EditorData::open(&console, &who, &key, None, None).await?;

    let text = export_aliases(&data.stored.aliases, format);
    let disposition = format!("attachment; filename=\"aliases.{extension}\"");
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .body(text))
}
