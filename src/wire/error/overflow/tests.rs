//! Prompts that are too long, in the words of the servers that refuse them.

use super::*;

fn error(message: &str) -> ProviderError {
    ProviderError {
        message: Some(message.to_owned()),
        ..ProviderError::default()
    }
}

/// The prompt, the answer and the window that a message names.
fn numbers(message: &str) -> (Option<u64>, Option<u64>, Option<u64>) {
    let overflow = Overflow::read(Some(400), &error(message)).unwrap_or_else(|| panic!("{message}"));
    (overflow.prompt, overflow.answer, overflow.window)
}

/// A server's message, with the prompt, the answer and the window that it names.
type Message = (&'static str, Option<u64>, Option<u64>, Option<u64>);

const MESSAGES: [Message; 20] = [
    (
        "prompt is too long: 210000 tokens > 200000 maximum",
        Some(210_000),
        None,
        Some(200_000),
    ),
    (
        "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens` and try again",
        Some(190_000),
        Some(20_000),
        Some(200_000),
    ),
    (
        "Your input exceeds the context window of this model. Please adjust your input and try again.",
        None,
        None,
        None,
    ),
    (
        "This model's maximum context length is 131072 tokens. However, you requested 140000 tokens.",
        Some(140_000),
        None,
        Some(131_072),
    ),
    (
        "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens (8000 in the messages, 1000 in the completion).",
        Some(8_000),
        Some(1_000),
        Some(8_192),
    ),
    (
        "This model's maximum context length is 4096 tokens. However, you requested 1000 output tokens and your prompt contains at least 3097 input tokens, for a total of at least 4097 tokens.",
        Some(3_097),
        Some(1_000),
        Some(4_096),
    ),
    (
        "This endpoint's maximum context length is 200000 tokens. However, you requested about 2500021 tokens (2500021 of text input).",
        Some(2_500_021),
        None,
        Some(200_000),
    ),
    (
        "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        Some(1_200_000),
        None,
        Some(1_048_576),
    ),
    (
        "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
        Some(537_812),
        None,
        Some(131_072),
    ),
    (
        "Please reduce the length of the messages or completion.",
        None,
        None,
        None,
    ),
    (
        "The input (40000 tokens) is longer than the model's context length (32768 tokens).",
        Some(40_000),
        None,
        Some(32_768),
    ),
    (
        "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
        Some(40_000),
        None,
        Some(32_768),
    ),
    (
        "Invalid request: Your request exceeded model token limit: 131072 (requested: 140000)",
        Some(140_000),
        None,
        Some(131_072),
    ),
    ("invalid params, context window exceeds limit (2013)", None, None, None),
    (
        "the request (5,000 tokens) exceeds the available context size (4,096 tokens), try increasing it",
        Some(5_000),
        None,
        Some(4_096),
    ),
    (
        "The number of tokens to keep from the initial prompt is greater than the context length.",
        None,
        None,
        None,
    ),
    (
        "prompt too long; exceeded max context length by 77 tokens",
        None,
        None,
        None,
    ),
    (
        "ValidationException: Input is too long for requested model.",
        None,
        None,
        None,
    ),
    (
        "prompt token count of 140000 exceeds the limit of 128000",
        Some(140_000),
        None,
        Some(128_000),
    ),
    (
        "Prompt exceeds the maximum allowed input length of 4096 tokens",
        None,
        None,
        Some(4_096),
    ),
];

#[test]
fn every_servers_words_are_known_with_their_numbers() {
    for (message, prompt, answer, window) in MESSAGES {
        assert_eq!(numbers(message), (prompt, answer, window), "{message}");
    }
}

#[test]
fn a_code_is_enough_and_a_body_that_is_too_large_may_be_one() {
    let coded = |code: &str| ProviderError {
        code: Some(code.to_owned()),
        ..error("No.")
    };

    assert!(Overflow::read(Some(400), &coded("context_length_exceeded")).is_some());
    assert!(Overflow::read(None, &coded("context_length_exceeded")).is_some());
    assert!(Overflow::read(Some(413), &coded("request_too_large")).is_some());
    assert!(Overflow::read(Some(400), &coded("request_too_large")).is_none());
}

#[test]
fn an_error_about_the_rate_is_none() {
    for message in [
        "Request too large for model: maximum context length per minute (TPM): Limit 30000, Requested 40000",
        "Rate limit reached: reduce the length of the messages",
        "Too many requests, the prompt is too long",
    ] {
        assert_eq!(Overflow::read(Some(413), &error(message)), None, "{message}");
    }

    assert_eq!(Overflow::read(Some(429), &error("prompt is too long")), None);
    assert_eq!(Overflow::read(Some(400), &error("The answer is too long")), None);
}

#[test]
fn each_client_reads_its_own_protocols_words() {
    let overflow = Overflow {
        prompt: Some(210_000),
        window: Some(200_000),
        ..Overflow::default()
    };

    let chat = overflow.error(Surface::Openai, "messages");
    let messages = overflow.error(Surface::Anthropic, "messages");

    assert_eq!(
        (chat.status, &*chat.code, chat.param.as_deref()),
        (400, "context_length_exceeded", Some("messages"))
    );
    assert_eq!(
        chat.message,
        "This model's maximum context length is 200000 tokens. However, your messages resulted in 210000 tokens. Please reduce the length of the messages."
    );
    assert_eq!(messages.message, "prompt is too long: 210000 tokens > 200000 maximum");
    assert_eq!(&*messages.kind, "invalid_request_error");
}

#[test]
fn a_prompt_that_fits_without_its_answer_is_told_so() {
    let overflow = Overflow {
        prompt: Some(190_000),
        answer: Some(20_000),
        window: Some(200_000),
        ..Overflow::default()
    };

    assert_eq!(
        overflow.error(Surface::Anthropic, "messages").message,
        "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens` and try again"
    );
    assert!(
        overflow
            .error(Surface::Openai, "messages")
            .message
            .contains("you requested 210000 tokens (190000 in the messages, 20000 in the completion)")
    );
}

#[test]
fn an_estimate_stands_for_a_number_that_is_not_told() {
    let unknown = Overflow::default();

    let filled = unknown.or(250_000, 200_000);
    assert_eq!((filled.prompt, filled.window), (Some(250_000), Some(200_000)));
    // The provider knows better than the estimate that the prompt does not fit.
    let filled = unknown.or(10, 200_000);
    assert_eq!((filled.prompt, filled.window), (Some(200_001), Some(200_000)));
    let by_77 = Overflow::read(
        None,
        &error("prompt too long; exceeded max context length by 77 tokens"),
    )
    .unwrap();
    assert_eq!(by_77.or(10, 4_096).prompt, Some(4_173));
    let filled = unknown.or(10, 0);
    assert_eq!(
        filled.error(Surface::Anthropic, "messages").message,
        "prompt is too long"
    );
}
