//! The alias editor of a key: the product's heart. One form, one save; everything else only looks at the draft.
//!
//! A request reads the [`draft`] as it was typed, opens the [`desk`] (key, saved aliases, catalog), lets the domain
//! [`check`] it, and answers with the page, the editor or small parts of it. Only [`save`] writes.

mod check;
mod compose;
mod desk;
mod draft;
mod edit;
mod export;
mod hints;
mod history;
mod importing;
mod kits;
mod merge;
mod op;
mod picking;
mod resolve;
mod save;
mod saved;
mod show;
mod snippets;
mod testing;
mod traffic;
mod version;
mod view;

use actix_web::web;

use super::page;
use crate::store::Saved;

/// Mounts the editor.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/keys/{id}/aliases").route(page().to(show::show)).route(web::post().to(save::save)))
        .route("/keys/{id}/aliases/draft", web::post().to(edit::edit))
        .route("/keys/{id}/aliases/resolve", web::post().to(resolve::resolve))
        .route("/keys/{id}/aliases/export", page().to(export::export))
        .route("/keys/{id}/aliases/version", page().to(version::version))
        .route("/keys/{id}/aliases/history", page().to(history::history));
}

/// What the switch of an alias does, for lists of changes.
const fn answers_with(keeps_name: bool) -> &'static str {
    if keeps_name { "answers with the name asked for" } else { "answers with the real id" }
}

/// How a page calls whoever made a save: `Maya` for maya@acme.test.
fn who_saved(saved: &Saved) -> String {
    let name = saved.saved_by.as_deref().unwrap_or("somebody else");
    let name = name.split_once('@').map_or(name, |(local, _)| local);
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
