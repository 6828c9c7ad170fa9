//! The draft: every alias row as it stands on screen, byte for byte, whether or not it is valid.

mod action;
mod conflict;
mod error;
mod form;
mod presets;
mod row;
mod row_id;
pub mod snippets;

pub(super) use conflict::{Conflict, ConflictKind, Keep};
pub(super) use form::Draft;
pub(super) use row::Row;

pub use action::Action;
pub use presets::Presets;
pub use row_id::RowId;
