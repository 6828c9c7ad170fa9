//! What the members of a union demand, in a sentence for the model.

use serde_json::Value;

/// How many members of a union have to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joint {
    All,
    Any,
    One,
}

/// The sentence. `required`: the names that are required anyway. `None` if the members demand nothing, or the same.
pub(super) fn of(members: &[Value], joint: Joint, required: &[Value]) -> Option<String> {
    let how_many = match joint {
        // It is all in the merged schema.
        Joint::All => return None,
        Joint::Any => "At least one",
        Joint::One => "Exactly one",
    };

    let demands: Vec<String> = members.iter().map(|member| demand(member, required)).collect();
    let first = demands.first()?;
    if demands.iter().all(|demand| demand == first) && (demands.len() > 1 || first == NOTHING) {
        return None;
    }
    Some(format!("{how_many} of these has to hold: {}.", demands.join("; ")))
}

const NOTHING: &str = "nothing more is given";

/// What a member demands beyond `required`.
fn demand(member: &Value, required: &[Value]) -> String {
    let names = member.get("required").and_then(Value::as_array).into_iter().flatten();
    let own: Vec<String> = names
        .filter(|name| !required.contains(name))
        .filter_map(|name| name.as_str().map(|name| format!("`{name}`")))
        .collect();

    let properties = member.get("properties").and_then(Value::as_object);
    let fixed = properties.into_iter().flatten().filter_map(|(name, schema)| {
        let value = schema
            .get("const")
            .or_else(|| match schema.get("enum")?.as_array()?.as_slice() {
                [one] => Some(one),
                _ => None,
            })?;
        Some(format!("`{name}` is {value}"))
    });

    let mut demands: Vec<String> = fixed.collect();
    match own.as_slice() {
        [] => {}
        [one] => demands.push(format!("{one} is given")),
        [several @ .., last] => demands.push(format!("{} and {last} are given", several.join(", "))),
    }
    match (demands.is_empty(), member.get("title").and_then(Value::as_str)) {
        (true, Some(title)) => format!("the parameters are those of {title}"),
        (true, None) => NOTHING.to_owned(),
        (false, _) => demands.join(" and "),
    }
}
