//! Wallets: the balances of accounts, and the ledger that explains them. [`Usage::ship`](crate::store::Usage::ship)
//! writes the entries for the cost of calls.

use crate::domain::{AccountId, Balance, Budget, EntryKind, GatewayId, LedgerEntry, LedgerId, PicoUsd};
use crate::store::audit::Writer;
use crate::store::engine::{Row, Store, StoreError, Table, args, sql};

/// Reads and writes the balances of accounts, and the ledger.
#[derive(Clone, Copy, Debug)]
pub struct Wallets<S>(pub(in crate::store) S);

impl Store {
    /// Access to the balances of accounts, and to the ledger.
    pub fn wallets(&self) -> Wallets<&Self> {
        Wallets(self)
    }
}

impl Writer<'_> {
    /// Access to the balances of accounts, and to the ledger.
    pub fn wallets(self) -> Wallets<Self> {
        Wallets(self)
    }
}

macro_rules! columns {
    () => {
        "id, account_id, at, kind, amount, note, actor, person_id, requests"
    };
}

sql! {
    /// Adds to a balance, and makes the wallet if this is its first entry.
    ADD_TO_BALANCE = r"INSERT INTO wallet (account_id, balance) VALUES ($1, $2)
                       ON CONFLICT (account_id) DO UPDATE SET balance = wallet.balance + excluded.balance";
    ADD_ENTRY = concat!("INSERT INTO ledger_entry (", columns!(), r", gateway_id, position)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
    ADD_TO_DAY = r"INSERT INTO ledger_daily (account_id, day, requests, used, added)
                   VALUES ($1, $2, $3, $4, $5)
                   ON CONFLICT (account_id, day) DO UPDATE SET requests = ledger_daily.requests + excluded.requests,
                     used = ledger_daily.used + excluded.used, added = ledger_daily.added + excluded.added";
    LAST_BY_HAND = "SELECT MAX(id) AS id FROM ledger_entry WHERE account_id = $1 AND kind <> 'usage'";
    BALANCE = r"SELECT balance, COALESCE((SELECT CAST(SUM(l.held) AS BIGINT) FROM lease l WHERE l.subject = $2
                AND (CAST($3 AS TEXT) IS NULL OR l.gateway_id <> $3)), 0) AS held
                FROM wallet WHERE account_id = $1";
    SUM = "SELECT COALESCE(CAST(SUM(amount) AS BIGINT), 0) AS total FROM ledger_entry WHERE account_id = $1";
    ENTRY = concat!("SELECT ", columns!(), " FROM ledger_entry WHERE id = $1");
    /// A comparison alone, for which SQLite goes into the index; no id is above the tilde.
    ENTRIES = concat!("SELECT ", columns!(), r" FROM ledger_entry WHERE account_id = $1
            AND id < COALESCE(CAST($2 AS TEXT), '~') ORDER BY id DESC LIMIT $3");
}

pub const TABLE: Table = Table {
    name: "ledger_entry",
    id: "id",
};

impl Wallets<&Store> {
    /// The last entry that a person made, for the field `seen` of new credit.
    pub async fn last_by_hand(self, account: AccountId) -> Result<Option<LedgerId>, StoreError> {
        let row = self.0.first(LAST_BY_HAND, args![account]).await?;
        row.map_or(Ok(None), |row| row.parse_opt(TABLE, "id"))
    }

    /// The balance of an account; `None` if it never had any credit.
    pub async fn balance(self, account: AccountId) -> Result<Option<Balance>, StoreError> {
        self.seen_by(account, None).await
    }

    /// The balance, with the holds of all gateways but `gateway`, which knows its own holds better than the tables do.
    pub async fn seen_by(self, account: AccountId, gateway: Option<GatewayId>) -> Result<Option<Balance>, StoreError> {
        let budget = Budget::Balance(account).subject();
        let row = self.0.first(BALANCE, args![account, budget, gateway]).await?;

        row.map(|row| {
            Ok(Balance {
                balance: row.get("balance")?,
                held: row.get("held")?,
            })
        })
        .transpose()
    }

    /// The sum of an account's entries, added up now. It differs from the balance only if there is a fault.
    pub async fn sum(self, account: AccountId) -> Result<PicoUsd, StoreError> {
        self.0
            .first(SUM, args![account])
            .await?
            .map_or(Ok(PicoUsd::ZERO), |row| row.get("total"))
    }

    /// The entries of an account before a given one, the newest first.
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
