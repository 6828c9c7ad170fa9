//! `GET /keys/{id}/aliases`: the editor as a page.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::web;

use crate::console::aliases::build::{Checked, Kept, Show, editor};
use crate::console::aliases::draft::{Draft, Row, RowId};
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::{EditorPage, Notice};
use crate::console::auth::SignedIn;
use crate::console::layout::{Frame, Nav};
use crate::console::state::Console;
use crate::console::web::reply::{self, Reply};
use crate::domain::{Alias, Match, TrafficWindow};

/// What the address may ask for.
#[derive(Debug, serde::Deserialize)]
pub struct Query {
    /// A name to test.
    test: Option<String>,
    /// A name to add a row for.
    add: Option<String>,
    /// How that row matches: `exact`, unless it says `prefix`.
    #[serde(rename = "match")]
    matching: Option<Match>,
    /// Whether answers of that row carry the name that the client asked for.
    keep_name: Option<bool>,
    /// How far back the traffic reaches: `24h`, `7d` or `30d`.
    window: Option<String>,
    /// A version to fill the draft with.
    restore: Option<i64>,
}

/// Shows the stored aliases, or a draft that starts from them.
pub async fn show(
    console: web::Data<Console>,
    who: SignedIn,
    frame: Frame,
    key: web::Path<String>,
    query: web::Query<Query>,
    session: Session,
) -> Reply {
    let query = query.into_inner();
    let window = query
        .window
        .as_deref()
        .and_then(TrafficWindow::parse)
        .unwrap_or_default();
    let data = EditorData::open(&console, &who, &key, None, Some(window)).await?;

    let mut draft = Draft::of_saved(data.stored.version, &data.stored.aliases);
    draft.test = query.test.unwrap_or_default();
    draft.window = window;
    let mut show = Show {
        page: true,
        ..Show::default()
    };
    if let Some(version) = query.restore.filter(|_| who.may_write()) {
        let aliases = console.store.aliases();
        if let Some(old) = aliases.at_version(who.scope(), data.key.id, version).await? {
            restore(&data, &mut draft, &old.aliases);
            let notice = Notice::new("info", format!("Version {version} is filled in below."));
            show.notice = Some(notice.text("Not saved yet."));
        }
    }
    if let Some(name) = query.add.filter(|_| who.may_write() && draft.rows.len() < Alias::LIMIT) {
        let matching = query.matching.unwrap_or(Match::Exact);
        let id = add(&mut draft, &name, matching, query.keep_name.unwrap_or(false));
        show.focus = Some((id, if name.is_empty() { "name" } else { "target" }));
    }
    if let Some(kept) = Kept::take(&session, data.key.id, data.stored.version) {
        kept.show(&data, &mut show);
    }

    let checked = Checked::new(&data, &draft);
    let editor = editor(&data, &draft, &checked, show);
    let frame = frame.at(Nav::Keys);
    reply::page(StatusCode::OK, &EditorPage { frame, editor })
}

/// The row of that name: a new one, unless the draft has one already.
fn add(draft: &mut Draft, name: &str, matching: Match, keep_name: bool) -> RowId {
    if let Some(known) = draft.rows.iter().find(|row| row.name == name) {
        return known.id;
    }
    let id = draft.push(name, matching.as_str(), "");
    if let Some(row) = draft.row_mut(id) {
        row.keep_name = keep_name;
    }
    id
}

/// Fills a draft with the aliases of an older version. Rows keep the identity of the stored alias of the same name, so
/// that the review shows what would change.
fn restore(data: &EditorData, draft: &mut Draft, old: &[Alias]) {
    let stored = &data.stored.aliases;
    draft.rows.clear();

    for (position, alias) in (1..).zip(stored) {
        if let Some(then) = old.iter().find(|then| then.name == alias.name) {
            draft.rows.push(Row {
                target: then.target.to_string(),
                matching: then.matching.to_string(),
                keep_name: then.keep_name,
                adapt: then.adapt,
                ..Row::saved(position, alias)
            });
        }
    }
    let gone = old
        .iter()
        .filter(|then| stored.iter().all(|alias| alias.name != then.name));
    for then in gone {
        draft.push_alias(then);
    }
}
