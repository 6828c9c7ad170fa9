//! The thoughts of a message, in requests and in answers. None of their fields is OpenAI's own; unknown values are skipped.

use std::borrow::Cow;

use serde_json::Value;

use crate::domain::{Facts, Protocol};
use crate::wire::neutral::{Part, Signature, SignatureKind, domain_name};

/// All thoughts of a message: signed ones from `thinking_blocks`, else plain ones.
pub(super) fn thoughts(message: &Value) -> Vec<Part<'_>> {
    let blocks = message
        .get("thinking_blocks")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let signed: Vec<Part<'_>> = blocks.iter().filter_map(thinking_block).collect();
    if !signed.is_empty() {
        return signed;
    }

    let plain = plain_thoughts(message).map(Cow::Borrowed);
    let thoughts = plain.or_else(|| {
        let details: Vec<_> = detailed_thoughts(message).collect();
        (!details.is_empty()).then(|| details.join("\n\n").into())
    });
    let thinking = thoughts.map(|text| Part::Thinking { text, signature: None });
    thinking.into_iter().collect()
}

/// The words of all thoughts of a message, with a blank line between two.
pub fn words_of_thoughts(message: &Value) -> String {
    let all = thoughts(message);
    let words = all.iter().filter_map(|part| match part {
        Part::Thinking { text, .. } if !text.is_empty() => Some(text.as_ref()),
        _ => None,
    });
    words.collect::<Vec<_>>().join("\n\n")
}

/// Whether earlier thoughts go back within tags in the text.
pub fn writes_tags(facts: &Facts) -> bool {
    facts.thinking.back_field.as_deref() == Some("content")
}

/// Thoughts within tags, as they stand before the text of an answer.
pub fn think_tags(words: &str) -> String {
    format!("<think>\n{words}\n</think>\n\n")
}

/// The plain thoughts of a message or a delta. Some providers send the same text under two names.
pub(super) fn plain_thoughts(message: &Value) -> Option<&str> {
    let text = |key: &&str| {
        message
            .get(*key)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    ["reasoning_content", "reasoning", "reasoning_text"]
        .iter()
        .find_map(text)
}

/// The thoughts in OpenRouter's `reasoning_details`, in full or as summaries. They repeat the plain ones, if there are any.
/// Encrypted ones are for OpenRouter alone.
pub(super) fn detailed_thoughts(message: &Value) -> impl Iterator<Item = &str> {
    let details = message.get("reasoning_details").and_then(Value::as_array);
    details.into_iter().flatten().filter_map(|detail| {
        let text = ["text", "summary"].iter().find_map(|key| detail.get(*key)?.as_str());
        text.filter(|text| !text.is_empty())
    })
}

/// The signature of a call, which stands in its `extra_content` under the name of those who can read it.
pub(super) fn call_signature(call: &Value) -> Option<Part<'_>> {
    let by_domain = call.get("extra_content")?.as_object()?;
    by_domain.iter().find_map(|(domain, extra)| {
        let value = extra
            .get("thought_signature")?
            .as_str()
            .filter(|value| !value.is_empty())?;
        Some(Part::Thinking {
            text: "".into(),
            signature: Some(Signature {
                domain: domain_name(domain),
                kind: SignatureKind::Call,
                ..Signature::of_thoughts(value)
            }),
        })
    })
}

/// One of `thinking_blocks`. Its shape is Anthropic's, so a signature without a mark of its origin is Claude's.
pub(super) fn thinking_block(block: &Value) -> Option<Part<'_>> {
    let text = |key: &str| block.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());

    if let Some(data) = text("data") {
        let signature = Signature::unpacked(data, Protocol::AnthropicMessages)?;
        return Some(Part::Thinking {
            text: "".into(),
            signature: Some(Signature {
                kind: SignatureKind::Redacted,
                ..signature
            }),
        });
    }

    let signature = text("signature").and_then(|signature| Signature::unpacked(signature, Protocol::AnthropicMessages));
    let thoughts = text("thinking");

    (signature.is_some() || thoughts.is_some()).then(|| Part::Thinking {
        text: thoughts.unwrap_or_default().into(),
        signature,
    })
}
