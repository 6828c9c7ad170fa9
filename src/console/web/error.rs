//! What can go wrong on a page, and how it is told: status, heading and words. [`crate::console::layout::middleware`] makes a page or a fragment of it.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

use crate::store::StoreError;

/// Why a page cannot be shown or a change not be made.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleError {
    /// No such page, or something of another account: the same answer for both.
    #[error("no such page")]
    NotFound,
    /// Signed in, but not allowed to do this.
    #[error("not allowed")]
    Forbidden,
    /// Nobody is signed in, or the session is over.
    #[error("nobody is signed in")]
    SignedOut,
    /// The request came from a page of another site.
    #[error("the request came from another site")]
    CrossSite,
    /// The address in the browser is not the console's own.
    #[error("the host is not the console's own")]
    Misdirected,
    /// The form is larger than any of ours.
    #[error("the form is too large")]
    TooLarge,
    /// The form came too slowly.
    #[error("the form came too slowly")]
    TooSlow,
    /// The form is not one of ours.
    #[error("the form cannot be read")]
    Unreadable,
    /// What the person acted on has changed meanwhile. The text says what to do.
    #[error("{0}")]
    Conflict(String),
    /// Too many tries; how long to wait.
    #[error("too many tries")]
    TooMany(Duration),
    /// The machine has too much to do right now.
    #[error("too busy")]
    Busy,
    /// The database is away, or cannot be written or read at the moment.
    #[error("the database is not available")]
    Unavailable,
    /// A template failed.
    #[error("a template failed: {0}")]
    Template(#[from] askama::Error),
    /// The store failed to show something that has a name.
    #[error("{what} could not be loaded: {source}")]
    Unloaded {
        /// For example `your keys`.
        what: &'static str,
        /// Why.
        source: StoreError,
    },
    /// The store failed.
    #[error("the store failed: {0}")]
    Store(#[from] StoreError),
    /// Anything else that is not the person's doing.
    #[error("{0}")]
    Internal(String),
}

/// What the page about an error says. [`crate::console::layout::middleware`] finds it in the response.
#[derive(Clone, Debug)]
pub struct ErrorView {
    /// The answer's status.
    pub status: StatusCode,
    /// The page's heading.
    pub heading: String,
    /// What happened and what to do now.
    pub text: String,
    /// How long to wait.
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

    /// What to say where all that is known is a status.
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_FOUND => Self {
                status,
                ..ConsoleError::NotFound.view()
            },
            StatusCode::PAYLOAD_TOO_LARGE => ConsoleError::TooLarge.view(),
            status if status.is_client_error() => Self {
                status,
                ..ConsoleError::Unreadable.view()
            },
            status => Self {
                status,
                ..ConsoleError::Internal(String::new()).view()
            },
        }
    }
}

impl ConsoleError {
    /// What its page says.
    pub fn view(&self) -> ErrorView {
        match self {
            Self::NotFound => ErrorView::new(
                StatusCode::NOT_FOUND,
                "This page doesn't exist",
                "Nothing is here, or it belongs to another account. Check the address, or start from your API keys.",
            ),
            Self::Forbidden => ErrorView::new(
                StatusCode::FORBIDDEN,
                "You can't do this",
                "Your role lets you view and test. Ask an account admin to make this change.",
            ),
            Self::SignedOut => ErrorView::new(
                StatusCode::UNAUTHORIZED,
                "You've been signed out",
                "You've been signed out. Sign in in a new tab, then save again. Your edits are still here.",
            ),
            Self::CrossSite => ErrorView::new(
                StatusCode::FORBIDDEN,
                "This form came from another site",
                "Your browser didn't say that the request came from this console, so nothing was changed. Open the page here and try again.",
            ),
            Self::Misdirected => ErrorView::new(
                StatusCode::MISDIRECTED_REQUEST,
                "This isn't the console's address",
                "The console answers only at its own address. Whoever runs it can tell you which one, or set CROSSMODEL_PUBLIC_URL to this one.",
            ),
            Self::TooLarge => ErrorView::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "This form is too large",
                "A form can have up to 64 KB. Nothing was changed. Go back and send less at once.",
            ),
            Self::TooSlow => ErrorView::new(
                StatusCode::REQUEST_TIMEOUT,
                "This form took too long",
                "The form didn't arrive within 10 seconds. Nothing was changed. Check your connection, go back and try again.",
            ),
            Self::Unreadable => ErrorView::new(
                StatusCode::BAD_REQUEST,
                "This form can't be read",
                "Something in the form was not what this page sends. Nothing was changed. Go back, reload the page and try again.",
            ),
            Self::Conflict(text) => ErrorView::new(StatusCode::CONFLICT, "This has changed", text),
            Self::TooMany(wait) => ErrorView {
                retry_after: Some(*wait),
                ..ErrorView::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "Too many tries",
                    &format!("Try again in {}.", crate::console::format::in_words(*wait)),
                )
            },
            Self::Busy => ErrorView {
                retry_after: Some(Duration::from_secs(5)),
                ..ErrorView::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "Busy right now",
                    "Too many people are signing in at this moment. Nothing was changed. Try again in a few seconds.",
                )
            },
            Self::Unavailable => ErrorView {
                retry_after: Some(Duration::from_secs(5)),
                ..ErrorView::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "The database isn't available",
                    "The console can't reach its database right now, or can't write to it. Try again in a few seconds. If \
                     you were saving something, look first whether it was saved.",
                )
            },
            Self::Store(error) | Self::Unloaded { source: error, .. } if error.is_outage() => Self::Unavailable.view(),
            Self::Unloaded { what, .. } => ErrorView::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                &format!("We couldn't load {what}"),
                "Nothing was changed. Try again, or send us the id below.",
            ),
            // Deleted between the look and the change.
            Self::Store(StoreError::Missing) => Self::NotFound.view(),
            Self::Template(_) | Self::Store(_) | Self::Internal(_) => ErrorView::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "We couldn't load this page",
                "Something went wrong on our side. Nothing was changed. Try again, or send us the id below.",
            ),
        }
    }
}

impl ResponseError for ConsoleError {
    fn status_code(&self) -> StatusCode {
        self.view().status
    }

    /// A bare answer that carries what to say; only the edge knows who asked, for which shape, and the request's id.
    fn error_response(&self) -> HttpResponse {
        let view = self.view();
        let mut response = HttpResponse::new(view.status);
        response.extensions_mut().insert(view);
        response
    }
}
