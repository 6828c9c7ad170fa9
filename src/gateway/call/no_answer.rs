//! Why an answer of status 200 is none.

use crate::gateway::upstream::HttpError;
use crate::wire::error::Overflow;
use crate::wire::reported::Reported;

/// Why there is no answer.
pub enum NoAnswer {
    /// The answer broke off or never came.
    Http(HttpError),
    /// A whole answer began and broke off. The provider may have done all of the work, so it is not asked again.
    Halfway(HttpError),
    /// The provider reported a failure instead of an answer, or sent nothing.
    Reported(Reported),
    /// The provider reported a failure after a part of the answer. It is not asked again, nor is another.
    Late(Reported),
    /// The provider took a prompt that is too long, and answered with nothing.
    TooLong(Overflow),
}

impl From<HttpError> for NoAnswer {
    fn from(error: HttpError) -> Self {
        Self::Http(error)
    }
}
