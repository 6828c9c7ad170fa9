//! The whole ledger as a CSV file, written piece by piece: it may be long.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, web};
use futures_util::{StreamExt, stream};

use super::show::WalletQuery;
use crate::console::auth::SignedIn;
use crate::console::format::When;
use crate::console::state::Console;
use crate::console::web::ConsoleError;
use crate::console::web::reply::Reply;
use crate::domain::{AccountId, LedgerEntry, LedgerId, csv_cell};

/// How many entries are read at once.
const PIECE: u32 = 1_000;
const HEAD: &str = "id,time,kind,amount (USD),requests,note,by\r\n";

/// `GET /wallet/export.csv`: every entry, the newest first.
pub(super) async fn all(console: web::Data<Console>, who: SignedIn, query: web::Query<WalletQuery>) -> Reply {
    let account = super::account(&console, &who, &query.account)
        .await?
        .ok_or(ConsoleError::NotFound)?
        .id;

    // The first piece is read before the answer begins, so that a failing store gives an error and no empty file.
    let (first, rest) = piece(&console, account, None).await?;
    let head = stream::iter([Ok(Bytes::from(format!("{HEAD}{first}")))]);
    let rest = stream::try_unfold(rest, move |under| {
        let console = console.clone();
        async move {
            let Some(under) = under else { return Ok(None) };
            let (text, rest) = piece(&console, account, Some(under)).await?;
            Ok::<_, ConsoleError>((!text.is_empty()).then(|| (Bytes::from(text), rest)))
        }
    });

    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"crossmodel-wallet.csv\""))
        .insert_header((CACHE_CONTROL, "no-store"))
        .streaming(head.chain(rest)))
}

/// Some entries as lines, and where they end if there are more.
async fn piece(
    console: &Console,
    account: AccountId,
    under: Option<LedgerId>,
) -> Result<(String, Option<LedgerId>), ConsoleError> {
    let entries = console.store.wallets().entries(account, under, PIECE).await?;
    let rest = entries
        .last()
        .filter(|_| entries.len() == PIECE as usize)
        .map(|entry| entry.id);
    Ok((entries.iter().map(line).collect(), rest))
}

fn line(entry: &LedgerEntry) -> String {
    let LedgerEntry {
        id,
        at,
        kind,
        amount,
        requests,
        note,
        actor,
        ..
    } = entry;
    let at = When::new(*at, *at).machine();
    let text = |text: &Option<String>| csv_cell(text.as_deref().unwrap_or_default());
    // The amount is our own number: a minus before it must stay one.
    format!(
        "{id},{at},{},{amount},{requests},{},{}\r\n",
        kind.as_str(),
        text(note),
        text(actor)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{EntryKind, PicoUsd, Timestamp};

    #[test]
    fn amounts_are_exact_and_notes_are_never_formulas() {
        let at = Timestamp::from_millis(1_795_348_800_000);
        let entry = LedgerEntry {
            id: LedgerId::new(at, [0; 10]),
            account: AccountId::new(at, [0; 10]),
            at,
            kind: EntryKind::Correction,
            amount: PicoUsd::from_pico(-1_500_000_000_001),
            note: Some("=1+1".into()),
            actor: Some("a,b".into()),
            person: None,
            requests: 0,
        };
        let line = line(&entry);
        let line = line.split_once(',').unwrap().1;
        assert_eq!(
            line,
            "2026-11-22T12:00:00Z,correction,-1.500000000001,0,'=1+1,\"a,b\"\r\n"
        );
    }
}
