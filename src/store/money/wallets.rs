//! Wallets: what accounts have, and the ledger that says why. What calls cost is written by [`crate::store::usage::shipment`].

use serde_json::json;

use crate::domain::{AccountId, Balance, EntryKind, GatewayId, LedgerEntry, LedgerId, PicoUsd, Timestamp};
use crate::store::audit::{Actor, Subject};
use crate::store::engine::Sql;
use crate::store::engine::{Change, Row, Store, StoreError, Table, args, sql};

/// Wallets and the ledger.
#[derive(Clone, Copy, Debug)]
pub struct Wallets<'a>(pub(in crate::store) &'a Store);

impl Store {
    /// What accounts have, and why.
    pub fn wallets(&self) -> Wallets<'_> {
        Wallets(self)
    }
}

/// Credit to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCredit {
    /// The entry's identifier.
    pub id: LedgerId,
    /// Whose balance.
    pub account: AccountId,
    /// How much; negative takes credit back.
    pub amount: PicoUsd,
    /// Why, in words.
    pub note: String,
    /// The last entry that a person made, as far as whoever adds this one has seen; the outer `None` does not care.
    pub seen: Option<Option<LedgerId>>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credited {
    /// The new balance.
    Done(PicoUsd),
    /// People have added an entry that was not seen. Nothing was written.
    Stale,
    /// There is no such account.
    Missing,
}

macro_rules! columns {
    () => {
        "id, account_id, at, kind, amount, note, actor, person_id, requests"
    };
}

sql! {
    /// Adds to a balance, and makes the wallet if this is its first entry.
    ADD_TO_BALANCE = "INSERT INTO wallet (account_id, balance) VALUES ($1, $2) \
                      ON CONFLICT (account_id) DO UPDATE SET balance = wallet.balance + excluded.balance";
    ADD_ENTRY = concat!("INSERT INTO ledger_entry (", columns!(), ", gateway_id, position) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
    ADD_TO_DAY = "INSERT INTO ledger_daily (account_id, day, requests, used, added) VALUES ($1, $2, $3, $4, $5) \
                  ON CONFLICT (account_id, day) DO UPDATE SET requests = ledger_daily.requests + excluded.requests, \
                  used = ledger_daily.used + excluded.used, added = ledger_daily.added + excluded.added";
    LAST_BY_HAND = "SELECT MAX(id) AS id FROM ledger_entry WHERE account_id = $1 AND kind <> 'usage'";
    BALANCE = "SELECT balance, COALESCE((SELECT CAST(SUM(l.held) AS BIGINT) FROM lease l WHERE l.subject = $2 \
               AND (CAST($3 AS TEXT) IS NULL OR l.gateway_id <> $3)), 0) AS held \
               FROM wallet WHERE account_id = $1";
    SUM = "SELECT COALESCE(CAST(SUM(amount) AS BIGINT), 0) AS total FROM ledger_entry WHERE account_id = $1";
    ENTRY = concat!("SELECT ", columns!(), " FROM ledger_entry WHERE id = $1");
    /// A comparison alone, for which SQLite goes into the index; no id is above the tilde.
    ENTRIES = concat!("SELECT ", columns!(), " FROM ledger_entry WHERE account_id = $1 \
               AND id < COALESCE(CAST($2 AS TEXT), '~') ORDER BY id DESC LIMIT $3");
}
pub const ADD_USAGE: Sql = ADD_ENTRY;
pub const CHARGE: Sql = ADD_TO_BALANCE;
pub const ADD_USAGE_TO_DAY: Sql = ADD_TO_DAY;
pub const TABLE: Table = Table {
    name: "ledger_entry",
    id: "id",
};

/// The budget that stands for an account's balance.
pub fn subject(account: AccountId) -> String {
    format!("wallet:{account}")
}

impl Wallets<'_> {
    /// Adds credit to an account, or takes it back if `amount` is negative, and says who did and why. The answer is the new
    /// balance; `None` if there is no such account.
    ///
    /// # Errors
    /// If the database fails, or the balance would leave the range of [`PicoUsd`].
    pub async fn credit(
        self,
        id: LedgerId,
        account: AccountId,
        amount: PicoUsd,
        note: &str,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Option<PicoUsd>, StoreError> {
        let new = NewCredit {
            id,
            account,
            amount,
            note: note.to_owned(),
            seen: None,
        };
        Ok(match self.add(new, by, now).await? {
            Credited::Done(balance) => Some(balance),
            Credited::Stale | Credited::Missing => None,
        })
    }

    /// The same for somebody who looked at the ledger before: if people have added an entry since, nothing is written, so
    /// that a form which is sent twice adds once.
    ///
    /// # Errors
    /// If the database fails, or the balance would leave the range of [`PicoUsd`].
    pub async fn add(self, new: NewCredit, by: &Actor, now: Timestamp) -> Result<Credited, StoreError> {
        if self.0.accounts().get(new.account).await?.is_none() {
            return Ok(Credited::Missing);
        }
        let by = by.clone();
        let work = self.0.write(move |tx| {
            Box::pin(async move {
                let NewCredit {
                    id,
                    account,
                    amount,
                    note,
                    seen,
                } = new;
                // First, as it makes whoever else adds to this wallet wait.
                tx.run(ADD_TO_BALANCE, args![account, amount]).await?;
                if let Some(seen) = seen {
                    let last = tx.first(LAST_BY_HAND, args![account]).await?;
                    let last = last.map_or(Ok(None), |row| row.parse_opt(TABLE, "id"))?;
                    if last != seen {
                        tx.abandon();
                        return Ok(Credited::Stale);
                    }
                }
                let kind = if amount < PicoUsd::ZERO {
                    EntryKind::Correction
                } else {
                    EntryKind::Credit
                };
                let entry = args![
                    id,
                    account,
                    now,
                    kind.as_str(),
                    amount,
                    note.as_str(),
                    by.name.as_str(),
                    by.person,
                    0_i64,
                    None::<&str>,
                    None::<i64>
                ];
                tx.run(ADD_ENTRY, entry).await?;
                tx.run(ADD_TO_DAY, args![account, now.day(), 0_i64, 0_i64, amount])
                    .await?;
                let row = tx
                    .first(BALANCE, args![account, subject(account), None::<&str>])
                    .await?;
                let balance = row.map_or(Ok(PicoUsd::ZERO), |row| row.get("balance"))?;
                tx.announce(Change::Account(account)).await?;
                let detail = json!({ "usd": amount, "balance": balance, "note": note });
                tx.note(
                    &by,
                    now,
                    &Subject::new("wallet", account, Some(account)),
                    kind.as_str(),
                    detail,
                )
                .await?;
                Ok(Credited::Done(balance))
            })
        });
        work.await
    }

    /// The last entry that a person made, for [`NewCredit::seen`].
    ///
    /// # Errors
    /// If the database fails.
    pub async fn last_by_hand(self, account: AccountId) -> Result<Option<LedgerId>, StoreError> {
        let row = self.0.first(LAST_BY_HAND, args![account]).await?;
        row.map_or(Ok(None), |row| row.parse_opt(TABLE, "id"))
    }

    /// What an account has; `None` if it never had any credit.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn balance(self, account: AccountId) -> Result<Option<Balance>, StoreError> {
        self.seen_by(account, None).await
    }

    /// The same, as a gateway sees it that knows better what it holds itself: only what others hold is counted.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn seen_by(self, account: AccountId, gateway: Option<GatewayId>) -> Result<Option<Balance>, StoreError> {
        let row = self.0.first(BALANCE, args![account, subject(account), gateway]).await?;
        row.map(|row| {
            Ok(Balance {
                balance: row.get("balance")?,
                held: row.get("held")?,
            })
        })
        .transpose()
    }

    /// The sum of an account's entries, added up now: equal to its balance, or something is badly wrong.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sum(self, account: AccountId) -> Result<PicoUsd, StoreError> {
        self.0
            .first(SUM, args![account])
            .await?
            .map_or(Ok(PicoUsd::ZERO), |row| row.get("total"))
    }

    /// The entries of an account before a given one, the newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn entries(
        self,
        account: AccountId,
        before: Option<LedgerId>,
        limit: u32,
    ) -> Result<Vec<LedgerEntry>, StoreError> {
        self.0
            .all(ENTRIES, args![account, before, limit])
            .await?
            .iter()
            .map(entry)
            .collect()
    }
}

/// The entry of that id.
pub async fn entry_of_id(store: &Store, id: &str) -> Result<Option<LedgerEntry>, StoreError> {
    store.first(ENTRY, args![id]).await?.as_ref().map(entry).transpose()
}

pub fn entry(row: &Row) -> Result<LedgerEntry, StoreError> {
    let kind = row.get::<String>("kind")?;
    Ok(LedgerEntry {
        id: row.parse(TABLE, "id")?,
        account: row.parse(TABLE, "account_id")?,
        at: row.get("at")?,
        kind: EntryKind::ALL
            .into_iter()
            .find(|it| it.as_str() == kind)
            .ok_or_else(|| row.corrupt(TABLE, "kind"))?,
        amount: row.get("amount")?,
        note: row.get("note")?,
        actor: row.get("actor")?,
        person: row.parse_opt(TABLE, "person_id")?,
        requests: row.get("requests")?,
    })
}
