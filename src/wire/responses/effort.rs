//! How hard a model has to think, as the Responses protocol spells it.

use crate::domain::Effort;
use crate::wire::neutral::{Node, Thinking, Untranslatable};

/// The effort that a `reasoning` object asks for.
pub fn effort(reasoning: &Node<'_, '_>) -> Result<Option<Thinking>, Untranslatable> {
    // The word `default` asks for nothing.
    let Some(node) = reasoning.get("effort").filter(|effort| effort.value != "default") else {
        return Ok(None);
    };
    Ok(Some(match node.text()? {
        "none" => Thinking::Off,
        word => Thinking::Effort(
            Effort::parse(word).ok_or_else(|| node.wanted("one of none, minimal, low, medium, high, xhigh and max"))?,
        ),
    }))
}
