//! Options that several commands have.

pub mod access;
pub mod alias_rows;
pub mod allowed;
pub mod facts;
pub mod limits;
pub mod patience;
pub mod protocol;
pub mod when;
