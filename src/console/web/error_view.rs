//! The content of the page about an error: status, heading and text. [`crate::console::layout::middleware`] makes a
//! page or a fragment of it.

use std::time::Duration;

use actix_web::http::StatusCode;

use super::error::ConsoleError;
use crate::console::format::in_words;
use crate::store::StoreError;

/// How long a person waits before trying again, if the console cannot know better.
const TRY_AGAIN: Duration = Duration::from_secs(5);

/// The content of the page about an error. The middleware finds it in the extensions of a response.
#[derive(Clone, Debug)]
pub struct ErrorView {
    /// Status of the response.
    pub status: StatusCode,
    /// Heading of the page.
    pub heading: String,
    /// What happened and what to do now.
    pub text: String,
    /// Value of the header `Retry-After`.
    pub retry_after: Option<Duration>,
}

impl ErrorView {
    fn new(status: StatusCode, heading: &str, text: &str) -> Self {
        Self {
            status,
            heading: heading.into(),
            text: text.into(),
            retry_after: None,
        }
    }

    fn retry_after(self, wait: Duration) -> Self {
        Self {
            retry_after: Some(wait),
            ..self
        }
    }

    /// The view of an error of which only the status is known.
    pub fn of_status(status: StatusCode) -> Self {
        let view = match status {
            StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_FOUND => not_found(),
            StatusCode::PAYLOAD_TOO_LARGE => too_large(),
            status if status.is_client_error() => unreadable(),
            _ => broken(),
        };
        Self { status, ..view }
    }
}

impl ConsoleError {
    /// The content of the page about this error.
    pub fn view(&self) -> ErrorView {
        match self {
            Self::Store(error) | Self::Unloaded { source: error, .. } if error.is_outage() => unavailable(),
            // Deleted between the look and the change.
            Self::NotFound | Self::Store(StoreError::Missing) => not_found(),
            Self::Forbidden => forbidden(),
            Self::SignedOut => signed_out(),
            Self::CrossSite => cross_site(),
            Self::Misdirected => misdirected(),
            Self::TooLarge => too_large(),
            Self::TooSlow => too_slow(),
            Self::Unreadable => unreadable(),
            Self::Conflict(text) => ErrorView::new(StatusCode::CONFLICT, "This has changed", text),
            Self::TooMany(wait) => too_many(*wait),
            Self::Busy => busy(),
            Self::Unavailable => unavailable(),
            Self::Unloaded { what, .. } => unloaded(what),
            Self::Template(_) | Self::Store(_) | Self::Internal(_) => broken(),
        }
    }
}

fn not_found() -> ErrorView {
    ErrorView::new(
        StatusCode::NOT_FOUND,
        "This page doesn't exist",
        "Nothing is here, or it belongs to another account. Check the address, or start from your API keys.",
    )
}

fn forbidden() -> ErrorView {
    ErrorView::new(
        StatusCode::FORBIDDEN,
        "You can't do this",
        "Your role lets you view and test. Ask an account admin to make this change.",
    )
}

fn signed_out() -> ErrorView {
    ErrorView::new(
        StatusCode::UNAUTHORIZED,
        "You've been signed out",
        "You've been signed out. Sign in in a new tab, then save again. Your edits are still here.",
    )
}

fn cross_site() -> ErrorView {
    ErrorView::new(
        StatusCode::FORBIDDEN,
        "This form came from another site",
        "Your browser didn't say that the request came from this console, so nothing was changed. Open the page here and try again.",
    )
}

fn misdirected() -> ErrorView {
    ErrorView::new(
        StatusCode::MISDIRECTED_REQUEST,
        "This isn't the console's address",
        "The console answers only at its own address. Your administrator can tell you which one, or set CROSSMODEL_PUBLIC_URL to this one.",
    )
}

fn too_large() -> ErrorView {
    ErrorView::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "This form is too large",
        "A form can have up to 64 KB. Nothing was changed. Go back and send less at once.",
    )
}

fn too_slow() -> ErrorView {
    ErrorView::new(
        StatusCode::REQUEST_TIMEOUT,
        "This form took too long",
        "The form didn't arrive within 10 seconds. Nothing was changed. Check your connection, go back and try again.",
    )
}

fn unreadable() -> ErrorView {
    ErrorView::new(
        StatusCode::BAD_REQUEST,
        "This form can't be read",
        "Something in the form was not what this page sends. Nothing was changed. Go back, reload the page and try again.",
    )
}

fn too_many(wait: Duration) -> ErrorView {
    ErrorView::new(
        StatusCode::TOO_MANY_REQUESTS,
        "Too many tries",
        &format!("Try again in {}.", in_words(wait)),
    )
    .retry_after(wait)
}

fn busy() -> ErrorView {
    ErrorView::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "Busy right now",
        "Too many people are signing in at this moment. Nothing was changed. Try again in a few seconds.",
    )
    .retry_after(TRY_AGAIN)
}

fn unavailable() -> ErrorView {
    ErrorView::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "The database isn't available",
        "The console can't reach its database right now, or can't write to it. Try again in a few seconds. If \
         you were saving something, look first whether it was saved.",
    )
    .retry_after(TRY_AGAIN)
}

fn unloaded(what: &str) -> ErrorView {
    ErrorView::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        &format!("We couldn't load {what}"),
        "Nothing was changed. Try again, or send us the id below.",
    )
}

fn broken() -> ErrorView {
    ErrorView::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "We couldn't load this page",
        "Something went wrong on our side. Nothing was changed. Try again, or send us the id below.",
    )
}
