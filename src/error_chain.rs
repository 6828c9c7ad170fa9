//! An error with its causes, for a log or a terminal. Pages and clients get less than that.

use std::error::Error;

/// An error and its causes, in one line, without a cause that the line already has.
pub fn error_chain(error: &dyn Error) -> String {
    let flat = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut line = flat(error.to_string());
    let mut cause = error.source();
    while let Some(next) = cause {
        let text = flat(next.to_string());
        if !line.contains(&text) {
            line = format!("{line}: {text}");
        }
        cause = next.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Because {
        text: &'static str,
        #[source]
        cause: Option<Box<Because>>,
    }

    #[test]
    fn causes_follow_in_one_line_and_none_is_said_twice() {
        let chain = ["it failed", "the disk\n  is full", "is full"];
        let error = chain
            .into_iter()
            .rev()
            .fold(None, |cause, text| Some(Box::new(Because { text, cause })));

        assert_eq!(error_chain(&*error.unwrap()), "it failed: the disk is full");
    }
}
