//! An order of providers: who is asked when the provider of the model that was named fails, and who is not.

use std::time::Duration;

use crossmodel::domain::{AccountId, Model, Provider, ProviderOrder, Scope};
use crossmodel::gateway::GatewayOptions;
use crossmodel::store::{Actor, CatalogFile};
use serde_json::json;

use super::protocols::polyglot;
use super::rig::{Rig, question, stream_question, test};
use crate::harness::client::Reply;
use crate::harness::seed::{self, NOON};
use crate::harness::store::TestStore;
use crate::harness::upstream::{Seen, Step, Upstream, delta, json_answer};

/// One model, `lab/m`, at four hosts: `acme/m` at the rig's own provider, `second/m` by chat at $3 and $6 per million
/// tokens, `third/m` by Anthropic's protocol at $10 and $20, and `silent/m`, whose address nobody listens at.
struct Hosts {
    rig: Rig,
    second: Upstream,
    third: Upstream,
}

impl Hosts {
    async fn start(store: TestStore) -> Self {
        Self::with(store, |_| {}).await
    }

    async fn with(store: TestStore, change: impl FnOnce(&mut GatewayOptions)) -> Self {
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
        let by = Actor::command_line();
        let silent = format!("http://{silent}");
        let hosts = [
            (
                "second",
                second.url(),
                "openai-chat",
                "/chat/completions",
                "0.000003",
                "0.000006",
            ),
            (
                "third",
                third.url(),
                "anthropic-messages",
                "/v1/messages",
                "0.00001",
                "0.00002",
            ),
            (
                "silent",
                silent,
                "openai-chat",
                "/chat/completions",
                "0.000001",
                "0.000002",
            ),
        ];
        let providers = hosts.iter().map(|(id, url, protocol, path, ..)| -> Provider {
            let endpoint = json!({"protocol": protocol, "base_url": url, "path": path});
            let provider = json!({"id": id, "name": id, "protocol": protocol, "base_url": url, "env": ["ACME_KEY"],
                "endpoints": [endpoint], "stream_options": true});
            serde_json::from_value(provider).unwrap()
        });
        let acme = ("acme", String::new(), "openai-chat", "", "0.000001", "0.000002");
        let poor = ("poor", String::new(), "openai-chat", "", "0.000001", "0.000002");
        let down = ("down", String::new(), "openai-chat", "", "0.000001", "0.000002");
        let models =
            hosts
                .iter()
                .chain([&acme, &poor, &down])
                .map(|(id, _, protocol, _, prompt, completion)| -> Model {
                    let model = json!({"id": format!("{id}/m"), "canonical_slug": "lab/m", "name": "M", "provider": id,
                "upstream_model": format!("m-at-{id}"), "type": "chat", "protocols": [protocol],
                "context_length": 8192, "pricing": {"prompt": prompt, "completion": completion}});
                    serde_json::from_value(model).unwrap()
                });
        let file = CatalogFile::new(models.collect(), providers.collect());
        rig.store.catalog().import(&file, &by, NOON).await.unwrap();
        Self { rig, second, third }
    }

    async fn order(&self, account: Option<AccountId>, providers: &[&str]) {
        let providers = providers.iter().map(|name| name.parse().unwrap()).collect();
        let order = ProviderOrder::new("lab/m", account, providers).unwrap();
        let by = Actor::command_line();
        self.rig
            .store
            .catalog()
            .set_provider_order(&order, &by, self.rig.clock.now())
            .await
            .unwrap();
    }

    async fn asks(&self) -> Reply {
        self.rig.clock.advance(Duration::from_millis(1));
        self.rig.asks("acme/m").await
    }

    /// The model of the last record, what it cost, and its attempts as `model status error`.
    async fn recorded(&self) -> (String, String, Vec<String>) {
        let record = self.rig.records().await.remove(0);
        let attempts = record.attempts.iter().map(|attempt| {
            let status = attempt.status.map_or("-".into(), |status| status.to_string());
            format!("{} {status} {}", attempt.model, attempt.error.as_deref().unwrap_or("-"))
        });
        assert!(record.model.starts_with(record.provider.as_str()), "{record:?}");
        (record.model, record.cost.to_string(), attempts.collect())
    }
}

fn fails(status: u16) -> impl Fn(&Seen) -> Vec<Step> + Send + Sync {
    move |_| json_answer(status, &json!({"error": {"message": "no", "code": "no"}}))
}

/// The model that ran, as header and body tell it.
#[track_caller]
fn ran(reply: &Reply) -> String {
    assert_eq!(reply.status.as_u16(), 200, "{}", reply.text());
    let header = reply.header("x-crossmodel-model").to_owned();
    assert_eq!(reply.json()["model"], header.as_str());
    header
}

test!(without_an_order_nobody_else_is_asked, |store| {
    let hosts = Hosts::start(store).await;
    hosts.rig.upstream.answers(fails(500));

    hosts.asks().await.is(502);

    assert_eq!(hosts.second.seen().len() + hosts.third.seen().len(), 0);
});

test!(
    a_provider_that_fails_for_the_moment_is_followed_by_the_next_whose_model_is_told_and_billed,
    |store| {
        let hosts = Hosts::start(store).await;
        hosts.order(None, &["second"]).await;
        for status in [408, 429, 500, 503] {
            hosts.rig.upstream.answers(fails(status));

            assert_eq!(ran(&hosts.asks().await), "second/m");

            let (model, cost, attempts) = hosts.recorded().await;
            assert_eq!(
                (model.as_str(), cost.as_str()),
                ("second/m", "0.000045"),
                "11 at $3 and 2 at $6 per million"
            );
            assert_eq!(attempts.len(), 2);
            assert!(attempts[0].starts_with(&format!("acme/m {status} ")), "{attempts:?}");
            assert_eq!(attempts[1], "second/m 200 -");
        }
        assert_eq!(hosts.second.last().json()["model"], "m-at-second");
        hosts.rig.upstream.answers(|_| vec![Step::Reset]);
        assert_eq!(ran(&hosts.asks().await), "second/m");
    }
);

test!(a_provider_that_cannot_be_reached_is_followed_by_the_next, |store| {
    let hosts = Hosts::start(store).await;
    hosts.order(None, &["second"]).await;

    let reply = hosts.rig.asks("silent/m").await;

    assert_eq!(ran(&reply), "second/m");
    assert_eq!(
        hosts.recorded().await.2,
        ["silent/m - provider_error", "second/m 200 -"]
    );
});

test!(the_same_provider_is_asked_again_before_the_next_one_is, |store| {
    let hosts = Hosts::with(store, |options| {
        options.retries.tries = 3;
        options.retries.first_pause = Duration::from_millis(1);
    })
    .await;
    hosts.order(None, &["second"]).await;
    hosts.rig.upstream.answers(fails(503));

    assert_eq!(ran(&hosts.asks().await), "second/m");

    assert_eq!((hosts.rig.upstream.seen().len(), hosts.second.seen().len()), (3, 1));
    // Its fifth failure in a row makes it one that is left alone, also by the call that saw it.
    assert_eq!(ran(&hosts.asks().await), "second/m");
    assert_eq!((hosts.rig.upstream.seen().len(), hosts.second.seen().len()), (5, 2));
});

test!(
    a_refusal_of_our_credential_or_of_the_model_is_followed_by_the_next_provider,
    |store| {
        let hosts = Hosts::start(store).await;
        hosts.order(None, &["second"]).await;
        for status in [302, 401, 402, 403, 404] {
            hosts.rig.upstream.answers(fails(status));

            assert_eq!(ran(&hosts.asks().await), "second/m");
        }
        // None of them is worth a second try at the same provider, nor speaks against it.
        assert_eq!(hosts.rig.upstream.seen().len(), 5);
    }
);

test!(an_error_in_a_200_is_followed_by_the_next_provider, |store| {
    let hosts = Hosts::start(store).await;
    hosts.order(None, &["second"]).await;
    hosts
        .rig
        .upstream
        .answers(|_| json_answer(200, &json!({"error": {"message": "busy"}})));
    assert_eq!(ran(&hosts.asks().await), "second/m");

    let busy = "data: {\"error\":{\"message\":\"overloaded\"}}\n\n";
    hosts
        .rig
        .upstream
        .answers(move |_| crate::harness::upstream::stream(&[busy]));
    let reply = hosts
        .rig
        .client()
        .post("/v1/chat/completions", &stream_question("acme/m"))
        .await
        .is(200);

    assert!(
        reply.text().contains("Hello") && !reply.text().contains("overloaded"),
        "{}",
        reply.text()
    );
    assert_eq!(
        hosts.recorded().await.2,
        ["acme/m 200 provider_error", "second/m 200 -"]
    );
});

test!(a_refusal_of_the_request_goes_to_nobody_else, |store| {
    let hosts = Hosts::start(store).await;
    hosts.order(None, &["second"]).await;
    for (status, told) in [(400, 400), (413, 413), (422, 422)] {
        hosts.rig.upstream.answers(fails(status));

        assert_eq!(hosts.asks().await.is(told).header("x-crossmodel-model"), "acme/m");
    }
    assert_eq!(hosts.second.seen().len(), 0);
});

test!(after_the_first_byte_nobody_else_is_asked, |store| {
    let hosts = Hosts::with(store, |options| {
        options.timeouts.first_byte_whole = Duration::from_millis(300)
    })
    .await;
    hosts.order(None, &["second"]).await;
    hosts
        .rig
        .upstream
        .answers(|_| vec![Step::events(), Step::chunk(&delta("Hel")), Step::Reset]);

    let reply = hosts
        .rig
        .client()
        .post("/v1/chat/completions", &stream_question("acme/m"))
        .await
        .is(200);

    assert!(
        reply.text().contains("Hel") && reply.text().contains("broke off"),
        "{}",
        reply.text()
    );
    assert_eq!(reply.header("x-crossmodel-model"), "acme/m");
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{\"id\":";
    hosts.rig.upstream.answers(move |_| vec![Step::send(head), Step::Reset]);
    hosts.asks().await.is(502);
    // It may be at work on an answer that is only slow.
    hosts.rig.upstream.answers(|_| vec![Step::Hold]);
    hosts.asks().await.is(504);
    assert_eq!(hosts.second.seen().len(), 0);
});

test!(
    a_stream_goes_to_the_next_provider_before_its_first_byte_even_if_that_speaks_another_protocol,
    |store| {
        let hosts = Hosts::start(store).await;
        hosts.order(None, &["third"]).await;
        hosts.rig.upstream.answers(fails(500));

        let reply = hosts
            .rig
            .client()
            .post("/v1/chat/completions", &stream_question("acme/m"))
            .await
            .is(200);

        assert!(
            reply.text().contains("\"model\":\"third/m\"") && reply.text().contains("Hello"),
            "{}",
            reply.text()
        );
        assert!(reply.text().ends_with("data: [DONE]\n\n"), "{}", reply.text());
        assert_eq!(reply.header("x-crossmodel-model"), "third/m");
        assert_eq!(
            (
                hosts.third.last().path.as_str(),
                hosts.third.last().json()["model"].as_str()
            ),
            ("/v1/messages", Some("m-at-third"))
        );
        assert_eq!(
            hosts.recorded().await.1,
            "0.00015",
            "11 at $10 and 2 at $20 per million"
        );
        assert_eq!(ran(&hosts.asks().await), "third/m");
    }
);

test!(
    a_provider_whose_protocol_cannot_say_the_request_is_passed_over,
    |store| {
        let hosts = Hosts::start(store).await;
        hosts.order(None, &["third", "second"]).await;
        hosts.rig.upstream.answers(fails(500));
        let mut body = question("acme/m");
        body["n"] = 2.into();

        let reply = hosts.rig.client().post("/v1/chat/completions", &body).await;

        assert_eq!((ran(&reply).as_str(), hosts.third.seen().len()), ("second/m", 0));
    }
);

test!(only_models_that_the_key_may_use_are_asked, |store| {
    let hosts = Hosts::start(store).await;
    hosts.order(None, &["second", "third"]).await;
    hosts.rig.upstream.answers(fails(500));
    for (allowed, runs) in [(vec!["acme/m"], None), (vec!["acme/m", "third/m"], Some("third/m"))] {
        let allowed: Vec<_> = allowed.into_iter().map(|id| id.parse().unwrap()).collect();
        let (by, now) = (Actor::command_line(), hosts.rig.clock.now());
        hosts
            .rig
            .store
            .api_keys()
            .set_allowed(Scope::All, hosts.rig.key.id, Some(&allowed), &[], &by, now)
            .await
            .unwrap();

        let reply = hosts.asks().await;

        assert_eq!(reply.status.as_u16(), if runs.is_some() { 200 } else { 502 });
        assert_eq!(reply.header("x-crossmodel-model"), runs.unwrap_or("acme/m"));
    }
    assert_eq!(hosts.second.seen().len(), 0);
});

test!(
    providers_that_are_switched_off_or_have_no_credential_are_passed_over,
    |store| {
        let hosts = Hosts::start(store).await;
        hosts.order(None, &["down", "poor", "second"]).await;
        hosts.rig.upstream.answers(fails(500));

        assert_eq!(ran(&hosts.asks().await), "second/m");

        // If it is the one that was named that has no credential, the next one is asked at once.
        assert_eq!(ran(&hosts.rig.asks("poor/m").await), "second/m");
        hosts.rig.asks("down/m").await.is(404);
    }
);

test!(
    a_provider_that_is_left_alone_is_passed_over_at_once_until_it_recovers,
    |store| {
        let hosts = Hosts::start(store).await;
        hosts.order(None, &["second"]).await;
        let open = async || {
            let metrics = hosts.rig.nobody().get("/metrics").await.is(200);
            let line = metrics
                .text()
                .lines()
                .find(|line| line.starts_with("crossmodel_provider_left_alone{provider=\"acme\"}"));
            line.unwrap_or_else(|| panic!("{}", metrics.text())).ends_with(" 1")
        };
        hosts.rig.upstream.answers(fails(500));
        assert!(!open().await);
        for _ in 0..5 {
            assert_eq!(ran(&hosts.asks().await), "second/m");
        }
        assert!(open().await);

        assert_eq!(ran(&hosts.asks().await), "second/m");

        assert_eq!((hosts.rig.upstream.seen().len(), hosts.second.seen().len()), (5, 6));
        let (model, _, attempts) = hosts.recorded().await;
        assert_eq!(
            (model.as_str(), attempts),
            ("second/m", vec!["acme/m - left_alone".into(), "second/m 200 -".into()])
        );
        hosts.rig.upstream.answers(polyglot);
        hosts.rig.clock.advance(Duration::from_secs(2));
        assert_eq!(ran(&hosts.asks().await), "acme/m");
        assert!(!open().await);
    }
);

test!(
    providers_that_were_left_alone_are_asked_when_all_others_have_failed,
    |store| {
        let hosts = Hosts::start(store).await;
        hosts.order(None, &["second"]).await;
        hosts.rig.upstream.answers(fails(500));
        for _ in 0..5 {
            hosts.asks().await.is(200);
        }
        hosts.second.answers(fails(500));
        hosts.rig.upstream.answers(polyglot);

        assert_eq!(ran(&hosts.asks().await), "acme/m");

        assert_eq!(
            hosts.recorded().await.2,
            ["acme/m - left_alone", "second/m 500 provider_error", "acme/m 200 -"]
        );
    }
);

test!(when_all_fail_the_answer_and_the_record_are_of_the_last_one, |store| {
    let hosts = Hosts::start(store).await;
    hosts.order(None, &["second", "silent"]).await;
    hosts.rig.upstream.answers(fails(500));
    hosts.second.answers(fails(429));

    let reply = hosts.asks().await.is(502);

    assert_eq!(reply.header("x-crossmodel-model"), "silent/m");
    assert!(reply.text().contains("silent failed"), "{}", reply.text());
    let (model, cost, attempts) = hosts.recorded().await;
    assert_eq!((model.as_str(), cost.as_str(), attempts.len()), ("silent/m", "0", 3));
});

test!(an_accounts_own_order_wins, |store| {
    let hosts = Hosts::start(store).await;
    let other = seed::account(&hosts.rig.store, "other").await;
    hosts.rig.upstream.answers(fails(429));
    hosts.order(None, &["second"]).await;
    hosts.order(Some(other.id), &["silent"]).await;
    assert_eq!(ran(&hosts.asks().await), "second/m");

    hosts.order(Some(hosts.rig.account.id), &["third"]).await;

    assert_eq!(ran(&hosts.asks().await), "third/m");
});

both_engines!(an_order_is_live_on_the_next_request, |store| {
    let hosts = Hosts::start(store).await;
    hosts.rig.upstream.answers(fails(429));
    for _ in 0..5 {
        hosts.order(None, &["second"]).await;
        assert_eq!(ran(&hosts.asks().await), "second/m");

        let (by, now) = (Actor::command_line(), hosts.rig.clock.now());
        assert!(
            hosts
                .rig
                .store
                .catalog()
                .remove_provider_order("lab/m", None, &by, now)
                .await
                .unwrap()
        );
        hosts.asks().await.is(429);
    }
});
