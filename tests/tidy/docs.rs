//! Pages of the documentation that name what the tree has.

use std::fs;

use crate::text::has_word;
use crate::tree::{files, report, root};

#[test]
fn the_page_on_translation_has_every_table_of_the_source() {
    let page = fs::read_to_string(root().join("docs/translation.md")).unwrap();
    let rooms = ["chat", "completions", "messages", "responses"].map(|room| format!("src/wire/{room}/"));
    let mut wrong = Vec::new();
    for (path, text) in files("src/wire", &["rs"]) {
        if !rooms.iter().any(|room| path.starts_with(room)) {
            continue;
        }
        let rows = text.lines().filter_map(|line| line.trim_start().strip_prefix("/// |"));
        wrong.extend(
            rows.filter(|row| !page.contains(&format!("|{row}\n")))
                .map(|row| format!("{path}: |{row}")),
        );
    }
    report(&wrong);
}

/// `docs/security.md` says which test asks what: each of its 39 rows, and each test that it names.
#[test]
fn the_page_on_security_names_tests_that_are_there() {
    let page = fs::read_to_string(root().join("docs/security.md")).unwrap();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| R")).collect();
    let mut wrong = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        if cells.get(1) != Some(&format!("R{}", at + 1).as_str()) {
            wrong.push(format!("row {} is not R{}", cells.get(1).unwrap_or(&""), at + 1));
        }
        let named: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
        if named.is_empty() {
            wrong.push(format!("{row}: no test is named"));
        }
        for name in named {
            // `path::test`, a script with its arguments, or a command.
            let (path, test) = name
                .split_once("::")
                .unwrap_or((name.split(' ').next().unwrap_or_default(), ""));
            let text = fs::read_to_string(root().join(path));
            let is_path = path.contains('/');
            if is_path && !text.is_ok_and(|text| test.is_empty() || has_word(&text, test)) {
                wrong.push(format!("{name}: there is no such test"));
            }
        }
    }
    assert_eq!(rows.len(), 39);
    report(&wrong);
}
