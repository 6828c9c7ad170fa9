//! The layer around every page that refuses requests while the database is away.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web;
use tokio::time::timeout;

use crate::console::outage::PATIENCE;
use crate::console::state::Console;
use crate::console::web::ConsoleError;
use crate::store::Store;

/// Wraps every page.
///
/// # Errors
/// [`ConsoleError::Unavailable`] while the database is away, and the errors of the page.
pub async fn watch(
    console: web::Data<Console>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let look = || look(console.store.clone());
    match console.outage.unless_away(look, next.call(request)).await {
        Some(done) => done.map(ServiceResponse::map_into_boxed_body),
        None => Err(ConsoleError::Unavailable.into()),
    }
}

async fn look(store: Store) -> bool {
    match timeout(PATIENCE, store.reach()).await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::warn!(%error, "The console's database does not answer");
            false
        }
        Err(_) => {
            tracing::warn!("The console's database does not answer in time");
            false
        }
    }
}
