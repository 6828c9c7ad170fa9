//! Numbers as people read them, the same on pages and on the command line. Exact: no floating point anywhere.

use super::catalog::{Model, ModelKind};
use super::money::Pricing;
use super::values::{PicoUsd, Timestamp};

/// A count of tokens in short: `128K`, `1M`, `1.05M`. Powers of two count as such, so 65,536 is `64K`; what does not
/// come out even is rounded down, since it is a limit.
///
/// ```
/// use crossmodel::domain::format::tokens;
/// assert_eq!([tokens(65_536), tokens(128_000), tokens(1_048_576), tokens(512)], ["64K", "128K", "1M", "512"]);
/// ```
pub fn tokens(count: u64) -> String {
    let kilo = if !count.is_multiple_of(1000) && count.is_multiple_of(1024) {
        1024
    } else {
        1000
    };
    let (unit, letter) = match count {
        n if n >= kilo * kilo => (kilo * kilo, 'M'),
        n if n >= kilo => (kilo, 'K'),
        n => return n.to_string(),
    };
    let hundredths = u128::from(count) * 100 / u128::from(unit);
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    let decimals = if whole >= 100 {
        String::new()
    } else {
        format!("{rest:02}")
    };
    match decimals.trim_end_matches('0') {
        "" => format!("{whole}{letter}"),
        decimals => format!("{whole}.{decimals}{letter}"),
    }
}

/// A price per token as US dollars per million tokens: `$15`, `$1.10`, `$0.075`.
///
/// ```
/// use crossmodel::domain::{PicoUsd, format::per_million};
/// assert_eq!(per_million("0.00000027".parse().unwrap()), "$0.27");
/// assert_eq!(per_million("0.000015".parse().unwrap()), "$15");
/// ```
pub fn per_million(price: PicoUsd) -> String {
    let exact = per_million_cents(price);
    exact.strip_suffix(".00").map_or(exact.clone(), str::to_owned)
}

/// Like [`per_million`], but always with cents, for prices that stand beside each other: `$15.00`.
pub fn per_million_cents(price: PicoUsd) -> String {
    // Pico-USD per token are micro-USD per million tokens.
    let micro = price.pico().unsigned_abs();
    let sign = if price.pico() < 0 { "-" } else { "" };
    let mut decimals = format!("{:06}", micro % 1_000_000);
    while decimals.len() > 2 && decimals.ends_with('0') {
        decimals.pop();
    }
    format!("{sign}${}.{decimals}", micro / 1_000_000)
}

/// An amount in dollars and cents, rounded half away from zero: `$4.10`; `<$0.01` for less than half a cent above nothing.
///
/// ```
/// use crossmodel::domain::{PicoUsd, format::dollars};
/// assert_eq!(dollars("4.1".parse().unwrap()), "$4.10");
/// assert_eq!(dollars("0.0001".parse().unwrap()), "<$0.01");
/// assert_eq!(dollars(PicoUsd::ZERO), "$0.00");
/// ```
pub fn dollars(amount: PicoUsd) -> String {
    const CENT: u64 = 10_000_000_000;
    let pico = amount.pico().unsigned_abs();
    let cents = pico / CENT + u64::from(pico % CENT >= CENT / 2);
    let sign = if amount.pico() < 0 { "-" } else { "" };
    if cents == 0 && pico > 0 {
        return if sign.is_empty() {
            "<$0.01".into()
        } else {
            "-<$0.01".into()
        };
    }
    format!("{sign}${}.{:02}", cents / 100, cents % 100)
}

/// An amount in dollars, exact to a hundredth of a cent and rounded up from there, for what a call may cost: `$0.0042`.
///
/// ```
/// use crossmodel::domain::format::{money_down, money_up};
/// assert_eq!(money_up("0.00001".parse().unwrap()), "$0.0001");
/// assert_eq!(money_down("0.00001".parse().unwrap()), "$0.00");
/// assert_eq!(money_up("1.5".parse().unwrap()), "$1.50");
/// ```
pub fn money_up(amount: PicoUsd) -> String {
    hundredths_of_cents(amount.pico().div_euclid(STEP) + i64::from(amount.pico().rem_euclid(STEP) > 0))
}

/// The same, rounded down, for what is left: never more than there is.
pub fn money_down(amount: PicoUsd) -> String {
    hundredths_of_cents(amount.pico().div_euclid(STEP))
}

/// A hundredth of a cent.
const STEP: i64 = 100_000_000;

fn hundredths_of_cents(steps: i64) -> String {
    let sign = if steps < 0 { "-" } else { "" };
    let mut decimals = format!("{:04}", steps.unsigned_abs() % 10_000);
    while decimals.len() > 2 && decimals.ends_with('0') {
        decimals.pop();
    }
    format!("{sign}${}.{decimals}", steps.unsigned_abs() / 10_000)
}

/// A moment as people read it, to the minute: `25 Nov 2026, 00:00 UTC`.
///
/// ```
/// use crossmodel::domain::{Timestamp, format::utc};
/// assert_eq!(utc(Timestamp::from_millis(1_795_348_800_000)), "22 Nov 2026, 12:00 UTC");
/// ```
pub fn utc(at: Timestamp) -> String {
    let moment = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default();
    jiff::tz::Offset::UTC
        .to_datetime(moment)
        .strftime("%-d %b %Y, %H:%M UTC")
        .to_string()
}

/// What a model costs: `$0.27 in / $1.10 out per M`. `from` stands before it where long prompts or some hours have
/// prices of their own.
pub fn prices(pricing: &Pricing) -> String {
    let from = if pricing.overrides.is_empty() { "" } else { "from " };
    match (pricing.base.prompt, pricing.base.completion) {
        (Some(input), Some(output)) => {
            format!("{from}{} in / {} out per M", per_million(input), per_million(output))
        }
        _ => "no price".into(),
    }
}

/// A target in one line: `DeepSeek Chat · 128K · $0.27 in / $1.10 out per M`.
pub fn target(model: &Model) -> String {
    format!(
        "{} · {} · {}",
        model.name,
        tokens(model.context_length),
        model_prices(model)
    )
}

/// What stands under a test's result: `$15 in / $75 out per M · 200K · text, image`.
pub fn facts(model: &Model) -> String {
    let mut out = format!("{} · {}", model_prices(model), tokens(model.context_length));
    if !model.architecture.input_modalities.is_empty() {
        out.push_str(" · ");
        out.push_str(&model.architecture.input_modalities.join(", "));
    }
    out
}

/// What a model costs, as [`prices`] writes it. An embedding has no output to pay for.
pub fn model_prices(model: &Model) -> String {
    match (model.kind, model.pricing.base.prompt) {
        (ModelKind::Embedding, Some(input)) => format!("{} in per M", per_million(input)),
        _ => prices(&model.pricing),
    }
}

/// A catalog's date, `2027-01-12`, as `12 Jan 2027`. Other text comes back as it is.
///
/// ```
/// assert_eq!(crossmodel::domain::format::date("2027-01-12"), "12 Jan 2027");
/// assert_eq!(crossmodel::domain::format::date("2027-01"), "2027-01");
/// ```
pub fn date(iso: &str) -> String {
    match iso.parse::<jiff::civil::Date>() {
        Ok(date) => date.strftime("%-d %b %Y").to_string(),
        Err(_) => iso.to_owned(),
    }
}

/// Text that somebody else typed, safe to show in a line: control and invisible characters are spelled out.
///
/// ```
/// assert_eq!(crossmodel::domain::format::visible("gpt\u{1b}[2J\u{200b}é"), "gpt\\u{1b}[2J\\u{200b}é");
/// ```
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || super::values::is_invisible(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

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
