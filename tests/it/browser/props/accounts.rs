//! Accounts that a check asks for, and their credit.

use crossmodel::domain::{Account, AccountId, LedgerId, Role};
use crossmodel::random;
use crossmodel::store::Actor;
use serde_json::{Value, json};

use super::text;
use crate::harness::app::TestApp;
use crate::harness::seed;

/// Adds credit; the answer is the new balance.
pub(super) async fn credit(app: &TestApp, question: &Value) -> Value {
    let (by, now) = (Actor::command_line(), app.clock().now());
    let account = text(question, "account").parse().expect("an account");
    let id = LedgerId::new(now, random::bytes());
    let amount = text(question, "usd").parse().expect("an amount");

    let wallets = app.store().by(&by, now).wallets();
    let balance = wallets.credit(id, account, amount, text(question, "note")).await;

    balance.expect("the store").expect("the account").to_string().into()
}

/// A new account without credit, and its owner.
pub(super) async fn poor(app: &TestApp, question: &Value) -> Value {
    let (by, now) = (Actor::command_line(), app.clock().now());
    let name = text(question, "name");
    let account = Account::new(AccountId::new(now, random::bytes()), seed::name(name), now);
    let created = app.store().by(&by, now).accounts().create(&account).await;
    created.expect("a new account");

    let email = format!("owner@{name}.example.com");
    seed::person_who_signs_in(app.store(), &email, Role::Owner, Some(account.id)).await;

    json!({"account": account.id.to_string(), "owner": email})
}
