//! The schema of an answer, as the target takes it: by the rules of Anthropic's SDKs.

use serde_json::{Map, Value};

use super::cycles::contains_itself;
use crate::domain::Schemas;

/// What becomes of the schema of an answer.
#[derive(Debug, PartialEq)]
pub(super) enum FittedSchema {
    /// The target takes it.
    AsItIs,
    /// The target takes this one in its place.
    Changed(Value),
    /// The target takes no schema that says the same: the model has to be told of it.
    InWords,
}

/// The schema as a target takes it of which `facts` is known.
pub(super) fn fitted(schema: &Value, facts: &Schemas) -> FittedSchema {
    if !facts.recursion && contains_itself(schema) {
        return FittedSchema::InWords;
    }

    let mut out = schema.clone();
    match (fit(&mut out, facts), out == *schema) {
        (Err(OpenMap), _) => FittedSchema::InWords,
        (Ok(()), true) => FittedSchema::AsItIs,
        (Ok(()), false) => FittedSchema::Changed(out),
    }
}

/// An object that may have members of any name, where schemas have to be closed.
struct OpenMap;

fn fit(schema: &mut Value, facts: &Schemas) -> Result<(), OpenMap> {
    let Some(map) = schema.as_object_mut() else {
        return Ok(());
    };

    if facts.closed {
        close(map)?;
    }
    deny(map, &facts.deny);

    for (key, value) in map.iter_mut() {
        match (key.as_str(), value) {
            ("properties" | "$defs" | "definitions" | "patternProperties", Value::Object(named)) => {
                named.values_mut().try_for_each(|schema| fit(schema, facts))?;
            }
            ("anyOf" | "allOf" | "oneOf" | "prefixItems", Value::Array(list)) => {
                list.iter_mut().try_for_each(|schema| fit(schema, facts))?;
            }
            ("items" | "additionalProperties" | "not" | "contains", value) => match value {
                Value::Array(list) => list.iter_mut().try_for_each(|schema| fit(schema, facts))?,
                value => fit(value, facts)?,
            },
            _ => {}
        }
    }
    Ok(())
}

/// Closes an object. The answer still obeys the client's schema, which only allows more.
fn close(schema: &mut Map<String, Value>) -> Result<(), OpenMap> {
    let is_object = match schema.get("type") {
        Some(Value::String(kind)) => kind == "object",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
        _ => schema.contains_key("properties"),
    };
    if !is_object {
        return Ok(());
    }

    let has_names = schema.contains_key("properties");
    let is_composed = ["anyOf", "allOf", "oneOf", "$ref", "enum", "const"]
        .iter()
        .any(|key| schema.contains_key(*key));
    match schema.get("additionalProperties") {
        Some(Value::Bool(false)) => Ok(()),
        Some(Value::Object(_)) => Err(OpenMap),
        _ if has_names && !schema.contains_key("patternProperties") => {
            schema.insert("additionalProperties".to_owned(), Value::Bool(false));
            Ok(())
        }
        // The members stand in the schemas that it is composed of.
        _ if is_composed => Ok(()),
        _ => Err(OpenMap),
    }
}

/// Takes out the keywords that the target refuses, and tells the model of them in the description. Of several schemas exactly
/// one becomes any of them.
fn deny(schema: &mut Map<String, Value>, denied: &[String]) {
    let is_denied = |key: &str| denied.iter().any(|denied| denied == key);
    if is_denied("oneOf")
        && !schema.contains_key("anyOf")
        && let Some(one) = schema.shift_remove("oneOf")
    {
        schema.insert("anyOf".to_owned(), one);
    }

    let told: Vec<String> = schema
        .iter()
        .filter(|(key, _)| is_denied(key))
        .map(|(key, value)| format!("{key}: {value}"))
        .collect();
    if told.is_empty() {
        return;
    }

    schema.retain(|key, _| !is_denied(key));
    let told = format!("{{{}}}", told.join(", "));
    let description = match schema.get("description").and_then(Value::as_str) {
        Some(own) if !own.is_empty() => format!("{own}\n\n{told}"),
        _ => told,
    };
    schema.insert("description".to_owned(), description.into());
}
