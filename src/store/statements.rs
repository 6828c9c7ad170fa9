//! The list of every statement, which a test and `check-config` prepare.

use super::engine::{ManyRows, Sql, Store, StoreError};
use super::{audit, catalog, engine, installation, keys, money, people, usage};

/// Every statement of every folder.
const ALL: &[&[&[Sql]]] = &[
    audit::STATEMENTS,
    catalog::STATEMENTS,
    engine::STATEMENTS,
    keys::STATEMENTS,
    money::STATEMENTS,
    people::STATEMENTS,
    usage::STATEMENTS,
    usage::REQUESTS,
    &[installation::STATEMENTS],
];
const MANY: &[&[ManyRows]] = &[catalog::MANY, usage::MANY];

impl Store {
    /// Prepares every statement that this program may run, to find one that does not fit the schema. Returns their number.
    ///
    /// # Errors
    /// If a statement cannot be prepared.
    pub async fn check_statements(&self) -> Result<usize, StoreError> {
        let all = ALL.iter().flat_map(|folder| folder.iter()).flat_map(|list| list.iter());
        let mut texts: Vec<String> = all.map(|sql| sql.0.to_owned()).collect();
        let numbered = self.engine.postgres().is_some();

        if numbered {
            texts.extend(engine::ONLY_POSTGRES.iter().map(|sql| sql.0.to_owned()));
        }

        let many = MANY.iter().flat_map(|folder| folder.iter());
        texts.extend(many.flat_map(|many| [1, ManyRows::AT_ONCE].map(|rows| many.text(rows, numbered))));
        let count = texts.len();
        self.prepare(texts).await?;

        Ok(count)
    }

    /// The texts of all statements of reports and lists of requests, for measurements of how an engine plans them.
    pub fn report_statements() -> Vec<&'static str> {
        usage::READING
            .iter()
            .flat_map(|folder| folder.iter())
            .flat_map(|list| list.iter())
            .map(|sql| sql.0)
            .collect()
    }
}
