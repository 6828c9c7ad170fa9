//! The console's pages, as HTML.

mod aliases;
mod aliases_answer_name;
mod aliases_saving;
mod aliases_traffic;
mod connect;
mod frame;
mod key_limits;
mod keys;
mod requests;
mod sign_in;
mod slow;
mod usage;
mod wallet;

use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use crate::harness::app::TestApp;

/// One statement for each table: all its rows, each as one text.
const SELECTS: &str = r#"
SELECT 'SELECT ''' || t.name || ': '' || ' || group_concat('quote("' || c.name || '")', ' || '','' || ')
       || ' FROM "' || t.name || '" ORDER BY 1'
FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' GROUP BY t.name ORDER BY t.name"#;

/// What an element says, with a space between the texts of its parts.
fn spaced(element: &scraper::ElementRef<'_>) -> String {
    element.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

/// Every row of every table, to tell whether something was written. Not the file's bytes: looking changes those.
async fn rows(app: &TestApp) -> Vec<String> {
    let mut database = SqliteConnection::connect(&app.store().database().url()).await.expect("the test's database");
    let selects: Vec<(String,)> = sqlx::query_as(SELECTS).fetch_all(&mut database).await.expect("its tables");
    let mut out = Vec::new();
    for (select,) in selects {
        let rows: Vec<(String,)> =
            sqlx::query_as(AssertSqlSafe(select)).fetch_all(&mut database).await.expect("its rows");
        out.extend(rows.into_iter().map(|(row,)| row));
    }
    out
}
