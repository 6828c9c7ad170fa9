//! Parts of a client's messages that are not OpenAI's: Mistral's.

use serde_json::Value;

use crate::wire::neutral::{Node, Part, Source, Untranslatable};

/// A document at an address: `document_url` and `file_url`, each a text or an object with `url`.
pub(super) fn address_of<'a>(
    part: &Node<'a, '_>,
    kind: &str,
    cache: Option<&'a Value>,
) -> Result<Part<'a>, Untranslatable> {
    let address = part.need(kind)?;
    let url = match address.value.as_str() {
        Some(url) => url,
        None => address.need("url")?.text()?,
    };
    Ok(Part::File {
        source: Source::of_url(url),
        name: part.text_at("document_name")?.map(Into::into),
        cache,
    })
}

/// Thoughts in a list of parts.
pub(super) fn thinking<'a>(part: &Node<'a, '_>) -> Part<'a> {
    let thoughts = part.value.get("thinking");
    let text = match thoughts {
        Some(Value::String(text)) => text.as_str().into(),
        Some(Value::Array(parts)) => {
            let texts = parts.iter().filter_map(|part| part.get("text")?.as_str());
            texts.collect::<String>().into()
        }
        _ => "".into(),
    };
    Part::Thinking { text, signature: None }
}
