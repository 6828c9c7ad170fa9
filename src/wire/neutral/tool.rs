//! The tools of a request, and the choice among them.

use std::borrow::Cow;

use serde_json::Value;

/// A tool that the model may call.
#[derive(Clone, Debug, PartialEq)]
pub struct Tool<'a> {
    /// The client's name of the tool.
    pub name: Cow<'a, str>,
    /// The tool's group (Responses, `namespace`).
    pub namespace: Option<Cow<'a, str>>,
    /// The tool's purpose, for the model.
    pub description: Option<Cow<'a, str>>,
    /// The form of its calls.
    pub kind: ToolKind<'a>,
    /// Anthropic's mark for the cache, as with text.
    pub cache: Option<&'a Value>,
}

/// The form of a tool's calls.
#[derive(Clone, Debug, PartialEq)]
pub enum ToolKind<'a> {
    /// The call has an object.
    Function {
        /// The object's JSON schema; `None` if the client sent none.
        parameters: Option<Cow<'a, Value>>,
        /// Whether the model has to obey the schema exactly.
        strict: Option<bool>,
    },
    /// The call has free text (Responses, `custom`). Other protocols know it as a function with one text, `input`.
    Custom {
        /// The grammar of the text, as it came.
        format: Option<&'a Value>,
    },
}

/// Whether the model has to call a tool.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice<'a> {
    /// The model decides.
    Auto,
    /// No tool.
    Never,
    /// At least one tool.
    Any,
    /// The tool of this name, which is the client's.
    Tool(Cow<'a, str>),
    /// The web search of the provider. The text is the path of this choice in the client's body.
    WebSearch(&'static str),
}
