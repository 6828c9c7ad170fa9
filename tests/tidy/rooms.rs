//! The arrows between the rooms: what each may use of ours, and what of others it must never touch.

use crate::text::{code_of, has_word, rooms_used};
use crate::tree::{files, report};

/// What a room may use of ours, what it must never touch, and why.
pub struct Room {
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

pub const ROOMS: &[Room] = &[
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
        ours: &[
            "domain",
            "wire",
            "store",
            "gateway",
            "error_chain",
            "connections",
            "clock",
            "random",
        ],
        never: &["sqlx", "askama", "actix_session", "SystemTime"],
        why: "gateway and console do not know each other, and only the store knows SQL",
    },
    Room {
        name: "console",
        ours: &[
            "domain",
            "wire",
            "store",
            "console",
            "error_chain",
            "connections",
            "clock",
            "random",
        ],
        never: &["sqlx", "hyper", "hyper_util", "SystemTime"],
        why: "console and gateway do not know each other, and only the store knows SQL",
    },
    Room {
        name: "app",
        ours: EVERY_ROOM,
        never: &["sqlx"],
        why: "only the store knows SQL",
    },
    Room {
        name: "cli",
        ours: EVERY_ROOM,
        never: &["sqlx", "askama"],
        why: "only the store knows SQL, only the console HTML",
    },
    Room {
        name: "error_chain",
        ours: &[],
        never: &["sqlx", "actix_web"],
        why: "what an error says is a leaf",
    },
    Room {
        name: "connections",
        ours: &["domain", "connections"],
        never: &["sqlx", "actix_web"],
        why: "gateway and console mark connections without knowing who counts them",
    },
    Room {
        name: "clock",
        ours: &["domain"],
        never: &["sqlx", "actix_web"],
        why: "the clock is a leaf",
    },
    Room {
        name: "random",
        ours: &[],
        never: &["sqlx", "actix_web"],
        why: "randomness is a leaf",
    },
];

#[test]
fn rooms_keep_to_their_arrows() {
    let mut wrong = Vec::new();

    for room in ROOMS {
        let folder = format!("src/{}", room.name);
        let sources = [files(&folder, &["rs"]), files(&format!("{folder}.rs"), &["rs"])].concat();
        if sources.is_empty() {
            wrong.push(format!(
                "{folder} is not there: its row in tests/tidy/rooms.rs checks nothing"
            ));
        }
        wrong.extend(sources.iter().flat_map(|(path, text)| room.faults(path, text)));
    }

    report(&wrong);
}

impl Room {
    /// What a file of this room uses and may not.
    pub fn faults(&self, path: &str, text: &str) -> Vec<String> {
        let code = code_of(text);
        let rooms: Vec<&str> = ROOMS.iter().map(|room| room.name).collect();
        let foreign = rooms_used(&code, &rooms)
            .into_iter()
            .filter(|used| !self.ours.contains(&used.as_str()));
        let words = self
            .never
            .iter()
            .filter(|word| has_word(&code, word))
            .map(|word| (*word).to_owned());
        foreign
            .map(|used| format!("crate::{used}"))
            .chain(words)
            .map(|used| format!("{path} uses {used}: {}", self.why))
            .collect()
    }
}
