//! The errors of a page. [`super::error_view`] has the text for people.

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
    /// No person is signed in, or the session is over.
    #[error("no person is signed in")]
    SignedOut,
    /// The request came from a page of another site.
    #[error("the request came from another site")]
    CrossSite,
    /// The address in the browser is not the console's own.
    #[error("the host is not the console's own")]
    Misdirected,
    /// The form is larger than any form of the console.
    #[error("the form is too large")]
    TooLarge,
    /// The form came too slowly.
    #[error("the form came too slowly")]
    TooSlow,
    /// The form does not have the fields of any form of the console.
    #[error("the form cannot be read")]
    Unreadable,
    /// The thing that the person changed was changed in the meantime by another request. The text says what to do.
    #[error("{0}")]
    Conflict(String),
    /// Too many tries; how long to wait.
    #[error("too many tries")]
    TooMany(Duration),
    /// Too many passwords are being checked right now.
    #[error("too busy")]
    Busy,
    /// The database cannot be reached, read or written at the moment.
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
        /// The error of the store.
        source: StoreError,
    },
    /// The store failed.
    #[error("the store failed: {0}")]
    Store(#[from] StoreError),
    /// Any other failure that the person did not cause.
    #[error("{0}")]
    Internal(String),
}

impl ResponseError for ConsoleError {
    fn status_code(&self) -> StatusCode {
        self.view().status
    }

    /// A bare answer that carries its words. The middleware makes a page or a fragment of it: it knows the person, what
    /// htmx asked for, and the id of the request.
    fn error_response(&self) -> HttpResponse {
        let view = self.view();
        let mut response = HttpResponse::new(view.status);
        response.extensions_mut().insert(view);
        response
    }
}
