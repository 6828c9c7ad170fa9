//! How a provider says that it served a call, whichever way its answer comes.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use super::*;
use crate::domain::{Facts, Protocol, ServiceReport, ServiceTier};
use crate::wire::event_stream::EventStream as _;
use crate::wire::event_stream::StreamEnd;
use crate::wire::operation::Operation;
use crate::wire::passthrough::{self, PassthroughStyle};
use crate::wire::{messages, responses, usage};

/// `tests/data/wire/served.json`: what providers send, and how they served the call.
#[derive(Deserialize)]
struct Case {
    name: String,
    protocol: Protocol,
    tier: Option<String>,
    #[serde(default)]
    fast: Option<bool>,
    searches: u64,
    whole: Value,
    stream: Vec<Value>,
}

impl Case {
    fn all() -> Vec<Self> {
        serde_json::from_str(include_str!("../../../tests/data/wire/served.json")).unwrap()
    }

    fn served(&self) -> ServiceReport {
        let tier = self.tier.as_deref().map(|name| ServiceTier::named(name).unwrap());
        ServiceReport {
            tier,
            fast: self.fast,
            searches: self.searches,
        }
    }

    fn whole(&self) -> Vec<u8> {
        self.whole.to_string().into_bytes()
    }

    fn events(&self) -> impl Iterator<Item = Bytes> {
        self.stream.iter().map(|data| format!("data: {data}\n\n").into())
    }

    /// The call of a client of another protocol, which lets the provider choose the tier. `asks`: the provider is asked for it.
    fn exchange(&self, asks: bool) -> Exchange {
        let client = if self.protocol == Protocol::AnthropicMessages {
            Operation::Chat
        } else {
            Operation::Messages
        };
        let body =
            br#"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}],"service_tier":"auto","stream":true}"#;
        let facts = Facts {
            openai_fields: asks,
            ..Facts::default()
        };
        Exchange::open(
            (client, self.protocol),
            body,
            TranslationTarget {
                model: "m",
                facts: &facts,
                asks_usage: true,
                includes_reasoning: None,
            },
            ResponseStyle::default(),
        )
        .unwrap()
        .0
    }
}

#[test]
fn a_stream_that_passes_says_how_it_was_served() {
    for case in Case::all() {
        for show_usage in [true, false] {
            let mut stream = passthrough::stream(
                case.protocol,
                PassthroughStyle {
                    include_usage: show_usage,
                    ..PassthroughStyle::new("\"m\"")
                },
            );
            for event in case.events() {
                stream.push(&event, &mut Vec::new()).unwrap();
            }
            assert_eq!(stream.metered().service, case.served(), "{}", case.name);
            assert!(stream.metered().tokens.is_some(), "{}", case.name);
        }
    }
}

#[test]
fn a_whole_answer_that_passes_says_how_it_was_served() {
    for case in Case::all() {
        let served = match case.protocol {
            Protocol::AnthropicMessages => messages::served(&case.whole),
            Protocol::OpenaiResponses => responses::served(&case.whole),
            Protocol::OpenaiChat | Protocol::Gemini => usage::of_answer(&case.whole(), None).unwrap().service,
        };
        assert_eq!(served, case.served(), "{}", case.name);
    }
}

#[test]
fn an_answer_in_another_protocol_is_charged_as_it_was_served() {
    for case in Case::all() {
        let can_ask = case.protocol != Protocol::AnthropicMessages;
        for asks in [true, false] {
            let expected = case.served().unless_lost(asks && can_ask);
            let exchange = case.exchange(asks);
            assert_eq!(
                exchange.write_response(&case.whole()).unwrap().metered.service,
                expected,
                "{}",
                case.name
            );

            let mut stream = exchange.clone().stream();
            for event in case.events() {
                stream.push(&event, &mut Vec::new()).unwrap();
            }
            stream.finish();
            assert_eq!(
                (stream.metered().service, stream.end()),
                (expected, StreamEnd::Complete),
                "{}",
                case.name
            );

            let (at_once, _) = exchange.answer_as_stream(&case.whole()).unwrap();
            assert_eq!(at_once.metered().service, expected, "{}", case.name);
        }
    }
}

#[test]
fn a_search_counts_though_the_answer_breaks_off_after_it() {
    let cases = Case::all();
    let case = cases
        .iter()
        .find(|case| case.protocol == Protocol::OpenaiResponses)
        .unwrap();
    let mut passing = passthrough::stream(
        case.protocol,
        PassthroughStyle {
            include_usage: true,
            ..PassthroughStyle::new("\"m\"")
        },
    );
    let mut translated = case.exchange(true).stream();
    for event in case.events().take(case.stream.len() - 1) {
        passing.push(&event, &mut Vec::new()).unwrap();
        translated.push(&event, &mut Vec::new()).unwrap();
    }

    let cut = ServiceReport {
        searches: 2,
        ..ServiceReport::default()
    };
    assert_eq!((passing.metered().service, passing.end()), (cut, StreamEnd::Cut));
    assert_eq!(
        (translated.metered().service, translated.end()),
        (cut.unless_lost(true), StreamEnd::Cut)
    );
}

#[test]
fn a_tier_that_the_provider_was_not_asked_for_is_not_charged_for_silence() {
    let silent = Case::all().into_iter().find(|case| case.tier.is_none()).unwrap();
    let facts = Facts {
        openai_fields: true,
        ..Facts::default()
    };
    for (more, tier) in [("", Some(ServiceTier::Standard)), (r#","service_tier":"flex""#, None)] {
        for (client, input) in [(Operation::Responses, "input"), (Operation::Completions, "prompt")] {
            let body = format!(r#"{{"model":"m","{input}":"x"{more}}}"#);
            let opened = Exchange::open(
                (client, silent.protocol),
                body.as_bytes(),
                TranslationTarget {
                    model: "m",
                    facts: &facts,
                    asks_usage: true,
                    includes_reasoning: None,
                },
                ResponseStyle::default(),
            );
            let (exchange, request) = opened.unwrap();

            let request: Value = serde_json::from_slice(&request).unwrap();
            assert_eq!(request.get("service_tier").is_some(), tier.is_none(), "{body}");
            assert_eq!(
                exchange.write_response(&silent.whole()).unwrap().metered.service.tier,
                tier,
                "{body}"
            );
        }
    }
}

/// What a client of messages is told of a chat provider's answer, whole, streamed, and gathered: the kinds of its blocks.
fn told_blocks(facts: &Facts, message: &Value) -> [Vec<String>; 3] {
    let open = || {
        let body = br#"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}],"stream":true}"#;
        let target = TranslationTarget {
            model: "m",
            facts,
            asks_usage: true,
            includes_reasoning: None,
        };
        let pair = (Operation::Messages, Protocol::OpenaiChat);
        Exchange::open(pair, body, target, ResponseStyle::default()).unwrap().0
    };
    let kind = |block: &Value| block["type"].as_str().unwrap().to_owned();

    let answer = serde_json::json!({"id": "c", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]});
    let whole = open().write_response(answer.to_string().as_bytes()).unwrap();
    let blocks = |answer: Answer| -> Vec<String> {
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        body["content"].as_array().unwrap().iter().map(kind).collect()
    };

    let chunk = serde_json::json!({"id": "c", "choices": [{"index": 0, "delta": message, "finish_reason": "stop"}]});
    let events: Bytes = format!("data: {chunk}\n\ndata: [DONE]\n\n").into();
    let (mut stream, mut out) = (open().stream(), Vec::new());
    stream.push(&events, &mut out).unwrap();
    let text = String::from_utf8(out.concat()).unwrap();
    let starts = text
        .split("\n\n")
        .filter_map(|event| event.strip_prefix("event: content_block_start\ndata: "));
    let streamed = starts.map(|data| kind(&serde_json::from_str::<Value>(data).unwrap()["content_block"]));

    let mut gathered = open().gathered(1 << 20);
    gathered.push(&events).unwrap();

    [blocks(whole), streamed.collect(), blocks(gathered.into_answer())]
}

#[test]
fn thoughts_in_tags_are_told_as_thoughts_where_the_model_may_send_them_so() {
    let thinks = |thinks| Facts {
        thinking: crate::domain::ThinkingFacts {
            thinks,
            ..Default::default()
        },
        ..Facts::default()
    };
    let mut tags = Facts::default();
    tags.answers.think_tags = true;

    let message = serde_json::json!({"role": "assistant", "content": "<think>plan</think>\n\nHello"});
    for (facts, kinds) in [
        (tags, vec!["thinking", "text"]),
        (thinks(Some(true)), vec!["thinking", "text"]),
        (thinks(Some(false)), vec!["text"]),
        (Facts::default(), vec!["text"]),
    ] {
        assert_eq!(told_blocks(&facts, &message), [kinds.clone(), kinds.clone(), kinds]);
    }
}
