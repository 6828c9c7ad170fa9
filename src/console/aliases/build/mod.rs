//! Makes the parts of the editor out of a draft and what is stored.

mod check;
mod editor;
mod fix;
mod hints;
pub mod import;
mod merge;
mod saved;
mod test_box;
mod traffic;

pub use check::{Checked, Strictness, review};
pub use editor::{Show, editor, one_row};
pub use merge::merge;
pub use saved::Kept;
pub use test_box::test_box;
pub use traffic::traffic_panel;
