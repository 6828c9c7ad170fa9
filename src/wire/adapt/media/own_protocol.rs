//! Pictures, documents and sound of a request that stays in the client's own protocol.

use super::medium::Medium;
use crate::domain::{Facts, Protocol};
use crate::wire::adapt::edits::Edits;
use crate::wire::adapt::note::{Element, Note};
use crate::wire::adapt::plan::Refusal;
use crate::wire::adapt::target::TargetFacts;
use crate::wire::json::{OutlineNode, quote};

/// Fits the messages, or the items of a request to Responses; `list`: the name of their field. `true` if something has to move
/// out of the result of a tool.
///
/// # Errors
/// If the newest words of the user come with what the target cannot take.
pub(in crate::wire::adapt) fn fit(
    list: &'static str,
    messages: &[OutlineNode<'_>],
    target: &TargetFacts,
    edits: &mut Edits,
) -> Result<bool, Refusal> {
    let facts = &target.facts;
    let newest = newest(messages);
    let mut moves = false;
    let mut replace = |part: &OutlineNode<'_>, medium: Medium| {
        let kind = match target.protocol {
            Protocol::OpenaiResponses => "input_text",
            _ => "text",
        };
        let text = format!("{{\"type\":\"{kind}\",\"text\":{}}}", quote(medium.note()));
        edits.replace(part.span(), text, Note::Element(Element::Media));
    };

    for (index, message) in messages.iter().enumerate() {
        let is_new = newest.is_some_and(|newest| index >= newest) && role_is(message, "user");
        let is_result = role_is(message, "tool");
        for (place, part) in parts(message, "content").enumerate() {
            if let Some(medium) = medium(&part) {
                match medium.lacking_in(facts) {
                    Some(lacking) if is_new => {
                        let param = format!("{list}[{index}].content[{place}]");
                        return Err(Refusal::of(param, lacking.reason()));
                    }
                    Some(lacking) => replace(&part, lacking),
                    None => moves |= is_result && !facts.media.in_results,
                }
            }
            for part in parts(&part, "content") {
                moves |= in_result(&part, facts, &mut replace);
            }
        }
        for part in parts(message, "output") {
            moves |= in_result(&part, facts, &mut replace);
        }
    }

    if moves {
        edits.notes.add(Note::Element(Element::Media));
    }
    Ok(moves)
}

/// A part of a tool's result. `true` if it has to move.
fn in_result(part: &OutlineNode<'_>, facts: &Facts, replace: &mut impl FnMut(&OutlineNode<'_>, Medium)) -> bool {
    let Some(medium) = medium(part) else { return false };
    match medium.lacking_in(facts) {
        Some(lacking) => {
            replace(part, lacking);
            false
        }
        None => !facts.media.in_results,
    }
}

/// The index of the first message of the user's after the model's last one before the newest words of the user.
fn newest(messages: &[OutlineNode<'_>]) -> Option<usize> {
    let is_result = |part: &OutlineNode<'_>| part.get("type").is_some_and(|kind| kind.is("tool_result"));
    let last = messages.iter().rposition(|message| {
        let only_results = message
            .get("content")
            .is_some_and(|content| content.is_list() && content.elements().all(|part| is_result(&part)));
        role_is(message, "user") && !only_results
    })?;
    let before = messages.iter().take(last).rposition(is_of_model);
    Some(before.map_or(0, |before| before + 1))
}

fn is_of_model(message: &OutlineNode<'_>) -> bool {
    let is_call = |kind: OutlineNode<'_>| {
        ["function_call", "custom_tool_call", "reasoning"]
            .iter()
            .any(|own| kind.is(own))
    };
    role_is(message, "assistant") || message.get("type").is_some_and(is_call)
}

fn role_is(message: &OutlineNode<'_>, role: &str) -> bool {
    message.get("role").is_some_and(|node| node.is(role))
}

fn parts<'o>(around: &OutlineNode<'o>, name: &str) -> impl Iterator<Item = OutlineNode<'o>> + use<'o> {
    around.get(name).into_iter().flat_map(|list| list.elements())
}

/// What a part is, if it is no text.
fn medium(part: &OutlineNode<'_>) -> Option<Medium> {
    let kind = part.get("type")?.string()?;
    let is_address = |node: Option<OutlineNode<'_>>| {
        node.is_some_and(|node| node.text().get(1..).is_some_and(|url| url.starts_with("http")))
    };
    let source_is = |kind: &str| {
        part.get("source")
            .and_then(|source| source.get("type"))
            .is_some_and(|own| own.is(kind))
    };

    let picture = |at_address: bool| match at_address {
        true => Medium::PictureAtAddress,
        false => Medium::Picture,
    };
    let document = |at_address: bool| match at_address {
        true => Medium::DocumentAtAddress,
        false => Medium::Document,
    };
    match &*kind {
        "image_url" | "input_image" => {
            let url = part.get("image_url");
            Some(picture(is_address(url.and_then(|url| url.get("url")).or(url))))
        }
        "image" => Some(picture(source_is("url"))),
        "file" => Some(Medium::Document),
        "input_file" => Some(document(part.get("file_url").is_some())),
        "document" if source_is("text") || source_is("content") => None,
        "document" => Some(document(source_is("url"))),
        "input_audio" => Some(Medium::Sound),
        _ => None,
    }
}
