//! The conversation, as Anthropic takes it: by turns, results of tools first, no empty text.

mod conversation;
mod part;

use self::conversation::has_calls;
pub(super) use self::conversation::{Conversation, Message};
use self::part::{texts, write_part};
use super::block::Block;
use crate::domain::{Facts, SystemTurns};
use crate::wire::neutral::{Request, Role, ToolNames, Untranslatable};

/// Writes the turns.
///
/// | of the conversation | what is sent |
/// |---|---|
/// | turns of one role in a row | one message; results of tools stand first in it |
/// | system turns before all others | join `system` |
/// | system turns later | stay where the model takes them inside a conversation, but never between a call and its result; else they become text of the user |
/// | empty or blank text | dropped: Anthropic refuses it |
/// | an assistant's turn with thoughts only | dropped: it has no answer |
/// | thoughts | with a signature that the target reads; without one where it wants earlier thoughts; else dropped: it cannot check them |
/// | a refusal | text |
/// | a picture | `base64` or `url`; `detail` is dropped; `image/jpg` is spelt `image/jpeg` |
/// | a PDF, a text file | a document; other files are refused, pictures among them are sent as such |
/// | sound | refused |
/// | a call's arguments that are not an object in JSON | refused |
/// | a conversation that the assistant begins | a turn of the user before it says so: Anthropic wants the user to begin |
/// | nothing but system texts | they become a turn of the user: Anthropic wants a message |
/// | blanks at the end of the assistant's last words | cut off: Anthropic refuses them |
pub(super) fn conversation<'a>(
    request: &'a Request<'_>,
    facts: &Facts,
    names: &'a ToolNames,
) -> Result<Conversation<'a>, Untranslatable> {
    let mut out = Conversation::default();
    texts(&request.system, &mut out.system);
    // System turns that wait for the results of calls.
    let mut waiting: Vec<Block<'a>> = Vec::new();

    for turn in &request.turns {
        if turn.role == Role::System {
            let mut blocks = Vec::new();
            texts(&turn.parts, &mut blocks);
            if out.messages.is_empty() {
                out.system.append(&mut blocks);
            } else if facts.roles.system != SystemTurns::Anywhere {
                out.add("user", blocks);
            } else if out.messages.last().is_some_and(has_calls) {
                waiting.append(&mut blocks);
            } else {
                out.add("system", blocks);
            }
            continue;
        }

        let mut blocks = Vec::new();
        for part in &turn.parts {
            write_part(part, turn.role, names, &mut blocks)?;
        }

        if turn.role == Role::Assistant {
            out.add("assistant", blocks);
        } else {
            out.add("user", blocks);
            let late = std::mem::take(&mut waiting);
            out.add("system", late);
        }
    }

    out.add("system", waiting);
    out.settle();
    Ok(out)
}
