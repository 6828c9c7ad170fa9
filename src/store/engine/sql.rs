//! SQL texts. The only way to make one registers it, and a test prepares every registered one on both engines.

use super::value::Value;

/// One statement, understood by both engines.
#[derive(Clone, Copy, Debug)]
pub struct Sql(pub &'static str);

/// Makes constants of SQL texts, and the list of them that a test prepares.
macro_rules! sql {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)+) => {
        $($(#[$doc])* pub const $name: $crate::store::engine::Sql = $crate::store::engine::Sql($text);)+
        /// Every statement of this file.
        pub const STATEMENTS: &[$crate::store::engine::Sql] = &[$($name),+];
    };
}
pub(in crate::store) use sql;

/// How many placeholders `id_list!` has.
pub const ID_LIST: usize = 64;

/// Placeholders for a list of ids; `id_chunks` fills them.
macro_rules! id_list {
    () => {
        r"($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
          $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45,
          $46, $47, $48, $49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64)"
    };
}
pub(in crate::store) use id_list;

/// Ids in lists of [`ID_LIST`] values; the last id is repeated to fill a list.
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
