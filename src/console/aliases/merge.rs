//! Two people, two tabs: brings a draft together with a save that came in between.

use std::time::Duration;

use super::compose::Show;
use super::desk::Desk;
use super::draft::{Conflict, ConflictKind, Draft, Row, RowId};
use super::view::Notice;
use crate::console::time::in_words;
use crate::domain::Alias;
use crate::store::Saved;

/// A draft that now stands on what somebody else saved.
#[derive(Debug)]
pub(super) struct Merged {
    /// The desk, with the new version as the draft's base.
    pub desk: Desk,
    /// The draft: theirs where the person changed nothing, the person's where they changed nothing, a question where
    /// both changed the same alias.
    pub draft: Draft,
    /// What to say about it.
    pub show: Show,
}

/// Merges a draft that was made from `desk.base` with what is stored now. Stores nothing.
pub(super) fn merge(desk: Desk, draft: &Draft, current: Saved) -> Merged {
    let whose = super::who_saved(&current);
    let mut sides = Sides {
        base: &desk.base.aliases,
        mine: draft,
        theirs: &current.aliases,
        whose: &whose,
        out: Draft::default(),
        marks: Vec::new(),
    };
    sides.stored_rows();
    let removed = sides.other_rows();
    let Sides { mut out, marks, .. } = sides;
    out.version = current.version;
    out.test.clone_from(&draft.test);
    out.many.clone_from(&draft.many);
    out.import.clone_from(&draft.import);
    let ago = current.saved_at.map_or(Duration::ZERO, |at| desk.now.since(at));
    let when = if ago < Duration::from_secs(60) { "a moment ago".to_owned() } else { format!("{} ago", in_words(ago)) };
    let mut notice = Notice::new("warn", format!("{whose} saved changes {when}."));
    notice.text = "We merged them with yours. Check and save.".into();
    if !removed.is_empty() {
        notice.text = format!("{} {whose} removed {}.", notice.text, removed.join(", "));
    }
    Merged {
        draft: out,
        show: Show { notice: Some(notice), marks, ..Show::default() },
        desk: Desk { base: current.clone(), stored: current, ..desk },
    }
}

struct Sides<'a> {
    base: &'a [Alias],
    mine: &'a Draft,
    theirs: &'a [Alias],
    whose: &'a str,
    out: Draft,
    marks: Vec<(RowId, String)>,
}

impl Sides<'_> {
    fn base(&self, name: &str) -> Option<&Alias> {
        self.base.iter().find(|alias| alias.name.as_str() == name)
    }

    fn mine(&self, name: &str) -> Option<&Row> {
        self.mine.rows.iter().find(|row| row.name == name && !row.is_blank())
    }

    /// Whatever is stored now keeps its place; the draft's values go on top where only the draft changed it.
    fn stored_rows(&mut self) {
        for (at, theirs) in self.theirs.iter().enumerate() {
            let name = theirs.name.as_str();
            let mut row = Row::saved(at + 1, theirs);
            let they_changed = self.base(name) != Some(theirs);
            match self.mine(name) {
                Some(mine) if mine.equals(theirs) => {}
                Some(mine) => {
                    let i_changed = !self.base(name).is_some_and(|base| mine.equals(base));
                    if i_changed {
                        row.matching.clone_from(&mine.matching);
                        row.target.clone_from(&mine.target);
                    }
                    match (i_changed, they_changed) {
                        (true, true) => row.conflict = Some(Conflict { kind: ConflictKind::Both, keep: None }),
                        (false, true) => self.marks.push((row.id, self.whose.to_owned())),
                        _ => {}
                    }
                }
                None if self.base(name).is_none() => self.marks.push((row.id, self.whose.to_owned())),
                None if they_changed => row.conflict = Some(Conflict { kind: ConflictKind::DraftRemoved, keep: None }),
                None => continue,
            }
            self.out.rows.push(row);
        }
    }

    /// What only the draft has: new rows, and rows that they removed. Answers the names that are gone with them.
    fn other_rows(&mut self) -> Vec<String> {
        let mut removed = Vec::new();
        for mine in &self.mine.rows {
            if self.theirs.iter().any(|theirs| theirs.name.as_str() == mine.name) && !mine.is_blank() {
                continue;
            }
            let base = self.base(&mine.name).cloned();
            if base.as_ref().is_some_and(|base| mine.equals(base)) {
                removed.push(mine.name.clone());
                continue;
            }
            let id = self.out.push(&mine.name, &mine.matching, &mine.target);
            if base.is_some()
                && let Some(row) = self.out.row_mut(id)
            {
                row.conflict = Some(Conflict { kind: ConflictKind::TheyRemoved, keep: None });
            }
        }
        removed
    }
}
