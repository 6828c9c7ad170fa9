//! Two accounts with people and keys, everybody who may come by, and things of each of them to be asked for.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crossmodel::clock::Clock;
use crossmodel::console::web::assets;
use crossmodel::domain::{
    Account, AccountId, ApiKey, ApiKeyId, ApiKeySecret, KeyState, Limits, Person, PersonId, RequestId, Role, Scope,
};
use crossmodel::random;
use crossmodel::store::{Actor, Link, LinkKind, NewKey};
use sha2::{Digest, Sha256};

use super::table::Line;
use crate::harness::app::TestApp;
use crate::harness::client::{Client, Reply};
use crate::harness::seed::{self, NOON, PASSWORD};
use crate::harness::store::TestStore;
use crate::harness::traffic::record;

/// Tables that a request may write to although it is refused: its session, how often a sign-in failed, links that are
/// over, when the gateway was last seen. The catalog is left out since nothing of the console writes to it, and it is large.
const NOT_COMPARED: [&str; 8] = [
    "session",
    "throttle",
    "link",
    "gateway",
    "model",
    "provider",
    "provider_order",
    "catalog_state",
];

/// Whose a thing is, from where an actor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    Own,
    Same,
    Foreign,
    Missing,
}

impl Whose {
    /// In the order of a cell.
    pub const ALL: [Self; 4] = [Self::Own, Self::Same, Self::Foreign, Self::Missing];
}

/// Which column of the table an actor is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Outside,
    Viewer,
    Owner,
    Admin,
}

/// Somebody who asks the console for something.
pub struct Visitor {
    pub name: &'static str,
    pub group: Group,
    pub client: Client,
    /// Index of the account that is their own.
    pub side: usize,
    person: Option<PersonId>,
}

/// An account and its people.
pub struct Side {
    /// A word that occurs in all names of the account's and in no other.
    pub mark: &'static str,
    pub account: Account,
    pub owner: Person,
    viewers: [Person; 2],
    /// Whose reset links are played with.
    spare: Person,
}

/// The whole stage.
pub struct World {
    pub app: TestApp,
    pub clock: Clock,
    pub sides: [Side; 2],
    pub actors: Vec<Visitor>,
    count: AtomicUsize,
    lasting: Mutex<HashMap<(&'static str, usize), Thing>>,
}

/// What is put between the braces of a line.
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
    /// Sets it up: every actor is signed in as far as they can be.
    pub async fn start(store: TestStore) -> Self {
        let clock = Clock::manual(NOON);
        let app = TestApp::with(store, clock.clone(), |_| {}).await;
        let sides = [side(&app, "alpha").await, side(&app, "bravo").await];
        let closed = side(&app, "closed").await;
        let admin = seed::person_who_signs_in(app.store(), "admin@all.test", Role::Admin, None).await;
        let gone =
            seed::person_who_signs_in(app.store(), "gone@alpha.test", Role::Owner, Some(sides[0].account.id)).await;

        // Whose session is over by the time that everybody else signs in.
        let over = signs_in(&app, &sides[0].owner).await;
        clock.advance(Duration::from_secs(13 * 3600));
        let mut actors = vec![
            Visitor {
                name: "anonymous",
                group: Group::Outside,
                client: app.client().like_a_browser(),
                side: 0,
                person: None,
            },
            Visitor {
                name: "session over",
                group: Group::Outside,
                client: over,
                side: 0,
                person: None,
            },
            actor(&app, "person disabled", Group::Outside, 0, &gone).await,
            actor(&app, "account disabled", Group::Outside, 0, &closed.owner).await,
            actor(&app, "viewer A1", Group::Viewer, 0, &sides[0].viewers[0]).await,
            actor(&app, "viewer A2", Group::Viewer, 0, &sides[0].viewers[1]).await,
            actor(&app, "owner A", Group::Owner, 0, &sides[0].owner).await,
            actor(&app, "owner B", Group::Owner, 1, &sides[1].owner).await,
            actor(&app, "admin", Group::Admin, 0, &admin).await,
        ];
        let (by, now) = (Actor::command_line(), clock.now());
        app.store()
            .people()
            .set_enabled(gone.id, false, &by, now)
            .await
            .expect("to disable a person");
        app.store()
            .accounts()
            .set_enabled(closed.account.id, false, &by, now)
            .await
            .expect("to disable an account");
        let world = Self {
            app,
            clock,
            sides,
            actors: Vec::new(),
            count: AtomicUsize::new(0),
            lasting: Mutex::default(),
        };
        let secret = world.makes_key(0, None).await.1;
        let bearer = world.app.client().like_a_browser().bearer(&secret);
        actors.push(Visitor {
            name: "API key",
            group: Group::Outside,
            client: bearer,
            side: 0,
            person: None,
        });
        Self { actors, ..world }
    }

    /// The actor of that name.
    pub fn actor(&self, name: &str) -> &Visitor {
        self.actors
            .iter()
            .find(|actor| actor.name == name)
            .expect("an actor of that name")
    }

    /// A fresh thing for a line.
    pub async fn thing(&self, line: &Line, actor: &Visitor, whose: Whose) -> Thing {
        let side = &self.sides[actor.side];
        let people = [&side.owner, &side.viewers[0], &side.viewers[1]];
        let mine = actor
            .person
            .filter(|id| people.iter().any(|person| person.id == *id))
            .unwrap_or(side.owner.id);
        let other = people.iter().find(|person| person.id != mine).map(|person| person.id);
        let n = self.count.fetch_add(1, Ordering::Relaxed);
        let token = self.token(line, whose).await;
        let asset = assets::find("app.js")
            .unwrap_or_default()
            .trim_start_matches("/assets/")
            .to_owned();
        let mut values = vec![
            ("token", token),
            ("unique", format!("unique-{n}-name")),
            ("name", asset),
        ];
        let (at, owner) = match whose {
            Whose::Own => (actor.side, Some(mine)),
            Whose::Same => (actor.side, other),
            Whose::Foreign => (1 - actor.side, Some(self.sides[1 - actor.side].owner.id)),
            Whose::Missing => {
                let (key, now) = (ApiKeyId::new(self.clock.now(), random::bytes()), self.clock.now());
                let alias = format!("{}-{n}", self.sides[1 - actor.side].mark);
                values.extend([
                    ("id", key.to_string()),
                    ("account", AccountId::new(now, random::bytes()).to_string()),
                    ("alias", alias.clone()),
                    ("model:.+", format!("{alias}-chat")),
                    ("version", "0".into()),
                    ("seen", String::new()),
                ]);
                return Thing { secret: None, values };
            }
        };
        let (key, secret) = self.makes_key(at, owner).await;
        let account = self.sides[at].account.id;
        let record = record(account, key.id, self.clock.now());
        let request: RequestId = record.id;
        let is_about_a_request = line.pattern() == "/requests/{id}";
        if is_about_a_request {
            self.app
                .store()
                .usage()
                .append(&[record])
                .await
                .expect("to write a record");
        }
        let seen = self
            .app
            .store()
            .wallets()
            .last_by_hand(account)
            .await
            .expect("the ledger");
        let alias = alias_of(&key);
        values.extend([
            (
                "id",
                if is_about_a_request {
                    request.to_string()
                } else {
                    key.id.to_string()
                },
            ),
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

    /// The same, made once for all lines that leave it as it is.
    pub async fn lasting_thing(&self, line: &Line, actor: &Visitor, whose: Whose) -> Thing {
        if line.address.contains("{token}") || line.pattern() == "/requests/{id}" {
            return self.thing(line, actor, whose).await;
        }
        let known = self
            .lasting
            .lock()
            .expect("the things")
            .get(&(actor.name, whose as usize))
            .cloned();
        if let Some(thing) = known {
            return thing;
        }
        let thing = self.thing(line, actor, whose).await;
        self.lasting
            .lock()
            .expect("the things")
            .insert((actor.name, whose as usize), thing.clone());
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
        // A new link of somebody ends the one before.
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
    async fn makes_key(&self, side: usize, owner: Option<PersonId>) -> (ApiKey, String) {
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
        self.app
            .store()
            .api_keys()
            .create(&new, &Actor::command_line(), now)
            .await
            .expect("a new key");
        let key = self
            .app
            .store()
            .api_keys()
            .get(Scope::All, id)
            .await
            .expect("the store");
        (key.expect("the new key"), secret.expose().to_owned())
    }

    /// Every row of the tables that are compared.
    pub async fn rows(&self) -> Vec<String> {
        self.app.store().database().rows(&NOT_COMPARED).await
    }
}

/// Everybody whom the gateway must not answer, by name.
pub async fn without_a_key(world: &World) -> Vec<(&'static str, Client)> {
    let (by, now) = (Actor::command_line(), world.clock.now());
    let keys = world.app.store().api_keys();
    let all = Scope::All;
    let with = |secret: &str| world.app.client().bearer(secret);

    let (disabled, disabled_secret) = world.makes_key(0, None).await;
    keys.set_state(all, disabled.id, KeyState::Disabled, &by, now)
        .await
        .expect("to disable a key");
    let (expired, expired_secret) = world.makes_key(0, None).await;
    let past = Some(now.minus(Duration::from_secs(1)));
    keys.set_expiry(all, expired.id, past, &by, now)
        .await
        .expect("to let a key expire");
    let (deleted, deleted_secret) = world.makes_key(0, None).await;
    keys.delete(all, deleted.id, &by, now).await.expect("to delete a key");
    let closed = seed::account(world.app.store(), "closed too").await;
    let (_, closed_secret) = seed::key(world.app.store(), closed.id, "shut").await;
    world
        .app
        .store()
        .accounts()
        .set_enabled(closed.id, false, &by, now)
        .await
        .expect("to disable an account");
    let gone = seed::person(
        world.app.store(),
        "left@alpha.test",
        Role::Owner,
        Some(world.sides[0].account.id),
    )
    .await;
    let (_, gone_secret) = world.makes_key(0, Some(gone.id)).await;
    world
        .app
        .store()
        .people()
        .set_enabled(gone.id, false, &by, now)
        .await
        .expect("to disable a person");
    vec![
        ("no key", world.app.client()),
        ("session cookie", world.actor("owner A").client.clone()),
        ("unknown key", with(ApiKeySecret::generate(random::bytes).expose())),
        ("no key at all", with("cm-")),
        ("disabled key", with(&disabled_secret)),
        ("expired key", with(&expired_secret)),
        ("deleted key", with(&deleted_secret)),
        ("key of a disabled account", with(closed_secret.expose())),
        ("key of a disabled person", with(&gone_secret)),
    ]
}

/// `alpha-7` for the key `alpha-key-7`.
fn alias_of(key: &ApiKey) -> String {
    key.name.as_str().replace("-key-", "-")
}

async fn side(app: &TestApp, mark: &'static str) -> Side {
    let account = seed::account(app.store(), &format!("{mark} works")).await;
    let person = async |name: &str, role| {
        seed::person_who_signs_in(app.store(), &format!("{name}@{mark}.test"), role, Some(account.id)).await
    };
    let owner = person("owner", Role::Owner).await;
    let viewers = [person("one", Role::Viewer).await, person("two", Role::Viewer).await];
    let spare = person("spare", Role::Viewer).await;
    Side {
        mark,
        account,
        owner,
        viewers,
        spare,
    }
}

async fn signs_in(app: &TestApp, person: &Person) -> Client {
    let client = app.client().like_a_browser();
    client
        .post_form("/sign-in", &[("email", person.email.as_str()), ("password", PASSWORD)])
        .await
        .is(303);
    client
}

async fn actor(app: &TestApp, name: &'static str, group: Group, side: usize, person: &Person) -> Visitor {
    Visitor {
        name,
        group,
        client: signs_in(app, person).await,
        side,
        person: Some(person.id),
    }
}
