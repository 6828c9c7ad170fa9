//! Lets nobody unknown past the open addresses, and tells handlers who is there.

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

/// Wraps every page. `is_open`: whether an address, by its pattern, needs no one signed in.
pub async fn guard(
    is_open: fn(&str) -> bool,
    console: web::Data<Console>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    // What matched counts, not how the path is spelled. What nothing matches is closed like any page.
    let open = request.match_pattern().is_some_and(|pattern| is_open(&pattern));
    let refusal = match who(&console, &request).await {
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

async fn who(console: &Console, request: &ServiceRequest) -> Result<Option<SignedIn>, ConsoleError> {
    let session = request.get_session();
    let Some(id) = session::person(&session)? else {
        return Ok(None);
    };
    Ok(SignedIn::find(&console.store, id).await?)
}
