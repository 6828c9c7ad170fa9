//! Keys as a CSV file, safe to open in a spreadsheet.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::{HttpResponse, web};

use super::filter::ListQuery;
use super::row::Standing;
use crate::console::auth::SignedIn;
use crate::console::format::When;
use crate::console::state::Console;
use crate::console::web::ConsoleError;
use crate::console::web::reply::Reply;
use crate::domain::{ApiKey, Scope, Timestamp};
use crate::store::{KeyFilter, KeyRow};

const HEAD: [&str; 13] = [
    "id",
    "name",
    "key",
    "status",
    "account",
    "owner",
    "aliases",
    "last used",
    "requests, 7 days",
    "spend, 30 days (USD)",
    "expires",
    "created",
    "adapt",
];
const PAGE: u32 = 200;

/// `GET /keys/export.csv`: every key that the list's filter selects.
pub(super) async fn all(console: web::Data<Console>, who: SignedIn, query: web::Query<ListQuery>) -> Reply {
    let rows = rows(&console, query.scope(&who), &query.filter(&who)).await?;
    Ok(answer(&rows, console.now()))
}

pub(super) async fn some(console: &Console, scope: Scope, keys: &[ApiKey]) -> Reply {
    let mut rows = rows(console, scope, &KeyFilter::default()).await?;
    rows.retain(|row| keys.iter().any(|key| key.id == row.key.id));
    Ok(answer(&rows, console.now()))
}

async fn rows(console: &Console, scope: Scope, filter: &KeyFilter) -> Result<Vec<KeyRow>, ConsoleError> {
    let mut rows = Vec::new();
    for page in 1..=1_000 {
        let filter = KeyFilter {
            page,
            per_page: PAGE,
            ..filter.clone()
        };
        let found = console.store.api_keys().page(scope, &filter, console.now()).await?;
        let last = found.rows.len() < PAGE as usize;
        rows.extend(found.rows);
        if last {
            break;
        }
    }
    Ok(rows)
}

fn answer(rows: &[KeyRow], now: Timestamp) -> HttpResponse {
    let mut csv = line(HEAD.map(str::to_owned));
    for row in rows {
        csv.push_str(&line(cells(row, now)));
    }
    HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"crossmodel-keys.csv\""))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(csv)
}

fn cells(row: &KeyRow, now: Timestamp) -> [String; 13] {
    let key = &row.key;
    let time = |at: Option<Timestamp>| at.map(|at| When::new(at, now).machine()).unwrap_or_default();
    [
        key.id.to_string(),
        key.name.to_string(),
        key.display.clone(),
        Standing::of(key, now).word().to_lowercase(),
        row.account_name.clone(),
        row.owner_email.as_ref().map(ToString::to_string).unwrap_or_default(),
        row.aliases.len().to_string(),
        time(key.last_used_at),
        row.daily_requests.iter().sum::<i64>().to_string(),
        row.spend_30d.to_string(),
        time(key.expires_at),
        time(Some(key.created_at)),
        key.adapt.to_string(),
    ]
}

fn line<const N: usize>(cells: [String; N]) -> String {
    let quoted: Vec<String> = cells.iter().map(|cell| quote(cell)).collect();
    format!("{}\r\n", quoted.join(","))
}

/// Quotes a cell. One that a spreadsheet would take for a formula gets an apostrophe, which makes it text.
fn quote(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let apostrophe = if formula { "'" } else { "" };
    format!("\"{apostrophe}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        assert_eq!(quote("plain"), "\"plain\"");
        assert_eq!(quote("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        for start in ["+1", "-1", "@a", "\tx", "\rx"] {
            assert!(quote(start).starts_with("\"'"), "{start:?}");
        }
    }
}
