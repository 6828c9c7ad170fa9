//! People that a check asks for: who they are, and how they come in and out.

use crossmodel::domain::Role;
use crossmodel::random;
use crossmodel::store::Actor;
use serde_json::{Value, json};

use super::text;
use crate::harness::app::TestApp;
use crate::harness::database::Engine;
use crate::harness::seed;
use crate::harness::store::TestStore;

/// A new account and the people that see it; all of them have the one password.
pub(super) async fn people(app: &TestApp) -> Value {
    let name: String = random::bytes::<4>().iter().map(|byte| format!("{byte:02x}")).collect();
    let account = seed::account(app.store(), &format!("acme-{name}")).await;
    let mut people = json!({"account": account.id.to_string(), "account_name": account.name});
    for (who, role) in [
        ("owner", Role::Owner),
        ("maya", Role::Owner),
        ("viewer", Role::Viewer),
        ("admin", Role::Admin),
    ] {
        let email = format!("{who}-{name}@example.com");
        let account = (role != Role::Admin).then_some(account.id);
        seed::person_who_signs_in(app.store(), &email, role, account).await;
        people[who] = email.into();
    }
    people
}

/// Ends every session of a person.
pub(super) async fn sign_out(app: &TestApp, question: &Value) -> Value {
    let email = text(question, "email").parse().expect("an e-mail address");
    let found = app.store().people().by_email(&email).await;
    let (person, _) = found.expect("the store").expect("the person");

    let (by, now) = (Actor::command_line(), app.clock().now());
    let ended = app.store().by(&by, now).sessions().end_all(person.id).await;

    ended.expect("the store");
    Value::Null
}

/// The link of a first start, on an installation of its own.
pub(super) async fn set_up_link() -> Value {
    let app = TestApp::start(TestStore::fresh(Engine::Sqlite).await).await;
    app.first_run_link().await.into()
}

pub(super) async fn reset_link(app: &TestApp, question: &Value) -> Value {
    let email = text(question, "email");
    let link = app.command(&["person", "reset-link", "--email", email]).await;
    link.trim().into()
}
