//! Requests, as Anthropic gets them.

use std::borrow::Cow;

use serde_json::{Number, json};

use super::writing::{asking, call, function, hello, result, says, turn, written, written_for};
use crate::domain::{AnswerFormats, Effort, Facts, FieldFact, Protocol, Schemas, ThinkingFacts, samples};
use crate::wire::neutral::{Choice, Format, Part, Request, Role, Sampling, Signature, Thinking, Tool, ToolKind};

#[test]
fn tools_take_anthropics_form() {
    let schema = json!({"type": "object", "properties": {"a": {}}});
    let typeless = json!({"properties": {}});
    let grammar = json!({"type": "grammar", "syntax": "lark", "definition": "start: x"});
    let patch = Tool {
        name: "apply.patch".into(),
        namespace: Some("shell".into()),
        description: Some("Edits.".into()),
        kind: ToolKind::Custom { format: Some(&grammar) },
        cache: None,
    };
    let request = Request {
        tools: vec![
            function("a", Some(&schema)),
            function("b", None),
            function("c", Some(&typeless)),
            patch,
        ],
        choice: Some(Choice::Tool("apply.patch".into())),
        parallel_tools: Some(false),
        ..hello()
    };

    let body = written(&request);

    assert_eq!(
        body["tools"],
        json!([
            {"name": "a", "input_schema": schema},
            {"name": "b", "input_schema": {"type": "object", "properties": {}}},
            {"name": "c", "input_schema": {"type": "object", "properties": {}}},
            {"name": "shell__apply_patch", "description": "Edits.\n\nThe input has to follow this lark grammar:\nstart: x",
             "input_schema": {"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]}},
        ])
    );

    let choice = json!({"type": "tool", "name": "shell__apply_patch", "disable_parallel_tool_use": true});
    assert_eq!(body["tool_choice"], choice);
}

#[test]
fn the_choice_is_sent_only_if_there_is_one() {
    let choice = |choice: Option<Choice<'static>>, parallel: Option<bool>, tools: usize| {
        let tools = vec![function("f", None); tools];
        let body = written(&Request {
            tools,
            choice,
            parallel_tools: parallel,
            ..hello()
        });
        body.get("tool_choice").cloned()
    };

    assert_eq!(choice(None, None, 1), None);
    assert_eq!(choice(None, Some(true), 1), None);
    assert_eq!(
        choice(None, Some(false), 1),
        Some(json!({"type": "auto", "disable_parallel_tool_use": true}))
    );
    assert_eq!(choice(Some(Choice::Any), None, 1), Some(json!({"type": "any"})));
    assert_eq!(
        choice(Some(Choice::Never), Some(false), 1),
        Some(json!({"type": "none"}))
    );
    assert_eq!(choice(Some(Choice::Any), Some(false), 0), None);
}

#[test]
fn limits_and_sampling_fit_the_model() {
    let (hot, half) = (Number::from_f64(1.7).unwrap(), Number::from_f64(0.5).unwrap());
    let sampling = Sampling {
        temperature: Some(&hot),
        top_p: Some(&half),
        seed: Some(&half),
        ..Sampling::default()
    };
    let request = |max_tokens| Request {
        max_tokens,
        sampling: sampling.clone(),
        ..hello()
    };
    let limit = |asked, most| {
        let facts = Facts {
            max_tokens: most,
            ..Facts::default()
        };
        written_for(&request(asked), &facts).unwrap()["max_tokens"]
            .as_u64()
            .unwrap()
    };

    assert_eq!(
        [limit(None, None), limit(None, Some(9)), limit(Some(5), None)],
        [4096, 9, 5]
    );
    assert_eq!([limit(Some(5), Some(9)), limit(Some(50), Some(9))], [5, 9]);

    let cool = Facts {
        fields: [(
            "temperature".to_owned(),
            FieldFact::Range {
                min: None,
                max: Some(1.into()),
            },
        )]
        .into(),
        ..Facts::default()
    };
    let body = written_for(&request(None), &cool).unwrap();
    assert_eq!(
        (&body["temperature"], body.get("top_p"), body.get("seed")),
        (&json!(1), None, None)
    );

    let none = written_for(
        &request(None),
        &Facts {
            fields: samples::refused(&["temperature", "top_p", "top_k", "presence_penalty", "frequency_penalty"]),
            ..Facts::default()
        },
    )
    .unwrap();
    assert_eq!(none.get("temperature"), None);

    let only = Request {
        sampling: Sampling {
            top_p: Some(&half),
            ..Sampling::default()
        },
        ..hello()
    };
    assert_eq!(written(&only)["top_p"], json!(0.5));
}

fn thinker() -> Facts {
    Facts {
        thinking: ThinkingFacts {
            least_budget: Some(1024),
            thinks: Some(true),
            ..ThinkingFacts::default()
        },
        ..Facts::default()
    }
}

#[test]
fn thinking_yields_to_fields_that_anthropic_refuses_beside_it() {
    let half = Number::from_f64(0.5).unwrap();
    let deep = || Request {
        thinking: Some(Thinking::Effort(Effort::High)),
        max_tokens: Some(20_000),
        sampling: Sampling {
            temperature: Some(&half),
            top_k: Some(&half),
            ..Sampling::default()
        },
        tools: vec![function("f", None)],
        ..hello()
    };
    let thinking = |request: &Request<'_>| written_for(request, &thinker()).unwrap().get("thinking").cloned();

    let body = written_for(&deep(), &thinker()).unwrap();

    assert_eq!(body["thinking"], json!({"type": "enabled", "budget_tokens": 4096}));
    assert_eq!((body.get("temperature"), body.get("top_k")), (None, None));
    assert_eq!(
        thinking(&Request {
            choice: Some(Choice::Any),
            ..deep()
        }),
        None
    );

    let answering = |thoughts: Option<Part<'static>>| {
        let mut parts: Vec<_> = thoughts.into_iter().collect();
        parts.push(call("1", "f", "{}"));
        let turns = vec![
            says(Role::User, "a"),
            turn(Role::Assistant, parts),
            turn(Role::User, vec![result("1", "x")]),
        ];
        Request { turns, ..deep() }
    };
    let signature = Some(Signature::of(Protocol::AnthropicMessages, "s", None, false));
    assert_eq!(thinking(&answering(None)), None);
    assert!(
        thinking(&answering(Some(Part::Thinking {
            text: "t".into(),
            signature
        })))
        .is_some()
    );

    let off = Request {
        thinking: Some(Thinking::Off),
        choice: Some(Choice::Any),
        ..deep()
    };
    assert_eq!(thinking(&off), Some(json!({"type": "disabled"})));
}

#[test]
fn an_answer_in_json_is_asked_for_in_the_models_own_way() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let format = Format::Schema {
        name: Some("x".into()),
        description: None,
        schema: Cow::Borrowed(&schema),
        strict: Some(true),
    };
    let request = |tools, choice| Request {
        format: Some(format.clone()),
        tools,
        choice,
        ..hello()
    };
    let old = Facts {
        schema: Schemas {
            formats: AnswerFormats::JsonObject,
            ..Schemas::default()
        },
        ..thinker()
    };

    let body = written(&request(vec![], None));

    assert_eq!(
        body["output_config"],
        json!({"format": {"type": "json_schema", "schema": schema}})
    );

    let body = written_for(&request(vec![], None), &old).unwrap();
    assert_eq!(body["tools"][0]["input_schema"], schema);

    let reserved = body["tools"][0]["name"].as_str().unwrap().to_owned();
    let forced = json!({"type": "tool", "name": reserved, "disable_parallel_tool_use": true});
    assert_eq!((&body["tool_choice"], body.get("output_config")), (&forced, None));

    let choice =
        |choice| written_for(&request(vec![function("f", None)], choice), &old).unwrap()["tool_choice"].clone();
    assert_eq!(choice(None), json!({"type": "any"}));
    assert_eq!(
        choice(Some(Choice::Tool("f".into()))),
        json!({"type": "tool", "name": "f"})
    );
    assert_eq!(choice(Some(Choice::Never)), forced);

    let refused = written_for(
        &Request {
            tools: vec![function(&reserved, None)],
            ..hello()
        },
        &old,
    )
    .unwrap_err();
    assert!(refused.message.contains("reserved"));

    let body = written(&Request {
        format: Some(Format::Json),
        ..hello()
    });
    assert!(
        body["system"][0]["text"]
            .as_str()
            .unwrap()
            .starts_with("Answer with one JSON object")
    );
}

#[test]
fn fields_for_the_provider_are_translated() {
    let body = |user: &'static str, tier: &'static str| {
        written(&Request {
            user: Some(user.into()),
            service_tier: Some(tier.into()),
            stop: vec![Cow::Borrowed(" \n"), Cow::Borrowed("END")],
            prompt_cache_key: Some("k".into()),
            verbosity: Some("low".into()),
            stream: true,
            ..hello()
        })
    };

    let first = body("user-1", "default");

    assert_eq!(first["metadata"], json!({"user_id": "user-1"}));
    assert_eq!(
        (&first["service_tier"], &first["stop_sequences"]),
        (&json!("standard_only"), &json!(["END"]))
    );
    assert_eq!(
        (&first["cache_control"], &first["stream"]),
        (&json!({"type": "ephemeral"}), &json!(true))
    );

    let second = body("ann@example.com", "flex");
    assert_eq!((second.get("metadata"), second.get("service_tier")), (None, None));

    let mark = json!({"type": "ephemeral", "ttl": "1h"});
    let marked = Part::Text {
        text: "a".into(),
        citations: Vec::new(),
        cache: Some(&mark),
    };
    let request = Request {
        prompt_cache_key: Some("k".into()),
        ..asking(vec![turn(Role::User, vec![marked])])
    };
    let body = written(&request);
    assert_eq!(
        (
            body.get("cache_control"),
            &body["messages"][0]["content"][0]["cache_control"]
        ),
        (None, &mark)
    );
}
