//! The changes of a call as its record and the metrics keep them.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::note::{Note, Notes};
use crate::domain::UsageRecord;
use crate::wire::answer_note::AnswerNotes;

/// Bytes that are kept free for the number of tokens that do not fit.
const MORE: usize = ", +999".len();

/// The tokens of a call's changes, those of the request first, with `, ` between them; `None` without a change. The text has at
/// most [`UsageRecord::ADAPTED`] bytes: of more tokens their number is told.
pub fn record_text(request: &Notes, answer: AnswerNotes) -> Option<String> {
    let mut tokens = request
        .iter()
        .map(|note| Cow::from(note.to_string()))
        .chain(answer.iter().map(|note| note.as_str().into()));
    let mut text = tokens.next()?.into_owned();

    while let Some(token) = tokens.next() {
        if text.len() + ", ".len() + token.len() + MORE > UsageRecord::ADAPTED {
            let _ = write!(text, ", +{}", 1 + tokens.count());
            break;
        }
        text.push_str(", ");
        text.push_str(&token);
    }
    Some(text)
}

/// What metrics call the changes of a call. An effort counts as `effort`, whichever it is, so that there are few.
pub fn labels(request: &Notes, answer: AnswerNotes) -> impl Iterator<Item = Cow<'static, str>> {
    let label = |note: Note| match note {
        Note::Effort { .. } => "effort".into(),
        note => note.to_string().into(),
    };
    let answer = answer.iter().map(|note| note.as_str().into());
    request.iter().map(label).chain(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::answer_note::AnswerNote;
    use crate::wire::control::TopField;

    #[test]
    fn a_record_has_all_tokens_of_the_request_and_then_those_of_the_answer() {
        let mut notes = Notes::default();
        assert_eq!(record_text(&notes, AnswerNotes::default()), None);

        notes.add(Note::Mapped(TopField::MaxTokens));
        notes.add(Note::Effort {
            from: "max",
            to: "high",
        });
        let answer = AnswerNotes::default().with(AnswerNote::ThinkTags, true);

        assert_eq!(
            record_text(&notes, answer).unwrap(),
            "max_tokens, effort:max>high, answer:think_tags"
        );
        assert_eq!(record_text(&Notes::default(), answer).unwrap(), "answer:think_tags");
        let labels: Vec<_> = labels(&notes, answer).collect();
        assert_eq!(labels, ["max_tokens", "effort", "answer:think_tags"]);
    }

    #[test]
    fn a_record_that_would_be_too_long_counts_the_tokens_that_do_not_fit() {
        let mut notes = Notes::default();
        for &field in TopField::ALL {
            notes.add(Note::Dropped(field));
        }
        let answer = AnswerNotes::default().with(AnswerNote::StopCut, true);

        let text = record_text(&notes, answer).unwrap();

        assert!(text.len() <= UsageRecord::ADAPTED && text.len() > UsageRecord::ADAPTED - 40);
        let (told, more) = text.rsplit_once(", +").unwrap();
        let more: usize = more.parse().unwrap();
        assert_eq!(told.split(", ").count() + more, TopField::ALL.len() + 1);
    }
}
