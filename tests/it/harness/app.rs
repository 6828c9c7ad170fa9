//! The whole program, running: gateway and console on one loopback address, with every provider played by one of ours.

use std::process::Command;
use std::sync::Arc;

use actix_web::{App, HttpServer};
use crossmodel::clock::Clock;
use crossmodel::console::sign_in::setup;
use crossmodel::console::{Console, ConsoleOptions};
use crossmodel::domain::{Account, Alias, ApiKey, ApiKeySecret, Catalog, Protocol, Role, Scope, TrustedProxies};
use crossmodel::gateway::{Gateway, GatewayOptions};
use crossmodel::store::{Actor, ProviderChange, Store};

use super::client::{Client, Reply};
use super::provider::Provider;
use super::store::TestStore;
use super::{process, seed};

/// What every provider is sent by us, and what no client may ever see.
pub const CREDENTIAL: &str = "sk-upstream-credential-of-ours";

/// A running program.
#[derive(Clone)]
pub struct TestApp(Arc<Running>);

struct Running {
    store: TestStore,
    clock: Clock,
    provider: Provider,
    gateway: Gateway,
    url: String,
    account: Account,
}

impl TestApp {
    /// Starts it on the system's clock. It is stopped when the store's test ends.
    pub async fn start(store: TestStore) -> Self {
        Self::with(store, Clock::system(), |_| {}).await
    }

    /// Starts it with another clock, or with other settings of the gateway.
    pub async fn with(store: TestStore, clock: Clock, set: impl FnOnce(&mut GatewayOptions)) -> Self {
        seed::catalog(&store).await;
        let played = Provider::start();
        for provider in store.catalog().load().await.expect("the catalog").providers() {
            let change = ProviderChange {
                base_url: Some(played.url()),
                protocol: Some(Protocol::OpenaiChat),
                credential_env: Some(Some("UPSTREAM_CREDENTIAL".into())),
                ..ProviderChange::of(provider.id.clone())
            };
            store
                .at_noon()
                .catalog()
                .set_provider(&change)
                .await
                .expect("to set it");
        }
        let account = seed::account(&store, "acme").await;
        let (url, gateway) = serve(&store, (*store).clone(), &clock, &played, set).await;
        Self(Arc::new(Running {
            store,
            clock,
            provider: played,
            gateway,
            url,
            account,
        }))
    }

    /// A second program on the same database, as far from this one as two machines: connections, caches and address of its own.
    pub async fn another(&self, set: impl FnOnce(&mut GatewayOptions)) -> Client {
        let store = self.store().another().await;
        Client::new(serve(self.store(), store, &self.0.clock, &self.0.provider, set).await.0)
    }

    /// Its address, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// The database under it.
    pub fn store(&self) -> &TestStore {
        &self.0.store
    }

    /// The clock that it goes by.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The provider behind every model.
    pub fn provider(&self) -> &Provider {
        &self.0.provider
    }

    /// Has every record of a call written that is not yet.
    pub async fn flush(&self) {
        self.0.gateway.flush().await;
    }

    /// The account that the operator's keys belong to.
    pub fn account(&self) -> &Account {
        &self.0.account
    }

    /// The catalog as it stands.
    pub async fn catalog(&self) -> Catalog {
        self.store().catalog().load().await.expect("the catalog")
    }

    /// A caller without a key.
    pub fn client(&self) -> Client {
        Client::new(self.url())
    }

    /// A person of the first account who has signed in to the console.
    pub async fn someone(&self, role: Role) -> Client {
        let email = format!("{role}@example.com");
        seed::person_who_signs_in(self.store(), &email, role, Some(self.account().id)).await;
        let visitor = self.client().like_a_browser();
        visitor
            .post_form("/sign-in", &[("email", &email), ("password", seed::PASSWORD)])
            .await
            .is(303);
        visitor
    }

    /// Runs a command of the program on the same database. Returns its output.
    pub async fn command(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crossmodel"));
        command
            .args(arguments)
            .env("DATABASE_URL", self.store().database().url())
            .env("CROSSMODEL_PUBLIC_URL", self.url());
        process::prints(command).await
    }

    /// The one-time link that makes the first admin; `None` once a person can sign in.
    pub async fn first_run_link(&self) -> Option<String> {
        let console = Console::new((*self.0.store).clone(), console_options(&self.0.clock, self.url()));
        setup::first_run_link(&console)
            .await
            .expect("the store")
            .map(String::from)
    }

    /// Who runs the installation.
    pub fn operator(&self) -> Operator {
        Operator(self.clone())
    }
}

/// Serves gateway and console over `own`; the end of `store`'s test ends it.
async fn serve(
    store: &TestStore,
    own: Store,
    clock: &Clock,
    provider: &Provider,
    set: impl FnOnce(&mut GatewayOptions),
) -> (String, Gateway) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let mut options = GatewayOptions::new(clock.clone(), seed::master(), seed::spool());
    // The power stays on here; tests of power cuts have a spool of their own.
    options.spool.synced = false;
    options.egress = provider.authority().parse().expect("an address that may be called");
    options.env = Arc::new(|name: &str| (name == "UPSTREAM_CREDENTIAL").then(|| CREDENTIAL.to_owned()));
    set(&mut options);
    own.listen();
    let gateway = Gateway::start(own.clone(), options)
        .await
        .expect("to start the gateway");
    let console = Console::new(own, console_options(clock, &url));
    let (calls, pages) = (gateway.configure(), console.configure());
    let server = HttpServer::new(move || App::new().configure(calls.clone()).configure(pages.clone()))
        .workers(2)
        .disable_signals()
        .tcp_nodelay(true)
        .h1_allow_half_closed(false)
        .listen(listener)
        .expect("to listen")
        .run();
    let handle = server.handle();
    tokio::spawn(server);
    let stopped = gateway.clone();
    store.at_the_end(async move {
        handle.stop(false).await;
        stopped.stop().await;
    });
    (url, gateway)
}

fn console_options(clock: &Clock, url: &str) -> ConsoleOptions {
    ConsoleOptions {
        clock: clock.clone(),
        master: seed::master(),
        public_url: url.parse().expect("an address"),
        secure_cookies: false,
        demo_provider: false,
        proxies: TrustedProxies::default(),
        gateway_url: format!("{url}/v1"),
        // However busy the machine is.
        search_patience: std::time::Duration::MAX,
    }
}

/// The administrator of the installation, at the command line.
pub struct Operator(TestApp);

impl Operator {
    /// Makes a key of the first account.
    pub async fn creates_key(&self, name: &str) -> TestKey {
        self.creates_key_with(name, Vec::new()).await
    }

    /// Makes a key of the first account that has aliases from the start.
    pub async fn creates_key_with(&self, name: &str, aliases: Vec<Alias>) -> TestKey {
        let (key, secret) = seed::key_with(self.0.store(), self.0.account().id, name, aliases).await;
        TestKey {
            app: self.0.clone(),
            key,
            secret,
        }
    }
}

/// A key, and a client that calls with it.
pub struct TestKey {
    app: TestApp,
    key: ApiKey,
    secret: ApiKeySecret,
}

impl TestKey {
    /// The key as it was made.
    pub fn key(&self) -> &ApiKey {
        &self.key
    }

    /// Its secret.
    pub fn secret(&self) -> &str {
        self.secret.expose()
    }

    /// A caller with this key.
    pub fn client(&self) -> Client {
        self.app.client().bearer(self.secret())
    }

    /// Adds an exact alias.
    pub async fn aliases(&self, name: &str, target: &str) {
        self.add(seed::exact(name, target)).await;
    }

    /// Adds a prefix alias.
    pub async fn aliases_prefix(&self, name: &str, target: &str) {
        self.add(seed::prefix(name, target)).await;
    }

    async fn add(&self, alias: Alias) {
        let (store, now) = (self.app.store(), self.app.clock().now());
        store
            .by(&Actor::command_line(), now)
            .aliases()
            .add(Scope::All, self.key.id, &alias)
            .await
            .expect("a new alias");
    }

    /// Calls a model by that name, and reads the answer.
    pub async fn asks(&self, model: &str) -> Asked {
        let question = serde_json::json!({"model": model, "messages": [{"role": "user", "content": "Hello"}]});
        Asked(self.client().post("/v1/chat/completions", &question).await)
    }
}

/// The answer to a call.
pub struct Asked(pub Reply);

impl Asked {
    /// The real model that ran, as the answer's header names it.
    pub fn model(&self) -> &str {
        self.0.header("x-crossmodel-model")
    }

    /// Asserts that the call succeeded and that this real model ran.
    #[track_caller]
    pub fn runs(self, model: &str) -> Self {
        assert_eq!(
            (self.0.status.as_u16(), self.model()),
            (200, model),
            "{}",
            self.0.text()
        );
        self
    }

    /// Asserts that the call was refused with this status and code.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        let error = self.0.json();
        assert_eq!(
            (self.0.status.as_u16(), error["error"]["code"].as_str()),
            (status, Some(code)),
            "{error}"
        );
        self
    }
}
