//! Which saved version of the aliases answered a request.

use std::time::Duration;

use crate::domain::{Alias, AliasSet, Timestamp, UsageRecord};
use crate::store::{RequestDetail, SavedAliases};

/// How long a gateway may use an older version if every notice of a save was lost.
const AT_THE_LATEST: Duration = Duration::from_secs(60);

/// The aliases of a key before its first save.
pub(super) fn never_saved() -> SavedAliases {
    SavedAliases {
        version: 0,
        aliases: Vec::new(),
        saved_at: None,
        saved_by: None,
    }
}

/// The version that the gateway used, and whether it explains the answer. A gateway may not have heard of a save that is
/// less than a minute old, so an older version counts if it alone agrees with the record.
pub(super) fn in_force(detail: &RequestDetail) -> (SavedAliases, bool) {
    let record = &detail.record;
    let first_known = detail.rules.last().is_none_or(|oldest| oldest.version == 1);
    let mut candidates: Vec<SavedAliases> = detail.rules.clone();
    candidates.extend(first_known.then(never_saved));

    let mut replaced_at: Option<Timestamp> = None;
    for saved in &candidates {
        if replaced_at.is_some_and(|at| record.at.since(at) > AT_THE_LATEST) {
            break;
        }
        if agrees(&saved.aliases, record) {
            return (saved.clone(), true);
        }
        replaced_at = saved.saved_at;
    }

    (candidates.into_iter().next().unwrap_or_else(never_saved), false)
}

/// Whether these aliases catch the name as the record says.
fn agrees(aliases: &[Alias], record: &UsageRecord) -> bool {
    let set = AliasSet::new(aliases.to_vec());
    let resolution = set.resolve(&record.requested);
    let caught = resolution.alias().map(|alias| (&alias.name, alias.matching));

    let same_model = resolution.model() == record.model;
    // If another provider's model answered instead, the attempts show the first one.
    let was_tried = record
        .attempts
        .iter()
        .any(|attempt| attempt.model == resolution.model());
    caught == record.alias.as_ref().map(|(name, matching)| (name, *matching)) && (same_model || was_tried)
}
