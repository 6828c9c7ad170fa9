//! The messages of a request for a provider that speaks chat.

mod assistant;
mod message;
mod piece;
mod user;

use std::borrow::Cow;

use self::assistant::assistant_message;
use self::message::Content;
pub(super) use self::message::Message;
use self::user::user_messages;
use crate::domain::{DeveloperRole, Facts, Prefill};
use crate::wire::neutral::{Part, Request, Role, ToolNames, Untranslatable};

/// Writes the whole conversation. `instructions` are the gateway's own and follow those of the client.
pub(super) fn messages<'w>(
    request: &'w Request<'_>,
    facts: &'w Facts,
    names: &'w ToolNames,
    instructions: Option<String>,
) -> Result<Vec<Message<'w>>, Untranslatable> {
    let system_role = if facts.roles.developer == DeveloperRole::Native {
        "developer"
    } else {
        "system"
    };
    let mut messages = Vec::new();

    let mut system = joined(&request.system, "\n\n")?;
    if let Some(more) = instructions {
        let gap = if system.is_empty() { "" } else { "\n\n" };
        system = format!("{system}{gap}{more}").into();
    }
    if !system.is_empty() {
        messages.push(Message::new(system_role, Content::Text(system)));
    }

    // Turns of one side that follow each other. This protocol takes all their calls in one message, and the results right
    // after it.
    let stretches = request
        .turns
        .chunk_by(|a, b| (a.role == Role::Assistant) == (b.role == Role::Assistant));
    for stretch in stretches {
        if stretch.first().is_some_and(|turn| turn.role == Role::Assistant) {
            messages.extend(assistant_message(stretch, facts, names)?);
        } else {
            user_messages(stretch, system_role, &mut messages)?;
        }
    }

    if facts.prefill == Prefill::PrefixFlag
        && let Some(last) = messages.last_mut().filter(|last| last.role == "assistant")
    {
        last.prefix = true;
    }
    Ok(messages)
}

/// Joins the texts of parts that are all text.
fn joined<'w>(parts: &'w [Part<'_>], gap: &str) -> Result<Cow<'w, str>, Untranslatable> {
    let mut texts = Vec::new();
    for part in parts {
        match part {
            Part::Text { text, .. } => texts.push(Cow::Borrowed(text.as_ref())),
            _ => return Err(no_place("anything but text in instructions")),
        }
    }

    Ok(join(texts.into_iter(), gap))
}

/// Joins texts, without the empty ones. A single text is not copied.
fn join<'w>(texts: impl Iterator<Item = Cow<'w, str>>, gap: &str) -> Cow<'w, str> {
    let mut all: Cow<'w, str> = Cow::Borrowed("");
    for text in texts.filter(|text| !text.is_empty()) {
        if all.is_empty() {
            all = text;
        } else {
            let all = all.to_mut();
            all.push_str(gap);
            all.push_str(&text);
        }
    }

    all
}

fn no_place(what: &str) -> Untranslatable {
    Untranslatable::impossible("messages", format!("This model's provider has no place for {what}."))
}
