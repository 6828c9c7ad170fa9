//! The form of a new key.

use crossmodel::domain::Scope;

use super::{owner, select, text};
use crate::harness::database::Engine;
use crate::harness::seed;
use crate::harness::store::on;

#[test]
fn a_form_with_mistakes_comes_back_with_what_was_typed() {
    on(Engine::Sqlite, |store| async move {
        let (app, owner) = owner(store).await;
        app.operator().creates_key("taken").await;

        for (fields, id, message) in [
            (vec![("name", " "), ("expires", "90")], "name", "Enter a name."),
            (
                vec![("name", "lap\u{1b}top"), ("expires", "90")],
                "name",
                "Use one line of plain text.",
            ),
            (
                vec![("name", "taken"), ("expires", "90")],
                "name",
                "You already have a key named taken.",
            ),
            (
                vec![("name", "x"), ("expires", "12")],
                "expires",
                "Choose when the key expires.",
            ),
            (
                vec![("name", "x"), ("expires", "date"), ("expires_on", "2001-01-01")],
                "expires_on",
                "Choose a date that is not over yet.",
            ),
            (
                vec![("name", "x"), ("expires", "90"), ("from", "gone")],
                "from",
                "This key is gone. Choose another, or none.",
            ),
        ] {
            let page = owner.post_form("/keys", &fields).await.is(422).page();
            assert_eq!(text(&page, &format!("#{id}-error")), message);
            assert_eq!(text(&page, ".summary a"), message);
            assert_eq!(
                select(&page, ".summary a")[0].attr("href"),
                Some(format!("#{id}").as_str())
            );
            assert_eq!(select(&page, &format!("#{id}"))[0].attr("aria-invalid"), Some("true"));
            assert_eq!(select(&page, "#name")[0].attr("value"), Some(fields[0].1));
        }
    });
}

#[test]
fn aliases_are_copied_into_the_new_key() {
    on(Engine::Sqlite, |store| async move {
        let (app, owner) = owner(store).await;
        let aliases = vec![
            seed::exact("fast", "deepseek/deepseek-chat"),
            seed::prefix("big", "openai/gpt-5"),
        ];
        let first = app.operator().creates_key_with("first", aliases.clone()).await;
        let id = first.key().id.to_string();
        let form = owner.get(&format!("/keys/new?from={id}")).await.is(200).page();
        assert_eq!(
            select(&form, "#from option[selected]")[0].attr("value"),
            Some(id.as_str())
        );

        owner
            .post_form("/keys", &[("name", "second"), ("expires", "never"), ("from", &id)])
            .await
            .is(303);

        let keys = app.store().api_keys();
        let second = keys
            .by_name(app.account().id, "second")
            .await
            .expect("an answer")
            .expect("it");
        let saved = app
            .store()
            .aliases()
            .list(Scope::All, second.id)
            .await
            .expect("an answer")
            .expect("its aliases");
        assert_eq!(saved.aliases.len(), aliases.len());
    });
}
