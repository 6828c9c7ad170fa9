//! Two accounts with people and keys, every kind of visitor, and things of each account for the visitors to ask for.

mod outsiders;
mod thing;

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use crossmodel::clock::Clock;
use crossmodel::domain::{Account, Person, PersonId, Role};
use crossmodel::store::Actor;

use crate::harness::app::TestApp;
use crate::harness::client::Client;
use crate::harness::seed::{self, NOON, PASSWORD};
use crate::harness::store::TestStore;

pub use outsiders::without_a_key;
pub use thing::Thing;

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

/// A person or program that asks the console for something.
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
    /// The person whose reset links the tests use up.
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

        // This session is over by the time that all others sign in.
        let over = signs_in(&app, &sides[0].owner).await;
        clock.advance(Duration::from_secs(13 * 3600));
        let mut actors = vec![
            outsider("anonymous", app.client().like_a_browser()),
            outsider("session over", over),
            actor(&app, "person disabled", Group::Outside, 0, &gone).await,
            actor(&app, "account disabled", Group::Outside, 0, &closed.owner).await,
            actor(&app, "viewer A1", Group::Viewer, 0, &sides[0].viewers[0]).await,
            actor(&app, "viewer A2", Group::Viewer, 0, &sides[0].viewers[1]).await,
            actor(&app, "owner A", Group::Owner, 0, &sides[0].owner).await,
            actor(&app, "owner B", Group::Owner, 1, &sides[1].owner).await,
            actor(&app, "admin", Group::Admin, 0, &admin).await,
        ];
        let (by, now) = (Actor::command_line(), clock.now());
        let disabled = app.store().by(&by, now).people().set_enabled(gone.id, false).await;
        disabled.expect("to disable a person");
        let closed = closed.account.id;
        let disabled = app.store().by(&by, now).accounts().set_enabled(closed, false).await;
        disabled.expect("to disable an account");

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
        actors.push(outsider("API key", bearer));
        Self { actors, ..world }
    }

    /// The actor of that name.
    pub fn actor(&self, name: &str) -> &Visitor {
        self.actors
            .iter()
            .find(|actor| actor.name == name)
            .expect("an actor of that name")
    }

    /// Every row of the tables that are compared.
    pub async fn rows(&self) -> Vec<String> {
        self.app.store().database().rows(&NOT_COMPARED).await
    }
}

/// A visitor who is not signed in.
fn outsider(name: &'static str, client: Client) -> Visitor {
    Visitor {
        name,
        group: Group::Outside,
        client,
        side: 0,
        person: None,
    }
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
