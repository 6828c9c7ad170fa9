//! Lets only people who are signed in past the open addresses, and tells handlers which person it is.

use std::sync::Arc;

use actix_session::SessionExt;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, web};

use super::session;
use super::signed_in::SignedIn;
use crate::connections::Connection;
use crate::console::state::Console;
use crate::console::web::ConsoleError;

/// Wraps every page. `is_open` says whether an address, by its pattern, is for everyone.
pub async fn guard(
    is_open: fn(&str) -> bool,
    console: web::Data<Console>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    // The pattern counts, not the spelling of the path. A path without a pattern is closed like any page.
    let open = request.match_pattern().is_some_and(|pattern| is_open(&pattern));

    let refusal = match person(&console, &request).await {
        Ok(Some(who)) => {
            if let Some(connection) = request.conn_data::<Arc<Connection>>() {
                connection.authenticated();
            }
            request.extensions_mut().insert(who);
            None
        }
        Ok(None) => (!open).then_some(ConsoleError::SignedOut),
        Err(error) => Some(error),
    };

    match refusal {
        Some(error) => Ok(request.into_response(HttpResponse::from_error(error))),
        None => next.call(request).await.map(ServiceResponse::map_into_boxed_body),
    }
}

async fn person(console: &Console, request: &ServiceRequest) -> Result<Option<SignedIn>, ConsoleError> {
    let session = request.get_session();
    let Some(id) = session::person(&session)? else {
        return Ok(None);
    };
    Ok(SignedIn::find(&console.store, id).await?)
}
