//! The blocks that may stand in a message and in a tool's result: text, pictures, documents, search results.

use std::borrow::Cow;

use serde_json::Value;

use super::result_content;
use crate::wire::neutral::{Node, Part, Source, Untranslatable};

/// Reads such a block. `false` if it is another kind.
pub(super) fn plain_block<'a>(
    block: &Node<'a, '_>,
    kind: &str,
    out: &mut Vec<Part<'a>>,
) -> Result<bool, Untranslatable> {
    let cache = block.value_at("cache_control");
    match kind {
        "text" => {
            let text = block.need("text")?.text()?.into();
            out.push(Part::Text {
                text,
                citations: Vec::new(),
                cache,
            });
        }
        "image" => {
            out.push(Part::Image {
                source: image_source(&block.need("source")?)?,
                detail: None,
                cache,
            });
        }
        "document" => document(block, cache, out)?,
        "search_result" => {
            out.push(Part::Text {
                text: search_result(block)?.into(),
                citations: Vec::new(),
                cache,
            });
        }
        _ => return Ok(false),
    }

    Ok(true)
}

fn image_source<'a>(source: &Node<'a, '_>) -> Result<Source<'a>, Untranslatable> {
    let node = source.need("type")?;
    match node.text()? {
        "base64" => base64(source),
        "url" => Ok(Source::of_url(source.need("url")?.text()?)),
        "file" => Err(stored(source)),
        _ => Err(node.wanted("'base64' or 'url'")),
    }
}

fn search_result(block: &Node<'_, '_>) -> Result<String, Untranslatable> {
    let mut text = format!("{}\n{}\n", block.need("title")?.text()?, block.need("source")?.text()?);
    for line in block.need("content")?.list()? {
        text.push('\n');
        text.push_str(line.need("text")?.text()?);
    }
    Ok(text)
}

fn document<'a>(block: &Node<'a, '_>, cache: Option<&'a Value>, out: &mut Vec<Part<'a>>) -> Result<(), Untranslatable> {
    if let Some(context) = block.text_at("context")? {
        out.push(Part::text(context));
    }

    let name = block.text_at("title")?.map(Cow::Borrowed);
    let source = block.need("source")?;
    let node = source.need("type")?;
    let source = match node.text()? {
        "base64" => base64(&source)?,
        "url" => Source::of_url(source.need("url")?.text()?),
        "text" => Source::Text(source.need("data")?.text()?.into()),
        "content" => {
            out.extend(name.map(Part::text));
            out.extend(result_content(&source.need("content")?)?);
            return Ok(());
        }
        "file" => return Err(stored(&source)),
        _ => return Err(node.wanted("'base64', 'text', 'content' or 'url'")),
    };

    out.push(Part::File { source, name, cache });
    Ok(())
}

fn base64<'a>(source: &Node<'a, '_>) -> Result<Source<'a>, Untranslatable> {
    Ok(Source::Base64 {
        media_type: source.need("media_type")?.text()?.into(),
        data: source.need("data")?.text()?.into(),
    })
}

fn stored(source: &Node<'_, '_>) -> Untranslatable {
    source.impossible("files that are stored at Anthropic cannot be read elsewhere; send the bytes or a URL.")
}
