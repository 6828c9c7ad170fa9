//! Pictures, documents and sound for a model that cannot take them: in the newest words of the user they are refused, since
//! an answer that has not seen them is another answer; in earlier turns and in results of tools a note stands in their place.

mod client_path;
mod medium;
mod neutral;
mod own_protocol;
#[cfg(test)]
mod tests;

pub use client_path::ClientBody;
pub(super) use neutral::fit as fit_neutral;
pub(super) use own_protocol::fit;
