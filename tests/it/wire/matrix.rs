//! Every client protocol against every provider protocol, case by case, in golden files.
//!
//! Inputs are `tests/data/wire/PROTOCOL/ask/CASE.json` (what a client sends) and `…/answer/CASE.{json,sse}` (what a
//! provider answers); outputs are `tests/data/wire/matrix/CLIENT-to-PROVIDER/CASE.{ask,answer}.{json,sse}`, an impossible
//! one `CASE.ask.refused.json`. `BLESS=1 scripts/test -- --test it wire::matrix` writes the outputs anew; read the difference then.

use crossmodel::wire::event_stream::StreamEnd;
use crossmodel::wire::neutral::Untranslatable;
use crossmodel::wire::translate::{Exchange, TranslationTarget};
use serde_json::{Value, json};

use super::recorded::{ANSWERS, data, exchange, facts, pairs, read, style, translated};

const ASKS: [&str; 9] = [
    "plain",
    "stream",
    "tools",
    "parallel_tools",
    "image",
    "thinking",
    "structured_output",
    "refusal",
    "length",
];

/// Compares with a golden file, or writes it.
fn golden(name: &str, actual: &str, wrong: &mut Vec<String>) {
    let path = data().join("matrix").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, actual).unwrap();
    } else if std::fs::read_to_string(&path).ok().as_deref() != Some(actual) {
        wrong.push(format!("{name} is not as it was; it is now:\n{actual}"));
    }
}

fn pretty(json: &[u8]) -> String {
    let value: Value = serde_json::from_slice(json).unwrap();
    serde_json::to_string_pretty(&value).unwrap() + "\n"
}

#[test]
fn every_request_is_put_into_every_other_protocol() {
    let mut wrong = Vec::new();
    for (client, provider) in pairs() {
        for case in ASKS {
            let Some(ask) = read(format!("{}/ask/{case}.json", client.0)) else {
                continue;
            };

            let name = format!("{}-to-{}/{case}.ask", client.0, provider.0);
            let opened = Exchange::open(
                (client.1, provider.1),
                &ask,
                TranslationTarget {
                    model: "their-model",
                    facts: &facts(provider.2, provider.1),
                    asks_usage: true,
                    includes_reasoning: None,
                },
                style(),
            );

            match opened {
                Ok((_, request)) => golden(&format!("{name}.json"), &pretty(&request), &mut wrong),
                Err(Untranslatable { param, message, .. }) => {
                    let refused = json!({"param": param, "message": message}).to_string();
                    golden(&format!("{name}.refused.json"), &pretty(refused.as_bytes()), &mut wrong);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_answer_is_put_into_every_other_protocol() {
    let mut wrong = Vec::new();
    for (client, provider) in pairs() {
        for case in ANSWERS {
            let answer = read(format!("{}/answer/{case}.json", provider.0)).unwrap();
            let (exchange, _) = exchange(client, (provider.1, provider.2), "tools").unwrap();
            let written = exchange.write_response(&answer).unwrap();

            let name = format!("{}-to-{}/{case}.answer.json", client.0, provider.0);
            golden(&name, &pretty(&written.body), &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_stream_is_put_into_every_other_protocol() {
    let mut wrong = Vec::new();
    for (client, provider) in pairs() {
        for case in ANSWERS.into_iter().chain(["error"]) {
            let stream = read(format!("{}/answer/{case}.sse", provider.0)).unwrap();
            let (exchange, _) = exchange(client, (provider.1, provider.2), "tools").unwrap();

            let (out, ending, tokens) = translated(&exchange, &[&stream]);

            golden(
                &format!("{}-to-{}/{case}.answer.sse", client.0, provider.0),
                &out,
                &mut wrong,
            );
            let expected = if case == "error" {
                StreamEnd::Failed
            } else {
                StreamEnd::Complete
            };
            assert_eq!(ending, expected, "{} {} {case}", client.0, provider.0);
            assert!(
                tokens.is_some() || case == "error",
                "{} {case} has no counts",
                provider.0
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
