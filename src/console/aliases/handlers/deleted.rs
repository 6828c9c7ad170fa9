//! The answer to a save of a key that is gone: the aliases of the draft, for the person to copy.

use actix_web::http::StatusCode;
use askama::Template;

use crate::console::aliases::draft::{Draft, Row};
use crate::console::layout::{Frame, Nav};
use crate::console::web::HtmxRequest;
use crate::console::web::reply::{self, Reply};
use crate::domain::Marks;

#[derive(Debug, Template)]
#[template(path = "aliases/deleted.html", whitespace = "minimize")]
struct DeletedPage {
    frame: Frame,
    lines: String,
}

#[derive(Debug, Template)]
#[template(path = "aliases/_deleted.html", whitespace = "minimize")]
struct Deleted {
    lines: String,
}

/// The same for a key that never existed and for another account's: it shows nothing but what the form sent.
pub fn deleted(frame: Frame, htmx: HtmxRequest, draft: &Draft) -> Reply {
    let filled = draft.rows.iter().filter(|row| !row.is_blank());
    let lines = filled.map(line).collect::<Vec<_>>().join("\n");

    if htmx.is_partial() {
        return reply::page(StatusCode::NOT_FOUND, &Deleted { lines });
    }
    let frame = frame.at(Nav::Keys);
    reply::page(StatusCode::NOT_FOUND, &DeletedPage { frame, lines })
}

/// A row as the import reads it.
fn line(row: &Row) -> String {
    let star = if row.is_prefix() { "*" } else { "" };
    let marks = Marks {
        keep_name: row.keep_name,
        adapt: row.adapt,
    };
    format!("{}{star} = {}{}", row.name, row.target, marks.suffix())
}
