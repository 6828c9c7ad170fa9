//! Thoughts and efforts, in requests of clients and for providers.

use super::*;
use crate::domain::{Effort, Protocol, ThinkingFacts, ThinkingOff};

fn thinking_request(thinking: Option<Thinking>, show_thinking: bool) -> Request<'static> {
    Request {
        turns: vec![Turn {
            role: Role::User,
            parts: vec![Part::text("x")],
        }],
        thinking,
        show_thinking,
        ..Request::default()
    }
}

fn with_efforts(thinks: Option<bool>, efforts: &[&str]) -> Facts {
    Facts {
        thinking: ThinkingFacts {
            thinks,
            efforts: Some(efforts.iter().map(|effort| (*effort).to_owned()).collect()),
            ..ThinkingFacts::default()
        },
        ..Facts::default()
    }
}

/// The fields `include` and `reasoning` of the provider's request.
fn fields(request: &Request<'_>, facts: &Facts) -> (Value, Value) {
    let body = write(request, facts);
    assert_eq!(body["store"], false, "OpenAI keeps nothing");
    (body["include"].clone(), body["reasoning"].clone())
}

#[test]
fn thinking_is_read_with_its_signature() {
    let body = json("ask/thinking.json");
    let request = read_request(&body).unwrap();

    assert_eq!(
        (request.thinking, request.show_thinking),
        (Some(Thinking::Effort(Effort::High)), true)
    );

    let Part::Thinking {
        text,
        signature: Some(signature),
    } = &request.turns[1].parts[0]
    else {
        panic!("{request:?}")
    };
    assert_eq!(text, "**Trying small primes**\n\n221 is 13 times 17.");
    assert_eq!(
        (&*signature.domain, signature.id.as_deref()),
        ("openai", Some("rs_68b0c4"))
    );
}

#[test]
fn the_providers_request_asks_for_encrypted_thoughts() {
    let encrypted = json!(["reasoning.encrypted_content"]);
    let unknown = Facts::default();
    let budget = Some(Thinking::Budget(2048));

    assert_eq!(
        fields(&thinking_request(None, false), &unknown),
        (json!(null), json!(null))
    );
    assert_eq!(
        fields(&thinking_request(None, true), &openai()),
        (encrypted.clone(), json!({"summary": "auto"}))
    );
    assert_eq!(
        fields(&thinking_request(budget, true), &unknown),
        (encrypted, json!({"effort": "medium", "summary": "auto"}))
    );
    assert_eq!(
        fields(&thinking_request(budget, true), &with_efforts(Some(false), &["low"])),
        (json!(null), json!(null))
    );
}

#[test]
fn the_effort_is_one_that_the_model_knows() {
    let must_think = Facts {
        thinking: ThinkingFacts {
            off: ThinkingOff::Impossible,
            ..with_efforts(Some(true), &["none", "low"]).thinking
        },
        ..with_efforts(Some(true), &["none", "low"])
    };
    let max = Thinking::Effort(Effort::Max);

    for (thinking, show, facts, reasoning) in [
        (
            max,
            false,
            with_efforts(Some(true), &["low", "high"]),
            json!({"effort": "high"}),
        ),
        (
            Thinking::Off,
            true,
            with_efforts(Some(true), &["none", "low"]),
            json!({"effort": "none"}),
        ),
        (
            Thinking::Off,
            false,
            with_efforts(Some(true), &["low", "high"]),
            json!({"effort": "low"}),
        ),
        (Thinking::Off, false, must_think, json!({"effort": "low"})),
        (Thinking::Adaptive, false, openai(), json!(null)),
    ] {
        let request = thinking_request(Some(thinking), show);
        assert_eq!(fields(&request, &facts).1, reasoning, "{thinking:?} {facts:?}");
    }
}

#[test]
fn thoughts_go_back_with_their_signature_and_not_without() {
    let signature = |origin| Some(Signature::of(origin, "v", Some("rs_1"), false));
    let thought = |signature| Part::Thinking {
        text: "Hm.".into(),
        signature,
    };
    let parts = vec![
        thought(signature(Protocol::OpenaiResponses)),
        thought(None),
        Part::text("a"),
    ];
    let request = Request {
        turns: vec![Turn {
            role: Role::Assistant,
            parts,
        }],
        ..Request::default()
    };

    assert_eq!(
        write(&request, &openai())["input"],
        json!([
            {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}], "encrypted_content": "v"},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "a"}]},
        ])
    );
}
