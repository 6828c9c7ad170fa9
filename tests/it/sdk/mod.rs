//! OpenAI's and Anthropic's own client libraries, unchanged, against the gateway.

mod answers;
mod anthropic;
mod expected;
mod openai;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::app::{CREDENTIAL, TestApp};
use crate::harness::process;

both_engines!(openai_python_works_with_only_a_base_url_and_a_key, |store| {
    works(TestApp::start(store).await, &python(), "openai_python.py").await;
});

both_engines!(openai_node_works_with_only_a_base_url_and_a_key, |store| {
    works(TestApp::start(store).await, Path::new("node"), "openai_node.mjs").await;
});

/// Runs one library's script, and checks its results and the provider's requests: the same for every library.
async fn works(app: TestApp, program: &Path, script: &str) {
    let key = app.operator().creates_key("sdk").await;
    key.aliases("cross-model-basic", "deepseek/deepseek-chat").await;
    key.aliases_prefix("claude-opus", "anthropic/claude-opus-4-8").await;
    let listable = app.catalog().await.all_callable().count();

    let base_url = format!("{}/v1", app.url());
    let saw = run(
        program,
        script,
        &[],
        &[("OPENAI_BASE_URL", &base_url), ("OPENAI_API_KEY", key.secret())],
    )
    .await;

    let basic = json!({"id": "cross-model-basic", "object": "model", "root": "deepseek/deepseek-chat"});
    let opus = json!({"id": "claude-opus", "object": "model", "root": "anthropic/claude-opus-4-8"});
    let weather = json!([{"name": "weather", "arguments": "{\"city\":\"Oslo\"}"}]);

    assert_eq!(saw["listed"], json!({"first": [basic, opus], "count": listable + 2}));
    assert_eq!(saw["alias"], basic);
    assert_eq!(
        saw["slash"],
        json!({"id": "deepseek/deepseek-chat", "object": "model", "root": null})
    );

    let usage = json!({"prompt": 11, "completion": 7});
    // The answer is the provider's own, byte for byte, but for the model's name.
    assert_eq!(
        saw["chat"],
        json!({"model": "deepseek/deepseek-chat", "text": "Hello there", "usage": usage})
    );
    assert_eq!(
        saw["stream"],
        json!({"models": ["anthropic/claude-opus-4-8"], "text": "Hello there", "usage": usage})
    );
    assert_eq!(
        saw["stream_without_usage"],
        json!({"text": "Hello there", "usage_shown": false})
    );

    assert_eq!(saw["tools"], weather);
    assert_eq!(saw["streamed_tools"], weather);
    refused(&saw["unknown"], "NotFoundError", 404, "model_not_found");
    refused(&saw["wrong_key"], "AuthenticationError", 401, "invalid_api_key");

    let received = app.provider().received();
    assert_eq!(received.len(), 5);
    for call in received {
        let whole = format!("{}\n{}", call.headers, call.body);
        let name = call.body["model"].as_str().expect("a model");
        assert!(
            ["deepseek-chat", "claude-opus-4-8"].contains(&name),
            "the provider was asked for {name}"
        );
        assert!(whole.contains(CREDENTIAL) && !whole.contains(key.secret()), "{whole}");
    }
}

fn refused(error: &Value, kind: &str, status: u16, code: &str) {
    assert_eq!(
        (&error["kind"], &error["status"], &error["code"]),
        (&json!(kind), &json!(status), &json!(code))
    );
    assert!(
        error["request_id"].as_str().is_some_and(|id| id.starts_with("req_cm_")),
        "{error}"
    );
}

/// Python with the libraries.
fn python() -> PathBuf {
    std::env::var_os("TEST_PYTHON")
        .expect("TEST_PYTHON is not set: run the tests with scripts/test")
        .into()
}

/// Runs a script of `tests/sdk` with the library's own two variables set, and reads its output.
async fn run(program: &Path, script: &str, arguments: &[&str], variables: &[(&str, &str); 2]) -> Value {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/sdk");
    assert!(
        folder.join("node_modules").is_dir(),
        "the libraries are not there: run the tests with scripts/test"
    );

    let mut command = Command::new(program);
    command
        .arg(script)
        .args(arguments)
        .current_dir(folder)
        .envs(variables.iter().copied());
    serde_json::from_str(&process::prints(command).await).expect("what it printed")
}
