//! Why a request ran its model: the aliases of that moment, and today's.

use std::time::Duration;

use crossmodel::domain::{Match, RequestId, Role, Scope, UsageRecord};
use crossmodel::store::Actor;

use super::super::aliases::{BASIC, Desk, OPUS, select, text};
use super::names;
use crate::harness::database::Engine;
use crate::harness::seed;
use crate::harness::store::on;
use crate::harness::traffic::aliased;

#[test]
fn the_model_is_explained_by_the_rules_of_that_moment_and_todays_stand_beside() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let now = desk.app.clock().now();
        let opus = UsageRecord {
            requested: "claude-opus-4-9".into(),
            alias: Some(("claude-opus".parse().expect("a name"), Match::Prefix)),
            model: OPUS.3.into(),
            ..desk.call(3_600)
        };
        desk.stores(std::slice::from_ref(&opus)).await;

        let page = desk.page_of(&opus).await;
        let why = text(&page, "section[aria-labelledby=why]");
        assert!(why.contains("claude-opus-4-9 was caught by the prefix alias claude-opus, which pointed at anthropic/claude-opus-4-8."), "{why}");
        assert!(
            why.contains("Answered with the rules of v1, saved 22 Nov 2026, 12:00:00 UTC by "),
            "{why}"
        );
        assert!(
            why.contains("WINS") && why.contains("which send it the same way"),
            "{why}"
        );
        assert!(select(&page, ".today").is_empty());

        // Pointed elsewhere half an hour ago: that request is still told by the rules of its own time.
        let elsewhere = [seed::exact(BASIC.1, BASIC.3), seed::prefix(OPUS.1, "openai/gpt-5.5")];
        desk.saves(1, &elsewhere, now.minus(Duration::from_secs(1_800))).await;
        let page = desk.page_of(&opus).await;
        assert!(text(&page, "section[aria-labelledby=why]").contains("Answered with the rules of v1, saved"));
        assert!(text(&page, ".today").starts_with("Today it would go to openai/gpt-5.5 (prefix claude-opus)."));
        let link = select(&page, ".today a")[0]
            .value()
            .attr("href")
            .expect("a link")
            .to_owned();
        assert_eq!(link, desk.url("?test=claude-opus-4-9"));
        desk.who.get(&link).await.is(200);

        // A gateway that had not heard of the save yet answered by the version before it.
        let at = now.minus(Duration::from_secs(1_799));
        let late = UsageRecord {
            id: RequestId::new(at, crossmodel::random::bytes()),
            at,
            ..opus.clone()
        };
        let new = UsageRecord {
            model: "openai/gpt-5.5".into(),
            ..UsageRecord {
                id: RequestId::new(now, crossmodel::random::bytes()),
                at: now,
                ..opus.clone()
            }
        };
        desk.stores(&[late.clone(), new.clone()]).await;
        assert!(text(&desk.page_of(&late).await, "section[aria-labelledby=why]").contains("the rules of v1,"));
        assert!(text(&desk.page_of(&new).await, "section[aria-labelledby=why]").contains("the rules of v2,"));
    });
}

#[test]
fn a_request_outlives_its_key() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let call = aliased(desk.call(10), BASIC.1, BASIC.3);
        desk.stores(std::slice::from_ref(&call)).await;
        let by = Actor::command_line();
        desk.app
            .store()
            .by(&by, desk.app.clock().now())
            .api_keys()
            .delete(Scope::All, call.key)
            .await
            .expect("the store");

        let page = desk.page_of(&call).await;
        assert_eq!(text(&page, ".today"), "Today it would be refused: the key was deleted.");
        assert!(text(&page, "section[aria-labelledby=why]").contains("the rules of v1"));
        assert!(select(&page, &format!("a[href='/keys/{}']", call.key)).is_empty());
        assert_eq!(names(&desk.who, "").await, [BASIC.1]);
    });
}
