//! The test box: where the draft sends a name, where it goes today, and why.

mod facts;
mod many;
mod rules;
mod sentence;
mod why;

use crate::console::aliases::draft::Draft;
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::TestBox;
use crate::domain::{AliasSet, Validation};
use facts::facts;
use many::many;
use rules::Rules;
use sentence::sentence;
use why::why;

/// Tests the draft's name, and its list of names, against the draft as it stands and against the stored aliases.
pub fn test_box(data: &EditorData, draft: &Draft, checked: &Validation) -> TestBox {
    let rules = Rules {
        data,
        draft: AliasSet::new(checked.aliases.clone()),
        stored: AliasSet::new(data.stored.aliases.clone()),
    };
    let typed = draft.test.as_str();
    let answer = rules.on_screen(typed);

    TestBox {
        typed: typed.to_owned(),
        sentence: sentence(&answer),
        facts: facts(&rules, typed, &answer, checked),
        why: why(&answer),
        many: many(&rules, &draft.many),
        url: data.head.url(),
    }
}
