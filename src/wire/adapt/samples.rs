//! What the tests of plans share.

use serde_json::Value;

use super::{Plan, RequestView, TargetFacts, adapt};
use crate::domain::{Facts, FactsPatch, Protocol, facts, samples};
use crate::wire::control::{AskUsage, Control};
use crate::wire::operation::Operation;

/// What a model of the shipped catalog takes at its provider's address for `protocol`.
pub fn shipped(id: &str, protocol: Protocol) -> TargetFacts {
    let catalog = samples::shipped();
    let model = catalog.get(id).unwrap_or_else(|| panic!("no {id}"));
    let provider = catalog.provider(&model.provider).unwrap();
    TargetFacts::new(facts(provider, model, protocol), protocol, &model.upstream_model)
}

/// What a server takes of which this is known.
pub fn stated(patch: &Value, protocol: Protocol) -> TargetFacts {
    let patch: FactsPatch = serde_json::from_value(patch.clone()).unwrap();
    TargetFacts::new(Facts::default().with(&patch), protocol, "m")
}

/// The plan of a request.
pub fn plan(body: &str, operation: Operation, target: &TargetFacts) -> Plan {
    let control = Control::read(body.as_bytes(), operation).unwrap_or_else(|error| panic!("{error}: {body}"));
    adapt(
        RequestView {
            body,
            control: &control,
        },
        target,
    )
}

/// The body that goes, and the notes. Panics if the request is refused or written anew.
#[track_caller]
pub fn fitted(body: &str, operation: Operation, target: &TargetFacts) -> (Value, String) {
    let (out, notes) = fitted_once(body, operation, target);
    assert_eq!(
        plan(&out.to_string(), operation, target),
        Plan::Passthrough,
        "fitted once, nothing is left to do: {out}"
    );
    (out, notes)
}

/// The same for requests with signatures that only the target can read: no client has them in the form that goes.
#[track_caller]
pub fn fitted_once(body: &str, operation: Operation, target: &TargetFacts) -> (Value, String) {
    let control = Control::read(body.as_bytes(), operation).unwrap_or_else(|error| panic!("{error}: {body}"));
    let edits = match adapt(
        RequestView {
            body,
            control: &control,
        },
        target,
    ) {
        Plan::Passthrough => return (serde_json::from_str(body).unwrap(), String::new()),
        Plan::Rewrite(edits) => edits,
        other => panic!("{other:?}"),
    };

    let model = control.model_span.of(body);
    let out = control.rewrite(
        body.as_bytes(),
        model,
        AskUsage::AsSent,
        &edits.pieces(&control.members),
    );
    let out = out.expect("a change");
    let value =
        serde_json::from_slice(&out).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&out)));
    (value, edits.notes.to_string())
}
