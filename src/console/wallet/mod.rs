//! The wallet: what an account has, what it spent, and every entry of its ledger.

mod credit;
mod export;
mod line;
mod show;

use actix_web::web;

use super::{Console, ConsoleError, SignedIn, page};
use crate::domain::{Account, AccountId, Scope};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/wallet").route(page().to(show::show)))
        .service(web::resource("/wallet/credit").route(web::post().to(credit::add)))
        .service(web::resource("/wallet/export.csv").route(page().to(export::all)));
}

/// The account that an address names, if this person may see it: their own, or for an admin any, and the first without a
/// name. `None` only if there is no account at all.
async fn account(console: &Console, who: &SignedIn, asked: &str) -> Result<Option<Account>, ConsoleError> {
    let id: Option<AccountId> = match asked {
        "" => None,
        asked => Some(asked.parse().map_err(|_| ConsoleError::NotFound)?),
    };
    match (who.scope(), id) {
        (Scope::Account(own), Some(id)) if id != own => Err(ConsoleError::NotFound),
        (Scope::Account(_), _) => Ok(who.account.clone()),
        (Scope::All, Some(id)) => {
            let found = console.store.accounts().get(id).await?;
            found.map(Some).ok_or(ConsoleError::NotFound)
        }
        (Scope::All, None) => Ok(console.store.accounts().list().await?.into_iter().next()),
    }
}
