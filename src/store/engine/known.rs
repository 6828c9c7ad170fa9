//! What this process remembers of the tables of usage, so that it need not look again.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use crate::domain::{ApiKeyId, Price, Traffic};

/// Price lists that are in the table already. There are a few thousand at most.
#[derive(Debug, Default)]
pub struct KnownPrices(pub Mutex<HashMap<Price, i64>>);

/// Names of a key that are told apart in one hour; what else its clients send is summed up as [`Traffic::OTHER`].
pub const NAMES: usize = 200;

/// Which names of each key were told apart in an hour, so that a client which makes names up cannot fill the tables.
#[derive(Debug, Default)]
pub struct KnownNames(Mutex<HashMap<(ApiKeyId, i64), HashSet<String>>>);

impl KnownNames {
    /// The name under which a request of that hour is summed up.
    pub fn name<'r>(&self, key: ApiKeyId, requested: &'r str, hour: i64) -> &'r str {
        let mut hours = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if hours.len() > 10_000 {
            hours.retain(|(_, known), _| *known >= hour - 1);
        }
        let names = hours.entry((key, hour)).or_default();
        if names.contains(requested) {
            return requested;
        }
        if names.len() >= NAMES {
            return Traffic::OTHER;
        }
        names.insert(requested.to_owned());
        requested
    }
}
