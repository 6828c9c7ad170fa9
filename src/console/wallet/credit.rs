//! Adding credit by hand, which only an admin may.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::web;

use super::show::WalletPage;
use crate::console::format::money;
use crate::console::layout::Frame;
use crate::console::state::Console;
use crate::console::web::flash::{self, Flash};
use crate::console::web::reply::{self, Reply};
use crate::console::web::{ConsoleError, Field, HtmxRequest};
use crate::domain::{LedgerId, Name, PicoUsd};
use crate::store::{Credited, NewCredit};

/// The longest note, in characters.
const NOTE: usize = 200;
const STALE: &str = "An entry was added since this page was opened: the newest are listed below. Nothing was added now. If \
                     yours is not among them, send it again.";

/// The form that adds credit.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct CreditForm {
    account: String,
    usd: String,
    note: String,
    confirm: String,
    /// The last entry by hand that the page showed; empty if there was none.
    seen: String,
}

pub(super) async fn add(
    console: web::Data<Console>,
    frame: Frame,
    session: Session,
    htmx: HtmxRequest,
    form: web::Form<CreditForm>,
) -> Reply {
    if !frame.who.is_admin() {
        return Err(ConsoleError::Forbidden);
    }
    let (who, now) = (frame.who.clone(), console.now());
    let account = super::account(&console, &who, &form.account).await?;
    let account = account.ok_or(ConsoleError::NotFound)?;
    let (id, name) = (account.id, account.name.clone());

    let mut page = WalletPage::load(&console, frame, account, "").await?;
    page.usd.value.clone_from(&form.usd);
    page.note.value.clone_from(&form.note);
    let balance = page.wallet.unwrap_or_default().balance;
    let amount = page.usd.check(amount(&form.usd, balance));
    let note = page.note.check(note(&form.note));
    let (Some(amount), Some(note)) = (amount, note) else {
        return page.again(StatusCode::UNPROCESSABLE_ENTITY);
    };
    if let Some(question) = unconfirmed(amount, &name, &form.confirm) {
        page.confirm = Some(question);
        return page.again(StatusCode::UNPROCESSABLE_ENTITY);
    }

    let new = NewCredit {
        id: LedgerId::new(now, crate::random::bytes()),
        account: id,
        amount,
        note,
        // A form without the field has seen no entry: its credit can then only be the first.
        seen: Some(form.seen.parse().ok()),
    };
    match console.store.by(&who.editor(), now).wallets().add(new).await? {
        Credited::Done(balance) => {
            let (changed, balance) = (money::change(amount), money::dollars(balance));
            let text = format!("{changed} for {name}. The balance is now {balance}.");
            flash::set(&session, Flash::new(text));
            Ok(reply::go(htmx, &format!("/wallet?account={id}")))
        }
        Credited::Stale => {
            page.conflict = Some(STALE);
            page.again(StatusCode::CONFLICT)
        }
        Credited::Missing => Err(ConsoleError::NotFound),
    }
}

/// The phrase to type and the field for it, if the amount is a correction that the person has not confirmed.
fn unconfirmed(amount: PicoUsd, account: &Name, typed: &str) -> Option<(String, Field)> {
    let phrase = format!("take {} USD", amount.to_string().trim_start_matches('-'));
    if amount >= PicoUsd::ZERO || typed.trim() == phrase {
        return None;
    }

    let taken = money::dollars(PicoUsd::from_pico(amount.pico().saturating_neg()));
    let field = Field {
        value: typed.to_owned(),
        error: Some(format!("This takes {taken} from {account}. Type {phrase} to confirm.")),
    };
    Some((phrase, field))
}

fn amount(text: &str, balance: PicoUsd) -> Result<PicoUsd, String> {
    match money::parse(text)? {
        PicoUsd::ZERO => Err("Enter an amount other than zero.".into()),
        amount if balance.checked_add(amount).is_none() => {
            Err("The balance would be beyond what a wallet can hold, about 9.2 million dollars.".into())
        }
        amount => Ok(amount),
    }
}

fn note(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("Say why, for example with the number of an invoice.".into());
    }
    if text.chars().count() > NOTE {
        return Err(format!(
            "Use {NOTE} characters or fewer. This has {}.",
            text.chars().count()
        ));
    }
    if text.chars().any(char::is_control) {
        return Err("Use one line of plain text.".into());
    }
    Ok(text.to_owned())
}
