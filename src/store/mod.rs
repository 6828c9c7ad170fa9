//! The only place that knows SQL: one file per noun, one text for both engines.
//!
//! A [`Store`] is SQLite or Postgres. Every write runs in a task of its own, so a caller that is dropped half-way
//! leaves either the whole change or nothing of it.

mod audit;
mod catalog;
mod engine;
mod installation;
mod keys;
mod money;
mod people;
mod statements;
mod usage;

pub use audit::{Actor, Audit, AuditEntry};
pub use catalog::{CatalogFile, CatalogFileError, CatalogTable, ImportReport, ProviderChange};
pub use engine::{Change, DatabaseUrl, DatabaseUrlError, SetupTurn, Store, StoreError};
pub use installation::Installation;
pub use keys::aliases::{Aliases, SaveOutcome, SavedAliases};
pub use keys::api_keys::{ApiKeys, StoredKey};
pub use keys::{KeyFilter, KeyPage, KeyRow, KeySort, NewKey, OwnerFilter};
pub use money::leases::{LeaseGrant, LeaseRequest, Leases};
pub use money::wallets::{Credited, NewCredit, Wallets};
pub use money::{RateGrant, RateRequest, Rates, Spent, WalletCursor, WalletEvent, WalletLine};
pub use people::{Accounts, Attempts, Link, LinkKind, Links, People, SessionRow, Sessions, SignedInSession, Throttle};
pub use usage::{
    Gateways, LeaseUse, NameFilter, Next, REPORT_ROWS, RefusedName, ReportAccount, ReportFilter, ReportKey,
    RequestDetail, RequestFilter, RequestPage, RequestRow, Shipment, Shipped, StatusFilter, Top, Usage, UsageReport,
    UsageRow, UsageSums, UsageTotals,
};
