//! Tools and the choice among them, as Anthropic takes them.

mod choice;
mod search;
mod tool;

use serde_json::Value;

pub(super) use self::choice::WrittenChoice;
pub(super) use self::search::{Tools, WrittenSearch};
pub(super) use self::tool::WrittenTool;
use super::forced;
use crate::wire::neutral::{Request, ToolNames, Untranslatable};

/// Writes the tools and the choice.
///
/// | of the request | what is sent |
/// |---|---|
/// | a function | a tool; without a schema, or with one that has no `type`, an object is taken |
/// | `strict` | dropped: Anthropic allows few strict tools in one request, and refuses all if they are more |
/// | a tool for free text | a tool with one text, `input`; its grammar stands in the description |
/// | `parallel_tool_calls: false` | `disable_parallel_tool_use` |
/// | a search of the web | `web_search_20250305`, with its domains, its place and the most searches |
/// | no tools, but calls in the history | those tools, taking anything, and a choice of none: Anthropic refuses calls of tools that it is not told of |
/// | a schema of the answer, where the model knows none (`schema`) | one more tool, which has to be called, or any tool if the client has some |
///
/// # Errors
/// If a tool has the name that is reserved for the answer in JSON.
pub(super) fn tools<'a>(
    request: &'a Request<'_>,
    names: &'a ToolNames,
    called: &[&'a str],
    schema: Option<&'a Value>,
) -> Result<(Vec<WrittenTool<'a>>, Option<WrittenChoice<'a>>), Untranslatable> {
    let mut tools: Vec<_> = request.tools.iter().map(|tool| WrittenTool::of(tool, names)).collect();
    if tools.iter().any(|tool| tool.name == forced::NAME) || called.contains(&forced::NAME) {
        return Err(Untranslatable::invalid(
            "tools",
            format!("The name '{}' is reserved.", forced::NAME),
        ));
    }

    let has_tools = !tools.is_empty() || request.web_search.is_some();
    let mut choice = WrittenChoice::of(request, names, has_tools);

    if !has_tools && !called.is_empty() {
        tools.extend(called.iter().map(|name| WrittenTool::anything(name)));
        choice = Some(WrittenChoice::None);
    }

    if let Some(schema) = schema {
        tools.push(WrittenTool::answer(schema));
        choice = Some(match choice {
            // The client demands a tool of its own: another turn gives the answer.
            Some(choice @ WrittenChoice::Tool { .. }) => choice,
            Some(WrittenChoice::None) => WrittenChoice::only_answer(),
            _ if has_tools => WrittenChoice::Any {
                disable_parallel_tool_use: request.parallel_tools == Some(false),
            },
            _ => WrittenChoice::only_answer(),
        });
    }

    Ok((tools, choice))
}
