//! The clients of the month that the demo makes up.

/// The calls that one client makes over and over.
pub(super) struct Habit {
    /// The name that the client sends.
    pub(super) requested: &'static str,
    pub(super) protocol: &'static str,
    pub(super) agent: &'static str,
    /// The calls of this habit among a hundred.
    pub(super) share: u64,
    /// The least and the most tokens of a prompt and of an answer.
    pub(super) prompt: (u64, u64),
    pub(super) completion: (u64, u64),
    /// The tokens that come from a cache, among a hundred of a prompt.
    pub(super) cached: u64,
}

pub(super) const HABITS: [Habit; 5] = [
    Habit {
        requested: "claude-opus-4-8",
        protocol: "anthropic-messages",
        agent: "claude-cli/2.1.44 (external, cli)",
        share: 34,
        prompt: (9_000, 38_000),
        completion: (120, 1_900),
        cached: 88,
    },
    Habit {
        requested: "cross-model-basic",
        protocol: "openai-chat",
        agent: "OpenAI/Python 2.8.0",
        share: 36,
        prompt: (400, 6_500),
        completion: (80, 900),
        cached: 30,
    },
    Habit {
        requested: "anthropic/claude-haiku-4-5",
        protocol: "anthropic-messages",
        agent: "claude-cli/2.1.44 (external, cli)",
        share: 18,
        prompt: (900, 7_000),
        completion: (20, 300),
        cached: 60,
    },
    Habit {
        requested: "openai/gpt-5.5",
        protocol: "openai-responses",
        agent: "codex_cli_rs/0.58.0",
        share: 9,
        prompt: (3_000, 16_000),
        completion: (200, 1_500),
        cached: 75,
    },
    Habit {
        requested: "google/gemini-2.5-flash",
        protocol: "openai-chat",
        agent: "curl/8.5.0",
        share: 3,
        prompt: (60, 900),
        completion: (30, 400),
        cached: 0,
    },
];

/// Calls in each hour of a working day, UTC.
pub(super) const HOURS: [u64; 24] = [0, 0, 0, 0, 0, 1, 1, 3, 4, 5, 5, 3, 2, 4, 5, 5, 4, 3, 2, 1, 1, 1, 0, 0];
