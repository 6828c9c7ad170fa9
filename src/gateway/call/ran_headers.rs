//! What the head of an answer says about the model that ran.

use actix_web::http::header::HeaderValue as AnswerValue;

use super::plan::Candidate;
use crate::wire::adapt::Notes;

/// What the head of an answer says about the model that ran.
#[derive(Clone, Debug)]
pub struct RanHeaders {
    pub model: AnswerValue,
    /// What was changed in the request to fit it to the model.
    pub adapted: Option<AnswerValue>,
}

impl RanHeaders {
    /// The headers for a candidate whose request was changed so.
    pub fn new(candidate: &Candidate, notes: &Notes) -> Self {
        Self {
            model: candidate.target.header.clone(),
            adapted: adapted_header(notes),
        }
    }
}

/// The header that says what was changed in a request; `None` if nothing was.
pub fn adapted_header(notes: &Notes) -> Option<AnswerValue> {
    if notes.is_empty() {
        return None;
    }
    AnswerValue::from_str(&notes.header()).ok()
}
