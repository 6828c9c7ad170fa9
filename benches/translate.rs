//! The cost of putting a request, an answer or a stream into another protocol, beside that of letting it pass, and of each kind
//! of edit that fits a request to its model: time and allocated bytes. `cargo bench --bench translate`.

use bytes::Bytes;
use crossmodel::domain::{Facts, FactsPatch, Protocol};
use crossmodel::wire::adapt::{Plan, RequestView, TargetFacts, adapt};
use crossmodel::wire::control::{AskUsage, Control, model_literal};
use crossmodel::wire::event_stream::EventStream as _;
use crossmodel::wire::operation::Operation;
use crossmodel::wire::passthrough::{self, PassthroughStyle, renamed};
use crossmodel::wire::translate::{Exchange, ResponseStyle, TranslationTarget};
use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

macro_rules! data {
    ($path:literal) => {
        include_bytes!(concat!("../tests/data/wire/", $path))
    };
}

/// The protocols of client and provider.
const PAIRS: [(Operation, Protocol); 9] = [
    (Operation::Chat, Protocol::OpenaiChat),
    (Operation::Chat, Protocol::AnthropicMessages),
    (Operation::Chat, Protocol::OpenaiResponses),
    (Operation::Messages, Protocol::OpenaiChat),
    (Operation::Messages, Protocol::AnthropicMessages),
    (Operation::Messages, Protocol::OpenaiResponses),
    (Operation::Responses, Protocol::OpenaiChat),
    (Operation::Responses, Protocol::AnthropicMessages),
    (Operation::Responses, Protocol::OpenaiResponses),
];

fn main() {
    divan::main();
}

fn names() -> impl Iterator<Item = usize> {
    0..PAIRS.len()
}

fn pair(number: usize) -> (Operation, Protocol) {
    PAIRS.get(number).copied().unwrap_or(PAIRS[0])
}

/// A coding agent's request, with tools and history.
fn ask(client: Operation) -> &'static [u8] {
    match client {
        Operation::Messages => data!("messages/ask/claude_code.json"),
        Operation::Responses => data!("responses/ask/codex_unknown_model.json"),
        _ => data!("chat/ask/parallel_tools.json"),
    }
}

fn open((client, provider): (Operation, Protocol)) -> Option<(Exchange, Vec<u8>)> {
    let style = ResponseStyle {
        id: "0bench".into(),
        model: "the/model".into(),
        created: 1,
        include_usage: true,
    };
    Exchange::open(
        (client, provider),
        ask(client),
        TranslationTarget {
            model: "their-model",
            facts: &Facts::default(),
            asks_usage: true,
            includes_reasoning: None,
        },
        style,
    )
    .ok()
}

#[divan::bench(args = names())]
fn request(bencher: Bencher<'_, '_>, number: usize) {
    let (client, provider) = pair(number);
    let body = ask(client);
    let literal = model_literal("their-model");
    println!("{client:?} to {provider:?}, {} bytes", body.len());

    bencher.counter(BytesCount::new(body.len())).bench_local(|| {
        if client.native() == Some(provider) {
            Control::read(body, client)
                .ok()
                .and_then(|control| control.rewrite(body, &literal, AskUsage::Yes, &[]))
        } else {
            // The gateway reads the control keys of every request.
            drop(divan::black_box(Control::read(body, client)));
            open((client, provider)).map(|(_, request)| request)
        }
    });
}

/// A chat request to a coding agent's model, and targets that need one kind of edit each: the name, and the facts that need it.
const EDITS: [(&str, &str); 8] = [
    ("nothing", "{}"),
    ("field_left_out", r#"{"fields": {"seed": "refused"}}"#),
    ("value_cut", r#"{"fields": {"temperature": {"range": {"max": 0.1}}}}"#),
    ("limit_renamed", r#"{"limit_field": "max_completion_tokens"}"#),
    ("role_replaced", r#"{"roles": {"developer": "system"}}"#),
    ("ids_replaced", r#"{"ids": {"call": "nine_alphanumeric"}}"#),
    (
        "effort_mapped",
        r#"{"thinking": {"thinks": true, "switch": "effort", "efforts": ["low"]}}"#,
    ),
    ("unions_flattened", r#"{"schema": {"root_unions": "flatten"}}"#),
];

/// A request that each of the edits has something to do in, with ten turns of calls and results.
fn request_to_fit() -> String {
    let call = |turn: u8| {
        let turn_of_calls = format!(
            r#"{{"role":"assistant","content":null,"tool_calls":[{{"id":"call_{turn}","type":"function","function":{{"name":"read","arguments":"{{\"path\":\"src/{turn}.rs\"}}"}}}}]}}"#
        );
        format!(
            r#"{turn_of_calls},{{"role":"tool","tool_call_id":"call_{turn}","content":"{}"}}"#,
            "text ".repeat(200)
        )
    };
    let turns: Vec<String> = (0..10).map(call).collect();
    format!(
        r#"{{"model":"m","seed":1,"temperature":0.2,"max_tokens":900,"reasoning_effort":"high","tools":[{{"type":"function","function":{{"name":"read","parameters":{{"anyOf":[{{"type":"object","properties":{{"path":{{"type":"string"}}}},"required":["path"]}}]}}}}}}],"messages":[{{"role":"developer","content":"Be brief."}},{{"role":"user","content":"Hi"}},{}]}}"#,
        turns.join(",")
    )
}

/// Plans a request and applies the edits.
#[divan::bench(args = EDITS.map(|(name, _)| name))]
fn edit(bencher: Bencher<'_, '_>, name: &str) {
    // Nothing else of the request needs fitting.
    let base = r#"{"roles": {"developer": "native", "system": "anywhere"}, "openai_fields": true, "tools": {"parallel_field": true, "strict": "keep", "empty_list": "ok", "custom": true}}"#;
    let patch = |text: &str| -> FactsPatch { serde_json::from_str(text).unwrap_or_default() };
    let own = EDITS
        .iter()
        .find(|(known, _)| *known == name)
        .map_or("{}", |(_, facts)| facts);
    let facts = Facts::default().with(&patch(base)).with(&patch(own));
    let target = TargetFacts::new(facts, Protocol::OpenaiChat, "m");
    let (body, literal) = (request_to_fit(), model_literal("their-model"));

    bencher.counter(BytesCount::new(body.len())).bench_local(|| {
        let control = Control::read(body.as_bytes(), Operation::Chat).ok()?;
        let pieces = match adapt(
            RequestView {
                body: &body,
                control: &control,
            },
            &target,
        ) {
            Plan::Rewrite(edits) => edits.pieces(&control.members),
            _ => Default::default(),
        };
        control.rewrite(body.as_bytes(), &literal, AskUsage::Yes, &pieces)
    });
}

#[divan::bench(args = names())]
fn answer(bencher: Bencher<'_, '_>, number: usize) {
    let (client, provider) = pair(number);
    let body: &[u8] = match provider {
        Protocol::AnthropicMessages => data!("messages/answer/parallel_tools.json"),
        Protocol::OpenaiResponses => data!("responses/answer/parallel_tools.json"),
        _ => data!("chat/answer/parallel_tools.json"),
    };
    let exchange = open((client, provider)).map(|(exchange, _)| exchange);

    bencher.counter(BytesCount::new(body.len())).bench_local(|| {
        if client.native() == Some(provider) {
            renamed(body, b"\"the/model\"")
        } else {
            exchange
                .as_ref()
                .and_then(|exchange| exchange.write_response(body).ok())
                .map(|answer| answer.body)
        }
    });
}

#[divan::bench(args = names())]
fn stream(bencher: Bencher<'_, '_>, number: usize) {
    let (client, provider) = pair(number);
    let body: &'static [u8] = match provider {
        Protocol::AnthropicMessages => data!("messages/answer/parallel_tools.sse"),
        Protocol::OpenaiResponses => data!("responses/answer/parallel_tools.sse"),
        _ => data!("chat/answer/parallel_tools.sse"),
    };

    // One event at a time, as providers send them.
    let mut pieces = Vec::new();
    let mut rest = Bytes::from_static(body);
    while let Some(end) = rest.windows(2).position(|two| two == b"\n\n") {
        pieces.push(rest.split_to(end + 2));
    }

    let exchange = open((client, provider)).map(|(exchange, _)| exchange);
    bencher.counter(BytesCount::new(body.len())).bench_local(|| {
        let (mut length, mut ready) = (0, Vec::new());

        if client.native() == Some(provider) {
            let mut stream = passthrough::stream(
                provider,
                PassthroughStyle {
                    include_usage: true,
                    ..PassthroughStyle::new(Bytes::from_static(b"\"the/model\""))
                },
            );
            for piece in &pieces {
                if stream.push(piece, &mut ready).is_err() {
                    return 0;
                }
                length += ready.drain(..).map(|out| out.len()).sum::<usize>();
            }
        } else if let Some(exchange) = exchange.clone() {
            let mut stream = exchange.stream();
            for piece in &pieces {
                if stream.push(piece, &mut ready).is_err() {
                    return 0;
                }
                length += ready.drain(..).map(|out| out.len()).sum::<usize>();
            }
        }

        length
    });
}
