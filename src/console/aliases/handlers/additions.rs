//! The message about the rows that an import or a preset added to the draft.

use crate::console::aliases::view::Notice;
use crate::domain::Alias;

/// How many rows or names each thing happened to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Additions {
    pub added: usize,
    pub changed: usize,
    /// Names that the draft has already.
    pub known: usize,
    /// Rows that would have been more than a key can have.
    pub left_out: usize,
}

impl Additions {
    pub(in crate::console) fn notice(self) -> Notice {
        let done: Vec<String> = [rows(self.added, "added"), rows(self.changed, "changed")]
            .into_iter()
            .flatten()
            .collect();
        let (title, mut text) = if done.is_empty() {
            ("Nothing was added.".to_owned(), String::new())
        } else {
            let title = format!("{} in the draft.", done.join(", "));
            (title, "Not saved yet.".to_owned())
        };

        match self.known {
            0 => {}
            1 => text.push_str(" 1 name is here already."),
            known => text.push_str(&format!(" {known} names are here already.")),
        }
        if self.left_out > 0 {
            let (left_out, limit) = (self.left_out, Alias::LIMIT);
            text.push_str(&format!(
                " {left_out} did not fit: a key can have up to {limit} aliases."
            ));
        }

        Notice::new("info", title).text(text.trim().to_owned())
    }
}

/// `1 row added`, `3 rows added`; `None` for no row.
fn rows(count: usize, done: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 row {done}")),
        count => Some(format!("{count} rows {done}")),
    }
}
