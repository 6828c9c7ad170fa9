//! Edits of a body: pieces of text in the place of others. Every byte between them stays.

use std::borrow::Cow;
use std::cmp::Reverse;

use smallvec::SmallVec;

use super::note::{Note, Notes};
use crate::wire::control::{Piece, TopField, TopMembers};
use crate::wire::json::Span;
use crate::wire::stop_texts::StopTexts;

/// The edits of one body, and what they mean.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edits {
    pieces: SmallVec<[Piece; 4]>,
    /// Top-level members to be left out, by their index.
    left_out: SmallVec<[u16; 8]>,
    /// Texts at which the gateway ends the answer, since the target is not told of them.
    pub cut_at: Option<StopTexts>,
    /// What the edits mean.
    pub notes: Notes,
}

impl Edits {
    /// Whether the body stays as it is.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty() && self.left_out.is_empty()
    }

    /// Puts `with` in the place of `at`.
    pub fn replace(&mut self, at: Span, with: impl Into<Cow<'static, str>>, note: Note) {
        let with = with.into();
        self.pieces.push(Piece { at, with });
        self.notes.add(note);
    }

    /// Puts `with` in at an offset.
    pub fn insert(&mut self, at: usize, with: impl Into<Cow<'static, str>>, note: Note) {
        self.replace(Span { start: at, end: at }, with, note);
    }

    /// Leaves out a top-level field, each time that it is there.
    pub fn leave_out(&mut self, field: TopField, members: &TopMembers, note: Note) {
        for (index, member) in members.list().iter().enumerate() {
            if member.field == Some(field) {
                self.leave_out_member(index);
            }
        }
        self.notes.add(note);
    }

    /// Leaves out the top-level member of that index.
    pub fn leave_out_member(&mut self, index: usize) {
        if let Ok(index) = u16::try_from(index)
            && !self.left_out.contains(&index)
        {
            self.left_out.push(index);
        }
    }

    /// The edits as pieces of text, sorted by their places. None overlaps another.
    pub fn pieces(&self, members: &TopMembers) -> SmallVec<[Piece; 8]> {
        let mut all: SmallVec<[Piece; 8]> = self.pieces.iter().cloned().collect();
        self.cut_members(members, &mut all);
        // What is put in comes before what it is put in front of; of two others the longer one counts.
        all.sort_by_key(|piece| (piece.at.start, !piece.at.is_empty(), Reverse(piece.at.end)));

        // What lies within a member that is left out goes with it.
        let mut end = 0;
        all.retain(|piece| {
            let stays = piece.at.start >= end;
            if stays {
                end = end.max(piece.at.end);
            }
            stays
        });
        all
    }

    /// Each run of members that are left out goes with the comma after it; a run at the end with the comma before it.
    fn cut_members(&self, members: &TopMembers, out: &mut SmallVec<[Piece; 8]>) {
        if self.left_out.is_empty() {
            return;
        }

        let list = members.list();
        let is_out = |index: usize| u16::try_from(index).is_ok_and(|index| self.left_out.contains(&index));
        let mut kept_end = None;
        let mut index = 0;
        while let Some(member) = list.get(index) {
            if !is_out(index) {
                kept_end = Some(member.value().end);
                index += 1;
                continue;
            }

            let first = index;
            while is_out(index) && index < list.len() {
                index += 1;
            }
            let begin = list.get(first).map_or(0, |member| member.key().start);
            let at = match (list.get(index), kept_end) {
                (Some(next), _) => Span {
                    start: begin,
                    end: next.key().start,
                },
                (None, kept_end) => Span {
                    start: kept_end.unwrap_or(begin),
                    end: list.last().map_or(begin, |member| member.value().end),
                },
            };
            out.push(Piece { at, with: "".into() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::control::{AskUsage, Control};
    use crate::wire::operation::Operation;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[test]
    fn fields_are_left_out_with_one_comma_wherever_they_stand() {
        for (body, kept) in [
            (
                r#"{"seed":1,"model":"m","messages":[1],"user":"a","top_k":2}"#,
                r#"{"model":"m","messages":[1]}"#,
            ),
            (
                r#"{ "model":"m" , "seed":1 , "top_k":2 ,"messages":[1] }"#,
                r#"{ "model":"m" , "messages":[1] }"#,
            ),
            (
                r#"{"model":"m","messages":[1],"seed":1,"seed":2}"#,
                r#"{"model":"m","messages":[1]}"#,
            ),
        ] {
            let control = Control::read(body.as_bytes(), Operation::Chat).unwrap();
            let mut edits = Edits::default();
            for field in [TopField::Seed, TopField::User, TopField::TopK] {
                edits.leave_out(field, &control.members, Note::Dropped(field));
            }

            let out = control.rewrite(
                body.as_bytes(),
                "\"m\"",
                AskUsage::AsSent,
                &edits.pieces(&control.members),
            );
            assert_eq!(String::from_utf8(out.unwrap()).unwrap(), kept);
        }
    }

    proptest! {
        #[test]
        fn exactly_the_fields_that_are_left_out_are_gone(
            order in Just(vec!["model", "messages", "seed", "user", "x", "n", "stop"]).prop_shuffle(),
            out in prop::collection::vec(prop::sample::select(vec![TopField::Seed, TopField::User, TopField::N, TopField::Stop]), 0..4),
        ) {
            let members: serde_json::Map<String, Value> = order.iter().map(|name| ((*name).to_owned(), match *name {
                "model" => json!("m"), "messages" => json!([{"role": "user"}]), _ => json!(1),
            })).collect();
            let body = Value::from(members.clone()).to_string();
            let control = Control::read(body.as_bytes(), Operation::Chat).unwrap();
            let mut edits = Edits::default();
            for field in &out {
                edits.leave_out(*field, &control.members, Note::Dropped(*field));
            }

            let rewritten = control.rewrite(body.as_bytes(), "\"m\"", AskUsage::AsSent, &edits.pieces(&control.members));
            let left: Value = rewritten.map_or_else(|| serde_json::from_str(&body).unwrap(), |text| serde_json::from_slice(&text).unwrap());
            let mut expected = members;
            expected.retain(|name, _| !out.iter().any(|field| field.as_str() == name));
            prop_assert_eq!(left, Value::from(expected));
        }
    }
}
