//! The name that a user may have meant by one that does not exist.

use crate::domain::near_word;

/// `; did you mean X?` for the nearest of the names that exist, or nothing if none is near. Case is ignored.
pub fn did_you_mean<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> String {
    near_word(typed, known)
        .map(|name| format!("; did you mean `{name}`?"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered_and_none_that_is_far() {
        let known = ["maya@example.com", "Max@example.com", "Acme Ltd"];
        let near = |typed| did_you_mean(typed, known.into_iter());
        assert_eq!(near("maia@example.com"), "; did you mean `maya@example.com`?");
        assert_eq!(near("ACME ltd."), "; did you mean `Acme Ltd`?");
        assert_eq!(near("noor@elsewhere.test"), "");
        assert_eq!(near(""), "");
    }
}
