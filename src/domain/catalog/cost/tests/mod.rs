//! Bills against a computation of their own, from the catalog file's JSON, for every model and kind of token.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use self::by_hand::{Dice, by_hand, moments, prompts};
use super::*;
use crate::domain::money::Tokens;

mod by_hand;

/// Every row of the shipped catalog, as JSON and as the product reads it.
static SHIPPED: LazyLock<Vec<(Value, Model)>> = LazyLock::new(|| {
    let file: Value = serde_json::from_str(include_str!("../../../../../catalog/models.json")).unwrap();
    let rows = file["data"].as_array().unwrap().clone();
    rows.into_iter()
        .map(|row| (row.clone(), serde_json::from_value(row).unwrap()))
        .collect()
});

const TIERS: [ServiceTier; 6] = ServiceTier::ALL;

fn tiers() -> impl Iterator<Item = Option<ServiceTier>> {
    TIERS.map(Some).into_iter().chain([None])
}

/// Compares the product's cost with the other computation.
fn agrees(row: &Value, model: &Model, counted: &BillableUsage, at: Timestamp) {
    let cost = model.cost(counted, at).map(|cost| i128::from(cost.pico()));
    assert_eq!(
        cost,
        by_hand(row, counted, at.millis()),
        "{} {counted:?} at {}",
        model.id,
        at.millis()
    );
}

#[test]
fn every_model_costs_what_the_file_says_at_every_mark_and_minute_where_a_price_changes() {
    let mut tiers_with_prices = 0;
    for (row, model) in SHIPPED.iter() {
        tiers_with_prices += tiers()
            .filter(|&tier| tier.is_some() && model.billed(tier) == tier)
            .count();
        let mut dice = Dice::new(7);
        for at in moments(row) {
            for prompt in prompts(row) {
                for tier in tiers() {
                    let counted = BillableUsage {
                        tokens: dice.tokens(prompt),
                        searches: dice.below(4),
                        tier,
                    };
                    agrees(row, model, &counted, Timestamp::from_millis(at));
                }
            }
        }
    }
    assert_eq!((SHIPPED.len(), tiers_with_prices), (628, 90 + 58 + 49 + 5));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_model_costs_what_the_file_says_for_any_call(seed: u64) {
        let mut dice = Dice::new(seed);
        for (row, model) in SHIPPED.iter() {
            for _ in 0..8 {
                let counted = dice.counted(&TIERS);
                agrees(row, model, &counted, dice.moment());
            }
        }
    }

    #[test]
    fn any_price_list_is_read_as_the_catalog_means_it(seed: u64) {
        let mut dice = Dice::new(seed);
        for _ in 0..40 {
            let row = dice.row();
            let model: Model = serde_json::from_value(row.clone()).unwrap();
            prop_assert_eq!(&serde_json::from_value::<Model>(serde_json::to_value(&model).unwrap()).unwrap(), &model);
            let moments = moments(&row);
            for prompt in prompts(&row) {
                let counted = BillableUsage { tokens: dice.tokens(prompt), ..dice.counted(&TIERS) };
                agrees(&row, &model, &counted, Timestamp::from_millis(*dice.one_of(&moments)));
            }
        }
    }

    #[test]
    fn no_call_costs_more_than_the_most(seed: u64) {
        let mut dice = Dice::new(seed);
        let made: Vec<(Value, Model)> = (0..80)
            .map(|_| dice.row())
            .map(|row| (row.clone(), serde_json::from_value(row).unwrap()))
            .collect();
        for (row, model) in SHIPPED.iter().chain(&made) {
            let moments = moments(row);
            for most_prompt in prompts(row) {
                let (most_completion, at) = (dice.below(200_000), Timestamp::from_millis(*dice.one_of(&moments)));
                let asked = dice.tier(&TIERS);
                let most = model.max_cost(most_prompt, most_completion, asked.as_slice(), at);
                let most_of_any = model.max_cost(most_prompt, most_completion, &TIERS, at);
                let any = dice.below(most_prompt + 1);
                let prompt = *dice.one_of(&[most_prompt, most_prompt / 2, any]);
                let mut tokens = dice.tokens(prompt);
                tokens.completion = tokens.completion.min(most_completion);
                tokens.reasoning = tokens.reasoning.min(tokens.completion);
                for tier in [None, asked] {
                    let cost = model.cost(&BillableUsage { tokens, searches: 0, tier }, at);
                    prop_assert!(cost <= most, "{} {tokens:?} {tier:?}: {cost:?} of {most:?}", model.id);
                }
                for tier in tiers() {
                    let cost = model.cost(&BillableUsage { tokens, searches: 0, tier }, at);
                    prop_assert!(cost <= most_of_any, "{} {tokens:?} {tier:?}: {cost:?} of {most_of_any:?}", model.id);
                }
            }
        }
    }
}

fn model(prices: Value) -> Model {
    let mut row = json!({"id": "lab/m", "name": "M", "provider": "lab", "upstream_model": "m", "type": "chat",
        "protocols": ["openai-chat"], "context_length": 1});
    row.as_object_mut().unwrap().extend(prices.as_object().unwrap().clone());
    serde_json::from_value(row).unwrap()
}

fn noon() -> Timestamp {
    Timestamp::from_millis(1_795_392_000_000 + 12 * 3_600_000)
}

#[test]
fn a_tiers_list_replaces_what_it_names_and_the_usual_one_in_force_holds_for_the_rest() {
    let model = model(json!({
        "pricing": {"prompt": "0.000001", "completion": "0.000002", "input_cache_read": "0.0000001", "web_search": "0.01",
            "overrides": [{"min_prompt_tokens": 100, "prompt": "0.000003", "input_cache_read": "0.0000003"}]},
        "service_tiers": {"flex": {"prompt": "0.0000005", "completion": "0.000001"}},
    }));
    let price = |prompt, tier| {
        let tokens = Tokens {
            prompt,
            ..Tokens::default()
        };
        model
            .price_for(
                &BillableUsage {
                    tokens,
                    searches: 0,
                    tier,
                },
                noon(),
            )
            .unwrap()
    };
    let pico = |price: Price| [price.prompt, price.input_cache_read, price.web_search].map(|it| it.unwrap().pico());

    assert_eq!(
        pico(price(100, Some(ServiceTier::Flex))),
        [500_000, 100_000, 10_000_000_000]
    );
    assert_eq!(
        pico(price(101, Some(ServiceTier::Flex))),
        [500_000, 300_000, 10_000_000_000]
    );
    assert_eq!(pico(price(101, None)), [3_000_000, 300_000, 10_000_000_000]);
    for unpriced in [ServiceTier::Standard, ServiceTier::Scale] {
        assert_eq!(price(101, Some(unpriced)), price(101, None), "charged as usual");
        assert_eq!(model.billed(Some(unpriced)), None);
    }
    assert_eq!(model.billed(Some(ServiceTier::Flex)), Some(ServiceTier::Flex));
}

#[test]
fn thinking_and_hour_long_writes_follow_what_they_belong_to_where_a_tier_names_only_that() {
    let model = model(json!({
        "pricing": {"prompt": "0.000005", "completion": "0.00002", "internal_reasoning": "0.00002",
            "input_cache_write": "0.000006", "input_cache_write_1h": "0.00001"},
        "service_tiers": {"fast": {"prompt": "0.00003", "completion": "0.0001", "input_cache_write": "0.00004"},
            "flex": {"prompt": "0.000001"}},
    }));
    let tokens = Tokens {
        prompt: 1,
        cache_write: 1,
        cache_write_1h: 1,
        completion: 1,
        reasoning: 1,
        cache_read: 0,
    };
    let cost = |tier| {
        model
            .cost(
                &BillableUsage {
                    tokens,
                    searches: 0,
                    tier,
                },
                noon(),
            )
            .unwrap()
            .pico()
    };

    assert_eq!(cost(None), 10_000_000 + 20_000_000);
    assert_eq!(cost(Some(ServiceTier::Fast)), 40_000_000 + 100_000_000);
    assert_eq!(cost(Some(ServiceTier::Flex)), cost(None));
}

#[test]
fn a_search_costs_its_price_or_no_more_than_its_tokens() {
    let priced =
        model(json!({"pricing": {"prompt": "0", "completion": "0", "request": "0.005", "web_search": "0.01"}}));
    let unpriced = model(json!({"pricing": {"prompt": "0", "completion": "0"}}));
    let cost = |model: &Model, searches| {
        model
            .cost(
                &BillableUsage {
                    searches,
                    ..BillableUsage::default()
                },
                noon(),
            )
            .unwrap()
    };

    assert_eq!(cost(&priced, 3), "0.035".parse().unwrap());
    assert_eq!(cost(&unpriced, 3), PicoUsd::ZERO);
}

#[test]
fn without_a_price_there_is_no_cost_and_no_most() {
    let half = model(json!({"pricing": {"prompt": "0.000001"}}));
    let dear = model(json!({"pricing": {"prompt": "9000000", "completion": "0"}}));

    assert_eq!(
        (
            half.cost(&BillableUsage::default(), noon()),
            half.max_cost(1, 1, &[], noon())
        ),
        (None, None)
    );
    assert_eq!(
        (
            half.price_for(&BillableUsage::default(), noon()),
            dear.max_cost(2, 0, &[], noon())
        ),
        (None, None)
    );
    assert_eq!(
        dear.max_cost(1, u64::MAX, &[], noon()),
        Some("9000000".parse().unwrap())
    );
}

#[test]
fn the_most_is_what_the_dearest_tokens_would_cost() {
    let model = model(json!({
        "pricing": {"prompt": "0.000001", "completion": "0.000002", "input_cache_write": "0.000003", "request": "0.1",
            "internal_reasoning": "0.000004", "overrides": [{"min_prompt_tokens": 100, "prompt": "0.000005"}]},
        "service_tiers": {"priority": {"prompt": "0.000009", "completion": "0.00001"}},
    }));
    let most = |prompt, tiers: &[_]| model.max_cost(prompt, 10, tiers, noon()).unwrap().pico() - 100_000_000_000;

    assert_eq!(most(100, &[]), 300_000_000 + 40_000_000);
    assert_eq!(most(101, &[]), 505_000_000 + 40_000_000);
    assert_eq!(most(100, &[ServiceTier::Priority]), 900_000_000 + 100_000_000);
}
