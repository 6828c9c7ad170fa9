//! A request for an answer.

use std::borrow::Cow;

use serde_json::{Number, Value};

use super::part::Part;
use super::thinking::Thinking;
use super::tool::{Choice, Tool};
use super::web_search::SearchTool;

/// A client's request, without `model`: the gateway has chosen the model before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request<'a> {
    /// The texts before the conversation, in order.
    pub system: Vec<Part<'a>>,
    /// The conversation. Turns of one role may follow each other.
    pub turns: Vec<Turn<'a>>,
    /// The tools that the model may call.
    pub tools: Vec<Tool<'a>>,
    /// The web search that the provider makes, if the model may search.
    pub web_search: Option<SearchTool<'a>>,
    /// Whether the model has to call a tool.
    pub choice: Option<Choice<'a>>,
    /// The group and the name of the tool of which the answer is the call: it has the shape of that tool's arguments.
    pub call_of_answer: Option<(Option<Cow<'a, str>>, Cow<'a, str>)>,
    /// Whether the model may call several tools at once; `None`: the provider decides.
    pub parallel_tools: Option<bool>,
    /// The most tokens of the answer.
    pub max_tokens: Option<u64>,
    /// Texts that end the answer.
    pub stop: Vec<Cow<'a, str>>,
    /// Texts that end the answer, which the gateway looks for itself: the model is not told of them.
    pub cut_at: Vec<Cow<'a, str>>,
    /// The settings of sampling.
    pub sampling: Sampling<'a>,
    /// Whether the model thinks before it answers.
    pub thinking: Option<Thinking>,
    /// Whether the client wants to see thoughts, if its protocol has a field for that (Responses, `reasoning.summary`).
    pub show_thinking: bool,
    /// The shape of the answer.
    pub format: Option<Format<'a>>,
    /// How long the answer is: `low`, `medium`, `high`.
    pub verbosity: Option<Cow<'a, str>>,
    /// The person behind the request, by an id of the client.
    pub user: Option<Cow<'a, str>>,
    /// The tier of service: `auto`, `default`, `flex`, `priority`.
    pub service_tier: Option<Cow<'a, str>>,
    /// A hint that helps the provider find a cached prompt.
    pub prompt_cache_key: Option<Cow<'a, str>>,
    /// Whether the client wants a stream.
    pub stream: bool,
    /// Whether the provider is not asked for the usage of a stream: it has refused that before.
    pub withholds_usage: bool,
    /// Whether no signature of earlier turns goes back: the provider has refused one of them.
    pub withholds_signatures: bool,
}

/// The speaker of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The client's side, tools included.
    User,
    /// The model.
    Assistant,
    /// Instructions in the middle of a conversation.
    System,
}

/// A turn of the conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn<'a> {
    /// The speaker.
    pub role: Role,
    /// The contents. Results of tools stand before the other parts of a turn.
    pub parts: Vec<Part<'a>>,
}

/// The settings of sampling. Numbers keep the form in which the client wrote them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sampling<'a> {
    /// From 0 to 2 at OpenAI, 0 to 1 at Anthropic.
    pub temperature: Option<&'a Number>,
    /// From 0 to 1.
    pub top_p: Option<&'a Number>,
    /// Known at Anthropic and many chat providers.
    pub top_k: Option<&'a Number>,
    /// Known in OpenAI chat only.
    pub frequency_penalty: Option<&'a Number>,
    /// Known in OpenAI chat only.
    pub presence_penalty: Option<&'a Number>,
    /// Known in OpenAI chat only.
    pub seed: Option<&'a Number>,
}

/// The shape of the answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Format<'a> {
    /// Some JSON object.
    Json,
    /// JSON that a schema describes.
    Schema {
        /// The schema's name; Anthropic has none.
        name: Option<Cow<'a, str>>,
        /// The schema's purpose, for the model.
        description: Option<Cow<'a, str>>,
        /// The JSON schema itself.
        schema: Cow<'a, Value>,
        /// Whether the model has to obey the schema exactly.
        strict: Option<bool>,
    },
    /// JSON that a schema describes which the target cannot check: the model has to be told of it.
    InWords {
        /// The JSON schema itself.
        schema: Cow<'a, Value>,
    },
}
