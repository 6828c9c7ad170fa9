//! A request for an answer.

use std::borrow::Cow;

use serde_json::{Number, Value};

use super::part::Part;

/// What a client asks for. `model` is not among it: who runs was decided before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request<'a> {
    /// What stands before the conversation: text only, in order.
    pub system: Vec<Part<'a>>,
    /// The conversation. Two turns of one role may follow each other.
    pub turns: Vec<Turn<'a>>,
    /// What the model may call.
    pub tools: Vec<Tool<'a>>,
    /// Whether it has to.
    pub choice: Option<Choice<'a>>,
    /// Whether it may call several at once; not stated: the provider decides.
    pub parallel_tools: Option<bool>,
    /// Tokens that the answer may have.
    pub max_tokens: Option<u64>,
    /// Texts that end the answer.
    pub stop: Vec<Cow<'a, str>>,
    /// How words are drawn.
    pub sampling: Sampling<'a>,
    /// Whether to think first.
    pub thinking: Option<Thinking>,
    /// Whether to show thoughts in words, where the protocol leaves that open (Responses, `reasoning.summary`).
    pub show_thinking: bool,
    /// The shape of the answer.
    pub format: Option<Format<'a>>,
    /// `low`, `medium`, `high`.
    pub verbosity: Option<Cow<'a, str>>,
    /// Who asks, as the client's owner tells people apart.
    pub user: Option<Cow<'a, str>>,
    /// `auto`, `default`, `flex`, `priority`.
    pub service_tier: Option<Cow<'a, str>>,
    /// Helps the provider find a cached prompt.
    pub prompt_cache_key: Option<Cow<'a, str>>,
    /// The client wants a stream.
    pub stream: bool,
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The client's side, tools included.
    User,
    /// The model.
    Assistant,
    /// Instructions in the middle of a conversation.
    System,
}

/// One turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn<'a> {
    /// Who speaks.
    pub role: Role,
    /// What is said. Results of tools stand before the other parts of the same turn.
    pub parts: Vec<Part<'a>>,
}

/// How words are drawn. Numbers go on as they were written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sampling<'a> {
    /// 0 to 2 at OpenAI, 0 to 1 at Anthropic.
    pub temperature: Option<&'a Number>,
    /// 0 to 1.
    pub top_p: Option<&'a Number>,
    /// Anthropic, and many chat providers.
    pub top_k: Option<&'a Number>,
    /// OpenAI chat.
    pub frequency_penalty: Option<&'a Number>,
    /// OpenAI chat.
    pub presence_penalty: Option<&'a Number>,
    /// OpenAI chat.
    pub seed: Option<&'a Number>,
}

/// Something that the model may call.
#[derive(Clone, Debug, PartialEq)]
pub struct Tool<'a> {
    /// As the client wrote it.
    pub name: Cow<'a, str>,
    /// The group that it stands in (Responses, `namespace`).
    pub namespace: Option<Cow<'a, str>>,
    /// What it does.
    pub description: Option<Cow<'a, str>>,
    /// How it is called.
    pub kind: ToolKind<'a>,
    /// Anthropic's mark, as with text.
    pub cache: Option<&'a Value>,
}

/// How a tool is called.
#[derive(Clone, Debug, PartialEq)]
pub enum ToolKind<'a> {
    /// With an object.
    Function {
        /// Its JSON schema; `None` if the client gave none.
        parameters: Option<&'a Value>,
        /// Whether the schema is to be obeyed to the letter.
        strict: Option<bool>,
    },
    /// With free text (Responses, `custom`). Other protocols know it as a function with one text, `input`.
    Custom {
        /// The grammar of the text, as it came.
        format: Option<&'a Value>,
    },
}

/// Whether tools have to be called.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice<'a> {
    /// As the model likes.
    Auto,
    /// None.
    Never,
    /// At least one.
    Any,
    /// This one, by the client's name for it.
    Tool(Cow<'a, str>),
}

/// Whether to think before the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thinking {
    /// No.
    Off,
    /// As much as the model likes.
    Adaptive,
    /// So hard.
    Effort(Effort),
    /// With so many tokens at most (Anthropic's older models).
    Budget(u64),
}

/// How hard to think.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    /// Hardly.
    Minimal,
    /// A little.
    Low,
    /// Some.
    Medium,
    /// Much.
    High,
    /// More.
    XHigh,
    /// All it can.
    Max,
}

impl Effort {
    /// From the least to the most.
    pub const ALL: [Self; 6] = [
        Self::Minimal,
        Self::Low,
        Self::Medium,
        Self::High,
        Self::XHigh,
        Self::Max,
    ];

    /// As all protocols write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::XHigh => "xhigh",
            Self::Max => "max",
        }
    }

    /// Reads what [`Effort::as_str`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|effort| effort.as_str() == text)
    }

    /// The budget in tokens that older Claude models get for it.
    pub const fn budget(self) -> u64 {
        match self {
            Self::Minimal | Self::Low => 1024,
            Self::Medium => 2048,
            Self::High => 4096,
            Self::XHigh => 8192,
            Self::Max => 16384,
        }
    }

    /// The effort that a budget stands for.
    pub const fn of_budget(tokens: u64) -> Self {
        match tokens {
            4096.. => Self::High,
            2048.. => Self::Medium,
            1024.. => Self::Low,
            _ => Self::Minimal,
        }
    }
}

/// The shape of the answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Format<'a> {
    /// Some JSON object.
    Json,
    /// JSON that this schema describes.
    Schema {
        /// Its name; Anthropic has none.
        name: Option<Cow<'a, str>>,
        /// What it is for.
        description: Option<Cow<'a, str>>,
        /// The schema.
        schema: &'a Value,
        /// Whether it is to be obeyed to the letter.
        strict: Option<bool>,
    },
}
