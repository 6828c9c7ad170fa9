//! Prints how the engine plans each statement of reports and lists, whatever its arguments.

use crossmodel::store::Store;
use sqlx::{AssertSqlSafe, Row};

use super::Error;

pub async fn print(url: &str) -> Result<(), Error> {
    println!();
    for text in Store::report_statements() {
        println!("{}", text.split_whitespace().collect::<Vec<_>>().join(" "));
        let lines = if url.starts_with("sqlite:") {
            sqlite(url, text).await?
        } else {
            postgres(url, text).await?
        };
        for line in lines {
            println!("    {line}");
        }
    }
    Ok(())
}

async fn sqlite(url: &str, text: &str) -> Result<Vec<String>, Error> {
    let pool = sqlx::SqlitePool::connect(url).await?;
    let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"));
    let rows = sqlx::query(explain).fetch_all(&pool).await?;

    let lines = rows.iter().map(|row| row.try_get("detail")).collect::<Result<_, _>>()?;
    pool.close().await;
    Ok(lines)
}

async fn postgres(url: &str, text: &str) -> Result<Vec<String>, Error> {
    let pool = sqlx::postgres::PgPoolOptions::new()
        .max_connections(1)
        .connect(url)
        .await?;
    let arguments = (1..=20).take_while(|n| text.contains(&format!("${n}"))).count();
    let nulls = vec!["NULL"; arguments].join(", ");
    let explain = format!(
        "SET plan_cache_mode = force_generic_plan; PREPARE one AS {text}; EXPLAIN EXECUTE one({nulls}); DEALLOCATE one"
    );
    let rows = sqlx::raw_sql(AssertSqlSafe(explain)).fetch_all(&pool).await?;

    let lines = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    pool.close().await;
    Ok(lines)
}
