//! What facts there are.

use std::sync::LazyLock;

use super::describe::{Described, FactKind, FactSpec};
use super::effort::Effort;
use super::facts::Facts;

/// Every fact, in the order of [`Facts`].
pub fn fact_specs() -> &'static [FactSpec] {
    static ALL: LazyLock<Vec<FactSpec>> = LazyLock::new(|| {
        let mut all = Vec::new();
        Facts::describe("", "", &mut all);
        for spec in &mut all {
            if let Some(words) = closed_list(&spec.path) {
                spec.kind = FactKind::TextsOf(words);
            }
        }
        all
    });
    &ALL
}

/// The only words that a list may have, for lists that cannot have others.
fn closed_list(path: &str) -> Option<Vec<String>> {
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    match path {
        "tools.hosted" => Some(words(&["web_search"])),
        "tools.choice" => Some(words(&["auto", "none", "required", "named"])),
        "thinking.efforts" => {
            let efforts = Effort::ALL.map(Effort::as_str);
            Some([words(&["none"]), words(&efforts)].concat())
        }
        _ => None,
    }
}
