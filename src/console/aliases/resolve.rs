//! `POST /keys/{id}/aliases/resolve`: where the draft on screen sends a name.

use actix_web::web;
use askama::Template;

use super::check::Checked;
use super::desk::Desk;
use super::draft::Draft;
use super::save::{Fields, Page, read};
use super::testing::test_box;
use super::view::TestBox;
use crate::console::{Console, Frame, Reply, Shape, SignedIn, reply};

/// The parts of the test box that change. The live region itself stays.
#[derive(Debug, Template)]
#[template(path = "aliases/_resolved.html", whitespace = "minimize")]
struct Resolved {
    test: TestBox,
}

/// Tests what is on screen. Anybody who sees the key may.
pub(super) async fn resolve(
    console: web::Data<Console>,
    who: SignedIn,
    frame: Frame,
    shape: Shape,
    key: web::Path<String>,
    form: Fields,
) -> Reply {
    let draft = read(form)?;
    let window = (!shape.is_partial()).then_some(draft.window);
    let desk = Desk::open(&console, &who, &key, Some(draft.version), window).await?;
    if shape.is_partial() {
        return answer(&desk, &draft);
    }
    let checked = Checked::new(&desk, &draft);
    let show = super::compose::Show::default();
    Page { frame, shape }.answer(actix_web::http::StatusCode::OK, &desk, &draft, &checked, show)
}

/// The answer for a script.
pub(super) fn answer(desk: &Desk, draft: &Draft) -> Reply {
    let checked = Checked::new(desk, draft);
    reply::ok(&Resolved { test: test_box(desk, draft, &checked.validation) })
}
