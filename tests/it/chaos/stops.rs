//! A gateway that stops in order leaves nothing, whatever it was doing.

use std::time::Duration;

use crossmodel::clock::Clock;
use crossmodel::gateway::{Gateway, GatewayOptions};

use crate::harness::dice::{millis, seeded};
use crate::harness::seed;
use crate::harness::store::TestStore;
use crate::harness::upstream::Upstream;

both_engines!(a_gateway_that_stopped_is_not_known_any_more, |store| {
    let mut dice = seeded("stops");
    let upstream = Upstream::start().await;
    for _ in 0..40 {
        let gateway = start(&store, &upstream).await;
        tokio::time::sleep(millis(&mut dice, 1..=8)).await;
        gateway.stop().await;
    }
    // Whatever was still on its way has arrived by then.
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(
        crate::store::raw::texts(&store, "SELECT id FROM gateway").await,
        Vec::<String>::new()
    );
    assert_eq!(crate::store::raw::count(&store, "lease", "1 = 1").await, 0);
});

/// A gateway that sweeps nearly all the time.
async fn start(store: &TestStore, upstream: &Upstream) -> Gateway {
    let mut options = GatewayOptions::new(Clock::system(), seed::master(), seed::spool());
    options.spool.synced = false;
    options.egress = upstream.host_port().parse().expect("an address that can be listed");
    options.sweep_every = Duration::from_millis(1);
    Gateway::start((**store).clone(), options).await.expect("a gateway")
}
