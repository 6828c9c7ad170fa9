//! SQL: the store's statements are constant text, and both engines have the same migrations.

use std::collections::BTreeSet;

use crate::text::{balanced, without_comments};
use crate::tree::{files, report};

#[test]
fn sql_is_constant_text() {
    report(
        &files("src/store", &["rs"])
            .iter()
            .flat_map(|(path, text)| faults(path, text))
            .collect::<Vec<_>>(),
    );
}

/// Where a file puts SQL together at run time.
pub fn faults(path: &str, text: &str) -> Vec<String> {
    const VERBS: &[&str] = &[
        "SELECT ",
        "INSERT INTO",
        "UPDATE ",
        "DELETE FROM",
        "CREATE ",
        " WHERE ",
        "ORDER BY",
    ];
    let code = without_comments(text);
    let made = code.match_indices("format!(").chain(code.match_indices("write!("));
    made.filter_map(|(at, _)| {
        let arguments = balanced(code.get(at..)?);
        let verb = VERBS.iter().find(|verb| arguments.contains(**verb))?.trim();
        let line = 1 + code.get(..at)?.matches('\n').count();
        Some(format!(
            "{path}:{line} formats `{verb}`: SQL is a constant, values are bound"
        ))
    })
    .collect()
}

#[test]
fn migrations_are_twins() {
    let names = |engine: &str| -> BTreeSet<String> {
        let folder = format!("migrations/{engine}");
        files(&folder, &["sql"])
            .into_iter()
            .map(|(path, _)| path.replace(&folder, ""))
            .collect()
    };
    let (sqlite, postgres) = (names("sqlite"), names("postgres"));
    assert!(!sqlite.is_empty(), "there are no migrations");
    assert_eq!(
        sqlite, postgres,
        "each migration has a twin of the same name for the other engine"
    );
    for (at, name) in sqlite.iter().enumerate() {
        assert!(
            name.starts_with(&format!("/{:04}_", at + 1)),
            "{name}: migrations are numbered without a gap"
        );
    }
}
