//! Why an answer ended, in Anthropic's words.

use crate::wire::neutral::Stop;

/// Reads `stop_reason`. A reason that is not known reads as an ordinary end.
pub(super) fn read(reason: &str) -> Stop {
    match reason {
        "stop_sequence" => Stop::Sequence,
        // The provider paused a turn of its own tools, or its summary, in the middle: there is more to say.
        "max_tokens" | "model_context_window_exceeded" | "pause_turn" | "compaction" => Stop::Length,
        "tool_use" => Stop::Tools,
        "refusal" => Stop::Refusal,
        _ => Stop::End,
    }
}

/// Writes `stop_reason`.
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
