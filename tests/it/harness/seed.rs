//! Rows to start from: one function per kind, with everything that a test does not care about filled in.

use std::sync::LazyLock;

use crossmodel::console::password;
use crossmodel::domain::{
    Account, AccountId, Alias, ApiKey, ApiKeyId, ApiKeySecret, LedgerId, Limits, MasterKey, Match, Name, Person,
    PersonId, Role, Timestamp,
};
use crossmodel::random;
use crossmodel::store::{Actor, CatalogFile, NewKey, Store, Writer};

/// When every seeded row was made: Sunday, 22 November 2026, noon in UTC.
pub const NOON: Timestamp = Timestamp::from_millis(1_795_348_800_000);

/// The master key of every test installation.
pub fn master() -> MasterKey {
    MasterKey::from_bytes([7; 32])
}

/// The store, for changes that the command line makes at [`NOON`].
pub fn at_noon(store: &Store) -> Writer<'_> {
    static BY: LazyLock<Actor> = LazyLock::new(Actor::command_line);
    store.by(&BY, NOON)
}

/// The catalog that the program ships, in the store.
pub async fn catalog(store: &Store) {
    let providers = CatalogFile::parse(include_str!("../../../catalog/providers.json")).expect("the shipped providers");
    let models = CatalogFile::parse(include_str!("../../../catalog/models.json")).expect("the shipped models");
    at_noon(store)
        .catalog()
        .import(&providers.and(models))
        .await
        .expect("to import them");
}

/// Adds this many US dollars of credit.
pub async fn credit(store: &Store, account: AccountId, usd: &str) {
    let (id, amount) = (LedgerId::new(NOON, random::bytes()), usd.parse().expect("an amount"));
    let added = at_noon(store).wallets().credit(id, account, amount, "for tests").await;
    added.expect("to add credit").expect("the account");
}

/// An account of that name, with plenty of credit.
pub async fn account(store: &Store, name: &str) -> Account {
    let account = Account::new(AccountId::new(NOON, random::bytes()), self::name(name), NOON);
    at_noon(store).accounts().create(&account).await.expect("a new account");
    credit(store, account.id, "100000").await;
    account
}

/// The password of every person in the tests who can sign in.
pub const PASSWORD: &str = "correct horse battery staple";

/// A person who cannot sign in until a password hash is set; admins belong to no account.
pub async fn person(store: &Store, email: &str, role: Role, account: Option<AccountId>) -> Person {
    add_person(store, email, role, account, None).await
}

/// A person who can sign in, with [`PASSWORD`].
pub async fn person_who_signs_in(store: &Store, email: &str, role: Role, account: Option<AccountId>) -> Person {
    // Made once: it takes a tenth of a second.
    static HASH: LazyLock<String> = LazyLock::new(|| password::hash(PASSWORD).expect("a hash"));
    add_person(store, email, role, account, Some(&HASH)).await
}

async fn add_person(store: &Store, email: &str, role: Role, account: Option<AccountId>, hash: Option<&str>) -> Person {
    let id = PersonId::new(NOON, random::bytes());
    let email = email.parse().expect("an e-mail address");
    let person = Person {
        id,
        email,
        role,
        account,
        enabled: true,
        created_at: NOON,
    };
    at_noon(store).people().add(&person, hash).await.expect("a new person");
    person
}

/// An active key without aliases and without limits, and its secret.
pub async fn key(store: &Store, account: AccountId, name: &str) -> (ApiKey, ApiKeySecret) {
    key_with(store, account, name, Vec::new()).await
}

/// An active key with aliases and without limits, and its secret.
pub async fn key_with(store: &Store, account: AccountId, name: &str, aliases: Vec<Alias>) -> (ApiKey, ApiKeySecret) {
    key_under(&master(), store, account, name, aliases).await
}

/// The same, of an installation with another master key.
pub async fn key_under(
    master: &MasterKey,
    store: &Store,
    account: AccountId,
    name: &str,
    aliases: Vec<Alias>,
) -> (ApiKey, ApiKeySecret) {
    let secret = ApiKeySecret::generate(random::bytes);
    let id = ApiKeyId::new(NOON, random::bytes());
    let key = ApiKey {
        limits: Limits::NONE,
        ..ApiKey::new(id, account, self::name(name), &secret, NOON)
    };
    let hash = master.api_key_hasher().hash(&secret);
    let new = NewKey {
        key: key.clone(),
        hash,
        aliases,
    };
    at_noon(store).api_keys().create(&new).await.expect("a new key");
    (key, secret)
}

/// A folder for the spool of one gateway. It goes with all else in the temporary folder.
pub fn spool() -> std::path::PathBuf {
    std::env::temp_dir().join(format!("spool-{}", LedgerId::new(NOON, random::bytes())))
}

/// A name of an account or a key.
pub fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

/// An exact alias.
pub fn exact(name: &str, target: &str) -> Alias {
    alias(name, Match::Exact, target)
}

/// A prefix alias.
pub fn prefix(name: &str, target: &str) -> Alias {
    alias(name, Match::Prefix, target)
}

fn alias(name: &str, matching: Match, target: &str) -> Alias {
    Alias::new(
        name.parse().expect("an alias name"),
        matching,
        target.parse().expect("a model id"),
    )
}
