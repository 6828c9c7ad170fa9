//! Why a form cannot be read as a draft.

/// The form is not one of ours: a field is out of place. Holds what is wrong, for the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This form was not understood: {0}")]
pub struct DraftError(pub(super) String);
