//! The parts of a message, or of a tool's output.

use crate::wire::neutral::{Node, Part, Source, Untranslatable};

/// The reason to refuse a file by its id.
const AT_OPENAI: &str = "the file lies at OpenAI, where this model cannot read it; send its data or its URL.";

/// The start of texts that OpenAI encrypts: the version of a Fernet token and the upper bytes of its time.
const ENCRYPTED: &str = "gAAAA";

/// Reads a text, or a list of parts.
pub(super) fn read<'a>(content: &Node<'a, '_>) -> Result<Vec<Part<'a>>, Untranslatable> {
    if let Some(text) = content.value.as_str() {
        return Ok(vec![Part::text(text)]);
    }
    if !content.value.is_array() {
        return Err(content.wanted("a string or a list"));
    }

    content.list()?.map(|node| part(&node)).collect()
}

fn part<'a>(node: &Node<'a, '_>) -> Result<Part<'a>, Untranslatable> {
    if let Some(file) = node.get("file_id") {
        return Err(file.impossible(AT_OPENAI));
    }

    let kind = node.need("type")?;
    match kind.text()? {
        "input_text" | "output_text" | "text" => Ok(Part::text(node.need("text")?.text()?)),
        "refusal" => Ok(Part::Refusal(node.need("refusal")?.text()?.into())),
        "input_image" => Ok(Part::Image {
            source: Source::of_url(node.need("image_url")?.text()?),
            detail: node.text_at("detail")?.map(Into::into),
            cache: None,
        }),
        "input_file" => file(node),
        "encrypted_content" => {
            let words = node.need("encrypted_content")?;
            let text = words.text()?;
            // Codex assumes that a model encrypts its messages to other agents. OpenAI's models do, others write plain text.
            if text.starts_with(ENCRYPTED) {
                return Err(words.impossible("only OpenAI's own models can read what they encrypted."));
            }
            Ok(Part::text(text))
        }
        "input_audio" => {
            let audio = node.need("input_audio")?;
            Ok(Part::Audio {
                data: audio.need("data")?.text()?.into(),
                format: audio.need("format")?.text()?.into(),
            })
        }
        other => Err(kind.impossible(format!("a part of type '{other}' is unknown to this model."))),
    }
}

fn file<'a>(node: &Node<'a, '_>) -> Result<Part<'a>, Untranslatable> {
    let name = node.text_at("filename")?;
    let source = match (node.text_at("file_data")?, node.text_at("file_url")?) {
        (Some(data), _) => match Source::of_url(data) {
            // Bytes without the head of a data URL: only the name tells their type.
            Source::Url(_) => Source::Base64 {
                media_type: media_type(name).into(),
                data: data.into(),
            },
            source => source,
        },
        (None, Some(url)) => Source::of_url(url),
        (None, None) => return Err(node.need("file_data").err().unwrap_or_else(|| node.wanted("a file"))),
    };

    Ok(Part::File {
        source,
        name: name.map(Into::into),
        cache: None,
    })
}

fn media_type(name: Option<&str>) -> &'static str {
    let ending = name
        .and_then(|name| name.rsplit_once('.'))
        .map_or("", |(_, ending)| ending);

    match ending.to_ascii_lowercase().as_str() {
        "txt" | "log" => "text/plain",
        "md" => "text/markdown",
        "csv" => "text/csv",
        "html" | "htm" => "text/html",
        "json" => "application/json",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/pdf",
    }
}
