//! The names of the top-level fields that requests are known to have, and sets of them.

/// Defines the fields, by the names that requests give them.
macro_rules! fields {
    ($($field:ident $name:literal,)*) => {
        /// A top-level field of a request, of any endpoint.
        #[expect(missing_docs, reason = "the names are those of the fields")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum TopField {
            $($field,)*
        }

        impl TopField {
            /// Every field.
            pub const ALL: &[Self] = &[$(Self::$field,)*];

            /// The name in the request.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$field => $name,)*
                }
            }
        }
    };
}

fields! {
    AnthropicBeta "anthropic_beta",
    Audio "audio",
    Background "background",
    BestOf "best_of",
    Betas "betas",
    CacheControl "cache_control",
    ChatTemplateArgs "chat_template_args",
    ChatTemplateKwargs "chat_template_kwargs",
    ClientMetadata "client_metadata",
    Container "container",
    ContextManagement "context_management",
    Conversation "conversation",
    Dimensions "dimensions",
    Echo "echo",
    EnableThinking "enable_thinking",
    EncodingFormat "encoding_format",
    Fallbacks "fallbacks",
    FrequencyPenalty "frequency_penalty",
    FunctionCall "function_call",
    Functions "functions",
    Include "include",
    IncludeReasoning "include_reasoning",
    InferenceGeo "inference_geo",
    Input "input",
    Instructions "instructions",
    LogitBias "logit_bias",
    Logprobs "logprobs",
    MaxCompletionTokens "max_completion_tokens",
    MaxOutputTokens "max_output_tokens",
    MaxTokens "max_tokens",
    MaxToolCalls "max_tool_calls",
    McpServers "mcp_servers",
    Messages "messages",
    Metadata "metadata",
    MinP "min_p",
    Modalities "modalities",
    Model "model",
    Moderation "moderation",
    N "n",
    OutputConfig "output_config",
    OutputFormat "output_format",
    ParallelToolCalls "parallel_tool_calls",
    Prediction "prediction",
    PresencePenalty "presence_penalty",
    PreviousResponseId "previous_response_id",
    Prompt "prompt",
    PromptCacheKey "prompt_cache_key",
    PromptCacheOptions "prompt_cache_options",
    PromptCacheRetention "prompt_cache_retention",
    Provider "provider",
    RandomSeed "random_seed",
    Reasoning "reasoning",
    ReasoningEffort "reasoning_effort",
    RepetitionPenalty "repetition_penalty",
    ResponseFormat "response_format",
    SafePrompt "safe_prompt",
    SafetyIdentifier "safety_identifier",
    Seed "seed",
    ServiceTier "service_tier",
    Speed "speed",
    Stop "stop",
    StopSequences "stop_sequences",
    Store "store",
    Stream "stream",
    StreamOptions "stream_options",
    Suffix "suffix",
    System "system",
    Temperature "temperature",
    Text "text",
    Thinking "thinking",
    Thread "thread",
    ToolChoice "tool_choice",
    Tools "tools",
    TopA "top_a",
    TopK "top_k",
    TopLogprobs "top_logprobs",
    TopP "top_p",
    Transforms "transforms",
    Truncation "truncation",
    TypicalP "typical_p",
    Usage "usage",
    User "user",
    Verbosity "verbosity",
    WebSearchOptions "web_search_options",
}

/// Places of the table below: a power of two, with room to spare.
const PLACES: usize = 256;
const EMPTY: u8 = u8::MAX;

/// Each field at the place of its name's hash, or at the next free one.
static TABLE: [u8; PLACES] = table();

const fn table() -> [u8; PLACES] {
    let mut table = [EMPTY; PLACES];
    let mut index = 0;
    while index < TopField::ALL.len() {
        let mut place = hash(TopField::ALL[index].as_str().as_bytes());
        while table[place] != EMPTY {
            place = (place + 1) % PLACES;
        }
        table[place] = index as u8;
        index += 1;
    }
    table
}

/// A hash of a name by its length and four of its bytes.
const fn hash(name: &[u8]) -> usize {
    let length = name.len();
    if length == 0 {
        return 0;
    }
    let sum = length * 7
        + name[0] as usize * 31
        + name[length / 2] as usize * 61
        + name[length - 1] as usize * 13
        + name[length / 3] as usize * 101;
    (sum ^ (sum >> 5)) % PLACES
}

impl TopField {
    /// The field of this name; `None` if it is unknown.
    pub fn named(name: &str) -> Option<Self> {
        let mut place = hash(name.as_bytes());
        loop {
            let field = Self::ALL.get(usize::from(*TABLE.get(place)?))?;
            if field.as_str() == name {
                return Some(*field);
            }
            place = (place + 1) % PLACES;
        }
    }
}

/// A set of top-level fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FieldSet(u128);

impl FieldSet {
    /// The set of these fields.
    pub const fn of(fields: &[TopField]) -> Self {
        let (mut bits, mut index) = (0, 0);
        while index < fields.len() {
            bits |= 1 << fields[index] as u8;
            index += 1;
        }
        Self(bits)
    }

    /// Whether it has no field.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether it has this field.
    pub const fn has(self, field: TopField) -> bool {
        self.0 & (1 << field as u8) != 0
    }

    /// Adds a field. `false` if it was there.
    pub const fn add(&mut self, field: TopField) -> bool {
        let was = self.has(field);
        self.0 |= 1 << field as u8;
        !was
    }

    /// The fields of both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The fields of either set.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_found_by_its_name_and_no_other_name_is() {
        for &field in TopField::ALL {
            assert_eq!(TopField::named(field.as_str()), Some(field));
        }
        for name in ["", "m", "modell", "Model", "max_token", "x", "überall"] {
            assert_eq!(TopField::named(name), None, "{name}");
        }
    }

    #[test]
    fn a_name_is_found_within_a_few_places() {
        let far = |field: &TopField| {
            let mut place = hash(field.as_str().as_bytes());
            let mut steps = 1;
            while TABLE[place] != *field as u8 {
                place = (place + 1) % PLACES;
                steps += 1;
            }
            steps
        };

        let steps: Vec<usize> = TopField::ALL.iter().map(far).collect();
        assert!(steps.iter().all(|&steps| steps <= 5), "{steps:?}");
    }

    #[test]
    fn a_set_has_what_was_added() {
        let mut set = FieldSet::of(&[TopField::Model]);

        assert!(set.add(TopField::WebSearchOptions) && !set.add(TopField::Model));
        assert!(set.has(TopField::WebSearchOptions) && !set.has(TopField::N));
        assert_eq!(
            set.and(FieldSet::of(&[TopField::Model])),
            FieldSet::of(&[TopField::Model])
        );
    }
}
