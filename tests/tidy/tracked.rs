//! What no tracked file may hold: paths of one machine, unfinished work, and private registries.

use std::fs;

use crate::text::{has_word, is_in_url};
use crate::tree::{report, root, tracked};

#[test]
fn nothing_tracked_names_a_machine_or_is_left_unfinished() {
    // Put together here, so that this file does not hold them.
    let machine = ["/ho|me/", "/ro|ot/", "/Us|ers/", "/wo|rk/", "C:|\\Users"].map(|it| it.replace('|', ""));
    let unfinished = [
        "TO|DO",
        "FIX|ME",
        "XX|X",
        "HA|CK",
        "un|implemented!(",
        "to|do!(",
        "db|g!(",
    ]
    .map(|it| it.replace('|', ""));
    let mut wrong = Vec::new();
    for path in tracked() {
        let Ok(text) = fs::read_to_string(root().join(&path)) else {
            continue;
        };
        let is_code = [".rs", ".html", ".css", ".js", ".mjs", ".sql", ".toml", ".sh"]
            .iter()
            .any(|end| path.ends_with(end));
        for (at, line) in text.lines().enumerate() {
            // A URL's path is not a machine's.
            let is_path = |part: &String| line.match_indices(part.as_str()).any(|(at, _)| !is_in_url(line, at));
            if let Some(part) = machine.iter().find(|part| is_path(part)) {
                wrong.push(format!("{path}:{} holds `{part}`: no path of one machine", at + 1));
            }
            if let Some(word) = unfinished.iter().find(|word| is_code && has_word(line, word)) {
                wrong.push(format!("{path}:{} holds `{word}`: finish it, or file an issue", at + 1));
            }
        }
    }
    report(&wrong);
}

#[test]
fn lock_files_name_only_the_public_registries() {
    let mut wrong = Vec::new();
    for path in tracked() {
        let known: &[&str] = match path.rsplit('/').next() {
            Some("Cargo.lock") => &["source = \"registry+https://github.com/rust-lang/crates.io-index\""],
            Some("package-lock.json") => &["\"resolved\": \"https://registry.npmjs.org/"],
            _ => continue,
        };
        let text = fs::read_to_string(root().join(&path)).unwrap_or_default();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            let names_one = line.starts_with("source = ") || line.starts_with("\"resolved\": ");
            if names_one && !known.iter().any(|known| line.starts_with(known)) {
                wrong.push(format!("{path}:{}: {line}", at + 1));
            }
        }
    }
    report(&wrong);
}
