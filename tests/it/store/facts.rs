//! What models take, as catalog files and admins state it.

use std::time::{Duration, Instant};

use crossmodel::domain::{
    DeveloperRole, FactEdit, Facts, FieldFact, Protocol, Scope, SystemTurns, TurnOrder, UnknownFields, facts,
};
use crossmodel::store::{CatalogFile, ProviderChange, StoreError};

use super::raw;
use crate::harness::seed;
use crate::harness::store::TestStore;

const MODEL: &str = "deepseek/deepseek-v4-pro";

fn set(path: &str, value: &str) -> FactEdit {
    FactEdit::set(path, value).unwrap()
}

async fn chat_facts(store: &TestStore, id: &str) -> Facts {
    let catalog = store.catalog().load().await.unwrap();
    let model = catalog.get(id).unwrap();
    facts(catalog.provider(&model.provider).unwrap(), model, Protocol::OpenaiChat)
}

async fn change_provider(store: &TestStore, id: &str, edits: &[FactEdit]) -> Result<bool, StoreError> {
    let catalog = store.at_noon().catalog();
    catalog.change_provider_facts(&id.parse().unwrap(), edits).await
}

async fn change_model(store: &TestStore, id: &str, edits: &[FactEdit]) -> Result<bool, StoreError> {
    let catalog = store.at_noon().catalog();
    catalog.change_model_facts(&id.parse().unwrap(), edits).await
}

both_engines!(what_an_admin_states_wins_and_survives_an_import, |store| {
    seed::catalog(&store).await;
    let before = store.catalog().revision().await.unwrap();

    let of_all = [set("roles.developer", "user"), set("fields.stop", "refused")];
    assert!(change_provider(&store, "deepseek", &of_all).await.unwrap());
    assert!(
        change_model(&store, MODEL, &[set("fields.stop", "ignored")])
            .await
            .unwrap()
    );

    assert_eq!(store.catalog().revision().await.unwrap(), before + 2);
    let mut file = CatalogFile::parse(include_str!("../../../catalog/models.json")).unwrap();
    let models = file.models().cloned().map(|mut model| {
        model.name.push_str(" II");
        model
    });
    file = CatalogFile::new(models.collect(), Vec::new());
    assert_eq!(store.at_noon().catalog().import(&file).await.unwrap().updated, 628);

    let of_model = chat_facts(&store, MODEL).await;
    assert_eq!(of_model.roles.developer, DeveloperRole::User);
    assert_eq!(of_model.field("stop"), &FieldFact::Ignored);
    let of_other = chat_facts(&store, "deepseek/deepseek-flash").await;
    assert_eq!(of_other.field("stop"), &FieldFact::Refused);
});

both_engines!(an_edit_adds_to_those_before_it_and_a_reset_takes_one_back, |store| {
    seed::catalog(&store).await;
    let developer = async || chat_facts(&store, MODEL).await.roles.developer;
    let shipped = developer().await;

    change_model(&store, MODEL, &[set("roles.developer", "user"), set("max_tokens", "9")])
        .await
        .unwrap();
    change_model(&store, MODEL, &[set("roles.order", "alternate")])
        .await
        .unwrap();
    assert_eq!(developer().await, DeveloperRole::User);

    let reset = FactEdit::reset("roles.developer").unwrap();
    assert!(change_model(&store, MODEL, std::slice::from_ref(&reset)).await.unwrap());
    assert_eq!(developer().await, shipped);
    let left = chat_facts(&store, MODEL).await;
    assert_eq!((left.roles.order, left.max_tokens), (TurnOrder::Alternate, Some(9)));

    let revision = store.catalog().revision().await.unwrap();
    assert!(!change_model(&store, MODEL, &[reset]).await.unwrap());
    assert_eq!(
        store.catalog().revision().await.unwrap(),
        revision,
        "nothing has changed"
    );

    assert!(change_model(&store, MODEL, &[FactEdit::ResetAll]).await.unwrap());
    assert_eq!(raw::count(&store, "model", "facts IS NOT NULL").await, 0);
});

both_engines!(a_change_of_facts_is_audited_with_before_and_after, |store| {
    seed::catalog(&store).await;

    change_provider(&store, "deepseek", &[set("roles.developer", "user")])
        .await
        .unwrap();
    change_provider(&store, "deepseek", &[set("roles.developer", "native")])
        .await
        .unwrap();

    let entries = store.audit().list(Scope::All, 1).await.unwrap();
    let entry = &entries[0];
    assert_eq!(
        (entry.action.as_str(), entry.subject_id.as_str()),
        ("provider.facts", "deepseek")
    );
    let detail: serde_json::Value = serde_json::from_str(&entry.detail).unwrap();
    let (before, after) = (&detail["before"], &detail["after"]);
    assert_eq!(
        (&before["roles"]["developer"], &after["roles"]["developer"]),
        (&"user".into(), &"native".into())
    );
});

both_engines!(facts_of_what_is_not_there_cannot_be_stated, |store| {
    let edits = [set("fields.stop", "refused")];
    for refused in [
        change_provider(&store, "unknown", &edits).await,
        change_model(&store, "unknown/m", &edits).await,
    ] {
        assert!(matches!(refused, Err(StoreError::Missing)), "{refused:?}");
    }
    assert_eq!(store.catalog().revision().await.unwrap(), 0);
});

both_engines!(stored_facts_that_cannot_be_read_are_left_out, |store| {
    seed::catalog(&store).await;
    let shipped = chat_facts(&store, MODEL).await;
    for table in ["provider", "model"] {
        let sql = format!(r#"UPDATE {table} SET facts = '{{"from":"a later version"}}'"#);
        raw::run(&store, &sql).await.unwrap();
    }

    assert_eq!(chat_facts(&store, MODEL).await, shipped);

    change_model(&store, MODEL, &[set("fields.stop", "refused")])
        .await
        .unwrap();
    assert_eq!(chat_facts(&store, MODEL).await.field("stop"), &FieldFact::Refused);
    let detail = store.audit().list(Scope::All, 1).await.unwrap().remove(0).detail;
    assert!(detail.contains("a later version"), "{detail}");
});

both_engines!(a_server_of_ones_own_is_of_a_kind_until_that_is_taken_back, |store| {
    let id = "mine".parse().unwrap();
    let kind = |template: Option<&str>| ProviderChange {
        base_url: Some("https://models.example/v1".into()),
        protocol: Some(Protocol::OpenaiChat),
        template: Some(template.map(Into::into)),
        ..ProviderChange::of("mine".parse().unwrap())
    };
    let stored = async || {
        let catalog = store.catalog().load().await.unwrap();
        catalog.provider(&id).unwrap().template.clone()
    };

    store
        .at_noon()
        .catalog()
        .set_provider(&kind(Some("vllm")))
        .await
        .unwrap();
    assert_eq!(stored().await.as_deref(), Some("vllm"));
    let unrelated = ProviderChange::of("mine".parse().unwrap());
    store.at_noon().catalog().set_provider(&unrelated).await.unwrap();
    assert_eq!(stored().await.as_deref(), Some("vllm"));
    store.at_noon().catalog().set_provider(&kind(None)).await.unwrap();
    assert_eq!(stored().await, None);
});

/// The rows of a server that is in no catalog, with facts at each place that can have some.
const OWN_ROWS: &str = r#"{"data": [
{"id": "mine", "name": "Mine", "protocol": "openai-chat", "base_url": "https://models.example/v1", "template": "ollama",
 "facts": {"roles": {"developer": "user", "order": "alternate"}, "fields": {"top_k": "refused"}},
 "endpoints": [{"protocol": "openai-chat", "base_url": "https://models.example/v1", "path": "/chat/completions",
   "facts": {"roles": {"system": "once"}, "fields": {"seed": {"named": "random_seed"}}}}]},
{"id": "mine/m", "name": "M", "provider": "mine", "upstream_model": "m", "type": "chat", "protocols": ["openai-chat"],
 "context_length": 8192, "pricing": {}, "facts": {"roles": {"order": "free"}, "unknown_fields": "refused"}}
]}"#;

both_engines!(the_facts_of_a_catalog_file_rule_and_an_admin_s_rule_them, |store| {
    let file = CatalogFile::parse(OWN_ROWS).unwrap();
    store.at_noon().catalog().import(&file).await.unwrap();

    let of_file = chat_facts(&store, "mine/m").await;
    assert_eq!(of_file.roles.developer, DeveloperRole::User);
    assert_eq!(of_file.roles.system, SystemTurns::Once);
    assert_eq!(of_file.roles.order, TurnOrder::Free, "the model's row is the nearest");
    assert_eq!(of_file.unknown_fields, UnknownFields::Refused);
    assert_eq!(of_file.field("user"), &FieldFact::Ignored, "as the template says");
    assert_eq!(of_file.field("seed"), &FieldFact::Named("random_seed".into()));

    change_provider(&store, "mine", &[set("roles.order", "no_user_after_tool")])
        .await
        .unwrap();
    assert_eq!(
        chat_facts(&store, "mine/m").await.roles.order,
        TurnOrder::NoUserAfterTool
    );
    let report = store.at_noon().catalog().import(&file).await.unwrap();
    assert_eq!(report.unchanged, 2);
    assert_eq!(
        chat_facts(&store, "mine/m").await.roles.order,
        TurnOrder::NoUserAfterTool
    );
});

#[test]
fn wrong_facts_in_a_catalog_file_are_named_by_line_id_and_path() {
    let wrong = |right: &str, wrong: &str| {
        let text = OWN_ROWS.replace(right, wrong);
        assert_ne!(text, OWN_ROWS);
        CatalogFile::parse(&text).unwrap_err().to_string()
    };

    for (error, starts) in [
        (
            wrong(r#""developer": "user""#, r#""develper": "user""#),
            "line 2, `mine`: facts: `roles.develper` is no fact; did you mean `roles.developer`?",
        ),
        (
            wrong(r#""system": "once""#, r#""system": "one""#),
            "line 2, `mine`: endpoints[0].facts: roles.system: `one` is not allowed (did you mean `once`?)",
        ),
        (
            wrong(r#""unknown_fields": "refused""#, r#""unknown_fields": true"#),
            "line 6, `mine/m`: facts: unknown_fields: `true` is not allowed; it is one of keep, refused, ignored",
        ),
        (
            wrong(r#""template": "ollama""#, r#""template": "olama""#),
            "line 2, `mine`: template: there is no template `olama` (did you mean `ollama`?)",
        ),
    ] {
        assert!(error.starts_with(starts), "{error}");
    }
}

both_engines!(a_database_from_before_facts_gets_them_and_keeps_what_it_has, |store| {
    seed::catalog(&store).await;
    let patience = ProviderChange {
        credential_env: Some(Some("MY_KEY".into())),
        ..ProviderChange::of("deepseek".parse().unwrap())
    };
    store.at_noon().catalog().set_provider(&patience).await.unwrap();
    for sql in [
        "ALTER TABLE provider DROP COLUMN facts",
        "ALTER TABLE model DROP COLUMN facts",
        "ALTER TABLE provider DROP COLUMN template",
        "DELETE FROM _sqlx_migrations WHERE version = 13",
    ] {
        raw::run(&store, sql).await.unwrap();
    }

    let newer = store.another().await;
    assert_eq!(newer.migrate().await.unwrap(), ["0013_facts"]);

    let catalog = newer.catalog().load().await.unwrap();
    assert_eq!(catalog.provider(&"deepseek".parse().unwrap()).unwrap().env, ["MY_KEY"]);
    assert!(
        change_model(&store, MODEL, &[set("fields.stop", "refused")])
            .await
            .unwrap()
    );
    assert_eq!(chat_facts(&store, MODEL).await.field("stop"), &FieldFact::Refused);
});

/// A snapshot of the catalog knows the facts of each model at each of its provider's addresses.
#[test]
fn the_facts_of_a_whole_catalog_are_known_in_a_moment() {
    let parse = |text| CatalogFile::parse(text).unwrap();
    let providers = parse(include_str!("../../../catalog/providers.json"));
    let models = parse(include_str!("../../../catalog/models.json"));
    let all = || {
        let mut count = 0;
        for model in models.models() {
            let provider = providers
                .providers()
                .find(|provider| provider.id == model.provider)
                .unwrap();
            for endpoint in &provider.endpoints {
                std::hint::black_box(facts(provider, model, endpoint.protocol));
                count += 1;
            }
        }
        count
    };

    all();
    let start = Instant::now();
    let count = all();
    let took = start.elapsed();
    eprintln!("the facts of {count} models at their addresses in {took:?}");

    assert!(took < Duration::from_secs(2), "{took:?}");
}
