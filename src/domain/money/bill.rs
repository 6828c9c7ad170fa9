//! The bill of one call, line by line: the arithmetic of [`super::pricing::Pricing::cost`], step by step.

use super::price::Price;
use super::tokens::Tokens;
use crate::domain::values::PicoUsd;

/// One line of a bill: a count of one kind, and the price of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BillLine {
    /// The kind, in words for a page.
    pub what: &'static str,
    /// Tokens, calls or searches.
    pub count: u64,
    /// The price of each.
    pub price: PicoUsd,
    /// `count` times `price`.
    pub amount: PicoUsd,
}

/// A bill. Its lines and its rest add up to the charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    /// One line for every kind that the call used.
    pub lines: Vec<BillLine>,
    /// The part of the charge that no line explains. It is zero, unless the call was charged by older rules than
    /// today's.
    pub rest: PicoUsd,
}

impl Bill {
    /// The bill of a call that was charged `cost` by this price list. `None` if the list has no price for input or output:
    /// such a list charges nothing.
    pub fn of(price: &Price, tokens: &Tokens, searches: u64, cost: PicoUsd) -> Option<Self> {
        let kinds = kinds(price, tokens)?;
        let mut lines = Vec::new();
        let mut rest = i128::from(cost.pico());

        for (what, count, price) in kinds {
            if count > 0 {
                lines.push(BillLine {
                    what,
                    count,
                    price,
                    amount: amount(price, count)?,
                });
                rest -= price.times(count);
            }
        }

        if let Some(each) = price
            .web_search
            .filter(|each| searches > 0 && each.times(searches) == rest)
        {
            lines.push(BillLine {
                what: "Searches of the web",
                count: searches,
                price: each,
                amount: amount(each, searches)?,
            });
            rest = 0;
        }
        Some(Self {
            lines,
            rest: i64::try_from(rest).ok().map(PicoUsd::from_pico)?,
        })
    }
}

/// Every kind of token and the call itself: in words, how many, and the price of each.
fn kinds(price: &Price, tokens: &Tokens) -> Option<[(&'static str, u64, PicoUsd); 7]> {
    let (prompt, completion) = (price.prompt?, price.completion?);
    let cache_write = price.input_cache_write.unwrap_or(prompt);
    let hour_writes = tokens.cache_write_1h.min(tokens.cache_write);
    let uncached = tokens
        .prompt
        .saturating_sub(tokens.cache_read)
        .saturating_sub(tokens.cache_write);
    let thinking = tokens.reasoning.min(tokens.completion);

    Some([
        ("Input", uncached, prompt),
        (
            "Input read from a cache",
            tokens.cache_read,
            price.input_cache_read.unwrap_or(prompt),
        ),
        (
            "Input written to a cache",
            tokens.cache_write - hour_writes,
            cache_write,
        ),
        (
            "Input written to a cache for an hour",
            hour_writes,
            price.input_cache_write_1h.unwrap_or(cache_write),
        ),
        ("Output", tokens.completion - thinking, completion),
        (
            "Output, thinking",
            thinking,
            price.internal_reasoning.unwrap_or(completion),
        ),
        (
            "The call itself",
            u64::from(price.request.is_some()),
            price.request.unwrap_or_default(),
        ),
    ])
}

fn amount(price: PicoUsd, count: u64) -> Option<PicoUsd> {
    i64::try_from(price.times(count)).ok().map(PicoUsd::from_pico)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::money::pricing::Pricing;
    use crate::domain::values::Timestamp;

    fn some_price() -> impl Strategy<Value = Option<PicoUsd>> {
        proptest::option::of((0_i64..100_000_000).prop_map(PicoUsd::from_pico))
    }

    proptest! {
        #[test]
        fn the_lines_add_up_to_what_is_charged(
            required in [0_i64..100_000_000, 0_i64..100_000_000],
            optional in [some_price(), some_price(), some_price(), some_price(), some_price()],
            counts in [0_u64..2_000_000, 0_u64..200_000, 0_u64..2_000_000, 0_u64..2_000_000, 0_u64..100_000, 0_u64..300_000],
        ) {
            let [prompt, completion] = required.map(|pico| Some(PicoUsd::from_pico(pico)));
            let [input_cache_read, input_cache_write, input_cache_write_1h, internal_reasoning, request] = optional;
            let price = Price {
                prompt, completion, input_cache_read, input_cache_write, input_cache_write_1h, internal_reasoning, request,
                ..Price::default()
            };
            let [prompt, completion, cache_read, cache_write, cache_write_1h, reasoning] = counts;
            let tokens = Tokens { prompt, completion, cache_read, cache_write, cache_write_1h, reasoning };
            let cost = Pricing { base: price, overrides: Vec::new() }.cost(&tokens, Timestamp::from_millis(0)).unwrap();

            let bill = Bill::of(&price, &tokens, 0, cost).unwrap();

            prop_assert_eq!(bill.rest, PicoUsd::ZERO);
            prop_assert_eq!(bill.lines.iter().map(|line| line.amount.pico()).sum::<i64>(), cost.pico());
        }
    }

    #[test]
    fn searches_are_a_line_where_they_were_charged_and_a_rest_is_never_hidden() {
        let usd = |text: &str| Some(text.parse::<PicoUsd>().unwrap());
        let price = Price {
            prompt: usd("0.000001"),
            completion: usd("0.000002"),
            web_search: usd("0.01"),
            ..Price::default()
        };
        let tokens = Tokens {
            prompt: 1_000,
            ..Tokens::default()
        };
        let bill = |cost: &str| Bill::of(&price, &tokens, 2, cost.parse().unwrap()).unwrap();

        assert_eq!(bill("0.021").lines[1].what, "Searches of the web");
        assert_eq!(bill("0.021").rest, PicoUsd::ZERO);
        assert_eq!((bill("0.001").lines.len(), bill("0.001").rest), (1, PicoUsd::ZERO));
        assert_eq!(bill("0.0015").rest, usd("0.0005").unwrap());
        assert_eq!(Bill::of(&Price::default(), &tokens, 0, PicoUsd::ZERO), None);
    }
}
