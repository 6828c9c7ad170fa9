//! The tools of a request for a provider that speaks chat, and the choice among them.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Value, json};

use super::free_text;
use crate::domain::{Facts, StrictTools};
use crate::wire::neutral::{Choice, Request, Tool, ToolKind, ToolNames};

#[derive(Serialize)]
pub(super) struct ToolOut<'w> {
    r#type: &'static str,
    function: FunctionOut<'w>,
}

#[derive(Serialize)]
pub(super) struct FunctionOut<'w> {
    name: &'w str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Cow<'w, str>>,
    parameters: Cow<'w, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
}

/// Whether tools differ in `strict`, where the target wants them alike.
pub(super) fn mixes_strict(tools: &[Tool<'_>], facts: &Facts) -> bool {
    let is_strict = |tool: &Tool<'_>| matches!(tool.kind, ToolKind::Function { strict: Some(true), .. });
    facts.tools.strict == StrictTools::AllAlike
        && tools
            .windows(2)
            .any(|pair| matches!(pair, [a, b] if is_strict(a) != is_strict(b)))
}

/// Writes a tool; without `strict` if the tools differ in it and the target wants them alike.
pub(super) fn write_tool<'w>(
    tool: &'w Tool<'_>,
    facts: &Facts,
    mixed_strict: bool,
    names: &'w ToolNames,
) -> ToolOut<'w> {
    let description = tool.description.as_deref();
    let (parameters, strict, description) = match &tool.kind {
        ToolKind::Function { parameters, strict } => {
            // OpenAI takes a function without parameters; many other hosts fail.
            let parameters = parameters.as_deref().map_or_else(
                || Cow::Owned(json!({"type": "object", "properties": {}})),
                Cow::Borrowed,
            );
            (parameters, *strict, description.map(Cow::Borrowed))
        }
        ToolKind::Custom { format } => {
            let texts = [description.map(str::to_owned), format.and_then(free_text::grammar)];
            let texts: Vec<String> = texts.into_iter().flatten().collect();
            let description = (!texts.is_empty()).then(|| Cow::Owned(texts.join("\n\n")));
            (Cow::Owned(free_text::schema()), None, description)
        }
    };

    let name = names.provider(tool.namespace.as_deref(), &tool.name);
    let strict = strict.filter(|_| facts.tools.strict != StrictTools::Drop && !mixed_strict);

    ToolOut {
        r#type: "function",
        function: FunctionOut {
            name,
            description,
            parameters,
            strict,
        },
    }
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum ChoiceOut<'w> {
    Word(&'static str),
    Tool { r#type: &'static str, function: Named<'w> },
}

#[derive(Serialize)]
pub(super) struct Named<'w> {
    name: &'w str,
}

pub(super) fn tool_choice<'w>(choice: &'w Choice<'_>, request: &Request<'_>, names: &'w ToolNames) -> ChoiceOut<'w> {
    match choice {
        // A model that searches does so unasked.
        Choice::Auto | Choice::WebSearch(_) => ChoiceOut::Word("auto"),
        Choice::Never => ChoiceOut::Word("none"),
        Choice::Any => ChoiceOut::Word("required"),
        Choice::Tool(name) => {
            let tool = request.tools.iter().find(|tool| tool.name == *name);
            let name = names.provider(tool.and_then(|tool| tool.namespace.as_deref()), name);
            ChoiceOut::Tool {
                r#type: "function",
                function: Named { name },
            }
        }
    }
}
