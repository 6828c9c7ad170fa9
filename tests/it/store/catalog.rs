//! The catalog: imports of files, and the settings of admins that take precedence.

use std::time::Instant;

use crossmodel::domain::{Model, ModelStatus, Protocol, Provider, Sealed};
use crossmodel::store::{CatalogFile, ImportReport, ProviderChange, StoreError};

use super::raw;
use crate::harness::seed;
use crate::harness::store::TestStore;

/// In service, today.
const MODEL: &str = "anthropic/claude-opus-4-8";

fn shipped() -> CatalogFile {
    let parse = |text| CatalogFile::parse(text).unwrap();
    parse(include_str!("../../../catalog/providers.json")).and(parse(include_str!("../../../catalog/models.json")))
}

async fn import(store: &TestStore, file: &CatalogFile) -> ImportReport {
    store.at_noon().catalog().import(file).await.unwrap()
}

async fn model(store: &TestStore, id: &str) -> Model {
    store
        .catalog()
        .load()
        .await
        .unwrap()
        .get(id)
        .map(|model| (**model).clone())
        .unwrap()
}

async fn provider(store: &TestStore, id: &str) -> Provider {
    let catalog = store.catalog().load().await.unwrap();
    catalog
        .provider(&id.parse().unwrap())
        .map(|provider| (**provider).clone())
        .unwrap()
}

fn change(id: &str) -> ProviderChange {
    ProviderChange::of(id.parse().unwrap())
}

both_engines!(the_shipped_catalog_comes_in_whole_and_in_well_under_a_second, |store| {
    let file = shipped();

    let start = Instant::now();
    let report = import(&store, &file).await;
    eprintln!("imported in {:?}", start.elapsed());

    assert_eq!(
        report,
        ImportReport {
            added: 628 + 33,
            ..ImportReport::default()
        }
    );
    let catalog = store.catalog().load().await.unwrap();
    assert_eq!((catalog.models().len(), catalog.providers().count()), (628, 33));
    let mut expected: Vec<Model> = file.models().cloned().collect();
    expected.sort_by(|a, b| a.id.cmp(&b.id));
    let stored: Vec<Model> = catalog.models().iter().map(|model| (**model).clone()).collect();
    assert_eq!(stored, expected);
    assert!(
        catalog.providers().eq(file
            .providers()
            .map(|p| std::sync::Arc::new(p.clone()))
            .collect::<Vec<_>>()
            .iter())
    );
    assert_eq!(catalog.revision(), 1);
});

both_engines!(importing_twice_changes_nothing, |store| {
    let file = shipped();
    import(&store, &file).await;
    let entries = store.audit().list(crossmodel::domain::Scope::All, 10).await.unwrap();

    let report = import(&store, &file).await;

    assert_eq!(
        report,
        ImportReport {
            unchanged: 661,
            ..ImportReport::default()
        }
    );
    assert_eq!(store.catalog().revision().await.unwrap(), 1);
    assert_eq!(
        store.audit().list(crossmodel::domain::Scope::All, 10).await.unwrap(),
        entries
    );
});

both_engines!(a_model_that_a_new_file_lacks_is_retired_and_still_callable, |store| {
    let file = shipped();
    import(&store, &file).await;
    let before = model(&store, MODEL).await;
    let fewer: Vec<Model> = file
        .models()
        .filter(|model| model.id.as_str() != MODEL)
        .cloned()
        .collect();
    let fewer = CatalogFile::new(fewer, Vec::new());

    assert_eq!(import(&store, &fewer).await.retired, 1);

    let catalog = store.catalog().load().await.unwrap();
    assert_eq!(catalog.callable(MODEL).unwrap().status, ModelStatus::Retired);
    // Back in the next file, it is as before.
    let report = import(&store, &file).await;
    assert_eq!((report.added, report.retired), (0, 0));
    assert_eq!(model(&store, MODEL).await, before);
});

both_engines!(a_file_without_a_date_only_adds, |store| {
    import(&store, &shipped()).await;
    let mut row = serde_json::to_value(shipped().models().next().unwrap()).unwrap();
    row["id"] = "ai21/our-own".into();
    let file = CatalogFile::parse(&serde_json::json!({ "data": [row] }).to_string()).unwrap();

    let report = import(&store, &file).await;

    assert_eq!((report.added, report.retired), (1, 0));
    assert!(store.catalog().load().await.unwrap().callable("ai21/our-own").is_some());
});

both_engines!(a_complete_file_leaves_models_of_other_providers_alone, |store| {
    let file = shipped();
    import(&store, &file).await;
    let of_one: Vec<Model> = file
        .models()
        .filter(|model| model.provider.as_str() == "ai21")
        .cloned()
        .collect();

    let report = import(&store, &CatalogFile::new(of_one, Vec::new())).await;

    assert_eq!(report.retired, 0);
});

both_engines!(a_file_of_providers_retires_no_model, |store| {
    let file = shipped();
    import(&store, &file).await;
    let mut providers: Vec<Provider> = file.providers().cloned().collect();
    providers[0].name = "Another name".into();

    let report = import(&store, &CatalogFile::new(Vec::new(), providers.clone())).await;

    assert_eq!(report.retired, 0);
    assert_eq!(provider(&store, providers[0].id.as_str()).await.name, "Another name");
});

both_engines!(what_an_admin_set_survives_an_import, |store| {
    seed::catalog(&store).await;
    let catalog = store.catalog();
    let writer = store.at_noon().catalog();
    let sealed = Sealed::from_bytes(vec![1, 2, 3]);
    let set = ProviderChange {
        base_url: Some("http://127.0.0.1:9/v1/".into()),
        credential_env: Some(Some("MY_KEY".into())),
        sealed: Some(Some(sealed.clone())),
        ..change("deepseek")
    };
    writer.set_provider(&set).await.unwrap();
    assert!(
        writer
            .set_provider_enabled(&"openai".parse().unwrap(), false)
            .await
            .unwrap()
    );
    raw::switch_model(&store, &store, MODEL, false).await;

    let mut providers: Vec<Provider> = shipped().providers().cloned().collect();
    for provider in &mut providers {
        provider.name.push_str(" II");
        provider.base_url = "https://elsewhere.example".into();
    }
    let models = shipped()
        .models()
        .cloned()
        .map(|model| Model {
            name: "New".into(),
            ..model
        })
        .collect();
    assert_eq!(import(&store, &CatalogFile::new(models, providers)).await.updated, 661);

    let deepseek = provider(&store, "deepseek").await;
    assert_eq!(
        (deepseek.name.as_str(), deepseek.base_url.as_str()),
        ("DeepSeek II", "http://127.0.0.1:9/v1")
    );
    assert_eq!(deepseek.env, ["MY_KEY"]);
    assert_eq!(deepseek.endpoints.len(), 1);
    assert_eq!(deepseek.endpoints[0].base_url, "http://127.0.0.1:9/v1");
    assert_eq!(
        catalog.credentials().await.unwrap(),
        [("deepseek".parse().unwrap(), sealed)]
    );
    assert!(!provider(&store, "openai").await.enabled);
    let model = model(&store, MODEL).await;
    assert_eq!((model.enabled, model.name.as_str()), (false, "New"));
});

both_engines!(what_an_admin_set_can_be_taken_back_field_by_field, |store| {
    seed::catalog(&store).await;
    let catalog = store.catalog();
    let writer = store.at_noon().catalog();
    let env = provider(&store, "deepseek").await.env;
    let set = ProviderChange {
        protocol: Some(Protocol::AnthropicMessages),
        base_url: Some("https://my.example/anthropic".into()),
        credential_env: Some(Some("MY_KEY".into())),
        sealed: Some(Some(Sealed::from_bytes(vec![1]))),
        ..change("deepseek")
    };
    writer.set_provider(&set).await.unwrap();

    let back = ProviderChange {
        credential_env: Some(None),
        sealed: Some(None),
        ..change("deepseek")
    };
    writer.set_provider(&back).await.unwrap();

    let deepseek = provider(&store, "deepseek").await;
    assert_eq!((deepseek.env, deepseek.protocol), (env, Protocol::AnthropicMessages));
    assert_eq!(deepseek.base_url, "https://my.example/anthropic");
    let endpoint = &deepseek.endpoints[0];
    assert_eq!(
        (endpoint.protocol, endpoint.path.as_str()),
        (Protocol::AnthropicMessages, "/v1/messages")
    );
    assert_eq!(catalog.credentials().await.unwrap(), []);
});

both_engines!(a_server_of_ones_own_can_be_added_and_get_models, |store| {
    let writer = store.at_noon().catalog();
    seed::catalog(&store).await;
    let base_url = Some("http://127.0.0.1:11434/v1".to_owned());

    let refused = writer
        .set_provider(&ProviderChange {
            base_url: base_url.clone(),
            ..change("mine")
        })
        .await;
    assert!(matches!(refused, Err(StoreError::Missing)), "{refused:?}");
    let own = ProviderChange {
        base_url,
        protocol: Some(Protocol::OpenaiChat),
        ..change("mine")
    };
    writer.set_provider(&own).await.unwrap();

    let mine = provider(&store, "mine").await;
    assert_eq!(
        (mine.base_url.as_str(), mine.protocol),
        ("http://127.0.0.1:11434/v1", Protocol::OpenaiChat)
    );
    assert_eq!(mine.endpoint(Protocol::OpenaiChat).unwrap().path, "/chat/completions");
    let model = Model {
        id: "mine/llama".parse().unwrap(),
        provider: mine.id,
        ..model(&store, MODEL).await
    };
    let file = CatalogFile::new(vec![model], Vec::new());
    assert_eq!(import(&store, &file).await.added, 1);
});

both_engines!(
    a_model_of_an_unknown_provider_is_refused_and_nothing_comes_in,
    |store| {
        let file = shipped();
        let (mut models, providers) = (
            file.models().cloned().collect::<Vec<_>>(),
            file.providers().cloned().collect(),
        );
        models[600].provider = "unknown".parse().unwrap();

        let refused = store
            .at_noon()
            .catalog()
            .import(&CatalogFile::new(models, providers))
            .await
            .unwrap_err();

        assert!(
            matches!(&refused, StoreError::UnknownProvider { provider, .. } if provider == "unknown"),
            "{refused:?}"
        );
        let catalog = store.catalog().load().await.unwrap();
        assert_eq!(
            (catalog.models().len(), catalog.providers().count(), catalog.revision()),
            (0, 0, 0)
        );
    }
);

both_engines!(switching_something_that_is_not_there_says_so, |store| {
    let catalog = store.catalog();
    let writer = store.at_noon().catalog();
    assert!(
        !writer
            .set_provider_enabled(&"unknown".parse().unwrap(), true)
            .await
            .unwrap()
    );
    assert_eq!(catalog.revision().await.unwrap(), 0);
});

#[test]
fn a_bad_catalog_file_names_the_line_and_the_row() {
    let wrong = |text: &str| CatalogFile::parse(text).unwrap_err().to_string();
    let row = concat!(
        r#"{"id":"a/b","name":"B","provider":"a","upstream_model":"b","type":"chat","#,
        r#""protocols":["openai-chat"],"context_length":1,"pricing":{}}"#
    );

    assert!(
        wrong("{\n\"data\": [\n nonsense").starts_with("line 3: "),
        "{}",
        wrong("{\n\"data\": [\n nonsense")
    );
    assert!(wrong("[]").starts_with("line 1: "));
    let text = format!("{{\"data\":[\n{row},\n{}]}}", row.replace("\"chat\"", "\"poem\""));
    assert!(
        wrong(&text).starts_with("line 3, `a/b`: unknown variant `poem`"),
        "{}",
        wrong(&text)
    );
    assert_eq!(
        wrong(&format!("{{\"data\":[{row},\n{row}]}}")),
        "line 2, `a/b`: a second row of this id"
    );
    let text = "{\"data\":[\n{\"id\":\"x\"}]}";
    assert!(
        wrong(text).starts_with("line 2, `x`: neither a model"),
        "{}",
        wrong(text)
    );
    assert_eq!(
        CatalogFile::parse(&format!("{{\"data\":[{row}]}}"))
            .unwrap()
            .models()
            .len(),
        1
    );
}
