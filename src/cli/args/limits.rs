//! Limits as the command line takes and shows them, for a key and for a whole account alike.

use std::str::FromStr;

use crate::cli::error::CliError;
use crate::domain::{Limits, Period, PicoUsd, SpendLimit};

/// Limits on use. A limit that is not named stays as it is.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct LimitArgs {
    /// Requests in any minute, or none.
    #[arg(long, value_name = "N|none", allow_negative_numbers = true)]
    rpm: Option<Rate>,
    /// Tokens in any minute, in and out, or none.
    #[arg(long, value_name = "N|none", allow_negative_numbers = true)]
    tpm: Option<Rate>,
    /// US dollars that may be spent, such as 20 or 2.50, or none.
    #[arg(long, value_name = "USD|none", allow_negative_numbers = true)]
    spend_limit: Option<Spend>,
    /// The time that the spend limit is for: total, day, week (from Monday) or month, all in UTC. Without it, total.
    #[arg(long, value_name = "PERIOD")]
    per: Option<Period>,
}

/// A number in any minute; `None` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(Option<u32>);

/// The text is no rate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no limit; write a whole number from 1 to 4294967295, or none")]
pub struct RateError(String);

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        if text == "none" {
            return Ok(Self(None));
        }
        let count = text.parse().ok().filter(|&count| count > 0);
        count
            .map(|count| Self(Some(count)))
            .ok_or_else(|| RateError(text.into()))
    }
}

/// An amount of money; `None` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spend(Option<PicoUsd>);

impl FromStr for Spend {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self(None));
        }
        match text.parse::<PicoUsd>() {
            Ok(amount) if amount < PicoUsd::ZERO => Err(format!("`{text}` is negative; a limit is 0 or more, or none")),
            Ok(amount) => Ok(Self(Some(amount))),
            Err(error) => Err(format!("{error}; write for example 20 or 2.50, or none")),
        }
    }
}

impl LimitArgs {
    /// Whether no limit was named.
    pub fn is_empty(&self) -> bool {
        self.rpm.is_none() && self.tpm.is_none() && self.spend_limit.is_none() && self.per.is_none()
    }

    /// The limits, with those that were named replaced.
    ///
    /// # Errors
    /// If a period was named without an amount.
    pub fn over(&self, limits: Limits) -> Result<Limits, CliError> {
        let spend = match (self.spend_limit, self.per) {
            (None, None) => limits.spend,
            (None, Some(_)) => return Err(CliError::Usage("--per: say with --spend-limit how much".into())),
            (Some(Spend(None)), Some(_)) => {
                return Err(CliError::Usage("--per: --spend-limit none is for no period".into()));
            }
            (Some(Spend(None)), None) => None,
            (Some(Spend(Some(amount))), per) => Some(SpendLimit {
                amount,
                period: per.unwrap_or(Period::Total),
            }),
        };

        Ok(Limits {
            requests_per_minute: self.rpm.map_or(limits.requests_per_minute, |Rate(count)| count),
            tokens_per_minute: self.tpm.map_or(limits.tokens_per_minute, |Rate(count)| count),
            spend,
        })
    }
}

/// `60 requests/min, 100000 tokens/min, 20 USD/week`, or `none`.
pub fn as_text(limits: &Limits) -> String {
    let mut parts = Vec::new();
    parts.extend(limits.requests_per_minute.map(|count| format!("{count} requests/min")));
    parts.extend(limits.tokens_per_minute.map(|count| format!("{count} tokens/min")));
    parts.extend(limits.spend.map(|spend| match spend.period {
        Period::Total => format!("{} USD in total", spend.amount),
        period => format!("{} USD/{period}", spend.amount),
    }));

    if parts.is_empty() {
        "none".into()
    } else {
        parts.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_changes() {
        let week = Some(SpendLimit {
            amount: "20".parse().unwrap(),
            period: Period::Week,
        });
        let limits = Limits {
            spend: week,
            ..Limits::NEW_KEY
        };
        assert_eq!(LimitArgs::default().over(limits).unwrap(), limits);

        let args = LimitArgs {
            rpm: Some("none".parse().unwrap()),
            ..LimitArgs::default()
        };
        assert_eq!(
            args.over(limits).unwrap(),
            Limits {
                requests_per_minute: None,
                ..limits
            }
        );

        let args = LimitArgs {
            spend_limit: Some("2.50".parse().unwrap()),
            ..LimitArgs::default()
        };
        let spend = Some(SpendLimit {
            amount: "2.5".parse().unwrap(),
            period: Period::Total,
        });
        assert_eq!(args.over(limits).unwrap(), Limits { spend, ..limits });

        let args = LimitArgs {
            per: Some(Period::Day),
            ..LimitArgs::default()
        };
        assert!(args.over(limits).is_err());
    }

    #[test]
    fn limits_are_shown_in_a_line() {
        let spend = Some(SpendLimit {
            amount: "0.5".parse().unwrap(),
            period: Period::Month,
        });
        let limits = Limits {
            spend,
            ..Limits::NEW_KEY
        };
        assert_eq!(as_text(&limits), "60 requests/min, 100000 tokens/min, 0.5 USD/month");
        assert_eq!(as_text(&Limits::NONE), "none");
    }

    #[test]
    fn a_limit_is_a_positive_number_or_none() {
        for wrong in ["0", "-1", "1.5", "", "4294967296", "unlimited"] {
            assert!(wrong.parse::<Rate>().is_err(), "{wrong}");
        }
        for wrong in ["-1", "", "x", "0.0000000000001"] {
            assert!(wrong.parse::<Spend>().is_err(), "{wrong}");
        }
        assert_eq!("0".parse::<Spend>(), Ok(Spend(Some(PicoUsd::ZERO))));
    }
}
