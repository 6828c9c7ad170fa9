//! Writes numbers for people, the same on pages and on the command line. Exact: no floating point anywhere.

mod model;
mod money;
mod text;
mod tokens;

pub use model::{facts, model_prices, prices, target};
pub use money::{dollars, money_down, money_up, per_million, per_million_cents};
pub use text::{date, utc, visible};
pub use tokens::tokens;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::model;

    #[test]
    fn tokens_are_short_and_never_promise_more() {
        let cases = [
            (0, "0"),
            (999, "999"),
            (1000, "1K"),
            (4096, "4K"),
            (8191, "8.19K"),
            (32_768, "32K"),
            (131_072, "128K"),
            (128_000, "128K"),
            (200_000, "200K"),
            (262_144, "256K"),
            (1_000_000, "1M"),
            (1_047_576, "1.04M"),
            (1_050_000, "1.05M"),
            (2_097_152, "2M"),
            (10_000_000, "10M"),
        ];
        for (count, text) in cases {
            assert_eq!(tokens(count), text, "{count}");
        }
    }

    #[test]
    fn a_price_per_million_is_exact() {
        let cases = [
            ("0.000000002", "$0.002"),
            ("0.00000110", "$1.10"),
            ("0.000000075", "$0.075"),
            ("0.000003", "$3"),
        ];
        for (price, text) in cases {
            assert_eq!(per_million(price.parse().unwrap()), text);
        }
        assert_eq!(per_million_cents("0.000015".parse().unwrap()), "$15.00");
    }

    #[test]
    fn a_target_fits_in_a_line() {
        assert_eq!(
            target(&model("deepseek/deepseek-chat")),
            "deepseek-chat · 128K · $1 in / $2 out per M"
        );
    }
}
