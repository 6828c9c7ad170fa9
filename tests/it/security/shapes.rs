//! `docs/openapi.json` is true: it has every address of the gateway, and whatever is sent to one, the answer is one of those
//! that it names. `scripts/security openapi` asks the same with schemathesis, for longer.

use std::collections::BTreeSet;

use bytes::Bytes;
use crossmodel::gateway;
use fastrand::Rng;
use hyper::Method;
use serde_json::{Map, Value, json};

use super::stage::{Thing, Whose, World};
use super::table::{self, Line};
use crate::harness::client::{Client, Reply};
use crate::harness::database::Engine;
use crate::harness::dice::number;
use crate::harness::store::on;

/// How many requests each address gets; `SHAPES` asks for more.
const REQUESTS: u64 = 60;

fn description() -> Value {
    serde_json::from_str(include_str!("../../../docs/openapi.json")).expect("the description in JSON")
}

#[test]
fn the_description_has_every_address_of_the_gateway_and_no_other() {
    let description = description();
    let paths = description["paths"].as_object().expect("its paths");
    let described: BTreeSet<String> = paths
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().expect("its methods");
            methods
                .keys()
                .map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();

    let mounted: BTreeSet<String> = gateway::addresses()
        .map(|it| format!("{} {}", it.method, it.path.replace(":.+", "")))
        .collect();
    assert_eq!(described, mounted);
}

#[test]
fn whatever_is_sent_the_answer_is_one_of_the_description() {
    on(Engine::Sqlite, |store| async move {
        let world = World::start(store).await;
        let description = description();
        let seed = number("SHAPES_SEED", 37);
        let mut dice = Rng::with_seed(seed);
        let mut faults = Vec::new();

        for line in table::gateway() {
            let thing = world.thing(&line, world.actor("owner A"), Whose::Own).await;
            for _ in 0..number("SHAPES", REQUESTS) {
                let (client, anthropic) = caller(&world, &thing, &line, &mut dice);
                let body = if line.is_unsafe() {
                    body(&line, &thing, &mut dice)
                } else {
                    Bytes::new()
                };
                let path = format!("{}{}", path(&line, &thing, &mut dice), query(&mut dice));
                let method = if line.is_unsafe() { Method::POST } else { Method::GET };
                let kinds = [
                    Some("application/json"),
                    Some("text/plain"),
                    Some("application/json; charset=utf-16"),
                    None,
                ];
                let kind = kinds[dice.usize(..=3)];
                let reply = client.send(method, &path, kind, body.clone()).await;
                if let Err(fault) = conforms(&description, &line, anthropic, &reply) {
                    let sent = String::from_utf8_lossy(&body).chars().take(300).collect::<String>();
                    faults.push(format!(
                        "{} {path}: {fault}\n  {sent}\n  {}",
                        line.method,
                        start(&reply)
                    ));
                }
            }
        }
        assert!(faults.is_empty(), "SHAPES_SEED={seed}\n{}\n", faults.join("\n"));
    });
}

fn start(reply: &Reply) -> String {
    String::from_utf8_lossy(&reply.body).chars().take(300).collect()
}

/// Whether the description has such an answer.
fn conforms(description: &Value, line: &Line, anthropic: bool, reply: &Reply) -> Result<(), String> {
    let status = reply.status.as_u16();
    let path = line.pattern().replace(":.+", "");
    let answers = &description["paths"][&path][line.method.to_lowercase()]["responses"];
    let mut answer = &answers[status.to_string()];

    if let Some(name) = answer["$ref"].as_str() {
        answer = description
            .pointer(name.trim_start_matches('#'))
            .ok_or(format!("{name} is not there"))?;
    }
    if answer.is_null() {
        return Err(format!("{status} is not described"));
    }
    // The provider is well and so is the database: every fault is the client's.
    if status >= 500 {
        return Err(format!("{status}"));
    }
    let kind = reply
        .header("content-type")
        .split(';')
        .next()
        .unwrap_or_default()
        .to_owned();
    let kinds = answer["content"].as_object().ok_or("no content is described")?;

    if !kinds.contains_key(&kind) {
        return Err(format!("{status} in {kind:?} is not described"));
    }
    if answer["headers"].get("x-request-id").is_some() && !reply.header("x-request-id").starts_with("req_cm_") {
        return Err("there is no x-request-id".into());
    }
    if status == 429 && reply.header("retry-after").parse::<u32>().is_err() {
        return Err("there is no retry-after".into());
    }

    if kind != "application/json" {
        return Ok(());
    }
    let body: Value = serde_json::from_slice(&reply.body).map_err(|error| format!("no JSON: {error}"))?;
    if status < 400 {
        return if body.is_object() {
            Ok(())
        } else {
            Err("no object".into())
        };
    }
    let texts = |value: &Value, names: &[&str]| names.iter().all(|name| value[name].is_string());
    let right = if anthropic {
        body["type"] == "error" && texts(&body["error"], &["type", "message"]) && texts(&body, &["request_id"])
    } else {
        texts(&body["error"], &["type", "message"])
            && body["error"].get("param").is_some()
            && body["error"].get("code").is_some()
    };

    if right {
        Ok(())
    } else {
        Err("the error has another shape".into())
    }
}

/// A client, and whether it reads Anthropic's errors.
fn caller(world: &World, thing: &Thing, line: &Line, dice: &mut Rng) -> (Client, bool) {
    let key = thing.secret.clone().expect("a key");
    let plain = world.app.client();
    let client = match dice.u64(..=9) {
        0 => plain,
        1 => plain.bearer("cm-wrong"),
        2 => plain.bearer(&key).with("x-api-key", "another"),
        3 | 4 => plain.with("x-api-key", &key),
        _ => plain.bearer(&key),
    };
    let client = match dice.u64(..=7) {
        0 => client.with("content-encoding", "gzip"),
        1 => client.with("content-encoding", "rot13"),
        2 => client.with("accept", "application/xml"),
        3 => client.with("anthropic-version", "2023-06-01"),
        4 => client.with("expect", "none"),
        _ => client,
    };
    let messages = line.pattern().starts_with("/v1/messages");
    let shared = line.pattern().starts_with("/v1/models") && client.sends("x-api-key");
    (client, messages || shared)
}

fn path(line: &Line, thing: &Thing, dice: &mut Rng) -> String {
    match dice.u64(..=3) {
        0 if line.address.contains("{model") => format!("/v1/models/{}", segment(dice)),
        _ => line.path(thing),
    }
}

fn segment(dice: &mut Rng) -> String {
    let bytes: Vec<u8> = (0..dice.u64(1..=40)).map(|_| dice.u8(..)).collect();
    url::form_urlencoded::byte_serialize(&bytes)
        .collect::<String>()
        .replace('+', "%20")
}

fn query(dice: &mut Rng) -> String {
    match dice.u64(..=5) {
        0 => format!(
            "?limit={}",
            ["0", "-1", "1000", "99999999999999999999", "x", ""][dice.usize(..=5)]
        ),
        1 => format!("?after_id={}&before_id={}", segment(dice), segment(dice)),
        2 => format!("?{}={}&model=acme/other", segment(dice), segment(dice)),
        _ => String::new(),
    }
}

/// The body to send: that of the table, changed here and there, or no JSON at all.
fn body(line: &Line, thing: &Thing, dice: &mut Rng) -> Bytes {
    let good: Map<String, Value> = serde_json::from_str(&thing.put_into(line.form)).expect("a body in JSON");
    let mut changed = good;
    for _ in 0..dice.u64(..=3) {
        let names: Vec<String> = changed.keys().cloned().chain(FIELDS.map(str::to_owned)).collect();
        let name = names[dice.usize(..names.len())].clone();
        match dice.u64(..=3) {
            0 => drop(changed.remove(&name)),
            _ => drop(changed.insert(name, value(dice, 3))),
        }
    }
    let text = Value::Object(changed).to_string();
    match dice.u64(..=15) {
        0 => Bytes::copy_from_slice(&text.as_bytes()[..dice.usize(..=text.len() / 2)]),
        1 => Bytes::from(format!("{{\"model\":\"twice\",{}", &text[1..])),
        2 => Bytes::from(format!("{}{}", "[".repeat(300), "]".repeat(300))),
        3 => Bytes::from((0..dice.u64(1..=200)).map(|_| dice.u8(..)).collect::<Vec<_>>()),
        4 => Bytes::from(format!("\u{feff}{text}")),
        5 => Bytes::from(format!("{text} {text}")),
        6 => Bytes::new(),
        _ => Bytes::from(text),
    }
}

/// Fields that endpoints know, beside those of the table's bodies.
const FIELDS: [&str; 32] = [
    "model",
    "messages",
    "input",
    "prompt",
    "stream",
    "stream_options",
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "n",
    "tools",
    "tool_choice",
    "functions",
    "response_format",
    "temperature",
    "top_p",
    "stop",
    "system",
    "thinking",
    "metadata",
    "user",
    "seed",
    "logprobs",
    "reasoning",
    "service_tier",
    "store",
    "text",
    "include",
    "previous_response_id",
    "encoding_format",
    "dimensions",
    "modalities",
];

/// Anything that JSON can say.
fn value(dice: &mut Rng, depth: u32) -> Value {
    let kinds = if depth == 0 { 8 } else { 12 };
    match dice.u64(..kinds) {
        0 => Value::Null,
        1 => json!(dice.bool()),
        2 => json!(-dice.i64(0..=i64::from(u32::MAX))),
        3 => json!(u64::MAX),
        4 => json!(1.5e300),
        5 => json!("x".repeat(dice.usize(..=3_000))),
        6 => json!("\u{0}\u{202e}<b>'\"\\{}"),
        7 => json!(["user", "auto", "none", "text", "function", "developer"][dice.usize(..=5)]),
        8 => (0..dice.u64(..=4)).map(|_| value(dice, depth - 1)).collect(),
        _ => {
            let names = [
                "role",
                "content",
                "type",
                "text",
                "name",
                "function",
                "id",
                "image_url",
                "url",
                "arguments",
            ];
            let pairs = (0..dice.u64(..=4)).map(|_| {
                let name = names[dice.usize(..=9)].to_owned();
                (name, value(dice, depth - 1))
            });
            Value::Object(pairs.collect())
        }
    }
}
