//! The tools of a request, and whether they have to be called.

use std::borrow::Cow;
use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::wire::neutral::{Choice, Node, Tool, ToolKind, Untranslatable};

/// Beginnings of the types of tools that Anthropic runs itself.
const RUN_BY_ANTHROPIC: [&str; 6] = [
    "web_search_",
    "web_fetch_",
    "code_execution_",
    "tool_search_tool_",
    "mcp_toolset",
    "advisor_",
];

/// The schema of `bash_…`, by Anthropic's documentation.
static BASH: LazyLock<Value> = LazyLock::new(|| {
    json!({
        "type": "object",
        "properties": {
            "command": {"type": "string", "description": "The command to run. Required unless the shell is restarted."},
            "restart": {"type": "boolean", "description": "Restarts the shell."}
        }
    })
});

/// The schema of `memory_20250818`: all of the SDK's `beta_memory_tool_20250818_*_command` in one.
static MEMORY: LazyLock<Value> = LazyLock::new(|| {
    let text = |description: &str| json!({"type": "string", "description": description});
    json!({
        "type": "object",
        "properties": {
            "command": {"type": "string", "enum": ["view", "create", "str_replace", "insert", "delete", "rename"]},
            "path": text("The file or directory, below /memories. For every command but rename."),
            "view_range": {"type": "array", "items": {"type": "integer"}, "description": "For view: the first and the last line."},
            "file_text": text("For create: what the file will contain."),
            "old_str": text("For str_replace: what is replaced."),
            "new_str": text("For str_replace: what takes its place."),
            "insert_line": {"type": "integer", "description": "For insert: the line after which the text is put."},
            "insert_text": text("For insert: the text."),
            "old_path": text("For rename: the path as it is."),
            "new_path": text("For rename: the path as it will be.")
        },
        "required": ["command"]
    })
});

/// Reads `tools`.
///
/// | tool | what becomes of it |
/// |---|---|
/// | no `type`, or `custom` | a function; `defer_loading`, `allowed_callers`, `eager_input_streaming` and `input_examples` are dropped |
/// | `bash_…`, `memory_20250818` | a function of the same name with the schema that Anthropic documents: the client runs it |
/// | `text_editor_…`, `computer_…`, `browser_…` | refused: the client runs them, but Claude alone knows what they take |
/// | `web_search_…` | a search of the web that the provider makes |
/// | `web_fetch_…`, `code_execution_…`, `tool_search_tool_…`, `mcp_toolset`, `advisor_…` | dropped: only Anthropic can run them |
/// | anything else | refused |
pub(super) fn tools<'a>(root: &Node<'a, '_>) -> Result<Vec<Tool<'a>>, Untranslatable> {
    let mut tools = Vec::new();
    let Some(list) = root.get("tools") else {
        return Ok(tools);
    };

    for tool in list.list()? {
        let cache = tool.value_at("cache_control");
        let strict = tool.flag_at("strict")?;
        let kind = tool.text_at("type")?.unwrap_or("custom");
        let (description, parameters) = match kind {
            "custom" => {
                let schema = tool.get("input_schema");
                if let Some(schema) = &schema {
                    schema.object()?;
                }
                (tool.text_at("description")?, schema.map(|schema| schema.value))
            }
            _ if kind.starts_with("bash_") => (Some("Runs a command in a shell that stays open."), Some(&*BASH)),
            "memory_20250818" => (
                Some("Keeps notes in files that outlast the conversation."),
                Some(&*MEMORY),
            ),
            _ if RUN_BY_ANTHROPIC.iter().any(|start| kind.starts_with(start)) => continue,
            _ => {
                let node = tool.need("type")?;
                return Err(node.impossible(format_args!(
                    "tools of type '{kind}' are known to Claude only; describe the tool with 'input_schema' instead."
                )));
            }
        };

        tools.push(Tool {
            name: tool.need("name")?.text()?.into(),
            namespace: None,
            description: description.map(Into::into),
            kind: ToolKind::Function {
                parameters: parameters.map(Cow::Borrowed),
                strict,
            },
            cache,
        });
    }

    Ok(tools)
}

/// Whether the model may call several tools at once, if the client says so.
pub(super) fn parallel(root: &Node<'_, '_>) -> Result<Option<bool>, Untranslatable> {
    let Some(choice) = root.get("tool_choice") else {
        return Ok(None);
    };
    Ok(choice.flag_at("disable_parallel_tool_use")?.map(|disabled| !disabled))
}

/// Reads `tool_choice`: whether the model has to call a tool, and whether it may call several at once. A choice of a tool
/// that only Anthropic can run is refused.
pub(super) fn choice<'a>(
    root: &Node<'a, '_>,
    tools: &[Tool<'_>],
) -> Result<(Option<Choice<'a>>, Option<bool>), Untranslatable> {
    let Some(choice) = root.get("tool_choice") else {
        return Ok((None, None));
    };

    let parallel = parallel(root)?;
    let node = choice.need("type")?;
    let wanted = match node.text()? {
        "auto" => Choice::Auto,
        "none" => Choice::Never,
        "any" if tools.is_empty() => return Err(node.impossible("there is no tool that this model could call.")),
        "any" => Choice::Any,
        "tool" => {
            let node = choice.need("name")?;
            let name = node.text()?;
            if !tools.iter().any(|tool| tool.name == name) {
                return Err(node.impossible(format_args!("there is no tool '{name}' that this model could call.")));
            }
            Choice::Tool(name.into())
        }
        _ => return Err(node.wanted("'auto', 'any', 'tool' or 'none'")),
    };

    // Other protocols refuse a choice without tools.
    let wanted = (!tools.is_empty()).then_some(wanted);
    Ok((wanted, parallel.filter(|_| !tools.is_empty())))
}
