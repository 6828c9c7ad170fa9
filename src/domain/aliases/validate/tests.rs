//! Every refusal in its words.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::domain::samples::{alias, catalog, model, provider, row};

fn shop() -> Catalog {
    catalog(vec![
        model("deepseek/deepseek-chat"),
        model("anthropic/claude-opus-4-8"),
    ])
}

fn messages(rows: &[DraftRow]) -> Vec<String> {
    validate(rows, &shop(), None, &[])
        .issues
        .into_iter()
        .map(|problem| problem.message)
        .collect()
}

fn message(name: &str, matching: &str, target: &str) -> String {
    let all = messages(&[row(name, matching, target)]);
    assert_eq!(all.len(), 1, "{all:?}");
    all.into_iter().next().unwrap()
}

#[test]
fn good_rows_become_aliases_in_their_order() {
    let rows = [
        row("cross-model-basic", "exact", "deepseek/deepseek-chat"),
        row("", "exact", ""),
        row("claude-opus", "prefix", " anthropic/claude-opus-4-8 "),
    ];

    let done = validate(&rows, &shop(), None, &[]);

    assert!(done.is_ok());
    assert_eq!(
        done.aliases,
        [
            alias("cross-model-basic = deepseek/deepseek-chat"),
            alias("claude-opus* = anthropic/claude-opus-4-8")
        ]
    );
    assert_eq!(done.rows, [0, 2]);
}

#[test]
fn an_empty_draft_is_fine_and_clears_the_key() {
    assert_eq!(
        validate(&[row(" ", "prefix", "")], &shop(), None, &[]),
        Validation::default()
    );
}

#[test]
fn names_are_refused_in_these_words() {
    let ok = "deepseek/deepseek-chat";
    assert_eq!(message("", "exact", ok), "Enter an alias name.");
    assert_eq!(
        message("Claude-Opus", "exact", ok),
        "Alias names must be lowercase. Did you mean \"claude-opus\"?"
    );
    assert_eq!(
        message("my alias É", "exact", ok),
        "Use lowercase letters, digits and . _ : / - only. Remove: space, \"É\"."
    );
    assert_eq!(
        message("a\u{200b}b\tc", "exact", ok),
        "Use lowercase letters, digits and . _ : / - only. Remove: zero-width space, tab."
    );
    assert_eq!(
        message(&"x".repeat(71), "exact", ok),
        "Use 64 characters or fewer. This has 71."
    );
}

#[test]
fn targets_are_refused_in_these_words() {
    assert_eq!(message("a", "exact", ""), "Choose a target model.");
    assert_eq!(
        message("a", "exact", "deepseek/deepseek-cht"),
        "deepseek/deepseek-cht isn't in the catalog. Closest: deepseek/deepseek-chat."
    );
    assert_eq!(
        message("a", "exact", "zzzzzzzzzzzz"),
        "zzzzzzzzzzzz isn't in the catalog."
    );
    assert_eq!(
        message("a", "sometimes", "deepseek/deepseek-chat"),
        "Choose exact or prefix."
    );
}

#[test]
fn a_duplicate_names_the_first_row_whatever_its_match() {
    let ok = "deepseek/deepseek-chat";
    let rows = [
        row("", "exact", ""),
        row("claude-opus", "exact", ok),
        row("claude-opus", "prefix", ok),
    ];

    let done = validate(&rows, &shop(), None, &[]);

    assert_eq!(
        done.issues[0].message,
        "You already have an alias named claude-opus (row 2)."
    );
    assert_eq!((done.issues[0].row, done.issues[0].field), (Some(2), Field::Name));
    assert_eq!(done.rows, [1]);
    assert_eq!(done.ignored_rows(), ["Row 3 is incomplete and was ignored."]);
}

#[test]
fn a_target_that_only_an_alias_has_is_told_that_aliases_do_not_chain() {
    let rows = [
        row("fast", "exact", "deepseek/deepseek-chat"),
        row("quick", "exact", "fast"),
    ];
    assert_eq!(messages(&rows), ["Targets are catalog models. Aliases don't chain."]);
}

#[test]
fn an_alias_named_like_a_model_does_not_hide_it_from_targets() {
    let id = "deepseek/deepseek-chat";
    let rows = [row(id, "exact", "anthropic/claude-opus-4-8"), row("fast", "exact", id)];
    assert_eq!(messages(&rows), [""; 0]);
}

#[test]
fn more_than_twenty_are_counted_without_the_empty_ones() {
    let mut rows: Vec<DraftRow> = (0..23)
        .map(|n| row(&format!("a{n}"), "exact", "deepseek/deepseek-chat"))
        .collect();
    rows.insert(4, row("", "exact", ""));

    let done = validate(&rows, &shop(), None, &[]);

    assert_eq!(done.issues.len(), 1);
    assert_eq!(
        done.issues[0].message,
        "A key can have up to 20 aliases. You sent 23; remove 3."
    );
    assert_eq!((done.issues[0].row, done.issues[0].field), (None, Field::Form));
    assert!(validate(&rows[..21], &shop(), None, &[]).is_ok());
}

#[test]
fn a_target_that_cannot_be_called_says_whom_to_ask_for_what() {
    let mut off = provider("openai");
    off.enabled = false;
    let mut hidden = model("deepseek/hidden");
    hidden.enabled = false;
    let shop = Catalog::new(
        vec![model("openai/gpt-5.5"), hidden, model("deepseek/deepseek-chat")],
        vec![off, provider("deepseek")],
        1,
    );
    let says = |target: &str, allowed: Option<&[ModelId]>| {
        validate(&[row("a", "exact", target)], &shop, allowed, &[])
            .issues
            .remove(0)
            .message
    };

    assert_eq!(
        says("openai/gpt-5.5", None),
        "Your account can't use openai/gpt-5.5. Ask an admin to enable openai Inc."
    );
    assert_eq!(
        says("deepseek/hidden", None),
        "Your account can't use deepseek/hidden. Ask an admin to enable it."
    );
    assert_eq!(
        says("deepseek/deepseek-chat", Some(&[])),
        "This key can't use deepseek/deepseek-chat. Ask an admin to allow it."
    );
}

#[test]
fn a_saved_alias_whose_target_is_gone_does_not_block_the_others() {
    let saved = [alias("old = gone/model")];
    let rows = [
        row("old", "prefix", "gone/model"),
        row("new", "exact", "deepseek/deepseek-chat"),
    ];

    assert!(validate(&rows, &shop(), None, &saved).is_ok());
    assert_eq!(validate(&rows, &shop(), None, &[]).issues.len(), 1);
    let moved = [row("other", "exact", "gone/model")];
    assert_eq!(
        validate(&moved, &shop(), None, &saved).issues.len(),
        1,
        "a new row cannot take it up"
    );
}

#[test]
fn fixes_put_the_row_right() {
    let mut draft = row("Claude", "exact", "deepseek/deepseek-cht");
    for problem in validate(std::slice::from_ref(&draft), &shop(), None, &[]).issues {
        problem.fix.unwrap().apply(&mut draft);
    }
    assert_eq!(draft, row("claude", "exact", "deepseek/deepseek-chat"));
}

#[test]
fn the_counter_appears_from_fifty_characters() {
    assert_eq!(name_counter(&"x".repeat(49)), None);
    assert_eq!(name_counter(&"x".repeat(58)).as_deref(), Some("58 of 64"));
}

#[test]
fn the_heading_counts_the_problems() {
    let heading = |rows: &[DraftRow]| validate(rows, &shop(), None, &[]).heading();
    assert_eq!(
        heading(&[row("A", "exact", "deepseek/deepseek-chat")]),
        "There is a problem"
    );
    assert_eq!(heading(&[row("A", "often", "")]), "There are 3 problems");
}

/// Rows as people leave them: right, empty, half done, or nonsense.
fn any_row() -> impl Strategy<Value = DraftRow> {
    let name = "[ab]{0,2}|[a-c._:/-]{1,70}|.{0,6}";
    let matching = prop_oneof![4 => Just("exact"), 4 => Just("prefix"), 1 => Just("often")];
    let target =
        prop_oneof![6 => "deepseek/deepseek-chat", 1 => "deepseek/[a-z-]{1,12}", 1 => "[ab ]{0,2}", 1 => ".{0,9}"];
    (name, matching, target).prop_map(|(name, matching, target)| row(&name, matching, &target))
}

proptest! {
    #[test]
    fn a_draft_is_right_or_says_what_is_wrong(rows in proptest::collection::vec(any_row(), 0..25)) {
        let done = validate(&rows, &shop(), None, &[]);

        let names: BTreeSet<&AliasName> = done.aliases.iter().map(|alias| &alias.name).collect();
        prop_assert_eq!(names.len(), done.aliases.len(), "names are unique");
        prop_assert_eq!(done.rows.len(), done.aliases.len());
        for (&at, alias) in done.rows.iter().zip(&done.aliases) {
            let typed = &rows[at];
            prop_assert_eq!(alias.name.as_str(), typed.name.as_str());
            prop_assert_eq!(alias.matching.as_str(), typed.matching.as_str());
            prop_assert_eq!(alias.target.as_str(), typed.target.trim());
            prop_assert!(done.of_row(at).next().is_none());
        }
        let filled = rows.iter().filter(|row| !row.is_empty()).count();
        prop_assert_eq!(done.is_ok(), done.aliases.len() == filled && filled <= Alias::LIMIT);
    }
}
