//! Schemas, as targets take them.

use serde_json::{Value, json};

use super::answer::{FittedSchema, fitted};
use super::union::{Merged, merged};
use crate::domain::{Protocol, Schemas};
use crate::wire::adapt::Plan;
use crate::wire::adapt::samples::{fitted as fitted_request, plan, shipped, stated};
use crate::wire::operation::Operation;

fn claude() -> crate::wire::adapt::TargetFacts {
    shipped("anthropic/claude-opus-5", Protocol::AnthropicMessages)
}

#[test]
fn the_members_of_a_union_are_merged_and_told() {
    let one = json!({
        "properties": {"id": {"type": "string"}},
        "oneOf": [
            {"properties": {"kind": {"const": "file"}, "path": {"type": "string"}}, "required": ["kind", "path"]},
            {"properties": {"kind": {"const": "url"}, "url": {"type": "string"}}, "required": ["kind", "url"]},
            {"type": "null"}
        ],
        "required": ["id"]
    });

    let Merged { schema, rule } = merged(&one).unwrap();

    assert_eq!(
        schema,
        json!({
            "properties": {
                "id": {"type": "string"},
                "kind": {"anyOf": [{"const": "file"}, {"const": "url"}]},
                "path": {"type": "string"},
                "url": {"type": "string"}
            },
            "required": ["id", "kind"],
            "type": "object"
        })
    );
    assert_eq!(
        rule,
        "Exactly one of these has to hold: `kind` is \"file\" and `path` is given; `kind` is \"url\" and `url` is given."
    );
}

#[test]
fn members_that_all_have_to_hold_are_one_object_and_references_are_followed() {
    let all = json!({
        "allOf": [{"$ref": "#/$defs/base"}, {"properties": {"b": {"type": "integer"}}, "required": ["b"]}],
        "$defs": {"base": {
            "type": "object",
            "properties": {"a": {"type": "string"}},
            "anyOf": [{"required": ["a"]}, {"required": ["b", "c"]}]
        }}
    });

    let Merged { schema, rule } = merged(&all).unwrap();

    assert_eq!(
        schema["properties"],
        json!({"a": {"type": "string"}, "b": {"type": "integer"}})
    );
    assert_eq!(schema["required"], json!(["b"]));
    assert_eq!(
        rule,
        "At least one of these has to hold: `a` is given; `b` and `c` are given."
    );

    let endless = json!({"anyOf": [{"$ref": "#"}]});
    assert_eq!(merged(&endless).unwrap().schema, json!({"type": "object"}));
    assert_eq!(merged(&json!({"type": "object", "not": {"required": ["a"]}})), None);
}

#[test]
fn a_union_at_the_root_of_a_tool_is_merged_where_the_target_refuses_it() {
    let schema =
        json!({"type": "object", "properties": {"a": {"anyOf": [{"type": "string"}]}}, "anyOf": [{"required": ["a"]}]});
    let flat = json!({"type": "object", "properties": {"a": {"anyOf": [{"type": "string"}]}}, "required": ["a"]});
    let tool = |schema: &Value, description: Option<&str>| {
        let mut tool = json!({"name": "upd", "input_schema": schema});
        tool.as_object_mut()
            .unwrap()
            .extend(description.map(|text| ("description".to_owned(), text.into())));
        tool
    };
    let body = |tool| {
        json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}], "tools": [tool]})
            .to_string()
    };

    let (sent, notes) = fitted_request(&body(tool(&schema, Some("Updates."))), Operation::Messages, &claude());
    assert_eq!(sent["tools"][0], tool(&flat, Some("Updates.")));
    assert_eq!(notes, "schema");

    let either = json!({"properties": {"a": {}, "b": {}}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]});
    let (sent, _) = fitted_request(&body(tool(&either, None)), Operation::Messages, &claude());
    assert_eq!(
        sent["tools"][0]["description"],
        "At least one of these has to hold: `a` is given; `b` is given."
    );

    let deeper = json!({"type": "object", "properties": {"a": {"anyOf": [{"type": "string"}]}}});
    assert_eq!(
        plan(&body(tool(&deeper, None)), Operation::Messages, &claude()),
        Plan::Passthrough
    );
}

#[test]
fn unions_are_merged_in_the_tools_of_every_protocol_and_in_groups() {
    let flatten = json!({"schema": {"root_unions": "flatten"}, "roles": {"developer": "native", "system": "anywhere"}, "tools": {"strict": "keep", "custom": true}});
    let union = json!({"oneOf": [{"properties": {"a": {}}, "required": ["a"]}]});
    let flat = json!({"type": "object", "properties": {"a": {}}, "required": ["a"]});

    let chat = json!({"model": "m", "messages": [{"role": "user", "content": "x"}], "tools": [{"type": "function", "function": {"name": "f", "parameters": union}}]});
    let (sent, _) = fitted_request(
        &chat.to_string(),
        Operation::Chat,
        &stated(&flatten, Protocol::OpenaiChat),
    );
    let rule = "Exactly one of these has to hold: `a` is given.";
    assert_eq!(sent["tools"][0]["function"]["parameters"], flat);
    assert_ne!(
        sent["tools"][0]["function"]["description"], rule,
        "it is required anyway"
    );

    let function = json!({"type": "function", "name": "f", "description": "\u{e9}", "parameters": union});
    let responses = json!({"model": "m", "input": "x", "tools": [{"type": "namespace", "name": "g", "tools": [function]}, function]});
    let (sent, notes) = fitted_request(
        &responses.to_string(),
        Operation::Responses,
        &stated(&flatten, Protocol::OpenaiResponses),
    );
    assert_eq!(sent["tools"][0]["tools"][0]["parameters"], flat);
    assert_eq!((&sent["tools"][1]["parameters"], notes.as_str()), (&flat, "schema"));
}

fn anthropic() -> Schemas {
    Schemas {
        deny: ["minimum", "maxLength", "oneOf"].map(Into::into).into(),
        closed: true,
        recursion: false,
        ..Schemas::default()
    }
}

#[test]
fn refused_keywords_are_told_in_the_description_and_objects_are_closed() {
    let schema = json!({"type": "object", "properties": {
        "minimum": {"type": "integer", "minimum": 1, "description": "At least"},
        "list": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string", "maxLength": 9}}}},
        "one": {"oneOf": [{"$ref": "#/$defs/x"}, {"type": "null"}]}
    }, "$defs": {"x": {"type": "string", "enum": [{"type": "object", "minimum": 1}]}}});

    assert_eq!(
        fitted(&schema, &anthropic()),
        FittedSchema::Changed(json!({"type": "object", "properties": {
            "minimum": {"type": "integer", "description": "At least\n\n{minimum: 1}"},
            "list": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string", "description": "{maxLength: 9}"}}, "additionalProperties": false}},
            "one": {"anyOf": [{"$ref": "#/$defs/x"}, {"type": "null"}]}
        }, "$defs": {"x": {"type": "string", "enum": [{"type": "object", "minimum": 1}]}}, "additionalProperties": false}))
    );
    assert_eq!(fitted(&schema, &Schemas::default()), FittedSchema::AsItIs);
}

#[test]
fn a_schema_that_contains_itself_or_is_open_is_told_in_words() {
    let tree = json!({"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}, "$defs": {"node": {
        "type": "object", "properties": {"next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}}}}});
    let open = json!({"type": "object", "properties": {"map": {"type": "object", "additionalProperties": {"type": "string"}}}});
    let any = json!({"type": "object"});
    let itself = json!({"type": "object", "properties": {"a": {"$ref": "#"}}});
    for schema in [&tree, &open, &any, &itself] {
        assert_eq!(fitted(schema, &anthropic()), FittedSchema::InWords, "{schema}");
        assert_eq!(fitted(schema, &Schemas::default()), FittedSchema::AsItIs);
    }

    let twice = json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/x"}, "b": {"$ref": "#/$defs/x"}},
        "additionalProperties": false, "$defs": {"x": {"type": "string"}}});
    assert_eq!(fitted(&twice, &anthropic()), FittedSchema::AsItIs);
}

#[test]
fn the_schema_of_an_answer_is_fitted_where_it_stands() {
    let body = |schema: Value| {
        let format = json!({"type": "json_schema", "schema": schema});
        json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}], "output_config": {"effort": "low", "format": format}}).to_string()
    };
    let schema = json!({"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}});

    let (sent, notes) = fitted_request(&body(schema.clone()), Operation::Messages, &claude());
    assert_eq!(
        sent["output_config"]["format"]["schema"],
        json!({"type": "object", "properties": {"n": {"type": "integer", "description": "{minimum: 1}"}}, "additionalProperties": false})
    );
    assert_eq!(notes, "schema");

    let open = plan(&body(json!({"type": "object"})), Operation::Messages, &claude());
    assert_eq!(open.notes().unwrap().to_string(), "cut:output_config, rewritten");

    let closed = stated(
        &json!({"schema": {"closed": true}, "roles": {"system": "anywhere", "developer": "native"}, "tools": {"strict": "keep"}}),
        Protocol::OpenaiResponses,
    );
    let responses =
        json!({"model": "m", "input": "x", "text": {"format": {"type": "json_schema", "name": "x", "schema": schema}}});
    let (sent, _) = fitted_request(&responses.to_string(), Operation::Responses, &closed);
    assert_eq!(sent["text"]["format"]["schema"]["additionalProperties"], false);
}
