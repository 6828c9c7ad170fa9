//! Tools that take free text, for providers that know only tools with an object: the text is its one member, `input`.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Value, json};

/// Free text as the arguments of the function that replaces its tool.
pub(super) fn wrapped(text: &str) -> String {
    json!({ "input": text }).to_string()
}

/// The free text in the arguments of such a function. If the model did not write the object, all of its text counts.
pub(super) fn unwrapped(arguments: &str) -> Cow<'_, str> {
    #[derive(Deserialize)]
    struct Wrapped<'a> {
        #[serde(borrow)]
        input: Cow<'a, str>,
    }
    serde_json::from_str::<Wrapped<'_>>(arguments).map_or(Cow::Borrowed(arguments), |wrapped| wrapped.input)
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

/// The grammar of the text as a sentence for the function's description: a function has no field for it. Responses has the
/// grammar beside `type`, chat one level deeper.
pub(super) fn grammar(format: &Value) -> Option<String> {
    let inner = format.get("grammar").unwrap_or(format);
    let definition = inner.get("definition")?.as_str()?;
    let syntax = inner.get("syntax").and_then(Value::as_str).unwrap_or("lark");
    Some(format!("`input` is text of this {syntax} grammar:\n{definition}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_text_comes_back_from_the_object_that_it_travels_in() {
        let text = "*** Begin Patch\n\"é\"";

        assert_eq!(unwrapped(&wrapped(text)), text);
        assert_eq!(unwrapped("not an object"), "not an object");
    }

    #[test]
    fn a_grammar_becomes_a_sentence_in_both_its_shapes() {
        let flat = json!({"type": "grammar", "syntax": "regex", "definition": "a+"});
        let nested = json!({"type": "grammar", "grammar": {"syntax": "regex", "definition": "a+"}});

        assert_eq!(grammar(&flat), grammar(&nested));
        assert_eq!(
            grammar(&flat).as_deref(),
            Some("`input` is text of this regex grammar:\na+")
        );
        assert_eq!(grammar(&json!({"type": "text"})), None);
    }
}
