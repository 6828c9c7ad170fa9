//! Model ids that are spelled like a name, as suggestions in errors.

use super::model_id::ModelId;
use crate::domain::values::AliasName;

/// A name of at least this many characters counts as near to an id that it is a part of, or that is a part of it.
const MIN_PART: usize = 3;

/// The ids that are most like `name`, the nearest first, at most `most`. Case is ignored. The part after the first slash
/// counts nearly as much as the whole id, since people leave the vendor out. A name that only adds or leaves out a date
/// counts as near too.
pub fn nearest<'a>(name: &str, ids: impl Iterator<Item = &'a ModelId>, most: usize) -> Vec<&'a ModelId> {
    let name: String = name.to_lowercase().chars().take(AliasName::MAX).collect();
    let bound = name.chars().count().div_ceil(3).min(12);

    let mut found: Vec<(usize, &ModelId)> = ids
        .filter_map(|id| {
            let tail = id.as_str().split_once('/').map_or(id.as_str(), |(_, tail)| tail);
            let distances = [
                distance(&name, id.as_str(), bound),
                distance(&name, tail, bound).map(|distance| distance + 1),
                part(&name, id.as_str()),
                part(&name, tail),
            ];
            Some((distances.into_iter().flatten().min()?, id))
        })
        .collect();
    found.sort();
    found.truncate(most);

    found.into_iter().map(|(_, id)| id).collect()
}

/// The distance of two names if one is a part of the other: smaller at its beginning than inside.
fn part(a: &str, b: &str) -> Option<usize> {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };

    let base = match long.find(short)? {
        _ if short.len() < MIN_PART => return None,
        0 => 2,
        _ => 3,
    };
    Some(base + (long.len() - short.len()) / 8)
}

/// Levenshtein's distance, if it is within the bound.
fn distance(a: &str, b: &str, bound: usize) -> Option<usize> {
    // The distance is at least the difference in length, which is cheaper to find out.
    if a.chars().count().abs_diff(b.chars().count()) > bound {
        return None;
    }

    Some(strsim::levenshtein(a, b)).filter(|distance| *distance <= bound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::shipped;

    fn first(name: &str) -> Option<String> {
        shipped().nearest(name, 1).first().map(ToString::to_string)
    }

    #[test]
    fn slips_of_the_finger_are_seen_through() {
        let cases = [
            ("deepseek/deepseek-cht", "deepseek/deepseek-chat"),
            ("deepseek-chat", "deepseek/deepseek-chat"),
            ("DeepSeek/DeepSeek-Chat", "deepseek/deepseek-chat"),
            ("anthropic/claude-opus-4.8", "anthropic/claude-opus-4-8"),
            ("claude-opus-4-8-20260101", "anthropic/claude-opus-4-8"),
            ("gpt-5.5", "openai/gpt-5.5"),
            ("opnai/gpt-5.5", "openai/gpt-5.5"),
        ];
        for (name, expected) in cases {
            assert_eq!(first(name).as_deref().unwrap_or("nothing"), expected, "{name}");
        }
    }

    #[test]
    fn what_is_like_nothing_gets_no_suggestion() {
        for name in [
            "",
            "q",
            "zzzzzzzzzzzzzzzz",
            "hello world, this is no model",
            "\u{1f600}",
        ] {
            assert_eq!(first(name).as_deref().unwrap_or("nothing"), "nothing", "{name:?}");
        }
    }

    #[test]
    fn the_nearest_come_first_and_no_more_than_asked_for() {
        let catalog = shipped();
        let near = catalog.nearest("claude-opus", 3);

        assert_eq!(near.len(), 3);
        assert!(near.iter().all(|id| id.as_str().contains("claude-opus")), "{near:?}");
    }

    #[test]
    fn edits_are_counted_up_to_the_bound() {
        assert_eq!(distance("kitten", "sitting", 5), Some(3));
        assert_eq!(distance("kitten", "sitting", 2), None);
        assert_eq!(distance("", "abc", 3), Some(3));
    }
}
