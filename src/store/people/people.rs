//! People, who sign in to the console. Changes of their roles are in [`super::person_change`].

use serde_json::json;

use crate::domain::{Email, Person, PersonId, Scope};
use crate::store::audit::{Subject, Writer};
use crate::store::engine::{Row, Store, StoreError, Table, args, sql, transaction};

/// Reads and writes people.
#[derive(Clone, Copy, Debug)]
pub struct People<S>(pub(in crate::store) S);

impl Store {
    /// Access to people.
    pub fn people(&self) -> People<&Self> {
        People(self)
    }
}

impl Writer<'_> {
    /// Access to people.
    pub fn people(self) -> People<Self> {
        People(self)
    }
}

macro_rules! person {
    () => {
        "SELECT id, email, role, account_id, password_hash, enabled, created_at FROM person "
    };
}

sql! {
    ADD = r"INSERT INTO person (id, email, role, account_id, password_hash, enabled, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)";
    BY_EMAIL = concat!(person!(), "WHERE email = $1");
    GET = concat!(person!(), "WHERE id = $1");
    LIST = concat!(person!(), "WHERE CAST($1 AS TEXT) IS NULL OR account_id = $1 ORDER BY email");
    SET_PASSWORD = "UPDATE person SET password_hash = $2 WHERE id = $1 RETURNING account_id";
    END_SESSIONS = "DELETE FROM session WHERE person_id = $1";
    VOID_LINKS = "DELETE FROM link WHERE person_id = $1";
    COUNT = "SELECT COUNT(*) AS people FROM person";
}
pub const TABLE: Table = Table {
    name: "person",
    id: "id",
};

impl People<&Store> {
    /// The person of that address, with the password hash if a password is set.
    pub async fn by_email(self, email: &Email) -> Result<Option<(Person, Option<String>)>, StoreError> {
        let Some(row) = self.0.first(BY_EMAIL, args![email]).await? else {
            return Ok(None);
        };
        Ok(Some((person(&row)?, row.get("password_hash")?)))
    }

    /// The person of that id.
    pub async fn get(self, id: PersonId) -> Result<Option<Person>, StoreError> {
        self.0.first(GET, args![id]).await?.as_ref().map(person).transpose()
    }

    /// Every person in the scope, by e-mail address.
    pub async fn list(self, scope: Scope) -> Result<Vec<Person>, StoreError> {
        self.0
            .all(LIST, args![scope.account()])
            .await?
            .iter()
            .map(person)
            .collect()
    }

    /// Replaces the hash of an unchanged password by one with today's cost. Sessions stay, and nothing is audited.
    /// `false` if there is no such person.
    pub async fn rehash(self, id: PersonId, password_hash: &str) -> Result<bool, StoreError> {
        let hash = password_hash.to_owned();
        transaction!(self.0, |tx| {
            Ok(tx.first(SET_PASSWORD, args![id, hash]).await?.is_some())
        })
    }

    /// How many people there are.
    pub async fn count(self) -> Result<i64, StoreError> {
        let row = self.0.first(COUNT, Vec::new()).await?;
        row.map_or(Ok(0), |row| row.get("people"))
    }
}

impl People<Writer<'_>> {
    /// Adds a person, who cannot sign in before a password is set.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if the e-mail address is in use.
    pub async fn add(self, person: &Person, password_hash: Option<&str>) -> Result<(), StoreError> {
        let (person, hash) = (person.clone(), password_hash.map(str::to_owned));
        transaction!(self.0, |tx, by| {
            let Person {
                id,
                email,
                role,
                account,
                enabled,
                created_at,
            } = &person;
            let args = args![*id, email, role.as_str(), *account, hash, *enabled, *created_at];
            tx.run(ADD, args).await.map_err(|error| error.taken("e-mail address"))?;
            let detail = json!({ "email": email.as_str(), "role": role.as_str() });

            tx.note(&by, &Subject::new("person", id, *account), "create", detail)
                .await
        })
    }

    /// Sets a password and, in the same transaction, ends every session of the person and voids the person's one-time links.
    /// `false` if there is no such person.
    pub async fn set_password(self, id: PersonId, password_hash: &str) -> Result<bool, StoreError> {
        let hash = password_hash.to_owned();
        transaction!(self.0, |tx, by| {
            let Some(row) = tx.first(SET_PASSWORD, args![id, hash]).await? else {
                return Ok(false);
            };

            tx.run(END_SESSIONS, args![id]).await?;
            tx.run(VOID_LINKS, args![id]).await?;
            let subject = Subject::new("person", id, row.parse_opt(TABLE, "account_id")?);
            tx.note(&by, &subject, "set_password", json!({})).await?;

            Ok(true)
        })
    }
}

fn person(row: &Row) -> Result<Person, StoreError> {
    Ok(Person {
        id: row.parse(TABLE, "id")?,
        email: row.parse(TABLE, "email")?,
        role: row.parse(TABLE, "role")?,
        account: row.parse_opt(TABLE, "account_id")?,
        enabled: row.get("enabled")?,
        created_at: row.get("created_at")?,
    })
}
