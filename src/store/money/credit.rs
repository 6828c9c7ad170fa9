//! Credit that an admin adds to an account, or takes back.

use serde_json::json;

use super::wallets::{ADD_ENTRY, ADD_TO_BALANCE, ADD_TO_DAY, BALANCE, LAST_BY_HAND, TABLE, Wallets, subject};
use crate::domain::{AccountId, EntryKind, LedgerId, PicoUsd, Timestamp};
use crate::store::audit::{Actor, Subject};
use crate::store::engine::{Change, StoreError, Tx, args, transaction};

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
        transaction!(self.0, |tx| {
            let (account, amount) = (new.account, new.amount);
            // First, since it makes every other change of this wallet wait.
            tx.run(ADD_TO_BALANCE, args![account, amount]).await?;
            if let Some(seen) = new.seen {
                let last = tx.first(LAST_BY_HAND, args![account]).await?;
                let last = last.map_or(Ok(None), |row| row.parse_opt(TABLE, "id"))?;
                if last != seen {
                    tx.abandon();
                    return Ok(Credited::Stale);
                }
            }

            let kind = add_entry(tx, &new, &by, now).await?;
            let row = tx
                .first(BALANCE, args![account, subject(account), None::<&str>])
                .await?;
            let balance = row.map_or(Ok(PicoUsd::ZERO), |row| row.get("balance"))?;

            tx.announce(Change::Account(account)).await?;
            let wallet = Subject::new("wallet", account, Some(account));
            let detail = json!({ "usd": amount, "balance": balance, "note": new.note });
            tx.note(&by, now, &wallet, kind.as_str(), detail).await?;

            Ok(Credited::Done(balance))
        })
    }
}

/// Adds the entry to the ledger and to the sums of its day.
async fn add_entry(tx: &mut Tx, new: &NewCredit, by: &Actor, now: Timestamp) -> Result<EntryKind, StoreError> {
    let kind = if new.amount < PicoUsd::ZERO {
        EntryKind::Correction
    } else {
        EntryKind::Credit
    };
    let entry = args![
        new.id,
        new.account,
        now,
        kind.as_str(),
        new.amount,
        new.note.as_str(),
        by.name.as_str(),
        by.person,
        0_i64,
        None::<&str>,
        None::<i64>
    ];

    tx.run(ADD_ENTRY, entry).await?;
    tx.run(ADD_TO_DAY, args![new.account, now.day(), 0_i64, 0_i64, new.amount])
        .await?;
    Ok(kind)
}
