//! The arguments of a call: the JSON text of an object, whatever the provider wrote.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::event::Event;
use super::part::Part;

/// The arguments as the text of an object. Nothing, `null`, `[]` and `""` are an object without members, other values stand
/// in `{"input": …}`. An object stays as it is, complete or not.
pub fn object_of(text: Cow<'_, str>) -> Cow<'_, str> {
    let start = text.trim_start();
    if start.starts_with('{') {
        return text;
    }

    match serde_json::from_str(start) {
        Ok(Value::Null) => "{}".into(),
        Ok(Value::Array(list)) if list.is_empty() => "{}".into(),
        // A model that quotes the object once more.
        Ok(Value::String(inner)) if inner.trim().is_empty() => "{}".into(),
        Ok(Value::String(inner)) if is_object(&inner) => inner.into(),
        _ if start.is_empty() => "{}".into(),
        _ => json!({ "input": text }).to_string().into(),
    }
}

fn is_object(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok_and(|value| value.is_object())
}

/// Puts the arguments of all calls among `parts` in order, but for the text of tools that take free text.
pub fn settle_arguments(parts: &mut [Part<'_>]) {
    for part in parts {
        if let Part::ToolCall(call) = part
            && !call.custom
            && !call.arguments.starts_with('{')
        {
            call.arguments = object_of(std::mem::take(&mut call.arguments));
        }
    }
}

/// Does in a stream what [`settle_arguments`] does in a whole answer. Arguments that begin as an object pass as they come;
/// others wait until their call ends.
#[derive(Debug, Default)]
pub struct ArgumentStreams {
    /// The calls that have begun, without those of tools that take free text.
    calls: Vec<Pieces>,
}

#[derive(Debug)]
struct Pieces {
    index: usize,
    /// The pieces that wait; `None` once they pass.
    held: Option<String>,
}

impl ArgumentStreams {
    /// Gives `out` the event, and before or instead of it what the arguments need.
    pub fn pass(&mut self, event: Event<'_>, out: &mut dyn FnMut(Event<'_>)) {
        match &event {
            Event::ToolStart {
                index, custom: false, ..
            } => self.calls.push(Pieces {
                index: *index,
                held: Some(String::new()),
            }),
            Event::ToolArguments { index, text } => {
                let call = self.calls.iter_mut().rfind(|call| call.index == *index);
                if let Some(call) = call
                    && !call.take(text, out)
                {
                    return;
                }
            }
            Event::PartEnd => {
                if let Some(last) = self.calls.last_mut() {
                    last.end(out);
                }
            }
            Event::Stop { .. } | Event::End => self.calls.drain(..).for_each(|mut call| call.end(out)),
            _ => {}
        }
        out(event);
    }
}

impl Pieces {
    /// Takes a piece. Returns whether it passes itself.
    fn take(&mut self, piece: &str, out: &mut dyn FnMut(Event<'_>)) -> bool {
        let Some(held) = &mut self.held else { return true };
        if held.is_empty() && piece.starts_with('{') {
            self.held = None;
            return true;
        }

        held.push_str(piece);
        if held.trim_start().starts_with('{') {
            let (index, text) = (self.index, std::mem::take(held).into());
            self.held = None;
            out(Event::ToolArguments { index, text });
        }
        false
    }

    fn end(&mut self, out: &mut dyn FnMut(Event<'_>)) {
        if let Some(held) = self.held.take().filter(|held| !held.is_empty()) {
            let (index, text) = (self.index, object_of(held.into()));
            out(Event::ToolArguments { index, text });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_that_are_no_object_become_one() {
        for (text, object) in [
            ("", "{}"),
            (" \n", "{}"),
            ("null", "{}"),
            ("[]", "{}"),
            ("\"\"", "{}"),
            (r#""{\"a\":1}""#, r#"{"a":1}"#),
            ("[1]", r#"{"input":"[1]"}"#),
            ("7", r#"{"input":"7"}"#),
            ("rm -rf", r#"{"input":"rm -rf"}"#),
            (" {\"a\":1}", " {\"a\":1}"),
            ("{\"a\":", "{\"a\":"),
        ] {
            assert_eq!(object_of(text.into()), object, "{text}");
        }
    }

    /// The arguments of two calls whose pieces come by turns, as they pass.
    fn streamed(pieces: &[(usize, &'static str)]) -> (String, String) {
        let mut streams = ArgumentStreams::default();
        let mut all = (String::new(), String::new());
        let mut collect = |event: Event<'_>| {
            if let Event::ToolArguments { index, text } = event {
                let to = if index == 0 { &mut all.0 } else { &mut all.1 };
                to.push_str(&text);
            }
        };

        for index in [0, 1] {
            let start = Event::ToolStart {
                index,
                id: "c".into(),
                name: "n".into(),
                custom: false,
            };
            streams.pass(start, &mut collect);
        }
        for &(index, text) in pieces {
            let text = text.into();
            streams.pass(Event::ToolArguments { index, text }, &mut collect);
        }
        streams.pass(Event::End, &mut collect);
        all
    }

    #[test]
    fn streamed_arguments_become_objects_too_and_objects_pass_at_once() {
        assert_eq!(
            streamed(&[(0, "{\"a\""), (1, "nu"), (0, ":1}"), (1, "ll")]),
            ("{\"a\":1}".into(), "{}".into())
        );
        assert_eq!(
            streamed(&[(0, " "), (0, "{}"), (1, "a "), (1, "b")]),
            (" {}".into(), "{\"input\":\"a b\"}".into())
        );
    }
}
