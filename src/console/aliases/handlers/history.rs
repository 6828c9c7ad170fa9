//! `GET /keys/{id}/aliases/history`: every save, what it changed, and a way to fill the draft with it.

use actix_web::web;
use askama::Template;

use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::{KeyHead, adapts, answers_with};
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

/// Added and changed aliases in their order, then removed ones.
fn changes(before: &[Alias], after: &[Alias]) -> Vec<Change> {
    let kept = after.iter().filter_map(|alias| match find(before, alias) {
        None => Some(Change::new("added", "ok", alias, summary(alias))),
        Some(old) if old != alias => Some(Change::new("changed", "accent", alias, difference(old, alias))),
        Some(_) => None,
    });
    let gone = before.iter().filter(|alias| find(after, alias).is_none());
    let removed = gone.map(|alias| Change::new("removed", "bad", alias, summary(alias)));

    kept.chain(removed).collect()
}

fn find<'a>(list: &'a [Alias], alias: &Alias) -> Option<&'a Alias> {
    list.iter().find(|other| other.name == alias.name)
}

impl Change {
    fn new(what: &'static str, tone: &'static str, alias: &Alias, text: String) -> Self {
        Self {
            what,
            tone,
            name: alias.name.to_string(),
            text,
        }
    }
}

/// `→ openai/gpt-5.5 (prefix), answers with the name asked for`.
fn summary(alias: &Alias) -> String {
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
    let adapts = alias.adapt.map(|adapt| format!(", {}", adapts(Some(adapt))));
    format!("→ {}{prefix}{keeps}{}", alias.target, adapts.unwrap_or_default())
}

fn difference(old: &Alias, new: &Alias) -> String {
    let mut parts = Vec::new();
    if old.matching != new.matching {
        parts.push(format!("{} → {}", old.matching, new.matching));
    }
    if old.target != new.target {
        parts.push(format!("{} → {}", old.target, new.target));
    }
    if old.keep_name != new.keep_name {
        parts.push(answers_with(new.keep_name).into());
    }
    if old.adapt != new.adapt {
        parts.push(adapts(new.adapt).into());
    }
    parts.join(", ")
}
