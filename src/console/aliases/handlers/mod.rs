//! The handlers of the editor's addresses.

mod additions;
mod deleted;
pub mod edit;
pub mod export;
pub mod history;
mod page;
mod parts;
mod pick;
pub mod save;
pub mod show;
pub mod test_name;
pub mod version;
