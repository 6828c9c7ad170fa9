//! Reads a number that stands between two known texts.

/// Words that may stand between the text and its number.
const ABOUT: [&str; 3] = ["about ", "at least ", "approximately "];

/// The number right after `before` and right before `after`; either may be empty. `text` is in lower case.
pub(super) fn between(text: &str, before: &str, after: &str) -> Option<u64> {
    if before.is_empty() {
        return text.match_indices(after).find_map(|(at, _)| ends_with(text.get(..at)?));
    }

    text.match_indices(before)
        .find_map(|(at, _)| starts_with(text.get(at + before.len()..)?))
}

fn starts_with(text: &str) -> Option<u64> {
    let text = ABOUT.iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text);
    let end = text.find(|c| !is_of_number(c)).unwrap_or(text.len());
    read(text.get(..end)?)
}

fn ends_with(text: &str) -> Option<u64> {
    let text = text.strip_suffix(" tokens").unwrap_or(text);
    let start = text.rfind(|c| !is_of_number(c)).map_or(0, |at| at + 1);
    // A longer character before the number leaves no valid start.
    read(text.get(start..)?)
}

/// Whether a character may stand in a number: `1,048,565`, `200_000`.
fn is_of_number(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, ',' | '_')
}

fn read(digits: &str) -> Option<u64> {
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok()
}
