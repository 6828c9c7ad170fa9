//! The address of the database.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

/// `sqlite://data/app.db` or `postgres://user:password@host/name`; the scheme chooses the engine. `Display` and `Debug`
/// leave the password out.
#[derive(Clone)]
pub struct DatabaseUrl {
    pub(in crate::store) engine: EngineOptions,
    without_password: String,
}

#[derive(Clone)]
pub enum EngineOptions {
    Sqlite(Box<SqliteConnectOptions>),
    Postgres(Box<PgConnectOptions>),
}

/// The text is no address of a database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}; write sqlite://path/to/file.db or postgres://user:password@host:port/name")]
pub struct DatabaseUrlError(&'static str);

impl DatabaseUrl {
    /// The SQLite database's file; `None` for Postgres.
    pub fn file(&self) -> Option<&Path> {
        match &self.engine {
            EngineOptions::Sqlite(options) => Some(options.get_filename()),
            EngineOptions::Postgres(_) => None,
        }
    }

    /// Whether it is Postgres; else it is SQLite.
    pub fn is_postgres(&self) -> bool {
        matches!(self.engine, EngineOptions::Postgres(_))
    }
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, DatabaseUrlError> {
        let (scheme, rest) = text
            .split_once(':')
            .ok_or(DatabaseUrlError("the database's address has no scheme"))?;
        match scheme {
            "sqlite" if rest.contains(":memory:") || rest.contains("mode=memory") => {
                Err(DatabaseUrlError("a database in memory would be lost at every stop"))
            }
            "sqlite" if rest.trim_start_matches('/').is_empty() => {
                Err(DatabaseUrlError("the database's address names no file"))
            }
            "sqlite" => {
                let wrong = |_| DatabaseUrlError("the SQLite address cannot be understood");
                let options = SqliteConnectOptions::from_str(text).map_err(wrong)?;
                Ok(Self {
                    engine: EngineOptions::Sqlite(Box::new(options)),
                    without_password: text.to_owned(),
                })
            }
            "postgres" | "postgresql" => {
                let wrong = DatabaseUrlError("the Postgres address cannot be understood");
                let mut url = ::url::Url::parse(text).map_err(|_| wrong.clone())?;
                let options = PgConnectOptions::from_str(text).map_err(|_| wrong)?;
                if url.password().is_some() {
                    // Cannot fail: a URL that has a password can have another.
                    let _ = url.set_password(Some("***"));
                }
                url.set_query(None);
                Ok(Self {
                    engine: EngineOptions::Postgres(Box::new(options)),
                    without_password: url.to_string(),
                })
            }
            _ => Err(DatabaseUrlError("only SQLite and Postgres are supported")),
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.without_password)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({})", self.without_password)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_chooses_the_engine() {
        let postgres = |text: &str| text.parse::<DatabaseUrl>().unwrap().is_postgres();
        assert!(postgres("postgres://crossmodel@db/crossmodel"));
        assert!(postgres("postgresql:///crossmodel?host=/run/postgresql"));
        assert!(!postgres("sqlite://data/crossmodel.db"));
        assert!(!postgres("sqlite:/var/lib/crossmodel.db"));
    }

    #[test]
    fn what_is_shown_has_no_password() {
        for text in [
            "postgres://maya:s3cret@db/app",
            "postgres://maya@db/app?password=s3cret",
        ] {
            let url: DatabaseUrl = text.parse().unwrap();
            let shown = format!("{url} {url:?}");
            assert!(
                shown.contains("maya") && shown.contains("@db/app") && !shown.contains("s3cret"),
                "{shown}"
            );
        }
    }

    #[test]
    fn other_addresses_are_refused_with_an_example_and_without_themselves() {
        for text in [
            "",
            "s3cret",
            "mysql://a:s3cret@db",
            "sqlite::memory:",
            "sqlite://",
            "postgres://a:s3cret@db:port/x",
        ] {
            let message = text.parse::<DatabaseUrl>().unwrap_err().to_string();
            assert!(
                message.contains("sqlite://path/to/file.db") && !message.contains("s3cret"),
                "{text}: {message}"
            );
        }
    }
}
