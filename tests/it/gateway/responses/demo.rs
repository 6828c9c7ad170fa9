//! Demonstrations: the demo provider answers for providers without a credential.

use serde_json::json;

use crate::gateway::rig::{Rig, stream_question, test};
use crossmodel::domain::UsageSource;

test!(
    the_demo_provider_says_which_model_would_have_run_and_is_metered,
    |store| {
        let rig = Rig::with(store, |options| options.demo_provider = true).await;

        let reply = rig.asks("poor").await.is(200);

        let answer = reply.json();
        let text = answer["choices"][0]["message"]["content"].as_str().unwrap();
        assert!(
            text.contains("demo provider") && text.contains("poor/model") && text.contains("Hello"),
            "{text}"
        );
        assert_eq!(reply.header("x-crossmodel-model"), "poor/model");

        let record = &rig.records().await[0];
        assert_eq!((record.source, record.status), (UsageSource::Provider, 200));
        assert_eq!(json!(record.tokens.completion), answer["usage"]["completion_tokens"]);
        assert!(record.cost.pico() > 0);
        assert_eq!(rig.upstream.seen().len(), 0);
    }
);

test!(the_demo_provider_streams_and_reports_usage_like_a_provider, |store| {
    let rig = Rig::with(store, |options| options.demo_provider = true).await;

    let reply = rig
        .client()
        .post("/v1/chat/completions", &stream_question("poor"))
        .await
        .is(200);

    assert!(reply.text().ends_with("data: [DONE]\n\n") && !reply.text().contains("\"usage\""));
    assert!(reply.text().matches("chat.completion.chunk").count() > 20);
    let record = &rig.records().await[0];
    assert_eq!((record.source, record.stream), (UsageSource::Provider, true));
    assert!(record.tokens.completion > 10);
});

test!(
    the_demo_provider_answers_for_those_that_speak_another_protocol_too,
    |store| {
        let rig = Rig::with(store, |options| {
            options.demo_provider = true;
            options.env = std::sync::Arc::new(|_| None);
        })
        .await;

        for model in ["claude/opus", "acme/thinker", "acme/fast"] {
            let reply = rig.asks(model).await.is(200);
            assert!(reply.text().contains(model));
        }
    }
);

test!(a_provider_with_a_credential_is_called_even_then, |store| {
    let rig = Rig::with(store, |options| options.demo_provider = true).await;

    rig.asks("fast").await.is(200);

    assert_eq!(rig.upstream.seen().len(), 1);
});
