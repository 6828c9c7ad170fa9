//! Makes the parts of the editor from a draft and the stored aliases.

mod check;
mod editor;
mod fix;
mod hints;
pub mod import;
mod merge;
mod review;
mod saved;
mod test_box;
mod traffic;

pub use check::{Checked, Strictness};
pub use editor::{Show, editor, one_row};
pub use merge::merge;
pub use review::review;
pub use saved::Kept;
pub use test_box::test_box;
pub use traffic::traffic_panel;
