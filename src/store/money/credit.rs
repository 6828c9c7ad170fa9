//! Credit that an admin adds to an account, or takes back.

use serde_json::json;

use super::wallets::{ADD_ENTRY, ADD_TO_BALANCE, ADD_TO_DAY, BALANCE, LAST_BY_HAND, TABLE, Wallets};
use crate::domain::{AccountId, Budget, EntryKind, LedgerId, PicoUsd};
use crate::store::audit::{By, Subject, Writer};
use crate::store::engine::{Change, StoreError, Tx, args, transaction};

/// Credit to add to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCredit {
    /// Identifies the new entry.
    pub id: LedgerId,
    /// The account that gets the credit.
    pub account: AccountId,
    /// The amount; negative takes credit back.
    pub amount: PicoUsd,
    /// The reason in words.
    pub note: String,
    /// The last entry by hand that the actor has seen; `Some(None)` if there was none. `None`: do not check.
    pub seen: Option<Option<LedgerId>>,
}

/// The outcome of adding credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credited {
    /// The credit was added; this is the new balance.
    Done(PicoUsd),
    /// A person has added an entry since the one in [`NewCredit::seen`]. Nothing was written.
    Stale,
    /// There is no such account.
    Missing,
}

impl Wallets<Writer<'_>> {
    /// Adds credit to an account, or takes it back if `amount` is negative, and records who did so and why. Returns the new
    /// balance; `None` if there is no such account.
    ///
    /// # Errors
    /// If the balance would leave the range of [`PicoUsd`].
    pub async fn credit(
        self,
        id: LedgerId,
        account: AccountId,
        amount: PicoUsd,
        note: &str,
    ) -> Result<Option<PicoUsd>, StoreError> {
        let new = NewCredit {
            id,
            account,
            amount,
            note: note.to_owned(),
            seen: None,
        };
        Ok(match self.add(new).await? {
            Credited::Done(balance) => Some(balance),
            Credited::Stale | Credited::Missing => None,
        })
    }

    /// Adds credit like [`Wallets::credit`], but writes nothing if a person has added an entry since
    /// [`NewCredit::seen`], so that a form that is sent twice adds credit once.
    ///
    /// # Errors
    /// If the balance would leave the range of [`PicoUsd`].
    pub async fn add(self, new: NewCredit) -> Result<Credited, StoreError> {
        if self.0.store.accounts().get(new.account).await?.is_none() {
            return Ok(Credited::Missing);
        }

        transaction!(self.0, |tx, by| {
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

            let kind = add_entry(tx, &new, &by).await?;
            let budget = Budget::Balance(account).subject();
            let row = tx.first(BALANCE, args![account, budget, None::<&str>]).await?;
            let balance = row.map_or(Ok(PicoUsd::ZERO), |row| row.get("balance"))?;

            tx.announce(Change::Account(account)).await?;
            let wallet = Subject::new("wallet", account, Some(account));
            let detail = json!({ "usd": amount, "balance": balance, "note": new.note });
            tx.note(&by, &wallet, kind.as_str(), detail).await?;

            Ok(Credited::Done(balance))
        })
    }
}

/// Adds the entry to the ledger and to the sums of its day.
async fn add_entry(tx: &mut Tx, new: &NewCredit, by: &By) -> Result<EntryKind, StoreError> {
    let kind = if new.amount < PicoUsd::ZERO {
        EntryKind::Correction
    } else {
        EntryKind::Credit
    };
    let entry = args![
        new.id,
        new.account,
        by.now,
        kind.as_str(),
        new.amount,
        new.note.as_str(),
        by.actor.name.as_str(),
        by.actor.person,
        0_i64,
        None::<&str>,
        None::<i64>
    ];

    tx.run(ADD_ENTRY, entry).await?;
    tx.run(ADD_TO_DAY, args![new.account, by.now.day(), 0_i64, 0_i64, new.amount])
        .await?;
    Ok(kind)
}
