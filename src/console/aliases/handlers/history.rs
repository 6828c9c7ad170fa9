//! `GET /keys/{id}/aliases/history`: every save, what it changed, and a way to fill the draft with it.

use crate::console::aliases::view::answers_with;
use actix_web::web;
use askama::Template;

use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::KeyHead;
use crate::console::auth::SignedIn;
use crate::console::format::When;
use crate::console::layout::{Frame, Nav};
use crate::console::state::Console;
use crate::console::web::reply::{self, Reply};
use crate::domain::{Alias, Match};
use crate::store::SavedAliases;

/// How many saves are listed.
const LISTED: u32 = 100;

#[derive(Debug, Template)]
#[template(path = "aliases/history.html", whitespace = "minimize")]
struct HistoryPage {
    frame: Frame,
    key: KeyHead,
    entries: Vec<Entry>,
    writable: bool,
}

/// One save.
#[derive(Debug)]
struct Entry {
    version: i64,
    by: String,
    at: Option<When>,
    count: usize,
    changes: Vec<Change>,
    current: bool,
}

/// What a save did to one alias.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Change {
    what: &'static str,
    tone: &'static str,
    name: String,
    text: String,
}

/// Lists the saves, the newest first.
pub async fn history(console: web::Data<Console>, who: SignedIn, frame: Frame, key: web::Path<String>) -> Reply {
    let data = EditorData::open(&console, &who, &key, None, None).await?;
    let saves = console
        .store
        .aliases()
        .history(who.scope(), data.key.id, LISTED)
        .await?;
    let before = saves
        .iter()
        .skip(1)
        .map(|saved| saved.aliases.as_slice())
        .chain(std::iter::once(&[][..]));
    let entries = saves
        .iter()
        .zip(before)
        .map(|(saved, before)| entry(&data, saved, before))
        .collect();
    reply::ok(&HistoryPage {
        frame: frame.at(Nav::Keys),
        key: data.head.clone(),
        entries,
        writable: who.may_write(),
    })
}

fn entry(data: &EditorData, saved: &SavedAliases, before: &[Alias]) -> Entry {
    Entry {
        version: saved.version,
        by: saved.saved_by.clone().unwrap_or_else(|| "unknown".into()),
        at: saved.saved_at.map(|at| When::new(at, data.now)),
        count: saved.aliases.len(),
        changes: changes(before, &saved.aliases),
        current: saved.version == data.stored.version,
    }
}

fn changes(before: &[Alias], after: &[Alias]) -> Vec<Change> {
    let told = |alias: &Alias| {
        let prefix = if alias.matching == Match::Prefix {
            " (prefix)"
        } else {
            ""
        };
        let keeps = if alias.keep_name {
            format!(", {}", answers_with(true))
        } else {
            String::new()
        };
        format!("→ {}{prefix}{keeps}", alias.target)
    };
    let find = |list: &[Alias], alias: &Alias| list.iter().find(|other| other.name == alias.name).cloned();
    let mut changes = Vec::new();
    for alias in after {
        let name = alias.name.to_string();
        match find(before, alias) {
            None => changes.push(Change {
                what: "added",
                tone: "ok",
                name,
                text: told(alias),
            }),
            Some(old) if old != *alias => {
                let mut parts = Vec::new();
                if old.matching != alias.matching {
                    parts.push(format!("{} → {}", old.matching, alias.matching));
                }
                if old.target != alias.target {
                    parts.push(format!("{} → {}", old.target, alias.target));
                }
                if old.keep_name != alias.keep_name {
                    parts.push(answers_with(alias.keep_name).into());
                }
                changes.push(Change {
                    what: "changed",
                    tone: "accent",
                    name,
                    text: parts.join(", "),
                });
            }
            Some(_) => {}
        }
    }
    for alias in before.iter().filter(|alias| find(after, alias).is_none()) {
        changes.push(Change {
            what: "removed",
            tone: "bad",
            name: alias.name.to_string(),
            text: told(alias),
        });
    }
    changes
}
