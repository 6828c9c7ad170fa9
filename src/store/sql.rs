//! SQL texts. The only way to make one registers it, and a test prepares every registered one on both engines.

/// One statement, understood by both engines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sql(pub(super) &'static str);

/// A statement that adds many rows at once: `head` ends in `VALUES`, `tail` follows the rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct ManyRows {
    pub(super) head: &'static str,
    pub(super) columns: usize,
    pub(super) tail: &'static str,
}

impl ManyRows {
    /// How many rows one statement adds; fewer go one by one, so that there are two texts to prepare and no more.
    pub(super) const AT_ONCE: usize = 50;

    /// The statement for so many rows. Postgres wants its places numbered. SQLite looks a numbered place up in a list at
    /// each bind, which at a thousand places is most of the work, and takes them in turn where they have no number.
    ///
    /// SQLite keeps a copy of every page that such a statement changes, to undo it alone if one of its rows is bad, unless
    /// it is told to leave off there: whoever gets an error undoes the whole transaction.
    pub(super) fn text(&self, rows: usize, numbered: bool) -> String {
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
        $($(#[$doc])* const $name: $crate::store::sql::Sql = $crate::store::sql::Sql($text);)+
        /// Every statement of this file.
        pub(super) const STATEMENTS: &[$crate::store::sql::Sql] = &[$($name),+];
    };
}
pub(super) use sql;

/// How many places `id_list!` has.
pub(super) const ID_LIST: usize = 64;

/// Placeholders for a list of ids; `id_chunks` fills them.
macro_rules! id_list {
    () => {
        "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, \
         $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, \
         $46, $47, $48, $49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64)"
    };
}
pub(super) use id_list;
