//! The `content` of a client's message.

use serde_json::Value;

use super::pieces_of_others::{address_of, thinking};

use crate::wire::neutral::{Node, Part, Source, Untranslatable};

/// Which parts a message may have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum AllowedParts {
    Text,
    /// Text and refusals: a message of the assistant.
    TextAndRefusals,
    /// Text, pictures, documents and sound.
    Everything,
}

/// Reads `content`, a text or a list of parts, into `parts`. A `cache_control` beside a text belongs to the text.
pub(super) fn contents<'a>(
    message: &Node<'a, '_>,
    allowed: AllowedParts,
    parts: &mut Vec<Part<'a>>,
) -> Result<(), Untranslatable> {
    let Some(content) = message.get("content") else {
        return Ok(());
    };

    if let Some(text) = content.value.as_str() {
        if !text.is_empty() || allowed == AllowedParts::Everything {
            parts.push(Part::Text {
                text: text.into(),
                citations: Vec::new(),
                cache: message.value_at("cache_control"),
            });
        }
        return Ok(());
    }

    for node in content
        .list()
        .map_err(|_| content.wanted("a string or a list of parts"))?
    {
        parts.push(part(&node, allowed)?);
    }
    Ok(())
}

fn part<'a>(node: &Node<'a, '_>, allowed: AllowedParts) -> Result<Part<'a>, Untranslatable> {
    node.object()?;
    let cache = node.value_at("cache_control");
    let kind = node.need("type")?;

    match (kind.text()?, allowed) {
        ("text", _) => Ok(Part::Text {
            text: node.need("text")?.text()?.into(),
            citations: Vec::new(),
            cache,
        }),
        ("refusal", AllowedParts::TextAndRefusals) => Ok(Part::Refusal(node.need("refusal")?.text()?.into())),
        ("image_url", AllowedParts::Everything) => image(&node.need("image_url")?, cache),
        ("input_audio", AllowedParts::Everything) => sound(&node.need("input_audio")?),
        ("file", AllowedParts::Everything) => file(&node.need("file")?, cache),
        // Mistral's parts.
        ("document_url" | "file_url", AllowedParts::Everything) => address_of(node, kind.text()?, cache),
        ("thinking", AllowedParts::TextAndRefusals) => Ok(thinking(node)),
        (_, AllowedParts::Text) => Err(kind.wanted("'text'")),
        (_, AllowedParts::TextAndRefusals) => Err(kind.wanted("one of text, refusal and thinking")),
        (_, AllowedParts::Everything) => Err(kind.wanted("one of text, image_url, input_audio and file")),
    }
}

/// Sound: an object of data and format, or a text, as Mistral's clients send it.
fn sound<'a>(audio: &Node<'a, '_>) -> Result<Part<'a>, Untranslatable> {
    if let Some(text) = audio.value.as_str() {
        return match Source::of_url(text) {
            Source::Base64 { media_type, data } => Ok(Part::Audio {
                data,
                format: sound_format(&media_type).into(),
            }),
            Source::Url(url) if url.starts_with("http") => {
                Err(audio.impossible("sound at an address cannot be sent to this model; send the sound itself."))
            }
            _ => Ok(Part::Audio {
                data: text.into(),
                format: "mp3".into(),
            }),
        };
    }

    Ok(Part::Audio {
        data: audio.need("data")?.text()?.into(),
        format: audio.need("format")?.text()?.into(),
    })
}

/// The format of sound by its media type.
fn sound_format(media_type: &str) -> &'static str {
    match media_type {
        "audio/wav" | "audio/x-wav" | "audio/wave" => "wav",
        "audio/flac" => "flac",
        "audio/ogg" => "ogg",
        "audio/mp4" | "audio/m4a" | "audio/x-m4a" => "m4a",
        _ => "mp3",
    }
}

fn image<'a>(image: &Node<'a, '_>, cache: Option<&'a Value>) -> Result<Part<'a>, Untranslatable> {
    // Mistral's clients write the URL without an object around it.
    let (url, detail) = match image.value.as_str() {
        Some(url) => (url, None),
        None => (image.need("url")?.text()?, image.text_at("detail")?),
    };
    Ok(Part::Image {
        source: Source::of_url(url),
        detail: detail.map(Into::into),
        cache,
    })
}

fn file<'a>(file: &Node<'a, '_>, cache: Option<&'a Value>) -> Result<Part<'a>, Untranslatable> {
    if let Some(id) = file.get("file_id") {
        return Err(id.impossible("a file kept at OpenAI is out of this model's reach; send it as 'file_data'."));
    }

    let name = file.text_at("filename")?;
    let data = file.need("file_data")?.text()?;
    let is_url = ["data:", "https://", "http://"]
        .iter()
        .any(|head| data.starts_with(head));

    let source = if is_url {
        Source::of_url(data)
    } else {
        let text = name.is_some_and(|name| name.ends_with(".txt") || name.ends_with(".md"));
        let media_type = if text { "text/plain" } else { "application/pdf" };
        Source::Base64 {
            media_type: media_type.into(),
            data: data.into(),
        }
    };

    Ok(Part::File {
        source,
        name: name.map(Into::into),
        cache,
    })
}
