//! `POST /keys/{id}/aliases/resolve`: where the draft on screen sends a name.

use actix_web::web;
use askama::Template;

use super::save::{Fields, Page, read};
use crate::console::aliases::build::Show;
use crate::console::aliases::build::{Checked, test_box};
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

/// Tests what is on screen. Anybody who sees the key may.
pub async fn resolve(
    console: web::Data<Console>,
    who: SignedIn,
    frame: Frame,
    shape: HtmxRequest,
    key: web::Path<String>,
    form: Fields,
) -> Reply {
    let draft = read(form)?;
    let window = (!shape.is_partial()).then_some(draft.window);
    let desk = EditorData::open(&console, &who, &key, Some(draft.version), window).await?;
    if shape.is_partial() {
        return answer(&desk, &draft);
    }
    let checked = Checked::new(&desk, &draft);
    let show = Show::default();
    Page { frame, shape }.answer(actix_web::http::StatusCode::OK, &desk, &draft, &checked, show)
}

/// The answer for a script.
pub fn answer(desk: &EditorData, draft: &Draft) -> Reply {
    let checked = Checked::new(desk, draft);
    reply::ok(&Resolved { test: test_box(desk, draft, &checked.validation) })
}
