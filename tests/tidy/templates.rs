//! What templates must not hold: script, style, and anything unescaped.

use crate::text::{attributes, without_template_comments};
use crate::tree::{files, report};

#[test]
fn templates_hold_no_script_no_style_and_nothing_unescaped() {
    let templates = files("templates", &["html"]);
    assert!(
        templates.len() > 5,
        "the templates are not where this test looks for them"
    );
    report(
        &templates
            .iter()
            .flat_map(|(path, text)| faults(path, text))
            .collect::<Vec<_>>(),
    );
}

/// What a template holds and must not.
pub fn faults(path: &str, text: &str) -> Vec<String> {
    // Looked for in lower case and without blanks.
    const NEVER: &[(&str, &str)] = &[
        (
            "|safe",
            "what is shown is escaped; give the type a template of its own instead",
        ),
        ("{%filter", "what is shown is escaped"),
        ("<style", "the content security policy forbids inline styles"),
        ("hx-on", "the content security policy forbids inline handlers"),
        ("js:", "the content security policy forbids evaluation"),
        ("javascript:", "the content security policy forbids inline script"),
    ];
    let text = without_template_comments(text).to_lowercase();
    let dense: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut wrong: Vec<(String, &str)> = NEVER
        .iter()
        .filter(|(what, _)| dense.contains(what))
        .map(|(what, why)| ((*what).to_owned(), *why))
        .collect();
    for (name, value) in attributes(&text) {
        let is_handler = value.is_some() && name.len() > 4 && name.starts_with("on");
        let why = match (name.as_str(), &value) {
            ("style", Some(_)) => "the content security policy forbids inline styles",
            ("hx-boost", _) => "pages are pages; only what is named is swapped",
            ("hx-disable", _) => "nothing that would need it is ever inserted",
            ("hx-trigger", Some(value)) if value.contains('[') => "a filter is evaluated script",
            _ if is_handler => "the content security policy forbids inline handlers",
            _ => continue,
        };
        wrong.push((name, why));
    }
    for script in text.split("<script").skip(1) {
        let (tag, after) = script.split_once('>').unwrap_or((script, ""));
        if !tag.contains(" src=") || !after.trim_start().starts_with("</script>") {
            wrong.push(("<script>".into(), "the content security policy forbids inline script"));
        }
    }
    wrong
        .into_iter()
        .map(|(what, why)| format!("{path} holds {what}: {why}"))
        .collect()
}
