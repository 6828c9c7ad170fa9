//! A database of made-up traffic: 20 accounts of unlike size, 400 keys, 90 days, with names, models and failures as they
//! come in practice, and two needles in the haystack.

mod calls;
mod keys;
mod uses;

use std::time::{Duration, Instant};

use crossmodel::domain::{AccountId, ApiKeyId, Catalog, Scope, Timestamp};
use crossmodel::store::{Actor, CatalogFile, Store};
use fastrand::Rng;

use self::keys::Key;
use self::uses::Use;
pub use self::uses::{RARE_MODEL, RARE_NAME};
use super::Error;

const DAYS: u64 = 90;
const ACCOUNTS: usize = 20;
/// Keys of one account.
const KEYS: usize = 20;
/// Records that are written at once.
const BATCH: usize = 20_000;
/// The index of the key that alone calls the rare model.
const RARE_KEY: usize = 3 * KEYS + 7;

/// The keys of a filled database that the measurements use.
pub struct Filled {
    /// The time after the last call.
    pub now: Timestamp,
    /// The account with the most calls, and its busiest key.
    pub busy: (AccountId, ApiKeyId),
    /// The account and key of the calls of [`RARE_MODEL`].
    pub rare: (AccountId, ApiKeyId),
}

/// Fills an empty database with `count` records, the last one just before `now`.
pub async fn fill(store: &Store, count: u64, now: Timestamp) -> Result<Filled, Error> {
    let catalog = catalog(store, now).await?;
    let mut dice = Rng::with_seed(0x9E37_79B9_7F4A_7C15);
    let keys = keys::create(store, &mut dice, now).await?;
    let uses = Use::all(&catalog)?;

    let (begin, mut batch, mut done) = (Instant::now(), Vec::with_capacity(BATCH), 0_u64);
    for (hour, many) in calls::hours(count, now) {
        for n in 0..many {
            let at = hour.plus(Duration::from_millis(3_600_000 * n / many));
            batch.push(calls::call(&mut dice, &keys, &uses, at));
            if batch.len() == BATCH {
                done += store.usage().append(&batch).await? as u64;
                batch.clear();
                if done % 1_000_000 == 0 {
                    eprintln!("{done} records after {:?}", begin.elapsed());
                }
            }
        }
    }
    done += store.usage().append(&batch).await? as u64;
    eprintln!("{done} records after {:?}", begin.elapsed());

    let ids: Vec<_> = keys.iter().map(|key: &Key| (key.account, key.id)).collect();
    Ok(filled(&ids, now))
}

/// The same keys in a database that [`fill`] has filled before.
pub async fn find(store: &Store, now: Timestamp) -> Result<Filled, Error> {
    let mut ids = Vec::new();
    for account in store.accounts().list().await? {
        let keys = store.api_keys().all(Scope::Account(account.id)).await?;
        ids.extend(keys.into_iter().map(|key| (account.id, key.id)));
    }
    Ok(filled(&ids, now))
}

fn filled(ids: &[(AccountId, ApiKeyId)], now: Timestamp) -> Filled {
    Filled {
        now,
        busy: ids[0],
        rare: ids[RARE_KEY],
    }
}

async fn catalog(store: &Store, now: Timestamp) -> Result<Catalog, Error> {
    let providers = CatalogFile::parse(include_str!("../../../catalog/providers.json"))?;
    let models = CatalogFile::parse(include_str!("../../../catalog/models.json"))?;
    store
        .by(&Actor::command_line(), now)
        .catalog()
        .import(&providers.and(models))
        .await?;
    Ok(store.catalog().load().await?)
}
