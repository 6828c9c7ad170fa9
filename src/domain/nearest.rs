//! Names that are spelled alike, for errors that help.

use super::ModelId;

/// The ids that look most like `name`, the nearest first, at most `most`. Case is ignored; an id whose part after the
/// slash is what was typed counts as very near, since people leave the vendor out.
pub(super) fn nearest<'a>(name: &str, ids: impl Iterator<Item = &'a ModelId>, most: usize) -> Vec<&'a ModelId> {
    let name: String = name.to_lowercase().chars().take(super::AliasName::MAX).collect();
    let bound = (name.chars().count() / 3).clamp(2, 12);
    let mut found: Vec<(usize, &ModelId)> = ids
        .filter_map(|id| {
            let tail = id.as_str().split_once('/').map_or(id.as_str(), |(_, tail)| tail);
            let distance = edits(&name, id.as_str()).min(edits(&name, tail) + 1);
            (distance <= bound).then_some((distance, id))
        })
        .collect();
    found.sort();
    found.truncate(most);
    found.into_iter().map(|(_, id)| id).collect()
}

/// Levenshtein's distance.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, to) in row.iter_mut().skip(1).zip(&b) {
            let above = *cell;
            *cell = (above + 1).min(left + 1).min(diagonal + usize::from(from != *to));
            diagonal = above;
            left = *cell;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}
