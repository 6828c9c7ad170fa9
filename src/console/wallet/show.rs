//! `GET /wallet`: the balance, the spending, and the ledger line by line.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use url::form_urlencoded::Serializer;

use super::line::{Line, cursor_text, lasts, parse_cursor};
use crate::console::format::money;
use crate::console::layout::{Frame, Nav};
use crate::console::state::Console;
use crate::console::web::reply::{self, Reply};
use crate::console::web::{ConsoleError, Field};
use crate::domain::{Account, Balance, LedgerId, PicoUsd};
use crate::store::Spent;

/// How many lines a page has.
const PER_PAGE: u32 = 50;

/// The query of the page.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct WalletQuery {
    /// The account, for an admin.
    pub(super) account: String,
    /// The cursor at the end of the page before.
    before: String,
}

/// The page, also when the form has to be shown again.
#[derive(Template)]
#[template(path = "wallet/index.html")]
pub(super) struct WalletPage {
    frame: Frame,
    pub(super) account: Account,
    /// Accounts that an admin can choose from, id and name.
    accounts: Vec<(String, String)>,
    /// `None` before the first entry.
    pub(super) wallet: Option<Balance>,
    spent: Spent,
    lines: Vec<Line>,
    /// The cursor of the next page, if there is one.
    next: Option<String>,
    is_first: bool,
    /// The last entry by hand that the page shows, for the form.
    seen: Option<LedgerId>,
    /// The amount, as typed.
    pub(super) usd: Field,
    /// The note, as typed.
    pub(super) note: Field,
    /// The phrase that confirms a correction and the field for it, once the page asks for it.
    pub(super) confirm: Option<(String, Field)>,
    /// What is wrong with the form as a whole.
    pub(super) conflict: Option<&'static str>,
}

/// The page of an installation without accounts.
#[derive(Template)]
#[template(path = "wallet/no_accounts.html")]
struct NoAccountsPage {
    frame: Frame,
}

pub(super) async fn show(console: web::Data<Console>, frame: Frame, query: web::Query<WalletQuery>) -> Reply {
    match super::account(&console, &frame.who, &query.account).await? {
        Some(account) => reply::ok(&WalletPage::load(&console, frame, account, &query.before).await?),
        None => reply::ok(&NoAccountsPage {
            frame: frame.at(Nav::Wallet),
        }),
    }
}

impl WalletPage {
    pub(super) async fn load(
        console: &Console,
        frame: Frame,
        account: Account,
        before: &str,
    ) -> Result<Self, ConsoleError> {
        let (now, wallets) = (console.now(), console.store.wallets());
        let cursor = parse_cursor(before);
        let unloaded = |source| ConsoleError::Unloaded {
            what: "the wallet",
            source,
        };

        let mut lines = wallets
            .lines(account.id, cursor, PER_PAGE + 1)
            .await
            .map_err(unloaded)?;
        let more = lines.len() > PER_PAGE as usize;
        lines.truncate(PER_PAGE as usize);
        let next = lines
            .last()
            .filter(|_| more)
            .map(|line| cursor_text(line.what.under(), now));

        let accounts = if frame.who.is_admin() {
            console.store.accounts().list().await?
        } else {
            Vec::new()
        };
        let id = account.id.to_string();
        let foreign = frame.who.is_admin().then_some(id.as_str());

        Ok(Self {
            wallet: wallets.balance(account.id).await?,
            spent: wallets.spent(account.id, now).await?,
            seen: wallets.last_by_hand(account.id).await?,
            lines: lines.into_iter().map(|line| Line::new(line, foreign, now)).collect(),
            next,
            is_first: cursor.is_none(),
            accounts: accounts
                .into_iter()
                .map(|account| (account.id.to_string(), account.name.into()))
                .collect(),
            account,
            usd: Field::default(),
            note: Field::default(),
            confirm: None,
            conflict: None,
            frame: frame.at(Nav::Wallet),
        })
    }

    /// The page again, with messages.
    pub(super) fn again(&self, status: StatusCode) -> Reply {
        reply::page(status, self)
    }

    fn adds_credit(&self) -> bool {
        self.frame.who.is_admin()
    }

    fn balance(&self) -> PicoUsd {
        self.wallet.unwrap_or_default().balance
    }

    fn held(&self) -> PicoUsd {
        self.wallet.unwrap_or_default().held
    }

    /// Whether calls are refused because the wallet is empty.
    fn is_empty(&self) -> bool {
        self.wallet.is_some() && self.balance() <= PicoUsd::ZERO
    }

    fn lasts(&self) -> Option<String> {
        let free = PicoUsd::from_pico(self.balance().pico().saturating_sub(self.held().pico()));
        lasts(free, self.spent.week)
    }

    fn seen_text(&self) -> String {
        self.seen.map(|id| id.to_string()).unwrap_or_default()
    }

    /// The fields that are wrong, and why.
    fn problems(&self) -> Vec<(&'static str, &str)> {
        let confirm = self.confirm.as_ref().map(|(_, field)| ("confirm", field));
        let fields = [("usd", &self.usd), ("note", &self.note)].into_iter().chain(confirm);
        fields
            .filter_map(|(id, field)| Some((id, field.error.as_deref()?)))
            .collect()
    }

    /// An address about this wallet.
    fn address(&self, path: &str, before: &str) -> String {
        let mut query = Serializer::new(String::new());
        if self.frame.who.is_admin() {
            query.append_pair("account", &self.account.id.to_string());
        }
        if !before.is_empty() {
            query.append_pair("before", before);
        }
        let query = query.finish();
        if query.is_empty() {
            path.into()
        } else {
            format!("{path}?{query}")
        }
    }
}
