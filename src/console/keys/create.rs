//! Making a key.

use std::time::Duration;

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::created;
use super::limit_fields::SpendFields;
use crate::console::layout::{Frame, Nav};
use crate::console::state::Console;
use crate::console::web::reply::{self, Reply};
use crate::console::web::{ConsoleError, Field, HtmxRequest};
use crate::domain::{Account, AccountId, Alias, ApiKey, ApiKeyId, ApiKeySecret, Limits, PersonId, Scope, Timestamp};
use crate::store::{NewKey, StoreError};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// What can be chosen from: the value and its words.
const EXPIRIES: [(&str, &str); 6] = [
    ("7", "in 7 days"),
    ("30", "in 30 days"),
    ("90", "in 90 days"),
    ("365", "in a year"),
    ("date", "on a date…"),
    ("never", "never"),
];
const USUAL_EXPIRY: &str = "90";

/// The query of `GET /keys/new`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct NewQuery {
    /// The key whose aliases to copy.
    from: String,
}

/// The form.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct NewForm {
    name: String,
    account: String,
    owner: String,
    expires: String,
    expires_on: String,
    per: String,
    amount: String,
    from: String,
}

#[derive(Template)]
#[template(path = "keys/new.html")]
struct NewPage {
    frame: Frame,
    name: Field,
    account: Field,
    owner: Field,
    expires: Field,
    expires_on: Field,
    spend: SpendFields,
    from: Field,
    /// Accounts to choose from, id and name; only admins have more than their own.
    accounts: Vec<(String, String)>,
    /// Keys to copy aliases from, id and name.
    keys: Vec<(String, String)>,
    today: String,
}

pub(super) async fn show(console: web::Data<Console>, frame: Frame, query: web::Query<NewQuery>) -> Reply {
    frame.who.must_write()?;
    let mut form = NewForm {
        from: query.from.clone(),
        expires: USUAL_EXPIRY.into(),
        ..NewForm::default()
    };
    if let Ok(source) = super::find(&console, &frame.who, &query.from).await {
        form.name = format!("{}-copy", source.name).chars().take(80).collect();
        form.account = source.account.to_string();
        form.owner = if source.owner.is_some() {
            String::new()
        } else {
            "service".into()
        };
    }
    reply::ok(&NewPage::new(&console, frame, &form).await?)
}

pub(super) async fn create(
    console: web::Data<Console>,
    frame: Frame,
    session: Session,
    htmx: HtmxRequest,
    form: web::Form<NewForm>,
) -> Reply {
    frame.who.must_write()?;
    let now = console.now();
    let who = frame.who.clone();
    let mut page = NewPage::new(&console, frame, &form).await?;
    let name = page.name.check(form.name.parse());
    let account = page.account(&who.account, &form.account);
    let owner = account.and_then(|account| page.owner(account, who.person.account, who.person.id, &form.owner));
    let expires_at = page.expiry(&form, now);
    let spend = page.spend.parse();
    let aliases = page.aliases(&console, who.scope(), &form.from).await?;
    let (Some(name), Some(account), Some(owner), Some(expires_at), Some(spend), Some(aliases)) =
        (name, account, owner, expires_at, spend, aliases)
    else {
        return reply::page(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let secret = ApiKeySecret::generate(crate::random::bytes);
    let id = ApiKeyId::new(now, crate::random::bytes());
    let limits = Limits {
        spend,
        ..Limits::NEW_KEY
    };
    let key = ApiKey {
        owner,
        expires_at,
        limits,
        ..ApiKey::new(id, account, name, &secret, now)
    };
    let new = NewKey {
        hash: console.hasher.hash(&secret),
        key,
        aliases,
    };
    match console.store.api_keys().create(&new, &who.editor(), now).await {
        Ok(()) => Ok(reply::go(
            htmx,
            &created::offer(&console, &session, &who, id, &secret).await?,
        )),
        Err(StoreError::Taken { .. }) => {
            page.name.error = Some(format!("You already have a key named {}.", new.key.name));
            reply::page(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(error.into()),
    }
}

impl NewPage {
    async fn new(console: &Console, frame: Frame, form: &NewForm) -> Result<Self, ConsoleError> {
        let scope = frame.who.scope();
        let accounts: Vec<Account> = match scope {
            Scope::All => console.store.accounts().list().await?,
            Scope::Account(_) => frame.who.account.clone().into_iter().collect(),
        };
        let several = accounts.len() > 1;
        let name_of = |id: AccountId| {
            accounts
                .iter()
                .find(|account| account.id == id)
                .map(|account| &account.name)
        };
        let keys = console.store.api_keys().all(scope).await?;
        let keys = keys.into_iter().map(|key| match name_of(key.account) {
            Some(account) if several => (key.id.to_string(), format!("{account} / {}", key.name)),
            _ => (key.id.to_string(), key.name.into()),
        });
        let own = frame.who.person.account.map(|id| id.to_string()).unwrap_or_default();
        Ok(Self {
            name: Field::new(&form.name),
            account: Field::new(if form.account.is_empty() { &own } else { &form.account }),
            owner: Field::new(&form.owner),
            expires: Field::new(&form.expires),
            expires_on: Field::new(&form.expires_on),
            spend: SpendFields::typed(&form.per, &form.amount),
            from: Field::new(&form.from),
            keys: keys.collect(),
            accounts: accounts
                .into_iter()
                .map(|account| (account.id.to_string(), account.name.into()))
                .collect(),
            today: crate::console::format::When::new(console.now(), console.now()).machine_date(),
            frame: frame.at(Nav::Keys),
        })
    }

    fn expiries(&self) -> &'static [(&'static str, &'static str)] {
        &EXPIRIES
    }

    /// How many things are wrong.
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

    /// The account the key is for: an admin chooses, anybody else has one.
    fn account(&mut self, own: &Option<Account>, chosen: &str) -> Option<AccountId> {
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

    /// Who the key belongs to: the person, or nobody.
    fn owner(
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

    fn expiry(&mut self, form: &NewForm, now: Timestamp) -> Option<Option<Timestamp>> {
        match form.expires.as_str() {
            "date" => self.expires_on.check(end_of(&form.expires_on, now)).map(Some),
            choice => self.expires.check(parse_expiry(choice, now)),
        }
    }

    async fn aliases(
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

/// A number of days, or never.
pub(super) fn parse_expiry(choice: &str, now: Timestamp) -> Result<Option<Timestamp>, &'static str> {
    match choice {
        "never" => Ok(None),
        "7" | "30" | "90" | "365" => {
            let days: u32 = choice.parse().unwrap_or(90);
            Ok(Some(now.plus(DAY * days)))
        }
        _ => Err("Choose when the key expires."),
    }
}

/// The end of a day that is written `2026-12-24`, in UTC.
pub(super) fn end_of(date: &str, now: Timestamp) -> Result<Timestamp, &'static str> {
    let parsed = date.trim().parse::<jiff::civil::Date>().ok();
    let end = parsed.and_then(|date| date.tomorrow().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok());
    let end = end.map(|end| Timestamp::from_millis(end.timestamp().as_millisecond()));
    let end = end.ok_or("Enter a date, for example 2027-01-31.")?;
    if end > now {
        Ok(end)
    } else {
        Err("Choose a date that is not over yet.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_374_251_000);

    #[test]
    fn a_date_counts_to_its_end() {
        assert_eq!(end_of("2026-11-22", NOW).map(Timestamp::millis), Ok(1_795_392_000_000));
        assert!(end_of("2026-11-21", NOW).is_err());
        assert!(end_of("soon", NOW).is_err());
    }

    #[test]
    fn only_what_the_form_offers_is_taken() {
        assert_eq!(parse_expiry("never", NOW), Ok(None));
        assert_eq!(parse_expiry("7", NOW), Ok(Some(NOW.plus(DAY * 7))));
        assert!(parse_expiry("8", NOW).is_err());
        assert!(parse_expiry("", NOW).is_err());
    }
}
