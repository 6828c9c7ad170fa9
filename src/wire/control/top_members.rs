//! The top-level members of a body: which fields it has, and where they lie.

use smallvec::SmallVec;

use super::error::ControlError;
use super::top_field::{FieldSet, TopField};
use crate::wire::json::{JsonError, Span, Walk, unquote};

/// The fields that the gateway itself reads. A body may have each of them once.
const CONTROL: FieldSet = FieldSet::of(CONTROL_FIELDS);
const CONTROL_FIELDS: &[TopField] = &[
    TopField::Model,
    TopField::Stream,
    TopField::StreamOptions,
    TopField::N,
    TopField::Messages,
    TopField::Input,
    TopField::Prompt,
    TopField::Instructions,
    TopField::System,
    TopField::MaxTokens,
    TopField::MaxCompletionTokens,
    TopField::MaxOutputTokens,
    TopField::ServiceTier,
    TopField::Speed,
    TopField::BestOf,
    TopField::Prediction,
];

/// One top-level member of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopMember {
    /// The field; `None` for a name that is not known.
    pub field: Option<TopField>,
    key: (u32, u32),
    value: (u32, u32),
}

impl TopMember {
    /// The place of its key, quotes included.
    pub fn key(&self) -> Span {
        span(self.key)
    }

    /// The place of its value.
    pub fn value(&self) -> Span {
        span(self.value)
    }
}

fn span((start, end): (u32, u32)) -> Span {
    Span {
        start: start as usize,
        end: end as usize,
    }
}

/// The top-level members of a body, in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopMembers {
    list: SmallVec<[TopMember; 20]>,
    fields: FieldSet,
    has_unknown: bool,
}

impl TopMembers {
    /// Fails if the text is not one JSON object, or a field that the gateway reads is there twice or in other letters.
    pub(super) fn find(text: &str) -> Result<Self, ControlError> {
        let mut found = Self::default();
        Walk::new(text).object(|key, value| {
            let name = unquote(key.of(text)).ok_or(JsonError::Unexpected(key.start))?;
            let field = TopField::named(&name);

            match field {
                Some(field) => {
                    if !found.fields.add(field) && CONTROL.has(field) {
                        return Err(ControlError::Duplicate(field.as_str()));
                    }
                }
                None => {
                    if let Some(known) = spelled_otherwise(&name) {
                        return Err(ControlError::Spelling(known));
                    }
                    found.has_unknown = true;
                }
            }

            found.list.push(TopMember {
                field,
                key: places(key)?,
                value: places(value)?,
            });
            Ok(())
        })?;
        Ok(found)
    }

    /// The members, in the order of the body.
    pub fn list(&self) -> &[TopMember] {
        &self.list
    }

    /// The known fields that the body has.
    pub fn fields(&self) -> FieldSet {
        self.fields
    }

    /// Whether the body has a field that is not known.
    pub fn has_unknown(&self) -> bool {
        self.has_unknown
    }

    /// The place of a field's value; the first one if it is there twice.
    pub fn value(&self, field: TopField) -> Option<Span> {
        if !self.fields.has(field) {
            return None;
        }
        let member = self.list.iter().find(|member| member.field == Some(field));
        member.map(TopMember::value)
    }
}

/// Bodies are shorter than 4 GiB.
fn places(span: Span) -> Result<(u32, u32), JsonError> {
    let place = |at: usize| u32::try_from(at).map_err(|_| JsonError::Unexpected(at));
    Ok((place(span.start)?, place(span.end)?))
}

/// The control field that a provider may take this name for: readers in Go and in .NET take capital letters for small ones,
/// and Go's also two letters beyond ASCII for `k` and `s`.
fn spelled_otherwise(name: &str) -> Option<&'static str> {
    // Almost every key is in small letters.
    if !name.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) {
        return None;
    }

    let small = |letter: char| match letter {
        '\u{212a}' => 'k',
        '\u{17f}' => 's',
        letter => letter.to_ascii_lowercase(),
    };
    let mut known = CONTROL_FIELDS.iter().map(|field| field.as_str());
    known.find(|known| name.chars().map(small).eq(known.chars()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_is_found_in_its_order_with_its_place() {
        let text = r#"{ "model" : "m", "my_own":{"n":1}, "n":1, "user":"a","user":"b"}"#;

        let found = TopMembers::find(text).unwrap();

        let listed: Vec<_> = found
            .list()
            .iter()
            .map(|member| (member.key().of(text), member.value().of(text)))
            .collect();
        assert_eq!(
            listed,
            [
                ("\"model\"", "\"m\""),
                ("\"my_own\"", "{\"n\":1}"),
                ("\"n\"", "1"),
                ("\"user\"", "\"a\""),
                ("\"user\"", "\"b\"")
            ]
        );
        assert!(found.has_unknown() && found.fields().has(TopField::User));
        assert_eq!(found.value(TopField::N).unwrap().of(text), "1");
        assert_eq!(found.value(TopField::Tools), None);
    }
}
