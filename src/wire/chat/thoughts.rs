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
    let signature = signed_details(message).map(|details| details_signature(details.to_string()));
    let is_empty = thoughts.is_none() && signature.is_none();
    let thinking = (!is_empty).then(|| Part::Thinking {
        text: thoughts.unwrap_or_default(),
        signature,
    });
    thinking.into_iter().collect()
}

/// The list of `reasoning_details`, if one of them is signed or encrypted: their server wants them back as they are.
fn signed_details(message: &Value) -> Option<&Value> {
    let details = message.get("reasoning_details")?;
    details.as_array()?.iter().any(is_signed).then_some(details)
}

/// Whether an entry of `reasoning_details` is signed or encrypted.
fn is_signed(detail: &Value) -> bool {
    let has = |key: &str| {
        detail
            .get(key)
            .and_then(Value::as_str)
            .is_some_and(|text| !text.is_empty())
    };
    has("data") || has("signature")
}

fn details_signature(details: String) -> Signature<'static> {
    Signature {
        kind: SignatureKind::Details,
        ..Signature::of_thoughts(details)
    }
}

/// The `reasoning_details` of a stream, as their pieces come.
#[derive(Debug, Default)]
pub(super) struct StreamedDetails(Vec<Value>);

impl StreamedDetails {
    /// Adds those of a delta. Pieces of one entry have the same index: their texts are joined.
    pub(super) fn add(&mut self, delta: &Value) {
        let pieces = delta.get("reasoning_details").and_then(Value::as_array);
        for piece in pieces.into_iter().flatten() {
            let same = |known: &&mut Value| {
                let of = |key: &str| known.get(key) == piece.get(key);
                piece.get("index").is_some() && of("index") && of("type")
            };
            match self.0.iter_mut().find(same) {
                Some(known) => join(known, piece),
                None => self.0.push(piece.clone()),
            }
        }
    }

    /// The signature that they are, if one of them is signed or encrypted. No more of them are told.
    pub(super) fn take(&mut self) -> Option<Signature<'static>> {
        let details = std::mem::take(&mut self.0);
        details
            .iter()
            .any(is_signed)
            .then(|| details_signature(Value::from(details).to_string()))
    }
}

/// Joins the texts of two pieces of one entry; of other members the newer one counts.
fn join(known: &mut Value, piece: &Value) {
    let (Some(known), Some(piece)) = (known.as_object_mut(), piece.as_object()) else {
        return;
    };
    for (key, more) in piece.iter().filter(|(_, more)| !more.is_null()) {
        let grows = matches!(key.as_str(), "text" | "summary" | "data");
        match (known.get_mut(key), more) {
            (Some(Value::String(text)), Value::String(more)) if grows => text.push_str(more),
            _ => drop(known.insert(key.clone(), more.clone())),
        }
    }
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
