//! Checks on the tree itself: who may use whom, what templates and SQL may hold, and what must not be left lying about.
//! Each failure says where, what and why.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use text::{attributes, balanced, code_of, has_word, rooms_used, without_comments, without_template_comments};

#[path = "tidy/text.rs"]
mod text;

/// What a room may use of ours, what it must never touch, and why.
struct Room {
    name: &'static str,
    ours: &'static [&'static str],
    never: &'static [&'static str],
    why: &'static str,
}

/// What the wiring may use: everything.
const EVERY_ROOM: &[&str] = &[
    "app",
    "error_chain",
    "cli",
    "clock",
    "config",
    "connections",
    "console",
    "domain",
    "gateway",
    "master_key",
    "random",
    "store",
    "telemetry",
    "wire",
];

const ROOMS: &[Room] = &[
    Room {
        name: "domain",
        ours: &["domain"],
        never: &[
            "sqlx",
            "actix_web",
            "actix_session",
            "askama",
            "tokio",
            "hyper",
            "hyper_util",
            "getrandom",
            "tracing",
            "std::fs",
            "std::env",
            "std::process",
            "SystemTime",
            "Instant",
            "async fn",
        ],
        why: "the domain is pure: no I/O, no async, no clock, no randomness; times and bytes are passed in",
    },
    Room {
        name: "wire",
        ours: &["domain", "wire"],
        never: &[
            "sqlx",
            "actix_web",
            "actix_session",
            "askama",
            "tokio",
            "hyper",
            "hyper_util",
            "getrandom",
            "std::fs",
            "std::env",
            "SystemTime",
            "Instant",
            "async fn",
        ],
        why: "the formats are pure functions over bytes and values, so that golden files can test them",
    },
    Room {
        name: "store",
        ours: &["domain", "store", "clock", "random"],
        never: &["actix_web", "actix_session", "askama", "hyper", "hyper_util"],
        why: "the store knows SQL, and neither HTTP nor HTML",
    },
    Room {
        name: "gateway",
        ours: &["domain", "wire", "store", "gateway", "error_chain", "connections", "clock", "random"],
        never: &["sqlx", "askama", "actix_session", "SystemTime"],
        why: "gateway and console do not know each other, and only the store knows SQL",
    },
    Room {
        name: "console",
        ours: &["domain", "wire", "store", "console", "error_chain", "connections", "clock", "random"],
        never: &["sqlx", "hyper", "hyper_util", "SystemTime"],
        why: "console and gateway do not know each other, and only the store knows SQL",
    },
    Room { name: "app", ours: EVERY_ROOM, never: &["sqlx"], why: "only the store knows SQL" },
    Room {
        name: "cli",
        ours: EVERY_ROOM,
        never: &["sqlx", "askama"],
        why: "only the store knows SQL, only the console HTML",
    },
    Room { name: "error_chain.rs", ours: &[], never: &["sqlx", "actix_web"], why: "what an error says is a leaf" },
    Room {
        name: "connections",
        ours: &["domain", "connections"],
        never: &["sqlx", "actix_web"],
        why: "gateway and console mark connections without knowing who counts them",
    },
    Room { name: "clock.rs", ours: &["domain"], never: &["sqlx", "actix_web"], why: "the clock is a leaf" },
    Room { name: "random.rs", ours: &[], never: &["sqlx", "actix_web"], why: "randomness is a leaf" },
];

#[test]
fn rooms_keep_to_their_arrows() {
    let all = ROOMS
        .iter()
        .flat_map(|room| files(&format!("src/{}", room.name), &["rs"]).into_iter().map(move |it| (room, it)));
    report(&all.flat_map(|(room, (path, text))| room.faults(&path, &text)).collect::<Vec<_>>());
}

impl Room {
    fn faults(&self, path: &str, text: &str) -> Vec<String> {
        let code = code_of(text);
        let rooms: Vec<&str> = ROOMS.iter().map(|room| room.name).collect();
        let foreign = rooms_used(&code, &rooms).into_iter().filter(|used| !self.ours.contains(&used.as_str()));
        let words = self.never.iter().filter(|word| has_word(&code, word)).map(|word| (*word).to_owned());
        foreign
            .map(|used| format!("crate::{used}"))
            .chain(words)
            .map(|used| format!("{path} uses {used}: {}", self.why))
            .collect()
    }
}

#[test]
fn every_source_file_says_what_it_is_and_holds_one_thing() {
    let mut wrong = Vec::new();
    let sources = [files("src", &["rs"]), files("tests", &["rs"])].concat();
    let mut long = Vec::new();
    for (path, text) in &sources {
        if !text.starts_with("//! ") {
            wrong.push(format!("{path} does not begin with //!: say in a line or two what the file is"));
        }
        let lines = text.lines().count();
        if lines > 500 {
            wrong.push(format!("{path} has {lines} lines: a file fits in the head, split it"));
        } else if lines > 400 {
            long.push(format!("{path} ({lines})"));
        }
    }
    if long.len() * 20 > sources.len() {
        wrong.push(format!("files of more than 400 lines are to be rare: {}", long.join(", ")));
    }
    report(&wrong);
}

#[test]
fn sql_is_constant_text() {
    report(&files("src/store", &["rs"]).iter().flat_map(|(path, text)| sql_faults(path, text)).collect::<Vec<_>>());
}

fn sql_faults(path: &str, text: &str) -> Vec<String> {
    const VERBS: &[&str] = &["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM", "CREATE ", " WHERE ", "ORDER BY"];
    let code = without_comments(text);
    let made = code.match_indices("format!(").chain(code.match_indices("write!("));
    made.filter_map(|(at, _)| {
        let arguments = balanced(code.get(at..)?);
        let verb = VERBS.iter().find(|verb| arguments.contains(**verb))?.trim();
        let line = 1 + code.get(..at)?.matches('\n').count();
        Some(format!("{path}:{line} formats `{verb}`: SQL is a constant, values are bound"))
    })
    .collect()
}

#[test]
fn templates_hold_no_script_no_style_and_nothing_unescaped() {
    let templates = files("templates", &["html"]);
    assert!(templates.len() > 5, "the templates are not where this test looks for them");
    report(&templates.iter().flat_map(|(path, text)| template_faults(path, text)).collect::<Vec<_>>());
}

fn template_faults(path: &str, text: &str) -> Vec<String> {
    // Looked for in lower case and without blanks.
    const NEVER: &[(&str, &str)] = &[
        ("|safe", "what is shown is escaped; give the type a template of its own instead"),
        ("{%filter", "what is shown is escaped"),
        ("<style", "the content security policy forbids inline styles"),
        ("hx-on", "the content security policy forbids inline handlers"),
        ("js:", "the content security policy forbids evaluation"),
        ("javascript:", "the content security policy forbids inline script"),
    ];
    let text = without_template_comments(text).to_lowercase();
    let dense: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut wrong: Vec<(String, &str)> =
        NEVER.iter().filter(|(what, _)| dense.contains(what)).map(|(what, why)| ((*what).to_owned(), *why)).collect();
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
    wrong.into_iter().map(|(what, why)| format!("{path} holds {what}: {why}")).collect()
}

#[test]
fn the_checks_find_what_they_look_for() {
    let domain = &ROOMS[0];
    for code in [
        "use crate::store::Store;",
        "use crate::{domain::Alias, gateway::{Gateway, domain}};",
        "let x = super::super::console::Page;",
        "use sqlx::Row;",
        "pub async fn load() {}",
        "    let now = std::time::SystemTime::now();",
    ] {
        assert_eq!(domain.faults("x", code).len(), 1, "{code}");
    }
    for code in ["// crate::store is the place", "let text = \"crate::store\";", "use crate::domain::{Alias, Match};"] {
        assert_eq!(domain.faults("x", code), [""; 0], "{code}");
    }
    assert_eq!(sql_faults("x", "let a = format!(\n\"SELECT {column} FROM t\");").len(), 1);
    assert_eq!(sql_faults("x", "const A: &str = \"SELECT 1\"; let b = format!(\"{n} rows\");"), [""; 0]);
    for html in [
        "{{ name | safe }}",
        "<p style=\"color:red\">",
        "<p class='a' style='color:red'>",
        "<a href=x onclick=run()>",
        "<div\n  hx-on:click=\"x\">",
        "<form hx-vals='js:{a:1}'>",
        "<input hx-trigger=\"keyup[ctrlKey]\">",
        "<body hx-boost=\"true\">",
        "<p hx-disable>",
        "<script>let a = 1;</script>",
        "<script src=\"/a.js\">let a = 1;</script>",
        "<style>p{}</style>",
    ] {
        assert_eq!(template_faults("x", html).len(), 1, "{html}");
    }
    for html in [
        "{# hx-on and style=\"\" stay out #}<p>",
        "<script src=\"/a.js\" defer></script>",
        "<input name=\"row[]\" hx-trigger=\"input delay:150ms\" hx-disabled-elt=\"this\">",
        "<p class=\"{% if style == on %}a{% endif %}\">one, only</p>",
    ] {
        assert_eq!(template_faults("x", html), [""; 0], "{html}");
    }
}

#[test]
fn the_page_on_translation_has_every_table_of_the_source() {
    let page = std::fs::read_to_string(root().join("docs/translation.md")).unwrap();
    let rooms = ["chat", "completions", "messages", "responses"].map(|room| format!("src/wire/{room}/"));
    let mut wrong = Vec::new();
    for (path, text) in files("src/wire", &[".rs"]) {
        if !rooms.iter().any(|room| path.starts_with(room)) {
            continue;
        }
        let rows = text.lines().filter_map(|line| line.trim_start().strip_prefix("/// |"));
        wrong.extend(rows.filter(|row| !page.contains(&format!("|{row}\n"))).map(|row| format!("{path}: |{row}")));
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
            let (path, test) = name.split_once("::").unwrap_or((name.split(' ').next().unwrap_or_default(), ""));
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

#[test]
fn migrations_are_twins() {
    let names = |engine: &str| -> BTreeSet<String> {
        let folder = format!("migrations/{engine}");
        files(&folder, &["sql"]).into_iter().map(|(path, _)| path.replace(&folder, "")).collect()
    };
    let (sqlite, postgres) = (names("sqlite"), names("postgres"));
    assert!(!sqlite.is_empty(), "there are no migrations");
    assert_eq!(sqlite, postgres, "each migration has a twin of the same name for the other engine");
    for (at, name) in sqlite.iter().enumerate() {
        assert!(name.starts_with(&format!("/{:04}_", at + 1)), "{name}: migrations are numbered without a gap");
    }
}

#[test]
fn nothing_tracked_names_a_machine_or_is_left_unfinished() {
    // Put together here, so that this file does not hold them.
    let machine = ["/ho|me/", "/ro|ot/", "/Us|ers/", "/wo|rk/", "C:|\\Users"].map(|it| it.replace('|', ""));
    let unfinished =
        ["TO|DO", "FIX|ME", "XX|X", "HA|CK", "un|implemented!(", "to|do!(", "db|g!("].map(|it| it.replace('|', ""));
    let mut wrong = Vec::new();
    for path in tracked() {
        let Ok(text) = fs::read_to_string(root().join(&path)) else { continue };
        let is_code =
            [".rs", ".html", ".css", ".js", ".mjs", ".sql", ".toml", ".sh"].iter().any(|end| path.ends_with(end));
        for (at, line) in text.lines().enumerate() {
            // A URL's path is not a machine's.
            let is_path = |part: &String| line.match_indices(part.as_str()).any(|(at, _)| !text::is_in_url(line, at));
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

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn report(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// Files below a folder, or the one file of that name, with their text, in order.
fn files(below: &str, endings: &[&str]) -> Vec<(String, String)> {
    fn collect(path: &Path, found: &mut Vec<PathBuf>) {
        if path.is_file() {
            found.push(path.to_owned());
        }
        let Ok(entries) = fs::read_dir(path) else { return };
        for entry in entries.flatten().filter(|entry| entry.file_name() != "node_modules") {
            collect(&entry.path(), found);
        }
    }
    let mut found = Vec::new();
    collect(&root().join(below), &mut found);
    found.sort();
    found
        .into_iter()
        .filter(|path| path.extension().is_some_and(|end| endings.iter().any(|it| end == *it)))
        .filter_map(|path| {
            let name = path.strip_prefix(root()).ok()?.to_string_lossy().replace('\\', "/");
            Some((name, fs::read_to_string(&path).ok()?))
        })
        .collect()
}

/// Every file that git tracks.
fn tracked() -> Vec<String> {
    let out = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output();
    let listed = out.map(|out| String::from_utf8_lossy(&out.stdout).into_owned()).unwrap_or_default();
    let names: Vec<String> = listed.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    assert!(names.len() > 20, "this needs git and a clone: it tells which files belong to the project");
    names
}
