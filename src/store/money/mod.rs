//! Money: the wallets of accounts and the ledger, the leases of gateways, and the usage that gateways have admitted in
//! the last minute.

mod credit;
mod lease_grant;
pub mod leases;
mod rates;
mod wallet_page;
pub mod wallets;

pub use credit::{Credited, NewCredit};
pub use lease_grant::{LeaseGrant, LeaseRequest};
pub use rates::{RateGrant, RateRequest, Rates};
pub use wallet_page::{Spent, WalletCursor, WalletEvent, WalletLine};

use crate::store::engine::Sql;

/// Every statement of this folder.
pub const STATEMENTS: &[&[Sql]] = &[
    lease_grant::STATEMENTS,
    leases::STATEMENTS,
    rates::STATEMENTS,
    wallet_page::STATEMENTS,
    wallets::STATEMENTS,
];
