//! `POST /keys/{id}/aliases/resolve`: where the draft on screen sends a name.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::page::{Fields, Page, read};
use crate::console::aliases::build::{Checked, Show, test_box};
use crate::console::aliases::draft::Draft;
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::TestBox;
use crate::console::auth::SignedIn;
use crate::console::layout::Frame;
use crate::console::state::Console;
use crate::console::web::HtmxRequest;
use crate::console::web::reply::{self, Reply};

/// The parts of the test box that change. The live region itself stays.
#[derive(Debug, Template)]
#[template(path = "aliases/test_box/_resolved.html", whitespace = "minimize")]
struct Resolved {
    test: TestBox,
}

/// Tests the draft on screen. Every person who sees the key may do so.
pub async fn resolve(
    console: web::Data<Console>,
    who: SignedIn,
    frame: Frame,
    htmx: HtmxRequest,
    key: web::Path<String>,
    form: Fields,
) -> Reply {
    let draft = read(form)?;
    let window = (!htmx.is_partial()).then_some(draft.window);
    let data = EditorData::open(&console, &who, &key, Some(draft.version), window).await?;

    if htmx.is_partial() {
        return answer(&data, &draft);
    }
    let checked = Checked::new(&data, &draft);
    Page { frame, htmx }.answer(StatusCode::OK, &data, &draft, &checked, Show::default())
}

/// The answer for a script.
pub fn answer(data: &EditorData, draft: &Draft) -> Reply {
    let checked = Checked::new(data, draft);
    reply::ok(&Resolved {
        test: test_box(data, draft, &checked.validation),
    })
}
