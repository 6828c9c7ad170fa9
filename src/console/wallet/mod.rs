//! The wallet: the credit of an account, its spending, and every entry of its ledger.

mod credit;
mod export;
mod line;
mod show;

use super::auth::SignedIn;
use super::state::Console;
use super::web::{Address, ConsoleError};
use crate::domain::{Account, AccountId, Scope};

pub(super) const ROUTES: &[Address] = &[
    Address::page("/wallet", |to| to.to(show::show)),
    Address::form("/wallet/credit", |to| to.to(credit::add)),
    Address::page("/wallet/export.csv", |to| to.to(export::all)),
];

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
