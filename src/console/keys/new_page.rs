//! The page of a new key, and what its fields mean.

use askama::Template;

use super::expiry::{EXPIRIES, end_of, parse_expiry};
use super::limit_fields::SpendFields;
use crate::console::format::When;
use crate::console::layout::{Frame, Nav};
use crate::console::state::Console;
use crate::console::web::{ConsoleError, Field};
use crate::domain::{Account, AccountId, Alias, ApiKey, PersonId, Scope, Timestamp};

/// The form of a new key.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct NewForm {
    pub name: String,
    pub account: String,
    pub owner: String,
    pub expires: String,
    pub expires_on: String,
    pub per: String,
    pub amount: String,
    pub from: String,
}

#[derive(Template)]
#[template(path = "keys/new.html")]
pub(super) struct NewPage {
    frame: Frame,
    pub(super) name: Field,
    account: Field,
    owner: Field,
    expires: Field,
    expires_on: Field,
    pub(super) spend: SpendFields,
    from: Field,
    /// Accounts to choose from, id and name; only admins have more than their own.
    accounts: Vec<(String, String)>,
    /// Keys to copy aliases from, id and name.
    keys: Vec<(String, String)>,
    today: String,
}

impl NewPage {
    pub(super) async fn new(console: &Console, frame: Frame, form: &NewForm) -> Result<Self, ConsoleError> {
        let scope = frame.who.scope();
        let accounts: Vec<Account> = match scope {
            Scope::All => console.store.accounts().list().await?,
            Scope::Account(_) => frame.who.account.clone().into_iter().collect(),
        };
        let keys = console.store.api_keys().all(scope).await?;

        let own = frame.who.person.account.map(|id| id.to_string()).unwrap_or_default();
        let account = if form.account.is_empty() { &own } else { &form.account };
        let now = console.now();
        Ok(Self {
            name: Field::new(&form.name),
            account: Field::new(account),
            owner: Field::new(&form.owner),
            expires: Field::new(&form.expires),
            expires_on: Field::new(&form.expires_on),
            spend: SpendFields::typed(&form.per, &form.amount),
            from: Field::new(&form.from),
            keys: keys_to_copy(keys, &accounts),
            accounts: accounts
                .into_iter()
                .map(|account| (account.id.to_string(), account.name.into()))
                .collect(),
            today: When::new(now, now).machine_date(),
            frame: frame.at(Nav::Keys),
        })
    }

    fn expiries(&self) -> &'static [(&'static str, &'static str)] {
        &EXPIRIES
    }

    /// The fields that are wrong, and why.
    fn problems(&self) -> Vec<(&'static str, &str)> {
        let fields = [
            ("name", &self.name),
            ("account", &self.account),
            ("owner", &self.owner),
            ("expires", &self.expires),
            ("expires_on", &self.expires_on),
            ("per", &self.spend.per),
            ("amount", &self.spend.amount),
            ("from", &self.from),
        ];
        fields
            .into_iter()
            .filter_map(|(id, field)| Some((id, field.error.as_deref()?)))
            .collect()
    }

    /// The account of the key: an admin chooses it, other people have one.
    pub(super) fn account(&mut self, own: &Option<Account>, chosen: &str) -> Option<AccountId> {
        if self.accounts.len() > 1 {
            let known = self.accounts.iter().any(|(id, _)| id == chosen);
            let id = if known { chosen.parse().ok() } else { None };
            return self.account.check(id.ok_or("Choose an account."));
        }

        let only = self.accounts.first().and_then(|(id, _)| id.parse().ok());
        let id = own.as_ref().map(|account| account.id).or(only);
        self.account
            .check(id.ok_or("There is no account yet. Make one first: crossmodel account create NAME"))
    }

    /// The owner of the key: the person, or `None` for a service key.
    pub(super) fn owner(
        &mut self,
        account: AccountId,
        own: Option<AccountId>,
        person: PersonId,
        chosen: &str,
    ) -> Option<Option<PersonId>> {
        match chosen {
            "service" => Some(None),
            _ if own == Some(account) => Some(Some(person)),
            _ => {
                self.owner.error = Some("You don't belong to this account. Choose a service key.".into());
                None
            }
        }
    }

    pub(super) fn expiry(&mut self, form: &NewForm, now: Timestamp) -> Option<Option<Timestamp>> {
        match form.expires.as_str() {
            "date" => self.expires_on.check(end_of(&form.expires_on, now)).map(Some),
            choice => self.expires.check(parse_expiry(choice, now)),
        }
    }

    /// The aliases to copy; `None`, with a message, if their key is gone.
    pub(super) async fn aliases(
        &mut self,
        console: &Console,
        scope: Scope,
        from: &str,
    ) -> Result<Option<Vec<Alias>>, ConsoleError> {
        if from.is_empty() {
            return Ok(Some(Vec::new()));
        }

        let saved = match from.parse() {
            Ok(id) => console.store.aliases().list(scope, id).await?,
            Err(_) => None,
        };
        let aliases = saved.map(|saved| saved.aliases);
        Ok(self
            .from
            .check(aliases.ok_or("This key is gone. Choose another, or none.")))
    }
}

/// Keys as a list offers them, id and name; with the account's name if there are several.
fn keys_to_copy(keys: Vec<ApiKey>, accounts: &[Account]) -> Vec<(String, String)> {
    let account_of = |key: &ApiKey| {
        let account = accounts.iter().find(|account| account.id == key.account);
        account.filter(|_| accounts.len() > 1)
    };
    keys.into_iter()
        .map(|key| {
            let name = match account_of(&key) {
                Some(account) => format!("{} / {}", account.name, key.name),
                None => key.name.to_string(),
            };
            (key.id.to_string(), name)
        })
        .collect()
}
