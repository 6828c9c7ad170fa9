//! The tools of a client's chat request.

use std::borrow::Cow;

use crate::wire::neutral::{Choice, Node, Request, Tool, ToolKind, Untranslatable};

/// Reads the tools that the model may call.
pub(super) fn tools<'a>(body: &Node<'a, '_>) -> Result<Vec<Tool<'a>>, Untranslatable> {
    let Some(tools) = body.get("tools") else {
        return Ok(Vec::new());
    };
    tools.list()?.map(|node| tool(&node)).collect()
}

fn tool<'a>(node: &Node<'a, '_>) -> Result<Tool<'a>, Untranslatable> {
    node.object()?;
    let kind = node.text_at("type")?.unwrap_or("function");
    let described = match kind {
        // Some agents mix in flat tools, as Responses has them.
        "function" | "custom" if node.get(kind).is_none() && node.get("name").is_some() => *node,
        "function" | "custom" => node.need(kind)?,
        _ => {
            let node = node.need("type")?;
            return Err(node.impossible(format_args!(
                "tools of the type '{kind}' run at a provider of their own; only 'function' and 'custom' can be used \
                 with this model."
            )));
        }
    };

    let kind = if kind == "custom" {
        ToolKind::Custom {
            format: described.value_at("format"),
        }
    } else {
        if let Some(parameters) = described.get("parameters") {
            parameters.object()?;
        }
        ToolKind::Function {
            parameters: described.value_at("parameters").map(Cow::Borrowed),
            strict: described.flag_at("strict")?,
        }
    };

    Ok(Tool {
        name: described.need("name")?.text()?.into(),
        namespace: None,
        description: described.text_at("description")?.map(Cow::from),
        kind,
        cache: node
            .value_at("cache_control")
            .or_else(|| described.value_at("cache_control")),
    })
}

/// Reads `tool_choice`. If only some tools are allowed, the others leave `request`. Without tools there is no choice.
pub(super) fn choice<'a>(body: &Node<'a, '_>, request: &mut Request<'a>) -> Result<(), Untranslatable> {
    const WORDS: &str = "'none', 'auto', 'required' or an object that names a tool";
    let Some(node) = body.get("tool_choice").filter(|_| !request.tools.is_empty()) else {
        return Ok(());
    };

    if let Some(word) = node.value.as_str() {
        request.choice = Some(match word {
            "none" => Choice::Never,
            "auto" => Choice::Auto,
            // Mistral writes `any`.
            "required" | "any" => Choice::Any,
            _ => return Err(node.wanted(WORDS)),
        });
        return Ok(());
    }

    node.object().map_err(|_| node.wanted(WORDS))?;
    let kind = node.text_at("type")?.unwrap_or("function");
    match kind {
        "function" | "custom" => {
            let named = match node.get(kind) {
                None if node.get("name").is_some() => node,
                _ => node.need(kind)?,
            };
            let name = named.need("name")?.text()?;
            request.choice = Some(Choice::Tool(name.into()));
        }
        "allowed_tools" => allow_only(&node.need("allowed_tools")?, request)?,
        _ => return Err(node.need("type")?.wanted("one of function, custom and allowed_tools")),
    }

    Ok(())
}

/// Reads `allowed_tools`: the mode, and the tools that stay.
fn allow_only<'a>(allowed: &Node<'a, '_>, request: &mut Request<'a>) -> Result<(), Untranslatable> {
    let mode = allowed.need("mode")?;
    request.choice = Some(match mode.text()? {
        "auto" => Choice::Auto,
        "required" => Choice::Any,
        _ => return Err(mode.wanted("'auto' or 'required'")),
    });

    let mut names = Vec::new();
    for tool in allowed.need("tools")?.list()? {
        let kind = tool.text_at("type")?.unwrap_or("function");
        names.push(tool.need(kind)?.need("name")?.text()?);
    }

    request.tools.retain(|tool| names.contains(&tool.name.as_ref()));
    Ok(())
}
