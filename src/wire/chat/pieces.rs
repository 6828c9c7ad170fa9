//! The pieces of an answer's `content`, whole or streamed.

use std::borrow::Cow;

use serde_json::Value;

use super::answer::text;

/// One piece of an answer's `content`.
#[derive(Debug, PartialEq)]
pub(super) enum Piece<'a> {
    /// Mistral has thoughts among the parts of `content`.
    Thought(&'a str),
    Text(Cow<'a, str>),
    /// The model's words why it will not answer.
    Refusal(&'a str),
}

/// Reads `content`: a text, or a list of parts. Empty texts and unknown parts are skipped. An object, or a list of other
/// things, is an answer in JSON that the server has parsed: its JSON is the text.
pub(super) fn read_pieces<'a>(content: Option<&'a Value>, out: &mut dyn FnMut(Piece<'a>)) {
    match content {
        Some(Value::String(text)) if !text.is_empty() => out(Piece::Text(text.into())),
        Some(Value::Array(parts)) if parts.iter().all(is_part) => parts.iter().for_each(|part| read_part(part, out)),
        Some(parsed @ (Value::Object(_) | Value::Array(_))) => out(Piece::Text(parsed.to_string().into())),
        _ => {}
    }
}

/// Whether an element of a list is a part of an answer, known or not.
fn is_part(element: &Value) -> bool {
    let is_text = |key: &str| element.get(key).is_some_and(Value::is_string);
    is_text("type") || is_text("text")
}

fn read_part<'a>(part: &'a Value, out: &mut dyn FnMut(Piece<'a>)) {
    match part.get("type").and_then(Value::as_str) {
        Some("thinking") => read_thoughts(part.get("thinking"), out),
        Some("refusal") => text(part, "refusal").into_iter().for_each(|it| out(Piece::Refusal(it))),
        _ => text(part, "text")
            .into_iter()
            .for_each(|it| out(Piece::Text(it.into()))),
    }
}

fn read_thoughts<'a>(thinking: Option<&'a Value>, out: &mut dyn FnMut(Piece<'a>)) {
    match thinking {
        Some(Value::String(thought)) if !thought.is_empty() => out(Piece::Thought(thought)),
        Some(Value::Array(inner)) => {
            let thoughts = inner.iter().filter_map(|part| text(part, "text"));
            thoughts.for_each(|it| out(Piece::Thought(it)));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn thoughts_among_the_parts_of_a_text_are_kept_apart() {
        let content = json!([
            {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
            {"type": "text", "text": "yes"},
            {"type": "reference", "reference_ids": [1]},
        ]);
        let mut seen = Vec::new();

        read_pieces(Some(&content), &mut |piece| seen.push(piece));

        assert_eq!(seen, [Piece::Thought("hm"), Piece::Text("yes".into())]);
    }

    #[test]
    fn an_answer_that_the_server_has_parsed_is_told_as_its_json() {
        for (content, text) in [
            (json!({"name": "Ann", "age": 3}), Some(r#"{"name":"Ann","age":3}"#)),
            (json!([{"name": "Ann"}]), Some(r#"[{"name":"Ann"}]"#)),
            (json!([1, 2]), Some("[1,2]")),
            (json!(7), None),
            (json!([{"type": "reference", "reference_ids": [1]}]), None),
            (json!([]), None),
            (json!(null), None),
        ] {
            let mut seen = Vec::new();
            read_pieces(Some(&content), &mut |piece| seen.push(piece));
            let expected: Vec<_> = text.into_iter().map(|text| Piece::Text(text.into())).collect();
            assert_eq!(seen, expected, "{content}");
        }
    }
}
