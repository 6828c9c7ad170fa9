//! The gateway alone, on one worker, to be measured from outside: a database of its own in a temporary folder, one key
//! with twenty aliases, and one provider.
//!
//! Address in `GATEWAY_ADDR` (127.0.0.1:9210), provider in `MOCK_URL` (http://127.0.0.1:9100), the key's secret is printed
//! and the alias is `bench-alias`. Build it with `cargo bench --bench serve --no-run`.

use std::sync::Arc;

use actix_web::{App, HttpServer};
use crossmodel::clock::Clock;
use crossmodel::domain::{
    Account, AccountId, Alias, ApiKey, ApiKeyId, ApiKeySecret, LedgerId, Limits, MasterKey, Match, Model, Provider,
};
use crossmodel::gateway::{Gateway, GatewayOptions};
use crossmodel::random;
use crossmodel::store::{Actor, CatalogFile, NewKey, Store};
use serde_json::json;

type Error = Box<dyn std::error::Error>;

#[actix_web::main]
async fn main() -> Result<(), Error> {
    let var = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.into());
    let provider: url::Url = var("MOCK_URL", "http://127.0.0.1:9100").parse()?;
    let address = var("GATEWAY_ADDR", "127.0.0.1:9210");
    let folder = std::env::temp_dir().join(format!("crossmodel-bench-{}", std::process::id()));

    let store = Store::open(&format!("sqlite://{}/bench.db", folder.display()).parse()?).await?;
    store.migrate().await?;
    let clock = Clock::system();
    let master = MasterKey::from_bytes([7; 32]);
    let secret = fill(&store, &clock, &master, provider.as_str().trim_end_matches('/')).await?;

    let mut options = GatewayOptions::new(clock, master, folder.join("spool"));
    options.egress = format!(
        "{}:{}",
        provider.host_str().unwrap_or_default(),
        provider.port().unwrap_or(80)
    )
    .parse()?;
    options.env = Arc::new(|_| Some("sk-bench".into()));
    let gateway = Gateway::start(store, options).await?;
    println!("{}", secret.expose());

    let configure = gateway.configure();
    let server = HttpServer::new(move || App::new().configure(configure.clone()))
        .tcp_nodelay(true)
        .h1_allow_half_closed(false)
        .workers(1)
        .bind(address)?;
    server.run().await?;

    gateway.stop().await;
    drop(std::fs::remove_dir_all(folder));
    Ok(())
}

/// A provider, 200 models and a key. The secret is the same every time, since no other machine reaches the gateway.
async fn fill(store: &Store, clock: &Clock, master: &MasterKey, url: &str) -> Result<ApiKeySecret, Error> {
    let (now, by) = (clock.now(), Actor::command_line());
    store.by(&by, now).catalog().import(&catalog(url)?).await?;

    let account = Account::new(AccountId::new(now, random::bytes()), "bench".parse()?, now);
    store.by(&by, now).accounts().create(&account).await?;
    let entry = LedgerId::new(now, random::bytes());
    store
        .by(&by, now)
        .wallets()
        .credit(entry, account.id, "1000000".parse()?, "to be measured")
        .await?;

    let secret = ApiKeySecret::generate(|| [42; 64]);
    let id = ApiKeyId::new(now, random::bytes());
    let limits = Limits {
        requests_per_minute: Some(100_000_000),
        tokens_per_minute: Some(u32::MAX),
        spend: None,
    };
    let key = ApiKey {
        limits,
        ..ApiKey::new(id, account.id, "bench".parse()?, &secret, now)
    };
    let hash = master.api_key_hasher().hash(&secret);
    let aliases = aliases()?;
    store
        .by(&by, now)
        .api_keys()
        .create(&NewKey { key, hash, aliases })
        .await?;
    Ok(secret)
}

/// The provider at `url`, with 200 models.
fn catalog(url: &str) -> Result<CatalogFile, Error> {
    let provider: Provider = serde_json::from_value(json!({
        "id": "vendor", "name": "Vendor", "protocol": "openai-chat", "base_url": format!("{url}/v1"), "env": ["BENCH_KEY"],
        "endpoints": [{"protocol": "openai-chat", "base_url": format!("{url}/v1"), "path": "/chat/completions"}],
        "stream_options": true,
    }))?;
    let model = |n: usize| -> Result<Model, serde_json::Error> {
        serde_json::from_value(json!({
            "id": format!("vendor/mock-model-{n}"), "name": format!("Mock {n}"), "provider": "vendor",
            "upstream_model": format!("vendor/mock-model-{n}"), "type": "chat", "protocols": ["openai-chat"],
            "context_length": 65536, "pricing": {"prompt": "0.000001", "completion": "0.000002"},
            "architecture": {"modality": "text->text", "input_modalities": ["text"], "output_modalities": ["text"]},
        }))
    };
    let models = (0..200).map(model).collect::<Result<Vec<_>, _>>()?;
    Ok(CatalogFile::new(models, vec![provider]))
}

/// Twenty aliases, as many as a key may have.
fn aliases() -> Result<Vec<Alias>, Error> {
    let alias = |name: String, matching, target: &str| -> Result<Alias, Error> {
        Ok(Alias::new(name.parse()?, matching, target.parse()?))
    };
    let mut aliases = vec![
        alias("bench-alias".into(), Match::Exact, "vendor/mock-model-0")?,
        alias("claude-opus".into(), Match::Prefix, "vendor/mock-model-1")?,
        alias("claude-opus-4".into(), Match::Prefix, "vendor/mock-model-2")?,
    ];

    for n in 0..9 {
        aliases.push(alias(format!("cross-model-{n}"), Match::Exact, "vendor/mock-model-0")?);
        if n < 8 {
            let name = format!("some-family-{n}-");
            aliases.push(alias(name, Match::Prefix, "vendor/mock-model-1")?);
        }
    }
    Ok(aliases)
}
