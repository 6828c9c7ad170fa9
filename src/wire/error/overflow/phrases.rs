//! The words of an overflow, as servers write them. All are in lower case.

/// Codes and types, and a server that uses each.
pub(super) const CODES: [(&str, &str); 5] = [
    ("context_length_exceeded", "OpenAI"),
    ("context_window_exceeded", "Bedrock"),
    ("model_context_window_exceeded", "Z.AI"),
    ("exceed_context_size_error", "llama.cpp"),
    ("too_many_prompt_tokens", "Perplexity"),
];

/// Phrases of the message, and the servers that use each.
pub(super) const PHRASES: [(&str, &str); 18] = [
    ("prompt is too long", "Anthropic"),
    ("exceed context limit", "Anthropic"),
    ("exceeds the context window", "OpenAI"),
    ("maximum context length", "OpenAI, vLLM, OpenRouter, Mistral"),
    ("exceeds the maximum number of tokens allowed", "Google"),
    ("maximum prompt length is", "xAI"),
    ("reduce the length of the messages", "Groq"),
    ("longer than the model's context length", "Together"),
    ("exceeded model token limit", "Moonshot"),
    ("context window exceeds limit", "MiniMax"),
    ("exceeds the available context size", "llama.cpp"),
    ("greater than the context length", "LM Studio"),
    ("prompt too long; exceeded", "Ollama"),
    ("exceeded max context length", "Ollama"),
    ("input is too long for requested model", "Bedrock"),
    ("prompt token count of", "Copilot"),
    ("exceeds the maximum allowed input length", "Poolside"),
    ("total length of all messages is too long", "Perplexity"),
];

/// Words of a limit per minute: a prompt that exceeds it fits, only not now.
pub(super) const RATE: [&str; 8] = [
    "rate limit",
    "rate_limit",
    "ratelimit",
    "too many requests",
    "too_many_requests",
    "throttling",
    "per minute",
    "per min",
];

/// What a number in the message counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counts {
    Prompt,
    Answer,
    Window,
    /// Prompt and answer together.
    Sum,
    /// The tokens beyond the window.
    Excess,
}

/// The texts right before and right after a number. The first row that fits counts.
pub(super) const NUMBERS: [(Counts, &str, &str); 32] = [
    (Counts::Prompt, "prompt is too long: ", ""),
    (Counts::Prompt, "exceed context limit: ", ""),
    (Counts::Prompt, "input token count (", ""),
    (Counts::Prompt, "request contains ", ""),
    (Counts::Prompt, "resulted in ", ""),
    (Counts::Prompt, "prompt contains ", ""),
    (Counts::Prompt, "token count of ", ""),
    (Counts::Prompt, "the input (", ""),
    (Counts::Prompt, "request (", ""),
    (Counts::Prompt, "", " in the messages"),
    (Counts::Prompt, "", " in your prompt"),
    (Counts::Prompt, "", " of text input"),
    (Counts::Prompt, "", " input tokens"),
    (Counts::Answer, " + ", ""),
    (Counts::Answer, "", " in the completion"),
    (Counts::Answer, "", " for the completion"),
    (Counts::Answer, "", " in the output"),
    (Counts::Answer, "", " output tokens"),
    (Counts::Window, "maximum context length is ", ""),
    (Counts::Window, "maximum context length of ", ""),
    (Counts::Window, "maximum prompt length is ", ""),
    (Counts::Window, "tokens allowed (", ""),
    (Counts::Window, "context length (", ""),
    (Counts::Window, "context size (", ""),
    (Counts::Window, "token limit: ", ""),
    (Counts::Window, "exceeds the limit of ", ""),
    (Counts::Window, "input length of ", ""),
    (Counts::Window, "model with ", ""),
    (Counts::Window, " > ", ""),
    (Counts::Excess, "context length by ", ""),
    (Counts::Sum, "requested: ", ""),
    (Counts::Sum, "you requested ", ""),
];
