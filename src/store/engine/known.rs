//! Rows of the tables of usage that this process remembers, so that it need not read them again.

use std::collections::{HashMap, HashSet};

use parking_lot::Mutex;

use crate::domain::{ApiKeyId, Price, Traffic};

/// The ids of price lists that are in the table already. There are a few thousand at most.
#[derive(Debug, Default)]
pub struct KnownPrices(pub Mutex<HashMap<Price, i64>>);

/// The most names of a key that have sums of their own in one hour. All its other names are summed up as
/// [`Traffic::OTHER`].
pub const NAMES: usize = 200;

/// The names of each key that have sums of their own in an hour. Their number is limited, so that a client that invents
/// names cannot fill the tables.
#[derive(Debug, Default)]
pub struct KnownNames(Mutex<HashMap<(ApiKeyId, i64), HashSet<String>>>);

impl KnownNames {
    /// The name under which a request of that hour is summed up.
    pub fn name<'r>(&self, key: ApiKeyId, requested: &'r str, hour: i64) -> &'r str {
        let mut hours = self.0.lock();
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
