//! How a client's request asks the model to think.

use serde_json::Value;

use crate::domain::Effort;
use crate::wire::neutral::{Node, Thinking, Untranslatable};

/// Reads `thinking` and `output_config.effort`: whether to think, and whether to show the thoughts.
pub(super) fn thinking(root: &Node<'_, '_>) -> Result<(Option<Thinking>, bool), Untranslatable> {
    let effort = effort(root)?;
    let Some(asked) = root.get("thinking") else {
        return Ok((effort.map(Thinking::Effort), effort.is_some()));
    };

    let show = asked.text_at("display")? != Some("omitted");
    let node = asked.need("type")?;
    let own = match node.text()? {
        "disabled" => return Ok((Some(Thinking::Off), false)),
        "adaptive" | "between_tools" => Thinking::Adaptive,
        "enabled" => Thinking::Budget(asked.need("budget_tokens")?.count()?),
        _ => return Err(node.wanted("'adaptive', 'enabled', 'between_tools' or 'disabled'")),
    };

    Ok((Some(effort.map_or(own, Thinking::Effort)), show))
}

fn effort(root: &Node<'_, '_>) -> Result<Option<Effort>, Untranslatable> {
    let Some(config) = root.get("output_config") else {
        return Ok(None);
    };
    let Some(node) = config.get("effort") else {
        return Ok(None);
    };

    let effort = Effort::parse(node.text()?);
    let effort = effort.ok_or_else(|| node.wanted("'low', 'medium', 'high', 'xhigh' or 'max'"))?;
    Ok(Some(effort))
}

/// What `thinking` and `output_config.effort` of a request ask for; `None` if they ask for nothing, or in no known way.
pub fn asked_thinking(fields: &Value) -> Option<Thinking> {
    thinking(&Node::root(fields)).ok().and_then(|(thinking, _)| thinking)
}
