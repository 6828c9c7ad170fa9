//! The alias editor of a key. One form and one save; every other button only changes or shows the draft.
//!
//! A handler of [`handlers`] reads the [`draft`] as the person typed it, opens the [`editor_data`] (key, saved aliases,
//! catalog), lets the domain check the draft in [`build`], and answers with the page, the editor or small parts of it. Only
//! [`handlers::save`] writes.

mod build;
mod draft;
mod editor_data;
mod handlers;
mod view;

use super::web::Address;
use handlers::{edit, export, history, save, show, test_name, version};

pub(super) const ROUTES: &[Address] = &[
    Address::page("/keys/{id}/aliases", |to| to.to(show::show)),
    Address::form("/keys/{id}/aliases", |to| to.to(save::save)),
    Address::form("/keys/{id}/aliases/draft", |to| to.to(edit::edit)),
    Address::form("/keys/{id}/aliases/resolve", |to| to.to(test_name::resolve)),
    Address::page("/keys/{id}/aliases/export", |to| to.to(export::export)),
    Address::page("/keys/{id}/aliases/version", |to| to.to(version::version)),
    Address::page("/keys/{id}/aliases/history", |to| to.to(history::history)),
];
