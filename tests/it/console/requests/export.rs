//! The list as a file.

use crossmodel::domain::{Feature, RequestUse, Role, UsageRecord};

use super::super::aliases::{Desk, text};
use crate::harness::database::Engine;
use crate::harness::store::on;
use crate::harness::traffic::failed;

#[test]
fn the_file_says_what_was_changed_and_what_a_request_used() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let used = RequestUse::of_size(9_000).with(Feature::Tools).with(Feature::Images);
        let adapted = UsageRecord {
            adapted: Some("max_tokens, dropped:seed".into()),
            used: Some(used),
            ..desk.call(5)
        };
        desk.stores(&[adapted, desk.call(9)]).await;

        let file = desk.who.get("/requests/export.csv").await.is(200);

        let lines: Vec<&str> = file.text().lines().collect();
        assert!(lines[0].ends_with(",client,adapted,used"), "{}", lines[0]);
        assert!(
            lines[1].ends_with(",\"max_tokens, dropped:seed\",tools images"),
            "{}",
            lines[1]
        );
        assert!(lines[2].ends_with(",,"), "{}", lines[2]);
    });
}

#[test]
fn the_file_has_the_selection_and_no_formula() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let formula = UsageRecord {
            requested: "=cmd".into(),
            ..desk.call(5)
        };
        let many: Vec<UsageRecord> = (0..1_200).map(|n| desk.call(10 + n)).collect();
        desk.stores(&[many, vec![formula, failed(desk.call(3), 502, "provider_error")]].concat())
            .await;

        let file = desk.who.get("/requests/export.csv?status=ok").await.is(200);

        let lines: Vec<&str> = file.text().lines().collect();
        assert_eq!(lines.len(), 1_202);
        assert!(lines[0].starts_with("id,time,account_id,key_id,key,requested"));
        assert!(lines[1].contains(",'=cmd,") && !file.text().contains(",=cmd"));
        let page = desk.who.get("/requests?status=ok").await.is(200).page();
        assert!(text(&page, ".under").contains("up to the newest 100,000 of this selection"));
    });
}
