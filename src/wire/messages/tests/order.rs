//! Events in any order give a stream that clients understand, without any loss.

use proptest::prelude::*;
use serde_json::Value;

use super::stream::check;
use crate::domain::{Protocol, Tokens};
use crate::wire::error::{ApiError, Code};
use crate::wire::messages::write_events::WriteEvents;
use crate::wire::neutral::{Citation, Event, ResponseIdentity, Signature, Stop, UNSIGNED};

/// A piece of an answer. The test fills in the arguments of calls.
#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Thinking(String),
    Refusal(String),
    Signature(Protocol, bool),
    Citation,
    Call {
        custom: bool,
    },
    /// The next piece of the arguments of one of the calls.
    Arguments(prop::sample::Index),
    PartEnd,
    Usage(u64),
}

fn piece() -> impl Strategy<Value = Piece> {
    prop_oneof![
        4 => ".{0,4}".prop_map(Piece::Text),
        3 => ".{0,4}".prop_map(Piece::Thinking),
        1 => ".{0,4}".prop_map(Piece::Refusal),
        1 => (prop::sample::select(Protocol::ALL.to_vec()), any::<bool>()).prop_map(|(origin, redacted)| Piece::Signature(origin, redacted)),
        1 => Just(Piece::Citation),
        3 => prop::bool::weighted(0.2).prop_map(|custom| Piece::Call { custom }),
        8 => any::<prop::sample::Index>().prop_map(Piece::Arguments),
        2 => Just(Piece::PartEnd),
        1 => (0..99_u64).prop_map(Piece::Usage),
    ]
}

/// A call with its arguments in pieces, and the number of pieces that were sent.
struct Call {
    custom: bool,
    whole: &'static str,
    pieces: Vec<&'static str>,
    sent: usize,
}

impl Call {
    fn new(custom: bool, index: usize) -> Self {
        let pieces = match index % 3 {
            0 => vec!["{\"a\":", " \"}{\\\"\"", "}"],
            1 => vec!["{", "\"b\":[1,", "2]}"],
            _ => vec!["{}"],
        };
        let whole = ["{\"a\": \"}{\\\"\"}", "{\"b\":[1,2]}", "{}"][index % 3];
        Self {
            custom,
            whole,
            pieces,
            sent: 0,
        }
    }

    fn is_whole(&self) -> bool {
        self.sent == self.pieces.len()
    }
}

proptest! {
    #[test]
    fn any_order_of_pieces_gives_a_valid_stream(
        pieces in prop::collection::vec(piece(), 0..40),
        ends in any::<bool>(),
        stop in prop::option::of(prop::sample::select(vec![Stop::End, Stop::Sequence, Stop::Length, Stop::Tools, Stop::Refusal])),
    ) {
        let mut writer = WriteEvents::new(ResponseIdentity { id: "x".into(), model: "m".into(), ..ResponseIdentity::default() });
        let mut out = Vec::new();
        let mut calls: Vec<Call> = Vec::new();
        let (mut text, mut thoughts, mut signatures) = (String::new(), String::new(), 0);
        writer.write(Event::Start { id: None, tokens: None }, &mut out);
        for piece in pieces {
            let event = match piece {
                Piece::Text(words) => { text.push_str(&words); Event::Text(words.into()) }
                Piece::Refusal(words) => { text.push_str(&words); Event::Refusal(words.into()) }
                Piece::Thinking(words) => { thoughts.push_str(&words); Event::Thinking(words.into()) }
                Piece::Signature(origin, redacted) => { signatures += 1; Event::Signature(Signature::of(origin, "s", None, redacted)) }
                Piece::Citation => Event::Citation(Citation { url: "https://x".into(), title: "t".into(), quote: None, span: None }),
                Piece::Call { custom } => {
                    let index = calls.len();
                    calls.push(Call::new(custom, index));
                    Event::ToolStart { index, id: format!("id{index}").into(), name: "f".into(), custom }
                }
                Piece::Arguments(which) => {
                    if calls.is_empty() { continue; }
                    let index = which.index(calls.len());
                    let call = &mut calls[index];
                    if call.is_whole() { continue; }
                    call.sent += 1;
                    Event::ToolArguments { index, text: call.pieces[call.sent - 1].into() }
                }
                // A protocol with such marks sends its parts one after the other.
                Piece::PartEnd if !calls.iter().all(Call::is_whole) => continue,
                Piece::PartEnd => Event::PartEnd,
                Piece::Usage(prompt) => Event::Usage(Tokens { prompt, ..Tokens::default() }),
            };
            writer.write(event, &mut out);
        }

        if let Some(stop) = stop {
            writer.write(Event::Stop { stop, sequence: None }, &mut out);
        }

        if !ends {
            writer.fail(&ApiError::new(Code::ProviderError, "It broke."), &mut out);
            let message = check(&out);
            prop_assert!(message.error.is_some() && message.last.is_none());
            return Ok(());
        }

        writer.write(Event::End, &mut out);
        let length = out.len();
        writer.write(Event::Text("late".into()), &mut out);

        prop_assert_eq!(out.len(), length);

        let message = check(&out);
        prop_assert!(message.last.is_some());

        let joined = |kind: &str, key: &str| -> String {
            message.blocks.iter().filter(|b| b["type"] == kind).map(|b| b[key].as_str().unwrap()).collect()
        };
        prop_assert_eq!(joined("text", "text"), text);
        prop_assert_eq!(joined("thinking", "thinking"), thoughts);

        let signed = message.blocks.iter().filter(|b| b["type"] == "redacted_thinking" || b["signature"].as_str().is_some_and(|s| !s.is_empty() && s != UNSIGNED));
        prop_assert_eq!(signed.count(), signatures);

        let written: Vec<&Value> = message.blocks.iter().filter(|b| b["type"] == "tool_use").collect();
        prop_assert_eq!(written.len(), calls.len());
        for (index, call) in calls.iter().enumerate() {
            let id = format!("id{index}");
            let block = written.iter().find(|b| b["id"] == id.as_str()).unwrap();
            let given: String = call.pieces[..call.sent].concat();
            let input = block["input"].as_str().unwrap();
            if call.custom {
                let parsed: Value = serde_json::from_str(input).unwrap();
                prop_assert_eq!(parsed["input"].as_str().unwrap(), given);
            } else {
                prop_assert_eq!(input, given.as_str());
                prop_assert!(!call.is_whole() || given == call.whole);
            }
        }
    }
}
