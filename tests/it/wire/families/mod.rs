//! What clients send, to every family of models that the gateway serves, in each of its protocols. A strict server stands for
//! each family: a request is taken, or the gateway refuses it for a reason that is listed here.
//!
//! Inputs are `tests/data/wire/families/turns/TURN.json`; outputs are `tests/data/wire/families/FAMILY/PROTOCOL.txt`.
//! `BLESS=1 scripts/test -- --test it wire::families` writes the outputs anew; read the difference then.

mod properties;
mod rows;

use crossmodel::domain::Protocol;
use crossmodel::wire::adapt::{Notes, Plan, RequestView, TargetFacts, adapt, is_kept_away};
use crossmodel::wire::control::{AskUsage, Control};
use crossmodel::wire::operation::Operation;
use crossmodel::wire::translate::{Exchange, TranslationTarget};
use serde_json::Value;

use self::rows::{FAMILIES, Family};
use super::recorded::{data, read, style};
use super::servers::{Made, checks};

/// A request that a client sends.
struct Turn {
    name: &'static str,
    operation: Operation,
}

const TURNS: [Turn; 8] = [
    Turn::of("claude_code_first", Operation::Messages),
    Turn::of("claude_code_40th", Operation::Messages),
    Turn::of("codex", Operation::Responses),
    Turn::of("pi", Operation::Chat),
    Turn::of("opencode_title", Operation::Chat),
    Turn::of("langchain_stop", Operation::Chat),
    Turn::of("crewai", Operation::Chat),
    Turn::of("cursor", Operation::Chat),
];

/// The refusals of ours that are right: family, protocol, turn, and why no server could be asked.
const REFUSED: [(&str, Protocol, &str, &str); 0] = [];

impl Turn {
    const fn of(name: &'static str, operation: Operation) -> Self {
        Self { name, operation }
    }

    fn body(&self) -> String {
        let body = read(format!("families/turns/{}.json", self.name)).unwrap();
        String::from_utf8(body).unwrap()
    }
}

/// What becomes of a request.
enum Outcome {
    /// It goes to another address of the model.
    Elsewhere,
    Refused(String),
    Goes {
        how: &'static str,
        notes: String,
        body: Value,
    },
}

/// What the gateway makes of a request.
fn outcome(turn: &Turn, body: &str, target: &TargetFacts) -> Outcome {
    let control = Control::read(body.as_bytes(), turn.operation).unwrap();
    let view = RequestView {
        body,
        control: &control,
    };
    if is_kept_away(view, target) {
        return Outcome::Elsewhere;
    }

    let mut notes = Notes::default();
    if turn.operation.native() == Some(target.protocol) {
        match adapt(view, target) {
            Plan::Passthrough => {
                return Outcome::Goes {
                    how: "passes",
                    notes: String::new(),
                    body: serde_json::from_str(body).unwrap(),
                };
            }
            Plan::Rewrite(edits) => {
                let pieces = edits.pieces(&control.members);
                let model = control.model_span.of(body);
                let out = control.rewrite(body.as_bytes(), model, AskUsage::AsSent, &pieces);
                return Outcome::Goes {
                    how: "is edited",
                    notes: edits.notes.to_string(),
                    body: serde_json::from_slice(&out.expect("a change")).unwrap(),
                };
            }
            Plan::Translate(moved) => notes = moved,
            Plan::Refuse(refusal) => {
                let message = refusal.message("the model", None);
                return Outcome::Refused(format!("{}: {message}", refusal.param));
            }
        }
    }

    let opened = Exchange::open(
        (turn.operation, target.protocol),
        body.as_bytes(),
        TranslationTarget {
            model: "their-model",
            facts: &target.facts,
            asks_usage: true,
            includes_reasoning: None,
        },
        style(),
    );
    match opened {
        Ok((exchange, request)) => {
            notes.extend(exchange.notes());
            Outcome::Goes {
                how: "is translated",
                notes: notes.to_string(),
                body: serde_json::from_slice(&request).unwrap(),
            }
        }
        Err(refused) => Outcome::Refused(format!("{}: {}", refused.param, refused.message)),
    }
}

impl Outcome {
    /// The part of a golden file.
    fn told(&self, turn: &Turn) -> String {
        let name = turn.name;
        match self {
            Self::Elsewhere => format!("# {name}: goes to another address of the model\n"),
            Self::Refused(why) => format!("# {name}: is refused\n{why}\n"),
            Self::Goes { how, notes, body } => {
                let body = serde_json::to_string_pretty(body).unwrap();
                match notes.is_empty() {
                    true => format!("# {name}: {how}\n{body}\n"),
                    false => format!("# {name}: {how}\nnotes: {notes}\n{body}\n"),
                }
            }
        }
    }
}

/// The signatures in the turns that a server of the family has made itself.
fn own_signatures(family: &Family, turn: &Turn) -> Vec<Made> {
    let is_own = turn.name == "codex" && family.model.starts_with("openai/");
    let seals = is_own.then(|| Made {
        seal: "gpt-5.5/1+aGk=".into(),
        ..Made::default()
    });
    seals.into_iter().collect()
}

fn protocol_name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::AnthropicMessages => "messages",
        Protocol::OpenaiResponses => "responses",
        _ => "chat",
    }
}

/// Compares with a golden file, or writes it.
fn golden(family: &Family, protocol: Protocol, actual: &str, wrong: &mut Vec<String>) {
    let name = format!("{}/{}.txt", family.name, protocol_name(protocol));
    let path = data().join("families").join(&name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, actual).unwrap();
    } else if std::fs::read_to_string(&path).ok().as_deref() != Some(actual) {
        wrong.push(format!("{name} is not as it was; it is now:\n{actual}"));
    }
}

/// Calls `see` with every turn at every address.
fn everywhere(mut see: impl FnMut(&Family, Protocol, &TargetFacts, &Turn, &str)) {
    for family in &FAMILIES {
        for protocol in family.protocols {
            let target = family.target(*protocol);
            for turn in &TURNS {
                see(family, *protocol, &target, turn, &turn.body());
            }
        }
    }
}

#[test]
fn what_clients_send_is_taken_by_every_family() {
    let mut wrong = Vec::new();
    let mut refused = Vec::new();
    everywhere(|family, protocol, target, turn, body| {
        let place = format!("{} {} {}", family.name, protocol_name(protocol), turn.name);
        match outcome(turn, body, target) {
            Outcome::Elsewhere => {}
            Outcome::Refused(why) => {
                refused.push((family.name, protocol, turn.name));
                let mut expected = REFUSED.iter();
                if !expected.any(|row| (row.0, row.1, row.2) == (family.name, protocol, turn.name)) {
                    wrong.push(format!("{place}: we refuse: {why}"));
                }
            }
            Outcome::Goes { body, .. } => {
                let said = own_signatures(family, turn);
                let checked = checks::no_marks(&body).and_then(|()| (family.check)(protocol, &body, &said));
                if let Err(why) = checked {
                    wrong.push(format!("{place}: {why}"));
                }
            }
        }
    });
    for row in &REFUSED {
        if !refused.contains(&(row.0, row.1, row.2)) {
            wrong.push(format!(
                "{} {} is taken, though it is listed as refused: {}",
                row.0, row.2, row.3
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_becomes_of_each_turn_stays_as_it_is() {
    let mut wrong = Vec::new();
    for family in &FAMILIES {
        for protocol in family.protocols {
            let target = family.target(*protocol);
            let told = TURNS.iter().map(|turn| outcome(turn, &turn.body(), &target).told(turn));
            golden(family, *protocol, &told.collect::<Vec<_>>().join("\n"), &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
