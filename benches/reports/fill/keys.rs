//! Accounts of unlike size, and their keys.

use std::time::Duration;

use crossmodel::domain::{Account, AccountId, Alias, ApiKey, ApiKeyId, ApiKeySecret, Limits, MasterKey, Timestamp};
use crossmodel::store::{Actor, NewKey, Store};
use fastrand::Rng;

use super::uses::NAMES;
use super::{ACCOUNTS, DAYS, KEYS};
use crate::Error;

const AGENTS: [&str; 5] = [
    "claude-cli/2.1.44 (external, cli)",
    "codex_cli_rs/0.63.0",
    "opencode/1.0.80",
    "OpenAI/Python 2.8.1",
    "curl/8.14.1",
];

pub(super) struct Key {
    pub(super) id: ApiKeyId,
    pub(super) account: AccountId,
    /// The sum of the weights of all keys up to this one.
    pub(super) upto: u64,
    /// Indices of the list of uses.
    pub(super) uses: Vec<usize>,
    pub(super) agent: &'static str,
}

/// Creates all accounts with their keys, as of a day before the first call.
pub(super) async fn create(store: &Store, dice: &mut Rng, now: Timestamp) -> Result<Vec<Key>, Error> {
    let (by, begin) = (
        Actor::command_line(),
        now.minus(Duration::from_secs((DAYS + 1) * 86_400)),
    );
    let (mut keys, mut sum) = (Vec::new(), 0);

    for a in 0..ACCOUNTS {
        let account = Account::new(
            AccountId::new(begin, id_bytes(a)),
            format!("account-{a:02}").parse()?,
            begin,
        );
        store.by(&by, begin).accounts().create(&account).await?;
        // Half of the names each, so that accounts differ.
        let known: Vec<usize> = (0..NAMES.len()).filter(|n| (n + a) % 2 == 0 || *n < 4).collect();

        for k in 0..KEYS {
            let id = create_key(store, &account, (a, k), begin).await?;
            sum += 1_000_000 / ((a as u64 + 1) * (k as u64 + 2));
            keys.push(Key {
                id,
                account: account.id,
                upto: sum,
                uses: draw_uses(&known, dice),
                agent: AGENTS[(a + k) % AGENTS.len()],
            });
        }
    }

    Ok(keys)
}

/// Creates key number `k` of account number `a`, with an alias for each name.
async fn create_key(
    store: &Store,
    account: &Account,
    (a, k): (usize, usize),
    begin: Timestamp,
) -> Result<ApiKeyId, Error> {
    let secret = ApiKeySecret::generate(crossmodel::random::bytes);
    let id = ApiKeyId::new(begin, id_bytes(a * KEYS + k));
    let key = ApiKey {
        limits: Limits::NONE,
        ..ApiKey::new(id, account.id, format!("key-{k:02}").parse()?, &secret, begin)
    };

    let mut aliases: Vec<Alias> = Vec::new();
    for (_, name, matching, target) in NAMES.iter().filter(|(_, name, ..)| !name.is_empty()) {
        if aliases.iter().all(|known| known.name.as_str() != *name) {
            aliases.push(Alias::new(name.parse()?, *matching, target.parse()?));
        }
    }

    let hash = MasterKey::from_bytes([7; 32]).api_key_hasher().hash(&secret);
    let new = NewKey { key, hash, aliases };
    store.by(&Actor::command_line(), begin).api_keys().create(&new).await?;
    Ok(id)
}

/// Six of the known uses. The client asks for the first one most, then for the second.
fn draw_uses(known: &[usize], dice: &mut Rng) -> Vec<usize> {
    let mut uses: Vec<usize> = (0..6).map(|_| known[dice.usize(..known.len())]).collect();
    uses.extend([uses[0], uses[0], uses[0], uses[1], uses[1]]);
    uses
}

fn id_bytes(n: usize) -> [u8; 10] {
    let mut bytes = [0; 10];
    bytes[8..].copy_from_slice(&(n as u16).to_be_bytes());
    bytes
}
