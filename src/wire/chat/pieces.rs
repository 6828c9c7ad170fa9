//! The pieces of an answer's `content`, whole or streamed.

use serde_json::Value;

use super::answer::text;

/// One piece of an answer's `content`.
#[derive(Debug, PartialEq)]
pub(super) enum Piece<'a> {
    /// Mistral has thoughts among the parts of `content`.
    Thought(&'a str),
    Text(&'a str),
    /// The model's words why it will not answer.
    Refusal(&'a str),
}

/// Reads `content`: a text, or a list of parts. Empty texts and unknown parts are skipped.
pub(super) fn read_pieces<'a>(content: Option<&'a Value>, out: &mut dyn FnMut(Piece<'a>)) {
    match content {
        Some(Value::String(text)) if !text.is_empty() => out(Piece::Text(text)),
        Some(Value::Array(parts)) => parts.iter().for_each(|part| read_part(part, out)),
        _ => {}
    }
}

fn read_part<'a>(part: &'a Value, out: &mut dyn FnMut(Piece<'a>)) {
    match part.get("type").and_then(Value::as_str) {
        Some("thinking") => read_thoughts(part.get("thinking"), out),
        Some("refusal") => text(part, "refusal").into_iter().for_each(|it| out(Piece::Refusal(it))),
        _ => text(part, "text").into_iter().for_each(|it| out(Piece::Text(it))),
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

        assert_eq!(seen, [Piece::Thought("hm"), Piece::Text("yes")]);
    }
}
