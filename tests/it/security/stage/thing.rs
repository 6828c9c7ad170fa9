//! Things that the lines of the table are about: made for an actor, put into an address, taken out of an answer.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crossmodel::console::web::assets;
use crossmodel::domain::{AccountId, ApiKey, ApiKeyId, ApiKeySecret, Limits, PersonId, Scope};
use crossmodel::random;
use crossmodel::store::{Actor, Link, LinkKind, NewKey};
use sha2::{Digest, Sha256};

use super::{Visitor, Whose, World};
use crate::harness::client::Reply;
use crate::harness::seed;
use crate::harness::traffic::record;
use crate::security::table::Line;

/// The values that replace the names in braces of a line.
#[derive(Clone, Debug)]
pub struct Thing {
    pub secret: Option<String>,
    values: Vec<(&'static str, String)>,
}

impl Thing {
    /// The text with this thing's values in place of their names.
    pub fn put_into(&self, text: &str) -> String {
        self.values.iter().fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        })
    }

    /// An answer about it with the names in place of the values, so that answers about two things can be compared.
    pub fn taken_out_of(&self, reply: &Reply) -> String {
        self.taken_out_of_text(reply.text())
    }

    /// The same of a text.
    pub fn taken_out_of_text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, value) in self.values.iter().filter(|(_, value)| value.len() > 3) {
            text = text.replace(value.as_str(), &format!("{{{name}}}"));
        }
        let mut out = String::new();
        let mut rest = text.as_str();
        // The request's own id.
        while let Some((before, after)) = rest.split_once("req_cm_") {
            out.push_str(before);
            rest = after.trim_start_matches(|c: char| c.is_ascii_hexdigit() || c == '-');
        }
        out + rest
    }
}

impl World {
    /// A fresh thing for a line.
    pub async fn thing(&self, line: &Line, actor: &Visitor, whose: Whose) -> Thing {
        let side = &self.sides[actor.side];
        let people = [&side.owner, &side.viewers[0], &side.viewers[1]];
        let mine = actor
            .person
            .filter(|id| people.iter().any(|person| person.id == *id))
            .unwrap_or(side.owner.id);
        let other = people.iter().find(|person| person.id != mine).map(|person| person.id);

        let foreign = 1 - actor.side;
        match whose {
            Whose::Own => self.present_thing(line, whose, actor.side, Some(mine)).await,
            Whose::Same => self.present_thing(line, whose, actor.side, other).await,
            Whose::Foreign => {
                let owner = self.sides[foreign].owner.id;
                self.present_thing(line, whose, foreign, Some(owner)).await
            }
            Whose::Missing => self.missing_thing(line, foreign).await,
        }
    }

    /// A thing that exists: a key of the account at index `side`, or a request of that key.
    async fn present_thing(&self, line: &Line, whose: Whose, side: usize, owner: Option<PersonId>) -> Thing {
        let (mut values, _) = self.usual_values(line, whose).await;
        let (key, secret) = self.makes_key(side, owner).await;
        let account = self.sides[side].account.id;

        let mut id = key.id.to_string();
        if line.pattern() == "/requests/{id}" {
            let record = record(account, key.id, self.clock.now());
            id = record.id.to_string();
            let written = self.app.store().usage().append(&[record]).await;
            written.expect("to write a record");
        }

        let seen = self.app.store().wallets().last_by_hand(account).await;
        let seen = seen.expect("the ledger");
        let alias = alias_of(&key);
        values.extend([
            ("id", id),
            ("account", account.to_string()),
            ("alias", alias.clone()),
            ("model:.+", format!("{alias}-chat")),
            ("version", key.aliases_version.to_string()),
            ("seen", seen.map(|id| id.to_string()).unwrap_or_default()),
        ]);
        Thing {
            secret: Some(secret),
            values,
        }
    }

    /// A thing that does not exist, with names like those of the account at index `side`.
    async fn missing_thing(&self, line: &Line, side: usize) -> Thing {
        let (mut values, n) = self.usual_values(line, Whose::Missing).await;
        let now = self.clock.now();
        let alias = format!("{}-{n}", self.sides[side].mark);

        values.extend([
            ("id", ApiKeyId::new(now, random::bytes()).to_string()),
            ("account", AccountId::new(now, random::bytes()).to_string()),
            ("alias", alias.clone()),
            ("model:.+", format!("{alias}-chat")),
            ("version", "0".into()),
            ("seen", String::new()),
        ]);
        Thing { secret: None, values }
    }

    /// The values that every thing has, and its number.
    async fn usual_values(&self, line: &Line, whose: Whose) -> (Vec<(&'static str, String)>, usize) {
        let n = self.count.fetch_add(1, Ordering::Relaxed);
        let token = self.token(line, whose).await;
        let asset = assets::find("app.js").unwrap_or_default();
        let asset = asset.trim_start_matches("/assets/").to_owned();

        let values = vec![
            ("token", token),
            ("unique", format!("unique-{n}-name")),
            ("name", asset),
        ];
        (values, n)
    }

    /// The same, made once for all lines that leave it as it is.
    pub async fn lasting_thing(&self, line: &Line, actor: &Visitor, whose: Whose) -> Thing {
        if line.address.contains("{token}") || line.pattern() == "/requests/{id}" {
            return self.thing(line, actor, whose).await;
        }
        let name = (actor.name, whose as usize);
        let known = self.lasting.lock().expect("the things").get(&name).cloned();

        if let Some(thing) = known {
            return thing;
        }
        let thing = self.thing(line, actor, whose).await;
        self.lasting.lock().expect("the things").insert(name, thing.clone());
        thing
    }

    /// A link that is live, used, too old, or was never made: in the order of a cell.
    async fn token(&self, line: &Line, whose: Whose) -> String {
        let token = format!("token-{}", self.count.fetch_add(1, Ordering::Relaxed));
        let kind = match line.pattern() {
            "/setup/{token}" => LinkKind::Setup,
            "/reset/{token}" => LinkKind::Reset,
            _ => return token,
        };
        if whose == Whose::Missing {
            return token;
        }
        let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let now = self.clock.now();
        let lives = Duration::from_secs(600);
        let expires_at = if whose == Whose::Foreign {
            now.minus(lives)
        } else {
            now.plus(lives)
        };
        // A new link of a person ends the one before.
        let person = match whose {
            Whose::Own => &self.sides[0].spare,
            _ => &self.sides[1].spare,
        };
        let link = Link {
            hash,
            kind,
            person: Some(person.id),
            key: None,
            payload: None,
            expires_at,
        };
        self.app.store().links().create(&link).await.expect("a new link");

        if whose == Whose::Same {
            self.app
                .store()
                .links()
                .consume(&hash, kind, now)
                .await
                .expect("to use it up");
        }
        token
    }

    /// A key of an account, off if the line is about switching it on, with aliases of its own.
    pub(super) async fn makes_key(&self, side: usize, owner: Option<PersonId>) -> (ApiKey, String) {
        let side = &self.sides[side];
        let n = self.count.fetch_add(1, Ordering::Relaxed);
        let now = self.clock.now();
        let secret = ApiKeySecret::generate(random::bytes);
        let name = format!("{}-key-{n}", side.mark).parse().expect("a name");
        let id = ApiKeyId::new(now, random::bytes());
        let key = ApiKey {
            owner,
            limits: Limits::NONE,
            ..ApiKey::new(id, side.account.id, name, &secret, now)
        };
        let aliases = vec![
            seed::exact(&format!("{}-{n}-chat", side.mark), "deepseek/deepseek-chat"),
            seed::exact(&format!("{}-{n}-embed", side.mark), "openai/text-embedding-3-small"),
        ];
        let new = NewKey {
            key,
            hash: seed::master().api_key_hasher().hash(&secret),
            aliases,
        };

        let (store, by) = (self.app.store(), Actor::command_line());
        let created = store.by(&by, now).api_keys().create(&new).await;
        created.expect("a new key");
        let key = store.api_keys().get(Scope::All, id).await.expect("the store");
        (key.expect("the new key"), secret.expose().to_owned())
    }
}

/// `alpha-7` for the key `alpha-key-7`.
fn alias_of(key: &ApiKey) -> String {
    key.name.as_str().replace("-key-", "-")
}
