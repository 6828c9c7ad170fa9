//! Words that several parts of the editor share.

use crate::domain::Strictness;
use crate::store::SavedAliases;

/// What the switch *answer with the name* of an alias does, for lists of changes.
pub(in crate::console::aliases) const fn answers_with(keep_name: bool) -> &'static str {
    if keep_name {
        "answers with the name asked for"
    } else {
        "answers with the real id"
    }
}

/// How an alias lets requests be changed, for lists of changes.
pub(in crate::console::aliases) const fn adapts(adapt: Option<Strictness>) -> &'static str {
    match adapt {
        None => "fits requests as the key says",
        Some(Strictness::Adapt) => "fits requests to the model",
        Some(Strictness::Strict) => "fits requests, but refuses what would be left out",
        Some(Strictness::Off) => "sends requests as they come",
    }
}

/// How a page calls the person who made a save: `Maya` for maya@acme.test.
pub(in crate::console::aliases) fn who_saved(saved: &SavedAliases) -> String {
    let name = saved.saved_by.as_deref().unwrap_or("another person");
    let name = name.split_once('@').map_or(name, |(local, _)| local);
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
