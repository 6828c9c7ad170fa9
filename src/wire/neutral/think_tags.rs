//! Thoughts that come as `<think>…</think>` at the very start of an answer's text.

use std::borrow::Cow;

use super::event::Event;
use super::part::Part;

const OPENS: &str = "<think>";
const CLOSES: &str = "</think>";

/// Makes thoughts of the tags at the start of an answer that has no thoughts. Tags that stand later are text. Returns whether
/// there were tags.
pub fn take_thoughts_out(parts: &mut Vec<Part<'_>>) -> bool {
    if parts.iter().any(|part| matches!(part, Part::Thinking { .. })) {
        return false;
    }
    let Some(at) = parts.iter().position(|part| matches!(part, Part::Text { .. })) else {
        return false;
    };
    let Some(Part::Text { text, .. }) = parts.get_mut(at) else {
        return false;
    };
    let Some(inner) = text.trim_start().strip_prefix(OPENS) else {
        return false;
    };

    let (thoughts, rest) = inner.split_once(CLOSES).unwrap_or((inner, ""));
    let (thoughts, rest) = (thoughts.trim().to_owned(), rest.trim_start().to_owned());
    *text = rest.into();

    if !thoughts.is_empty() {
        let thinking = Part::Thinking {
            text: thoughts.into(),
            signature: None,
        };
        parts.insert(at, thinking);
    }
    true
}

/// Does in a stream what [`take_thoughts_out`] does in a whole answer, as the pieces come.
#[derive(Debug)]
pub struct ThinkTags {
    stage: Stage,
    /// Text that waits, since more has to come before its meaning is known.
    held: String,
    /// A tag has opened.
    found: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// No text has come.
    Before,
    /// The tag is open, and no thoughts have come.
    InTag,
    Inside,
    /// The tag is closed, and no text has come.
    Closed,
    /// What comes is what it seems to be.
    Over,
}

impl ThinkTags {
    /// An answer that has not begun. `watches`: thoughts may come in tags.
    pub fn new(watches: bool) -> Self {
        Self {
            stage: if watches { Stage::Before } else { Stage::Over },
            held: String::new(),
            found: false,
        }
    }

    /// Whether no thoughts in tags can come any more.
    pub fn is_over(&self) -> bool {
        self.stage == Stage::Over
    }

    /// Whether thoughts have come in tags.
    pub fn has_found(&self) -> bool {
        self.found
    }

    /// Gives `out` the event, or what it means.
    pub fn pass(&mut self, event: Event<'_>, out: &mut dyn FnMut(Event<'_>)) {
        if self.stage == Stage::Over {
            return out(event);
        }

        match event {
            Event::Text(text) => self.text(text, out),
            Event::Start { .. } | Event::Usage(_) => out(event),
            Event::PartEnd if self.held.is_empty() => out(event),
            _ => {
                self.flush(out);
                self.stage = Stage::Over;
                out(event);
            }
        }
    }

    /// Gives `out` the text that waits: nothing follows it.
    pub fn flush(&mut self, out: &mut dyn FnMut(Event<'_>)) {
        let held = std::mem::take(&mut self.held);
        match self.stage {
            Stage::Before if !held.is_empty() => out(Event::Text(held.into())),
            Stage::InTag | Stage::Inside if !held.trim().is_empty() => {
                out(Event::Thinking(held.trim_end().to_owned().into()));
            }
            _ => {}
        }
    }

    fn text(&mut self, text: Cow<'_, str>, out: &mut dyn FnMut(Event<'_>)) {
        match self.stage {
            Stage::Before => self.opening(text, out),
            Stage::InTag | Stage::Inside => self.inside(&text, out),
            Stage::Closed => self.closed(&text, out),
            Stage::Over => out(Event::Text(text)),
        }
    }

    fn opening(&mut self, text: Cow<'_, str>, out: &mut dyn FnMut(Event<'_>)) {
        self.held.push_str(&text);
        let start = self.held.trim_start();
        if let Some(rest) = start.strip_prefix(OPENS) {
            let rest = rest.to_owned();
            self.held.clear();
            (self.stage, self.found) = (Stage::InTag, true);
            return self.inside(&rest, out);
        }

        if !OPENS.starts_with(start) {
            self.stage = Stage::Over;
            out(Event::Text(std::mem::take(&mut self.held).into()));
        }
    }

    fn inside(&mut self, text: &str, out: &mut dyn FnMut(Event<'_>)) {
        self.held.push_str(text);
        let closes = self.held.find(CLOSES);
        // Blanks before the tag are no thoughts, and its first bytes may have come.
        let open = self.held.len() - closing_suffix(&self.held);
        let told = self.held.get(..closes.unwrap_or(open)).unwrap_or_default().trim_end();
        let told = if self.stage == Stage::InTag {
            told.trim_start()
        } else {
            told
        };
        if !told.is_empty() {
            self.stage = Stage::Inside;
            out(Event::Thinking(told.to_owned().into()));
        }

        if let Some(at) = closes {
            let rest = self.held.split_off(at + CLOSES.len());
            self.held.clear();
            self.stage = Stage::Closed;
            self.closed(&rest, out);
        } else if self.stage == Stage::Inside {
            let end = self.held.get(..open).unwrap_or_default().trim_end().len();
            self.held.drain(..end);
        }
    }

    fn closed(&mut self, text: &str, out: &mut dyn FnMut(Event<'_>)) {
        let text = text.trim_start();
        if !text.is_empty() {
            self.stage = Stage::Over;
            out(Event::Text(text.into()));
        }
    }
}

/// The length of the end of `text` that may be the beginning of the closing tag.
fn closing_suffix(text: &str) -> usize {
    (1..CLOSES.len())
        .rev()
        .find(|&length| CLOSES.get(..length).is_some_and(|start| text.ends_with(start)))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The thoughts and the text of an answer that comes in these pieces.
    fn streamed<'t>(pieces: impl IntoIterator<Item = &'t str>) -> (String, String) {
        let mut tags = ThinkTags::new(true);
        let mut all = (String::new(), String::new());
        let mut collect = |event: Event<'_>| match event {
            Event::Thinking(text) => all.0.push_str(&text),
            Event::Text(text) => all.1.push_str(&text),
            _ => {}
        };

        for piece in pieces {
            tags.pass(Event::Text(piece.to_owned().into()), &mut collect);
        }
        tags.pass(Event::End, &mut collect);
        all
    }

    fn whole(text: &str) -> (String, String) {
        let mut parts = vec![Part::text(text)];
        take_thoughts_out(&mut parts);

        let mut all = (String::new(), String::new());
        for part in parts {
            match part {
                Part::Thinking { text, .. } => all.0.push_str(&text),
                Part::Text { text, .. } => all.1.push_str(&text),
                _ => {}
            }
        }
        all
    }

    #[test]
    fn tags_at_the_start_are_thoughts_whole_and_in_pieces_of_any_length() {
        for (answer, thoughts, text) in [
            ("<think>plan</think>\n\nHello", "plan", "Hello"),
            (
                "\n<think>\nfirst\n\nsecond <b>\n</think>\nHello </think>",
                "first\n\nsecond <b>",
                "Hello </think>",
            ),
            ("<think>\n\n</think>\n\nHello", "", "Hello"),
            ("<think>cut off in the middle", "cut off in the middle", ""),
            (
                "The tag <think>quoted</think> is text",
                "",
                "The tag <think>quoted</think> is text",
            ),
            ("<thinking>text</thinking>", "", "<thinking>text</thinking>"),
            ("<thi", "", "<thi"),
            ("  indented", "", "  indented"),
            ("<think>ä</think>ö", "ä", "ö"),
        ] {
            let expected = (thoughts.to_owned(), text.to_owned());
            assert_eq!(whole(answer), expected, "{answer}");

            let characters: Vec<_> = answer.char_indices().map(|(at, _)| at).chain([answer.len()]).collect();
            for step in 1..=characters.len() {
                let bounds: Vec<_> = characters.iter().copied().step_by(step).chain([answer.len()]).collect();
                let pieces = bounds.windows(2).map(|pair| &answer[pair[0]..pair[1]]);
                assert_eq!(streamed(pieces), expected, "{answer} in steps of {step}");
            }
        }
    }

    #[test]
    fn tags_after_thoughts_of_their_own_field_are_text() {
        let mut parts = vec![
            Part::Thinking {
                text: "hm".into(),
                signature: None,
            },
            Part::text("<think>quoted</think>"),
        ];
        take_thoughts_out(&mut parts);
        assert_eq!(parts.len(), 2);

        let mut tags = ThinkTags::new(true);
        let mut seen = Vec::new();
        for event in [Event::Thinking("hm".into()), Event::Text("<think>q</think>".into())] {
            tags.pass(event, &mut |event| seen.push(event.into_owned()));
        }
        assert_eq!(
            seen,
            [Event::Thinking("hm".into()), Event::Text("<think>q</think>".into())]
        );
    }
}
