//! The only place that knows SQL: one file per noun, one text for both engines.
//!
//! A [`Store`] is SQLite or Postgres. Every write runs in a task of its own, so a caller that is dropped half-way
//! leaves either the whole change or nothing of it.

mod access;
mod accounts;
mod alias_rows;
mod aliases;
mod api_key_change;
mod api_key_row;
mod api_keys;
mod audit;
mod catalog;
mod catalog_file;
mod catalog_import;
mod change;
mod editor;
mod engine;
mod error;
mod gateways;
mod installation;
mod key_page;
mod leases;
mod limits;
mod links;
mod look;
mod migrations;
mod people;
mod person_change;
mod postgres_transaction;
mod provider_change;
mod provider_orders;
mod rates;
mod reach;
mod refusals;
mod request_page;
mod request_search;
mod retention;
mod sessions;
mod setup_turn;
mod shipment;
mod sql;
mod throttle;
mod traffic;
mod url;
mod usage;
mod usage_report;
mod usage_rollup;
mod usage_sums;
mod value;
mod wallet_page;
mod wallets;

pub use accounts::Accounts;
pub use aliases::{Aliases, SaveOutcome, Saved};
pub use api_key_change::NewKey;
pub use api_keys::{ApiKeys, StoredKey};
pub use audit::{Audit, AuditEntry};
pub use catalog::CatalogTable;
pub use catalog_file::{CatalogFile, CatalogFileError};
pub use catalog_import::ImportReport;
pub use change::Change;
pub use editor::Editor;
pub use error::StoreError;
pub use gateways::Gateways;
pub use installation::Installation;
pub use key_page::{KeyFilter, KeyPage, KeyRow, KeySort, OwnerFilter};
pub use leases::{Budget, LeaseAsk, Leased, Leases};
pub use links::{Link, LinkKind, Links};
pub use people::People;
pub use provider_change::ProviderChange;
pub use rates::{RateAsk, RateGrant, Rates};
pub use refusals::Refused;
pub use request_page::{NameFilter, Next, RequestDetail, RequestFilter, RequestPage, RequestRow, StatusFilter};
pub use sessions::{SessionRow, Sessions, SignedInSession};
pub use setup_turn::SetupTurn;
pub use shipment::{LeaseUse, Shipment, Shipped};
pub use throttle::{Attempts, Throttle};
pub use url::{DatabaseUrl, DatabaseUrlError};
pub use usage::{Usage, UsageTotals};
pub use usage_report::{ReportAccount, ReportFilter, ReportKey, UsageReport, UsageRow};
pub use usage_sums::{REPORT_ROWS, Top, UsageSums};
pub use wallet_page::{Spent, WalletEvent, WalletLine, WalletPlace};
pub use wallets::{Credited, NewCredit, Wallets};

use std::sync::Arc;

use tokio::sync::broadcast;

use sql::{ManyRows, Sql};
use value::Value;

/// Every statement of every file.
const ALL_STATEMENTS: &[&[Sql]] = &[
    accounts::STATEMENTS,
    alias_rows::STATEMENTS,
    aliases::STATEMENTS,
    api_key_row::STATEMENTS,
    api_key_change::STATEMENTS,
    api_keys::STATEMENTS,
    audit::STATEMENTS,
    catalog::STATEMENTS,
    catalog_import::STATEMENTS,
    engine::STATEMENTS,
    gateways::STATEMENTS,
    installation::STATEMENTS,
    key_page::STATEMENTS,
    leases::STATEMENTS,
    links::STATEMENTS,
    people::STATEMENTS,
    person_change::STATEMENTS,
    provider_change::STATEMENTS,
    provider_orders::STATEMENTS,
    rates::STATEMENTS,
    refusals::STATEMENTS,
    request_page::STATEMENTS,
    request_search::STATEMENTS,
    retention::STATEMENTS,
    sessions::STATEMENTS,
    shipment::STATEMENTS,
    throttle::STATEMENTS,
    traffic::STATEMENTS,
    usage::STATEMENTS,
    usage_report::STATEMENTS,
    usage_rollup::STATEMENTS,
    wallet_page::STATEMENTS,
    wallets::STATEMENTS,
];
const MANY: &[ManyRows] =
    &[catalog_import::ADD_PROVIDERS, catalog_import::ADD_MODELS, shipment::ADD, shipment::ADD_AND_TELL];

/// Ids in lists as long as `id_list!` has places; the last one is repeated to fill them.
fn id_chunks<I: Copy>(ids: &[I]) -> impl Iterator<Item = Vec<Value>>
where
    Value: From<I>,
{
    ids.chunks(sql::ID_LIST).map(|chunk| {
        let mut values: Vec<Value> = chunk.iter().map(|id| Value::from(*id)).collect();
        if let Some(last) = values.last().cloned() {
            values.resize(sql::ID_LIST, last);
        }
        values
    })
}

/// How many changes a slow listener may be behind before it misses some; it then has to look at revisions.
const CHANGES: usize = 1024;

/// The database, whichever engine it is. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Store {
    engine: engine::Engine,
    changes: broadcast::Sender<Change>,
    known_names: Arc<usage_rollup::KnownNames>,
    known_prices: Arc<shipment::KnownPrices>,
}

impl Store {
    /// Connects. Makes the SQLite file and its folder if they are missing; runs no migrations.
    ///
    /// # Errors
    /// If the database cannot be reached or the file cannot be made.
    pub async fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        Ok(Self::over(engine::Engine::open(url).await?))
    }

    fn over(engine: engine::Engine) -> Self {
        Self {
            engine,
            changes: broadcast::Sender::new(CHANGES),
            known_names: Arc::default(),
            known_prices: Arc::default(),
        }
    }

    /// What changes from now on: after each commit of this process, and of others once [`Store::listen`] was called.
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// On Postgres, starts the task that hears of other processes' changes and reconnects by itself until the store is
    /// closed. On SQLite there is nothing to hear.
    pub fn listen(&self) {
        if let Some(pool) = self.engine.postgres() {
            tokio::spawn(change::listen(pool.clone(), self.changes.clone()));
        }
    }

    /// Closes every connection, once those in use are done, or have not come to an end for ten seconds.
    pub async fn close(&self) {
        self.engine.close().await;
    }

    /// Prepares every statement that this program may run, which finds any that does not fit the schema. The answer
    /// counts them.
    ///
    /// # Errors
    /// If one cannot be prepared.
    pub async fn check_statements(&self) -> Result<usize, StoreError> {
        let mut texts: Vec<String> =
            ALL_STATEMENTS.iter().flat_map(|list| list.iter()).map(|sql| sql.0.to_owned()).collect();
        let numbered = self.engine.postgres().is_some();
        if numbered {
            let only_here = [change::NOTIFY, setup_turn::TRY, look::RIGHTS, migrations::HAS_STEPS_ON_POSTGRES];
            texts.extend(only_here.map(|sql| sql.0.to_owned()));
        }
        texts.extend(MANY.iter().flat_map(|many| [1, ManyRows::AT_ONCE].map(|rows| many.text(rows, numbered))));
        let count = texts.len();
        self.prepare(texts).await?;
        Ok(count)
    }

    /// The texts of all statements that reports and lists of requests read with, for measurements: what they are and how
    /// an engine plans them.
    pub fn report_statements() -> Vec<&'static str> {
        let files = [usage_report::STATEMENTS, request_page::STATEMENTS, request_search::STATEMENTS];
        files.iter().flat_map(|list| list.iter()).map(|sql| sql.0).collect()
    }

    /// Who pays.
    pub fn accounts(&self) -> Accounts<'_> {
        Accounts(self)
    }

    /// Who signs in.
    pub fn people(&self) -> People<'_> {
        People(self)
    }

    /// Who is signed in.
    pub fn sessions(&self) -> Sessions<'_> {
        Sessions(self)
    }

    /// Failed attempts to sign in.
    pub fn throttle(&self) -> Throttle<'_> {
        Throttle(self)
    }

    /// One-time links.
    pub fn links(&self) -> Links<'_> {
        Links(self)
    }

    /// API keys and their secrets.
    pub fn api_keys(&self) -> ApiKeys<'_> {
        ApiKeys(self)
    }

    /// The aliases of API keys.
    pub fn aliases(&self) -> Aliases<'_> {
        Aliases(self)
    }

    /// Models and providers.
    pub fn catalog(&self) -> CatalogTable<'_> {
        CatalogTable(self)
    }

    /// What calls used.
    pub fn usage(&self) -> Usage<'_> {
        Usage(self)
    }

    /// What accounts have, and why.
    pub fn wallets(&self) -> Wallets<'_> {
        Wallets(self)
    }

    /// What gateways may spend without asking.
    pub fn leases(&self) -> Leases<'_> {
        Leases(self)
    }

    /// What gateways admitted lately.
    pub fn rates(&self) -> Rates<'_> {
        Rates(self)
    }

    /// The gateways that run.
    pub fn gateways(&self) -> Gateways<'_> {
        Gateways(self)
    }

    /// Facts about the installation as a whole.
    pub fn installation(&self) -> Installation<'_> {
        Installation(self)
    }

    /// Who changed what.
    pub fn audit(&self) -> Audit<'_> {
        Audit(self)
    }
}
