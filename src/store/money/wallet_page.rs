//! The ledger as a page shows it: usage as one line for each UTC day, the entries of people one by one, and the balance after
//! each line. However long the ledger is, a page reads only the sums of its days and its own lines.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::wallets::{TABLE, Wallets, entry};
use crate::domain::{AccountId, LedgerEntry, LedgerId, PicoUsd, Timestamp};
use crate::store::engine::{Row, Store, StoreError, args, sql};

/// One line of the ledger on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletLine {
    /// The change of the balance.
    pub what: WalletEvent,
    /// The balance after the change.
    pub balance: PicoUsd,
}

/// A change of a balance, as one line of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WalletEvent {
    /// The charges of one UTC day. The line stands above the entries that people made on that day.
    Usage {
        /// The UTC day, counted from 1 January 1970.
        day: i64,
        /// The charged calls.
        requests: i64,
        /// The change of the balance: zero or less.
        amount: PicoUsd,
    },
    /// A credit or a correction.
    ByHand(LedgerEntry),
}

impl WalletEvent {
    /// The change of the balance.
    pub fn amount(&self) -> PicoUsd {
        match self {
            Self::Usage { amount, .. } => *amount,
            Self::ByHand(entry) => entry.amount,
        }
    }

    /// The sort key: the day, usage after the entries of the day, then the id, which begins with the time.
    fn place(&self) -> (i64, Option<LedgerId>) {
        match self {
            Self::Usage { day, .. } => (*day, None),
            Self::ByHand(entry) => (entry.at.day(), Some(entry.id)),
        }
    }
}

/// The end of a page of the ledger, where the next page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalletCursor {
    /// The next page begins below the usage of this UTC day.
    Usage(i64),
    /// The next page begins below this entry.
    Entry(LedgerId),
}

impl WalletEvent {
    /// The cursor of a page that begins below this line.
    pub fn under(&self) -> WalletCursor {
        match self {
            Self::Usage { day, .. } => WalletCursor::Usage(*day),
            Self::ByHand(entry) => WalletCursor::Entry(entry.id),
        }
    }
}

/// The amounts that an account spent, by the arrival of its calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// The current UTC day.
    pub today: PicoUsd,
    /// Today and the 6 days before.
    pub week: PicoUsd,
    /// The current calendar month in UTC.
    pub month: PicoUsd,
}

/// No id is above it.
const TOP: &str = "~";

sql! {
    DAY_OF = "SELECT at / 86400000 AS day FROM ledger_entry WHERE account_id = $1 AND id = $2";
    /// $2 is the day of the place, $3 the id under which entries are shown, $4 how many lines of each kind. `start` is the
    /// balance under the place: of all its days, less what stands above it on its own day. One statement, so that lines
    /// and balances are of one moment.
    LINES = r"SELECT lines.*, COALESCE((SELECT CAST(SUM(used + added) AS BIGINT) FROM ledger_daily WHERE account_id = $1
              AND day <= $2), 0)
              - COALESCE((SELECT used FROM ledger_daily WHERE account_id = $1 AND day = $2), 0)
              - COALESCE((SELECT CAST(SUM(amount) AS BIGINT) FROM ledger_entry WHERE account_id = $1 AND kind <> 'usage'
              AND id >= $3 AND id < $5), 0) AS start FROM (
              SELECT * FROM (SELECT CAST(NULL AS TEXT) AS id, account_id, day * 86400000 AS at, 'usage' AS kind,
              used AS amount, CAST(NULL AS TEXT) AS note, CAST(NULL AS TEXT) AS actor, CAST(NULL AS TEXT) AS person_id,
              requests FROM ledger_daily WHERE account_id = $1 AND day < $2 AND requests > 0 ORDER BY day DESC LIMIT $4)
              AS usage_lines UNION ALL
              SELECT * FROM (SELECT id, account_id, at, kind, amount, note, actor, person_id, requests FROM ledger_entry
              WHERE account_id = $1 AND kind <> 'usage' AND id < $3 ORDER BY id DESC LIMIT $4) AS by_hand) AS lines";
    SPENT = r"SELECT CAST(COALESCE(SUM(CASE WHEN day = $2 THEN cost ELSE 0 END), 0) AS BIGINT) AS today,
              CAST(COALESCE(SUM(CASE WHEN day >= $3 THEN cost ELSE 0 END), 0) AS BIGINT) AS week,
              CAST(COALESCE(SUM(CASE WHEN day >= $4 THEN cost ELSE 0 END), 0) AS BIGINT) AS month
              FROM usage_daily WHERE account_id = $1 AND day >= $5";
    BALANCES = "SELECT account_id, balance FROM wallet";
}

impl Wallets<&Store> {
    /// At most `limit` lines of an account's ledger below a cursor, or from its top, the newest first.
    pub async fn lines(
        self,
        account: AccountId,
        under: Option<WalletCursor>,
        limit: u32,
    ) -> Result<Vec<WalletLine>, StoreError> {
        let top = (i64::MAX, TOP.to_owned(), TOP.to_owned());
        let (day, below, day_end) = match under {
            None => top,
            Some(WalletCursor::Usage(day)) => (day, first_of(day + 1), first_of(day + 1)),
            Some(WalletCursor::Entry(id)) => match self.0.first(DAY_OF, args![account, id]).await? {
                Some(row) => {
                    let day: i64 = row.get("day")?;
                    (day, id.to_string(), first_of(day + 1))
                }
                None => top,
            },
        };
        let rows = self.0.all(LINES, args![account, day, below, limit, day_end]).await?;
        let mut balance = rows.first().map_or(Ok(0), |row| row.get::<i64>("start"))?;
        let mut events = rows.iter().map(event).collect::<Result<Vec<WalletEvent>, _>>()?;
        // `None` sorts before any id, and usage stands above the entries of people on its day.
        events.sort_by_key(|event| {
            let (day, id) = event.place();
            (Reverse(day), id.is_some(), Reverse(id))
        });
        events.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let lines = events.into_iter().map(|what| {
            let line = WalletLine {
                balance: PicoUsd::from_pico(balance),
                what,
            };
            balance = balance.saturating_sub(line.what.amount().pico());
            line
        });

        Ok(lines.collect())
    }

    /// The amounts that an account spent today, this week and this month.
    pub async fn spent(self, account: AccountId, now: Timestamp) -> Result<Spent, StoreError> {
        let (today, month) = (now.day(), crate::domain::Period::Month.start(now));
        let args = args![account, today, today - 6, month, month.min(today - 6)];
        let Some(row) = self.0.first(SPENT, args).await? else {
            return Ok(Spent::default());
        };
        Ok(Spent {
            today: row.get("today")?,
            week: row.get("week")?,
            month: row.get("month")?,
        })
    }

    /// The balance of every account that ever had credit.
    pub async fn balances(self) -> Result<HashMap<AccountId, PicoUsd>, StoreError> {
        let rows = self.0.all(BALANCES, Vec::new()).await?;
        rows.iter()
            .map(|row| Ok((row.parse(TABLE, "account_id")?, row.get("balance")?)))
            .collect()
    }
}

/// No id of an earlier day reaches it, and every id of that day does.
fn first_of(day: i64) -> String {
    LedgerId::new(Timestamp::of_day(day), [0; 10]).to_string()
}

fn event(row: &Row) -> Result<WalletEvent, StoreError> {
    if row.get::<Option<String>>("id")?.is_some() {
        return entry(row).map(WalletEvent::ByHand);
    }
    Ok(WalletEvent::Usage {
        day: row.get::<Timestamp>("at")?.day(),
        requests: row.get("requests")?,
        amount: row.get("amount")?,
    })
}
