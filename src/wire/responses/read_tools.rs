//! The tools of a client's request, and the choice among them.

use std::borrow::Cow;

use crate::wire::neutral::{Choice, Node, Tool, ToolKind, Untranslatable};

/// Reads a list of tools, with the tools of each group.
pub(super) fn tools<'a>(list: &Node<'a, '_>) -> Result<Vec<Tool<'a>>, Untranslatable> {
    let mut tools = Vec::new();
    for node in list.list()? {
        let kind = node.need("type")?;
        match kind.text()? {
            "namespace" => group(&node, &mut tools)?,
            "image_generation" | "code_interpreter" | "tool_search" | "programmatic_tool_calling" => {}
            search if search.starts_with("web_search") => {}
            "file_search" | "mcp" => {
                return Err(kind.impossible("only OpenAI's own models can look there; declare a function for it."));
            }
            "local_shell" | "shell" | "apply_patch" => return Err(only_openai(&kind)),
            computer if computer.starts_with("computer") => return Err(only_openai(&kind)),
            _ => tools.push(tool(&node)?),
        }
    }

    Ok(tools)
}

fn only_openai(kind: &Node<'_, '_>) -> Untranslatable {
    kind.impossible("only OpenAI's own models know this tool; declare a function or a custom tool that does the same.")
}

fn group<'a>(node: &Node<'a, '_>, tools: &mut Vec<Tool<'a>>) -> Result<(), Untranslatable> {
    let name = node.need("name")?.text()?;
    let about = node.text_at("description")?.filter(|text| !text.is_empty());
    for (index, inner) in node.need("tools")?.list()?.enumerate() {
        let mut tool = tool(&inner)?;
        if let Some(about) = about.filter(|_| index == 0) {
            let own = tool.description.as_deref().unwrap_or_default();
            tool.description = Some(format!("{name}: {about}\n\n{own}").trim_end().to_owned().into());
        }
        tool.namespace = Some(name.into());
        tools.push(tool);
    }

    Ok(())
}

fn tool<'a>(node: &Node<'a, '_>) -> Result<Tool<'a>, Untranslatable> {
    let kind = node.need("type")?;
    let word = kind.text()?;
    // Some agents mix in tools as chat has them, with an object around them.
    let around = node.get(word).filter(|around| around.value.is_object());
    let node = around.as_ref().unwrap_or(node);
    let how = match word {
        "function" => {
            let parameters = node.get("parameters");
            if let Some(schema) = &parameters {
                schema.object()?;
            }
            ToolKind::Function {
                parameters: parameters.map(|schema| Cow::Borrowed(schema.value)),
                strict: node.flag_at("strict")?,
            }
        }
        "custom" => ToolKind::Custom {
            format: node.value_at("format"),
        },
        other => return Err(kind.impossible(format!("a tool of type '{other}' is unknown to this model."))),
    };

    Ok(Tool {
        name: node.need("name")?.text()?.into(),
        namespace: None,
        description: node.text_at("description")?.map(Cow::Borrowed),
        kind: how,
        cache: None,
    })
}

/// Reads `tool_choice`. Tools that the client does not allow leave `tools`.
/// `searches`: the web search of the provider is one of those that stay.
pub(super) fn choice<'a>(
    node: &Node<'a, '_>,
    tools: &mut Vec<Tool<'a>>,
    searches: bool,
) -> Result<Option<Choice<'a>>, Untranslatable> {
    if node.value.is_string() {
        return mode(node).map(Some);
    }

    let kind = node.need("type")?;
    match kind.text()? {
        "function" | "custom" => {
            let around = node.get(kind.text()?).filter(|around| around.value.is_object());
            let name = around.as_ref().unwrap_or(node).need("name")?;
            let wanted = name.text()?;
            if !tools.iter().any(|tool| tool.name == wanted && tool.namespace.is_none()) {
                return Err(name.wanted("the name of a tool of this request that stands in no group"));
            }
            Ok(Some(Choice::Tool(wanted.into())))
        }
        "allowed_tools" => allow_only(node, tools, searches).map(Some),
        other => Err(kind.impossible(format!("'{other}' cannot be called by this model."))),
    }
}

/// Reads `allowed_tools`: the mode, and the tools that stay.
fn allow_only<'a>(
    node: &Node<'a, '_>,
    tools: &mut Vec<Tool<'a>>,
    searches: bool,
) -> Result<Choice<'a>, Untranslatable> {
    let allowed = node.need("tools")?;
    // Each entry is a group, or a name with its group if it has one.
    let mut listed: Vec<(Option<&str>, Option<&str>)> = Vec::new();
    for tool in allowed.list()? {
        match tool.need("type")?.text()? {
            "function" | "custom" => {
                listed.push((tool.text_at("namespace")?, Some(tool.need("name")?.text()?)));
            }
            "namespace" => listed.push((Some(tool.need("name")?.text()?), None)),
            _ => {}
        }
    }

    tools.retain(|tool| {
        let is = |&(group, name): &(Option<&str>, Option<&str>)| {
            group == tool.namespace.as_deref() && name.is_none_or(|name| name == tool.name)
        };
        listed.iter().any(is)
    });

    let mode = match node.get("mode") {
        Some(mode) => self::mode(&mode)?,
        None => Choice::Auto,
    };
    if tools.is_empty() && !searches && mode == Choice::Any {
        return Err(allowed.impossible("none of these tools can be called by this model."));
    }

    Ok(mode)
}

fn mode<'a>(node: &Node<'a, '_>) -> Result<Choice<'a>, Untranslatable> {
    match node.text()? {
        "auto" => Ok(Choice::Auto),
        "none" => Ok(Choice::Never),
        "required" => Ok(Choice::Any),
        _ => Err(node.wanted("one of auto, none and required")),
    }
}
