//! One model at several hosts, whose answers the tests script.

use std::time::Duration;

use crossmodel::domain::{AccountId, Model, Provider, ProviderOrder};
use crossmodel::gateway::GatewayOptions;
use crossmodel::store::{Actor, CatalogFile};
use serde_json::json;

use crate::gateway::polyglot::polyglot;
use crate::gateway::rig::Rig;
use crate::harness::client::Reply;
use crate::harness::seed::NOON;
use crate::harness::store::TestStore;
use crate::harness::upstream::{Seen, Step, Upstream, json_answer};

/// One model, `lab/m`, at four hosts: `acme/m` at the rig's own provider, `second/m` by chat at $3 and $6 per million
/// tokens, `third/m` by Anthropic's protocol at $10 and $20, and `silent/m`, whose address no program listens at.
pub(super) struct Hosts {
    pub(super) rig: Rig,
    pub(super) second: Upstream,
    pub(super) third: Upstream,
}

impl Hosts {
    pub(super) async fn start(store: TestStore) -> Self {
        Self::with(store, |_| {}).await
    }

    pub(super) async fn with(store: TestStore, change: impl FnOnce(&mut GatewayOptions)) -> Self {
        let (second, third) = (Upstream::start().await, Upstream::start().await);
        let silent = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .to_string();
        let others = [second.host_port(), third.host_port(), silent.clone()].join(",");
        let rig = Rig::with(store, |options| {
            options.egress = format!("{},{others}", options.egress).parse().unwrap();
            change(options);
        })
        .await;
        third.answers(polyglot);

        let own = [
            ("second", second.url(), "openai-chat", "/chat/completions"),
            ("third", third.url(), "anthropic-messages", "/v1/messages"),
            ("silent", format!("http://{silent}"), "openai-chat", "/chat/completions"),
        ];
        let providers = own
            .iter()
            .map(|(id, url, protocol, path)| provider(id, url, protocol, path));
        let models = [
            model("second", "openai-chat", ("0.000003", "0.000006")),
            model("third", "anthropic-messages", ("0.00001", "0.00002")),
            model("silent", "openai-chat", CHEAP),
            model("acme", "openai-chat", CHEAP),
            model("poor", "openai-chat", CHEAP),
            model("down", "openai-chat", CHEAP),
        ];
        let file = CatalogFile::new(models.into(), providers.collect());
        let by = Actor::command_line();
        rig.store.by(&by, NOON).catalog().import(&file).await.unwrap();

        Self { rig, second, third }
    }

    pub(super) async fn order(&self, account: Option<AccountId>, providers: &[&str]) {
        let providers = providers.iter().map(|name| name.parse().unwrap()).collect();
        let order = ProviderOrder::new("lab/m", account, providers).unwrap();
        let by = Actor::command_line();
        self.rig
            .store
            .by(&by, self.rig.clock.now())
            .catalog()
            .set_provider_order(&order)
            .await
            .unwrap();
    }

    pub(super) async fn asks(&self) -> Reply {
        self.rig.clock.advance(Duration::from_millis(1));
        self.rig.asks("acme/m").await
    }

    /// The model of the last record, what it cost, and its attempts as `model status error`.
    pub(super) async fn recorded(&self) -> (String, String, Vec<String>) {
        let record = self.rig.records().await.remove(0);
        let attempts = record.attempts.iter().map(|attempt| {
            let status = attempt.status.map_or("-".into(), |status| status.to_string());
            format!("{} {status} {}", attempt.model, attempt.error.as_deref().unwrap_or("-"))
        });
        assert!(record.model.starts_with(record.provider.as_str()), "{record:?}");
        (record.model, record.cost.to_string(), attempts.collect())
    }
}

/// US dollars for a token of the prompt, and of the answer.
const CHEAP: (&str, &str) = ("0.000001", "0.000002");

fn provider(id: &str, url: &str, protocol: &str, path: &str) -> Provider {
    let endpoint = json!({"protocol": protocol, "base_url": url, "path": path});
    let provider = json!({"id": id, "name": id, "protocol": protocol, "base_url": url, "env": ["ACME_KEY"],
        "endpoints": [endpoint], "stream_options": true});
    serde_json::from_value(provider).unwrap()
}

/// The model `lab/m` at a provider.
fn model(provider: &str, protocol: &str, (prompt, completion): (&str, &str)) -> Model {
    let model = json!({"id": format!("{provider}/m"), "canonical_slug": "lab/m", "name": "M", "provider": provider,
        "upstream_model": format!("m-at-{provider}"), "type": "chat", "protocols": [protocol],
        "context_length": 8192, "pricing": {"prompt": prompt, "completion": completion}});
    serde_json::from_value(model).unwrap()
}

/// Gives the model at a provider a context window of so many tokens.
pub(super) async fn widen(hosts: &Hosts, provider: &str, window: u64) {
    let (rig, protocol) = (
        &hosts.rig,
        if provider == "third" {
            "anthropic-messages"
        } else {
            "openai-chat"
        },
    );
    let wide = Model {
        context_length: window,
        ..model(provider, protocol, CHEAP)
    };
    let file = CatalogFile::new(vec![wide], Vec::new());
    let by = Actor::command_line();
    rig.store
        .by(&by, rig.clock.now())
        .catalog()
        .import(&file)
        .await
        .unwrap();
}

pub(super) fn fails(status: u16) -> impl Fn(&Seen) -> Vec<Step> + Send + Sync {
    move |_| json_answer(status, &json!({"error": {"message": "no", "code": "no"}}))
}

/// The model that ran, as header and body name it.
#[track_caller]
pub(super) fn ran(reply: &Reply) -> String {
    assert_eq!(reply.status.as_u16(), 200, "{}", reply.text());
    let header = reply.header("x-crossmodel-model").to_owned();
    assert_eq!(reply.json()["model"], header.as_str());
    header
}
