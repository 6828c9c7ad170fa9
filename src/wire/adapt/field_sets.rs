//! Sets of top-level fields.

use crate::wire::control::{FieldSet, TopField};

/// OpenAI's own fields, which other servers do not know.
pub(super) const OPENAI_FIELDS: FieldSet = FieldSet::of(&[
    TopField::Store,
    TopField::Metadata,
    TopField::PromptCacheKey,
    TopField::PromptCacheRetention,
    TopField::PromptCacheOptions,
    TopField::SafetyIdentifier,
    TopField::Verbosity,
    TopField::Prediction,
    TopField::Moderation,
]);

/// The fields that every server of a protocol knows.
pub(super) const CORE: FieldSet = FieldSet::of(&[
    TopField::Model,
    TopField::Messages,
    TopField::Input,
    TopField::Instructions,
    TopField::System,
    TopField::Prompt,
    TopField::Suffix,
    TopField::Stream,
    TopField::StreamOptions,
    TopField::MaxTokens,
    TopField::MaxCompletionTokens,
    TopField::MaxOutputTokens,
    TopField::Temperature,
    TopField::TopP,
    TopField::N,
    TopField::Stop,
    TopField::StopSequences,
    TopField::Seed,
    TopField::PresencePenalty,
    TopField::FrequencyPenalty,
    TopField::Logprobs,
    TopField::TopLogprobs,
    TopField::LogitBias,
    TopField::Tools,
    TopField::ToolChoice,
    TopField::ParallelToolCalls,
    TopField::ResponseFormat,
    TopField::Text,
    TopField::ReasoningEffort,
    TopField::Reasoning,
    TopField::Thinking,
    TopField::EnableThinking,
    TopField::ChatTemplateKwargs,
    TopField::ChatTemplateArgs,
    TopField::OutputConfig,
    TopField::ServiceTier,
    // The model may never answer as asked without them, so a plan does not drop them.
    TopField::PreviousResponseId,
    TopField::Conversation,
    TopField::Background,
    TopField::Audio,
    TopField::Modalities,
]);

/// The fields that ask a model to think, in all protocols.
pub(super) const THINKING: FieldSet = FieldSet::of(&[
    TopField::ReasoningEffort,
    TopField::Reasoning,
    TopField::Thinking,
    TopField::EnableThinking,
    TopField::ChatTemplateKwargs,
    TopField::ChatTemplateArgs,
    TopField::OutputConfig,
]);

/// Fields of Anthropic's own platform.
pub(super) const ANTHROPIC_FIELDS: FieldSet = FieldSet::of(&[
    TopField::ContextManagement,
    TopField::Container,
    TopField::McpServers,
    TopField::Betas,
    TopField::AnthropicBeta,
    TopField::Fallbacks,
    TopField::InferenceGeo,
    TopField::Speed,
]);

/// The fields with texts that end an answer.
pub(super) const STOPS: FieldSet = FieldSet::of(&[TopField::Stop, TopField::StopSequences]);

/// The fields that may have a schema of the answer, in all protocols.
pub(super) const ANSWER_SCHEMAS: FieldSet = FieldSet::of(&[
    TopField::ResponseFormat,
    TopField::OutputConfig,
    TopField::OutputFormat,
    TopField::Text,
]);

/// Fields of requests to Messages that a beta brings, with the beginning of its name.
pub(super) const BETA_FIELDS: &[(TopField, &str)] = &[
    (TopField::ContextManagement, "context-management"),
    (TopField::Container, "code-execution"),
    (TopField::McpServers, "mcp-client"),
];

/// The fields that limit an answer.
pub(super) const LIMITS: FieldSet = FieldSet::of(&[
    TopField::MaxTokens,
    TopField::MaxCompletionTokens,
    TopField::MaxOutputTokens,
]);
