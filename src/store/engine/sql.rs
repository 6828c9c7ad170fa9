//! SQL texts. The only way to make one registers it, and a test prepares every registered one on both engines.

use super::value::Value;

/// One statement, understood by both engines.
#[derive(Clone, Copy, Debug)]
pub struct Sql(pub &'static str);

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

    /// The statement for so many rows. Postgres wants its places numbered. SQLite looks a numbered place up in a list at
    /// each bind, which at a thousand places is most of the work, and takes them in turn where they have no number.
    ///
    /// SQLite keeps a copy of every page that such a statement changes, to undo it alone if one of its rows is bad, unless
    /// it is told to leave off there: whoever gets an error undoes the whole transaction.
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

/// Makes constants of SQL texts and the list of them that the test reads.
macro_rules! sql {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)+) => {
        $($(#[$doc])* const $name: $crate::store::engine::Sql = $crate::store::engine::Sql($text);)+
        /// Every statement of this file.
        pub const STATEMENTS: &[$crate::store::engine::Sql] = &[$($name),+];
    };
}
pub(in crate::store) use sql;

/// How many places `id_list!` has.
pub const ID_LIST: usize = 64;

/// Placeholders for a list of ids; `id_chunks` fills them.
macro_rules! id_list {
    () => {
        "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, \
         $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, \
         $46, $47, $48, $49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64)"
    };
}
pub(in crate::store) use id_list;

/// Ids in lists as long as `id_list!` has places; the last one is repeated to fill them.
pub fn id_chunks<I: Copy>(ids: &[I]) -> impl Iterator<Item = Vec<Value>>
where
    Value: From<I>,
{
    ids.chunks(ID_LIST).map(|chunk| {
        let mut values: Vec<Value> = chunk.iter().map(|id| Value::from(*id)).collect();
        if let Some(last) = values.last().cloned() {
            values.resize(ID_LIST, last);
        }
        values
    })
}
