//! A gateway on a loopback address, a small catalog, one key, and one scripted provider behind all of it.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{App, HttpServer};
use crossmodel::clock::Clock;
use crossmodel::domain::{Account, Alias, ApiKey, ApiKeySecret, Scope, UsageRecord};
use crossmodel::gateway::{Gateway, GatewayOptions};
use crossmodel::store::{Actor, Store};
use serde_json::{Value, json};

use super::catalog;
use crate::harness::client::{Client, Reply};
use crate::harness::seed::{self, NOON};
use crate::harness::store::TestStore;
use crate::harness::upstream::Upstream;

/// The credential that the gateway sends to the provider, and that no client may ever see.
pub const CREDENTIAL: &str = "sk-upstream-credential-of-ours";

/// A gateway and all that a test of it needs.
pub struct Rig {
    pub store: TestStore,
    pub upstream: Upstream,
    pub gateway: Gateway,
    pub clock: Clock,
    pub url: String,
    pub account: Account,
    pub key: ApiKey,
    pub secret: ApiKeySecret,
}

impl Rig {
    /// A gateway in its usual settings, on a clock that stands still.
    pub async fn start(store: TestStore) -> Self {
        Self::with(store, |_| {}).await
    }

    /// The same, with other settings. The key has the aliases `fast` (exact) and `claude-` (prefix), both to `acme/fast`,
    /// `gone` and `poor`, whose targets cannot be called, and `other`, exact, to `acme/other`.
    pub async fn with(store: TestStore, change: impl FnOnce(&mut GatewayOptions)) -> Self {
        let upstream = Upstream::start().await;
        catalog::import(&store, &upstream).await;
        let account = seed::account(&store, "acme").await;
        let aliases = vec![
            seed::exact("fast", "acme/fast"),
            seed::exact("other", "acme/other"),
            seed::exact("gone", "acme/vanished"),
            seed::exact("poor", "poor/model"),
            seed::prefix("claude-", "acme/fast"),
        ];
        let (key, secret) = seed::key_with(&store, account.id, "ci", aliases).await;
        let clock = Clock::manual(NOON);
        let mut options = options(&clock, &upstream);
        change(&mut options);
        let (gateway, url) = serve(&store, (*store).clone(), options).await;
        Self {
            store,
            upstream,
            gateway,
            clock,
            url,
            account,
            key,
            secret,
        }
    }

    /// A client without a key.
    pub fn without_key(&self) -> Client {
        Client::new(&self.url)
    }

    /// A client with the key.
    pub fn client(&self) -> Client {
        self.without_key().bearer(self.secret.expose())
    }

    /// Calls a model by that name.
    pub async fn asks(&self, model: &str) -> Reply {
        self.client().post("/v1/chat/completions", &question(model)).await
    }

    /// Sets the key's aliases.
    pub async fn sets(&self, store: &Store, aliases: &[Alias]) {
        let version = store
            .aliases()
            .list(Scope::All, self.key.id)
            .await
            .unwrap()
            .unwrap()
            .version;
        let by = Actor::command_line();
        store
            .by(&by, self.clock.now())
            .aliases()
            .save(Scope::All, self.key.id, version, aliases)
            .await
            .unwrap();
    }

    /// Every record, the newest first, once all are written.
    pub async fn records(&self) -> Vec<UsageRecord> {
        self.gateway.flush().await;
        self.store.usage().recent(Scope::All, None, 100).await.unwrap()
    }

    /// The records, once there are `count`: the gateway notices a hang-up a little after it.
    pub async fn records_once(&self, count: usize) -> Vec<UsageRecord> {
        for _ in 0..500 {
            let records = self.records().await;
            if records.len() >= count {
                return records;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!(
            "there are not {count} records after a long wait: {:?}",
            self.records().await
        );
    }
}

/// A chat request that says hello.
pub fn question(model: &str) -> Value {
    json!({"model": model, "messages": [{"role": "user", "content": "Hello"}]})
}

/// The same, as a stream.
pub fn stream_question(model: &str) -> Value {
    json!({"model": model, "messages": [{"role": "user", "content": "Hello"}], "stream": true})
}

/// The usual settings, with the scripted provider permitted and known by a credential.
pub fn options(clock: &Clock, upstream: &Upstream) -> GatewayOptions {
    let mut options = GatewayOptions::new(clock.clone(), seed::master(), seed::spool());
    // The power stays on here; tests of power cuts have a spool of their own.
    options.spool.synced = false;
    options.egress = upstream.host_port().parse().expect("an address that can be listed");
    options.env = Arc::new(|name| (name == "ACME_KEY").then(|| CREDENTIAL.to_owned()));
    // A script that fails once fails the call; tests of further tries ask for them.
    options.retries.tries = 1;
    // A client that leaves does not keep a test waiting; tests of leaving clients have the usual time.
    options.timeouts.drain = Duration::from_millis(20);
    // Tests of freshness sweep when they want to.
    options.sweep_every = Duration::from_secs(3600);
    options
}

/// Serves a gateway over `own`; the end of `store`'s test ends it.
pub async fn serve(store: &TestStore, own: Store, options: GatewayOptions) -> (Gateway, String) {
    let gateway = Gateway::start(own, options).await.expect("a gateway");
    let stopped = gateway.clone();
    // The end runs these in reverse order.
    store.at_the_end(async move { stopped.stop().await });
    let url = listen(store, &gateway).await;
    (gateway, url)
}

/// Serves a gateway that the caller stops; the end of `store`'s test ends the server.
pub async fn listen(store: &TestStore, gateway: &Gateway) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let configure = gateway.configure();
    let server = HttpServer::new(move || App::new().configure(configure.clone()))
        .workers(2)
        .disable_signals()
        .tcp_nodelay(true)
        .h1_allow_half_closed(false)
        .listen(listener)
        .expect("to listen")
        .run();
    let handle = server.handle();
    tokio::spawn(server);
    store.at_the_end(async move { handle.stop(false).await });
    url
}

/// A test on SQLite alone, where the engine makes no difference.
macro_rules! test {
    ($(#[doc = $doc:literal])* $name:ident, |$store:ident| $body:block) => {
        $(#[doc = $doc])*
        #[test]
        fn $name() {
            $crate::harness::store::on($crate::harness::database::Engine::Sqlite, async |$store| $body);
        }
    };
}
pub(crate) use test;
