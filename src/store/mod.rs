//! The only place that knows SQL: one folder for each subject, one SQL text for both engines.
//!
//! A [`Store`] is SQLite or Postgres. Its methods, such as [`Store::api_keys`], give access to one subject each. Every
//! write runs in a task of its own: if the caller is dropped half-way, the whole change is made or none of it.
//!
//! Many methods take a [`Scope`](crate::domain::Scope), which limits them to the rows of one account, and methods that
//! change something take an [`Actor`], whom the audit log names, and the current time.

mod audit;
mod catalog;
mod engine;
mod installation;
mod keys;
mod money;
mod people;
mod statements;
mod usage;

pub use audit::{Actor, Audit, AuditEntry, Writer};
pub use catalog::{CatalogFile, CatalogFileError, CatalogTable, ImportReport, ProviderChange};
pub use engine::{Change, DatabaseUrl, DatabaseUrlError, SetupTurn, Store, StoreError};
pub use installation::Installation;
pub use keys::aliases::{Aliases, SavedAliases};
pub use keys::api_keys::{ApiKeys, StoredKey};
pub use keys::{KeyFilter, KeyPage, KeyRow, KeySort, NewKey, OwnerFilter, SaveOutcome};
pub use money::leases::Leases;
pub use money::wallets::Wallets;
pub use money::{
    Credited, LeaseGrant, LeaseRequest, NewCredit, RateGrant, RateRequest, Rates, Spent, WalletCursor, WalletEvent,
    WalletLine,
};
pub use people::{Accounts, Attempts, Link, LinkKind, Links, People, SessionRow, Sessions, SignedInSession, Throttle};
pub use usage::{
    Gateways, LeaseUse, NameFilter, Next, REPORT_ROWS, RefusedName, ReportAccount, ReportFilter, ReportKey,
    RequestDetail, RequestFilter, RequestPage, RequestRow, Shipment, Shipped, StatusFilter, Top, Usage, UsageReport,
    UsageRow, UsageSums, UsageTotals,
};
