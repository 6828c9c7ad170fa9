//! Records of calls that cost something, without the calls.

use crossmodel::domain::{
    AccountId, ApiKeyId, CallState, PicoUsd, RequestId, Timestamp, Tokens, UsageRecord, UsageSource,
};
use crossmodel::random;
use crossmodel::store::Store;

/// Records one call of a key that cost this many US dollars.
pub async fn spends(store: &Store, account: AccountId, key: ApiKeyId, at: Timestamp, usd: &str) {
    let record = UsageRecord {
        id: RequestId::new(at, random::bytes()),
        account,
        key,
        key_revision: 0,
        at,
        requested: "fast".into(),
        alias: None,
        model: "deepseek/deepseek-chat".into(),
        provider: "deepseek".parse().expect("a provider"),
        protocol: "openai-chat".into(),
        stream: false,
        status: 200,
        error: None,
        tokens: Tokens {
            prompt: 10,
            completion: 5,
            ..Tokens::default()
        },
        source: UsageSource::Provider,
        state: CallState::Settled,
        held: PicoUsd::ZERO,
        price: None,
        tier: None,
        searches: 0,
        cost: usd.parse().expect("an amount"),
        latency_ms: 1,
        first_byte_ms: None,
        attempts: Vec::new(),
        adapted: None,
        used: None,
        agent: None,
    };
    store.usage().append(&[record]).await.expect("to record the call");
}
