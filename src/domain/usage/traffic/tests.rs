//! What traffic cost and would cost, on numbers that can be worked out by hand.

use proptest::prelude::*;

use super::*;
use crate::domain::samples::model;

/// A model at these prices in dollars per million tokens: in, out, cache read.
fn priced(id: &str, input: i64, output: i64, read: i64) -> Model {
    let mut model = model(id);
    model.pricing.base.prompt = Some(PicoUsd::from_pico(input * 1_000_000));
    model.pricing.base.completion = Some(PicoUsd::from_pico(output * 1_000_000));
    model.pricing.base.input_cache_read = Some(PicoUsd::from_pico(read * 1_000_000));

    model
}

fn ran(model: &str, requests: u64, prompt: u64, completion: u64, cents: i64) -> Ran {
    let tokens = Tokens {
        prompt,
        completion,
        ..Tokens::default()
    };
    let cost = PicoUsd::from_pico(cents * 10_000_000_000);
    Ran {
        model: model.into(),
        requests,
        successes: requests,
        tokens,
        cost,
    }
}

fn sent(name: &str, ran: Vec<Ran>) -> Sent {
    Sent {
        name: name.into(),
        agent: None,
        ran,
    }
}

fn traffic(names: Vec<Sent>) -> Traffic {
    Traffic { names, others: None }
}

fn usd(text: &str) -> PicoUsd {
    text.parse().unwrap()
}

#[test]
fn the_same_tokens_are_priced_anew_kind_by_kind() {
    let haiku = priced("lab/haiku", 1, 5, 0);
    let mut opus = ran("lab/opus", 10, 2_000_000, 100_000, 1_250);
    opus.tokens.cache_read = 1_000_000;
    let all = traffic(vec![
        sent("big", vec![opus]),
        sent("other", vec![ran("lab/x", 1, 10, 10, 7)]),
    ]);
    assert_eq!(all.cost(), usd("12.57"));

    let becomes = |name: &str| {
        if name == "big" {
            Becomes::Runs(&haiku)
        } else {
            Becomes::Same
        }
    };
    // A million fresh at $1, a million cached at nothing, a tenth of a million out at $5; and 7 cents that stay.
    let expected = Estimate {
        cost: usd("1.57"),
        ..Estimate::default()
    };
    assert_eq!(all.reprice(becomes), Ok(expected));
}

#[test]
fn a_price_per_call_counts_for_every_answer() {
    let mut per_call = priced("lab/m", 0, 0, 0);
    per_call.pricing.base.request = Some(usd("0.01"));
    let some = Ran {
        successes: 3,
        ..ran("lab/x", 5, 10, 10, 0)
    };
    let all = traffic(vec![sent("a", vec![some])]);

    assert_eq!(all.reprice(|_| Becomes::Runs(&per_call)).unwrap().cost, usd("0.03"));
}

#[test]
fn long_context_prices_are_left_alone_since_sums_are_not_requests() {
    let mut tiered = priced("lab/m", 1, 1, 1);
    let dear = crate::domain::money::PriceOverride {
        min_prompt_tokens: Some(200_000),
        price: priced("lab/m", 9, 9, 9).pricing.base,
        ..Default::default()
    };
    tiered.pricing.overrides.push(dear);
    let all = traffic(vec![sent("a", vec![ran("lab/x", 90, 1_000_000, 0, 0)])]);

    assert_eq!(all.reprice(|_| Becomes::Runs(&tiered)).unwrap().cost, usd("1"));
}

#[test]
fn what_ran_on_the_new_model_already_keeps_its_cost() {
    let haiku = priced("lab/haiku", 1, 1, 1);
    let all = traffic(vec![sent(
        "a",
        vec![
            ran("lab/haiku", 1, 1_000_000, 0, 777),
            ran("lab/x", 1, 1_000_000, 0, 900),
        ],
    )]);
    assert_eq!(all.reprice(|_| Becomes::Runs(&haiku)).unwrap().cost, usd("8.77"));
}

#[test]
fn failures_are_told_and_not_guessed() {
    let haiku = priced("lab/haiku", 1, 1, 1);
    let refused = Ran {
        model: String::new(),
        requests: 214,
        ..Ran::default()
    };
    let all = traffic(vec![
        sent("broken", vec![refused]),
        sent("fine", vec![ran("lab/x", 88, 5, 5, 100)]),
    ]);
    let estimate = all.reprice(|name| {
        if name == "broken" {
            Becomes::Runs(&haiku)
        } else {
            Becomes::Fails
        }
    });

    assert_eq!(
        estimate,
        Ok(Estimate {
            cost: PicoUsd::ZERO,
            would_run: 214,
            would_fail: 88
        })
    );
}

#[test]
fn without_tokens_or_a_price_there_is_no_estimate() {
    let haiku = priced("lab/haiku", 1, 1, 1);
    let uncounted = traffic(vec![sent("a", vec![ran("lab/x", 2, 0, 0, 0)])]);
    let error = uncounted.reprice(|_| Becomes::Runs(&haiku)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "No estimate for your changes: the tokens of a are not known."
    );
    assert_eq!(
        uncounted.reprice(|_| Becomes::Same),
        Ok(Estimate::default()),
        "what stays needs none"
    );

    let mut unpriced = model("lab/free");
    unpriced.pricing = Pricing::default();
    let all = traffic(vec![sent("a", vec![ran("lab/x", 1, 1, 1, 1)])]);
    let error = all.reprice(|_| Becomes::Runs(&unpriced)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "No estimate for your changes: lab/free has no price."
    );

    let huge = traffic(vec![sent("a", vec![ran("lab/x", 1, u64::MAX, 0, 1)])]);
    assert_eq!(huge.reprice(|_| Becomes::Runs(&haiku)), Err(NoEstimate::TooLarge));
}

#[test]
fn names_beyond_those_told_apart_stay_at_their_cost() {
    let haiku = priced("lab/haiku", 1, 1, 1);
    let others = Some(ran("", 9, 50, 50, 300));
    let all = Traffic {
        names: vec![sent("a", vec![ran("lab/x", 1, 1_000_000, 0, 500)])],
        others,
    };

    assert_eq!(all.cost(), usd("8"));
    assert_eq!(all.reprice(|_| Becomes::Runs(&haiku)).unwrap().cost, usd("4"));
    assert!(!all.is_empty() && Traffic::default().is_empty());
}

#[test]
fn a_window_reads_back_as_it_is_written() {
    for window in TrafficWindow::ALL {
        assert_eq!(TrafficWindow::parse(window.as_str()), Some(window));
    }
    assert_eq!(TrafficWindow::parse("24 h"), None);
}

proptest! {
    #[test]
    fn if_nothing_changes_the_estimate_is_what_it_cost(
        parts in proptest::collection::vec((0_u64..9, 0_u64..1_000_000, 0_i64..1_000_000), 0..6),
    ) {
        let ran = parts.iter().map(|(n, tokens, cents)| ran("lab/x", *n, *tokens, *tokens, *cents)).collect();
        let all = traffic(vec![sent("a", ran)]);
        prop_assert_eq!(all.reprice(|_| Becomes::Same).unwrap().cost, all.cost());
    }

    #[test]
    fn a_model_of_twice_the_price_costs_twice_as_much(prompt in 0_u64..10_000_000, completion in 1_u64..10_000_000) {
        let all = traffic(vec![sent("a", vec![ran("lab/x", 1, prompt, completion, 3)])]);
        let (once, twice) = (priced("lab/a", 3, 7, 1), priced("lab/b", 6, 14, 2));
        let cost = |model: &Model| all.reprice(|_| Becomes::Runs(model)).unwrap().cost.pico();

        prop_assert_eq!(cost(&once) * 2, cost(&twice));
    }
}
