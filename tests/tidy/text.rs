//! Reading source and templates as text, just closely enough for the checks.

use std::collections::BTreeSet;

pub fn without_comments(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| if line.trim_start().starts_with("//") { "" } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

/// Code without comments and without what stands in plain quotes.
pub fn code_of(text: &str) -> String {
    let mut out = String::new();
    for line in without_comments(text).lines() {
        let line = line
            .split(" // ")
            .next()
            .unwrap_or_default()
            .replace("'\"'", "")
            .replace("\\\"", "");
        let kept: Vec<&str> = line.split('"').step_by(2).collect();
        out.push_str(&kept.join("\"\""));
        out.push('\n');
    }
    out
}

/// The rooms that code names: `crate::room`, `crate::{room, …}`, or as many `super::` as it takes to get out.
pub fn rooms_used(code: &str, rooms: &[&str]) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (at, start) in code.match_indices("crate::") {
        let rest = code.get(at + start.len()..).unwrap_or_default();
        match rest.strip_prefix('{') {
            Some(_) => {
                let mut depth = 0;
                for part in balanced(rest).split_inclusive(['{', '}', ',']) {
                    if depth == 1 {
                        used.insert(word_at(part));
                    }
                    depth += part.matches('{').count();
                    depth = depth.saturating_sub(part.matches('}').count());
                }
            }
            None => {
                used.insert(word_at(rest));
            }
        }
    }
    for name in rooms {
        if code.contains(&format!("super::super::{name}::")) {
            used.insert(format!("{name} (by way of super::)"));
        }
    }
    used.retain(|name| !name.is_empty());
    used
}

fn word_at(text: &str) -> String {
    text.trim_start()
        .chars()
        .take_while(|c| c.is_ascii_lowercase() || *c == '_')
        .collect()
}

/// From the first opening bracket to the one that closes it.
pub fn balanced(text: &str) -> &str {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '{' => depth += 1,
            ')' | '}' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return text.get(..=at).unwrap_or(text);
        }
    }
    text
}

pub fn has_word(text: &str, word: &str) -> bool {
    let edge = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (
            text.get(..at).unwrap_or_default(),
            text.get(at + word.len()..).unwrap_or_default(),
        );
        edge(before.chars().next_back()) && (word.ends_with('(') || edge(after.chars().next()))
    })
}

pub fn is_in_url(line: &str, at: usize) -> bool {
    let word = line
        .get(..at)
        .unwrap_or_default()
        .rsplit([' ', '"', '\'', '(', '`'])
        .next()
        .unwrap_or_default();
    word.contains("://") && !word.contains("file://") && !word.contains("sqlite://")
}

pub fn without_template_comments(text: &str) -> String {
    let mut parts = text.split("{#");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| {
        out + part.split_once("#}").map_or("", |(_, after)| after)
    })
}

/// Names and values of the attributes in a text; one without a value has none. Template tags between them are passed over
/// as words.
pub fn attributes(html: &str) -> Vec<(String, Option<String>)> {
    let mut found = Vec::new();
    for tag in html.split('<').skip(1) {
        let mut rest = tag.trim_start_matches(|c: char| c.is_alphanumeric() || c == '-');
        while let Some(at) = rest.find(|c: char| c.is_whitespace()) {
            rest = rest.get(at..).unwrap_or_default().trim_start();
            let name: String = rest
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || "-_:".contains(*c))
                .collect();
            rest = rest.get(name.len()..).unwrap_or_default();
            let value = rest.strip_prefix('=').map(|rest| match rest.chars().next() {
                Some(quote @ ('"' | '\'')) => rest[1..].split(quote).next().unwrap_or_default(),
                _ => rest.split([' ', '>', '\n']).next().unwrap_or_default(),
            });
            if let Some(value) = value {
                rest = rest.get(value.len() + 1..).unwrap_or_default();
            }
            if !name.is_empty() {
                found.push((name, value.map(str::to_owned)));
            }
        }
    }
    found
}
