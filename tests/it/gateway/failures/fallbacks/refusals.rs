//! Failures after which no other provider is asked.

use std::time::Duration;

use super::hosts::{Hosts, fails};
use crate::gateway::rig::{stream_question, test};
use crate::harness::upstream::{Step, delta};

test!(a_refusal_of_the_request_goes_to_no_other_provider, |store| {
    let hosts = Hosts::start(store).await;
    hosts.order(None, &["second"]).await;
    for (status, told) in [(400, 400), (413, 413), (422, 422)] {
        hosts.rig.upstream.answers(fails(status));

        assert_eq!(hosts.asks().await.is(told).header("x-crossmodel-model"), "acme/m");
    }
    assert_eq!(hosts.second.seen().len(), 0);
});

test!(after_the_first_byte_no_other_provider_is_asked, |store| {
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
