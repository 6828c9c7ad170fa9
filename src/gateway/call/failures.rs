//! The errors that clients get for calls that failed.

use actix_web::http::header::HeaderValue as AnswerValue;

use super::job::CallJob;
use super::plan::Candidate;
use crate::domain;
use crate::gateway::http::Failure;
use crate::gateway::marks::{Marks, log_call};
use crate::gateway::upstream::HttpError;
use crate::wire::control::ControlError;
use crate::wire::error::{ApiError, Code, Overflow, ProviderErrorDetail};
use crate::wire::neutral::Untranslatable;
use crate::wire::operation::Operation;
use crate::wire::usage::estimate;

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

/// A prompt has no token that is longer, in bytes. One whose bytes are more than the window has tokens for cannot fit.
const LONGEST_TOKEN: u64 = 6;

/// Whether a prompt seems longer than the candidate's context window, by the usual estimate.
pub fn exceeds_window(call: &CallJob, candidate: &Candidate) -> bool {
    let window = candidate.target.model.context_length;
    window > 0 && estimate(call.record.prompt_bytes()) > window
}

/// Whether a prompt that is too long for the candidate may get an answer, or nothing, instead of an error.
pub fn is_silent_on_overflow(candidate: &Candidate) -> bool {
    candidate.facts.facts.answers.overflow != domain::Overflow::Error
}

/// Whether a prompt cannot fit in the candidate's context window, however long its tokens are.
pub fn cannot_fit(call: &CallJob, candidate: &Candidate) -> bool {
    let window = candidate.target.model.context_length;
    window > 0 && call.record.prompt_bytes() as u64 / LONGEST_TOKEN > window
}

/// The error for a prompt that is too long for the candidate, in the words of the client's protocol. The numbers that the
/// provider does not tell are an estimate and the catalog's.
pub fn too_long(call: &CallJob, candidate: &Candidate, overflow: Overflow) -> ApiError {
    let operation = call.request.operation;
    let param = match operation {
        Operation::Chat | Operation::Messages | Operation::CountTokens => "messages",
        Operation::Responses | Operation::Embeddings => "input",
        Operation::Completions => "prompt",
    };

    let estimate = estimate(call.record.prompt_bytes());
    let overflow = overflow.or(estimate, candidate.target.model.context_length);
    overflow.error(operation.surface(), param)
}

/// The error for an overloaded provider. Clients of Responses know it by its status and code, and then wait; `said` is
/// where the provider's own word for it may stand.
pub fn overloaded(operation: Operation, error: ApiError, said: &[u8]) -> ApiError {
    const WORDS: [&str; 2] = ["server_is_overloaded", "slow_down"];

    let word = WORDS
        .into_iter()
        .find(|word| memchr::memmem::find(said, word.as_bytes()).is_some());
    match word {
        Some(word) if operation == Operation::Responses => ApiError {
            status: 503,
            code: word.into(),
            ..error
        },
        _ => error,
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
        ..ProviderErrorDetail::default()
    };

    ApiError::new(code, format!("{} failed: {error}.", candidate.endpoint.name))
        .by_provider(detail)
        .into()
}
