//! Statements that add many rows at once.

use std::sync::Arc;

use sqlx::AssertSqlSafe;

use super::value::Value;

/// A statement that adds many rows at once: `head` ends in `VALUES`, `tail` follows the rows.
#[derive(Clone, Copy, Debug)]
pub struct ManyRows {
    pub head: &'static str,
    pub columns: usize,
    pub tail: &'static str,
}

impl ManyRows {
    /// How many rows one statement adds; fewer go one by one, so that there are two texts to prepare and no more.
    pub const AT_ONCE: usize = 50;

    /// The statement for so many rows. Postgres needs numbered placeholders. SQLite looks up a numbered one in a list at each
    /// bind, which at a thousand placeholders is most of the work; it takes those without a number in turn.
    ///
    /// SQLite keeps a copy of every page that such a statement changes, to undo the statement alone if one of its rows is bad.
    /// `OR FAIL` avoids that; after an error the caller undoes the whole transaction.
    pub fn text(&self, rows: usize, numbered: bool) -> String {
        let mut text = match self.head.strip_prefix("INSERT ") {
            Some(rest) if !numbered => format!("INSERT OR FAIL {rest}"),
            _ => self.head.to_owned(),
        };
        for row in 0..rows {
            text.push_str(if row == 0 { " (" } else { ", (" });
            for column in 1..=self.columns {
                text.push_str(if column == 1 { "" } else { ", " });
                if numbered {
                    text.push('$');
                    text.push_str(&(row * self.columns + column).to_string());
                } else {
                    text.push('?');
                }
            }
            text.push(')');
        }

        text.push(' ');
        text.push_str(self.tail);
        text
    }
}

/// Statements of many rows, one after the other.
pub struct Portions {
    sql: ManyRows,
    numbered: bool,
    rest: std::vec::IntoIter<Value>,
    /// The text for one row, and the text for many.
    texts: [Option<Arc<str>>; 2],
}

impl Portions {
    pub fn new(sql: ManyRows, values: Vec<Value>, numbered: bool) -> Self {
        Self {
            sql,
            numbered,
            rest: values.into_iter(),
            texts: [None, None],
        }
    }

    /// The next statement and its values; `None` once all values are used.
    pub fn next(&mut self) -> Option<(AssertSqlSafe<Arc<str>>, impl Iterator<Item = Value>)> {
        let Self {
            sql,
            numbered,
            rest,
            texts: [one, many],
        } = self;
        let left = rest.len() / sql.columns;
        let (rows, text) = if left >= ManyRows::AT_ONCE {
            (ManyRows::AT_ONCE, many)
        } else {
            (1, one)
        };
        let text = text.get_or_insert_with(|| sql.text(rows, *numbered).into());
        // Safe: the text consists of the constant's own parts.
        let text = AssertSqlSafe(Arc::clone(text));

        (left > 0).then(|| (text, rest.take(rows * sql.columns)))
    }
}
