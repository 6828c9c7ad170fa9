//! A session whose name is pointed at another model after each turn, over all ordered pairs of eight families. Each family is
//! a strict server: it refuses what the real one is known to refuse, in its own words.

mod answers;
mod clients;
mod families;

use bytes::Bytes;
use crossmodel::wire::adapt::{Plan, RequestView, TargetFacts, adapt};
use crossmodel::wire::control::{AskUsage, Control, model_literal};
use crossmodel::wire::event_stream::EventStream;
use crossmodel::wire::operation::Operation;
use crossmodel::wire::passthrough::{self, PassthroughStyle, pack_signatures, without_think_tags};
use crossmodel::wire::translate::{Exchange, ResponseStyle, TranslationTarget};
use serde_json::Value;

use self::answers::Said;
use self::clients::Client;
use self::families::{FAMILIES, Family};
use super::recorded::facts;
use super::servers::{Made, list, object, text};

/// What the model says in each turn. Turns with calls are followed by their results.
const SCRIPT: [Said; 6] = [
    Said::thought_and_calls(&["read"]),
    Said::thought_and_calls(&["read", "list"]),
    Said::thought_and_text(),
    Said::calls_only(&["list"]),
    Said::text_and_calls(&["read"]),
    Said::thought_and_text(),
];

/// A family as the gateway knows it, and what it has said so far.
pub struct Server {
    family: &'static Family,
    target: TargetFacts,
    said: Vec<Made>,
}

impl Server {
    fn new(family: &'static Family, client: Operation) -> Self {
        let protocol = family.protocol_for(client);
        let target = TargetFacts::new(facts(family.model, protocol), protocol, family.name);
        Self {
            family,
            target,
            said: Vec::new(),
        }
    }
}

/// How the answer of a server becomes the client's.
enum Way {
    Passes,
    Translated(Box<Exchange>),
}

/// The request that reaches the server, as the gateway makes it.
fn sent(body: &str, client: Operation, server: &Server, turn: usize) -> (Value, Way) {
    let target = &server.target;
    if client.native() == Some(target.protocol) {
        let control = Control::read(body.as_bytes(), client).unwrap();
        let view = RequestView {
            body,
            control: &control,
        };
        let pieces = match adapt(view, target) {
            Plan::Passthrough => Some(Vec::new()),
            Plan::Rewrite(edits) => Some(edits.pieces(&control.members).to_vec()),
            Plan::Translate(_) => None,
            Plan::Refuse(refusal) => panic!("{} refused: {refusal:?}\n{body}", server.family.name),
        };
        if let Some(pieces) = pieces {
            let model = model_literal(server.family.name);
            let out = control.rewrite(body.as_bytes(), &model, AskUsage::AsSent, &pieces);
            let out = out.unwrap_or_else(|| body.as_bytes().to_vec());
            return (serde_json::from_slice(&out).unwrap(), Way::Passes);
        }
    }

    let (exchange, request) = Exchange::open(
        (client, target.protocol),
        body.as_bytes(),
        TranslationTarget {
            model: server.family.name,
            facts: &target.facts,
            asks_usage: true,
            includes_reasoning: None,
        },
        ResponseStyle {
            id: format!("0a{turn}"),
            model: "the-alias".into(),
            ..ResponseStyle::default()
        },
    )
    .unwrap_or_else(|refused| panic!("{} refused: {refused:?}\n{body}", server.family.name));
    (
        serde_json::from_slice(&request).unwrap(),
        Way::Translated(Box::new(exchange)),
    )
}

/// What the client gets of a whole answer.
fn told_whole(answer: &Value, way: Way, server: &Server) -> Value {
    let answer = answer.to_string().into_bytes();
    let told = match way {
        Way::Passes => {
            let answer = match server.target.facts.answers.think_tags {
                true => without_think_tags(&answer).unwrap_or(answer),
                false => answer,
            };
            match &server.target.packs {
                Some(start) => pack_signatures(&answer, server.target.protocol, start).unwrap_or(answer),
                None => answer,
            }
        }
        Way::Translated(exchange) => exchange.write_response(&answer).unwrap().body,
    };
    serde_json::from_slice(&told).unwrap()
}

/// What the client gets of a stream, which comes in small pieces.
fn told_stream(events: &str, way: Way, server: &Server) -> String {
    let mut stream: Box<dyn EventStream> = match way {
        Way::Passes => {
            let style = PassthroughStyle {
                think_tags: server.target.facts.answers.think_tags,
                packs: server.target.packs.clone(),
                ..PassthroughStyle::new("\"the-alias\"")
            };
            passthrough::stream(server.target.protocol, style)
        }
        Way::Translated(exchange) => Box::new(exchange.stream()),
    };
    let mut out = Vec::new();
    for piece in events.as_bytes().chunks(7) {
        stream.push(&Bytes::copy_from_slice(piece), &mut out).unwrap();
    }
    out.extend(stream.finish());
    String::from_utf8(out.concat()).unwrap()
}

/// One session that goes from one server to the other after each turn.
fn session(operation: Operation, families: [&'static Family; 2], streams: bool) {
    let mut client = Client::new(operation, streams);
    let mut servers = families.map(|family| Server::new(family, operation));
    for (turn, said) in SCRIPT.iter().enumerate() {
        let place = format!(
            "{} -> {}, {operation:?}, turn {turn}",
            families[0].name, families[1].name
        );
        let is_same = families[0].name == families[1].name;
        let server = &mut servers[if is_same { 0 } else { turn % 2 }];

        let body = client.request().to_string();
        let (request, way) = sent(&body, operation, server, turn);
        if let Err(refused) = server.check(&request) {
            panic!("{place}: {}: {refused}\n{request:#}\nfrom {body}", server.family.name);
        }

        let answer = server.answer(said, &request, turn);
        let told = match streams {
            true => clients::gathered(
                operation,
                &told_stream(&answers::streamed(server.target.protocol, &answer), way, server),
            ),
            false => told_whole(&answer, way, server),
        };
        client.add(&told, turn);
    }
    assert_eq!(client.calls, client.results, "each call has had its result");
}

fn all_pairs(operation: Operation) {
    for first in FAMILIES {
        for second in FAMILIES {
            for streams in [false, true] {
                session(operation, [first, second], streams);
            }
        }
    }
}

#[test]
fn a_session_of_chat_goes_on_wherever_its_name_points() {
    all_pairs(Operation::Chat);
}

#[test]
fn a_session_of_messages_goes_on_wherever_its_name_points() {
    all_pairs(Operation::Messages);
}

#[test]
fn a_session_of_responses_goes_on_wherever_its_name_points() {
    all_pairs(Operation::Responses);
}
