//! The errors that clients get for calls that failed.

use actix_web::http::header::HeaderValue as AnswerValue;

use super::plan::Candidate;
use crate::gateway::http::Failure;
use crate::gateway::marks::{Marks, log_call};
use crate::gateway::upstream::HttpError;
use crate::wire::control::ControlError;
use crate::wire::error::{ApiError, Code, ProviderErrorDetail};
use crate::wire::neutral::Untranslatable;

/// The error for a request that the provider's protocol cannot express.
pub fn untranslatable(refused: Untranslatable) -> ApiError {
    let code = if refused.invalid {
        Code::InvalidJson
    } else {
        Code::UnsupportedParameter
    };
    let error = ApiError::new(code, refused.message);

    if refused.param.is_empty() {
        error
    } else {
        error.about(refused.param)
    }
}

/// The error for a request that the gateway cannot read.
pub fn refused(error: ControlError) -> ApiError {
    let code = match error {
        ControlError::MissingModel => Code::MissingModel,
        ControlError::Messages => Code::InvalidMessages,
        _ => Code::InvalidJson,
    };

    let api_error = ApiError::new(code, error.to_string());
    match error.key() {
        Some(key) => api_error.about(key),
        None => api_error,
    }
}

/// The error for a call that the spool could not take.
pub fn not_written() -> Failure {
    let mut failure: Failure = ApiError::new(
        Code::Overloaded,
        "Calls cannot be written down right now. Try again in a moment.",
    )
    .into();
    failure.retry_after = Some(AnswerValue::from_static("5"));
    failure
}

/// The error for an answer that broke off; logs it.
pub fn broken_off(candidate: &Candidate, marks: Marks, error: HttpError) -> Failure {
    let (provider, model) = (&candidate.endpoint.provider, &candidate.target.model.id);
    log_call!(warn, marks, provider.id = %provider, model.id = %model, %error, "A provider's answer broke off");
    broken(candidate, error)
}

/// The error for a call that failed on its way, without an answer of the provider.
pub fn broken(candidate: &Candidate, error: HttpError) -> Failure {
    let code = match error {
        HttpError::Timeout | HttpError::Overlong => Code::ProviderTimeout,
        HttpError::Ours | HttpError::NoRoom => {
            return ApiError::new(
                Code::Overloaded,
                format!(
                    "{} could not be asked: {error}. Try again in a moment.",
                    candidate.endpoint.name
                ),
            )
            .into();
        }
        _ => Code::ProviderError,
    };

    let detail = ProviderErrorDetail {
        name: candidate.endpoint.provider.as_str().to_owned(),
        status: None,
        message: None,
    };

    ApiError::new(code, format!("{} failed: {error}.", candidate.endpoint.name))
        .by_provider(detail)
        .into()
}
