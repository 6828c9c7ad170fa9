//! Three ways to find what a name means, which must agree: a real call, the model list, and the rule itself.

use crossmodel::domain::{Alias, AliasSet, Match, Outcome, decide};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use crate::gateway::rig::{Rig, test};

const TARGETS: [&str; 6] = [
    "acme/fast",
    "acme/other",
    "gem/flash",
    "acme/off",
    "acme/vanished",
    "down/model",
];

fn alias() -> impl Strategy<Value = Alias> {
    let name = prop_oneof![
        "[ab]{1,3}",
        "[ab/]{1,2}",
        Just("acme/fast".to_owned()),
        Just("acme/".to_owned()),
        Just("claude-".to_owned())
    ];
    (name, any::<bool>(), prop::sample::select(TARGETS.to_vec())).prop_map(|(name, exact, target)| {
        Alias::new(
            name.parse().unwrap(),
            if exact { Match::Exact } else { Match::Prefix },
            target.parse().unwrap(),
        )
    })
}

fn asked() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ab]{1,4}",
        "[abA/]{1,4}",
        prop::sample::select(TARGETS.to_vec()).prop_map(str::to_owned),
        Just("claude-opus".to_owned()),
        Just("acme/fast2".to_owned())
    ]
}

test!(a_call_the_model_list_and_the_rule_agree_on_every_name, |store| {
    let rig = Rig::start(store).await;
    let mut runner = TestRunner::new(Config::default());
    let sets = prop::collection::vec(alias(), 0..8);
    for _ in 0..40 {
        let mut aliases = sets.new_tree(&mut runner).unwrap().current();
        aliases.sort_by(|a, b| a.name.cmp(&b.name));
        aliases.dedup_by(|a, b| a.name == b.name);
        rig.sets(&rig.store, &aliases).await;
        let set = AliasSet::new(aliases);
        let catalog = rig.store.catalog().load().await.unwrap();
        for _ in 0..8 {
            let name = asked().new_tree(&mut runner).unwrap().current();
            let decision = decide(&set, &catalog, None, &name);
            let runs = match &decision.outcome {
                Outcome::Runs(model) => Some(model.id.as_str()),
                _ => None,
            };

            let called = rig.asks(&name).await;
            let listed = rig.client().get(&format!("/v1/models/{name}")).await;

            let shown = (called.status == 200).then(|| called.header("x-crossmodel-model").to_owned());
            assert_eq!(shown.as_deref(), runs, "{name} with {set:?}");
            assert_eq!(called.status, listed.status, "{name} with {set:?}");
            for header in ["x-crossmodel-model", "x-crossmodel-alias"] {
                assert_eq!(called.header(header), listed.header(header), "{name} with {set:?}");
            }
            if let Some(runs) = runs {
                let entry = listed.json();
                assert_eq!(entry["id"], name.as_str());
                assert_eq!(entry["root"].as_str(), decision.resolution.alias().map(|_| runs));
            }
        }
    }
});
