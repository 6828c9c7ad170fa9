//! Sentences for the tokens of changes: what was changed, and why.

use super::note::{Element, Mended, Note};
use crate::wire::answer_note::AnswerNote;
use crate::wire::control::TopField;

/// What was changed and why, as a sentence for people. `token` is one that a header or a usage record has; `None` if this
/// program does not know it.
///
/// ```
/// use crossmodel::wire::adapt::words;
/// assert_eq!(
///     words("effort:minimal>low").unwrap(),
///     "The model has no effort 'minimal', so it was asked for 'low', the nearest that it has."
/// );
/// ```
pub fn words(token: &str) -> Option<String> {
    if let Some((from, to)) = token.strip_prefix("effort:").and_then(|rest| rest.split_once('>')) {
        return Some(effort(from, to));
    }
    if let Some(more) = token.strip_prefix('+').and_then(|more| more.parse::<u32>().ok()) {
        return Some(match more {
            1 => "One more change was made; there is no room for its name.".into(),
            more => format!("{more} more changes were made; there is no room for their names."),
        });
    }
    if let Some(note) = AnswerNote::ALL.into_iter().find(|note| note.as_str() == token) {
        return Some(of_answer(note).into());
    }
    of_token(token).map(sentence)
}

/// The names that a note of something added may have.
const ADDED: [&str; 3] = ["thinking", "target_field", "stream"];

/// The change that a token names, but for efforts.
fn of_token(token: &str) -> Option<Note> {
    let element = ELEMENTS
        .iter()
        .map(|&element| Note::Element(element))
        .find(|note| note.to_string() == token);
    let named = || match token.split_once(':') {
        None => TopField::named(token).map(Note::Mapped),
        Some(("cut", field)) => TopField::named(field).map(Note::Cut),
        Some(("mended", what)) => Mended::named(what).map(Note::Mended),
        Some(("dropped", "other")) => Some(Note::DroppedUnknown),
        Some(("dropped", "web_search")) => Some(Note::DroppedSearch),
        Some(("dropped", field)) => TopField::named(field).map(Note::Dropped),
        Some(("added", name)) => ADDED.into_iter().find(|&known| known == name).map(Note::Added),
        Some(_) => None,
    };
    element.or_else(named)
}

fn sentence(note: Note) -> String {
    match note {
        Note::Mapped(field) => {
            format!("'{}' was said in the way that the model takes.", field.as_str())
        }
        Note::Cut(field) => format!(
            "The value of '{}' was brought to the nearest one that the model takes.",
            field.as_str()
        ),
        Note::Dropped(field) => format!("'{}' was left out: the model does not take it.", field.as_str()),
        Note::DroppedUnknown => {
            "Fields that the gateway does not know were left out: the provider refuses fields that it does not know."
                .into()
        }
        Note::DroppedSearch => {
            "The web search was left out: the provider has none, or none that keeps to what the client asks of it."
                .into()
        }
        Note::Added("thinking") => "The model was told in its own way whether and how much to think.".into(),
        Note::STREAMED => {
            "The model was asked for a stream, since it thinks only in streams: the client got it as one answer.".into()
        }
        Note::Added(_) => "A field was added that the model wants.".into(),
        Note::Effort { from, to } => effort(from, to),
        Note::Mended(what) => mended(what),
        Note::Element(element) => of_element(element).into(),
    }
}

fn mended(what: Mended) -> String {
    match what {
        Mended::Field(field @ (TopField::MaxTokens | TopField::MaxCompletionTokens)) => {
            format!(
                "The provider refused '{}', and got the limit under its other name.",
                field.as_str()
            )
        }
        Mended::Field(field) => format!(
            "The provider refused '{}', and got the request without it.",
            field.as_str()
        ),
        Mended::Signatures => {
            "The provider refused signatures of earlier thoughts, and got the request without them.".into()
        }
        Mended::ForcedTool => {
            "The provider refused a forced tool beside thinking, so the model did not think in this call.".into()
        }
        Mended::Limit => {
            "The provider refused the limit of the answer beside a prompt of this length, and got a lower one.".into()
        }
    }
}

fn effort(from: &str, to: &str) -> String {
    format!("The model has no effort '{from}', so it was asked for '{to}', the nearest that it has.")
}

const fn of_answer(note: AnswerNote) -> &'static str {
    match note {
        AnswerNote::ThinkTags => {
            "The answer began with thoughts between tags. The client got them as thoughts, apart from the text."
        }
        AnswerNote::StopCut => {
            "The answer was ended at one of the client's stop texts by the gateway: the model takes no stop texts."
        }
        AnswerNote::CallsSplit => {
            "Calls of tools that came under one number were told as the several calls that they are."
        }
    }
}

/// Lists the elements once, each with its sentence.
macro_rules! elements {
    ($($element:ident $words:literal,)*) => {
        const ELEMENTS: &[Element] = &[$(Element::$element,)*];

        const fn of_element(element: Element) -> &'static str {
            match element {
                $(Element::$element => $words,)*
            }
        }
    };
}

elements! {
    DeveloperRole "The role 'developer' became 'system': the model does not know it.",
    SystemTurns "Instructions after the first message were moved, or became the user's words: the model takes none there.",
    TurnOrder "A turn was put in, or turns were joined: the model wants them in an order.",
    CallIds "Ids of calls were changed into a form that the model takes, the same in calls and results.",
    ItemIds "Ids of items that another server has given were left out: the provider would look for them.",
    Arguments "Arguments of calls that stood for nothing became an empty object: the model wants an object.",
    Orphans "A call had no result, or a result no call, which the model refuses: the missing result was put in, or the result became the user's words.",
    Thoughts "Thoughts of earlier turns were left out, or given where the model wants some.",
    Signatures "Signatures of thoughts that another model made were left out: only their maker takes them.",
    CacheMarks "Marks for caching were left out: the provider takes no more of them, or none.",
    Schema "A schema was brought to what the model takes.",
    ToolParameters "A tool without parameters got an empty object of them: the model wants one.",
    ToolStrict "Whether a tool's arguments follow its schema strictly was said as the model takes it, or left out.",
    Betas "Betas that the client asked for were left out: the provider does not know them.",
    Media "Pictures, documents or sound of earlier turns became a note: the model cannot take them.",
    BillingNote "A note about billing that Claude Code writes for its own provider was left out.",
    Prefill "The last turn is the model's own: it got what the model needs to go on from there.",
    Searches "Searches of the web in earlier turns became text: only their maker reads them.",
    WebSearch "How often the web is searched, or how much of it is read, was left out: the provider has no field for it.",
    Summaries "Summaries of the thoughts were not asked for: the provider has no field for it.",
    StopCut "The client's stop texts were left out, since the model takes none: the gateway watches for them in the answer.",
    Rewritten "Elements had to move, so the request was written anew; members of them that the gateway does not know are lost.",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_that_can_be_noted_has_a_sentence_of_its_own() {
        let fields = || TopField::ALL.iter().copied();
        let mut notes: Vec<Note> = ELEMENTS.iter().map(|&element| Note::Element(element)).collect();
        notes.extend(fields().map(Note::Mapped));
        notes.extend(fields().map(Note::Cut));
        notes.extend(fields().map(Note::Dropped));
        notes.push(Note::DroppedUnknown);
        notes.push(Note::DroppedSearch);
        notes.extend(ADDED.map(Note::Added));
        notes.extend(fields().map(|field| Note::Mended(Mended::Field(field))));
        notes.extend([Mended::Signatures, Mended::ForcedTool, Mended::Limit].map(Note::Mended));
        notes.push(Note::Effort {
            from: "max",
            to: "high",
        });

        let mut sentences: Vec<String> = notes.iter().map(|&note| words(&note.to_string()).unwrap()).collect();
        sentences.extend(AnswerNote::ALL.map(|note| words(note.as_str()).unwrap()));

        assert!(sentences.iter().all(|words| words.ends_with('.')), "{sentences:#?}");
        let said = sentences.len();
        sentences.sort_unstable();
        sentences.dedup();
        assert_eq!(sentences.len(), said);
    }

    #[test]
    fn a_sentence_names_the_field_and_what_became_of_it() {
        for (token, expected) in [
            ("max_tokens", "'max_tokens' was said in the way that the model takes."),
            ("dropped:seed", "'seed' was left out: the model does not take it."),
            (
                "cut:temperature",
                "The value of 'temperature' was brought to the nearest one that the model takes.",
            ),
            ("+1", "One more change was made; there is no room for its name."),
            ("+7", "7 more changes were made; there is no room for their names."),
        ] {
            assert_eq!(words(token).as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_token_of_another_program_has_none() {
        for token in [
            "",
            "new_kind",
            "dropped:what",
            "moved:seed",
            "answer:sung",
            "+",
            "effort:low",
            "added:x",
        ] {
            assert_eq!(words(token), None, "{token}");
        }
    }
}
