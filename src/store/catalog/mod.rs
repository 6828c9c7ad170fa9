//! The catalog: models, providers, imports of catalog files, and the order of providers for fallbacks.

mod catalog;
mod effective;
mod fact_change;
mod file;
mod import;
mod provider_change;
mod provider_orders;

pub use catalog::CatalogTable;
pub use file::{CatalogFile, CatalogFileError};
pub use import::ImportReport;
pub use provider_change::ProviderChange;

use crate::store::engine::{ManyRows, Sql};

/// Every statement of this folder.
pub const STATEMENTS: &[&[Sql]] = &[
    catalog::STATEMENTS,
    fact_change::STATEMENTS,
    import::STATEMENTS,
    provider_change::STATEMENTS,
    provider_orders::STATEMENTS,
];

/// Statements of this folder that add many rows.
pub const MANY: &[ManyRows] = &[import::ADD_PROVIDERS, import::ADD_MODELS];
