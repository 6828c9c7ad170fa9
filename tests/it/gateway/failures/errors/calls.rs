//! Calls that the gateway refuses or that break down in it, and their records.

use std::time::Duration;

use crossmodel::domain::UsageSource;

use super::{chat, is_error};
use crate::gateway::rig::{Rig, question, stream_question, test};

test!(
    a_call_that_breaks_down_here_is_an_internal_error_and_recorded_as_one,
    |store| {
        // The moment by which an answer has to end lies beyond the last one there is: the task that owns the call panics.
        let rig = Rig::with(store, |options| options.timeouts.total = Duration::MAX).await;

        for body in [question("fast"), stream_question("fast")] {
            let reply = chat(&rig.client(), &body).await;

            is_error(
                &reply,
                (500, "api_error", None, "internal_error"),
                "Something went wrong here.",
            );
            assert_eq!(
                (reply.header("x-crossmodel-alias"), reply.header("x-crossmodel-model")),
                ("fast; match=exact", "acme/fast")
            );
            // A client may well ask again.
            assert_eq!((reply.header("retry-after"), reply.header("x-should-retry")), ("", ""));
        }

        let records = rig.records().await;
        assert_eq!(records.len(), 2);
        for record in records {
            assert_eq!((record.status, record.error.as_deref()), (500, Some("internal_error")));
            assert_eq!((record.cost.pico(), record.source), (0, UsageSource::None));
        }
    }
);

test!(a_refused_call_leaves_no_record, |store| {
    let rig = Rig::start(store).await;

    for model in ["nothing", "poor", "acme/embed"] {
        chat(&rig.client(), &stream_question(model)).await;
    }

    assert_eq!(rig.records().await, []);
});
