//! The free text of a custom tool, read from the JSON arguments of the function that replaces it.
//!
//! Other protocols know a custom tool as a function with one text, `input`. The model then writes `{"input": "…"}`, which
//! arrives in pieces. The client gets the text between the quotes, without escapes, as it comes.

mod escape;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde_json::{Value, json};

use self::escape::decode;

/// Free text as the arguments of the function that replaces its tool.
pub(super) fn wrapped(text: &str) -> String {
    json!({ "input": text }).to_string()
}

/// The schema of such a function.
pub(super) fn schema() -> Value {
    json!({
        "type": "object",
        "properties": { "input": { "type": "string" } },
        "required": ["input"],
        "additionalProperties": false,
    })
}

/// The grammar of the text as a sentence for the function's description, which has no field for it. Chat has the grammar one
/// level deeper.
pub(super) fn grammar(format: &Value) -> Option<String> {
    let inner = format.get("grammar").unwrap_or(format);
    let definition = inner.get("definition")?.as_str()?;
    let syntax = inner.get("syntax").and_then(Value::as_str).unwrap_or("lark");
    Some(format!("`input` is text of this {syntax} grammar:\n{definition}"))
}

/// The text in whole arguments. If the model did not write `{"input": "…"}`, it is the only text of its object, or else
/// all that the model wrote.
pub(super) fn of_arguments(arguments: &str) -> Cow<'_, str> {
    let Ok(Value::Object(mut object)) = serde_json::from_str::<Value>(arguments) else {
        return arguments.into();
    };
    if let Some(Value::String(input)) = object.remove("input") {
        return input.into();
    }

    let only = object.len() == 1;
    match object.into_iter().next() {
        Some((_, Value::String(text))) if only => text.into(),
        _ => arguments.into(),
    }
}

/// The text of arguments that arrive in pieces.
#[derive(Debug, Default)]
pub(super) struct FreeText {
    arguments: String,
    /// The text that the client has.
    text: String,
    state: State,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    /// The text has not begun.
    #[default]
    Before,
    /// The text goes on at this byte of the arguments.
    Inside(usize),
    /// The text has ended, or it can only be read when all of the arguments are there.
    Over,
}

impl FreeText {
    /// Takes a piece of the arguments. Returns the text that it adds.
    pub fn push(&mut self, piece: &str) -> String {
        self.arguments.push_str(piece);
        if self.state == State::Before {
            self.state = begin(&self.arguments);
        }

        let State::Inside(at) = self.state else {
            return String::new();
        };

        let (added, next) = decode(&self.arguments, at);
        self.state = next;
        self.text.push_str(&added);
        added
    }

    /// The whole text, and the rest that the client does not have yet.
    pub fn finish(self) -> (String, String) {
        if self.text.is_empty() {
            let text = of_arguments(&self.arguments).into_owned();
            return (text.clone(), text);
        }

        // The client has text already: it stays, even if the arguments broke off.
        (self.text, String::new())
    }
}

/// Looks for the start of the text, after `{"input":"`.
fn begin(arguments: &str) -> State {
    let mut rest = arguments;
    for token in ["{", "\"input\"", ":", "\""] {
        rest = rest.trim_start();
        match rest.strip_prefix(token) {
            Some(after) => rest = after,
            None if token.starts_with(rest) => return State::Before,
            None => return State::Over,
        }
    }

    State::Inside(arguments.len() - rest.len())
}
