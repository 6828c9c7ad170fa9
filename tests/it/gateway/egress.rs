//! Addresses that are never dialled, however they are written, and whatever a resolver says.

use crossmodel::store::{Actor, ProviderChange};

use super::rig::{Rig, test};
use crate::harness::upstream::Upstream;

test!(no_way_of_writing_a_private_address_is_dialled, |store| {
    let rig = Rig::with(store, |options| options.egress = Default::default()).await;
    let canary = Upstream::start().await;
    let port = canary.host_port().rsplit(':').next().unwrap().to_owned();
    let hosts = [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "0.0.0.0",
        "0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "[fc00::1]",
        "[fe80::1]",
        "[ff02::1]",
        "metadata.google.internal",
        "ip6-localhost",
        "foo.localhost",
        "user@127.0.0.1",
        "127.0.0.1%2F",
        "①②⑦.0.0.1",
        "127。0。0。1",
        "192.0.0.1",
        "[::127.0.0.1]",
    ];
    let mut dialled = Vec::new();

    for scheme in ["http", "https"] {
        for host in hosts {
            let change = ProviderChange {
                base_url: Some(format!("{scheme}://{host}:{port}")),
                ..ProviderChange::of("acme".parse().unwrap())
            };
            let set = rig
                .store
                .by(&Actor::command_line(), rig.clock.now())
                .catalog()
                .set_provider(&change)
                .await;
            if set.is_err() {
                continue;
            }

            let reply = rig.asks("fast").await;

            if !matches!(reply.status.as_u16(), 502 | 503) || canary.connections() > 0 {
                dialled.push((scheme, host, reply.status));
            }
        }
    }
    assert_eq!(dialled, []);
    assert_eq!(canary.connections(), 0);
});

test!(an_address_is_permitted_to_the_port_and_no_further, |store| {
    let rig = Rig::start(store).await;
    let canary = Upstream::start().await;
    rig.asks("fast").await.is(200);
    let change = ProviderChange {
        base_url: Some(canary.url()),
        ..ProviderChange::of("acme".parse().unwrap())
    };

    rig.store
        .by(&Actor::command_line(), rig.clock.now())
        .catalog()
        .set_provider(&change)
        .await
        .unwrap();

    rig.asks("fast").await.is(503);
    assert_eq!(canary.connections(), 0);
});

test!(a_provider_inside_is_not_called, |store| {
    let rig = Rig::start(store).await;

    let reply = rig.asks("inside/model").await.is(503);

    assert_eq!(
        reply.json()["error"]["message"],
        "Model 'inside/model' is unavailable: its provider is not set up well here. The gateway's log says what is wrong."
    );
});
