//! A database for one test, gone when the test ends.

use std::path::{Path, PathBuf};

use crossmodel::random;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};

/// Each table of SQLite, and one statement for all its rows, each as one text.
const SELECTS: &str = r#"
SELECT t.name, 'SELECT ''' || t.name || ': '' || ' || group_concat('quote("' || c.name || '")', ' || '','' || ')
       || ' FROM "' || t.name || '" ORDER BY 1'
FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' GROUP BY t.name ORDER BY t.name"#;

/// The two kinds of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// An empty database of a test's own.
#[derive(Debug)]
pub struct Database {
    engine: Engine,
    /// The file's folder, or the database's name.
    place: String,
}

impl Database {
    /// Makes one. On Postgres it is a new database of the server at `TEST_POSTGRES_URL`.
    pub async fn fresh(engine: Engine) -> Self {
        let name = format!("crossmodel_test_{}", unique());
        let place = match engine {
            Engine::Sqlite => Folder::path(&name).display().to_string(),
            Engine::Postgres => {
                server()
                    .await
                    .execute(AssertSqlSafe(format!("CREATE DATABASE {name}")))
                    .await
                    .expect("a new database");
                name
            }
        };
        Self { engine, place }
    }

    /// Which kind it is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Its address, as `DATABASE_URL` takes it.
    pub fn url(&self) -> String {
        match self.engine {
            Engine::Sqlite => format!("sqlite://{}/test.db", self.place),
            Engine::Postgres => {
                let mut url = url::Url::parse(&server_url()).expect("an address in TEST_POSTGRES_URL");
                url.set_path(&self.place);
                url.to_string()
            }
        }
    }

    /// Every byte that it holds, for tests that look for what must not be there: the SQLite files, or every row of every
    /// table as text.
    pub async fn dump(&self) -> Vec<u8> {
        match self.engine {
            Engine::Sqlite => {
                let files = std::fs::read_dir(&self.place).expect("the database's folder");
                files
                    .flat_map(|file| std::fs::read(file.expect("a file").path()).expect("its bytes"))
                    .collect()
            }
            Engine::Postgres => {
                let mut database = PgConnection::connect(&self.url()).await.expect("the test's database");
                let tables: Vec<(String,)> =
                    sqlx::query_as("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
                        .fetch_all(&mut database)
                        .await
                        .expect("its tables");
                let mut out = Vec::new();
                for (table,) in tables {
                    let rows: Vec<(String,)> =
                        sqlx::query_as(AssertSqlSafe(format!("SELECT t::text FROM \"{table}\" t")))
                            .fetch_all(&mut database)
                            .await
                            .expect("its rows");
                    // Binary columns are shown in hexadecimal; a search has to look for both forms.
                    out.extend(rows.into_iter().flat_map(|(row,)| row.into_bytes()));
                }
                out
            }
        }
    }

    /// Every row of every table but these, each as one text that begins with its table's name, to tell whether something
    /// was written. Not the file's bytes: looking changes those. On SQLite only.
    pub async fn rows(&self, but: &[&str]) -> Vec<String> {
        assert_eq!(self.engine, Engine::Sqlite);
        let mut database = SqliteConnection::connect(&self.url())
            .await
            .expect("the test's database");
        let selects: Vec<(String, String)> = sqlx::query_as(SELECTS)
            .fetch_all(&mut database)
            .await
            .expect("its tables");
        let mut out = Vec::new();
        for (_, select) in selects.into_iter().filter(|(table, _)| !but.contains(&table.as_str())) {
            let rows: Vec<(String,)> = sqlx::query_as(AssertSqlSafe(select))
                .fetch_all(&mut database)
                .await
                .expect("its rows");
            out.extend(rows.into_iter().map(|(row,)| row));
        }
        out
    }

    /// The name of every column. On SQLite only.
    pub async fn columns(&self) -> Vec<String> {
        let mut database = SqliteConnection::connect(&self.url())
            .await
            .expect("the test's database");
        let names: Vec<(String,)> = sqlx::query_as(
            "SELECT DISTINCT c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'",
        )
        .fetch_all(&mut database)
        .await
        .expect("its columns");
        names.into_iter().map(|(name,)| name).collect()
    }

    /// Removes it, even if clients are still connected.
    pub async fn remove(&self) {
        match self.engine {
            Engine::Sqlite => drop(std::fs::remove_dir_all(&self.place)),
            Engine::Postgres => {
                let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.place);
                server()
                    .await
                    .execute(AssertSqlSafe(drop))
                    .await
                    .expect("to drop the test's database");
            }
        }
    }
}

/// A folder of its own for one test, removed when dropped.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Makes one.
    pub fn fresh() -> Self {
        let path = Self::path(&format!("crossmodel_test_{}", unique()));
        std::fs::create_dir_all(&path).expect("a folder for the test");
        Self(path)
    }

    fn path(name: &str) -> PathBuf {
        std::env::temp_dir().join(name)
    }
}

impl AsRef<Path> for Folder {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn unique() -> String {
    random::bytes::<8>().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn server_url() -> String {
    std::env::var("TEST_POSTGRES_URL").expect(
        "TEST_POSTGRES_URL is not set, so this test has no Postgres. Run the tests with scripts/test, which starts one; \
         for some of them: scripts/test -- --test it NAME",
    )
}

async fn server() -> PgConnection {
    PgConnection::connect(&server_url())
        .await
        .expect("the Postgres server at TEST_POSTGRES_URL")
}
