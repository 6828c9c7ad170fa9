//! Which addresses answer without an API key.

use crossmodel::gateway::addresses;
use serde_json::json;

use crate::gateway::rig::{Rig, test};

test!(every_address_but_those_of_monitoring_wants_a_key, |store| {
    let rig = Rig::start(store).await;
    let stranger = rig.without_key();

    let mut open = Vec::new();
    for address in addresses() {
        let path = address.path.replace("{model:.+}", "acme/fast");
        let reply = match address.method {
            "POST" => stranger.post(&path, &json!({})).await,
            _ => stranger.get(&path).await,
        };
        if reply.status.as_u16() != 401 {
            open.push(address.path);
        }
    }

    assert_eq!(open, ["/healthz", "/readyz", "/metrics"]);
});
