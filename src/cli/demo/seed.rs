//! The data that the demo starts with: an account with credit, an admin, a key with aliases, and a month of calls.

use super::{ALIASES, history};
use crate::cli::error::CliError;
use crate::clock::Clock;
use crate::console::password;
use crate::domain::{
    Account, AccountId, Alias, AliasSet, ApiKey, ApiKeyId, ApiKeySecret, LedgerId, Limits, MasterKey, Period, Person,
    PersonId, PicoUsd, Role, SpendLimit, Timestamp, UsageRecord,
};
use crate::random;
use crate::store::{Actor, NewKey, Store};

/// The address that the demo's admin signs in with.
pub(super) const EMAIL: &str = "demo@crossmodel.local";

/// The credit that the demo's account starts with: 25 US dollars.
const CREDIT: PicoUsd = PicoUsd::from_pico(25_000_000_000_000);

/// The secrets of the demo, for its user.
pub(super) struct Seeded {
    pub(super) password: String,
    pub(super) secret: ApiKeySecret,
    pub(super) aliases: Vec<Alias>,
}

pub(super) async fn seed(store: &Store, master: &MasterKey, clock: &Clock) -> Result<Seeded, CliError> {
    let (now, by) = (clock.now(), Actor::command_line());
    let began = history::began(now);
    let account = Account::new(AccountId::new(began, random::bytes()), parsed("Demo")?, began);
    store.by(&by, began).accounts().create(&account).await?;

    let password = made_up_password();
    let person = admin(&account, now)?;
    let hash = password::hash(&password).map_err(|error| wrong(&error))?;
    store.by(&by, now).people().add(&person, Some(&hash)).await?;

    let aliases = aliases()?;
    let secret = ApiKeySecret::generate(random::bytes);
    let id = ApiKeyId::new(began, random::bytes());
    let key = ApiKey {
        owner: Some(person.id),
        ..ApiKey::new(id, account.id, parsed("demo")?, &secret, began)
    };
    let catalog = store.catalog().load().await?;
    let history = history::days(&key, &AliasSet::new(aliases.clone()), &catalog, now);
    let paid = paid_for(&history);
    let new = NewKey {
        key: ApiKey {
            limits: limits(paid),
            ..key
        },
        hash: master.api_key_hasher().hash(&secret),
        aliases: aliases.clone(),
    };
    store.by(&by, began).api_keys().create(&new).await?;

    let credit = async |at, amount, note| {
        let id = LedgerId::new(at, random::bytes());
        store.by(&by, at).wallets().credit(id, account.id, amount, note).await
    };
    credit(began, paid, "demo credit, for the month before").await?;
    for day in &history {
        store.usage().append(day).await?;
    }
    credit(now, CREDIT, "demo credit").await?;

    Ok(Seeded {
        password,
        secret,
        aliases,
    })
}

/// An admin, so that the user sees every page, with an account, so that the key has an owner.
fn admin(account: &Account, now: Timestamp) -> Result<Person, CliError> {
    Ok(Person {
        id: PersonId::new(now, random::bytes()),
        email: parsed(EMAIL)?,
        role: Role::Admin,
        account: Some(account.id),
        enabled: true,
        created_at: now,
    })
}

fn aliases() -> Result<Vec<Alias>, CliError> {
    let alias = |(name, matching, target)| Ok(Alias::new(parsed(name)?, matching, parsed(target)?));
    ALIASES.into_iter().map(alias).collect()
}

/// Limits that the month before, which cost `paid`, kept to.
fn limits(paid: PicoUsd) -> Limits {
    let spend = SpendLimit {
        amount: PicoUsd::from_pico(paid.pico().saturating_mul(2)),
        period: Period::Month,
    };
    Limits {
        requests_per_minute: Some(600),
        tokens_per_minute: Some(2_000_000),
        spend: Some(spend),
    }
}

fn parsed<T: std::str::FromStr<Err: std::error::Error>>(text: &str) -> Result<T, CliError> {
    text.parse().map_err(|error| wrong(&error))
}

fn wrong(error: &dyn std::error::Error) -> CliError {
    CliError::Failed(format!("the demo's own data: {error}"))
}

/// The credit for the made-up month: its cost rounded down to whole [`CREDIT`]s, and one more.
fn paid_for(history: &[Vec<UsageRecord>]) -> PicoUsd {
    let cost: i64 = history.iter().flatten().map(|record| record.cost.pico()).sum();
    PicoUsd::from_pico((cost / CREDIT.pico() + 1) * CREDIT.pico())
}

/// 100 random bits in four groups that can be read aloud: no letter looks like a digit.
fn made_up_password() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letter = |byte: &u8| {
        LETTERS
            .get(usize::from(byte % 32))
            .map_or('a', |&letter| char::from(letter))
    };
    let letters: Vec<char> = random::bytes::<20>().iter().map(letter).collect();
    letters
        .chunks(5)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join("-")
}
