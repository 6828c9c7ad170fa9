//! The handlers of the editor's addresses.

pub mod edit;
pub mod export;
pub mod history;
mod pick;
pub mod save;
pub mod show;
pub mod test_name;
pub mod version;
