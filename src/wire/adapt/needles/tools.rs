//! What the tools of a request may have.

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

/// Whether a tool takes free text, and the target has no such tools.
pub(in crate::wire::adapt) fn have_unwanted_custom(control: &Control, body: &[u8], facts: &Facts) -> bool {
    if facts.tools.custom || control.operation() != Operation::Chat {
        return false;
    }
    let tools = list(control, body);
    memchr::memmem::find(tools, b"\"custom\"").is_some() && has_kind(tools, "custom")
}

/// Whether some tools of a chat request are flat: without the object that chat has around them, as in Responses.
pub(in crate::wire::adapt) fn are_flat(control: &Control, body: &[u8]) -> bool {
    if control.operation() != Operation::Chat {
        return false;
    }
    let tools = list(control, body);
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

/// Whether some tool is of this kind.
fn has_kind(tools: &[u8], kind: &str) -> bool {
    let Ok(tools) = std::str::from_utf8(tools) else {
        return false;
    };
    let outline = Outline::of(tools, 2);
    let mut tools = outline.root().elements();
    tools.any(|tool| tool.get("type").is_some_and(|own| own.is(kind)))
}
