//! What the tools of a request may have.

use super::needles;
use crate::domain::{Facts, RootUnions, StrictTools};
use crate::wire::control::{Control, TopField};
use crate::wire::json::Outline;
use crate::wire::operation::Operation;

/// The kinds of tools, which chat also uses as the name of the object around them.
const KINDS: [&[u8]; 2] = [b"\"function\"", b"\"custom\""];

/// The bytes of the list of tools.
fn list<'a>(control: &Control, body: &'a [u8]) -> &'a [u8] {
    let tools = control.members.value(TopField::Tools);
    tools.and_then(|at| body.get(at.start..at.end)).unwrap_or_default()
}

/// Whether a tool of the request may have a union, which the target refuses at the root of a schema.
pub(in crate::wire::adapt) fn have_unions(control: &Control, body: &[u8], facts: &Facts) -> bool {
    // It ends the names of all three keywords.
    facts.schema.root_unions == RootUnions::Flatten && memchr::memmem::find(list(control, body), b"Of\"").is_some()
}

/// Whether a tool has `strict`, which the target may not take. Anthropic's servers know it.
pub(in crate::wire::adapt) fn have_unwanted_strict(control: &Control, body: &[u8], facts: &Facts) -> bool {
    facts.tools.strict != StrictTools::Keep
        && !facts.anthropic_fields
        && memchr::memmem::find(list(control, body), b"\"strict\"").is_some()
}

/// Whether a tool takes free text, or its group or its place among the items (Responses) is OpenAI's own, and the target has no
/// such tools.
pub(in crate::wire::adapt) fn have_unwanted_custom(control: &Control, body: &[u8], facts: &Facts) -> bool {
    let has = |bytes: &[u8], word: &str| memchr::memmem::find(bytes, word.as_bytes()).is_some();
    match control.operation() {
        _ if facts.tools.custom => false,
        Operation::Chat => {
            let tools = list(control, body);
            has(tools, "\"custom\"") && has_kind(tools, &["custom"])
        }
        Operation::Responses => {
            let tools = list(control, body);
            (OWN_TOOLS.iter().any(|kind| has(tools, kind)) && has_kind(tools, &OWN_TOOLS))
                || (may_have_own_items(body) && has_own_items(body))
        }
        _ => false,
    }
}

/// The kinds of tools in Responses that only OpenAI has.
const OWN_TOOLS: [&str; 2] = ["custom", "namespace"];

/// The kinds of items in Responses that have, call or answer such tools. A call of a tool in a group has the group's name.
const OWN_ITEMS: [&str; 5] = [
    "additional_tools",
    "tool_search_output",
    "custom_tool_call",
    "custom_tool_call_output",
    "namespace",
];

needles! {
    ADDITIONAL_TOOLS "additional_tools",
    TOOL_SEARCH "tool_search_output",
    // Of the call and of its output.
    CUSTOM_CALL "custom_tool_call",
    NAMESPACE "namespace",
}

fn may_have_own_items(body: &[u8]) -> bool {
    let all = [&ADDITIONAL_TOOLS, &TOOL_SEARCH, &CUSTOM_CALL, &NAMESPACE];
    all.iter().any(|needle| needle.find(body).is_some())
}

/// Whether the conversation has such items.
fn has_own_items(body: &[u8]) -> bool {
    let outline = std::str::from_utf8(body).map(|body| Outline::of(body, 3));
    outline.is_ok_and(|outline| {
        let mut items = outline
            .root()
            .get("input")
            .into_iter()
            .flat_map(|input| input.elements());
        items.any(|item| {
            let kind = item.get("type");
            item.get("namespace").is_some() || kind.is_some_and(|own| OWN_ITEMS.iter().any(|kind| own.is(kind)))
        })
    })
}

/// Whether some tools of a chat request are flat: without the object that chat has around them, as in Responses.
pub(in crate::wire::adapt) fn are_flat(control: &Control, body: &[u8]) -> bool {
    if control.operation() != Operation::Chat {
        return false;
    }
    let tools = list(control, body);
    if tools.is_empty() {
        return false;
    }
    KINDS.iter().any(|kind| may_be_flat(tools, kind)) && std::str::from_utf8(tools).is_ok_and(has_flat)
}

/// In chat's own shape each kind is there as often as a value as it is as a key.
fn may_be_flat(tools: &[u8], kind: &[u8]) -> bool {
    let (mut keys, mut values) = (0_usize, 0_usize);
    for at in memchr::memmem::find_iter(tools, kind) {
        let rest = tools.get(at + kind.len()..).unwrap_or_default();
        match rest.trim_ascii_start().first() {
            Some(b':') => keys += 1,
            _ => values += 1,
        }
    }
    values > keys
}

fn has_flat(tools: &str) -> bool {
    let outline = Outline::of(tools, 2);
    let mut tools = outline.root().elements();
    tools.any(|tool| tool.get("name").is_some() && tool.get("function").is_none() && tool.get("custom").is_none())
}

/// Whether some tool is of one of these kinds.
fn has_kind(tools: &[u8], kinds: &[&str]) -> bool {
    let Ok(tools) = std::str::from_utf8(tools) else {
        return false;
    };
    let outline = Outline::of(tools, 2);
    let mut tools = outline.root().elements();
    tools.any(|tool| {
        tool.get("type")
            .is_some_and(|own| kinds.iter().any(|kind| own.is(kind)))
    })
}
