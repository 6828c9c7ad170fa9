//! Prices against the catalog file and a computation by hand.

use serde_json::Value;

use super::*;
use crate::domain::catalog::{Model, Provider};
use crate::domain::samples::shipped;

const MODELS: &str = include_str!("../../../../catalog/models.json");
const PROVIDERS: &str = include_str!("../../../../catalog/providers.json");

fn rows(file: &str) -> Vec<Value> {
    serde_json::from_str::<Value>(file).unwrap()["data"]
        .as_array()
        .unwrap()
        .clone()
}

/// A moment of the week of Monday, 23 November 2026, in UTC.
fn at(day: i64, hour: i64, minute: i64) -> Timestamp {
    Timestamp::from_millis(1_795_392_000_000 + ((day * 24 + hour) * 60 + minute) * 60_000)
}

#[test]
fn every_price_of_the_catalog_survives_reading_and_writing_exactly() {
    let rows = rows(MODELS);
    assert_eq!(rows.len(), 628);
    for row in rows {
        let model: Model = serde_json::from_value(row.clone()).unwrap_or_else(|error| panic!("{}: {error}", row["id"]));
        assert_eq!(
            serde_json::to_value(&model.pricing).unwrap(),
            row["pricing"],
            "{}",
            model.id
        );
        assert_eq!(
            serde_json::to_value(&model.service_tiers).unwrap(),
            row["service_tiers"],
            "{}",
            model.id
        );
        let again: Model = serde_json::from_value(serde_json::to_value(&model).unwrap()).unwrap();
        assert_eq!(again, model);
    }
}

#[test]
fn every_provider_of_the_catalog_can_be_read_and_serves_its_models() {
    let providers = rows(PROVIDERS);
    assert_eq!(providers.len(), 33);

    for row in providers {
        let provider: Provider =
            serde_json::from_value(row.clone()).unwrap_or_else(|error| panic!("{}: {error}", row["id"]));
        let again: Provider = serde_json::from_value(serde_json::to_value(&provider).unwrap()).unwrap();
        assert_eq!(again, provider);
    }
    let catalog = shipped();
    for model in catalog.models() {
        assert!(catalog.is_callable(model), "{}", model.id);
        let provider = catalog.provider(&model.provider).unwrap();
        assert!(
            model
                .protocols
                .iter()
                .any(|&protocol| provider.endpoint(protocol).is_some()),
            "{}",
            model.id
        );
        assert!(
            model.id.as_str().parse::<crate::domain::values::AliasName>().is_ok(),
            "{} can be an alias",
            model.id
        );
    }
}

/// Decimal text to pico-USD, without the product's code.
fn pico(text: &str) -> i128 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    (0..12).fold(whole.parse::<i128>().unwrap(), |sum, at| {
        sum * 10 + fraction.as_bytes().get(at).map_or(0, |digit| i128::from(digit - b'0'))
    })
}

/// What a call costs, computed from the catalog file's own JSON.
fn by_hand(pricing: &Value, tokens: &Tokens, day: i64, hhmm: i64) -> i128 {
    let mut price = pricing.as_object().unwrap().clone();
    let names = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    for part in pricing["overrides"].as_array().into_iter().flatten() {
        let long = part["min_prompt_tokens"].as_u64().is_none_or(|min| tokens.prompt > min);
        let on_day = part["utc_days"]
            .as_array()
            .is_none_or(|days| days.contains(&names[day as usize].into()));
        let in_time = part["utc_start"].as_i64().is_none_or(|start| hhmm >= start)
            && part["utc_end"].as_i64().is_none_or(|end| hhmm < end);
        if long && on_day && in_time {
            price.extend(part.as_object().unwrap().clone());
        }
    }

    let of = |kind: &str, instead: &str| {
        let text = price.get(kind).or_else(|| price.get(instead)).and_then(Value::as_str);
        text.map_or(0, pico)
    };
    let write = if price.contains_key("input_cache_write") {
        "input_cache_write"
    } else {
        "prompt"
    };
    let n = i128::from;

    of("prompt", "") * (n(tokens.prompt) - n(tokens.cache_read) - n(tokens.cache_write))
        + of("input_cache_read", "prompt") * n(tokens.cache_read)
        + of("input_cache_write", "prompt") * (n(tokens.cache_write) - n(tokens.cache_write_1h))
        + of("input_cache_write_1h", write) * n(tokens.cache_write_1h)
        + of("completion", "") * (n(tokens.completion) - n(tokens.reasoning))
        + of("internal_reasoning", "completion") * n(tokens.reasoning)
        + of("request", "none")
}

#[test]
fn every_model_costs_what_the_file_says() {
    let calls = [
        Tokens {
            prompt: 1,
            completion: 1,
            ..Tokens::default()
        },
        Tokens {
            prompt: 1_234,
            completion: 567,
            cache_read: 1_000,
            reasoning: 89,
            ..Tokens::default()
        },
        Tokens {
            prompt: 300_001,
            completion: 64_000,
            cache_read: 99_999,
            cache_write: 120_000,
            cache_write_1h: 20_000,
            reasoning: 63_000,
        },
        Tokens {
            prompt: 10_000_000,
            completion: 1_000_000,
            cache_write: 9_999_999,
            ..Tokens::default()
        },
    ];
    for row in rows(MODELS) {
        let pricing: Pricing = serde_json::from_value(row["pricing"].clone()).unwrap();
        for tokens in &calls {
            for (day, hour, minute) in [
                (0, 0, 59),
                (0, 1, 0),
                (1, 3, 59),
                (2, 4, 0),
                (4, 6, 0),
                (5, 7, 30),
                (6, 9, 59),
            ] {
                let cost = pricing
                    .cost(tokens, at(day, hour, minute))
                    .map(|cost| i128::from(cost.pico()));
                let expected = by_hand(&row["pricing"], tokens, day, hour * 100 + minute);
                assert_eq!(
                    cost,
                    Some(expected),
                    "{} {tokens:?} day {day} {hour}:{minute}",
                    row["id"]
                );
            }
        }
    }
}

fn pricing(json: &str) -> Pricing {
    serde_json::from_str(json).unwrap()
}

fn asks(prompt: u64) -> Tokens {
    Tokens {
        prompt,
        ..Tokens::default()
    }
}

#[test]
fn a_long_prompt_costs_more_from_the_first_token_above_the_mark() {
    let tiers = pricing(
        r#"{"prompt":"0.000001","completion":"0","overrides":[
            {"min_prompt_tokens":200,"prompt":"0.000002"},{"min_prompt_tokens":400,"prompt":"0.000003"}]}"#,
    );
    let cost = |prompt| tiers.cost(&asks(prompt), at(0, 0, 0)).unwrap().pico();
    assert_eq!(
        [cost(200), cost(201), cost(401)],
        [200_000_000, 402_000_000, 1_203_000_000]
    );
}

#[test]
fn hours_may_wrap_over_midnight_and_belong_to_the_day_they_begin_on() {
    let night = pricing(
        r#"{"prompt":"0.000001","completion":"0","overrides":[
            {"utc_start":2230,"utc_end":130,"utc_days":["sunday"],"prompt":"0.000002"}]}"#,
    );
    let doubled = |day, hour, minute| night.in_force(1, at(day, hour, minute)).prompt.unwrap().pico() == 2_000_000;

    assert!(!doubled(6, 22, 29) && doubled(6, 22, 30) && doubled(6, 23, 59));
    assert!(
        doubled(0, 0, 0) && doubled(0, 1, 29),
        "Monday's first hours belong to Sunday's night"
    );
    assert!(!doubled(0, 1, 30) && !doubled(0, 23, 0) && !doubled(1, 0, 0));
}

#[test]
fn no_price_is_not_the_same_as_free() {
    assert_eq!(pricing(r#"{"prompt":"0.000001"}"#).cost(&asks(1), at(0, 0, 0)), None);
    assert_eq!(
        pricing(r#"{"prompt":"0","completion":"0"}"#).cost(&asks(1), at(0, 0, 0)),
        Some(PicoUsd::ZERO)
    );
}

#[test]
fn a_sum_beyond_the_range_is_refused_and_never_wraps() {
    let dear = pricing(r#"{"prompt":"9000000","completion":"9000000"}"#);
    let huge = Tokens {
        prompt: u64::MAX,
        completion: u64::MAX,
        ..Tokens::default()
    };

    assert_eq!(dear.cost(&huge, at(0, 0, 0)), None);
    assert_eq!(dear.cost(&asks(2), at(0, 0, 0)), None);
}

#[test]
fn parts_that_exceed_their_whole_are_not_billed_twice() {
    let price = pricing(r#"{"prompt":"0.000001","completion":"0.000002","internal_reasoning":"0.000004"}"#);
    let odd = Tokens {
        prompt: 10,
        completion: 5,
        cache_read: 20,
        cache_write: 3,
        cache_write_1h: 9,
        reasoning: 50,
    };
    // 20 read and 3 written at the prompt's price, all 5 of the completion as thinking.
    assert_eq!(price.cost(&odd, at(0, 0, 0)).unwrap().pico(), 23_000_000 + 20_000_000);
}

#[test]
fn a_time_of_day_is_checked() {
    for wrong in ["2401", "160", "99999", "-1"] {
        let json = format!(r#"{{"prompt":"0","completion":"0","overrides":[{{"utc_start":{wrong}}}]}}"#);
        assert!(serde_json::from_str::<Pricing>(&json).is_err(), "{wrong}");
    }
}
