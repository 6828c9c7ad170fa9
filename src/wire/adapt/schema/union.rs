//! A union at the root of a tool's schema, merged into one object.

use serde_json::{Map, Value, json};

use super::union_rule::{self, Joint};

/// References within references are followed so deep.
const DEPTH: usize = 8;

/// The keywords that join schemas.
pub(super) const UNIONS: [&str; 3] = ["allOf", "anyOf", "oneOf"];

/// A schema without a union at its root.
#[derive(Debug, PartialEq)]
pub(super) struct Merged {
    /// The properties of all members in one object; what all members require is required.
    pub(super) schema: Value,
    /// What the members demand beyond that, in sentences for the model; empty if it is nothing.
    pub(super) rule: String,
}

/// The schema with the members of its unions merged; `None` if it has no union at its root.
pub(super) fn merged(schema: &Value) -> Option<Merged> {
    merged_within(schema, schema, DEPTH)
}

/// `document`: the whole schema, in which references look.
fn merged_within(schema: &Value, document: &Value, depth: usize) -> Option<Merged> {
    let root = schema.as_object()?;
    if !UNIONS.iter().any(|union| root.contains_key(*union)) {
        return None;
    }

    let is_kept = |(name, _): &(&String, &Value)| !UNIONS.contains(&name.as_str());
    let mut out: Map<String, Value> = root
        .iter()
        .filter(is_kept)
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    out.entry("type").or_insert_with(|| "object".into());
    let own: Vec<String> = names_of(&out).map(str::to_owned).collect();

    let mut rules = Vec::new();
    for union in UNIONS {
        let members = root.get(union).and_then(Value::as_array).into_iter().flatten();
        let members: Vec<Value> = members
            .filter_map(|member| object(member, document, depth, &mut rules))
            .collect();
        let joint = match union {
            "allOf" => Joint::All,
            "anyOf" => Joint::Any,
            _ => Joint::One,
        };
        join(&mut out, &members, joint, &own);
        rules.extend(union_rule::of(&members, joint, required(&out)));
    }

    Some(Merged {
        schema: Value::Object(out),
        rule: rules.join(" "),
    })
}

/// A member of a union as an object of its own; `None` if it is no object: arguments are always one.
fn object(member: &Value, document: &Value, depth: usize, rules: &mut Vec<String>) -> Option<Value> {
    let mut member = member;
    let mut depth = depth;
    while let Some(reference) = member.get("$ref").and_then(Value::as_str) {
        depth = depth.checked_sub(1)?;
        member = document.pointer(reference.strip_prefix('#')?)?;
    }

    let is_object = match member.get("type") {
        Some(Value::String(kind)) => kind == "object",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
        _ => member.is_object(),
    };
    if !is_object {
        return None;
    }
    match merged_within(member, document, depth.checked_sub(1)?) {
        Some(Merged { schema, rule }) => {
            rules.extend((!rule.is_empty()).then_some(rule));
            Some(schema)
        }
        None => Some(member.clone()),
    }
}

/// Adds to `out` what the members of one union say. `own`: the properties of the schema itself, which stay as they are.
fn join(out: &mut Map<String, Value>, members: &[Value], joint: Joint, own: &[String]) {
    for member in members {
        let properties = member.get("properties").and_then(Value::as_object);
        for (name, schema) in properties.into_iter().flatten() {
            let all = out.entry("properties").or_insert_with(|| json!({}));
            let Some(all) = all.as_object_mut() else { continue };
            match all.get_mut(name) {
                None => drop(all.insert(name.clone(), schema.clone())),
                Some(_) if own.contains(name) => {}
                Some(other) => either(other, schema, joint),
            }
        }
        for definitions in ["$defs", "definitions"] {
            let Some(more) = member.get(definitions).and_then(Value::as_object) else {
                continue;
            };
            let all = out.entry(definitions).or_insert_with(|| json!({}));
            for (name, schema) in more {
                if let Some(all) = all.as_object_mut() {
                    all.entry(name).or_insert_with(|| schema.clone());
                }
            }
        }
    }

    let needed = needed(members, joint);
    if !needed.is_empty() {
        let all = out.entry("required").or_insert_with(|| json!([]));
        if let Some(all) = all.as_array_mut() {
            all.extend(
                needed
                    .into_iter()
                    .filter(|name| !all.contains(name))
                    .collect::<Vec<_>>(),
            );
        }
    }

    let is_closed = |member: &Value| member.get("additionalProperties") == Some(&Value::Bool(false));
    let closes = match joint {
        Joint::All => members.iter().any(is_closed),
        Joint::Any | Joint::One => !members.is_empty() && members.iter().all(is_closed),
    };
    if closes {
        out.entry("additionalProperties").or_insert(Value::Bool(false));
    }
}

/// Two members' schemas of one property.
fn either(one: &mut Value, other: &Value, joint: Joint) {
    let keyword = match joint {
        Joint::All => "allOf",
        Joint::Any | Joint::One => "anyOf",
    };
    if one == other {
        return;
    }

    let is_list = one.as_object().is_some_and(|map| map.len() == 1);
    match one.get_mut(keyword).and_then(Value::as_array_mut).filter(|_| is_list) {
        Some(list) => {
            if !list.contains(other) {
                list.push(other.clone());
            }
        }
        None => *one = json!({ keyword: [one.take(), other] }),
    }
}

/// The names that all members require, or those that any of them requires where all have to hold.
fn needed(members: &[Value], joint: Joint) -> Vec<Value> {
    let lists = |member: &Value| {
        let list = member.get("required").and_then(Value::as_array);
        list.cloned().unwrap_or_default()
    };
    let mut lists = members.iter().map(lists);
    match joint {
        Joint::All => lists.flatten().collect(),
        Joint::Any | Joint::One => {
            let first = lists.next().unwrap_or_default();
            lists.fold(first, |mut all, list| {
                all.retain(|name| list.contains(name));
                all
            })
        }
    }
}

fn names_of(schema: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten().map(|(name, _)| name.as_str())
}

fn required(schema: &Map<String, Value>) -> &[Value] {
    let list = schema.get("required").and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}
