//! Why an answer ended, in Anthropic's words.

use crate::wire::neutral::Stop;

/// Reads `stop_reason`. An unknown reason is an ordinary end.
pub(super) fn read(reason: &str) -> Stop {
    match reason {
        "stop_sequence" => Stop::Sequence,
        // The provider paused in the middle of a turn of its own tools, or of its summary: the answer is not complete.
        "max_tokens" | "model_context_window_exceeded" | "pause_turn" | "compaction" => Stop::Length,
        "tool_use" => Stop::Tools,
        "refusal" => Stop::Refusal,
        _ => Stop::End,
    }
}

/// The `stop_reason` for a client.
pub(super) const fn write(stop: Stop) -> &'static str {
    match stop {
        Stop::End => "end_turn",
        Stop::Sequence => "stop_sequence",
        Stop::Length => "max_tokens",
        Stop::Tools => "tool_use",
        Stop::Refusal => "refusal",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_comes_back() {
        for stop in [Stop::End, Stop::Sequence, Stop::Length, Stop::Tools, Stop::Refusal] {
            assert_eq!(read(write(stop)), stop);
        }
        assert_eq!(read("something_new"), Stop::End);
    }
}
